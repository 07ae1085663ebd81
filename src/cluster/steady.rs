//! The settings that are the same on every cluster: worked out once.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::complete::Filled;
use super::eval::{Scope, references};
use super::layer::{self, Maker};
use super::setting::{Setting, Step};
use crate::diagnostic::{Diagnostics, Span};
use crate::fleet::Block;

/// Settings of arguments and of whole blocks that refer to nothing of a cluster, by their place.
#[derive(Debug, Default)]
pub struct Steady {
    settings: BTreeMap<Span, Setting>,
    /// Those of blocks, with the rest of the language.
    pub filled: Filled,
}

impl Steady {
    /// The setting that stands at a place, if it is the same on every cluster.
    pub fn at(&self, place: Span) -> Option<&Setting> {
        self.settings.get(&place)
    }

    /// Adds what is the same on every cluster of a block's settings. `scope` is what expressions see that no cluster
    /// changes. What has a problem is left out: it is told where it is worked out for a cluster.
    pub fn add(&mut self, block: &Block, scope: &Scope, step: Step, title: &Arc<str>) {
        self.inside(block, "", scope, step, title);
    }

    /// Whether all of a block is the same on every cluster.
    fn inside(&mut self, block: &Block, path: &str, scope: &Scope, step: Step, title: &Arc<str>) -> bool {
        let mut all = true;
        for argument in layer::settings_of(block, path) {
            let refers = references(&argument.expression, argument.span.file);
            let mut found = Diagnostics::new();
            let maker = Maker { scope, step, title, steady: self };
            let is_steady = refers.iter().all(|reference| scope.has(reference));
            let setting = is_steady.then(|| maker.argument(block, argument, path, &mut found));
            match setting.filter(|_| found.is_empty()) {
                Some(setting) => drop(self.settings.insert(argument.span, setting)),
                None => all = false,
            }
        }
        for (nested, path) in layer::blocks_of(block, path) {
            if !self.inside(nested, &path, scope, step, title) {
                all = false;
                continue;
            }
            let mut found = Diagnostics::new();
            let maker = Maker { scope, step, title, steady: self };
            let setting = maker.branch(nested, &path, &mut found);
            if found.is_empty() {
                self.filled.add(&setting, nested.schema);
                self.settings.insert(nested.header, setting);
            } else {
                all = false;
            }
        }
        all
    }
}
