//! PodDisruptionBudgets: `disruption` and `pdb-blocks`.
//!
//! Known: the budgets and pods that the fleet renders, and the fewest replicas that their autoscalers leave.
//! Budgets that somebody else makes are not seen. How eviction reckons is in `pkg/controller/disruption` of
//! Kubernetes: percentages are rounded up.

use std::collections::BTreeMap;

use super::index::Index;
use super::pods::Pods;
use super::selection::Selection;
use crate::diagnostic::check::{DISRUPTION, PDB_BLOCKS};
use crate::object::ObjectRef;
use crate::validate::field::{Entry, Field};
use crate::validate::finding::{Finding, Findings};

/// Looks whether pods of several replicas have a budget and not two, and whether each budget lets a pod go.
pub fn check(index: &Index<'_>, findings: &mut Findings<'_>) {
    let mut budgets: BTreeMap<&ObjectRef, Vec<Field<'_>>> = BTreeMap::new();
    for budget in index.of_kind("policy", "PodDisruptionBudget") {
        let Some(selector) = budget.at(&["spec", "selector"]) else { continue };
        let pods = index.selected(Some(budget.namespace()), &Selection::of_selector(&selector));
        for pods in &pods {
            budgets.entry(pods.entry.object().reference()).or_default().push(selector);
        }
        of_budget(index, *budget, &pods, findings);
    }
    for pods in index.pods() {
        let own = budgets.get(pods.entry.object().reference()).map_or(&[][..], Vec::as_slice);
        of_pods(index, pods, own, findings);
    }
}

/// `budgets` are the selectors of those that select the pods.
fn of_pods<'a>(index: &Index<'a>, pods: &Pods<'a>, budgets: &[Field<'a>], findings: &mut Findings<'_>) {
    match budgets {
        [] => {
            let Some(least) = index.least(pods).filter(|least| *least > 1) else { return };
            let message = format!(
                "{} has {least} replicas and no PodDisruptionBudget: a drain may stop all at once",
                pods.entry.short()
            );
            let at = pods.replicas().unwrap_or_else(|| pods.entry.root());
            findings.tell(Finding::new(&DISRUPTION, &at, message).label("these replicas"));
        }
        [_] => {}
        [first, second, ..] => {
            let message = format!(
                "two PodDisruptionBudgets select the pods of {}: no pod of it can be evicted",
                pods.entry.short()
            );
            findings.tell(
                Finding::new(&PDB_BLOCKS, second, message)
                    .label("selects them")
                    .also(first, "selects them, too")
                    .help("leave one of the two"),
            );
        }
    }
}

fn of_budget<'a>(index: &Index<'a>, budget: Entry<'a>, pods: &[&Pods<'a>], findings: &mut Findings<'_>) {
    let numbers: Option<Vec<i64>> = pods.iter().map(|pods| index.least(pods)).collect();
    let count: Option<i64> =
        numbers.filter(|numbers| !numbers.is_empty()).map(|all| all.into_iter().fold(0, i64::saturating_add));
    if let Some(at) = budget.at(&["spec", "maxUnavailable"]) {
        let zero = amount(&at).is_some_and(|amount| amount.of(count.unwrap_or(1)) == 0);
        if zero && count != Some(0) {
            tell(&at, format!("`maxUnavailable` {} lets no pod be evicted", at.shown()), findings);
        }
    } else if let Some(at) = budget.at(&["spec", "minAvailable"]) {
        match (count, amount(&at)) {
            (_, Some(Amount::Percent(100..))) => {
                tell(&at, format!("`minAvailable` {} lets no pod be evicted", at.shown()), findings);
            }
            (Some(count), Some(amount)) if count > 0 && amount.of(count) >= count => {
                let pods = if count == 1 { "1 replica" } else { &format!("{count} replicas") };
                let message = format!("`minAvailable` {} of {pods} lets no pod be evicted", at.shown());
                tell(&at, message, findings);
            }
            _ => {}
        }
    }
}

fn tell(at: &Field<'_>, message: String, findings: &mut Findings<'_>) {
    let finding = Finding::new(&PDB_BLOCKS, at, message).label("a drain of a node waits for ever");
    findings.tell(finding.help("allow one disruption at least: `maxUnavailable: 1`, or more replicas"));
}

/// A number of pods, or a share of them.
#[derive(Clone, Copy, Debug)]
enum Amount {
    Pods(i64),
    Percent(i64),
}

impl Amount {
    /// How many that is of a number of pods; a share is rounded up.
    fn of(self, count: i64) -> i64 {
        match self {
            Self::Pods(pods) => pods,
            Self::Percent(percent) => percent.saturating_mul(count).saturating_add(99) / 100,
        }
    }
}

fn amount(field: &Field<'_>) -> Option<Amount> {
    match field.text() {
        Some(text) => text.strip_suffix('%')?.parse().ok().map(Amount::Percent),
        None => field.number().map(Amount::Pods),
    }
}
