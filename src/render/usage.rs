//! Which templates are used.

use std::collections::BTreeSet;

use super::library::Library;
use super::template::UseKind;
use crate::cluster::Named;
use crate::diagnostic::Span;

/// Templates, each by an empty span at the start of its file.
#[derive(Clone, Debug, Default)]
pub(super) struct Usage {
    /// Those that units name, or that these include, extend or take components from.
    pub used: BTreeSet<Span>,
    /// The others that could be named.
    pub unused: Vec<Span>,
}

/// Which templates are used, where units name these.
pub(super) fn of(named: &Named, library: &Library) -> Usage {
    let mut used = vec![false; library.templates().len()];
    let mut waiting: Vec<usize> = named.templates.keys().filter_map(|path| library.in_file(path)).collect();
    while let Some(number) = waiting.pop() {
        let (Some(seen), Some(template)) = (used.get_mut(number), library.get(number)) else { continue };
        if std::mem::replace(seen, true) {
            continue;
        }
        let inside = template.outline.components.iter().flat_map(|definition| &definition.uses);
        for used in template.outline.uses.iter().chain(inside) {
            match used.kind {
                UseKind::Include | UseKind::Extends => waiting.extend(library.named(&used.name)),
                UseKind::Component => waiting.extend(library.templates().iter().position(|template| {
                    template.outline.components.iter().any(|definition| definition.name == used.name)
                })),
                UseKind::Filter | UseKind::Test | UseKind::Function | UseKind::Variable => {}
            }
        }
    }
    let start = |number: usize| library.get(number).map(|template| Span::new(template.file, 0..0));
    let numbers = |wanted: bool| {
        (0..used.len()).filter(|number| used.get(*number) == Some(&wanted)).collect::<Vec<_>>()
    };
    let partial = |number: &usize| {
        library.get(*number).is_none_or(|template| {
            template.path.file_name().starts_with('_') || !template.outline.components.is_empty()
        })
    };
    let unused = numbers(false).into_iter().filter(|number| !partial(number)).filter_map(start).collect();
    Usage { used: numbers(true).into_iter().filter_map(start).collect(), unused }
}
