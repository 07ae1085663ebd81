//! A value of the fleet language as Tera has it; secret values replaced where that is asked for.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use tera::value::Key;
use tera::{Map, Value as Tera};

use super::codes;
use super::marker;
use crate::cluster::{Branch, Kind, Leaf, Number, Setting, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};

/// Which values a context holds in place of secret ones. What a secret reaches differs from one to the
/// other, and so does the length of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variant {
    /// The secrets themselves.
    Real,
    /// Something else.
    First,
    /// Something else again.
    Second,
}

/// Turns values into Tera's, and collects what cannot be turned.
pub(super) struct Convert<'k> {
    variant: Variant,
    known: &'k Known,
    /// What could not be turned; null stands in its place.
    pub problems: Diagnostics,
}

/// Maps that were turned before, for one variant: those that several units or clusters share. By where they are in
/// memory: as long as they are held here nothing else can be there.
#[derive(Default)]
pub(super) struct Known(RwLock<BTreeMap<Shape, (Arc<Branch>, Tera)>>);

/// Where a map is in memory, and the label it has as a block.
type Shape = (usize, Option<Arc<str>>);

impl Known {
    /// What a map is turned into; `make` does that, once for all that share it, and says whether it may be kept.
    fn turned(
        &self,
        branch: &Arc<Branch>,
        label: Option<&Arc<str>>,
        make: impl FnOnce() -> (Tera, bool),
    ) -> Tera {
        if Arc::strong_count(branch) == 1 {
            return make().0;
        }
        let shape = (Arc::as_ptr(branch).addr(), label.cloned());
        if let Some((_, known)) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&shape) {
            return known.clone();
        }
        let (made, may_be_kept) = make();
        if may_be_kept {
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            known.insert(shape, (Arc::clone(branch), made.clone()));
        }
        made
    }
}

impl<'k> Convert<'k> {
    /// Nothing turned yet. `known` is of this variant.
    pub(super) fn new(variant: Variant, known: &'k Known) -> Self {
        Self { variant, known, problems: Diagnostics::new() }
    }

    /// A whole setting.
    pub(super) fn setting(&mut self, setting: &Setting) -> Tera {
        match setting {
            Setting::Leaf(Leaf { value, .. }) => self.value(value, false),
            Setting::Map(branch) => self.known.turned(branch, None, || {
                let before = self.problems.len();
                let map = self.entries(branch);
                (Tera::from(map), self.problems.len() == before)
            }),
        }
    }

    /// A labelled block, with its label as `name`; null where it is no block.
    pub(super) fn labelled(&mut self, label: &Arc<str>, block: &Setting) -> Tera {
        let Setting::Map(branch) = block else { return Tera::none() };
        self.known.turned(branch, Some(label), || {
            let before = self.problems.len();
            let mut named = Map::with_capacity(branch.entries.len() + 1);
            named.insert(Key::Str("name"), Tera::from(&**label));
            named.extend(self.entries(branch));
            (Tera::from(named), self.problems.len() == before)
        })
    }

    fn entries(&mut self, branch: &Branch) -> Map {
        let mut map = Map::with_capacity(branch.entries.len());
        for (key, setting) in &branch.entries {
            self.characters(key, setting.site().span);
            map.insert(Key::String(key.clone()), self.setting(setting));
        }
        self.other_keys(map, branch.sensitive)
    }

    /// A value; secret as a whole if `sensitive` says so.
    pub(super) fn value(&mut self, value: &Value, sensitive: bool) -> Tera {
        let sensitive = sensitive || value.sensitive;
        match &value.kind {
            Kind::Null => Tera::none(),
            Kind::Bool(flag) if sensitive && self.variant != Variant::Real => Tera::from(!flag),
            Kind::Bool(flag) => Tera::from(*flag),
            Kind::Number(number) if sensitive => {
                self.number(self.other_number(*number), "a sensitive number", value.span)
            }
            Kind::Number(number) => self.number(*number, &format!("the number {number}"), value.span),
            Kind::String(text) => {
                self.characters(text, value.span);
                if sensitive { Tera::from(&*self.other_text(text)) } else { Tera::from(&**text) }
            }
            Kind::List(items) => {
                Tera::from(items.iter().map(|item| self.value(item, sensitive)).collect::<Vec<_>>())
            }
            Kind::Map(entries) => {
                let mut map = Map::with_capacity(entries.len());
                for (key, item) in entries.iter() {
                    self.characters(key, item.span);
                    map.insert(Key::String(key.clone()), self.value(item, sensitive));
                }
                Tera::from(self.other_keys(map, sensitive))
            }
        }
    }

    /// A map whose keys are secret, with one more: first in one variant and last in the other, so that
    /// whatever comes of going over the keys differs. Those it has stay, since templates ask for them by
    /// name.
    fn other_keys(&self, map: Map, sensitive: bool) -> Map {
        let longest = map.keys().filter_map(|key| key.as_str().map(str::len)).max().unwrap_or(0);
        let (letter, first) = match self.variant {
            Variant::First if sensitive => ("a", true),
            Variant::Second if sensitive => ("z", false),
            Variant::Real | Variant::First | Variant::Second => return map,
        };
        // Of the shape of another, so that a template that goes over them works on it too.
        let value = map.values().next().cloned().unwrap_or(Tera::from(letter));
        let added = std::iter::once((Key::String(letter.repeat(longest + 1).into()), value));
        if first { added.chain(map).collect() } else { map.into_iter().chain(added).collect() }
    }

    fn other_number(&self, number: Number) -> Number {
        let step = match self.variant {
            Variant::Real => return number,
            Variant::First => 1,
            Variant::Second => 12,
        };
        let whole = number.as_i64().unwrap_or(0);
        Number::from(whole.checked_add(step).unwrap_or(whole - step))
    }

    fn other_text(&self, text: &Arc<str>) -> Arc<str> {
        let letter = match self.variant {
            Variant::Real => return text.clone(),
            Variant::First => "a",
            Variant::Second => "bb",
        };
        // Longer than the text, so never equal to it, and of another length in each variant.
        Arc::from(letter.repeat(text.chars().count() + 1))
    }

    fn number(&mut self, number: Number, shown: &str, span: Option<Span>) -> Tera {
        if let Some(whole) = number.as_i64() {
            return Tera::from(whole);
        }
        number.as_f64().map_or_else(
            || {
                let message = format!("{shown} cannot be given to a template exactly");
                let help = "write it as a string, and print it with `| quote`";
                self.problem(Diagnostic::error(codes::NUMBER, message).help(help), span);
                Tera::none()
            },
            Tera::from,
        )
    }

    fn characters(&mut self, text: &str, span: Option<Span>) {
        if let Some(found) = marker::find(text).and_then(|at| text.get(at..)?.chars().next()) {
            let message = format!("the noncharacter U+{:04X} may not stand in a value", u32::from(found));
            let diagnostic = Diagnostic::error(codes::VALUE, message);
            self.problem(diagnostic.help("take it out; no text means anything by it"), span);
        }
    }

    /// Reports something at the place of a value.
    pub(super) fn problem(&mut self, diagnostic: Diagnostic, span: Option<Span>) {
        self.problems.push(match span {
            Some(span) => diagnostic.at(span, ""),
            None => diagnostic,
        });
    }
}

/// Whether a setting holds anything secret.
pub(super) fn is_sensitive(setting: &Setting) -> bool {
    match setting {
        Setting::Leaf(leaf) => leaf.value.is_sensitive(),
        Setting::Map(branch) => branch.sensitive || branch.entries.values().any(is_sensitive),
    }
}

/// The texts of everything secret in a setting, longest first, for taking them out of messages.
pub(super) fn secret_texts(settings: &[&Setting]) -> Vec<String> {
    fn of_value(value: &Value, sensitive: bool, found: &mut Vec<String>) {
        let sensitive = sensitive || value.sensitive;
        match &value.kind {
            Kind::Null | Kind::Bool(_) => {}
            Kind::Number(number) if sensitive => found.push(number.to_string()),
            Kind::String(text) if sensitive && !text.is_empty() => found.push(text.to_string()),
            Kind::Number(_) | Kind::String(_) => {}
            Kind::List(items) => items.iter().for_each(|item| of_value(item, sensitive, found)),
            Kind::Map(entries) => entries.values().for_each(|item| of_value(item, sensitive, found)),
        }
    }
    fn of_setting(setting: &Setting, found: &mut Vec<String>) {
        match setting {
            Setting::Leaf(leaf) => of_value(&leaf.value, false, found),
            Setting::Map(branch) => branch.entries.values().for_each(|entry| of_setting(entry, found)),
        }
    }
    let mut found = Vec::new();
    settings.iter().for_each(|setting| of_setting(setting, &mut found));
    found.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_or_refused() {
        let turned = |text: &str| {
            let known = Known::default();
            let mut convert = Convert::new(Variant::Real, &known);
            let value = Value::new(Kind::Number(Number::parse(text).unwrap()));
            let shown = convert.value(&value, false).to_string();
            (shown, convert.problems.iter().next().map(|problem| problem.message.clone()))
        };
        for (text, shown) in
            [("12", "12"), ("2.0", "2"), ("1.10", "1.1"), ("-9223372036854775808", "-9223372036854775808")]
        {
            assert_eq!(turned(text), (shown.to_owned(), None));
        }
        let refused = "the number 9007199254740993.5 cannot be given to a template exactly";
        assert_eq!(turned("9007199254740993.5"), (String::new(), Some(refused.to_owned())));
    }

    #[test]
    fn every_secret_leaf_differs_in_every_variant() {
        let list = vec![Value::string("s"), Value::new(Kind::Bool(true)), Value::new(Kind::Number(7.into()))];
        let secret = Value::new(Kind::List(Arc::new(list))).marked(true);
        let shown = |variant| Convert::new(variant, &Known::default()).value(&secret, false).to_string();
        assert_eq!(shown(Variant::Real), r#"["s", true, 7]"#);
        assert_eq!(shown(Variant::First), r#"["aa", false, 8]"#);
        assert_eq!(shown(Variant::Second), r#"["bbbb", false, 19]"#);
    }
}
