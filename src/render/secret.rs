//! Secret values: found in objects by rendering again with others in their place, and taken out of text.

use super::convert;
use crate::cluster::Setting;
use crate::object::MASK;

/// The shortest text that is taken out of messages: a shorter one keeps no secret, and its letters are in
/// every message.
const SHORTEST: usize = 3;

/// The texts that no message may show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hidden {
    texts: Vec<String>,
}

impl Hidden {
    /// Everything secret in these settings.
    pub(super) fn of(settings: &[&Setting]) -> Self {
        let texts = convert::secret_texts(settings);
        Self { texts: texts.into_iter().filter(|text| text.chars().count() >= SHORTEST).collect() }
    }

    /// The text without the secrets in it.
    pub(super) fn hide(&self, text: &str) -> String {
        self.texts.iter().fold(text.to_owned(), |text, secret| {
            let escaped = secret.escape_debug().to_string();
            text.replace(secret.as_str(), MASK).replace(&escaped, MASK)
        })
    }

    /// Whether a text holds one of the secrets.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.texts.iter().any(|secret| text.contains(secret.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_taken_out_as_they_are_and_escaped() {
        let hidden = Hidden { texts: vec!["hunter2\n".to_owned(), "pass".to_owned()] };
        assert_eq!(hidden.hide("a hunter2\\n b"), "a (sensitive) b");
        assert!(hidden.is_in("xhunter2\ny") && !hidden.is_in("hunter3"));
    }
}
