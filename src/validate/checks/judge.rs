//! The judgement on what nothing renders: told, told as worth a look, or left alone.

use super::index::{Index, Knows};
use crate::validate::finding::{Finding, Findings};

/// Tells that something is missing from a namespace, as far as the fleet knows what is there. Where an operator
/// makes what is missing, only a slip is told: what is `near` to something that is rendered. Where nobody can say
/// whether one does, that is told too, once for the namespace.
pub fn missing<'a>(
    index: &Index<'a>,
    namespace: &str,
    finding: Finding<'a>,
    near: bool,
    findings: &mut Findings<'_>,
) {
    match (index.knows(namespace), near) {
        (Knows::All, _) => findings.tell(finding),
        (Knows::Perhaps(_) | Knows::Part, true) => findings.tell(finding.warning()),
        (Knows::Perhaps(maker), false) => {
            let message = format!(
                "not judged in the namespace \"{}\": {} may make what nothing renders",
                namespace.escape_debug(),
                maker.short()
            );
            let told = Finding::new(finding.check(), &maker.root(), message)
                .warning()
                .label("nothing is known of this kind")
                .also(finding.at(), "this is not judged")
                .help("see to it that what is asked for is there");
            findings.tell_once(namespace, told);
        }
        (Knows::Part, false) | (Knows::Nothing, _) => {}
    }
}
