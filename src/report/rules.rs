//! What each code means, for readers that see a code before its findings.

/// `CODE MEANING`, a line each, sorted: the doc lines of the constants in the `codes.rs` files, and what each check
/// finds. A test compares.
const RULES: &str = include_str!("rules.txt");

/// What is wrong where this code is told, in one sentence; what its letter stands for if the code is not listed.
pub(super) fn meaning(code: &str) -> &'static str {
    let listed = RULES.lines().find_map(|line| line.strip_prefix(code)?.strip_prefix(' '));
    listed.unwrap_or_else(|| match code.chars().next() {
        Some('S') => "A text that cannot be read.",
        Some('F') => "A mistake in the fleet as it is written.",
        Some('C') => "A mistake in the fleet as it is resolved.",
        Some('T') => "A mistake in a template.",
        Some('Y') => "Rendered text that is not the YAML it should be.",
        Some('L') => "A cluster that cannot be reached, or is another than the one that is meant.",
        Some('A') => "What stands in the way of changing a cluster, or went wrong on the way.",
        Some('O') => "A rendered object that is none.",
        Some('V') => "A finding on a rendered object.",
        _ => "A mistake on the command line or in what it names.",
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::diagnostic::CHECKS;

    /// The constants of one file, as lines of the table.
    fn codes(text: &str, found: &mut BTreeSet<String>) {
        let mut meaning = String::new();
        for line in text.lines() {
            if let Some(part) = line.trim_start().strip_prefix("/// ") {
                meaning.push_str(part);
                meaning.push(' ');
                continue;
            }
            let code = line.split_once("Code = Code::new(\"").and_then(|(_, rest)| rest.split('"').next());
            if let Some(code) = code {
                let sentence = meaning.split_inclusive(". ").next().unwrap_or_default().trim();
                found.insert(format!("{code} {sentence}"));
            }
            meaning.clear();
        }
    }

    fn search(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                search(&path, found);
            } else if path.file_name().is_some_and(|name| name == "codes.rs") {
                codes(&std::fs::read_to_string(&path).unwrap(), found);
            }
        }
    }

    /// Compares, or writes where `FLEETWRIGHT_BLESS` is set while the tests are built.
    #[test]
    fn the_table_says_what_the_constants_say() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut found = BTreeSet::new();
        search(&source, &mut found);
        found.extend(CHECKS.into_iter().map(|check| {
            let (first, rest) = check.finds.split_at(1);
            format!("{} {}{rest}.", check.code, first.to_uppercase())
        }));
        let table: String = found.iter().map(|line| format!("{line}\n")).collect();
        let file = source.join("report/rules.txt");
        if option_env!("FLEETWRIGHT_BLESS").is_some() {
            std::fs::write(&file, &table).unwrap();
        }
        let published = std::fs::read_to_string(&file).unwrap();
        assert!(published == table, "rules.txt is not what codes.rs say; bless it with FLEETWRIGHT_BLESS=1");
        assert!(found.len() > 100, "the constants were not found");
        assert!(
            found.iter().all(|line| line.ends_with('.') && line.len() > 10),
            "a constant without a doc line"
        );
    }

    #[test]
    fn a_code_has_its_meaning_and_a_stranger_that_of_its_letter() {
        assert_eq!(meaning("C003"), "A cycle in `replaces`, `depends_on` or locals.");
        assert_eq!(meaning("C"), "A mistake in the fleet as it is resolved.");
        assert_eq!(meaning("V999"), "A finding on a rendered object.");
    }
}
