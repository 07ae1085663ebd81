//! The names that Kubernetes allows.

/// Why a text is no such name. The rules are those of k8s.io/apimachinery, `pkg/util/validation`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{}\" is no {what}: {}", shown(.text), self.problem())]
pub struct InvalidName {
    /// What it was to be, such as `DNS label`.
    pub what: &'static str,
    /// The rule for its characters.
    pub rule: &'static str,
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub fault: NameFault,
}

/// What is wrong with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// Nothing in it.
    Empty,
    /// More bytes than allowed.
    TooLong {
        /// Bytes it has.
        length: usize,
        /// Bytes it may have.
        limit: usize,
    },
    /// A character that may not stand there.
    Character {
        /// The character.
        character: char,
        /// The byte it begins at.
        offset: usize,
    },
    /// A whole that is not allowed, such as `..`.
    Whole,
}

impl InvalidName {
    /// What was found, without the rule: `"-a" is no key of a label: '-' at offset 0`.
    pub fn finding(&self) -> String {
        format!("\"{}\" is no {}: {}", shown(&self.text), self.what, self.found())
    }

    /// How to mend it.
    pub fn next_step(&self) -> String {
        match self.fault {
            NameFault::TooLong { limit, .. } => format!("shorten it to {limit} characters or less"),
            NameFault::Empty | NameFault::Character { .. } | NameFault::Whole => {
                format!("allowed: {}", self.rule)
            }
        }
    }

    /// What is wrong with it, and the rule; without the text itself.
    pub fn problem(&self) -> String {
        match self.fault {
            NameFault::Empty | NameFault::Character { .. } => format!("{}; {}", self.found(), self.rule),
            NameFault::TooLong { .. } | NameFault::Whole => self.found(),
        }
    }

    /// What is wrong with it, without the rule.
    pub fn found(&self) -> String {
        match self.fault {
            NameFault::Empty => "it is empty".to_owned(),
            NameFault::TooLong { length, limit } => {
                format!("it has {length} characters; at most {limit} are allowed")
            }
            NameFault::Character { character, offset } => {
                let code = u32::from(character);
                let code = if character.is_ascii() { String::new() } else { format!(" (U+{code:04X})") };
                format!("'{}'{code} at offset {offset}", shown(character.encode_utf8(&mut [0; 4])))
            }
            NameFault::Whole => self.rule.to_owned(),
        }
    }
}

/// The start of a text on one line, escaped.
fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    let start: String = text.chars().take(LONGEST).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    // `escape_debug` leaves the marks that reorder text as they are.
    let mut escaped = String::new();
    for character in start.chars() {
        if matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
            escaped.extend(character.escape_unicode());
        } else {
            escaped.extend(character.escape_debug());
        }
    }
    format!("{escaped}{more}")
}

/// Longest DNS label, RFC 1123.
const LABEL: usize = 63;

/// Longest DNS subdomain, RFC 1123.
const SUBDOMAIN: usize = 253;

/// A DNS label (RFC 1123), as names of namespaces, clusters and containers are.
///
/// # Errors
/// If it is none.
pub fn dns_label(text: &str) -> Result<(), InvalidName> {
    let rule = "lower case letters, digits and '-', first and last a letter or digit";
    check("DNS label", rule, text, LABEL, |part| {
        first_outside(part, |c| c.is_ascii_lowercase() || c.is_ascii_digit(), |c| c == '-')
    })
}

/// A DNS label that begins with a letter (RFC 1035), as names of Services are.
///
/// # Errors
/// If it is none.
pub fn service_name(text: &str) -> Result<(), InvalidName> {
    let rule = "lower case letters, digits and '-', first a letter, last a letter or digit";
    check("service name", rule, text, LABEL, |part| match part.chars().next() {
        Some(first) if !first.is_ascii_lowercase() => Some((first, 0)),
        _ => first_outside(part, |c| c.is_ascii_lowercase() || c.is_ascii_digit(), |c| c == '-'),
    })
}

/// A DNS subdomain (RFC 1123), as names of most objects are.
///
/// # Errors
/// If it is none.
pub fn dns_subdomain(text: &str) -> Result<(), InvalidName> {
    let rule = "lower case letters, digits, '-' and '.', first and last of each part a letter or digit";
    check("DNS subdomain", rule, text, SUBDOMAIN, subdomain)
}

/// What every object's name must be at least: one part of a path, as RBAC's names are
/// (`system:node`).
///
/// # Errors
/// If it is `.` or `..`, has a `/`, a `%`, a blank at an end or a control character, or is too long.
pub fn object_name(text: &str) -> Result<(), InvalidName> {
    let rule = "any printable ASCII but '/' and '%', no blank at an end; not '.' or '..' alone";
    if matches!(text, "." | "..") {
        return Err(InvalidName {
            what: "name of an object",
            rule,
            text: text.to_owned(),
            fault: NameFault::Whole,
        });
    }
    check("name of an object", rule, text, SUBDOMAIN, |part| {
        let last = part.len().saturating_sub(1);
        part.char_indices()
            .find(|(offset, c)| {
                let is_end = *offset == 0 || *offset == last;
                matches!(c, '/' | '%') || *c == ' ' && is_end || !matches!(c, ' '..='~')
            })
            .map(|(offset, c)| (c, offset))
    })
}

/// The key of a label: `NAME` or `DNS-SUBDOMAIN/NAME`.
///
/// # Errors
/// If it is none.
pub fn label_key(text: &str) -> Result<(), InvalidName> {
    qualified("key of a label", text)
}

/// The key of an annotation; the rules are those of a label's key, in any case of letters.
///
/// # Errors
/// If it is none.
pub fn annotation_key(text: &str) -> Result<(), InvalidName> {
    qualified("key of an annotation", text)
}

/// The value of a label; may be empty.
///
/// # Errors
/// If it is none.
pub fn label_value(text: &str) -> Result<(), InvalidName> {
    if text.is_empty() {
        return Ok(());
    }
    let rule = "letters, digits, '-', '_' and '.', first and last a letter or digit";
    check("value of a label", rule, text, LABEL, qualified_part)
}

fn qualified(what: &'static str, text: &str) -> Result<(), InvalidName> {
    let rule = "letters, digits, '-', '_' and '.', first and last a letter or digit, after an optional DNS subdomain and '/'";
    if is_usual(text) {
        return Ok(());
    }
    let fault = |fault| InvalidName { what, rule, text: text.to_owned(), fault };
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    let start = text.len() - name.len();
    if let Some(prefix) = prefix {
        let lower;
        let prefix = if what == "key of an annotation" {
            lower = prefix.to_ascii_lowercase();
            lower.as_str()
        } else {
            prefix
        };
        if prefix.is_empty() {
            return Err(fault(NameFault::Character { character: '/', offset: 0 }));
        }
        if prefix.len() > SUBDOMAIN {
            return Err(fault(NameFault::TooLong { length: prefix.len(), limit: SUBDOMAIN }));
        }
        if let Some((character, offset)) = subdomain(prefix) {
            return Err(fault(NameFault::Character { character, offset }));
        }
    }
    if name.is_empty() {
        return Err(fault(NameFault::Empty));
    }
    if name.len() > LABEL {
        return Err(fault(NameFault::TooLong { length: name.len(), limit: LABEL }));
    }
    match qualified_part(name) {
        Some((character, offset)) => Err(fault(NameFault::Character { character, offset: start + offset })),
        None => Ok(()),
    }
}

/// Whether it is a qualified name as most are: short, words of small letters and digits with `-`, `.` and at most one
/// `/` between them. Others are looked at closely.
fn is_usual(text: &str) -> bool {
    let is_word = |word: &[u8]| {
        !word.is_empty() && word.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let bytes = text.as_bytes();
    bytes.len() <= LABEL
        && bytes.iter().filter(|byte| **byte == b'/').count() <= 1
        && bytes.split(|byte| matches!(byte, b'-' | b'.' | b'/')).all(is_word)
}

fn check(
    what: &'static str,
    rule: &'static str,
    text: &str,
    limit: usize,
    outside: impl Fn(&str) -> Option<(char, usize)>,
) -> Result<(), InvalidName> {
    let fault = if text.is_empty() {
        NameFault::Empty
    } else if let Some((character, offset)) = outside(text) {
        NameFault::Character { character, offset }
    } else if text.len() > limit {
        NameFault::TooLong { length: text.len(), limit }
    } else {
        return Ok(());
    };
    Err(InvalidName { what, rule, text: text.to_owned(), fault })
}

fn qualified_part(text: &str) -> Option<(char, usize)> {
    first_outside(text, |c| c.is_ascii_alphanumeric(), |c| matches!(c, '-' | '_' | '.'))
}

/// The first character that a DNS subdomain may not have there.
fn subdomain(text: &str) -> Option<(char, usize)> {
    let mut start = 0;
    for part in text.split('.') {
        if part.is_empty() {
            return Some(('.', start.min(text.len() - 1)));
        }
        let found = first_outside(part, |c| c.is_ascii_lowercase() || c.is_ascii_digit(), |c| c == '-');
        if let Some((character, offset)) = found {
            return Some((character, start + offset));
        }
        start += part.len() + 1;
    }
    None
}

/// The first character that is neither of the two sorts, or that stands at an end and is of the second.
fn first_outside(
    text: &str,
    anywhere: impl Fn(char) -> bool,
    inside: impl Fn(char) -> bool,
) -> Option<(char, usize)> {
    let last = text.char_indices().next_back().map_or(0, |(offset, _)| offset);
    text.char_indices()
        .find(|(offset, c)| !(anywhere(*c) || inside(*c) && *offset != 0 && *offset != last))
        .map(|(offset, c)| (c, offset))
}
