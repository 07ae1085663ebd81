//! The lock: a Lease that says which run changes a cluster, or a rollout.
//!
//! A Lease is no fence ([k/k#67651](https://github.com/kubernetes/kubernetes/issues/67651)): a run stops beginning
//! anything while its own is good for a third of its time yet ([`trusted`]), and writes the record only as it has read it. Whether
//! another holder is alive is decided by watching its Lease, never by comparing its times with the clock of this machine.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::channel::Channel;
use super::codes;
use super::connection::Proven;
use super::exchange::Answer;
use super::failure::Failure;
use super::lease::{Claim, Holder, Lease, LockId};
use super::moment::Moment;
use super::notice::legible;
use super::path;
use super::request::{MAX_OBJECT, Request, leases};
use super::status::Status;
use super::unknown::Unknown;
use crate::diagnostic::Diagnostic;

/// The longest time that a Lease is believed to last without being renewed.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// How much longer than a holder trusts its lock somebody is watched before the lock is taken away.
const SLACK: Duration = Duration::from_secs(1);

/// The longest time that [`Proven::unlock`] watches a lock for.
pub const LONGEST_WATCH: Duration = Duration::from_secs(LONGEST.as_secs() * 2 / 3 + SLACK.as_secs());

/// For how long after the last renewal its holder takes a lock for its own.
fn trusted(lasts: Duration) -> Duration {
    lasts * 2 / 3
}

/// How often it is tried to give a lock back that is renewed at the same time.
const TRIES: usize = 3;

/// What a try to take a lock led to.
pub enum Attempt {
    /// It is ours.
    Ours(Lock),
    /// Somebody holds it and may be dead: it must be watched on.
    Watched(Holder),
    /// Somebody holds it and is alive: it was renewed while it was watched.
    Held(Holder),
    /// Somebody holds it, by a Lease that lasts for longer than anything is watched: nobody but a person can tell whether
    /// that run has ended.
    Lasting(Holder),
    /// Somebody else wrote it at the same moment; who holds it, the next try tells.
    Contended,
}

/// What was seen of the Lease of somebody else.
#[derive(Debug, Default)]
pub struct Patrol {
    seen: Option<(String, Moment)>,
    is_alive: bool,
}

impl Patrol {
    /// Whether the holder can be taken for dead: its Lease has not changed for as long as it lasts.
    fn is_dead(&mut self, version: &str, lasts: Duration) -> bool {
        match &self.seen {
            Some((seen, since)) if seen == version => lasts <= LONGEST && since.elapsed() >= lasts,
            Some(_) => {
                self.is_alive = true;
                self.seen = Some((version.to_owned(), Moment::now()));
                false
            }
            None => {
                self.seen = Some((version.to_owned(), Moment::now()));
                false
            }
        }
    }
}

impl Proven {
    /// Tries once to take a lock. The namespace must be there. A run that waits for it tries again about every second,
    /// with the same `patrol`.
    ///
    /// # Errors
    /// If the Lease can be neither read nor written, or if nothing proves which cluster this is.
    pub async fn try_lock(&self, claim: &Claim, patrol: &mut Patrol) -> Result<Attempt, Failure> {
        self.pinned("change")?;
        let there = self.channel.lease(&claim.lock).await?;
        let now = self.time();
        let request = match &there {
            None => Request::create_lease(&claim.lock.namespace, &claim.body(None, 0, now, now)),
            Some(lease) => {
                match lease.holder() {
                    // A try before, whose answer was lost: others may have watched it since, so it is written anew.
                    Some(holder) if holder.run == *claim.run => {}
                    Some(holder) if !patrol.is_dead(lease.version(), holder.lasts) => {
                        return Ok(match patrol.is_alive {
                            true => Attempt::Held(holder),
                            false if holder.lasts > LONGEST => Attempt::Lasting(holder),
                            false => Attempt::Watched(holder),
                        });
                    }
                    Some(_) | None => {}
                }
                let body = claim.body(Some(lease.version()), lease.transitions().saturating_add(1), now, now);
                Request::replace_lease(&claim.lock.namespace, &claim.lock.name, &body)
            }
        };
        let asked = Moment::now();
        match self.channel.written_lease(&request, claim).await? {
            Some(lease) => Ok(Attempt::Ours(self.hold(claim, &lease, asked))),
            None => Ok(Attempt::Contended),
        }
    }

    fn hold(&self, claim: &Claim, lease: &Lease, renewed: Moment) -> Lock {
        let held = Held {
            version: lease.version().to_owned(),
            transitions: lease.transitions(),
            since: self.time(),
            until: renewed.after(trusted(claim.lasts)),
            failure: None,
            lost: None,
        };
        let shared = Arc::new(Shared { held: Mutex::new(held), ends: Notify::new(), claim: claim.clone() });
        let (channel, of_task) = (Arc::clone(&self.channel), Arc::clone(&shared));
        let renewal = tokio::spawn(async move { channel.renew(&of_task).await });
        Lock { channel: Arc::clone(&self.channel), shared, renewal: Some(renewal) }
    }

    /// Who holds a lock; `None` if nobody does.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn holder(&self, lock: &LockId) -> Result<Option<Holder>, Unknown> {
        Ok(self.channel.lease(lock).await?.and_then(|lease| lease.holder()))
    }

    /// Gives back a lock that this run holds, whoever that is, unless it renews it while it is watched: for as long as its
    /// holder would trust it without a renewal, two thirds of the time that it lasts. `false` if nobody holds it.
    ///
    /// # Errors
    /// If another run holds it, told with all that is known of it; or if it cannot be read or written.
    pub async fn unlock(&self, lock: &LockId, run: &str) -> Result<bool, Failure> {
        self.pinned("unlock")?;
        let Some(lease) = self.channel.lease(lock).await? else { return Ok(false) };
        let Some(holder) = lease.holder() else { return Ok(false) };
        if holder.run != run {
            return Err(self.held_by_another(lock, &holder, run));
        }
        // A run that is alive may write for so long, although it cannot renew it.
        if holder.lasts <= LONGEST {
            sleep(trusted(holder.lasts) + SLACK).await;
            match self.channel.lease(lock).await? {
                Some(now) if now.version() == lease.version() => {}
                Some(now) if now.holder().is_some_and(|now| now.run == run) => {
                    return Err(self.alive(lock, &holder));
                }
                Some(now) => match now.holder() {
                    Some(now) => return Err(self.held_by_another(lock, &now, run)),
                    None => return Ok(false),
                },
                None => return Ok(false),
            }
        }
        let request = Request::replace_lease(&lock.namespace, &lock.name, &lease.freed());
        let answer = self.channel.send(&request).await?;
        match answer.code {
            200 | 201 => Ok(true),
            409 => Err(self.alive(lock, &holder)),
            _ => Err(self.channel.unlockable(&request, &answer)),
        }
    }

    fn held_by_another(&self, lock: &LockId, holder: &Holder, run: &str) -> Failure {
        let cluster = &self.target().cluster;
        let what = lock.what(cluster);
        let message =
            format!("the lock of {what} is held by run {}, and not by {}", holder.run, legible(run));
        let problem = Diagnostic::error(codes::LOCKED, message).on(cluster.clone());
        let problem = holder.notes().into_iter().fold(problem, Diagnostic::note);
        let help = "make sure that it has ended, then name exactly that run";
        Failure::Refused(Box::new(problem.help(help)))
    }

    fn alive(&self, lock: &LockId, holder: &Holder) -> Failure {
        let cluster = &self.target().cluster;
        let what = lock.what(cluster);
        let message = format!("the lock of {what} was renewed while it was looked at: its holder is alive");
        let problem = Diagnostic::error(codes::LOCKED, message).on(cluster.clone());
        let problem = holder.notes().into_iter().fold(problem, Diagnostic::note);
        Failure::Refused(Box::new(problem.help("stop that run first")))
    }
}

/// A lock that is held. It is renewed until it is dropped; then it lasts on for its time, unless it is given back.
pub struct Lock {
    channel: Arc<Channel>,
    shared: Arc<Shared>,
    renewal: Option<JoinHandle<()>>,
}

struct Shared {
    held: Mutex<Held>,
    ends: Notify,
    claim: Claim,
}

#[derive(Clone)]
struct Held {
    version: String,
    transitions: i64,
    since: Option<Timestamp>,
    /// Until when something may be begun, unless it is renewed before.
    until: Moment,
    /// Why the last try to renew it failed, if it did.
    failure: Option<String>,
    lost: Option<String>,
}

impl Held {
    /// Takes in the Lease as it is after a try to renew it; whether it was renewed. That it is still ours says nothing:
    /// others take a holder for dead whose Lease has not changed.
    fn renew(&mut self, lease: &Lease, asked: Moment, lasts: Duration) -> bool {
        let is_renewed = lease.version() != self.version;
        if is_renewed {
            self.version = lease.version().to_owned();
            self.until = asked.after(trusted(lasts));
        }
        is_renewed
    }
}

impl Shared {
    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_held(&self) -> bool {
        let held = self.held();
        held.lost.is_none() && Moment::now() < held.until
    }
}

/// A lock, for what must not be sent without it.
pub(super) struct Fence(Arc<Shared>);

impl Fence {
    pub fn is_up(&self) -> bool {
        self.0.is_held()
    }
}

impl Proven {
    /// From now on nothing of the fleet is written or deleted on this connection but while the lock is held, however often
    /// it is tried again and whatever is waited for in between. The lock may be one that another cluster keeps.
    pub fn fence(&self, lock: &Lock) {
        let mut fences = self.channel.fences.lock().unwrap_or_else(PoisonError::into_inner);
        fences.push(Fence(Arc::clone(&lock.shared)));
    }
}

impl Lock {
    /// Whether something may be begun: it was not taken away, and was renewed within two thirds of its time.
    pub fn is_held(&self) -> bool {
        self.shared.is_held()
    }

    /// Why it is not held any longer, in a phrase.
    pub fn loss(&self) -> String {
        let Held { failure, lost, .. } = self.shared.held().clone();
        let late = || match failure {
            Some(failure) => format!("it could not be renewed in time: {failure}"),
            None => "it could not be renewed in time".to_owned(),
        };
        lost.unwrap_or_else(late)
    }

    /// Gives it back, so that the next run need not wait.
    ///
    /// # Errors
    /// If that cannot be done: then it ends by itself after its time.
    pub async fn release(mut self) -> Result<(), Failure> {
        self.shared.ends.notify_one();
        if let Some(renewal) = self.renewal.take() {
            match renewal.await {
                // Whatever became of the renewal, what is there is looked at now.
                Ok(()) | Err(_) => {}
            }
        }
        let claim = &self.shared.claim;
        let mut moved = None;
        for _ in 0..TRIES {
            let Some(lease) = self.channel.lease(&claim.lock).await? else { return Ok(()) };
            if lease.holder().is_none_or(|holder| holder.run != *claim.run) {
                return Ok(());
            }
            let request = Request::replace_lease(&claim.lock.namespace, &claim.lock.name, &lease.freed());
            let answer = self.channel.send(&request).await?;
            match answer.code {
                200 | 201 => return Ok(()),
                409 => moved = Some(self.channel.failed(&request, &answer)),
                _ => return Err(self.channel.unlockable(&request, &answer)),
            }
        }
        moved.map_or(Ok(()), |moved| Err(moved.into()))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(renewal) = &self.renewal {
            renewal.abort();
        }
    }
}

impl Channel {
    async fn lease(&self, lock: &LockId) -> Result<Option<Lease>, Unknown> {
        let request = Request::get(&path::object(&leases(&lock.namespace), &lock.name), MAX_OBJECT);
        let answer = self.send(&request).await?;
        let is_missing = |text: &str| Status::read(text).is_some_and(|status| status.reason == "NotFound");
        match answer.code {
            200 => Lease::read(&answer.text, &lock.name)
                .map(Some)
                .ok_or_else(|| self.unreadable(&request.asked(), "it is not the Lease that was asked for")),
            404 if is_missing(&answer.text) => Ok(None),
            _ => Err(self.failed(&request, &answer)),
        }
    }

    /// Sends a write of a Lease: the Lease if it is ours after it, `None` if somebody else wrote it first.
    async fn written_lease(&self, request: &Request, claim: &Claim) -> Result<Option<Lease>, Failure> {
        match self.send(request).await {
            Ok(answer) if matches!(answer.code, 200 | 201) => Lease::read(&answer.text, &claim.lock.name)
                .map(Some)
                .ok_or_else(|| self.unreadable(&request.asked(), "it is not the Lease that was sent").into()),
            Ok(answer) if answer.code == 409 || answer.code >= 500 => self.ours_after_all(claim).await,
            Ok(answer) => Err(self.unlockable(request, &answer)),
            // It may have been written all the same.
            Err(unknown) if unknown.is_doubtful() => self.ours_after_all(claim).await,
            Err(unknown) => Err(unknown.into()),
        }
    }

    async fn ours_after_all(&self, claim: &Claim) -> Result<Option<Lease>, Failure> {
        let lease = self.lease(&claim.lock).await?;
        let is_ours = |lease: &Lease| lease.holder().is_some_and(|holder| holder.run == *claim.run);
        Ok(lease.filter(is_ours))
    }

    /// Renews a lock until it is told to end, or until the lock is lost.
    async fn renew(&self, shared: &Shared) {
        let claim = &shared.claim;
        let (mut pause, third) = (claim.lasts / 3, claim.lasts / 3);
        // Since when it has been tried: a try whose answer was lost may be the one that did it.
        let mut trying: Option<Moment> = None;
        while timeout(pause, shared.ends.notified()).await.is_err() {
            let held = shared.held().clone();
            let asked = *trying.get_or_insert_with(Moment::now);
            let body = claim.body(Some(&held.version), held.transitions, held.since, self.clock.time());
            let request = Request::replace_lease(&claim.lock.namespace, &claim.lock.name, &body);
            let renewed = timeout(third, self.written_lease(&request, claim)).await;
            let mut held = shared.held();
            match renewed {
                Ok(Ok(Some(lease))) if held.renew(&lease, asked, claim.lasts) => {
                    (trying, held.failure) = (None, None);
                    pause = third;
                }
                Ok(Ok(None)) => {
                    held.lost = Some("another run has taken it, or it was given back by `unlock`".to_owned());
                    return;
                }
                // It is tried again soon: as long as it is trusted, nothing is lost.
                Ok(Ok(Some(_))) => pause = third / 8,
                Ok(Err(failure)) => {
                    held.failure = Some(failure.diagnostic().message);
                    pause = third / 8;
                }
                Err(_) => {
                    held.failure = Some(format!("no answer within {}s", third.as_secs()));
                    pause = third / 8;
                }
            }
        }
    }

    fn unlockable(&self, request: &Request, answer: &Answer) -> Failure {
        let unknown = self.failed(request, answer);
        if !(400..500).contains(&answer.code) || answer.code == 401 {
            return unknown.into();
        }
        let cluster = &self.target.cluster;
        let message = format!("the lock of cluster \"{cluster}\" cannot be written: {}", unknown.phrase());
        let problem = Diagnostic::error(codes::UNLOCKED, message)
            .on(cluster.clone())
            .note(self.target.to_string())
            .note(format!("asked for {}", request.asked()));
        let help = "bind the user to a Role in that namespace that lets it get, create and update leases.coordination.k8s.io";
        Failure::Refused(Box::new(problem.help(help)))
    }
}
