//! Probes: `readiness` and `liveness`.
//!
//! Known: the pod template. Pods that end (of Jobs, or with another restart policy than Always) need neither. Of
//! several containers, those with ports need one each; where none has ports, one of them is enough. A startup
//! probe takes the place of neither.

use super::pods::{Container, Pods};
use crate::diagnostic::Check;
use crate::diagnostic::check::{LIVENESS, READINESS};
use crate::validate::finding::{Finding, Findings};

/// Looks at the probes of these pods.
pub fn check<'a>(pods: &Pods<'a>, findings: &mut Findings<'_>) {
    if !pods.run_on {
        return;
    }
    let main: Vec<Container<'a>> = pods.containers().into_iter().filter(|one| !one.init).collect();
    for (check, key, what) in [
        (&READINESS, "readinessProbe", "readiness probe: it gets traffic before it can serve"),
        (&LIVENESS, "livenessProbe", "liveness probe: it is not restarted when it hangs"),
    ] {
        probe(check, key, what, &main, findings);
    }
}

fn probe(
    check: &'static Check,
    key: &'static str,
    what: &str,
    main: &[Container<'_>],
    findings: &mut Findings<'_>,
) {
    let has = |container: &Container<'_>| container.field.get(key).is_some();
    let serves = |container: &Container<'_>| !container.field.list(&["ports"]).is_empty();
    let mut serving = main.iter().filter(|container| serves(container)).peekable();
    let without: Vec<&Container<'_>> = match serving.peek() {
        Some(_) => serving.filter(|container| !has(container)).collect(),
        None if main.iter().any(has) => Vec::new(),
        None => main.first().into_iter().collect(),
    };
    for container in without {
        let message = format!("{} has no {what}", container.title());
        findings.tell(Finding::new(check, &container.field, message).label("this container"));
    }
}
