//! The variables of a fleet and the values given for them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hcl_edit::expr::Expression;
use hcl_edit::parser::parse_expr;

use super::absent::nothing_known;
use super::codes;
use super::eval::{Absent, Scope, evaluate};
use super::layer::argument_value;
use super::type_expression::{TypeExpression, read};
use super::value::{Kind, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, SourceMap, Span, one_of, suggest};
use crate::fleet::schema::Type;
use crate::fleet::{Block, Fleet};

const ALONE: Absent = Absent {
    why: "a variable stands by itself",
    help: "write the value itself; what is put together from others belongs into `locals`",
};

const IN_VALIDATION: Absent = Absent {
    why: "a validation sees variables only",
    help: "compare with a value, or with another variable",
};

fn alone() -> Scope {
    nothing_known(ALONE)
}

/// A value given for a variable from outside of the fleet.
#[derive(Clone, Debug)]
pub struct Given {
    /// The variable's name.
    pub name: Arc<str>,
    /// The value.
    pub value: GivenValue,
    /// Where it was given.
    pub from: GivenFrom,
    /// The text it was given as.
    pub span: Span,
}

/// The form in which a value is given.
#[derive(Clone, Debug)]
pub enum GivenValue {
    /// A text: a string where the variable is one, an expression of the language otherwise.
    Text(Arc<str>),
    /// An expression without references, from a file in HCL.
    Expression(Box<Expression>),
    /// A value, from a file in JSON.
    Value(Value),
}

/// Where a value was given; what is not declared is an error, a warning, or nothing, as in Terraform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenFrom {
    /// `FLEETWRIGHT_VAR_name`.
    Environment,
    /// `--var-file`.
    File,
    /// `--var`.
    CommandLine,
    /// Terraform, by a query or the arguments of the program: it keeps both in its state.
    Terraform,
}

/// The values of all variables, and the names of those that could not be worked out.
#[derive(Debug, Default)]
pub struct Variables {
    /// By name.
    pub values: BTreeMap<Arc<str>, Value>,
    /// Those with a problem that is told.
    pub failed: BTreeSet<Arc<str>>,
}

/// The value of each variable: of those given the last one, else its default.
pub fn resolve(fleet: &Fleet, given: &[Given], map: &mut SourceMap, problems: &mut Diagnostics) -> Variables {
    undeclared(fleet, given, map, problems);
    let mut variables = Variables::default();
    for block in &fleet.variables {
        let name: Arc<str> = Arc::from(block.name());
        let given: Vec<&Given> = given.iter().filter(|given| given.name == name).collect();
        match resolve_one(block, &given, map, problems) {
            Some(value) => {
                variables.values.insert(name, value);
            }
            None => {
                variables.failed.insert(name);
            }
        }
    }
    let mut scope = nothing_known(IN_VALIDATION);
    scope.set("var", Value::new(Kind::Map(Arc::new(variables.values.clone()))));
    for name in &variables.failed {
        scope.set_failed("var", name.clone());
    }
    for block in &fleet.variables {
        for validation in block.blocks_of("validation") {
            validate(block, validation, &scope, problems);
        }
    }
    variables
}

fn undeclared(fleet: &Fleet, given: &[Given], map: &mut SourceMap, problems: &mut Diagnostics) {
    let names = || fleet.variables.iter().map(Block::name);
    for given in given.iter().filter(|given| !names().any(|name| *name == *given.name)) {
        // Whether it is a secret cannot be known: nobody declared it.
        map.hide(given.span);
        let message = format!("there is no variable {}", Value::string(given.name.clone()).shown());
        let problem = match given.from {
            GivenFrom::Environment => continue,
            GivenFrom::File => Diagnostic::warning(codes::VARIABLE, message),
            GivenFrom::CommandLine | GivenFrom::Terraform => Diagnostic::error(codes::VARIABLE, message),
        };
        let problem = problem.at(given.span, "a value is given for it here");
        problems.push(match suggest(&given.name, names()) {
            Some(near) => problem.help(format!("did you mean \"{near}\"?")),
            None => problem.help(format!("the variables of this fleet: {}", one_of(names()))),
        });
    }
}

fn flag(block: &Block, name: &str, default: bool, problems: &mut Diagnostics) -> bool {
    let value = block
        .arg(name)
        .and_then(|argument| argument_value(argument, &Type::Bool, name, &block.title(), &alone(), problems));
    match value.map(|value| value.kind) {
        Some(Kind::Bool(value)) => value,
        _ => default,
    }
}

fn resolve_one(
    block: &Block,
    given: &[&Given],
    map: &mut SourceMap,
    problems: &mut Diagnostics,
) -> Option<Value> {
    // Where it cannot be told, the safe answer.
    let sensitive = flag(block, "sensitive", block.arg("sensitive").is_some(), problems);
    let nullable = flag(block, "nullable", true, problems);
    if sensitive {
        for span in block
            .arg("default")
            .map(|default| default.span)
            .into_iter()
            .chain(given.iter().map(|given| given.span))
        {
            map.hide(span);
        }
        for given in given {
            match &given.value {
                GivenValue::Text(text) => map.keep_secret(text),
                GivenValue::Value(value) => keep_secret(value, map),
                GivenValue::Expression(expression) => {
                    let scope = Scope::default();
                    let value = evaluate(expression, given.span.file, &scope, &mut Diagnostics::new());
                    value.iter().for_each(|value| keep_secret(value, map));
                }
            }
        }
    }
    if let Some(given) = given.iter().find(|given| sensitive && given.from == GivenFrom::Terraform) {
        let name = block.name();
        let message =
            format!("variable \"{name}\" is sensitive, and Terraform keeps this in its state, in clear");
        let help = format!("set FLEETWRIGHT_VAR_{name}, or name a file with --var-file");
        problems.push(Diagnostic::error(codes::SENSITIVE, message).at(given.span, "given here").help(help));
        return None;
    }
    let ty = match block.arg("type") {
        Some(argument) => read(&argument.expression, argument.span.file, problems)?,
        None => TypeExpression::Any,
    };
    let (value, at) = match (given.last(), block.arg("default")) {
        (Some(given), _) => {
            let value =
                discreet(sensitive, block, given.span, problems, |told| given_value(given, &ty, told));
            (value?, given.span)
        }
        (None, Some(default)) => {
            let value = discreet(sensitive, block, default.span, problems, |told| {
                evaluate(&default.expression, default.span.file, &alone(), told)
            });
            (value?, default.span)
        }
        (None, None) => {
            let name = block.name();
            // A command line is seen by others, and kept.
            let help = match sensitive {
                true => format!("give one with FLEETWRIGHT_VAR_{name} or --var-file"),
                false => format!(
                    "give one with --var {name}=…, --var-file or FLEETWRIGHT_VAR_{name}, or add a `default`"
                ),
            };
            let told = Diagnostic::error(codes::VARIABLE, format!("variable \"{name}\" has no value"));
            problems.push(told.at(block.place(), "it has no default").help(help));
            return None;
        }
    };
    let value = value.marked(sensitive);
    if sensitive {
        keep_secret(&value, map);
    }
    if value.kind == Kind::Null && !nullable {
        problems.push(
            Diagnostic::error(codes::VARIABLE, format!("variable \"{}\" may not be null", block.name()))
                .at(at, "null is given here")
                .help("give a value, or take `nullable = false` out"),
        );
        return None;
    }
    match ty.convert(&value) {
        Ok(value) => Some(Value { span: value.span.or(Some(at)), ..value }),
        Err(misfit) => {
            let name = block.name();
            let mut problem = Diagnostic::error(
                codes::TYPE,
                format!("`{name}{}` takes {}; found {}", misfit.path, misfit.expected, misfit.found),
            )
            .at(misfit.span.unwrap_or(at), "not of this type");
            if let Some(argument) = block.arg("type") {
                problem = problem.at(argument.span, "the type is set here");
            }
            problems.push(problem.help(format!("give variable \"{name}\" a value of type {}", ty.written())));
            None
        }
    }
}

/// Keeps every text and number in a value out of what is printed.
fn keep_secret(value: &Value, map: &mut SourceMap) {
    match &value.kind {
        Kind::Null | Kind::Bool(_) => {}
        Kind::Number(number) => map.keep_secret(&number.to_string()),
        Kind::String(text) => map.keep_secret(text),
        Kind::List(items) => items.iter().for_each(|item| keep_secret(item, map)),
        Kind::Map(entries) => entries.values().for_each(|item| keep_secret(item, map)),
    }
}

/// What `work` gives. Its problems quote the text it reads, so those of a secret are told in one sentence.
fn discreet(
    sensitive: bool,
    block: &Block,
    at: Span,
    problems: &mut Diagnostics,
    work: impl FnOnce(&mut Diagnostics) -> Option<Value>,
) -> Option<Value> {
    let mut told = Diagnostics::new();
    let value = work(&mut told);
    if sensitive && !told.is_empty() {
        told = Diagnostic::error(
            codes::VARIABLE,
            format!("the value of \"{}\" cannot be read; it is sensitive and not shown", block.name()),
        )
        .at(at, "given here")
        .help("write it as in HCL, with strings in quotes: --var 'zones=[\"a\", \"b\"]'")
        .into();
    }
    problems.append(told);
    value
}

fn given_value(given: &Given, ty: &TypeExpression, problems: &mut Diagnostics) -> Option<Value> {
    match &given.value {
        GivenValue::Value(value) => Some(value.clone()),
        GivenValue::Expression(expression) => evaluate(expression, given.span.file, &alone(), problems),
        GivenValue::Text(text) if matches!(ty, TypeExpression::String | TypeExpression::Any) => {
            Some(Value::string(text.clone()).at(given.span))
        }
        GivenValue::Text(text) => match parse_expr(text) {
            Ok(expression) => {
                // Its spans are those of the text alone, which is not a file of its own.
                let mut inner = Diagnostics::new();
                let value = evaluate(&expression, given.span.file, &alone(), &mut inner);
                for problem in inner {
                    problems.push(Diagnostic { labels: Vec::new(), ..problem }.at(given.span, "given here"));
                }
                value.map(|value| Value { span: Some(given.span), ..value })
            }
            Err(_) => {
                let message =
                    format!("the value given for \"{}\" is no {}", given.name.escape_debug(), ty.written());
                problems.push(
                    Diagnostic::error(codes::VARIABLE, message)
                        .at(given.span, "given here")
                        .help("write it as in HCL: --var 'zones=[\"a\", \"b\"]'"),
                );
                None
            }
        },
    }
}

fn validate(block: &Block, validation: &Block, scope: &Scope, problems: &mut Diagnostics) {
    let (Some(condition), Some(message)) = (validation.arg("condition"), validation.arg("error_message"))
    else {
        return;
    };
    let title = block.title();
    let holds = argument_value(condition, &Type::Bool, "condition", &title, scope, problems);
    let message = argument_value(message, &Type::String, "error_message", &title, scope, problems);
    let (Some(holds), Some(message)) = (holds, message) else { return };
    if holds.kind != Kind::Bool(false) {
        return;
    }
    let text = if message.is_sensitive() {
        "(the message is sensitive)".to_owned()
    } else {
        message.as_str().unwrap_or("").escape_debug().to_string()
    };
    problems.push(
        Diagnostic::error(codes::VALIDATION, format!("variable \"{}\" is not valid: {text}", block.name()))
            .at(block.place(), "this variable")
            .at(condition.span, "this condition does not hold")
            .help(format!("give another value for \"{}\"", block.name())),
    );
}
