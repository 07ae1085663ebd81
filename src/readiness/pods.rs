//! Pods: when one is ready, which ones a workload has made, and why one does not start.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::Readiness;
use super::live::{Live, one_line};

/// The pods that a workload makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pods {
    /// Their namespace.
    pub namespace: Arc<str>,
    /// Their labels, as a label selector in its text form.
    pub selector: String,
    /// When the workload was changed last by our field manager, by the clock of the API server; none if it does not say.
    pub since: Option<Timestamp>,
}

/// Why a pod does not start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodFailure {
    /// The pod.
    pub pod: Arc<str>,
    /// The container, if it is one.
    pub container: Option<Arc<str>>,
    /// The reason, as `CrashLoopBackOff`.
    pub reason: Arc<str>,
    /// The last message, on one line; may be empty.
    pub message: String,
    /// How long this must have been seen before it counts: what the pod waits for may still come, such as a Secret that an
    /// ExternalSecret makes. Zero for what will not change.
    pub grace: Duration,
}

/// How long a container may wait for what it refers to or speaks to.
const GRACE: Duration = Duration::from_secs(60);

/// From how many restarts on a container does not start: fewer may be a start in the wrong order.
const RESTARTS: i64 = 3;

impl Pods {
    /// Whether a live pod is of the workload as it is now. An older one is of the template before, and how it fares says
    /// nothing of the change.
    pub fn holds(&self, pod: &Value) -> bool {
        match (self.since, Live(pod).moment("/metadata/creationTimestamp")) {
            (Some(since), Some(made)) => made >= since,
            (None, _) | (_, None) => true,
        }
    }
}

/// The pods that a live workload makes, which say why it does not become ready; none for other kinds.
pub fn pods_of(object: &Value) -> Option<Pods> {
    let live = Live(object);
    let selector = match (live.group(), live.kind()) {
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") | ("batch", "Job") => {
            requirements(
                object.pointer("/spec/selector/matchLabels"),
                live.items("/spec/selector/matchExpressions"),
            )
        }
        ("", "ReplicationController") => requirements(object.pointer("/spec/selector"), &[]),
        _ => return None,
    }?;
    // An empty selector would be every pod of the namespace.
    let namespace = Arc::from(live.text("/metadata/namespace")?);
    (!selector.is_empty()).then_some(Pods { namespace, selector, since: changed(&live) })
}

fn changed(live: &Live<'_>) -> Option<Timestamp> {
    let ours = |entry: &&Value| {
        let is = |name: &str, value: &str| entry.get(name).and_then(Value::as_str) == Some(value);
        is("manager", "fleetwright") && is("operation", "Apply") && entry.get("subresource").is_none()
    };
    live.items("/metadata/managedFields").iter().find(ours)?.get("time")?.as_str()?.parse().ok()
}

/// A selector in its text form ([labels](https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#api));
/// none if it is not as the API defines it.
fn requirements(labels: Option<&Value>, expressions: &[Value]) -> Option<String> {
    let mut parts = Vec::new();
    for (key, value) in labels.and_then(Value::as_object).into_iter().flatten() {
        parts.push(format!("{key}={}", value.as_str()?));
    }
    for expression in expressions {
        let key = expression.get("key")?.as_str()?;
        let values = expression.get("values").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        parts.push(match expression.get("operator")?.as_str()? {
            "In" => format!("{key} in ({})", values.join(",")),
            "NotIn" => format!("{key} notin ({})", values.join(",")),
            "Exists" => key.to_owned(),
            "DoesNotExist" => format!("!{key}"),
            _ => return None,
        });
    }
    Some(parts.join(","))
}

/// A Pod: it runs and is ready, or has ended well
/// ([lifecycle](https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/)).
pub fn pod(live: &Live<'_>) -> Readiness {
    match live.text("/status/phase") {
        Some("Succeeded") => return Readiness::Ready,
        Some("Failed") => {
            let reason =
                live.text("/status/message").or(live.text("/status/reason")).unwrap_or("no reason is given");
            return Readiness::failed(format!("it has failed: {}", one_line(reason)));
        }
        Some(_) => {}
        None => return Readiness::not_yet("no kubelet has looked at it yet"),
    }
    if live.condition("Ready").is_some_and(|condition| condition.is_true()) {
        return Readiness::Ready;
    }
    if let Some(failure) = pod_failure(live.0).filter(|failure| failure.grace.is_zero()) {
        let at = failure.container.map_or_else(String::new, |container| format!("container {container}: "));
        return Readiness::failed(format!("{at}{}: {}", failure.reason, failure.message));
    }
    let waits = ["PodScheduled", "Initialized", "ContainersReady", "Ready"].into_iter();
    match waits.filter_map(|name| live.condition(name)).find(|condition| !condition.is_true()) {
        Some(condition) => Readiness::not_yet(condition.told()),
        None => Readiness::not_yet("it is not ready yet"),
    }
}

/// Why a pod does not start, if waiting will not help. What a pod of a Job does in the end is for the Job to judge, which
/// tries again with others.
pub fn pod_failure(pod: &Value) -> Option<PodFailure> {
    let live = Live(pod);
    if live.text("/metadata/deletionTimestamp").is_some() {
        return None;
    }
    let of_a_job = live
        .items("/metadata/ownerReferences")
        .iter()
        .any(|owner| owner.get("kind").and_then(Value::as_str) == Some("Job"));
    let never = live.text("/spec/restartPolicy") == Some("Never");
    let found = ["/status/initContainerStatuses", "/status/containerStatuses"]
        .into_iter()
        .flat_map(|at| live.items(at))
        .filter_map(|status| container_failure(status, never, of_a_job));
    // What counts at once is told before what may still mend itself.
    let (container, reason, message, grace) = found.min_by_key(|(.., grace)| *grace)?;
    Some(PodFailure {
        pod: Arc::from(live.text("/metadata/name").unwrap_or_default()),
        container: Some(Arc::from(container)),
        reason: Arc::from(reason),
        message,
        grace,
    })
}

type Found<'a> = (&'a str, &'a str, String, Duration);

fn container_failure(status: &Value, never: bool, of_a_job: bool) -> Option<Found<'_>> {
    let live = Live(status);
    let name = live.text("/name")?;
    let waiting = live.text("/state/waiting/reason");
    let restarts = live.number("/restartCount");
    let message = || one_line(live.text("/state/waiting/message").unwrap_or_default());
    match waiting {
        Some(reason @ "CrashLoopBackOff") if !of_a_job => {
            let last = status.pointer("/lastState/terminated").map(ended);
            let grace = if restarts < RESTARTS { GRACE } else { Duration::ZERO };
            return Some((name, reason, last.unwrap_or_else(message), grace));
        }
        // ErrImagePull is the first try; the kubelet has tried again where it backs off.
        Some(
            reason @ ("ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull" | "ImageInspectError"),
        ) => {
            return Some((name, reason, message(), Duration::ZERO));
        }
        Some(reason @ ("CreateContainerConfigError" | "CreateContainerError")) => {
            return Some((name, reason, message(), GRACE));
        }
        Some(_) | None => {}
    }
    if of_a_job {
        return None;
    }
    if let Some(ended_now) = status.pointer("/state/terminated")
        && never
        && Live(ended_now).number("/exitCode") != 0
    {
        return Some((
            name,
            Live(ended_now).text("/reason").unwrap_or("Error"),
            ended(ended_now),
            Duration::ZERO,
        ));
    }
    let last = status.pointer("/lastState/terminated")?;
    let is_ready = status.get("ready").and_then(Value::as_bool) == Some(true);
    let killed = Live(last).text("/reason") == Some("OOMKilled");
    (killed && !is_ready && restarts >= RESTARTS).then(|| (name, "OOMKilled", ended(last), Duration::ZERO))
}

/// `exit code 1: cannot open /etc/config`.
pub(super) fn ended(terminated: &Value) -> String {
    match Live(terminated).text("/message").map(one_line).filter(|message| !message.is_empty()) {
        Some(message) => format!("{}: {message}", exit(terminated)),
        None => format!("{}, and no last message", exit(terminated)),
    }
}

/// The same without its last message.
pub(super) fn exit(terminated: &Value) -> String {
    let live = Live(terminated);
    let code = live.number("/exitCode");
    let killed =
        live.text("/reason").filter(|reason| *reason == "OOMKilled").map_or("", |_| ", out of memory");
    format!("exit code {code}{killed}")
}
