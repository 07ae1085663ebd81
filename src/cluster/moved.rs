//! Units that were renamed.

use std::collections::BTreeMap;

use hcl_edit::expr::{Expression, TraversalOperator};

use super::codes;
use super::unit::UnitKind;
use crate::diagnostic::{Diagnostic, Diagnostics, Span, one_of, suggest};
use crate::fleet::{Argument, Block, Fleet};

/// A unit that has another name now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The kind and name it had.
    pub from: (UnitKind, String),
    /// The kind and name it has.
    pub to: (UnitKind, String),
    /// The block that says so.
    pub span: Span,
}

/// The renamed units. A `from` that still exists, a `to` that does not, and two that say the same are told.
pub fn read(fleet: &Fleet, problems: &mut Diagnostics) -> Vec<Moved> {
    let mut moved: Vec<Moved> = Vec::new();
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for block in &fleet.moved {
        let (Some(from), Some(to)) = (address(block, "from", problems), address(block, "to", problems))
        else {
            continue;
        };
        let exists = |(kind, name): &(UnitKind, String)| {
            fleet.units.iter().any(|unit| unit.schema.name == kind.as_str() && unit.name() == name)
        };
        let span = |name: &str| block.arg(name).map_or(block.header, |argument| argument.span);
        let mut tell = |message: String, at: Span, help: &str| {
            problems.push(Diagnostic::error(codes::MOVED, message).at(at, "here").help(help));
        };
        let shown = |(kind, name): &(UnitKind, String)| format!("{}.{name}", kind.as_str());
        if exists(&from) {
            let help = "take the `moved` block out, or give the new unit another name";
            tell(format!("{} was moved and still exists", shown(&from)), span("from"), help);
        }
        if !exists(&to) {
            let units: Vec<String> =
                fleet.units.iter().map(|unit| format!("{}.{}", unit.schema.name, unit.name())).collect();
            let names = || units.iter().map(String::as_str);
            let help = match suggest(&shown(&to), names()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("take {}", one_of(names())),
            };
            tell(format!("there is no {} to move to", shown(&to)), span("to"), &help);
        }
        if let Some(first) = seen.insert(shown(&from), span("from")) {
            problems.push(
                Diagnostic::error(codes::MOVED, format!("{} was moved twice", shown(&from)))
                    .at(span("from"), "again here")
                    .at(first, "first here")
                    .help("keep one of the two"),
            );
        }
        moved.push(Moved { from, to, span: block.header });
    }
    moved
}

fn address(block: &Block, name: &str, problems: &mut Diagnostics) -> Option<(UnitKind, String)> {
    let argument = block.arg(name)?;
    let address = spelled(argument);
    if address.is_none() {
        problems.push(
            Diagnostic::error(codes::MOVED, format!("`{name}` is no address of a unit"))
                .at(argument.span, "expected component.NAME or service.NAME")
                .help("write it without quotes: `from = service.old-name`"),
        );
    }
    address
}

fn spelled(argument: &Argument) -> Option<(UnitKind, String)> {
    let Expression::Traversal(traversal) = &argument.expression else { return None };
    let Expression::Variable(kind) = &traversal.expr else { return None };
    let kind = match kind.as_str() {
        "component" => UnitKind::Component,
        "service" => UnitKind::Service,
        _ => return None,
    };
    match traversal.operators.as_slice() {
        [operator] => match operator.value() {
            TraversalOperator::GetAttr(name) => Some((kind, name.as_str().to_owned())),
            _ => None,
        },
        _ => None,
    }
}
