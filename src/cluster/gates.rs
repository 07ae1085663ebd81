//! Gates: checked as far as a definition can be. What judges them comes with the rollout.

use std::collections::BTreeMap;
use std::time::Duration;

use super::check::{Use, check as check_type};
use super::codes;
use super::duration;
use super::eval::{Scope, evaluate};
use super::value::{Kind, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fleet::Block;

/// How long a gate needs before it can say anything.
pub type Needs = Option<Duration>;

/// Tells what is wrong with a gate on one cluster, and how long it must be watched: `settle`, and an
/// `interval` for each of `min_samples`.
pub fn check(block: &Block, scope: &Scope, problems: &mut Diagnostics) -> Needs {
    let before = problems.len();
    let title = block.title();
    let mut values: BTreeMap<&str, Value> = BTreeMap::new();
    for inner in std::iter::once(block).chain(&block.blocks) {
        for argument in inner.args.values() {
            let Some(value) = evaluate(&argument.expression, argument.span.file, scope, problems) else {
                continue;
            };
            let path = argument.name.text.to_string();
            let at = Use { path, span: argument.span, block: &title };
            let Some(schema) = inner.schema.arg(&argument.name.text) else { continue };
            if check_type(&value, &schema.ty, &at, problems) && std::ptr::eq(inner, block) {
                values.insert(schema.name, value);
            }
        }
    }
    if problems.len() > before {
        return None;
    }
    let span = |name: &str| block.arg(name).map_or(block.place(), |argument| argument.span);
    let mut tell = |message: String, at: &str, help: &str| {
        problems.push(
            Diagnostic::error(codes::GATE, format!("{title}: {message}")).at(span(at), "here").help(help),
        );
    };
    let has = |name: &str| values.contains_key(name);
    let job = block.block("job").is_some();
    if job == (has("prometheus") || has("query")) || has("prometheus") != has("query") {
        let help = "write `prometheus` and `query`, or a `job` block";
        tell("it asks Prometheus, or runs a job".into(), "prometheus", help);
        return None;
    }
    if !job && !has("max") && !has("min") && !has("compare") {
        tell("it has no threshold: everything would pass".into(), "query", "add `max`, `min` or `compare`");
    }
    if has("compare") != has("tolerance") {
        tell("`compare` and `tolerance` go together".into(), "compare", "write both, or neither");
    }
    if let (Some(Kind::Number(max)), Some(Kind::Number(min))) =
        (values.get("max").map(|v| &v.kind), values.get("min").map(|v| &v.kind))
        && min > max
    {
        tell(
            "`min` is more than `max`: nothing would pass".into(),
            "min",
            "make the lower bound the lower one",
        );
    }
    let time =
        |name: &str| values.get(name).and_then(Value::as_str).and_then(|text| duration::parse(text).ok());
    if time("interval").is_some_and(|interval| interval.is_zero()) {
        tell("`interval` is zero".into(), "interval", "give a duration such as \"30s\"");
        return None;
    }
    let samples = match values.get("min_samples").map(|value| &value.kind) {
        Some(Kind::Number(number)) => number.as_i64().and_then(|number| u32::try_from(number).ok()),
        _ => None,
    };
    let watched = time("interval").unwrap_or_default().checked_mul(samples.unwrap_or(1));
    watched.map(|watched| watched.saturating_add(time("settle").unwrap_or_default()))
}
