//! The templates and manifests that units name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::codes;
use super::unit::FileRef;
use crate::diagnostic::{Diagnostic, Diagnostics, Span, one_of, suggest};
use crate::source::{self, RelPath, Sources};

/// The endings of a template.
const ENDINGS: [&str; 2] = [".yaml", ".yml"];

/// The files below the template root and the fleet's folder, listed once.
#[derive(Debug)]
pub struct Files {
    folder: RelPath,
    root: RelPath,
    templates: Vec<RelPath>,
    /// Template folders, as units name them.
    folders: BTreeMap<String, Vec<RelPath>>,
}

impl Files {
    /// Lists the templates. A root that cannot be listed is told, unless it is only not there and no
    /// `templates` argument names it: then there are none.
    pub fn new(
        sources: &Sources,
        folder: &RelPath,
        root: &RelPath,
        at: Option<Span>,
        problems: &mut Diagnostics,
    ) -> Self {
        let listed = sources.list(root).unwrap_or_else(|error| {
            let help =
                error.next_step().unwrap_or("give a folder inside the repository, relative to the fleet's");
            let problem =
                Diagnostic::error(codes::TEMPLATE, format!("the templates cannot be read: {error}"))
                    .help(help);
            match (at, error) {
                (Some(at), _) => problems.push(problem.at(at, "the folder of the templates")),
                (None, source::Error::NotFound { .. }) => {}
                (None, _) => problems.push(problem),
            }
            Vec::new()
        });
        let templates: Vec<RelPath> = listed
            .into_iter()
            .filter(|path| ENDINGS.iter().any(|ending| path.as_str().ends_with(ending)))
            .collect();
        let mut folders: BTreeMap<String, Vec<RelPath>> = BTreeMap::new();
        for path in templates.iter().filter(|path| !is_part(path, root)) {
            let mut above = path.parent();
            while let Some(name) = above.below(root) {
                folders.entry(name.to_owned()).or_default().push(path.clone());
                above = above.parent();
            }
        }
        Self { folder: folder.clone(), root: root.clone(), templates, folders }
    }

    /// The template files behind the names; a name that leads to none is told.
    pub fn templates(&self, names: &[(Arc<str>, Span)], problems: &mut Diagnostics) -> Vec<FileRef> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        for (name, span) in names {
            match self.template(name) {
                Ok(paths) => {
                    let fresh = paths.into_iter().filter(|path| seen.insert(path.clone()));
                    found.extend(fresh.map(|path| FileRef { path, span: Some(*span) }));
                }
                Err(problem) => problems.push((*problem).at(*span, "named here")),
            }
        }
        found
    }

    fn template(&self, name: &str) -> Result<Vec<RelPath>, Box<Diagnostic>> {
        let refused = |error: source::BadPath| {
            Box::new(
                Diagnostic::error(codes::TEMPLATE, format!("no template: {error}"))
                    .help("name a file or folder below the template root, such as \"istio/ingress-gateway\""),
            )
        };
        let path = self.root.join(name).map_err(refused)?;
        let below = path.below(&self.root).unwrap_or("");
        if let Some(paths) = self.folders.get(below) {
            return Ok(paths.clone());
        }
        let candidates = [below.to_owned(), format!("{below}.yaml"), format!("{below}.yml")];
        let file = self.templates.iter().find(|file| {
            file.below(&self.root).is_some_and(|file| candidates.iter().any(|candidate| candidate == file))
        });
        if let Some(file) = file {
            return Ok(vec![file.clone()]);
        }
        let files = self.templates.iter().filter(|file| !is_part(file, &self.root));
        let names: BTreeSet<&str> = files
            .filter_map(|file| file.below(&self.root))
            .chain(self.folders.keys().map(String::as_str))
            .collect();
        let problem = Diagnostic::error(
            codes::TEMPLATE,
            format!("there is no template \"{}\" below {}", name.escape_debug(), self.root),
        );
        Err(Box::new(match suggest(below, names.iter().copied()) {
            Some(near) => problem.help(format!("did you mean \"{near}\"?")),
            None => problem.help(format!("there are {}", one_of(names.iter().copied()))),
        }))
    }

    /// The manifests behind the names, which are paths relative to the fleet's folder.
    pub fn manifests(&self, names: &[(Arc<str>, Span)], problems: &mut Diagnostics) -> Vec<FileRef> {
        let mut found = Vec::new();
        for (name, span) in names {
            match self.folder.join(name) {
                // Whether it is there and can be read is told where it is read.
                Ok(path) => found.push(FileRef { path, span: Some(*span) }),
                Err(error) => problems.push(
                    Diagnostic::error(codes::TEMPLATE, format!("no manifest: {error}"))
                        .at(*span, "named here")
                        .help("give the path of a YAML file, relative to the fleet's folder"),
                ),
            }
        }
        found
    }
}

/// A file or folder whose name begins with `_` is a part of templates, not a template.
fn is_part(path: &RelPath, root: &RelPath) -> bool {
    path.below(root).is_some_and(|rest| rest.split('/').any(|part| part.starts_with('_')))
}
