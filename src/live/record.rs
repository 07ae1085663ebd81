//! The record, as a cluster keeps it: read, and written so that whatever stops the writing leaves one that can be read.

use std::sync::Arc;

use super::channel::Channel;
use super::codes;
use super::connection::{Proven, SIDE_BY_SIDE};
use super::exchange::Answer;
use super::failure::Failure;
use super::list::Listing;
use super::notice::{Event, legible};
use super::path;
use super::request::{MAX_OBJECT, Request, secrets};
use super::secret::{self, BadSecret, Content, Parent, SHARD_OF};
use super::side_by_side::side_by_side;
use super::status::Status;
use super::unknown::Unknown;
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::{Record, SetId};

/// How often a record is read that is written at the same time.
const READS: usize = 3;

/// Which state of a record was read or written: nobody else can have written it while it is the newest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version(String);

/// A record that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// The record.
    pub record: Record,
    /// Which state of it.
    pub version: Version,
}

impl Proven {
    /// The record of a fleet in this cluster; `None` where there is none, which is known for sure.
    ///
    /// # Errors
    /// [`Failure::Unknown`] if it cannot be read; [`Failure::Refused`] if it is damaged, or is not of this fleet and
    /// this cluster.
    pub async fn record(&self, set: &SetId, fleet: &str) -> Result<Option<Stored>, Failure> {
        let mut last: Option<Parent> = None;
        for _ in 0..READS {
            let Some(parent) = self.channel.parent(set).await? else { return Ok(None) };
            let parent = parent.map_err(|bad| self.refuse(set, &bad))?;
            // A part is missing of what nobody has written anew.
            if last.as_ref() == Some(&parent) {
                break;
            }
            if let Some(parts) = self.parts(set, &parent.content).await? {
                let record = secret::assemble(&parent.content, &parts);
                let record = record.and_then(|record| self.own(&record, fleet).map(|()| record));
                let record = record.map_err(|bad| self.refuse(set, &bad))?;
                return Ok(Some(Stored { record, version: Version(parent.version) }));
            }
            last = Some(parent);
        }
        Err(self.refuse(set, &BadSecret::Damaged("a part of it is missing".to_owned())))
    }

    /// What is in each part; `None` if one is not there.
    async fn parts(&self, set: &SetId, content: &Content) -> Result<Option<Vec<Vec<u8>>>, Failure> {
        let get = |name: &String| Request::get(&path::object(&secrets(&set.namespace), name), MAX_OBJECT);
        let requests: Vec<Request> = content.shards.iter().map(get).collect();
        let ask = |request: Request| {
            let channel = Arc::clone(&self.channel);
            async move { channel.secret(&request).await }
        };
        let target = &self.channel.target;
        let answers =
            side_by_side(target, requests.clone(), SIDE_BY_SIDE, Request::asked, ask, |_, text| Ok(text));
        let mut parts = Vec::new();
        for ((name, request), answer) in content.shards.iter().zip(&requests).zip(answers.await) {
            let Some(text) = answer? else { return Ok(None) };
            let part = secret::read_shard(&text, name, set)
                .ok_or_else(|| self.channel.unreadable(&request.asked(), NO_SECRET))?;
            parts.push(part.map_err(|bad| self.refuse(set, &bad))?);
        }
        Ok(Some(parts))
    }

    /// Whether a record that was read is that of this fleet and this cluster, or of this cluster under a name that the
    /// fleet no longer has: the UID is what it is known by.
    fn own(&self, record: &Record, fleet: &str) -> Result<(), BadSecret> {
        match self.exactly_own(record, fleet) {
            Err(BadSecret::Renamed(_)) if !self.channel.clusters.contains(&*record.cluster) => Ok(()),
            result => result,
        }
    }

    /// Whether a record is that of this fleet and this cluster.
    fn exactly_own(&self, record: &Record, fleet: &str) -> Result<(), BadSecret> {
        let cluster = &*self.target().cluster;
        let said = |what: &str, found: &str, expected: &str| {
            let found = found.escape_debug();
            Err(BadSecret::NotOurs(format!("it is of {what} \"{found}\", and this is {what} \"{expected}\"")))
        };
        match record {
            Record { fleet: found, .. } if found != fleet => said("fleet", found, fleet),
            Record { uid, .. } if uid != self.uid().as_str() => {
                said("the cluster with the UID", uid, self.uid().as_str())
            }
            Record { cluster: found, .. } if found != cluster => Err(BadSecret::Renamed(format!(
                "it is of cluster \"{}\", and this is cluster \"{cluster}\"",
                found.escape_debug()
            ))),
            _ => Ok(()),
        }
    }

    fn refuse(&self, set: &SetId, bad: &BadSecret) -> Failure {
        let place = format!("{}/{}", set.namespace, set.name);
        let (code, what, mend) = match bad {
            BadSecret::NotOurs(_) => (
                codes::NOT_OURS,
                "is not its own",
                format!(
                    "if it was copied or restored from elsewhere, delete the Secret {place}: then nothing is known of what was applied, and nothing is deleted"
                ),
            ),
            BadSecret::Renamed(_) => (
                codes::NOT_OURS,
                "is not its own",
                "if the fleet's clusters changed their names, rename one at a time, first to a name that none has; if not, their UIDs or contexts are mixed up"
                    .to_owned(),
            ),
            BadSecret::Damaged(_) => (
                codes::DAMAGED,
                "is damaged",
                format!(
                    "restore the Secret {place} and its parts from a backup, with the version of fleetwright that wrote them"
                ),
            ),
        };
        self.refusal(code, set, what, &bad.to_string(), mend)
    }

    fn refusal(&self, code: Code, set: &SetId, what: &str, why: &str, mend: String) -> Failure {
        let target = self.target();
        let cluster = &target.cluster;
        let message = format!("the record of cluster \"{cluster}\" {what}: {}", legible(why));
        let problem = Diagnostic::error(code, message).on(cluster.clone()).note(target.to_string());
        let problem = problem.note(format!("it is the Secret {}/{}", set.namespace, set.name));
        Failure::Refused(Box::new(problem.help(mend)))
    }

    /// Writes the record: its parts first, then the parent that names them, which must still be as it was read
    /// `before`, or not be there; then the parts that no parent names any more are deleted. The namespace must be there.
    ///
    /// # Errors
    /// [`Failure::Refused`] if the server does not let it be written, if it was written by somebody else since, or if
    /// nothing proves which cluster this is. [`Failure::Unknown`] if it is not known whether it was written: then either
    /// is there whole, the one before or this one.
    pub async fn write_record(
        &self,
        set: &SetId,
        record: &Record,
        before: Option<&Version>,
    ) -> Result<Version, Failure> {
        if !self.is_pinned() {
            let mend = format!("pin it with `fleetwright trust --cluster {}`", self.target().cluster);
            let why = "nothing proves which cluster this is";
            return Err(self.refusal(codes::UNWRITTEN, set, "is not written", why, mend));
        }
        if let Err(bad) = self.exactly_own(record, &record.fleet) {
            return Err(self.refuse(set, &bad));
        }
        let bytes = record.to_bytes().map_err(|error| {
            let mend = "report it, please".to_owned();
            self.refusal(codes::UNWRITTEN, set, "is not written", &error.to_string(), mend)
        })?;
        let (shards, content) = secret::shards(set, &bytes);
        // Before the parent is written: what somebody else adds later is not ours to delete.
        let listing = Listing::secrets(&set.namespace, SHARD_OF, set.as_str()).of_metadata();
        let there = self.channel.list(&listing, |item| named(&item).map(Some)).await;
        for shard in &shards {
            self.write_shard(set, shard).await?;
        }
        let version = self.write_parent(set, record, &content, before).await?;
        match there {
            Ok(there) => {
                let unused = there.into_iter().filter(|(name, _)| !content.shards.contains(name));
                for (name, uid) in unused {
                    self.delete_shard(set, &name, &uid).await;
                }
            }
            Err(unknown) => self.leftover("of another name", unknown.phrase()),
        }
        Ok(version)
    }

    async fn write_shard(&self, set: &SetId, shard: &secret::Shard) -> Result<(), Failure> {
        let request = Request::create_secret(&set.namespace, &shard.secret);
        let answer = self.channel.send(&request).await?;
        match answer.code {
            200 | 201 => Ok(()),
            // It has been written before: by a run that was stopped, or with the same content.
            409 => {
                let request = Request::get(&path::object(&secrets(&set.namespace), &shard.name), MAX_OBJECT);
                let text = self.channel.text(&request).await?;
                match secret::read_shard(&text, &shard.name, set) {
                    Some(Ok(_)) => Ok(()),
                    Some(Err(bad)) => Err(self.refuse(set, &bad)),
                    None => Err(self.channel.unreadable(&request.asked(), NO_SECRET).into()),
                }
            }
            _ => Err(self.unwritten(set, &request, &answer)),
        }
    }

    async fn write_parent(
        &self,
        set: &SetId,
        record: &Record,
        content: &Content,
        before: Option<&Version>,
    ) -> Result<Version, Failure> {
        let body = secret::parent(set, record, content, before.map(|version| version.0.as_str()));
        let request = match before {
            None => Request::create_secret(&set.namespace, &body),
            Some(_) => Request::replace_secret(&set.namespace, &set.name, &body),
        };
        let failure = match self.channel.send(&request).await {
            Ok(answer) if matches!(answer.code, 200 | 201) => match secret::read_parent(&answer.text, set) {
                Some(Ok(parent)) if parent.content == *content => return Ok(Version(parent.version)),
                _ => self.channel.unreadable(&request.asked(), NO_SECRET).into(),
            },
            Ok(answer) if answer.code == 409 || answer.code == 404 && before.is_some() => self.overtaken(set),
            // After several tries, one before may have been acted on.
            Ok(answer) if request.is_passing(answer.code, &answer.text) => {
                self.unwritten(set, &request, &answer)
            }
            Ok(answer) if (400..500).contains(&answer.code) => {
                return Err(self.unwritten(set, &request, &answer));
            }
            Ok(answer) => self.unwritten(set, &request, &answer),
            Err(unknown) => unknown.into(),
        };
        // What was sent may have been done all the same, by a try whose answer was lost.
        match self.channel.parent(set).await {
            Ok(Some(Ok(parent))) if parent.content == *content => Ok(Version(parent.version)),
            Ok(Some(Ok(parent))) if before.is_none_or(|before| before.0 != parent.version) => {
                Err(self.overtaken(set))
            }
            Ok(_) | Err(_) => Err(failure),
        }
    }

    async fn delete_shard(&self, set: &SetId, name: &str, uid: &str) {
        let request = Request::delete_secret(&set.namespace, name, uid);
        match self.channel.send(&request).await {
            // Not there any more, or another one by now.
            Ok(answer) if matches!(answer.code, 200 | 202 | 404 | 409) => {}
            Ok(answer) => self.leftover(name, self.channel.failed(&request, &answer).phrase()),
            Err(unknown) => self.leftover(name, unknown.phrase()),
        }
    }

    fn leftover(&self, secret: &str, reason: String) {
        self.channel.notice(Event::Leftover { secret: legible(secret), reason });
    }

    fn overtaken(&self, set: &SetId) -> Failure {
        let why = "somebody else has written it since it was read";
        let mend = "run the same command again".to_owned();
        self.refusal(codes::OVERTAKEN, set, "is not written", why, mend)
    }

    /// That a server did not let a Secret be written.
    fn unwritten(&self, set: &SetId, request: &Request, answer: &Answer) -> Failure {
        let unknown = self.channel.failed(request, answer);
        let namespace = &set.namespace;
        match answer.code {
            404 => {
                let why = format!("there is no namespace {namespace}");
                let mend = format!(
                    "make it: kubectl --context '{}' create namespace {namespace}",
                    self.target().context.escape_debug()
                );
                self.refusal(codes::UNWRITTEN, set, "is not written", &why, mend)
            }
            403 => {
                let mend = format!(
                    "bind the user to a Role in namespace {namespace} that lets it get, list, create, update and delete Secrets"
                );
                self.refusal(codes::UNWRITTEN, set, "is not written", &unknown.phrase(), mend)
            }
            // 401 is about who asks, 429 passes: of all else the server says what it does not like about the Secret.
            400 | 402 | 405..=428 | 430..=499 => {
                let mend = "mend what the server says, then run the same command again".to_owned();
                self.refusal(codes::UNWRITTEN, set, "is not written", &unknown.phrase(), mend)
            }
            _ => unknown.into(),
        }
    }
}

/// What is told of an answer that should be a Secret.
const NO_SECRET: &str = "it is not the Secret that was asked for";

impl Channel {
    /// The parent of a set; `None` if it is not there.
    async fn parent(&self, set: &SetId) -> Result<Option<Result<Parent, BadSecret>>, Unknown> {
        let request = Request::get(&path::object(&secrets(&set.namespace), &set.name), MAX_OBJECT);
        let Some(text) = self.secret(&request).await? else { return Ok(None) };
        let parent = secret::read_parent(&text, set);
        parent.map(Some).ok_or_else(|| self.unreadable(&request.asked(), NO_SECRET))
    }

    /// The text of a Secret; `None` if the server itself says that there is none of this name.
    async fn secret(&self, request: &Request) -> Result<Option<String>, Unknown> {
        let asked = request.asked();
        let answer = self.send(request).await?;
        let is_about = |status: Status| {
            let name = asked.path.rsplit('/').next().unwrap_or_default();
            status.reason == "NotFound" && status.name == name
        };
        match answer.code {
            200 => Ok(Some(answer.text)),
            404 if Status::read(&answer.text).is_some_and(is_about) => Ok(None),
            _ => Err(self.failed(request, &answer)),
        }
    }
}

/// The name and UID of an item of a list.
fn named(item: &serde_json::Value) -> Result<(String, String), String> {
    let text = |path: &str| item.pointer(path).and_then(serde_json::Value::as_str).map(str::to_owned);
    let both = text("/metadata/name").zip(text("/metadata/uid"));
    both.ok_or_else(|| "one of its items has no name or UID".to_owned())
}
