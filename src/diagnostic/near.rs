//! "Did you mean": the nearest of the names that exist.

/// How many names a list in a message shows before it says how many more there are.
const LISTED: usize = 12;

/// The longest text that can be a slip for a name, in characters; names of Kubernetes end at 253. To compare
/// takes time in proportion to it.
const LONGEST: usize = 300;

/// The candidate nearest to `found`, if one is near enough to be a slip of the keyboard.
///
/// Case is ignored; `_`, `-` and a plural `s` count as the small slips they are. The first of equally
/// near candidates in the order given wins, so a sorted input gives a stable answer.
pub fn suggest<'a>(found: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let found = found.to_lowercase();
    let length = found.chars().count();
    if length > LONGEST {
        return None;
    }
    let limit = 1 + length / 3;
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let distance = strsim::damerau_levenshtein(&found, &candidate.to_lowercase());
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The names as a person lists them: `a, b or c`, and how many more where there are many; `none` for none.
pub fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = names.into_iter().collect();
    let more = names.len().saturating_sub(LISTED);
    names.truncate(LISTED);
    match (names.as_slice(), more) {
        ([], _) => "none".to_owned(),
        ([only], 0) => (*only).to_owned(),
        ([first @ .., last], 0) => format!("{} or {last}", first.join(", ")),
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_and_a_stranger_is_not() {
        assert_eq!(suggest("replcaes", ["match", "replaces", "values"]), Some("replaces"));
        assert_eq!(suggest("Replicas", ["replicas"]), Some("replicas"));
        assert_eq!(
            suggest(&"a".repeat(LONGEST), ["a".repeat(LONGEST - 1).as_str()]).map(str::len),
            Some(LONGEST - 1)
        );
        assert_eq!(suggest(&"a".repeat(LONGEST + 1), ["a".repeat(LONGEST).as_str()]), None);
        assert_eq!(suggest("zebra", ["match", "replaces", "values"]), None);
    }

    #[test]
    fn lists_read_as_a_person_writes_them() {
        assert_eq!(one_of([]), "none");
        assert_eq!(one_of(["a"]), "a");
        assert_eq!(one_of(["a", "b", "c"]), "a, b or c");
        let names: Vec<String> = (0..14).map(|n| n.to_string()).collect();
        assert!(one_of(names.iter().map(String::as_str)).ends_with("and 2 more"));
    }
}
