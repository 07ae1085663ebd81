//! Label selectors: `env=prod,layer in (online,secure),!canary`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::name::{InvalidName, label_key, label_value};

/// A label selector in Kubernetes' own syntax. One without requirements matches everything.
///
/// The grammar and the meaning are those of k8s.io/apimachinery, `pkg/labels`: `a=b`, `a==b`, `a!=b`,
/// `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, `a>1`, `a<1`; `!=` and `notin` also match where the label
/// is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    condition: Condition,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Condition {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    Absent,
    Above(i64),
    Below(i64),
}

/// Why a text is no selector.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct SelectorError {
    /// What is wrong.
    pub kind: SelectorErrorKind,
    /// The bytes of the text at fault; empty at its end.
    pub at: Range<usize>,
}

/// What can be wrong with a selector.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectorErrorKind {
    /// Something else was to stand there.
    #[error("found {}, expected {expected}", shown(.found))]
    Unexpected {
        /// What stands there; empty at the end.
        found: String,
        /// What may stand there.
        expected: &'static str,
    },
    /// A key or a value that no label can have.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// `>` or `<` with something else than an integer.
    #[error("{} is no integer, which > and < compare with", shown(.found))]
    Integer {
        /// What stands there.
        found: String,
    },
}

fn shown(found: &str) -> String {
    if found.is_empty() { "the end".to_owned() } else { format!("\"{}\"", found.escape_debug()) }
}

impl Selector {
    /// The selector that a text spells.
    ///
    /// # Errors
    /// If it is none; the error has the place in the text.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        let mut parser = Parser { text, tokens: tokens(text), next: 0 };
        let mut requirements = Vec::new();
        if parser.peek().is_none() {
            return Ok(Self(requirements));
        }
        loop {
            requirements.push(parser.requirement()?);
            match parser.take() {
                None => return Ok(Self(requirements)),
                Some(comma) if parser.is(&comma, ",") => {}
                Some(other) => return Err(parser.unexpected(Some(other), "',' or the end")),
            }
        }
    }

    /// Whether a set of labels meets every requirement.
    pub fn matches(&self, labels: &BTreeMap<Arc<str>, Arc<str>>) -> bool {
        self.0.iter().all(|requirement| {
            let value = labels.get(requirement.key.as_str());
            let number = || value.and_then(|value| value.parse::<i64>().ok());
            match &requirement.condition {
                Condition::In(values) => value.is_some_and(|value| values.iter().any(|v| **v == **value)),
                Condition::NotIn(values) => value.is_none_or(|value| values.iter().all(|v| **v != **value)),
                Condition::Exists => value.is_some(),
                Condition::Absent => value.is_none(),
                Condition::Above(limit) => number().is_some_and(|number| number > *limit),
                Condition::Below(limit) => number().is_some_and(|number| number < *limit),
            }
        })
    }

    /// The keys of its requirements, in the order written.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|requirement| requirement.key.as_str())
    }
}

/// Operators and punctuation; the longest first.
const SYMBOLS: [&str; 9] = ["==", "!=", "=", "!", "(", ")", ",", ">", "<"];

/// The bytes of each token: a symbol, or a word up to the next symbol or blank.
fn tokens(text: &str) -> Vec<Range<usize>> {
    let blank = |byte: u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = if rest.bytes().next().is_some_and(blank) {
            at += 1;
            continue;
        } else if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            symbol.len()
        } else {
            let ends = |byte: u8| blank(byte) || b"=!(),><".contains(&byte);
            rest.bytes().position(ends).unwrap_or(rest.len())
        };
        found.push(at..at + length);
        at += length;
    }
    found
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Range<usize>>,
    next: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Range<usize>> {
        self.tokens.get(self.next).cloned()
    }

    fn take(&mut self) -> Option<Range<usize>> {
        let token = self.peek();
        self.next += 1;
        token
    }

    fn word(&self, token: &Range<usize>) -> &'a str {
        self.text.get(token.clone()).unwrap_or("")
    }

    fn is(&self, token: &Range<usize>, symbol: &str) -> bool {
        self.word(token) == symbol
    }

    fn is_symbol(&self, token: &Range<usize>) -> bool {
        SYMBOLS.contains(&self.word(token))
    }

    fn unexpected(&self, token: Option<Range<usize>>, expected: &'static str) -> SelectorError {
        let at = token.unwrap_or(self.text.len()..self.text.len());
        SelectorError {
            kind: SelectorErrorKind::Unexpected { found: self.word(&at).to_owned(), expected },
            at,
        }
    }

    fn requirement(&mut self) -> Result<Requirement, SelectorError> {
        let absent = self.peek().is_some_and(|token| self.is(&token, "!"));
        if absent {
            self.next += 1;
        }
        let key = match self.take() {
            Some(token) if !self.is_symbol(&token) => token,
            other => return Err(self.unexpected(other, "the key of a label")),
        };
        label_key(self.word(&key))
            .map_err(|invalid| SelectorError { kind: invalid.into(), at: key.clone() })?;
        let key = self.word(&key).to_owned();
        let operator = match self.peek() {
            None => None,
            Some(token) if self.is(&token, ",") => None,
            Some(token) if absent => return Err(self.unexpected(Some(token), "',' or the end")),
            Some(token) => Some(token),
        };
        let Some(operator) = operator else {
            let condition = if absent { Condition::Absent } else { Condition::Exists };
            return Ok(Requirement { key, condition });
        };
        self.next += 1;
        let condition = match self.word(&operator) {
            "=" | "==" => Condition::In(vec![self.value()?]),
            "!=" => Condition::NotIn(vec![self.value()?]),
            "in" => Condition::In(self.values()?),
            "notin" => Condition::NotIn(self.values()?),
            ">" => Condition::Above(self.integer()?),
            "<" => Condition::Below(self.integer()?),
            _ => {
                let expected = "'=', '==', '!=', 'in', 'notin', '>', '<', ',' or the end";
                return Err(self.unexpected(Some(operator), expected));
            }
        };
        Ok(Requirement { key, condition })
    }

    /// The one value after `=`; empty before a comma or the end.
    fn value(&mut self) -> Result<String, SelectorError> {
        match self.peek() {
            None => Ok(String::new()),
            Some(token) if self.is(&token, ",") => Ok(String::new()),
            Some(token) if self.is_symbol(&token) => {
                Err(self.unexpected(Some(token), "the value of a label"))
            }
            Some(token) => {
                self.next += 1;
                self.checked(token)
            }
        }
    }

    fn checked(&self, token: Range<usize>) -> Result<String, SelectorError> {
        let value = self.word(&token);
        label_value(value).map_err(|invalid| SelectorError { kind: invalid.into(), at: token })?;
        Ok(value.to_owned())
    }

    fn integer(&mut self) -> Result<i64, SelectorError> {
        match self.take() {
            Some(token) if !self.is_symbol(&token) => self.word(&token).parse().map_err(|_| SelectorError {
                kind: SelectorErrorKind::Integer { found: self.word(&token).to_owned() },
                at: token,
            }),
            other => Err(self.unexpected(other, "an integer")),
        }
    }

    /// `(a,b)`; a place left empty stands for the empty value.
    fn values(&mut self) -> Result<Vec<String>, SelectorError> {
        match self.take() {
            Some(token) if self.is(&token, "(") => {}
            other => return Err(self.unexpected(other, "'('")),
        }
        let mut values = Vec::new();
        loop {
            match self.take() {
                Some(token) if self.is(&token, ")") => {
                    values.push(String::new());
                    break;
                }
                Some(token) if self.is(&token, ",") => {
                    values.push(String::new());
                    continue;
                }
                Some(token) if !self.is_symbol(&token) => values.push(self.checked(token)?),
                other => return Err(self.unexpected(other, "a value, ',' or ')'")),
            }
            match self.take() {
                Some(token) if self.is(&token, ",") => {}
                Some(token) if self.is(&token, ")") => break,
                other => return Err(self.unexpected(other, "',' or ')'")),
            }
        }
        values.sort();
        values.dedup();
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> BTreeMap<Arc<str>, Arc<str>> {
        pairs.iter().map(|(key, value)| (Arc::from(*key), Arc::from(*value))).collect()
    }

    #[test]
    fn selectors_match_as_kubernetes_does() {
        let prod = labels(&[("env", "prod"), ("zone", "a"), ("empty", ""), ("n", "5")]);
        let table = [
            ("", true),
            ("  ", true),
            ("env=prod", true),
            ("env==prod", true),
            ("env = prod , zone=a", true),
            ("env!=prod", false),
            ("other!=x", true),
            ("env in (dev,prod)", true),
            ("env in(dev)", false),
            ("env notin (dev)", true),
            ("other notin (dev)", true),
            ("env", true),
            ("!env", false),
            ("!other", true),
            ("empty=", true),
            ("empty=,env=prod", true),
            ("empty in ()", true),
            ("empty in (x,)", true),
            ("empty in (,x)", true),
            ("env in ()", false),
            ("in in (in)", false),
            ("notin!=notin", true),
            ("n>4", true),
            ("n<5", false),
            ("zone>1", false),
            ("app.kubernetes.io/name!=x", true),
        ];
        for (text, expected) in table {
            let selector = Selector::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(selector.matches(&prod), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_selector_says_where() {
        let check = |text: &str| {
            let error = Selector::parse(text).map(|_| ()).unwrap_err();
            format!("{}..{}: {error}", error.at.start, error.at.end)
        };
        assert_eq!(
            check("a b"),
            "2..3: found \"b\", expected '=', '==', '!=', 'in', 'notin', '>', '<', ',' or the end"
        );
        assert_eq!(check("a=b c"), "4..5: found \"c\", expected ',' or the end");
        assert_eq!(check("a,"), "2..2: found the end, expected the key of a label");
        assert_eq!(check(",a"), "0..1: found \",\", expected the key of a label");
        assert_eq!(check("a in b"), "5..6: found \"b\", expected '('");
        assert_eq!(check("a in (b"), "7..7: found the end, expected ',' or ')'");
        assert_eq!(check("a in (b c)"), "8..9: found \"c\", expected ',' or ')'");
        assert_eq!(check("a=(b)"), "2..3: found \"(\", expected the value of a label");
        assert_eq!(check("!a=b"), "2..3: found \"=\", expected ',' or the end");
        assert_eq!(check("n>x"), "2..3: \"x\" is no integer, which > and < compare with");
        assert_eq!(
            check("env=\u{e9}"),
            "4..6: \"é\" is no value of a label: 'é' (U+00E9) at offset 0; letters, digits, '-', '_' and '.', first and last a letter or digit"
        );
    }
}
