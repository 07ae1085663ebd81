//! Secret texts, and text without them: the last line of defence before something is printed.

use std::collections::BTreeSet;

use crate::object::base64_encode;

/// What stands in place of a secret.
const MASK: &str = "(sensitive)";

/// The shortest secret that is looked for, in bytes: a shorter one keeps no secret, and its letters are in
/// every message.
const SHORTEST: usize = 4;

/// The texts that no message may show, in each form in which they could get into one.
///
/// Every message is written so that no secret gets into it; this catches what was overlooked.
#[derive(Clone, Default)]
pub struct Secrets {
    /// Longest first, so that no part of a secret stays behind.
    texts: BTreeSet<(std::cmp::Reverse<usize>, String)>,
}

impl Secrets {
    /// Adds a secret, and its escaped, JSON, percent-encoded and base64 forms.
    pub fn add(&mut self, text: &str) {
        let lines = text.lines().map(str::trim).filter(|line| *line != text).map(str::to_owned);
        let whole = [
            text.to_owned(),
            text.escape_debug().to_string(),
            text.escape_default().to_string(),
            json(text),
            percent(text),
            // Without padding, so that a longer text that begins with it is found too.
            base64_encode(text.as_bytes()).trim_end_matches('=').to_owned(),
        ];
        for form in whole.into_iter().chain(lines).filter(|form| form.len() >= SHORTEST) {
            self.texts.insert((std::cmp::Reverse(form.len()), form));
        }
    }

    /// The text with a mask in place of every secret.
    pub fn hide(&self, text: &str) -> String {
        let mut shown = text.to_owned();
        for (_, secret) in &self.texts {
            if shown.contains(secret.as_str()) {
                shown = shown.replace(secret.as_str(), MASK);
            }
        }
        shown
    }
}

/// Without the texts.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.texts.len())
    }
}

/// As inside a JSON string (RFC 8259, section 7).
fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out
}

/// With everything but unreserved characters as `%XX` (RFC 3986, section 2).
fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_hidden_in_every_form() {
        let mut secrets = Secrets::default();
        ["p\"ss wörd", "hunter2", "hunter2secret", "abc"].into_iter().for_each(|text| secrets.add(text));
        for (text, shown) in [
            ("a p\"ss wörd b", "a (sensitive) b"),
            ("a p\\\"ss wörd b", "a (sensitive) b"),
            ("a p%22ss%20w%C3%B6rd b", "a (sensitive) b"),
            ("aHVudGVyMg==", "(sensitive)=="),
            ("hunter2secret and hunter2", "(sensitive) and (sensitive)"),
            ("abc hunter", "abc hunter"),
        ] {
            assert_eq!(secrets.hide(text), shown);
        }
        assert_eq!(format!("{:?}", Secrets::default()), "Secrets(0)");
    }
}
