//! Values spliced into YAML: none may change its structure, or become something else than a string.

use std::ops::Range;

use super::text::Text;
use crate::yaml::{self, Plain, Scalar, Stream, Style};

/// What is wrong with a spliced value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Harm {
    /// The scalar it makes is no string; what it is.
    Type(&'static str),
    /// It changes the structure; how.
    Structure(&'static str),
}

/// A spliced value that does harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Harmful {
    /// The bytes of the value in the rendered text.
    pub at: Range<usize>,
    /// What it does.
    pub harm: Harm,
}

/// The spliced values of a text that do harm. The text was read without an error.
pub(super) fn check(text: &Text, stream: &Stream) -> Vec<Harmful> {
    let mut found: Vec<Harmful> = Vec::new();
    let mut last_scalar = None;
    for at in &text.splices {
        // The last scalar that begins at or before the value. An empty one may stand where it does.
        let next = stream.scalars.partition_point(|scalar| scalar.span.start <= at.start);
        let index = next.checked_sub(1);
        let scalar = index.and_then(|index| stream.scalars.get(index));
        let inside = scalar.filter(|scalar| at.end <= scalar.span.end && !scalar.span.is_empty());
        let harm = match inside {
            Some(scalar) => {
                // One finding for each scalar is enough.
                if last_scalar == index
                    && found.last().is_some_and(|last| scalar.span.contains(&last.at.start))
                {
                    continue;
                }
                last_scalar = index;
                within(&text.text, at, scalar)
            }
            None => outside(&text.text, at, scalar),
        };
        found.extend(harm.map(|harm| Harmful { at: at.clone(), harm }));
    }
    found
}

/// A value inside of one scalar.
fn within(text: &str, at: &Range<usize>, scalar: &Scalar) -> Option<Harm> {
    let value = text.get(at.clone()).unwrap_or("");
    let inner = at.start > scalar.span.start && at.end < scalar.span.end;
    match scalar.style {
        Style::Plain if value.contains('\n') => {
            Some(Harm::Structure("its line breaks are folded into blanks"))
        }
        Style::Plain if scalar.is_tagged => None,
        Style::Plain => plain(text.get(scalar.span.clone()).unwrap_or(""), scalar.is_key),
        Style::SingleQuoted | Style::DoubleQuoted if !inner => {
            Some(Harm::Structure("its own quotes are read as those of YAML"))
        }
        Style::SingleQuoted if value.contains('\'') => {
            Some(Harm::Structure("its quote ends the quoted text"))
        }
        Style::DoubleQuoted if value.contains('"') => Some(Harm::Structure("its quote ends the quoted text")),
        Style::DoubleQuoted if value.contains('\\') => {
            Some(Harm::Structure("its backslash is read as an escape"))
        }
        Style::SingleQuoted | Style::DoubleQuoted if value.contains('\n') => {
            Some(Harm::Structure("its line breaks are folded into blanks"))
        }
        Style::SingleQuoted | Style::DoubleQuoted => None,
        Style::Literal | Style::Folded => block(text, at, scalar),
    }
}

fn plain(scalar: &str, is_key: bool) -> Option<Harm> {
    match yaml::plain(scalar) {
        Plain::String if is_key && scalar == "<<" => Some(Harm::Structure("it is read as a merge key")),
        Plain::String => None,
        Plain::Null => Some(Harm::Type("null")),
        Plain::Bool(_) => Some(Harm::Type("a bool")),
        Plain::Int(_) | Plain::Float(_) | Plain::Refused(_) => Some(Harm::Type("a number")),
    }
}

/// A value in a block scalar: in its header it is no text, and white space where the text begins sets the
/// indentation of all of it.
fn block(text: &str, at: &Range<usize>, scalar: &Scalar) -> Option<Harm> {
    let header = text.get(scalar.span.start..).and_then(|rest| rest.find('\n'));
    let body = scalar.span.start + header? + 1;
    if at.start < body {
        return Some(Harm::Structure("it is read as the header of a block of text"));
    }
    let value = text.get(at.clone()).unwrap_or("");
    let first = text.get(body..at.start).is_some_and(|before| before.trim().is_empty());
    if first && value.starts_with([' ', '\t', '\n']) {
        return Some(Harm::Structure(
            "the white space it begins with is read as the indentation of the text",
        ));
    }
    None
}

/// A value that is part of no scalar.
fn outside(text: &str, at: &Range<usize>, scalar: Option<&Scalar>) -> Option<Harm> {
    let value = text.get(at.clone()).unwrap_or("");
    let before = text.get(..at.start).unwrap_or("");
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    let since_line = before.get(line..).unwrap_or("");
    if value.is_empty() {
        let after = text.get(at.end..).and_then(|rest| rest.lines().next()).unwrap_or("").trim_start();
        let alone = after.is_empty() || after.starts_with([',', ']', '}', '#', ':']);
        let expected = since_line.trim_end().ends_with([':', '-', '[', ',', '{', '?']);
        return (alone && expected).then_some(Harm::Type("null, since it is empty"));
    }
    // In a comment nothing but a line break matters.
    let quoted = scalar.map_or(line, |scalar| scalar.span.end.max(line));
    let gap = before.get(quoted.min(before.len())..).unwrap_or("");
    let in_comment = gap.match_indices('#').any(|(offset, _)| {
        let hash = quoted + offset;
        hash == line || before.get(..hash).is_some_and(|text| text.ends_with([' ', '\t', '\n']))
    });
    if in_comment && !value.contains('\n') {
        return None;
    }
    Some(Harm::Structure(if value.contains('\n') {
        "its line breaks add lines to the YAML"
    } else {
        "it is not read as one text"
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::marker::{CLOSE, OPEN};

    /// What the values between `«` and `»` do.
    fn harms(marked: &str) -> Vec<String> {
        let marked = marked.replace('«', &OPEN.to_string()).replace('»', &CLOSE.to_string());
        let text = Text::of(&marked, |_| None);
        let stream = match yaml::read(&text.text) {
            Ok(stream) => stream,
            Err(error) => return vec![format!("yaml: {error}")],
        };
        let told = |harmful: &Harmful| match harmful.harm {
            Harm::Type(what) => format!("becomes {what}"),
            Harm::Structure(how) => how.to_owned(),
        };
        check(&text, &stream).iter().map(told).collect()
    }

    #[test]
    fn harmless_values_pass() {
        for text in [
            "a: «b»",
            "a: «b»:«c»",
            "a: x«1»",
            "a: \"«1.30»\"",
            "a: '«yes»'",
            "«a»: b",
            "a: [«b», «c»]",
            "# «anything: [»\na: b",
            "a: b # «on»",
            "a: !!str «1»",
            "a: |\n  «x\n  y: z»\n",
            "a: |\n  x «: # '»\n",
            "a: >\n  «x»\n",
            "a: \"x«»y\"",
            "a: b\n«»\n",
            "a: registry/«x»:«1.42.0»",
        ] {
            assert_eq!(harms(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn harmful_values_are_found() {
        let cases = [
            ("a: «1.30»", "becomes a number"),
            ("a: «on»", "becomes a bool"),
            ("a: «~»", "becomes null"),
            ("a: «1_000»", "becomes a number"),
            ("a: «.inf»", "yaml: .inf is no finite number, and JSON has no other"),
            ("a: «»", "becomes null, since it is empty"),
            ("- «»", "becomes null, since it is empty"),
            ("a: [«»]", "becomes null, since it is empty"),
            ("a: «1».«30»", "becomes a number"),
            ("a: «x\nb: y»", "its line breaks add lines to the YAML"),
            ("a: «x\n  y»", "its line breaks are folded into blanks"),
            ("a: «x # y»", "it is not read as one text"),
            ("a: [«b, c»]", "it is not read as one text"),
            ("a: «{b: c}»", "it is not read as one text"),
            ("a: «'x'»", "its own quotes are read as those of YAML"),
            ("a: '«x'' y»'", "its quote ends the quoted text"),
            ("a: \"«x\\ty»\"", "its backslash is read as an escape"),
            ("a: \"«x\n  y»\"", "its line breaks are folded into blanks"),
            ("a: «|»\n  x\n", "it is read as the header of a block of text"),
            ("a: |\n  « x»\n", "the white space it begins with is read as the indentation of the text"),
            ("a: «&x y»", "it is not read as one text"),
            ("a: «!!int x»", "yaml: x is not what the tag !!int says"),
            ("a: « x»", "it is not read as one text"),
            ("«<<»: {b: c}", "it is read as a merge key"),
            ("a: b\n«---»\nc: d", "it is not read as one text"),
            ("a: «#b»", "it is not read as one text"),
        ];
        for (text, expected) in cases {
            assert_eq!(harms(text), [expected], "{text}");
        }
    }
}
