//! Sets of clusters, as people say them.

use crate::diff::Clusters;
use crate::report::escape::one_line;

/// The most clusters that are named.
const MOST_NAMED: usize = 8;

/// Whether a set is all of several, which are not named then.
pub(super) fn are_all(some: &Clusters, all: &Clusters) -> bool {
    some == all && all.len() > 1
}

/// `prod-a, prod-b`, `both clusters`, `all 4 clusters`, `all 12 clusters but edge-a`, `a, b, c, d, e, f, g, h and 22 more`.
pub(super) fn clusters(some: &Clusters, all: &Clusters) -> String {
    let others: Clusters = all.difference(some).cloned().collect();
    match (some.len(), others.len()) {
        (1, _) | (_, 3..) => listed(some),
        (2, 0) => "both clusters".to_owned(),
        (count, 0) => format!("all {count} clusters"),
        (5.., _) => format!("all {} clusters but {}", all.len(), listed(&others)),
        _ => listed(some),
    }
}

fn listed(some: &Clusters) -> String {
    let names: Vec<_> = some.iter().take(MOST_NAMED).map(|name| one_line(name)).collect();
    match some.len().saturating_sub(MOST_NAMED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_said_as_short_as_can_be() {
        let set = |names: &str| -> Clusters { names.chars().map(|c| c.to_string().into()).collect() };
        for (some, all, said) in [
            ("a", "a", "a"),
            ("ab", "ab", "both clusters"),
            ("a", "abcd", "a"),
            ("abc", "abcd", "a, b, c"),
            ("abcde", "abcdefg", "all 7 clusters but f, g"),
            ("abcde", "abcdefgh", "a, b, c, d, e"),
            ("abcdefgh", "abcdefghijk", "a, b, c, d, e, f, g, h"),
            ("abcdefghi", "abcdefghijkl", "a, b, c, d, e, f, g, h and 1 more"),
        ] {
            assert_eq!(clusters(&set(some), &set(all)), said);
        }
    }
}
