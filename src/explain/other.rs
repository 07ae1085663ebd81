//! Other values in place of one, of the same shape where that can be told: what a literal or setting is changed to, to
//! see what follows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::meeting::Meetings;
use crate::cluster::{Kind, Number, Value};
use crate::diagnostic::Span;
use crate::fleet::Scalar;
use crate::fleet::schema::{BlockSchema, ROOT, Type};

/// Texts that stand for each other: what a fleet says elsewhere in the same place.
#[derive(Debug, Default)]
pub struct Pool {
    /// By the name of the argument, or of the key in it.
    by_name: BTreeMap<String, BTreeSet<String>>,
    /// The numbers under each name.
    numbers: BTreeMap<String, BTreeSet<String>>,
    /// What is compared with what.
    pub meetings: Meetings,
    /// The labels of blocks, by their kind.
    labels: BTreeMap<&'static str, BTreeSet<String>>,
    /// The words of the language that exclude each other.
    words: Vec<BTreeSet<String>>,
    /// The texts in a list, by its place.
    items: BTreeMap<Span, BTreeSet<String>>,
    /// By the argument that holds a selector, the name of the one thing that is asked about.
    selected: BTreeMap<&'static str, String>,
}

/// The most texts that are taken from one place of a pool.
const MOST_OF_A_POOL: usize = 6;

/// The most that are taken of what is compared with one.
const MOST_MET: usize = 2;

impl Pool {
    /// One with the words of the language.
    pub fn new() -> Self {
        let mut pool = Self::default();
        words(&ROOT, &mut Vec::new(), &mut pool.words);
        pool
    }

    /// Adds a text that stands under this name.
    pub fn add(&mut self, name: &str, text: &str) {
        self.by_name.entry(name.to_owned()).or_default().insert(text.to_owned());
    }

    /// Adds a number that stands under this name.
    pub fn add_number(&mut self, name: &str, number: &str) {
        self.numbers.entry(name.to_owned()).or_default().insert(number.to_owned());
    }

    /// Adds a text that stands in the list at this place.
    pub fn add_item(&mut self, list: Span, text: &str) {
        self.items.entry(list).or_default().insert(text.to_owned());
    }

    /// Another item of the list: what follows where two are the same.
    pub fn twin(&self, list: Span, text: &str) -> Option<Scalar> {
        let other = self.items.get(&list)?.iter().find(|other| *other != text)?;
        Some(Scalar::String(other.clone()))
    }

    /// What the selectors of an argument are asked for: whether they match the thing of this name.
    pub fn selects(&mut self, argument: &'static str, name: &str) {
        self.selected.insert(argument, name.to_owned());
    }

    /// A selector that matches what is asked about, and one that does not: no other says more.
    fn selectors(&self, argument: &str) -> impl Iterator<Item = String> {
        let name = self.selected.get(argument).into_iter();
        name.flat_map(|name| [format!("name={name}"), format!("name!={name}")])
    }

    /// What a literal under this name is compared with, and what those names hold that are compared with it.
    fn met(&self, name: &str, literal: &str, held: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
        let names = self.meetings.of_literal(literal).filter_map(|name| held.get(name));
        let held = names.flatten().map(String::as_str);
        let met = self.meetings.of_name(name).chain(held).filter(|other| *other != literal);
        met.take(MOST_MET).map(str::to_owned).collect()
    }

    /// Adds the label of a block.
    pub fn add_label(&mut self, kind: &'static str, label: &str) {
        self.labels.entry(kind).or_default().insert(label.to_owned());
    }

    /// The words of the language that may stand in place of one.
    fn words(&self, text: &str) -> impl Iterator<Item = String> {
        let sets = self.words.iter().filter(|set| set.contains(text));
        sets.flat_map(BTreeSet::iter).filter(move |other| *other != text).cloned()
    }

    /// The texts that may stand in place of one under this name: each set without the text itself.
    fn of(&self, name: &str, text: &str) -> Vec<String> {
        let holding = |set: &&BTreeSet<String>| set.contains(text);
        let sets = self.words.iter().filter(holding).chain(self.by_name.get(name));
        let sets = sets.chain(self.labels.values().filter(holding));
        sets.flat_map(|set| set.iter().filter(|other| *other != text).take(MOST_OF_A_POOL)).cloned().collect()
    }
}

fn words(schema: &'static BlockSchema, above: &mut Vec<&'static str>, found: &mut Vec<BTreeSet<String>>) {
    for arg in schema.args() {
        let ty = match arg.ty {
            Type::Nullable(inner) => inner,
            ref ty => ty,
        };
        if let Type::OneOf(words) = ty {
            found.push(words.iter().map(|word| (*word).to_owned()).collect());
        }
    }
    for nested in schema.blocks() {
        if above.contains(&nested.schema.name) {
            continue;
        }
        above.push(nested.schema.name);
        words(nested.schema, above, found);
        above.pop();
    }
}

/// What may stand in place of a literal under this name, the likeliest to fit first.
pub fn scalars(scalar: &Scalar, name: &str, pool: &Pool) -> Vec<Scalar> {
    match scalar {
        Scalar::Null => vec![Scalar::Number("1".into()), Scalar::String("x1".into()), Scalar::Bool(true)],
        Scalar::Bool(flag) => vec![Scalar::Bool(!flag)],
        Scalar::Number(text) => {
            // At a limit, and on either side of it.
            let met = pool.met(name, text, &pool.numbers);
            let beside = met.first().map(|limit| numbers(limit)).unwrap_or_default();
            let met = met.into_iter().take(1).chain(beside.into_iter().take(2));
            distinct(met.chain(numbers(text)), text).into_iter().map(Scalar::Number).collect()
        }
        Scalar::String(text) => {
            let met = pool.met(name, text, &pool.by_name).into_iter();
            let near = in_turn(texts(text), in_turn(pool.of(name, text), quantities(text)));
            distinct(pool.selectors(name).chain(met).chain(near), text)
                .into_iter()
                .map(Scalar::String)
                .collect()
        }
        Scalar::Part(text) => texts(text).into_iter().map(Scalar::Part).collect(),
    }
}

/// The value with another scalar in it, each scalar in its turn, each changed in two ways and more.
pub fn values(value: &Value, pool: &Pool) -> Vec<Value> {
    let with = |kind: Kind| Value { kind, ..value.clone() };
    match &value.kind {
        Kind::Null => Vec::new(),
        Kind::Bool(flag) => vec![with(Kind::Bool(!flag))],
        Kind::Number(number) => {
            let texts = numbers(&number.to_string());
            let parsed = texts.iter().filter_map(|text| Number::parse(text).ok());
            parsed.take(2).map(|number| with(Kind::Number(number))).collect()
        }
        Kind::String(text) => {
            let others = texts(text).into_iter().take(2).chain(pool.words(text));
            others.map(|text| with(Kind::String(Arc::from(text)))).collect()
        }
        Kind::List(items) => {
            let mut changed = Vec::new();
            for (index, item) in items.iter().enumerate() {
                changed.extend(values(item, pool).into_iter().map(|other| {
                    let mut items = items.to_vec();
                    items.splice(index..=index, [other]);
                    with(Kind::List(Arc::new(items)))
                }));
            }
            changed
        }
        Kind::Map(entries) => {
            let mut changed = Vec::new();
            for (key, item) in entries.iter() {
                changed.extend(values(item, pool).into_iter().map(|other| {
                    let mut entries = BTreeMap::clone(entries);
                    entries.insert(Arc::clone(key), other);
                    with(Kind::Map(Arc::new(entries)))
                }));
            }
            changed
        }
    }
}

/// Other numbers: the next ones, and some further off, for what has a least or a greatest.
fn numbers(text: &str) -> Vec<String> {
    let others: Vec<String> = match text.parse::<i64>() {
        Ok(number) => {
            let far = [number.checked_mul(2), number.checked_div(2), Some(1), Some(2)];
            let near = [number.checked_add(1), number.checked_sub(1)];
            near.into_iter().chain(far).flatten().map(|other| other.to_string()).collect()
        }
        Err(_) => texts(text),
    };
    distinct(others, text)
}

/// Other texts of the same length and kind of characters, if it has a digit or letter: one is another.
pub fn texts(text: &str) -> Vec<String> {
    match text {
        "true" => return vec!["false".to_owned()],
        "false" => return vec!["true".to_owned()],
        _ => {}
    }
    let digit = |c: char| c.is_ascii_digit();
    let letter = |c: char| c.is_ascii_alphabetic();
    let places = [text.rfind(digit), text.rfind(letter), text.find(letter), text.find(digit)];
    let changed = places.into_iter().flatten().map(|at| {
        let mut other = text.to_owned();
        let next: String = text.get(at..=at).unwrap_or_default().chars().map(after).collect();
        other.replace_range(at..=at, &next);
        other
    });
    let mut others: Vec<String> = changed.collect();
    // What comes first in an order may come last, and the other way round.
    let ends: &[&str] = match text.chars().next() {
        Some('a'..='z') => &["z", "a"],
        Some('A'..='Z') => &["Z", "A"],
        _ => &[],
    };
    others.extend(ends.iter().map(|far| format!("{far}{}", text.get(1..).unwrap_or_default())));
    // Nothing in it can be another.
    if others.is_empty() {
        others.push(format!("{text}x"));
    }
    distinct(others, text)
}

/// What is a number, with its unit if it has one, such as `90s`, `512Mi` or `25%`: with other numbers.
fn quantities(text: &str) -> Vec<String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    match number.parse::<i64>() {
        Ok(_) if unit.len() <= 3 && unit.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'%') => {
            let others = numbers(number).into_iter().rev().filter(|other| !other.starts_with('-'));
            others.map(|number| format!("{number}{unit}")).collect()
        }
        _ => Vec::new(),
    }
}

/// One of each in turn, and what is left of the longer.
fn in_turn(one: Vec<String>, other: Vec<String>) -> Vec<String> {
    let (mut one, mut other) = (one.into_iter(), other.into_iter());
    let mut all = Vec::new();
    loop {
        let (a, b) = (one.next(), other.next());
        if a.is_none() && b.is_none() {
            return all;
        }
        all.extend(a.into_iter().chain(b));
    }
}

/// The next digit or letter.
fn after(c: char) -> char {
    match c {
        '9' => '8',
        'z' => 'y',
        'Z' => 'Y',
        c => char::from_u32(u32::from(c) + 1).unwrap_or(c),
    }
}

fn distinct(others: impl IntoIterator<Item = String>, text: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    others.into_iter().filter(|other| other != text && seen.insert(other.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_place_of_a_literal_has_its_shape() {
        let mut pool = Pool::new();
        pool.add("match", "env=dev");
        pool.add_label("service", "web");
        pool.add_label("service", "api");
        pool.selects("match", "prod-a");
        let shown = |pool: &Pool, scalar: Scalar, name: &str| -> Vec<String> {
            let others = scalars(&scalar, name, pool).into_iter();
            others
                .map(|other| match other {
                    Scalar::Null => "null".to_owned(),
                    Scalar::Bool(flag) => flag.to_string(),
                    Scalar::Number(text) => text,
                    Scalar::String(text) | Scalar::Part(text) => format!("\"{text}\""),
                })
                .collect()
        };
        let text = |text: &str| Scalar::String(text.to_owned());
        assert_eq!(shown(&pool, Scalar::Number("25".into()), "weight"), ["26", "24", "50", "12", "1", "2"]);
        assert_eq!(shown(&pool, Scalar::Number("99.95".into()), "objective"), ["99.96", "89.95"]);
        assert_eq!(shown(&pool, Scalar::Bool(true), "x"), ["false"]);
        let others = "\"501m\" \"2m\" \"500n\" \"1m\" \"600m\" \"250m\" \"1000m\" \"499m\"";
        assert_eq!(shown(&pool, text("500m"), "cpu").join(" "), others);
        let others = "\"name=prod-a\" \"name!=prod-a\" \"env=proe\" \"env=dev\" \"fnv=prod\" \"znv=prod\" \"anv=prod\"";
        assert_eq!(shown(&pool, text("env=prod"), "match").join(" "), others);
        let others = "\"wec\" \"api\" \"xeb\" \"zeb\" \"aeb\"";
        assert_eq!(shown(&pool, text("web"), "from").join(" "), others);
        let others = "\"ofg\" \"recommend\" \"pff\" \"hard\" \"zff\" \"soft\" \"aff\"";
        assert_eq!(shown(&pool, text("off"), "rightsize").join(" "), others);
        let list = Span::new(crate::diagnostic::SourceMap::default().add("test", ""), 0..9);
        pool.add_item(list, "a");
        assert!(pool.twin(list, "a").is_none());
        pool.add_item(list, "b");
        assert_eq!(pool.twin(list, "a"), Some(text("b")));
        assert_eq!(shown(&pool, Scalar::Part("*.".into()), "hosts"), ["\"*.x\""]);
    }
}
