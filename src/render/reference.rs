//! What templates name in each other and in the engine: whether it is there, and whether it ends.

use std::collections::BTreeMap;

use super::codes;
use super::filter::{FILTERS, FUNCTIONS, TESTS};
use super::library::{Library, Template};
use super::limit::MAX_NESTING;
use super::template::{Use, UseKind};
use crate::diagnostic::{Diagnostic, Diagnostics, Span, one_of, suggest};

/// Why a name that people know from elsewhere is not there.
const REPRODUCIBLE: &str = "the same fleet must give the same objects on every machine, so a template sees no clock, environment, randomness or files";
const UNSAFE: &str = "it would let a value change the structure of the YAML around it";
const HTML: &str = "templates render YAML, not HTML";
const DECIDES: &str = "a template does not decide whether a fleet is valid";
const DUMP: &str = "it would print every value a template sees, secret ones too";

/// Names that are known from elsewhere and are left out on purpose, with the reason and what to do.
const UNAVAILABLE: [(&str, &str, &str); 17] = [
    ("get_env", REPRODUCIBLE, "declare a `variable` and give it with `--var` or FLEETWRIGHT_VAR_…"),
    ("env", REPRODUCIBLE, "declare a `variable` and give it with `--var` or FLEETWRIGHT_VAR_…"),
    ("now", REPRODUCIBLE, "take the time out, or declare a `variable` and give it with `--var`"),
    ("date", REPRODUCIBLE, "take the time out, or declare a `variable` and give it with `--var`"),
    ("timestamp", REPRODUCIBLE, "take the time out, or declare a `variable` and give it with `--var`"),
    ("get_random", REPRODUCIBLE, "derive it from a name: `unit.name | sha256`"),
    ("random", REPRODUCIBLE, "derive it from a name: `unit.name | sha256`"),
    ("uuid", REPRODUCIBLE, "derive it from a name: `unit.name | sha256`"),
    ("load_data", REPRODUCIBLE, "put the data into `values`"),
    ("file", REPRODUCIBLE, "put the text into `values`, or include a template"),
    ("throw", DECIDES, "use `| required(message=…)`, or a `validation` of the variable"),
    ("safe", UNSAFE, "use `| to_yaml`, `| to_json` or `| quote`"),
    ("escape", HTML, "use `| quote`"),
    ("escape_html", HTML, "use `| quote`"),
    ("escape_xml", HTML, "use `| quote`"),
    ("newlines_to_br", HTML, "use `| quote`"),
    ("__tera_context", DUMP, "print the values you want to look at with `| to_json`"),
];

/// What stands inside something else: a template by its number, a component by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Template(usize),
    Component(String),
}

/// Checks every name in every template.
pub(super) fn check(library: &Library) -> Diagnostics {
    let mut problems = Diagnostics::new();
    let mut components: BTreeMap<&str, Span> = BTreeMap::new();
    for template in library.templates() {
        for definition in &template.outline.components {
            let span = Span::new(template.file, definition.range.clone());
            if let Some(first) = components.insert(&definition.name, span) {
                let message = format!("the component `{}` is defined twice", definition.name);
                problems.push(
                    Diagnostic::error(codes::TWICE, message)
                        .at(span, "defined again")
                        .at(first, "first defined here")
                        .help("rename one of the two; components are shared by all templates"),
                );
            }
        }
    }
    for template in library.templates() {
        let inside = template.outline.components.iter().flat_map(|definition| &definition.uses);
        for used in template.outline.uses.iter().chain(inside) {
            problems.append(unknown(library, &components, template, used).into_iter().collect());
        }
    }
    if problems.is_empty() {
        problems.append(nesting(library));
    }
    problems
}

fn unknown(
    library: &Library,
    components: &BTreeMap<&str, Span>,
    template: &Template,
    used: &Use,
) -> Option<Diagnostic> {
    let name = used.name.as_str();
    let span = Span::new(template.file, used.range.clone());
    let (word, known): (&str, Vec<&str>) = match used.kind {
        UseKind::Filter => ("filter", FILTERS.to_vec()),
        UseKind::Test => ("test", TESTS.to_vec()),
        UseKind::Function => ("function", FUNCTIONS.to_vec()),
        UseKind::Variable => ("variable", Vec::new()),
        UseKind::Include | UseKind::Extends => ("template", library.names().collect()),
        UseKind::Component => ("component", components.keys().copied().collect()),
    };
    if known.contains(&name) {
        return None;
    }
    let named = matches!(used.kind, UseKind::Filter | UseKind::Function | UseKind::Variable);
    if let Some((_, why, instead)) = UNAVAILABLE.iter().find(|(other, ..)| named && *other == name) {
        return Some(
            Diagnostic::error(codes::UNAVAILABLE, format!("the {word} `{name}` is not available: {why}"))
                .at(span, "")
                .help(*instead),
        );
    }
    let code = match used.kind {
        UseKind::Include | UseKind::Extends | UseKind::Component => codes::MISSING,
        UseKind::Filter | UseKind::Test | UseKind::Function | UseKind::Variable => codes::UNKNOWN,
    };
    let shown = name.escape_debug();
    let diagnostic = Diagnostic::error(code, format!("there is no {word} `{shown}`")).at(span, "");
    Some(match suggest(name, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => diagnostic.help(format!("define it: no template defines a {word}")),
        None => diagnostic.help(format!("use {}", one_of(known))),
    })
}

/// Holds that nothing contains itself, and that nothing is nested too deep for the stack.
fn nesting(library: &Library) -> Diagnostics {
    let mut edges: BTreeMap<Node, Vec<(Node, Span)>> = BTreeMap::new();
    for (number, template) in library.templates().iter().enumerate() {
        let targets = |uses: &[Use]| -> Vec<(Node, Span)> {
            let target = |used: &Use| {
                let node = match used.kind {
                    UseKind::Include | UseKind::Extends => Node::Template(library.named(&used.name)?),
                    UseKind::Component => Node::Component(used.name.clone()),
                    UseKind::Filter | UseKind::Test | UseKind::Function | UseKind::Variable => return None,
                };
                Some((node, Span::new(template.file, used.range.clone())))
            };
            uses.iter().filter_map(target).collect()
        };
        edges.insert(Node::Template(number), targets(&template.outline.uses));
        for definition in &template.outline.components {
            edges.insert(Node::Component(definition.name.clone()), targets(&definition.uses));
        }
    }
    let mut walk =
        Walk { library, edges: &edges, depths: BTreeMap::new(), told: false, problems: Diagnostics::new() };
    for node in edges.keys() {
        walk.depth(node, &mut Vec::new());
    }
    walk.problems
}

struct Walk<'a> {
    library: &'a Library,
    edges: &'a BTreeMap<Node, Vec<(Node, Span)>>,
    /// How deep what is below a node goes; known once it was walked, whatever was found.
    depths: BTreeMap<Node, usize>,
    /// Whether too deep a nesting was reported.
    told: bool,
    problems: Diagnostics,
}

impl Walk<'_> {
    /// Recursion ends at [`MAX_NESTING`] levels.
    fn depth(&mut self, node: &Node, path: &mut Vec<(Node, Span)>) -> usize {
        if let Some(depth) = self.depths.get(node) {
            return *depth;
        }
        let mut deepest = 0;
        for (target, span) in self.edges.get(node).into_iter().flatten() {
            path.push((node.clone(), *span));
            if let Some(start) = path.iter().position(|(other, _)| other == target) {
                let cycle = path.get(start..).unwrap_or(&[]);
                let problem = self.cycle(cycle, target);
                self.problems.push(problem);
            } else if path.len() <= MAX_NESTING {
                deepest = deepest.max(1 + self.depth(target, path));
            }
            // What is already walked is not walked again, so its depth counts too. Once is enough.
            let too_deep = path.len() > MAX_NESTING || path.len() + deepest > MAX_NESTING + 1;
            if too_deep && !self.told {
                self.told = true;
                let message = format!("templates stand more than {MAX_NESTING} deep inside each other");
                self.problems.push(
                    Diagnostic::error(codes::NESTING, message)
                        .at(*span, "")
                        .help("include from fewer levels"),
                );
            }
            path.pop();
        }
        self.depths.insert(node.clone(), deepest);
        deepest
    }

    fn cycle(&self, cycle: &[(Node, Span)], target: &Node) -> Diagnostic {
        let mut names: Vec<String> = cycle.iter().map(|(node, _)| self.name(node)).collect();
        names.push(self.name(target));
        let message = format!("{} contains itself: {}", self.name(target), names.join(" → "));
        let diagnostic = Diagnostic::error(codes::CYCLE, message)
            .help("templates and components may not contain themselves: loop over a list instead");
        let mut spans = cycle.iter().rev().map(|(_, span)| *span);
        let diagnostic = match spans.next() {
            Some(last) => diagnostic.at(last, "closes the circle"),
            None => diagnostic,
        };
        spans.fold(diagnostic, |diagnostic, span| diagnostic.at(span, ""))
    }

    fn name(&self, node: &Node) -> String {
        match node {
            Node::Template(number) => {
                self.library.get(*number).map_or("?", |template| &template.name).escape_debug().to_string()
            }
            Node::Component(name) => format!("<{name}>"),
        }
    }
}
