//! A block as written, checked against its schema.

use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Attribute, Block as Hcl, BlockLabel, Structure};

use super::schema::{BlockSchema, COMPONENT, Nested, Occurs, ROOT, SERVICE};
use super::{codes, label};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, FileId, Span, one_of, suggest};

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: Arc<str>,
    /// Where it stands, with its quotes.
    pub span: Span,
}

/// An argument: `name = expression`.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Its name.
    pub name: Name,
    /// The expression, not evaluated.
    pub expression: Expression,
    /// Where the expression stands.
    pub span: Span,
}

/// A block as written. What stands in it is what its schema allows.
#[derive(Clone, Debug)]
pub struct Block {
    /// What may stand in it.
    pub schema: &'static BlockSchema,
    /// The word that begins it.
    pub header: Span,
    /// Its label, if its schema has one.
    pub label: Option<Name>,
    /// Its arguments, by name.
    pub args: BTreeMap<Arc<str>, Argument>,
    /// Its blocks, in the order written.
    pub blocks: Vec<Block>,
    /// Whether a block in it was told as a duplicate and left out.
    pub incomplete: bool,
}

/// How much of a name a message shows, in characters.
const SHOWN: usize = 80;

/// A name as messages show it: escaped, and no longer than a line.
pub fn shown(name: &str) -> String {
    match name.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or("").escape_debug()),
        None => name.escape_debug().to_string(),
    }
}

impl Block {
    /// A block with nothing in it yet.
    pub fn new(schema: &'static BlockSchema, header: Span, label: Option<Name>) -> Self {
        Self { schema, header, label, args: BTreeMap::new(), blocks: Vec::new(), incomplete: false }
    }

    /// The argument of this name.
    pub fn arg(&self, name: &str) -> Option<&Argument> {
        self.args.get(name)
    }

    /// The blocks of this kind.
    pub fn blocks_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Self> {
        self.blocks.iter().filter(move |block| block.schema.name == kind)
    }

    /// The first block of this kind.
    pub fn block(&self, kind: &str) -> Option<&Self> {
        self.blocks.iter().find(|block| block.schema.name == kind)
    }

    /// Its label; empty for a block without one.
    pub fn name(&self) -> &str {
        self.label.as_ref().map_or("", |label| &label.text)
    }

    /// Where a message about it points: its label, or the word that begins it.
    pub fn place(&self) -> Span {
        self.label.as_ref().map_or(self.header, |label| label.span)
    }

    /// How a person names it: `override "dev"`, `fault`.
    pub fn title(&self) -> String {
        match &self.label {
            Some(label) => format!("{} \"{}\"", self.schema.name, shown(&label.text)),
            None => self.schema.name.to_owned(),
        }
    }
}

/// Reads the structures of a body into `block`, telling everything that its schema does not allow.
pub fn fill(
    block: &mut Block,
    body: impl IntoIterator<Item = Structure>,
    file: FileId,
    problems: &mut Diagnostics,
) {
    let body: Vec<Structure> = body.into_iter().collect();
    let mut twins = Twins::default();
    for structure in &body {
        match structure {
            Structure::Attribute(attribute) => {
                let name = name_of(attribute.key.as_str(), attribute.key.span(), file);
                twins.arguments.entry(name.text).or_insert(name.span);
            }
            Structure::Block(nested) => {
                let word = name_of(nested.ident.as_str(), nested.ident.span(), file);
                twins.blocks.entry(word.text).or_insert(word.span);
            }
        }
    }
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => argument(block, attribute, file, &twins, problems),
            Structure::Block(nested) => {
                if let Some(nested) = convert(block, nested, file, &twins, problems) {
                    block.blocks.push(nested);
                }
            }
        }
    }
    for schema in block.schema.args().filter(|arg| arg.required && !block.args.contains_key(arg.name)) {
        problems.push(
            Diagnostic::error(codes::MISSING_ARGUMENT, format!("{} needs `{}`", block.title(), schema.name))
                .at(block.place(), format!("no `{}` in this block", schema.name))
                .help(format!("add `{} = …`", schema.name)),
        );
    }
}

/// Where each name stands first in a body, as an argument and as a block.
#[derive(Default)]
struct Twins {
    arguments: BTreeMap<Arc<str>, Span>,
    blocks: BTreeMap<Arc<str>, Span>,
}

/// Points at the twin that is written as it should be, too.
fn beside(problem: Diagnostic, twin: Option<&Span>, text: &str) -> Diagnostic {
    match twin {
        Some(span) => problem.at(*span, text).note("it is written both ways here; one of the two is enough"),
        None => problem,
    }
}

fn argument(
    block: &mut Block,
    attribute: Attribute,
    file: FileId,
    twins: &Twins,
    problems: &mut Diagnostics,
) {
    let name = name_of(attribute.key.as_str(), attribute.key.span(), file);
    let value = attribute.value.span().unwrap_or(name.span.range());
    let schema = block.schema;
    if schema.arg(&name.text).is_none() && !schema.open {
        problems.push(match schema.block(&name.text) {
            Some(nested) => {
                let problem = Diagnostic::error(
                    codes::BLOCK_OR_ARGUMENT,
                    format!("`{}` is a block, not an argument", name.text),
                )
                .at(name.span, "written as an argument")
                .help(format!("write `{} {{ … }}`", written(nested.schema)));
                beside(problem, twins.blocks.get(&name.text), "and as a block")
            }
            None => unknown(block, &name, "argument", codes::UNKNOWN_ARGUMENT),
        });
        return;
    }
    let argument = Argument { span: Span::new(file, value), expression: attribute.value, name };
    block.args.insert(argument.name.text.clone(), argument);
}

fn convert(
    parent: &mut Block,
    hcl: Hcl,
    file: FileId,
    twins: &Twins,
    problems: &mut Diagnostics,
) -> Option<Block> {
    let word = name_of(hcl.ident.as_str(), hcl.ident.span(), file);
    let Some(nested) = parent.schema.block(&word.text) else {
        problems.push(if parent.schema.arg(&word.text).is_some() {
            let problem = Diagnostic::error(
                codes::BLOCK_OR_ARGUMENT,
                format!("`{}` is an argument, not a block", word.text),
            )
            .at(word.span, "written as a block")
            .help(format!("write `{} = …`", word.text));
            beside(problem, twins.arguments.get(&word.text), "and as an argument")
        } else {
            unknown(parent, &word, "block", codes::UNKNOWN_BLOCK)
        });
        return None;
    };
    let labels: Vec<Name> = hcl.labels.iter().map(|label| label_of(label, file)).collect();
    let label = labels_fit(nested.schema, &word, labels, problems)?;
    let mut block = Block::new(nested.schema, word.span, label);
    // The names at the top are checked when all of them are known.
    if let (Some(name), Some(schema), false) = (&block.label, nested.schema.label, is_root(parent)) {
        label::check(nested.schema.name, schema, name).into_iter().for_each(|problem| problems.push(problem));
    }
    if let Some(first) = clash(parent, nested, &block) {
        problems.push(
            Diagnostic::error(
                codes::DUPLICATE,
                format!("{} stands twice in {}", block.title(), parent.title()),
            )
            .at(block.place(), "again here")
            .at(first.place(), "first here")
            .help("make one block of the two"),
        );
        parent.incomplete = true;
        fill(&mut block, hcl.body, file, problems);
        return None;
    }
    fill(&mut block, hcl.body, file, problems);
    Some(block)
}

fn is_root(block: &Block) -> bool {
    std::ptr::eq(block.schema, &ROOT)
}

/// The block that this one may not stand beside.
fn clash<'a>(parent: &'a Block, nested: &Nested, block: &Block) -> Option<&'a Block> {
    match nested.occurs {
        Occurs::Often => None,
        Occurs::Once => parent.block(nested.schema.name),
        Occurs::PerLabel => parent.blocks_of(nested.schema.name).find(|other| other.name() == block.name()),
    }
}

fn labels_fit(
    schema: &BlockSchema,
    word: &Name,
    labels: Vec<Name>,
    problems: &mut Diagnostics,
) -> Option<Option<Name>> {
    let found = labels.len();
    let expected = usize::from(schema.label.is_some());
    if found == expected {
        return Some(labels.into_iter().next());
    }
    let at = labels.get(expected).map_or(word.span, |label| label.span);
    let what = match schema.label {
        None => "no label".to_owned(),
        Some(label) => format!("one label, {}", label.what),
    };
    problems.push(
        Diagnostic::error(codes::LABELS, format!("`{}` takes {what}; found {found}", schema.name))
            .at(at, if found > expected { "one label too many" } else { "a label is missing" })
            .help(format!("write `{} {{ … }}`", written(schema))),
    );
    None
}

/// How a block is begun: `port "NAME"`.
fn written(schema: &BlockSchema) -> String {
    match schema.label {
        Some(label) => format!("{} \"{}\"", schema.name, label.what),
        None => schema.name.to_owned(),
    }
}

/// Words kept for later.
const RESERVED: [&str; 5] = ["node_pool", "policy", "library", "chart", "kustomize"];

fn unknown(block: &Block, name: &Name, what: &str, code: Code) -> Diagnostic {
    let title = if is_root(block) { "a fleet file".to_owned() } else { block.title() };
    let shown = shown(&name.text);
    let problem =
        Diagnostic::error(code, format!("{title} has no {what} `{shown}`")).at(name.span, "unknown");
    if RESERVED.contains(&&*name.text) {
        return problem
            .note(format!("`{shown}` is a word kept for a later version"))
            .help("leave it out for now");
    }
    if let Some(near) = suggest(&name.text, block.schema.names()) {
        let kind = if block.schema.arg(near).is_some() { "argument" } else { "block" };
        return problem.help(format!("did you mean the {kind} `{near}`?"));
    }
    let of_service = |near: &str| block.schema.arg(near).is_none() && block.schema.block(near).is_none();
    if std::ptr::eq(block.schema, &COMPONENT)
        && let Some(near) = suggest(&name.text, SERVICE.names())
        && of_service(near)
    {
        return problem
            .note(format!("`{near}` is a setting of a service"))
            .help("write `service` instead of `component`, or take it out");
    }
    let arguments = || block.schema.args().map(|arg| arg.name);
    let blocks = || block.schema.blocks().map(|nested| nested.schema.name);
    problem.help(match what {
        "block" if blocks().next().is_some() => format!("the blocks allowed here: {}", one_of(blocks())),
        "argument" if is_root(block) => {
            format!("put it into a block: {}; values of variables go into a --var-file", one_of(blocks()))
        }
        _ => format!("allowed here: {}", one_of(arguments().chain(blocks()))),
    })
}

fn name_of(text: &str, span: Option<std::ops::Range<usize>>, file: FileId) -> Name {
    Name { text: Arc::from(text), span: Span::new(file, span.unwrap_or(0..0)) }
}

fn label_of(label: &BlockLabel, file: FileId) -> Name {
    name_of(label.as_str(), label.span(), file)
}
