//! The folder of recorded schemas.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::record::{BadIndex, Index, file_name, package_of};
use super::set::{Package, Schemas};
use crate::source::{self, RelPath, Sources};

/// The folder of a fleet, and what was read of it so far: clusters share most of it.
#[derive(Debug)]
pub struct Folder<'a> {
    sources: &'a Sources,
    path: RelPath,
    packages: BTreeMap<String, Arc<Package>>,
}

/// Why the recorded schemas of a cluster cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// None were recorded.
    #[error("no schemas are recorded")]
    Missing,
    /// A file cannot be read.
    #[error("{0}")]
    Unreadable(#[from] source::Error),
    /// The index says nothing.
    #[error("{path} cannot be used: {why}")]
    Index {
        /// Its path.
        path: String,
        /// Why.
        why: BadIndex,
    },
    /// Its index names no file for definitions that it needs.
    #[error("{path} is damaged: it names no file for the definitions {package}")]
    Incomplete {
        /// Its path.
        path: String,
        /// The package of the definitions.
        package: String,
    },
    /// A file of definitions is not the one that was written.
    #[error("{path} is damaged: its text is not the one that was recorded")]
    Changed {
        /// Its path.
        path: String,
    },
    /// A file of definitions has the right digest and cannot be read.
    #[error("{path} cannot be used: {why}")]
    Package {
        /// Its path.
        path: String,
        /// Why.
        why: serde_json::Error,
    },
}

impl<'a> Folder<'a> {
    /// The folder at this path. Nothing is read yet.
    pub fn new(sources: &'a Sources, path: RelPath) -> Self {
        Self { sources, path, packages: BTreeMap::new() }
    }

    /// The schemas that were recorded of a cluster: all that its index leads to.
    ///
    /// # Errors
    /// If there is no index for it, or a file is missing, unreadable or not as it was written.
    pub fn schemas(&mut self, cluster: &str) -> Result<Schemas, Unusable> {
        let path = self.file(&format!("{cluster}.json"))?;
        let text = match self.sources.read(&path) {
            Err(source::Error::NotFound { .. }) => return Err(Unusable::Missing),
            text => text?,
        };
        let index =
            Index::read(&text).map_err(|why| Unusable::Index { path: self.sources.shown(&path), why })?;
        let mut packages = BTreeMap::new();
        for (package, file) in &index.packages {
            packages.insert(package.clone(), self.package(package, file)?);
        }
        let needed = index.kinds.values().map(|served| package_of(&served.definition).0);
        let referred = packages.values().flat_map(|package| package.refers_to()).map(String::as_str);
        match needed.chain(referred).find(|package| !packages.contains_key(*package)) {
            Some(package) => {
                Err(Unusable::Incomplete { path: self.sources.shown(&path), package: package.to_owned() })
            }
            None => Ok(Schemas::new(Arc::new(index), packages)),
        }
    }

    fn package(&mut self, package: &str, file: &str) -> Result<Arc<Package>, Unusable> {
        if let Some(known) = self.packages.get(file) {
            return Ok(Arc::clone(known));
        }
        let path = self.file(file)?;
        let text = self.sources.read(&path)?;
        let shown = || self.sources.shown(&path);
        if file_name(package, &text) != file {
            return Err(Unusable::Changed { path: shown() });
        }
        let read = Package::read(package, &text).map_err(|why| Unusable::Package { path: shown(), why })?;
        let read = Arc::new(read);
        self.packages.insert(file.to_owned(), Arc::clone(&read));
        Ok(read)
    }

    fn file(&self, name: &str) -> Result<RelPath, Unusable> {
        Ok(self.path.join(name).map_err(source::Error::from)?)
    }
}
