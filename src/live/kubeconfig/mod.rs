//! Kubeconfigs as kubectl has them: found, read and merged, and what one context of them says.
//!
//! The rules are those of [kubectl](https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/),
//! but for the current context, which is never asked for. Nothing but the kubeconfig itself is read before
//! [`Kubeconfig::access`], and no program is run before a connection is made.

mod access;
mod address;
mod entry;
mod file;
mod user;
mod validity;

use std::collections::BTreeMap;
use std::path::PathBuf;

use entry::{Entry, Section};
use file::File;

use super::codes;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceMap, one_of, suggest};

pub use access::{Access, Places, Server};
pub(super) use file::bytes;
pub use user::{Certificate, Credential, Impersonation, Plugin, Prompt, User};
pub use validity::Validity;

/// Where kubeconfigs are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// The files that `KUBECONFIG` lists, in its order. Those that are missing are left out.
    Listed(Vec<PathBuf>),
    /// The file in the home folder.
    Home(PathBuf),
    /// Nowhere: there is neither `KUBECONFIG` nor a home folder.
    Nowhere,
}

/// All kubeconfigs, merged: the first file that has a name counts for it.
pub struct Kubeconfig {
    files: Vec<File>,
    missing: Vec<PathBuf>,
    clusters: BTreeMap<String, Entry>,
    users: BTreeMap<String, Entry>,
    contexts: BTreeMap<String, Entry>,
}

impl Kubeconfig {
    /// Reads the files. They are added to `map`, their secrets hidden, so that problems can show their lines.
    ///
    /// # Errors
    /// If there is none, or one cannot be read, is not YAML, or is no kubeconfig.
    pub fn read(location: &Location, map: &mut SourceMap) -> Result<Self, Diagnostics> {
        let paths: Vec<PathBuf> = match location {
            Location::Listed(paths) => paths.clone(),
            Location::Home(path) => vec![path.clone()],
            Location::Nowhere => Vec::new(),
        };
        let mut problems = Diagnostics::new();
        let mut kubeconfig = Self {
            files: Vec::new(),
            missing: Vec::new(),
            clusters: BTreeMap::new(),
            users: BTreeMap::new(),
            contexts: BTreeMap::new(),
        };
        let mut seen: Vec<&PathBuf> = Vec::new();
        for path in &paths {
            if seen.contains(&path) {
                continue;
            }
            seen.push(path);
            match file::read(path, map) {
                Ok(Some(file)) => kubeconfig.add(file, &mut problems),
                Ok(None) => kubeconfig.missing.push(path.clone()),
                Err(problem) => problems.push(*problem),
            }
        }
        if kubeconfig.files.is_empty() && problems.is_empty() {
            problems.push(none_found(location, &kubeconfig.missing));
        }
        if problems.is_empty() { Ok(kubeconfig) } else { Err(problems) }
    }

    fn add(&mut self, file: File, problems: &mut Diagnostics) {
        let index = self.files.len();
        for (section, entries) in [
            (Section::Clusters, &mut self.clusters),
            (Section::Users, &mut self.users),
            (Section::Contexts, &mut self.contexts),
        ] {
            match entry::named(&file, index, section) {
                Ok(named) => {
                    for (name, entry) in named {
                        match entries.get_mut(&name) {
                            Some(first) => first.shadows.push(entry.shown(&self.files, &file)),
                            None => {
                                entries.insert(name, entry);
                            }
                        }
                    }
                }
                Err(problem) => problems.push(*problem),
            }
        }
        self.files.push(file);
    }

    /// The names of all contexts, sorted.
    pub fn contexts(&self) -> impl Iterator<Item = &str> {
        self.contexts.keys().map(String::as_str)
    }

    /// What was looked through, a phrase for each file.
    fn looked_through(&self) -> Vec<String> {
        let read = self.files.iter().enumerate().map(|(index, file)| {
            let count = self.contexts.values().filter(|entry| entry.file == index).count();
            let path = file.shown();
            match count {
                0 if file.is_empty() => format!("{path}: empty"),
                0 => format!("{path}: no context of its own"),
                1 => format!("{path}: 1 context"),
                count => format!("{path}: {count} contexts"),
            }
        });
        let missing = self
            .missing
            .iter()
            .map(|path| format!("{}: does not exist", path.to_string_lossy().escape_debug()));
        read.chain(missing).collect()
    }

    /// That there is no context of this name, and which there are.
    fn no_context(&self, name: &str) -> Diagnostic {
        let shown = name.escape_debug();
        let problem =
            Diagnostic::error(codes::NO_CONTEXT, format!("the kubeconfig has no context \"{shown}\""));
        let problem = self.looked_through().into_iter().fold(problem, Diagnostic::note);
        match suggest(name, self.contexts()) {
            Some(near) => problem.help(format!(
                "did you mean \"{}\"? if it has another name on this machine, give --context CLUSTER=CONTEXT",
                near.escape_debug()
            )),
            None if self.contexts.is_empty() => problem
                .help("set KUBECONFIG to the file that has it, or add it with `kubectl config set-context`"),
            None => {
                let names: Vec<String> =
                    self.contexts().map(|name| name.escape_debug().to_string()).collect();
                problem.help(format!(
                    "the contexts are {}; map one with --context CLUSTER=CONTEXT",
                    one_of(names.iter().map(String::as_str))
                ))
            }
        }
    }
}

fn none_found(location: &Location, missing: &[PathBuf]) -> Diagnostic {
    let problem = Diagnostic::error(codes::NO_KUBECONFIG, "there is no kubeconfig");
    let problem = missing.iter().fold(problem, |problem, path| {
        problem.note(format!("{}: does not exist", path.to_string_lossy().escape_debug()))
    });
    match location {
        Location::Listed(_) => problem.help("mend KUBECONFIG, which lists no file that exists"),
        Location::Home(_) => problem.help("set KUBECONFIG to the file that has the contexts of the fleet"),
        Location::Nowhere => {
            problem.note("neither KUBECONFIG nor HOME is set").help("set KUBECONFIG to the file to use")
        }
    }
}

#[cfg(test)]
mod tests;
