//! What an object that is ready says of the past: since when it is.
//!
//! Pods that crash and come back are ready whenever somebody looks at the right moment. What they were is still there to be
//! read: when a condition turned, and when a container ended that was started again.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::custom;
use super::kinds::{self, Rule};
use super::live::{Condition, Live};
use super::pods::exit;
use crate::object::ReadyWhen;

/// How far apart a workload and the pod that completes it may say that they became ready.
const TOGETHER: SignedDuration = SignedDuration::from_secs(5);

/// A moment up to which something was not ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// When it became ready, by the clock of its cluster.
    pub at: Timestamp,
    /// What says so, in a phrase: `its condition Available turned then`.
    pub how: String,
}

/// When an object became ready that is ready now, if that was after `since`, at which it was ready before: the last
/// moment that its own conditions and its pods tell. `when` is as [`readiness`](super::readiness) takes it; `pods` are
/// those of a workload ([`pods_of`](super::pods_of)). `is_scaled` says that others decide how many pods there are, as an
/// autoscaler: then pods that were made later, and what turned because of them, say nothing.
pub fn became_ready(
    object: &Value,
    when: Option<&ReadyWhen>,
    pods: &[Value],
    is_scaled: bool,
    since: Timestamp,
) -> Option<Turn> {
    let live = Live(object);
    let made = |pod: &Value| Live(pod).moment("/metadata/creationTimestamp").filter(|made| *made > since);
    // More pods asked for than are there make a Deployment unavailable, until they are.
    let of_scaling = |at: Timestamp| {
        let is_cause = |pod: &Value| {
            let turned = Live(pod).condition("Ready").and_then(|ready| ready.turned());
            made(pod).is_some() && turned.is_some_and(|turned| (turned.duration_since(at)).abs() <= TOGETHER)
        };
        is_scaled && pods.iter().any(is_cause)
    };
    let turned = conditions(&live, when).into_iter().filter_map(|condition| {
        let at = condition.turned().filter(|at| *at > since && !of_scaling(*at))?;
        Some(Turn { at, how: format!("its condition {} turned then", condition.name) })
    });
    let of_pods = pods.iter().filter_map(|pod| of_pod(pod, is_scaled && made(pod).is_some(), since));
    turned.chain(of_pods).max_by_key(|turn| turn.at)
}

/// The conditions that an object is ready by.
fn conditions<'a>(live: &Live<'a>, when: Option<&ReadyWhen>) -> Vec<Condition<'a>> {
    let (group, kind) = (live.group(), live.kind());
    match when.filter(|_| !ReadyWhen::is_fixed(group, kind)) {
        Some(ReadyWhen::Condition { name, status }) => {
            let said = live.condition(name).filter(|found| found.status.eq_ignore_ascii_case(status));
            return said.into_iter().collect();
        }
        Some(ReadyWhen::Exists | ReadyWhen::Field { .. }) => return Vec::new(),
        None => {}
    }
    let found: Vec<Condition<'a>> = match kinds::rule(group, kind) {
        Rule::Exists => Vec::new(),
        Rule::Custom => custom::good(live).into_iter().collect(),
        Rule::Own(..) if group == "gateway.networking.k8s.io" => {
            let parents = 0..live.items("/status/parents").len();
            let all = parents.flat_map(|place| {
                let at = format!("/status/parents/{place}/conditions");
                live.conditions_at(&at).collect::<Vec<_>>()
            });
            all.filter(|condition| condition.name == "Accepted").collect()
        }
        Rule::Own(..) => kinds::turning(group, kind).iter().filter_map(|name| live.condition(name)).collect(),
    };
    found.into_iter().filter(Condition::is_true).collect()
}

/// When a pod of a workload became ready that is not on its way out. Of one that `is_new`, only restarts count.
fn of_pod(pod: &Value, is_new: bool, since: Timestamp) -> Option<Turn> {
    let live = Live(pod);
    if live.text("/metadata/deletionTimestamp").is_some() {
        return None;
    }
    let name = live.text("/metadata/name").unwrap_or_default();
    let ready = live.condition("Ready").filter(Condition::is_true);
    let ready = ready.and_then(|ready| ready.turned()).filter(|at| *at > since);
    let states = [
        ("/status/containerStatuses", "/state/terminated"),
        ("/status/containerStatuses", "/lastState/terminated"),
        // A container that is to end before the others start has ended well in its `state`.
        ("/status/initContainerStatuses", "/lastState/terminated"),
    ];
    let ends = states.into_iter().flat_map(|(list, state)| {
        live.items(list).iter().filter_map(move |status| {
            let terminated = status.pointer(state)?;
            let at = Live(terminated).moment("/finishedAt").filter(|at| *at > since)?;
            Some((at, Live(status).text("/name").unwrap_or_default(), terminated))
        })
    });
    match ends.max_by_key(|(at, ..)| *at) {
        Some((at, container, terminated)) => Some(Turn {
            at: ready.map_or(at, |ready| ready.max(at)),
            how: format!("pod {name}, container {container}: {}", exit(terminated)),
        }),
        None => ready.filter(|_| !is_new).map(|at| Turn { at, how: format!("pod {name} became ready then") }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const READY: &str = "2026-03-01T10:10:00Z";

    fn deployment(available_since: &str) -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
            "status": {"conditions": [
                {"type": "Available", "status": "True", "lastTransitionTime": available_since},
                {"type": "Progressing", "status": "True", "lastTransitionTime": "2026-03-01T10:55:00Z"},
            ]},
        })
    }

    fn pod(made: &str, ready_since: &str) -> Value {
        json!({
            "metadata": {"name": "web-1", "creationTimestamp": made},
            "status": {
                "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": ready_since}],
                "containerStatuses": [{"name": "main", "state": {"running": {"startedAt": ready_since}}}],
                "initContainerStatuses": [
                    {"name": "first", "state": {"terminated": {"exitCode": 0, "finishedAt": ready_since}}},
                ],
            },
        })
    }

    fn restarted(mut pod: Value, list: &str, ended: &str) -> Value {
        pod["status"][list][0]["lastState"] = json!({"terminated": {"exitCode": 1, "finishedAt": ended}});
        pod
    }

    /// When it became ready, and what says so.
    fn became(object: &Value, when: Option<&ReadyWhen>, pods: &[Value], is_scaled: bool) -> Option<String> {
        let since = READY.parse().unwrap();
        let turn = became_ready(object, when, pods, is_scaled, since)?;
        Some(format!("{} {}", turn.at.strftime("%H:%M"), turn.how))
    }

    #[test]
    fn what_was_ready_all_the_time_says_nothing() {
        let web = deployment("2026-03-01T10:10:00Z");
        let old = pod("2026-03-01T10:05:00Z", "2026-03-01T10:09:00Z");
        assert_eq!(became(&web, None, std::slice::from_ref(&old), false), None);
        // A restart before it was ready is no news.
        let before = restarted(old, "containerStatuses", "2026-03-01T10:08:00Z");
        assert_eq!(became(&web, None, &[before], false), None);
        // What is not dated, or is no longer there, says nothing.
        assert_eq!(became(&json!({"apiVersion": "v1", "kind": "ConfigMap"}), None, &[], false), None);
        assert_eq!(became(&deployment(""), None, &[json!({})], false), None);
    }

    #[test]
    fn a_workload_that_crashed_and_came_back_is_ready_since_then() {
        let steady = deployment("2026-03-01T10:09:00Z");
        let (made, ready) = ("2026-03-01T10:05:00Z", "2026-03-01T10:09:00Z");
        let told = |pods: &[Value]| became(&steady, None, pods, true).unwrap_or_default();
        assert_eq!(
            became(&deployment("2026-03-01T10:31:00Z"), None, &[pod(made, ready)], false).unwrap(),
            "10:31 its condition Available turned then"
        );
        assert_eq!(
            told(&[pod(made, ready), pod(made, "2026-03-01T10:32:00Z")]),
            "10:32 pod web-1 became ready then"
        );
        for list in ["containerStatuses", "initContainerStatuses"] {
            let container = if list == "containerStatuses" { "main" } else { "first" };
            let says = format!("pod web-1, container {container}: exit code 1");
            // The kubelet does not call it unready that comes back at once, and later when it does not.
            assert_eq!(
                told(&[restarted(pod(made, ready), list, "2026-03-01T10:33:00Z")]),
                format!("10:33 {says}")
            );
            let late = restarted(pod(made, "2026-03-01T10:34:00Z"), list, "2026-03-01T10:33:00Z");
            assert_eq!(told(&[late, pod(made, "2026-03-01T10:32:00Z")]), format!("10:34 {says}"));
        }
        // One that ended and is not started again, as an evicted one.
        let mut ended = pod(made, ready);
        ended["status"]["containerStatuses"][0]["state"] =
            json!({"terminated": {"exitCode": 137, "finishedAt": "2026-03-01T10:35:00Z"}});
        assert_eq!(told(&[ended.clone()]), "10:35 pod web-1, container main: exit code 137");
        ended["metadata"]["deletionTimestamp"] = json!("2026-03-01T10:35:00Z");
        assert_eq!(told(&[ended]), "");
    }

    #[test]
    fn pods_that_scaling_made_are_no_flicker() {
        let asked_for_more = deployment("2026-03-01T10:31:00Z");
        let new = pod("2026-03-01T10:30:00Z", "2026-03-01T10:31:00Z");
        let old = pod("2026-03-01T10:05:00Z", "2026-03-01T10:09:00Z");
        assert_eq!(became(&asked_for_more, None, &[old.clone(), new.clone()], true), None);
        // A new one that crashes is.
        let crashed = restarted(new.clone(), "containerStatuses", "2026-03-01T10:40:00Z");
        assert!(became(&asked_for_more, None, &[old.clone(), crashed], true).unwrap().starts_with("10:40"));
        // It does not explain what turned before it was made, nor anything where their number is rendered: there it stands
        // for one that is gone.
        let later = pod("2026-03-01T10:50:00Z", "2026-03-01T10:51:00Z");
        assert!(became(&asked_for_more, None, &[old.clone(), later], true).unwrap().starts_with("10:31"));
        // Nor what turned long after it: that was an outage.
        let outage = deployment("2026-03-01T10:50:00Z");
        assert!(became(&outage, None, &[old.clone(), new.clone()], true).unwrap().starts_with("10:50"));
        assert!(became(&deployment(READY), None, &[old, new], false).unwrap().starts_with("10:31"));
    }

    #[test]
    fn other_kinds_say_it_by_the_condition_that_they_are_ready_by() {
        let object = |version: &str, kind: &str, condition: &str| {
            json!({
                "apiVersion": version, "kind": kind, "metadata": {"name": "x"},
                "status": {
                    "conditions": [
                        {"type": condition, "status": "True", "lastTransitionTime": "2026-03-01T10:31:00Z"},
                        {"type": "Other", "status": "True", "lastTransitionTime": "2026-03-01T10:50:00Z"},
                    ],
                    "parents": [{"conditions": [
                        {"type": "Accepted", "status": "True", "lastTransitionTime": "2026-03-01T10:40:00Z"},
                    ]}],
                },
            })
        };
        for (version, kind, condition, at) in [
            ("v1", "Pod", "Ready", Some("10:31")),
            ("autoscaling/v2", "HorizontalPodAutoscaler", "ScalingActive", Some("10:31")),
            ("apiregistration.k8s.io/v1", "APIService", "Available", Some("10:31")),
            ("gateway.networking.k8s.io/v1", "HTTPRoute", "Ready", Some("10:40")),
            ("example.com/v1", "Thing", "Ready", Some("10:31")),
            ("batch/v1", "Job", "Complete", None),
            ("networking.istio.io/v1", "Gateway", "Ready", None),
        ] {
            let found = became(&object(version, kind, condition), None, &[], false);
            assert_eq!(found.as_deref().and_then(|found| found.get(..5)), at, "{kind}");
        }
        let thing = object("example.com/v1", "Thing", "Ready");
        let other = ReadyWhen::Condition { name: "Other".into(), status: "true".into() };
        assert_eq!(
            became(&thing, Some(&other), &[], false).unwrap(),
            "10:50 its condition Other turned then"
        );
        assert_eq!(became(&thing, Some(&ReadyWhen::Exists), &[], false), None);
        // What is not as it must be now did not become so.
        let mut off = object("autoscaling/v2", "HorizontalPodAutoscaler", "ScalingActive");
        off["status"]["conditions"][0]["status"] = json!("False");
        assert_eq!(became(&off, None, &[], false), None);
    }
}
