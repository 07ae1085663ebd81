//! Plain YAML files: read once, used by any number of units.

use std::collections::BTreeMap;

use super::library::{character, lines, unreadable};
use super::text::Text;
use crate::cluster::Named;
use crate::diagnostic::{Diagnostics, SourceMap};
use crate::source::{RelPath, Sources};

/// The text of every manifest that a unit names.
#[derive(Clone, Debug, Default)]
pub(super) struct Manifests(BTreeMap<RelPath, Text>);

impl Manifests {
    /// Reads them. Every one that cannot be read has its error.
    pub(super) fn load(named: &Named, sources: &Sources, map: &mut SourceMap) -> (Self, Diagnostics) {
        let mut problems = Diagnostics::new();
        let mut found = BTreeMap::new();
        for (path, named_at) in &named.manifests {
            let text = match sources.read(path) {
                Ok(text) => text,
                Err(error) => {
                    problems.push(unreadable(&error, *named_at));
                    continue;
                }
            };
            match lines(&text) {
                Ok(text) => {
                    let file = map.add_file(path.as_str(), sources.shown(path), text.clone());
                    found.insert(path.clone(), Text::plain(&text, file));
                }
                Err((offset, strange)) => {
                    let file = map.add_file(path.as_str(), sources.shown(path), text);
                    problems.push(character(file, offset, strange));
                }
            }
        }
        (Self(found), problems)
    }

    /// The text of one.
    pub(super) fn get(&self, path: &RelPath) -> Option<&Text> {
        self.0.get(path)
    }
}
