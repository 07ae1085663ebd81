//! Names that say that what they are given is a secret.

/// What such a name has as one of its words.
const WORDS: [&str; 8] =
    ["password", "passwd", "passphrase", "secret", "token", "key", "credential", "credentials"];

/// Whether a name says that its value is a secret: `DB_PASSWORD`, `api-token`, `apiToken`.
pub fn names_secret(name: &str) -> bool {
    let mut words = vec![String::new()];
    let mut is_lower = false;
    for c in name.chars() {
        if !c.is_ascii_alphabetic() || c.is_ascii_uppercase() && is_lower {
            words.push(String::new());
        }
        is_lower = c.is_ascii_lowercase();
        if let Some(word) = words.last_mut().filter(|_| c.is_ascii_alphabetic()) {
            word.push(c.to_ascii_lowercase());
        }
    }
    words.iter().any(|word| WORDS.contains(&&**word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_word_by_word() {
        for name in ["PASSWORD", "DB_PASSWORD", "api-token", "apiToken", "key", "tokenFile", "a.secret"] {
            assert!(names_secret(name), "{name}");
        }
        for name in ["", "keyboard", "tokens_per_second", "monkey", "MONKEY", "secretary"] {
            assert!(!names_secret(name), "{name}");
        }
    }
}
