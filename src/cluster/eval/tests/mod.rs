//! How the tests evaluate an expression and write down what comes out.

mod bound;
mod problem;
mod secret;
mod value;

use hcl_edit::structure::Body;

use super::*;
use crate::diagnostic::SourceMap;
use crate::fleet::flush_heredocs;

/// A value as the tests write it: JSON with marks, `!` before what is sensitive itself.
fn shown(value: &Value) -> String {
    let mark = if value.sensitive { "!" } else { "" };
    let body = match &value.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(flag) => flag.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => format!("{text:?}"),
        Kind::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Kind::Map(entries) => {
            let entries: Vec<_> =
                entries.iter().map(|(key, value)| format!("{key}: {}", shown(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    };
    format!("{mark}{body}")
}

struct Run {
    map: SourceMap,
    value: Option<Value>,
    problems: Diagnostics,
}

impl Run {
    fn of(text: &str) -> Self {
        Self::with(text, &scope())
    }

    fn with(text: &str, scope: &Scope) -> Self {
        let mut map = SourceMap::default();
        let source = format!("x = {text}\n");
        let file = map.add("test", source.as_str());
        let mut body: Body = source.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        flush_heredocs(&mut body, &source);
        let mut problems = Diagnostics::new();
        let expr = &body.get_attribute("x").unwrap().value;
        let value = evaluate(expr, file, scope, &mut problems);
        Self { map, value, problems }
    }

    /// The value, or each problem as `CODE message <text under the caret>`.
    fn shown(&self) -> String {
        match &self.value {
            Some(value) => shown(value),
            None if self.problems.is_empty() => "nothing".to_owned(),
            None => self.problems_shown().join("\n"),
        }
    }

    fn problems_shown(&self) -> Vec<String> {
        let problems = self.problems.iter().map(|problem| {
            let carets: Vec<_> = problem.labels.iter().map(|label| self.map.text(label.at)).collect();
            format!("{} {} <{}>", problem.code, problem.message, carets.join("> <"))
        });
        problems.collect()
    }
}

fn value_of(text: &str) -> Value {
    let file = SourceMap::default().add("scope", text);
    evaluate(&text.parse().unwrap(), file, &Scope::new(), &mut Diagnostics::new()).unwrap()
}

fn scope() -> Scope {
    let mut scope = Scope::new();
    scope.set("var", value_of(r#"{ name = "shop", count = 3, on = true, none = null, list = ["a", "b"], m = { k = { z = 1 } } }"#));
    scope.set(
        "local",
        value_of(
            r#"{ secret = sensitive("s3cret"), partly = { a = 1, b = sensitive(2) }, vault = sensitive({ a = 1, l = [1] }),
                 services = [{ name = "web", ports = [80, 443] }, { name = "db", ports = [] }] }"#,
        ),
    );
    let (why, help) = ("it differs from cluster to cluster", "use it in a unit");
    scope.explain_absent("cluster", Absent { why, help });
    scope
}

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(Run::of(text).shown(), *expected, "{text}");
    }
}
