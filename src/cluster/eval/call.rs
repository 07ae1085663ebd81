//! Function calls.

use hcl_edit::expr::{Expression, FuncCall};

use super::operation::found_at;
use super::{Evaluator, codes, convert};
use crate::cluster::function::{self, Arguments, Failure, Function, Reads};
use crate::cluster::{Kind, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Span, suggest};

impl<'a> Evaluator<'a> {
    pub(super) fn call(&mut self, call: &'a FuncCall, span: Span) -> Option<Value> {
        let name_span = self.span(&call.name.name);
        if call.name.is_namespaced() {
            let problem = Diagnostic::error(codes::UNKNOWN_FUNCTION, "there are no functions of providers");
            return self.report(problem.at(name_span, "").help("leave the part before `::` out"));
        }
        match call.name.name.as_str() {
            "try" => return self.try_call(call, span),
            "can" => return self.can_call(call, span),
            _ => {}
        }
        let function = self.function(call.name.name.as_str(), name_span);
        // The arguments are evaluated even so: their problems are independent of the name.
        let arguments = self.arguments(call);
        let (function, (values, spans)) = (function?, arguments?);
        if !function.takes(values.len()) {
            let message = format!("`{}` takes {}, not {}", function.name, function.arity(), values.len());
            let extra = spans.get(function.params.len()).copied();
            return self.report(
                Diagnostic::error(codes::ARGUMENT_COUNT, message)
                    .at(extra.unwrap_or(name_span), "")
                    .help(format!("write `{}`", function.signature())),
            );
        }
        self.run(function, values, &spans, span)
    }

    fn run(
        &mut self,
        function: &'static Function,
        values: Vec<Value>,
        spans: &[Span],
        span: Span,
    ) -> Option<Value> {
        let taken = self.budget.charge(function.steps);
        self.within(taken, span)?;
        let walks = match function.reads {
            Reads::Shape | Reads::Unmarked => false,
            Reads::Elements | Reads::Everything => true,
        };
        if walks {
            let walked = values.iter().try_for_each(|value| self.budget.charge_value(value));
            self.within(walked, span)?;
        }
        let sensitive = match function.reads {
            Reads::Shape | Reads::Elements => values.iter().any(|value| value.sensitive),
            Reads::Everything => values.iter().any(Value::is_sensitive),
            Reads::Unmarked => false,
        };
        let arguments = Arguments::new(function, values);
        match (function.run)(&arguments) {
            Ok(value) => {
                let made = if walks { self.budget.charge_value(&value) } else { Ok(()) };
                self.within(made, span)?;
                Some(value.at(span).marked(sensitive))
            }
            Err(Failure::Limit(limit)) => self.within(Err(limit), span),
            Err(Failure::Problem { argument, message, help }) => {
                let code = if argument.is_some() { codes::ARGUMENT } else { codes::FUNCTION };
                let place = argument.and_then(|index| spans.get(index)).copied();
                let label = argument.and_then(|index| arguments.get(index)).map(found_at).unwrap_or_default();
                let problem = Diagnostic::error(code, format!("`{}`: {message}", function.name))
                    .at(place.unwrap_or(span), label);
                self.report(match help {
                    Some(help) => problem.help(help),
                    None => problem.help(format!("it is called as `{}`", function.signature())),
                })
            }
        }
    }

    /// The values of the arguments and, for each, where it stands.
    fn arguments(&mut self, call: &'a FuncCall) -> Option<(Vec<Value>, Vec<Span>)> {
        let mut values = Vec::with_capacity(call.args.len());
        let mut spans = Vec::with_capacity(call.args.len());
        let mut complete = true;
        for (index, arg) in call.args.iter().enumerate() {
            let at = self.span(arg);
            let Some(value) = self.evaluate(arg) else {
                complete = false;
                continue;
            };
            if call.args.expand_final() && index + 1 == call.args.len() {
                let Some(items) = self.expanded(&value, arg) else {
                    complete = false;
                    continue;
                };
                spans.extend(items.iter().map(|_| at));
                values.extend(items);
            } else {
                spans.push(at);
                values.push(value);
            }
        }
        complete.then_some((values, spans))
    }

    fn expanded(&mut self, value: &Value, arg: &Expression) -> Option<Vec<Value>> {
        if let Some(items) = convert::items(value) {
            let taken = self.budget.charge(items.len() as u64);
            self.within(taken, self.span(arg))?;
            return Some(items.iter().map(|item| item.clone().marked(value.sensitive)).collect());
        }
        let problem = format!("`...` spreads a list, not {}", value.type_name());
        let help = "leave the `...` out, or write a list: `[…]...`";
        self.report(Diagnostic::error(codes::ARGUMENT, problem).at(self.span(arg), "").help(help))
    }

    fn function(&mut self, name: &str, span: Span) -> Option<&'static Function> {
        if let Some(function) = function::find(name) {
            return Some(function);
        }
        if let Some(left_out) = function::left_out(name) {
            return self.report(
                Diagnostic::error(
                    codes::IMPURE_FUNCTION,
                    format!("there is no function `{name}`, on purpose"),
                )
                .at(span, "")
                .note(left_out.why)
                .help(left_out.instead),
            );
        }
        let problem =
            Diagnostic::error(codes::UNKNOWN_FUNCTION, format!("there is no function `{name}`")).at(span, "");
        let near = suggest(name, function::names());
        self.report(match near {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => {
                problem.help("the functions are those of Terraform that need nothing but their arguments")
            }
        })
    }

    /// `try(a, b, …)`: the first that can be evaluated.
    fn try_call(&mut self, call: &'a FuncCall, span: Span) -> Option<Value> {
        let mut failures = Diagnostics::new();
        for arg in call.args.iter() {
            match self.attempt(arg) {
                Ok(value) => return Some(value.at(span)),
                // Nothing reported: a name whose own problem is reported elsewhere.
                Err(problems) if problems.is_empty() => return None,
                Err(problems) if self.budget.is_spent() => {
                    self.problems.append(problems);
                    return None;
                }
                Err(problems) => failures.append(problems),
            }
        }
        if call.args.is_empty() {
            let problem = Diagnostic::error(codes::ARGUMENT_COUNT, "`try` takes at least one expression");
            return self.report(problem.at(span, "").help("write `try(x, null)`"));
        }
        let mut problem =
            Diagnostic::error(codes::FUNCTION, "`try`: none of its expressions can be evaluated")
                .at(span, "");
        for failure in failures.iter() {
            problem = problem.note(failure.message.clone());
        }
        self.report(problem.help("end it with an expression that always works, such as `null`"))
    }

    /// `can(a)`: whether it can be evaluated.
    fn can_call(&mut self, call: &'a FuncCall, span: Span) -> Option<Value> {
        let (Some(arg), 1) = (call.args.get(0), call.args.len()) else {
            let problem = Diagnostic::error(codes::ARGUMENT_COUNT, "`can` takes one expression");
            return self.report(problem.at(span, "").help("write `can(x)`"));
        };
        let (flag, sensitive) = match self.attempt(arg) {
            Ok(value) => (true, value.sensitive),
            Err(problems) if problems.is_empty() => return None,
            Err(problems) if self.budget.is_spent() => {
                self.problems.append(problems);
                return None;
            }
            Err(_) => (false, false),
        };
        Some(Value::new(Kind::Bool(flag)).at(span).marked(sensitive))
    }
}
