//! A rule of a CustomResourceDefinition, evaluated.

use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};

use cel::common::ast::Expr;
use cel::extractors::This;
use cel::{Context, Env, ExecutionError, IdedExpr, Program, extensions};
use serde_json::Value;

use super::node::Node;
use super::pattern::Pattern;
use super::rule_value::{self, size};
use super::set::Schemas;

/// The longest rule that is evaluated, in bytes: the longest of the projects that fleets install has 1,363. The
/// parser bounds how deep brackets nest, and not how long a chain of operators is, which it recurses over.
const MAX_BYTES: usize = 2 << 10;

/// How many steps a rule may take, and bytes it may make: the size of what it is about, or of the rule itself, to the
/// power of how often it can grow. API servers estimate a cost too, and refuse rules that may be dear.
const MAX_STEPS: u64 = 1_000_000;

/// One of `x-kubernetes-validations`: a CEL expression about the value that it stands at, which is `self`.
#[derive(Clone)]
pub struct Rule {
    rule: Box<str>,
    message: Option<Box<str>>,
    program: OnceLock<Option<Arc<Compiled>>>,
}

struct Compiled {
    program: Program,
    /// How many times what it makes can grow by what it looks at.
    growth: u32,
    /// How many parts it is written in: a list that is written out is looped over too.
    parts: u64,
}

/// The language of rules: the standard one, strings, lists, and Kubernetes' own functions that need no library.
/// A rule that calls another one cannot be evaluated, and says nothing.
static LANGUAGE: LazyLock<Option<Arc<Env>>> = LazyLock::new(|| {
    let mut env = Env::stdlib();
    let extended = env.add_extension(extensions::strings).and_then(|()| env.add_extension(extensions::lists));
    extended.ok().map(|()| Arc::new(env))
});

impl Rule {
    /// The rule with this text, and what the server says where it does not hold.
    pub fn new(rule: &str, message: Option<&str>) -> Self {
        Self { rule: rule.into(), message: message.map(Into::into), program: OnceLock::new() }
    }

    /// What the server says, if the rule does not hold for a value of a schema. `None` too if it cannot be told:
    /// the server then decides.
    pub fn broken(&self, value: &Value, node: &Node, schemas: &Schemas) -> Option<String> {
        let compiled = self.compiled()?;
        let most = size(value).max(compiled.parts);
        if most.checked_pow(compiled.growth).is_none_or(|steps| steps > MAX_STEPS) {
            return None;
        }
        let mut context = Context::with_env(Arc::clone(LANGUAGE.as_ref()?));
        context.add_variable_from_value("self", rule_value::of(value, node, schemas));
        functions(&mut context).ok()?;
        let holds = compiled.program.execute(&context).ok()?;
        (holds == cel::Value::Bool(false)).then(|| match &self.message {
            Some(message) => message.trim().to_owned(),
            None => format!("the rule {} does not hold", self.rule.trim()),
        })
    }

    fn compiled(&self) -> Option<&Compiled> {
        self.program.get_or_init(|| compile(&self.rule).map(Arc::new)).as_deref()
    }
}

/// What a rule about a change of an object compares with: there is none when it is made.
fn compile(rule: &str) -> Option<Compiled> {
    if rule.len() > MAX_BYTES {
        return None;
    }
    let program = LANGUAGE.as_ref()?.compile(rule).ok()?;
    let references = program.references();
    let is_known = |name: &str| !references.has_variable(name);
    if !is_known("oldSelf") {
        return None;
    }
    let (growth, parts) = measured(program.expression());
    Some(Compiled { growth, parts, program })
}

/// Functions whose result can be as large as what they are about, times what they are given.
const GROWING: [&str; 3] = ["join", "replace", "format"];

/// A function whose result is as large as the number that it is given. Kubernetes has none of the name.
const RANGE: &str = "range";

/// How often the value of an expression can grow by what it looks at, and how many parts it is written in. A loop
/// grows once, and what is looped over may have grown before: `x.map(a, a + a).map(a, a + a)` twice. The parser bounds
/// how deep expressions are nested.
fn measured(expression: &IdedExpr) -> (u32, u64) {
    // Side by side, the one that grows more counts.
    let beside = |parts: &mut dyn Iterator<Item = &IdedExpr>| {
        parts.map(measured).fold((0, 1), |(most, all), (growth, parts)| (most.max(growth), all + parts))
    };
    match &expression.expr {
        Expr::Call(call) if call.func_name.rsplit('.').next() == Some(RANGE) => (u32::MAX, 1),
        Expr::Call(call) => {
            let (growth, parts) = beside(&mut call.args.iter().chain(call.target.as_deref()));
            let grows = u32::from(GROWING.contains(&call.func_name.as_str()));
            (growth.saturating_add(grows), parts)
        }
        Expr::Comprehension(comprehension) => {
            let body = [&comprehension.loop_cond, &comprehension.loop_step, &comprehension.result];
            let (body, body_parts) = beside(&mut body.into_iter());
            let range = [&comprehension.iter_range, &comprehension.accu_init];
            let (range, range_parts) = beside(&mut range.into_iter());
            (range.saturating_add(body).saturating_add(1), range_parts.saturating_add(body_parts))
        }
        Expr::List(list) => beside(&mut list.elements.iter()),
        Expr::Select(select) => beside(&mut std::iter::once(select.operand.as_ref())),
        // A map or struct that is written out is rare in rules; as deep as a loop is on the safe side.
        Expr::Map(_) | Expr::Struct(_) => (3, 1),
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => (0, 1),
    }
}

/// Functions that Kubernetes adds: its page *Common Expression Language in Kubernetes*.
fn functions(context: &mut Context<'_, '_>) -> Result<(), cel::DeclarationError> {
    context.add_function("find", |This(text): This<Arc<String>>, pattern: Arc<String>| {
        let found = Pattern::new(&pattern).find(&text);
        found.map(cel::Value::from).ok_or_else(|| ExecutionError::function_error("find", "not a pattern"))
    })?;
    context.add_function("isIP", |text: Arc<String>| text.parse::<std::net::IpAddr>().is_ok())
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rule)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::check::ANY;
    use super::*;

    /// Whether a rule says anything of a value that it does not hold for.
    fn says(rule: &str, value: &Value) -> bool {
        Rule::new(rule, None).broken(value, &ANY, &Schemas::default()).is_some()
    }

    #[test]
    fn rules_that_take_for_ever_or_all_memory_say_nothing() {
        let value = json!({ "a": "bbbb" });
        assert!(says("self.a == 'c'", &value));
        assert!(says("[1, 2].all(x, [3, 4].all(y, x == y))", &value));
        let doubling = ".map(a, a + a)".repeat(60);
        assert!(!says(&format!("[self.a]{doubling}.size() == 0"), &value), "memory");
        let replacing = ".replace('', self.a)".repeat(60);
        assert!(!says(&format!("self.a{replacing}.size() == 0"), &value), "memory, without a loop");
        let list = format!("[{}]", vec!["0"; 100].join(","));
        let nested =
            (0..8).fold("false".to_owned(), |body, depth| format!("{list}.exists(v{depth}, {body})"));
        assert!(!says(&nested, &value), "time");
        assert!(
            !says("lists.range(1000000).exists(x, lists.range(1000000).exists(y, false))", &value),
            "time"
        );
    }
}
