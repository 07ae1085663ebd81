//! From a connection to a changed cluster: read, judge, show, agree, apply.

use std::collections::BTreeSet;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use super::others::{self, How, Other};
use super::{Ended, Prepared, shown, status};
use crate::apply::{self, Applied, End, Job, Outcome};
use crate::cli::args::LogFormat;
use crate::cli::asking::{self, Failed};
use crate::cli::clock::{self, Stopwatch};
use crate::cli::codes;
use crate::cli::command::Run;
use crate::cli::command::planned::{Asking, Planned, planned};
use crate::cli::connect;
use crate::cli::console::Console;
use crate::cli::screen::{Look, Screen};
use crate::cli::settings::{Allowed, Apply, Consent};
use crate::cli::signals::Signals;
use crate::cli::status::ExitStatus;
use crate::cli::voice::Voice;
use crate::cluster::Rollout;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::live::{Event, Identities, Notice, Proven, Tell};
use crate::object::Named;
use crate::plan::{LiveState, Permit, Release, Wanted};
use crate::report::diff::text as report;
use crate::rollout::{self, Situation};
use jiff::Timestamp;

/// The most new objects that the server is asked about before they are written: the write itself tells as much.
const MOST_CREATIONS: usize = 200;

/// What a run goes through.
pub struct Steps<'r> {
    /// What was found so far.
    pub run: &'r mut Run,
    /// The settings.
    pub settings: &'r Apply,
    /// What is to be done.
    pub prepared: &'r Prepared,
    /// The other clusters that matter.
    pub others: Vec<Other<'r>>,
    /// Where it is told.
    pub console: Console,
    /// Where connections tell what happens on the way.
    pub voice: Voice,
}

/// Why a run goes no further.
enum Halt {
    /// It is told; this is how it ends.
    Status(ExitStatus),
    /// Nothing can be told.
    Output(io::Error),
}

impl From<io::Error> for Halt {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl Steps<'_> {
    /// All of them.
    ///
    /// # Errors
    /// If stdout or stderr cannot be written.
    pub async fn all(&mut self) -> io::Result<Ended> {
        let Some(mut wanted) = self.prepared.wanted(&self.prepared.cluster.name) else {
            return Ok(Ended::before(ExitStatus::Wrong));
        };
        let mut permit = match self.permit() {
            Ok((permit, deletes)) => {
                wanted.deletes = deletes;
                permit
            }
            Err(status) => return Ok(Ended::before(status)),
        };
        let identities = Identities::of(&self.prepared.loaded.resolved.clusters);
        let (proven, planned) = match self.read(&wanted, &identities).await {
            Ok(read) => read,
            Err(status) => return Ok(Ended::before(status)),
        };
        if self.settings.log == LogFormat::Text {
            let target = format!("{}: {}", self.prepared.cluster.name, proven.target());
            self.console.tell_line(&target)?;
        }
        if let Some(saved) = self.prepared.saved() {
            let Planned { plan, state, previews } = &planned;
            match saved.check(plan, &wanted, state, previews, self.prepared.release) {
                Ok(_) => {
                    (permit, wanted.deletes) = saved.left(plan, permit, std::mem::take(&mut wanted.deletes))
                }
                Err(unfit) => self.run.problems.append(unfit.problems(&self.prepared.cluster.name)),
            }
        }
        let covers = apply::covers(&planned.plan);
        let prepared = self.prepared;
        let own = newest(&planned.state);
        let situation =
            prepared.rollout().map(|rollout| self.situation(rollout, &covers, own, &proven, &identities));
        match self.approve(situation.as_ref(), &wanted, &planned, &permit) {
            Ok(()) => {}
            Err(Halt::Output(error)) => return Err(error),
            Err(Halt::Status(status)) => {
                return Ok(Ended { plan: Some(planned.plan), ..Ended::before(status) });
            }
        }
        match self.change(&proven, &wanted, &identities, &planned, &permit, situation.as_ref()).await {
            Ok(ended) => {
                let next = ended
                    .outcome
                    .as_ref()
                    .and_then(|outcome| self.next(outcome, situation.as_ref(), &planned, clock::at(&proven)));
                Ok(Ended { plan: Some(planned.plan), next, ..ended })
            }
            Err(status) => Ok(Ended { plan: Some(planned.plan), ..Ended::before(status) }),
        }
    }

    /// Connects to the cluster and plans. What an apply cannot read it refuses.
    async fn read(
        &mut self,
        wanted: &Wanted<'_>,
        identities: &Identities,
    ) -> Result<(Proven, Planned), ExitStatus> {
        let (settings, prepared) = (self.settings, self.prepared);
        let cluster = &prepared.cluster.name;
        let warnings = Arc::new(Mutex::new(Vec::new()));
        let (voice, kept) = (self.voice.clone(), Arc::clone(&warnings));
        let tell: Tell = Arc::new(move |notice: Notice| {
            if let Event::Warning(text) = &notice.event {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(text.clone());
            }
            voice.tell(&notice);
        });
        let ask = async {
            let (access, how) = (&prepared.access, &settings.connect);
            let proven = connect::prove_and(cluster, access, how, identities, tell).await?;
            let schemas = prepared.schemas(cluster);
            let asking = Asking { creations: MOST_CREATIONS, ..Asking::USUAL };
            let planned = planned(&proven, wanted, schemas, &prepared.loaded.resolved.name, asking).await?;
            Ok((proven, planned))
        };
        let read = asking::within(&settings.connect, ask).await;
        if settings.strict {
            // They have been told as they came; here they stand in the way.
            let warnings = std::mem::take(&mut *warnings.lock().unwrap_or_else(PoisonError::into_inner));
            for text in warnings {
                let message = format!("the server of cluster \"{cluster}\" warns: {text}");
                let problem = Diagnostic::warning(codes::SERVER_WARNS, message).on(Arc::clone(cluster));
                self.run
                    .problems
                    .push(problem.help("change what it warns of, or leave out --warnings-as-errors"));
            }
        }
        read.map_err(|failed| self.failed(&failed, cluster))
    }

    fn failed(&mut self, failed: &Failed, cluster: &Arc<str>) -> ExitStatus {
        self.run.problems.push(failed.diagnostic(cluster));
        failed.refusal()
    }

    /// What is allowed, by the command line or by the plan that was saved; and what may be deleted by name.
    fn permit(&mut self) -> Result<(Permit, Vec<Named>), ExitStatus> {
        let limits = self.prepared.rollout().map(|rollout| rollout.limits).unwrap_or_default();
        let Allowed { permit, deletes } = &self.settings.allowed;
        let Some(saved) = self.prepared.saved() else {
            return Ok((Permit { limits, ..permit.clone() }, deletes.clone()));
        };
        let allowed = saved.permit(limits).and_then(|permit| Ok((permit, saved.named()?)));
        allowed.map_err(|bad| {
            let message = format!("the plan allows something that it cannot name: {bad}");
            let problem = Diagnostic::error(codes::PLAN, message).on(saved.name.as_str());
            self.run.wrong(problem.help("save it anew with `fleetwright diff --save`"))
        })
    }

    /// Tells everything that stands in the way, all of it at once; else shows the plan and asks for consent.
    fn approve(
        &mut self,
        situation: Option<&Situation<'_>>,
        wanted: &Wanted<'_>,
        planned: &Planned,
        permit: &Permit,
    ) -> Result<(), Halt> {
        self.run.problems.append(situation.map(Situation::decide).unwrap_or_default());
        let Planned { plan, state, .. } = planned;
        self.run.problems.append(plan.blockers(wanted, state, permit));
        if self.settings.strict {
            self.run.problems = std::mem::take(&mut self.run.problems).strict();
        }
        let in_the_way = self.run.problems.has_errors();
        let is_text = self.settings.log == LogFormat::Text;
        if is_text {
            // What is doubtful is told before anybody agrees, and not again.
            self.run.fold();
            self.console.tell_diagnostics(&self.run.problems, &self.run.sources)?;
            self.run.problems = Diagnostics::new();
            self.console.print(&report::text(&shown(&planned.plan), self.console.out))?;
        }
        if in_the_way {
            return Err(Halt::Status(ExitStatus::Refused));
        }
        let has_differences = planned.plan.changes.iter().any(|change| change.action.is_difference());
        if has_differences { self.agree(planned) } else { Ok(()) }
    }

    /// What is known of the rollout: its other clusters are asked.
    fn situation<'s>(
        &self,
        rollout: &'s Rollout,
        covers: &'s BTreeSet<String>,
        own: Option<&'s Release>,
        proven: &Proven,
        identities: &Identities,
    ) -> Situation<'s>
    where
        Self: 's,
    {
        let how = self.how(identities);
        Situation {
            rollout,
            cluster: &self.prepared.cluster.name,
            release: self.prepared.release,
            covers,
            own,
            others: others::look(&self.others, &how, self.console),
            now: clock::at(proven),
            break_glass: self.settings.break_glass.as_deref(),
        }
    }

    fn how<'s>(&self, identities: &'s Identities) -> How<'s>
    where
        Self: 's,
    {
        How {
            fleet: &self.prepared.loaded.resolved.name,
            release: self.prepared.release,
            connect: &self.settings.connect,
            identities,
        }
    }

    /// Asks the person at the terminal to type the cluster's name.
    fn agree(&mut self, planned: &Planned) -> Result<(), Halt> {
        let name = &self.prepared.cluster.name;
        match self.settings.consent {
            Consent::Given => Ok(()),
            Consent::Ask => {
                if self.settings.log == LogFormat::Json {
                    self.console.tell(&report::text(&shown(&planned.plan), self.console.err))?;
                }
                let question = format!("Apply this to cluster \"{name}\"? Only its name, {name}, goes on: ");
                match self.console.ask(&question)? {
                    answer if *answer == **name => Ok(()),
                    _ => {
                        self.console.tell_line("nothing was written")?;
                        Err(Halt::Status(ExitStatus::Refused))
                    }
                }
            }
            Consent::Nobody => {
                let problem =
                    Diagnostic::error(codes::CONFIRMATION, "nobody can be asked: stdin is no terminal");
                let problem = problem.on(name.clone());
                let help =
                    "look at what `fleetwright diff` shows, then give --yes; or save that and give --plan";
                Err(Halt::Status(self.run.wrong(problem.help(help))))
            }
        }
    }

    /// Applies the plan.
    async fn change(
        &mut self,
        proven: &Proven,
        wanted: &Wanted<'_>,
        identities: &Identities,
        planned: &Planned,
        permit: &Permit,
        situation: Option<&Situation<'_>>,
    ) -> Result<Ended, ExitStatus> {
        let leader = self.first(identities).await?;
        let (settings, prepared) = (self.settings, self.prepared);
        let rollout = prepared.rollout().filter(|_| settings.break_glass.is_none());
        let release = Applied {
            digest: prepared.release,
            commit: prepared.commit.as_ref().map(|commit| &*commit.id),
            dirty: prepared.commit.as_ref().is_some_and(|commit| commit.dirty),
            by: &settings.by,
            process: std::process::id(),
            rollout: prepared.rollout().map(|rollout| &*rollout.name),
            soak: prepared
                .rollout()
                .map(|rollout| rollout.soak_of(&prepared.cluster.name))
                .unwrap_or_default(),
            broken_glass: settings.break_glass.as_deref(),
        };
        let job = Job {
            fleet: &prepared.loaded.resolved.name,
            wanted,
            state: &planned.state,
            plan: &planned.plan,
            schemas: prepared.schemas(&prepared.cluster.name),
            permit,
            release,
            rollout: rollout.map(|rollout| (leader.as_ref().unwrap_or(proven), &*rollout.name)),
            patience: settings.patience,
        };
        let look = match (settings.log, settings.progress) {
            (LogFormat::Json, _) => Look::Json,
            (LogFormat::Text, true) => Look::Tree,
            (LogFormat::Text, false) => Look::Lines,
        };
        let screen = Screen::open(&planned.plan, look, self.console).map_err(|error| self.machine(&error))?;
        self.voice.speaks_to(Some(&screen));
        let teller = screen.teller();
        let (first, second) = (screen.teller(), screen.teller());
        let signals = Signals::listen(move || first.tell(apply::Event::Stopping), move || second.end());
        let signals = signals.map_err(|error| self.machine(&error))?;
        // What the others hold may be another thing than before somebody agreed, and before the locks were had.
        let (others, how, console) = (&self.others, &self.how(identities), self.console);
        let again = situation.map(|situation| {
            move || {
                let decided = async move {
                    let others = others::look_again(others, how, console).await;
                    Situation { others, now: clock::at(proven), ..situation.clone() }.decide()
                };
                Box::pin(decided) as Pin<Box<dyn Future<Output = Diagnostics> + '_>>
            }
        });
        let again = again.as_ref().map(|again| again as &apply::Again<'_>);
        let watch = Stopwatch::start();
        let outcome =
            apply::run(proven, &job, again, signals.stop.clone(), &|event| teller.tell(event)).await;
        let took = watch.elapsed();
        self.voice.speaks_to(None);
        screen.close();
        self.run.problems.append(outcome.problems.clone());
        Ok(Ended {
            status: status(&outcome, signals.status()),
            plan: None,
            outcome: Some(outcome),
            took,
            next: None,
        })
    }

    /// The first cluster of the rollout, which holds its lock, where that is another one.
    async fn first(&mut self, identities: &Identities) -> Result<Option<Proven>, ExitStatus> {
        let Some(rollout) = self.prepared.rollout().filter(|_| self.settings.break_glass.is_none()) else {
            return Ok(None);
        };
        let Some(first) = rollout.first().filter(|first| **first != self.prepared.cluster.name) else {
            return Ok(None);
        };
        let other = self.others.iter().find(|other| other.cluster == *first);
        let access = match other.map(|other| other.access.as_ref().map_err(|why| why.message.clone())) {
            Some(Ok(access)) => access,
            Some(Err(why)) => return Err(self.no_way(first, &why)),
            None => return Err(self.no_way(first, "it is in no stage")),
        };
        let tell = self.voice.as_tell();
        let ask = connect::prove_and(first, access, &self.settings.connect, identities, tell);
        let proven = asking::within(&self.settings.connect, ask).await;
        proven.map(Some).map_err(|failed| self.failed(&failed, first))
    }

    fn no_way(&mut self, first: &Arc<str>, why: &str) -> ExitStatus {
        let message =
            format!("cluster \"{first}\", which holds the rollout's lock, cannot be reached: {why}");
        let problem = Diagnostic::error(codes::NO_CONTEXT, message).on(Arc::clone(first));
        self.run.refused(problem.help("name a context for it, as --context says"))
    }

    fn machine(&mut self, error: &io::Error) -> ExitStatus {
        let message = format!("the system gives no thread: {error}");
        let problem = Diagnostic::error(codes::MACHINE, message);
        self.run
            .problems
            .push(problem.note("nothing was written").help("raise the limit of processes, as `ulimit -u`"));
        ExitStatus::Machine
    }

    /// What to do next.
    fn next(
        &self,
        outcome: &Outcome,
        situation: Option<&Situation<'_>>,
        planned: &Planned,
        now: Timestamp,
    ) -> Option<String> {
        let again = format!("fleetwright apply --cluster {}", self.prepared.cluster.name);
        match outcome.end {
            End::Refused => None,
            End::Partial => Some(format!(
                "next: mend what is told, then the same again: {again}; what is done already is not done twice"
            )),
            End::Stopped => Some(format!("next: to go on, the same again: {again}")),
            End::Done => {
                // What was ready before and was not written soaks on.
                let newest = newest(&planned.state).filter(|newest| newest.digest == self.prepared.release);
                let before = newest.and_then(|newest| newest.ready).filter(|_| outcome.objects.is_empty());
                let next = rollout::next(situation?, before.unwrap_or(now))?;
                Some(next.told(now))
            }
        }
    }
}

/// The release that was applied to a cluster last.
fn newest(state: &LiveState) -> Option<&Release> {
    state.recorded()?.releases.first()
}
