//! Values to text.

use std::sync::LazyLock;

use serde_json::{Map, Number, Value};

use super::scalar::{can_stand_literal, can_stand_plain, write_quoted};

/// Blanks to indent with, as many as fit most lines.
const BLANKS: &str = "                                                                ";

/// The longest key in bytes, as written, that may stand on one line with its value. go-yaml looks 1024
/// characters ahead for the `:`.
const MAX_KEY: usize = 1000;

/// Whether maps are sorted by themselves, as those of `serde_json` are unless some crate of the tree turns
/// `preserve_order` on.
static ARE_SORTED: LazyLock<bool> = LazyLock::new(|| {
    let map: Map<String, Value> = ["b", "a"].map(|key| (key.to_owned(), Value::Null)).into_iter().collect();
    map.keys().eq(["a", "b"])
});

/// Which keys of a map come before the others, which are sorted.
#[derive(Clone, Copy)]
enum Order {
    /// `apiVersion`, `kind`, `metadata`.
    Object,
    /// `name`, `namespace`.
    Metadata,
    /// None.
    Sorted,
}

/// The value as one document in block style, without `---`, with a line break at its end.
///
/// Two blanks a level; lists stand in the column of their key, as `kubectl get -o yaml` and kustomize
/// write them. Keys are sorted by their bytes, but for `apiVersion`, `kind` and `metadata` at the top and
/// `name` and `namespace` in that `metadata`. Nothing is folded. `sigs.k8s.io/yaml` reads back the very
/// same value. It recurses as deep as the value is nested.
pub fn emit(value: &Value) -> String {
    let mut out = String::with_capacity(1024);
    match value {
        Value::Object(map) if !map.is_empty() => write_map(&mut out, map, 0, Order::Object, false),
        Value::Array(items) if !items.is_empty() => write_list(&mut out, items, 0, false),
        scalar => {
            write_scalar(&mut out, scalar, 0);
            out.push('\n');
        }
    }
    out
}

/// As [`emit()`], of the entries of a map, at the end of `out`.
pub fn emit_map(out: &mut String, map: &Map<String, Value>) {
    if map.is_empty() {
        out.push_str("{}\n");
    }
    write_map(out, map, 0, Order::Object, false);
}

/// Writes the entries of a map, each on lines of its own. `indent`: blanks before a key; `inline`: whether the first
/// goes on after `- ` in the same line.
fn write_map(out: &mut String, map: &Map<String, Value>, indent: usize, order: Order, inline: bool) {
    let first = order.first();
    let leading = first.iter().filter_map(|key| map.get_key_value(*key));
    let mut unsorted: Vec<_> = map.iter().filter(|_| !*ARE_SORTED).collect();
    unsorted.sort_by_key(|(key, _)| *key);
    let others = map.iter().filter(|_| *ARE_SORTED).chain(unsorted);
    let others = others.filter(|(key, _)| !first.contains(&key.as_str()));
    for (number, (key, value)) in leading.chain(others).enumerate() {
        if number > 0 || !inline {
            write_blanks(out, indent);
        }
        write_key(out, key, indent);
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                out.push('\n');
                write_map(out, inner, indent + 2, order.below(key), false);
            }
            Value::Array(items) if !items.is_empty() => {
                out.push('\n');
                write_list(out, items, indent, false);
            }
            scalar => {
                out.push(' ');
                write_scalar(out, scalar, indent);
                out.push('\n');
            }
        }
    }
}

/// Writes the items of a list, as [`write_map`] does entries.
fn write_list(out: &mut String, items: &[Value], indent: usize, inline: bool) {
    for (number, value) in items.iter().enumerate() {
        if number > 0 || !inline {
            write_blanks(out, indent);
        }
        out.push_str("- ");
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                write_map(out, inner, indent + 2, Order::Sorted, true);
            }
            Value::Array(inner) if !inner.is_empty() => write_list(out, inner, indent + 2, true),
            scalar => {
                write_scalar(out, scalar, indent);
                out.push('\n');
            }
        }
    }
}

impl Order {
    /// The keys that come before the others, in their order.
    fn first(self) -> &'static [&'static str] {
        match self {
            Self::Object => &["apiVersion", "kind", "metadata"],
            Self::Metadata => &["name", "namespace"],
            Self::Sorted => &[],
        }
    }

    /// How the map under a key of this one is ordered.
    fn below(self, key: &str) -> Self {
        match self {
            Self::Object if key == "metadata" => Self::Metadata,
            Self::Object | Self::Metadata | Self::Sorted => Self::Sorted,
        }
    }
}

fn write_key(out: &mut String, key: &str, column: usize) {
    let start = out.len();
    if can_stand_plain(key) {
        out.push_str(key);
    } else {
        write_quoted(out, key);
    }
    if out.len() - start > MAX_KEY {
        out.insert_str(start, "? ");
        out.push('\n');
        write_blanks(out, column);
    }
    out.push(':');
}

/// Writes a scalar, or an empty map or list. `column` is that of the key or dash before it.
fn write_scalar(out: &mut String, value: &Value, column: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(out, number),
        Value::String(text) => write_string(out, text, column),
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
    }
}

fn write_number(out: &mut String, number: &Number) {
    out.push_str(&number.to_string());
}

fn write_string(out: &mut String, text: &str, column: usize) {
    if text.contains('\n') {
        if can_stand_literal(text) {
            return write_literal(out, text, column + 2);
        }
    } else if can_stand_plain(text) {
        return out.push_str(text);
    }
    write_quoted(out, text);
}

/// Writes a literal block without the line break after it.
fn write_literal(out: &mut String, text: &str, column: usize) {
    let body = text.strip_suffix('\n');
    out.push_str(match body {
        None => "|-",
        Some(body) if body.ends_with('\n') => "|+",
        Some(_) => "|",
    });
    for line in body.unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            write_blanks(out, column);
            out.push_str(line);
        }
    }
}

fn write_blanks(out: &mut String, mut column: usize) {
    while column > 0 {
        let some = column.min(BLANKS.len());
        out.push_str(BLANKS.get(..some).unwrap_or_default());
        column -= some;
    }
}
