//! `Warning` headers: what an API server says beside its answer.

/// The longest header that is read, in bytes.
const LONGEST: usize = 16 << 10;

/// The texts of a header such as `299 - "v1 ComponentStatus is deprecated"`
/// ([RFC 7234, section 5.5](https://www.rfc-editor.org/rfc/rfc7234#section-5.5)). What is not in that form is
/// left out.
pub(super) fn texts(header: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut characters = header.chars().take(LONGEST);
    while characters.by_ref().any(|character| character == '"') {
        let mut text = String::new();
        let mut is_closed = false;
        while let Some(character) = characters.next() {
            match character {
                '"' => {
                    is_closed = true;
                    break;
                }
                '\\' => text.extend(characters.next()),
                other => text.push(other),
            }
        }
        if is_closed {
            texts.push(text);
        }
        // A date in quotes may stand before the next comma.
        if !characters.by_ref().any(|character| character == ',') {
            break;
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_between_the_quotes_is_taken() {
        for (header, expected) in [
            (r#"299 - "old""#, &["old"][..]),
            (r#"299 - "a \"b\" \\ c""#, &[r#"a "b" \ c"#]),
            (r#"299 - "one", 299 host "two""#, &["one", "two"]),
            (r#"299 - "one, with a comma" "Mon, 01 Jan 2026 00:00:00 GMT""#, &["one, with a comma"]),
            (r#"299 - "never closed"#, &[]),
            ("299 - bare", &[]),
            ("", &[]),
        ] {
            assert_eq!(texts(header), expected, "{header}");
        }
    }
}
