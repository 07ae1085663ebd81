//! The whole fleet as written: all files of a folder.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::block::{Argument, Block, fill};
use super::schema::ROOT;
use super::{codes, compared, foreign, label, read};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, FileId, SourceMap, Span};
use crate::source::{Error, MAX_FILE_BYTES, RelPath, Sources};

/// A fleet as written. The blocks of each kind are sorted by label, so that neither the order of files nor
/// that of blocks can matter.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// The folder it was read from.
    pub folder: RelPath,
    /// `fleet`.
    pub settings: Block,
    /// `variable`.
    pub variables: Vec<Block>,
    /// The arguments of all `locals`, by name.
    pub locals: BTreeMap<Arc<str>, Argument>,
    /// `output`.
    pub outputs: Vec<Block>,
    /// `cluster`.
    pub clusters: Vec<Block>,
    /// `profile`.
    pub profiles: Vec<Block>,
    /// `component` and `service`.
    pub units: Vec<Block>,
    /// Top-level `override`.
    pub overrides: Vec<Block>,
    /// Top-level `excuse`.
    pub excuses: Vec<Block>,
    /// `gate`.
    pub gates: Vec<Block>,
    /// `rollout`.
    pub rollouts: Vec<Block>,
    /// `moved`.
    pub moved: Vec<Block>,
}

/// Reads all `*.hcl` files below `folder`.
///
/// Returns the fleet where its outline is known: a syntax error or an unknown block anywhere makes what
/// follows guesswork, so there is none then; a wrong argument does not. Every problem of every file is in the
/// list.
pub fn parse(sources: &Sources, folder: &RelPath, map: &mut SourceMap) -> (Option<Fleet>, Diagnostics) {
    let mut problems = Diagnostics::new();
    let files = match sources.list(folder) {
        Ok(files) => files,
        Err(error) => {
            let help = "name the folder that holds the fleet's *.hcl files with --fleet DIR";
            let help = error.next_step().unwrap_or(help);
            problems.push(Diagnostic::error(codes::UNREADABLE, error.to_string()).help(help));
            return (None, problems);
        }
    };
    let mut root = Block::new(&ROOT, Span::new(map.add(sources.shown(folder), ""), 0..0), None);
    let (mut first, mut compared) = (None, Vec::new());
    for path in files.iter().filter(|path| path.as_str().ends_with(".hcl")) {
        match sources.read(path) {
            Ok(text) => {
                let file = map.add_file(path.as_str(), sources.shown(path), text);
                first.get_or_insert(file);
                let structures = read::read(file, map, &mut problems);
                compared.extend(compared::compared(&structures, file));
                let structures = foreign::without_terraform(structures, file, &mut problems);
                fill(&mut root, structures, file, &mut problems);
            }
            Err(error) => problems.push(unreadable(path, error, map)),
        }
    }
    foreign::not_read(&files, &mut problems);
    check_names(&root.blocks, &mut problems);
    compared::keep_secret(&compared, root.blocks.iter().filter(|block| block.schema.name == "variable"), map);
    let fleet = gather(root, folder, &files, first, &mut problems);
    let guesswork = problems.iter().any(|problem| GUESSWORK.contains(&problem.code));
    (fleet.filter(|_| !guesswork), problems)
}

/// Reads one file for its syntax alone: what its blocks say does not matter. `None` if there is an error in it.
pub fn check_syntax(
    sources: &Sources,
    path: &RelPath,
    map: &mut SourceMap,
    problems: &mut Diagnostics,
) -> Option<FileId> {
    let mut found = Diagnostics::new();
    let file = match sources.read(path) {
        Ok(text) => {
            let file = map.add_file(path.as_str(), sources.shown(path), text);
            read::read(file, map, &mut found);
            Some(file)
        }
        Err(error) => {
            found.push(unreadable(path, error, map));
            None
        }
    };
    let is_sound = !found.has_errors();
    problems.append(found);
    file.filter(|_| is_sound)
}

fn unreadable(path: &RelPath, error: Error, map: &mut SourceMap) -> Diagnostic {
    let problem = Diagnostic::error(codes::UNREADABLE, error.to_string());
    let step = error.next_step();
    match error {
        Error::NotUtf8 { before, offset, byte, utf16, .. } => {
            let at = before.len();
            let file = map.add_file(path.as_str(), path.as_str(), format!("{before}\u{fffd}"));
            let span = Span::new(file, at..at + '\u{fffd}'.len_utf8());
            let help = if utf16 { "it looks like UTF-16: save it as UTF-8" } else { "save it as UTF-8" };
            problem.at(span, format!("byte 0x{byte:02x} at offset {offset}")).help(help)
        }
        Error::TooLarge { .. } => {
            problem.help(format!("split it over several files; each has at most {MAX_FILE_BYTES} bytes"))
        }
        Error::NotFound { .. } => problem.help("mend or remove this link: what it leads to does not exist"),
        Error::Outside { .. } => problem.help("put the file itself into the fleet folder instead of a link"),
        Error::Kind { .. } => problem.help("remove it: every *.hcl file of a fleet is a regular file"),
        Error::Io { .. } => problem.help("make the file readable for this user"),
        Error::Path(_)
        | Error::TooMany { .. }
        | Error::Submodule { .. }
        | Error::LfsPointer { .. }
        | Error::Links { .. }
        | Error::Repository { .. } => problem.help(step.unwrap_or("rename or remove it")),
    }
}

/// Tells the names of top-level blocks that are not allowed; with one that differs only in the case of its
/// letters, if there is one.
fn check_names(blocks: &[Block], problems: &mut Diagnostics) {
    let wrong: Vec<(&Block, Diagnostic)> = blocks
        .iter()
        .filter_map(|block| {
            let (schema, name) = (block.schema.label?, block.label.as_ref()?);
            Some((block, label::check(block.schema.name, schema, name)?))
        })
        .collect();
    if wrong.is_empty() {
        return;
    }
    let mut folded: BTreeMap<(&str, String), Vec<&Block>> = BTreeMap::new();
    for block in blocks {
        folded.entry((block.schema.name, block.name().to_lowercase())).or_default().push(block);
    }
    for (block, problem) in wrong {
        let alike = folded.get(&(block.schema.name, block.name().to_lowercase()));
        let twin = alike.and_then(|alike| alike.iter().find(|other| other.name() != block.name()));
        problems.push(match twin {
            Some(twin) => problem.at(twin.place(), "differs from this one only in the case of its letters"),
            None => problem,
        });
    }
}

/// The problems that leave the outline of a fleet unknown.
const GUESSWORK: [Code; 7] = [
    codes::UNREADABLE,
    codes::SYNTAX,
    codes::UNCLOSED,
    codes::CHARACTER,
    codes::UNKNOWN_BLOCK,
    codes::LABELS,
    codes::BLOCK_OR_ARGUMENT,
];

fn gather(
    root: Block,
    folder: &RelPath,
    files: &[RelPath],
    first: Option<FileId>,
    problems: &mut Diagnostics,
) -> Option<Fleet> {
    let mut kinds: BTreeMap<&'static str, Vec<Block>> = BTreeMap::new();
    for block in root.blocks {
        kinds.entry(block.schema.name).or_default().push(block);
    }
    let mut take = |kind: &str| kinds.remove(kind).unwrap_or_default();
    let settings = take("fleet");
    let locals = join_locals(take("locals"), problems);
    let mut units = take("component");
    units.extend(take("service"));
    let moved = take("moved");
    let mut sorted = |blocks: Vec<Block>, what: &str| sort(blocks, what, problems);
    let variables = sorted(take("variable"), "variables");
    let outputs = sorted(take("output"), "outputs");
    let clusters = sorted(take("cluster"), "clusters");
    let profiles = sorted(take("profile"), "profiles");
    let units = sorted(units, "units");
    let overrides = sorted(take("override"), "overrides");
    let gates = sorted(take("gate"), "gates");
    let rollouts = sorted(take("rollout"), "rollouts");
    let mut excuses = take("excuse");
    excuses.sort_by(|a, b| a.name().cmp(b.name()));
    if clusters.is_empty() && !problems.has_errors() {
        problems.push(foreign::no_clusters(folder, files, first));
        return None;
    }
    let settings = one_fleet(settings, folder, problems)?;
    Some(Fleet {
        folder: folder.clone(),
        settings,
        variables,
        locals,
        outputs,
        clusters,
        profiles,
        units,
        overrides,
        excuses,
        gates,
        rollouts,
        moved,
    })
}

fn one_fleet(mut found: Vec<Block>, folder: &RelPath, problems: &mut Diagnostics) -> Option<Block> {
    found.sort_by_key(|block| block.place());
    let mut found = found.into_iter();
    let Some(first) = found.next() else {
        if !problems.has_errors() {
            problems.push(
                Diagnostic::error(codes::NOTHING_DEFINED, format!("{folder}: no `fleet` block"))
                    .note("the record in each cluster and the ownership label are keyed by the fleet's name")
                    .help("add `fleet \"NAME\" { }` to one of the files"),
            );
        }
        return None;
    };
    for again in found {
        problems.push(
            Diagnostic::error(codes::DUPLICATE, "there is one fleet, and it is defined twice")
                .at(again.place(), "again here")
                .at(first.place(), "first here")
                .help("keep one `fleet` block; a second fleet lives in a folder of its own"),
        );
    }
    Some(first)
}

/// Sorted by label; a label twice is told, and the first in the order of the files stays.
fn sort(mut blocks: Vec<Block>, what: &str, problems: &mut Diagnostics) -> Vec<Block> {
    blocks.sort_by(|a, b| (a.name(), a.place()).cmp(&(b.name(), b.place())));
    blocks.dedup_by(|again, first| {
        if again.name() != first.name() {
            return false;
        }
        let (a, b) = (first.title(), again.title());
        let message = if a == b {
            format!("{b} is defined twice")
        } else {
            format!("two {what} have one name: {a} and {b}")
        };
        problems.push(
            Diagnostic::error(codes::DUPLICATE, message)
                .at(again.place(), "again here")
                .at(first.place(), "first here")
                .help(format!("the names of {what} are unique in a fleet: rename one of the two")),
        );
        true
    });
    blocks
}

fn join_locals(blocks: Vec<Block>, problems: &mut Diagnostics) -> BTreeMap<Arc<str>, Argument> {
    let mut arguments: Vec<Argument> =
        blocks.into_iter().flat_map(|block| block.args.into_values()).collect();
    arguments.sort_by_key(|argument| argument.name.span);
    let mut locals: BTreeMap<Arc<str>, Argument> = BTreeMap::new();
    for argument in arguments {
        if let Some(first) = locals.get(&argument.name.text) {
            problems.push(
                Diagnostic::error(codes::DUPLICATE, format!("local `{}` is set twice", argument.name.text))
                    .at(argument.name.span, "set again here")
                    .at(first.name.span, "first set here")
                    .help("keep one of the two"),
            );
        } else {
            locals.insert(argument.name.text.clone(), argument);
        }
    }
    locals
}
