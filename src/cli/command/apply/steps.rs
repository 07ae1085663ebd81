//! From a connection to a changed cluster: read, judge, show, agree, apply.

use std::collections::BTreeSet;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use super::first::{self, NoFirst};
use super::others::{self, Depth, How, Other};
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
use crate::cli::notices::Notices;
use crate::cli::screen::{Look, Screen};
use crate::cli::settings::{Allowed, Apply, Consent};
use crate::cli::signals::Signals;
use crate::cli::status::ExitStatus;
use crate::cluster::Rollout;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::live::{Identities, Proven};
use crate::object::Named;
use crate::plan::{LiveState, Permit, Release, SetId, Wanted};
use crate::report::diff::text as report;
use crate::rollout::{self, Decision, Situation, unneeded};
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
    /// Where that goes which happens on the way to the servers.
    pub notices: Notices,
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
        if let Some(saved) = &self.prepared.saved {
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
        // It holds the lock of the rollout: whether that may be had is asked before anybody is.
        let first = match prepared.rollout() {
            Some(rollout) => {
                let how = self.how(&identities);
                first::first(rollout, &prepared.cluster.name, &self.others, &how).await
            }
            None => Ok(None),
        };
        let too_much = match self.settings.break_glass {
            Some(_) => planned.plan.too_much(&wanted, &planned.state, &permit),
            None => None,
        };
        if too_much.is_some() {
            permit.limits.changed_percent = None;
        }
        let situation = match prepared.rollout() {
            Some(rollout) => {
                let first = first.as_ref().map(|first| first.as_ref().unwrap_or(&proven));
                let situation = self.situation(rollout, &covers, own, &proven, first, &identities).await;
                Some(Situation { limit: too_much, ..situation })
            }
            None => None,
        };
        let Decision { problems, broken } = self.decide(situation.as_ref());
        let broken_glass = broken.and(self.settings.break_glass.as_deref());
        self.run.problems.append(problems);
        // Where it cannot be had, and glass is broken, it goes on without the lock of the rollout.
        let locked = situation.as_ref().filter(|situation| situation.lock.is_none());
        let rollout = match (locked, &first) {
            (Some(situation), Ok(first)) => {
                Some((first.as_ref().unwrap_or(&proven), &*situation.rollout.name))
            }
            (Some(_), Err(none)) => {
                self.run.problems.push(none.diagnostic());
                None
            }
            (None, _) => None,
        };
        let job = job(self.settings, prepared, &wanted, &planned, &permit);
        let release = Applied { broken_glass, ..job.release };
        let job = Job { rollout, release, ..job };
        let missing = apply::rights(&proven, &job).await;
        self.run.problems.append(missing);
        match self.approve(&wanted, &planned, &permit).await {
            Ok(()) => {}
            Err(Halt::Output(error)) => return Err(error),
            Err(Halt::Status(status)) => {
                return Ok(Ended { plan: Some(planned.plan), ..Ended::before(status) });
            }
        }
        match self.change(&proven, job, &identities, &planned, situation.as_ref()).await {
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
        let (settings, prepared, tell) = (self.settings, self.prepared, self.notices.tell());
        let cluster = &prepared.cluster.name;
        let ask = async {
            let proven =
                connect::prove(cluster, &prepared.access, &settings.connect, identities, tell).await?;
            let schemas = prepared.schemas(cluster);
            let asking = Asking { creations: MOST_CREATIONS, ..Asking::USUAL };
            let planned = planned(&proven, wanted, schemas, &prepared.loaded.resolved.name, asking).await?;
            Ok((proven, planned))
        };
        asking::within(&settings.connect, ask).await.map_err(|failed| self.failed(&failed, cluster))
    }

    fn failed(&mut self, failed: &Failed, cluster: &Arc<str>) -> ExitStatus {
        self.run.problems.append(self.notices.warnings());
        self.run.problems.push(failed.diagnostic(cluster));
        failed.refusal()
    }

    /// What is allowed, by the command line or by the plan that was saved; and what may be deleted by name.
    fn permit(&mut self) -> Result<(Permit, Vec<Named>), ExitStatus> {
        let limits = self.prepared.rollout().map(|rollout| rollout.limits).unwrap_or_default();
        let Allowed { permit, deletes } = &self.settings.allowed;
        let Some(saved) = &self.prepared.saved else {
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
    async fn approve(&mut self, wanted: &Wanted<'_>, planned: &Planned, permit: &Permit) -> Result<(), Halt> {
        let Planned { plan, state, .. } = planned;
        self.run.problems.append(plan.blockers(wanted, state, permit));
        self.run.problems.append(self.notices.warnings());
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
        if has_differences { self.agree(planned).await } else { Ok(()) }
    }

    /// What the rules of the rollout say, with what the commands of their hints must have beside them.
    fn decide<'s>(&'s self, situation: Option<&'s Situation<'_>>) -> Decision<'s> {
        let Decision { problems, broken } = match (situation, &self.settings.break_glass) {
            (Some(situation), _) => situation.decide(),
            (None, Some(_)) => {
                Decision { problems: unneeded(&self.prepared.cluster.name).into(), broken: None }
            }
            (None, None) => Decision { problems: Diagnostics::new(), broken: None },
        };
        let Some(same) = self.settings.same.elsewhere() else { return Decision { problems, broken } };
        let add = |mut problem: Diagnostic| match &mut problem.help {
            Some(help) if help.contains("fleetwright apply") => {
                *help += &format!(", each `apply` {same}");
                problem
            }
            Some(_) | None => problem,
        };
        Decision { problems: problems.into_iter().map(add).collect(), broken }
    }

    /// What is known of the rollout: its other clusters are asked.
    async fn situation<'s>(
        &self,
        rollout: &'s Rollout,
        covers: &'s BTreeSet<String>,
        own: Option<&'s Release>,
        proven: &Proven,
        first: Result<&Proven, &NoFirst>,
        identities: &Identities,
    ) -> Situation<'s>
    where
        Self: 's,
    {
        let how = self.how(identities);
        let lock = match self.settings.break_glass {
            Some(_) => {
                let fleet = &self.prepared.loaded.resolved;
                let set = SetId::of(&fleet.name, &fleet.state_namespace);
                first::no_lock(first, &set, rollout).await
            }
            None => None,
        };
        Situation {
            rollout,
            cluster: &self.prepared.cluster.name,
            release: self.prepared.release,
            covers,
            own,
            others: others::look(&self.others, &how, Depth::Objects).await,
            now: clock::at(proven),
            break_glass: self.settings.break_glass.as_deref(),
            lock,
            limit: None,
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
            tell: self.notices.tell(),
        }
    }

    /// Asks the person at the terminal to type the cluster's name.
    async fn agree(&mut self, planned: &Planned) -> Result<(), Halt> {
        let name = &self.prepared.cluster.name;
        match self.settings.consent {
            Consent::Given => Ok(()),
            Consent::Ask { sees_stdout } => {
                let is_json = self.settings.log == LogFormat::Json;
                if is_json {
                    // They are in the document too, which comes after the question.
                    let doubts = self.run.problems.clone().folded();
                    self.console.tell_diagnostics(&doubts, &self.run.sources)?;
                }
                if is_json || !sees_stdout {
                    self.console.tell(&report::text(&shown(&planned.plan), self.console.err))?;
                }
                let question = format!("Apply this to cluster \"{name}\"? Only its name, {name}, goes on: ");
                // Who thinks may think for long: meanwhile the connections are looked after.
                let console = self.console;
                let asked = tokio::task::spawn_blocking(move || console.ask(&question)).await;
                match asked.map_err(io::Error::other)?? {
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
        job: Job<'_>,
        identities: &Identities,
        planned: &Planned,
        situation: Option<&Situation<'_>>,
    ) -> Result<Ended, ExitStatus> {
        let settings = self.settings;
        let look = match (settings.log, settings.progress) {
            (LogFormat::Json, _) => Look::Json,
            (LogFormat::Text, true) => Look::Tree,
            (LogFormat::Text, false) => Look::Lines,
        };
        let screen = Screen::open(&planned.plan, look, self.console).map_err(|error| self.machine(&error))?;
        let (teller, first, second) = (screen.teller(), screen.teller(), screen.teller());
        let signals = Signals::listen(move || first.tell(apply::Event::Stopping), move || second.end());
        let signals = signals.map_err(|error| self.machine(&error))?;
        self.notices.show_on(screen.teller());
        // What the others hold may be another thing than before somebody agreed, and before the locks were had.
        let (others, how) = (&self.others, &self.how(identities));
        let decide = |situation: &Situation<'_>| self.decide(Some(situation)).problems;
        let (decide, told) = (&decide, &situation.map(decide).unwrap_or_default());
        // What nobody has agreed to break is not broken.
        let (broken, changed) = (job.release.broken_glass, &*self.prepared.cluster.name);
        let again = situation.map(|situation| {
            move || {
                let decided = async move {
                    let others = others::look(others, how, Depth::Record).await;
                    let now = clock::at(proven);
                    let now = Situation { others, now, break_glass: broken, ..situation.clone() };
                    let problems = decide(&now);
                    // What was told before somebody agreed is not told again; nor that nothing is broken by now.
                    let is_told = |problem: &Diagnostic| {
                        *problem == unneeded(changed) || told.iter().any(|told| told == problem)
                    };
                    problems.into_iter().filter(|problem| !is_told(problem)).collect()
                };
                Box::pin(decided) as Pin<Box<dyn Future<Output = Diagnostics> + '_>>
            }
        });
        let again = again.as_ref().map(|again| again as &apply::Again<'_>);
        let watch = Stopwatch::start();
        // What servers say of pods and conditions may repeat a secret.
        let secrets = self.run.sources.secrets().clone();
        let tell = |event: apply::Event| teller.tell(event.without(&secrets));
        let outcome = apply::run(proven, &job, again, signals.stop.clone(), &tell).await.without(&secrets);
        let took = watch.elapsed();
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
        let again = match self.settings.same.again() {
            None => {
                format!("the same again: fleetwright apply --cluster {}", self.prepared.cluster.name)
            }
            // Without them it would be another release, or another permission. Values are not repeated: one may be secret.
            Some(same) => format!("the same command again, {same}"),
        };
        match outcome.end {
            End::Refused => None,
            End::Partial => {
                Some(format!("next: mend what is told, then {again}; what is done already is not done twice"))
            }
            End::Stopped => Some(format!("next: to go on, {again}")),
            End::Done => {
                // What was ready before and was not written soaks on.
                let newest = newest(&planned.state).filter(|newest| newest.digest == self.prepared.release);
                let before = newest.and_then(|newest| newest.ready).filter(|_| outcome.objects.is_empty());
                let next = rollout::next(situation?, before.unwrap_or(now))?;
                let same = self.settings.same.elsewhere().map(|same| format!(", {same}"));
                Some(next.told(now) + &same.unwrap_or_default())
            }
        }
    }
}

/// What is to be done, without the lock of a rollout.
fn job<'j>(
    settings: &'j Apply,
    prepared: &'j Prepared,
    wanted: &'j Wanted<'j>,
    planned: &'j Planned,
    permit: &'j Permit,
) -> Job<'j> {
    let cluster = &prepared.cluster.name;
    let rollout = prepared.rollout();
    let stage = rollout.and_then(|rollout| Some(rollout.stage_of(cluster)?.1));
    let release = Applied {
        digest: prepared.release,
        commit: prepared.commit.as_ref().map(|commit| &*commit.id),
        dirty: prepared.commit.as_ref().is_some_and(|commit| commit.dirty),
        by: &settings.by,
        process: std::process::id(),
        rollout: rollout.map(|rollout| &*rollout.name),
        soak: rollout.map(|rollout| rollout.soak_of(cluster)).unwrap_or_default(),
        is_gated: stage.is_some_and(|stage| stage.approval || !stage.gates.is_empty()),
        broken_glass: settings.break_glass.as_deref(),
    };
    Job {
        fleet: &prepared.loaded.resolved.name,
        wanted,
        state: &planned.state,
        plan: &planned.plan,
        schemas: prepared.schemas(cluster),
        permit,
        strict: settings.strict,
        release,
        rollout: None,
        patience: settings.patience,
    }
}

/// The release that was applied to a cluster last.
fn newest(state: &LiveState) -> Option<&Release> {
    state.recorded()?.releases.first()
}
