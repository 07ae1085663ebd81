//! What servers hold built-in kinds to that their OpenAPI schemas do not say.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::cross::Cross;
use super::node::{Fields, Identity, Limits, Node, Rest, Shape};
use super::pattern::Pattern;

/// One rule a line: the definition without `io.k8s.api.`, the field, and what holds for it; `optional` takes back what
/// the published schema says and servers do not ask for. From the packages
/// `pkg/apis/…/validation` of k8s.io/kubernetes.
const TABLE: &str = include_str!("overlay.txt");

static RULES: LazyLock<BTreeMap<&'static str, Vec<(&'static str, &'static str)>>> = LazyLock::new(|| {
    let mut rules: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.splitn(3, ' ').map(str::trim);
        if let (Some(definition), Some(field), Some(rule)) = (words.next(), words.next(), words.next()) {
            rules.entry(definition).or_default().push((field, rule));
        }
    }
    rules
});

/// Adds to a definition what holds for its fields.
pub fn lay(definition: &str, node: &mut Node) {
    let name = definition.strip_prefix("io.k8s.api.").unwrap_or(definition);
    node.cross = Cross::of(name);
    let (Some(rules), Shape::Map(fields)) = (RULES.get(name), &mut node.shape) else { return };
    for (field, rule) in rules {
        if let Some(names) = rule.strip_prefix("some ") {
            node.logic.get_or_insert_default().any_of = names.split(' ').map(with).collect();
            continue;
        }
        if let Some(keys) = rule.strip_prefix("keys ") {
            if let Some(Shape::List { identity, .. }) =
                fields.properties.get_mut(*field).map(|node| &mut node.shape)
            {
                *identity = Identity::Keys(keys.split(' ').map(Into::into).collect());
            }
            continue;
        }
        match *rule {
            "required" if !fields.required.iter().any(|known| **known == **field) => {
                fields.required.push((*field).into());
            }
            "required" => {}
            "set" => {
                if let Some(Shape::List { identity, .. }) =
                    fields.properties.get_mut(*field).map(|node| &mut node.shape)
                {
                    *identity = Identity::Set;
                }
            }
            "optional" => fields.required.retain(|known| **known != **field),
            rule => {
                if let Some(node) = fields.properties.get_mut(*field) {
                    // What a list is said to be, its items are.
                    let node = match &mut node.shape {
                        Shape::List { items: Some(items), .. }
                            if !COUNTS.iter().any(|count| rule.starts_with(count)) =>
                        {
                            items
                        }
                        _ => node,
                    };
                    limit(rule, node.limits.get_or_insert_default());
                }
            }
        }
    }
}

/// What has a field of this name, with an item in it if it is a list.
fn with(field: &str) -> Node {
    let limits = Some(Box::new(Limits { min_items: Some(1), ..Limits::default() }));
    let properties = [(field.into(), Node { limits, ..Node::default() })].into();
    let fields =
        Fields { required: vec![field.into()], properties, rest: Rest::Anything, ..Fields::default() };
    Node { shape: Shape::Map(fields), ..Node::default() }
}

/// Rules about how many items a list has, rather than about each of them.
const COUNTS: [&str; 2] = ["items", "at-most"];

fn limit(rule: &str, limits: &mut Limits) {
    let (word, rest) = rule.split_once(' ').unwrap_or((rule, ""));
    let number = |text: &str| text.parse::<f64>().ok().map(|number| (number, false));
    match word {
        "range" => {
            let (least, greatest) = rest.split_once("..").unwrap_or((rest, ""));
            limits.minimum = number(least).or(limits.minimum);
            limits.maximum = number(greatest).or(limits.maximum);
        }
        "one-of" => limits.one_of = rest.split(' ').map(Into::into).collect(),
        "pattern" => limits.pattern = Some(Pattern::new(rest)),
        "items" => limits.min_items = rest.parse().ok(),
        "at-most" => limits.max_items = rest.parse().ok(),
        format => limits.format = Some(format.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_rule() {
        for line in TABLE.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let words: Vec<&str> = line.splitn(3, ' ').collect();
            assert_eq!(words.len(), 3, "{line}");
            let known = [
                "required", "optional", "range", "one-of", "pattern", "items", "at-most", "set", "keys",
                "some",
            ];
            let word = words[2].split(' ').next().unwrap();
            let form = word.trim_end_matches('?');
            assert!(known.contains(&word) || super::super::format::NAMES.contains(&form), "{line}");
        }
    }
}
