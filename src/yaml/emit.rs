//! Values to text.

use std::sync::LazyLock;

use serde_json::{Map, Number, Value};

use super::scalar::{can_stand_literal, can_stand_plain, write_quoted};

/// Blanks to indent with, as many as fit most lines.
const BLANKS: &str = "                                                                ";

/// The longest key in bytes, as written, that may stand on one line with its value. go-yaml looks 1024
/// characters ahead for the `:`.
const MAX_KEY: usize = 1000;

/// What is still to be written; the next one is the last of the list.
struct Step<'a> {
    /// The key, of an entry of a map; none for an item of a list.
    key: Option<&'a str>,
    value: &'a Value,
    /// Blanks before the key or the dash.
    indent: usize,
    /// Whether it goes on after `- ` in the same line.
    inline: bool,
    /// How the keys of the value are ordered, if it is a map.
    order: Order,
}

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
/// same value. It does not recurse, so depth costs no stack.
pub fn emit(value: &Value) -> String {
    let mut out = String::with_capacity(1024);
    let mut steps = Vec::new();
    if !open(&mut steps, value, 0, Order::Object) {
        write_scalar(&mut out, value, 0);
        out.push('\n');
    }
    write_steps(&mut out, steps);
    out
}

/// As [`emit()`], of the entries of a map, at the end of `out`.
pub fn emit_map(out: &mut String, map: &Map<String, Value>) {
    let mut steps = Vec::new();
    open_map(&mut steps, map, 0, Order::Object);
    if steps.is_empty() {
        out.push_str("{}\n");
    }
    write_steps(out, steps);
}

fn write_steps(out: &mut String, mut steps: Vec<Step<'_>>) {
    while let Some(step) = steps.pop() {
        write_step(out, &mut steps, &step);
    }
}

fn write_step<'a>(out: &mut String, steps: &mut Vec<Step<'a>>, step: &Step<'a>) {
    if !step.inline {
        indent(out, step.indent);
    }
    match step.key {
        Some(key) => {
            write_key(out, key, step.indent);
            // A list stands in the column of its key, a map two blanks further.
            let inner = if step.value.is_array() { step.indent } else { step.indent + 2 };
            if !open(steps, step.value, inner, step.order) {
                out.push(' ');
                write_scalar(out, step.value, step.indent);
            }
            out.push('\n');
        }
        None => {
            out.push_str("- ");
            if open(steps, step.value, step.indent + 2, step.order) {
                if let Some(first) = steps.last_mut() {
                    first.inline = true;
                }
            } else {
                write_scalar(out, step.value, step.indent);
                out.push('\n');
            }
        }
    }
}

/// Puts the entries of a map or the items of a list on the list of what is to be written; not if there
/// are none, or the value is a scalar.
fn open<'a>(steps: &mut Vec<Step<'a>>, value: &'a Value, indent: usize, order: Order) -> bool {
    match value {
        Value::Object(map) if !map.is_empty() => open_map(steps, map, indent, order),
        Value::Array(items) if !items.is_empty() => {
            steps.extend(items.iter().rev().map(|value| Step {
                key: None,
                value,
                indent,
                inline: false,
                order: Order::Sorted,
            }));
        }
        _ => return false,
    }
    true
}

fn open_map<'a>(steps: &mut Vec<Step<'a>>, map: &'a Map<String, Value>, indent: usize, order: Order) {
    let first = steps.len();
    steps.extend(map.iter().rev().map(|(key, value)| Step {
        key: Some(key),
        value,
        indent,
        inline: false,
        order: match order {
            Order::Object if key == "metadata" => Order::Metadata,
            Order::Object | Order::Metadata | Order::Sorted => Order::Sorted,
        },
    }));
    if matches!(order, Order::Sorted) && *ARE_SORTED {
        return;
    }
    let entries = steps.get_mut(first..).unwrap_or_default();
    entries.sort_by(|a, b| (order.rank(b.key), b.key).cmp(&(order.rank(a.key), a.key)));
}

/// Whether maps are sorted by themselves, as those of `serde_json` are unless some crate of the tree turns
/// `preserve_order` on.
static ARE_SORTED: LazyLock<bool> = LazyLock::new(|| {
    let map: Map<String, Value> = ["b", "a"].map(|key| (key.to_owned(), Value::Null)).into_iter().collect();
    map.keys().eq(["a", "b"])
});

impl Order {
    fn rank(self, key: Option<&str>) -> u8 {
        match (self, key) {
            (Self::Object, Some("apiVersion")) | (Self::Metadata, Some("name")) => 0,
            (Self::Object, Some("kind")) | (Self::Metadata, Some("namespace")) => 1,
            (Self::Object, Some("metadata")) => 2,
            _ => 3,
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
        indent(out, column);
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
            indent(out, column);
            out.push_str(line);
        }
    }
}

fn indent(out: &mut String, mut column: usize) {
    while column > 0 {
        let some = column.min(BLANKS.len());
        out.push_str(BLANKS.get(..some).unwrap_or_default());
        column -= some;
    }
}
