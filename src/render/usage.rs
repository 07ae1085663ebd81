//! Which templates are used.

use std::collections::BTreeSet;

use super::library::Library;
use super::template::UseKind;
use crate::cluster::Resolved;
use crate::diagnostic::Span;

/// The templates that units name, or that those include, extend or take components from; and the others
/// that could be named. Each by an empty span at the start of its file.
pub(super) fn of(fleet: &Resolved, library: &Library) -> (BTreeSet<Span>, Vec<Span>) {
    let mut used = vec![false; library.templates().len()];
    let units = fleet.clusters.iter().flat_map(|cluster| &cluster.units);
    let mut waiting: Vec<usize> =
        units.flat_map(|unit| &unit.templates).filter_map(|file| library.in_file(&file.path)).collect();
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
    (numbers(true).into_iter().filter_map(start).collect(), unused)
}
