//! What an unquoted scalar means.
//!
//! The rules are those of go-yaml v2, which `sigs.k8s.io/yaml` v1.6.0 reads with: the words and numbers of
//! YAML 1.1, without base 60 and with dates as strings. `tests/it/yaml_oracle.rs` holds them against it.

/// What an unquoted scalar means to the API server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Plain {
    /// Nothing: the empty text, `~`, `null`, `Null`, `NULL`.
    Null,
    /// A bool, in any of the words of YAML 1.1.
    Bool(bool),
    /// An integer; `2.0` and `1e3` too, since JSON has no other way to write them.
    Int(i64),
    /// A number with a fraction, or one beyond 64 bits written with `.` or `e`.
    Float(f64),
    /// The text itself.
    String,
    /// What looks like a number and cannot be held as the number that was written.
    Refused(Refusal),
}

/// Why a scalar is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// An integer outside of 64 bits.
    #[error("is outside of -9223372036854775808 to 9223372036854775807")]
    Range,
    /// A number with `.` or `e` that is larger than a double can be.
    #[error("is larger than a number can be")]
    Overflow,
    /// `.inf` or `.nan`.
    #[error("is no finite number, and JSON has no other")]
    NotFinite,
    /// More digits than a double holds.
    #[error("has more digits than a number of the API server holds")]
    Digits,
}

/// What a text means when it stands without quotes, as a value.
pub fn plain(text: &str) -> Plain {
    match text.as_bytes() {
        [] => Plain::Null,
        [b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~', ..] => word(text),
        [b'.', ..] => match text {
            ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" => Plain::Refused(Refusal::NotFinite),
            _ if underscores_separate_digits(text) => float(&text.replace('_', "")),
            _ => Plain::String,
        },
        [b'0'..=b'9' | b'+' | b'-', ..] => match text {
            "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" => Plain::Refused(Refusal::NotFinite),
            _ if text.contains('_') => number(&text.replace('_', "")),
            _ => number(text),
        },
        _ => Plain::String,
    }
}

/// Whether the text, written without quotes, is read as that very string: by the rules of this room, and
/// by those of other readers of YAML 1.1 (base 60 and dates, where kubectl quotes them too).
///
/// It says nothing about characters that end a scalar, such as `: `; [`super::scalar()`] does.
pub fn is_plain_string(text: &str) -> bool {
    plain(text) == Plain::String && !matches!(text, "=" | "<<") && !is_base_60(text) && !is_date(text)
}

fn word(text: &str) -> Plain {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Plain::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Plain::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Plain::Null,
        _ => Plain::String,
    }
}

/// A text without underscores that begins with a digit or a sign.
fn number(text: &str) -> Plain {
    if let Some(value) = integer(text) {
        return value;
    }
    match text.strip_prefix("0b") {
        // go-yaml takes a sign after `0b` too.
        Some(signed) => match signed.strip_prefix(['+', '-']) {
            Some(digits) if is_made_of(digits.as_bytes(), 2) => {
                i64::from_str_radix(signed, 2).map_or(Plain::Refused(Refusal::Range), Plain::Int)
            }
            _ => Plain::String,
        },
        None => float(text),
    }
}

/// Decimal, `0x`, `0b`, `0o`, and octal after a plain `0`, each in both cases and with a sign.
fn integer(text: &str) -> Option<Plain> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (radix, digits) = match unsigned.as_bytes() {
        [b'0', b'x' | b'X', digits @ ..] => (16, digits),
        [b'0', b'b' | b'B', digits @ ..] => (2, digits),
        [b'0', b'o' | b'O', digits @ ..] => (8, digits),
        [b'0', digits @ ..] if !digits.is_empty() => (8, digits),
        digits => (10, digits),
    };
    if !is_made_of(digits, radix) {
        return None;
    }
    let mut value: i128 = 0;
    for digit in digits {
        let digit = char::from(*digit).to_digit(radix)?;
        value = value * i128::from(radix) + i128::from(digit);
        if value > 1 << 64 {
            return Some(Plain::Refused(Refusal::Range));
        }
    }
    let value = if text.starts_with('-') { -value } else { value };
    Some(i64::try_from(value).map_or(Plain::Refused(Refusal::Range), Plain::Int))
}

fn is_made_of(digits: &[u8], radix: u32) -> bool {
    !digits.is_empty() && digits.iter().all(|byte| char::from(*byte).is_digit(radix))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn float(text: &str) -> Plain {
    let Some(decimal) = Decimal::parse(text) else { return Plain::String };
    let Ok(value) = text.parse::<f64>() else { return Plain::String };
    if !value.is_finite() {
        return Plain::Refused(Refusal::Overflow);
    }
    // What JSON has is the shortest decimal that is read back as this double. Where two are as short, the
    // one that it rounds to.
    let shortest = Decimal::parse(&format!("{value:e}"));
    let digits = decimal.digits.len();
    if shortest.as_ref() != Some(&decimal)
        && (shortest.is_none_or(|shortest| shortest.digits.len() < digits)
            || Decimal::parse(&format!("{value:.0$e}", digits.saturating_sub(1))).as_ref() != Some(&decimal))
    {
        return Plain::Refused(Refusal::Digits);
    }
    match decimal.as_i64() {
        Some(whole) => Plain::Int(whole),
        None => Plain::Float(value),
    }
}

/// A decimal number: its digits without zeros at either end, and the power of ten of the last one.
#[derive(Debug, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (unsigned, None),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() && fraction.is_empty() || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let exponent = match exponent {
            None => 0,
            Some(exponent) => {
                let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
                if digits.is_empty() || !is_digits(digits) {
                    return None;
                }
                // Too many digits for an exponent: far outside of what a double holds either way.
                let far = if exponent.starts_with('-') { i64::MIN / 4 } else { i64::MAX / 4 };
                exponent.parse::<i64>().map_or(far, |exponent| exponent.clamp(i64::MIN / 4, i64::MAX / 4))
            }
        };
        let all = format!("{whole}{fraction}");
        let digits = all.trim_end_matches('0');
        let dropped = i64::try_from(all.len() - digits.len()).ok()?;
        let places = i64::try_from(fraction.len()).ok()?;
        let digits = digits.trim_start_matches('0');
        if digits.is_empty() {
            return Some(Self { negative: false, digits: String::new(), exponent: 0 });
        }
        Some(Self {
            negative: text.starts_with('-'),
            digits: digits.to_owned(),
            exponent: exponent - places + dropped,
        })
    }

    fn as_i64(&self) -> Option<i64> {
        if self.digits.is_empty() {
            return Some(0);
        }
        let sign = if self.negative { "-" } else { "" };
        let zeros = usize::try_from(self.exponent).ok().filter(|zeros| *zeros < 19)?;
        format!("{sign}{}{}", self.digits, "0".repeat(zeros)).parse().ok()
    }
}

/// Whether each `_` stands between two digits, as in Go's own numbers.
fn underscores_separate_digits(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().filter(|(_, byte)| **byte == b'_').all(|(at, _)| {
        let before = bytes.get(..at).unwrap_or_default().iter().rev().find(|byte| **byte != b'_');
        let after = bytes.get(at..).unwrap_or_default().iter().find(|byte| **byte != b'_');
        let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        is_digit(before) && is_digit(after)
    })
}

/// `1:20`, which YAML 1.1 reads as 80.
fn is_base_60(text: &str) -> bool {
    text.contains(':')
        && text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-'))
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'_' | b'.' | b'+' | b'-'))
}

/// `2001-01-01`, with or without a time.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.get(4) == Some(&b'-')
        && bytes.iter().take(4).all(u8::is_ascii_digit)
        && bytes.iter().skip(4).all(|byte| {
            byte.is_ascii_digit()
                || matches!(byte, b'-' | b':' | b'.' | b'+' | b' ' | b'\t' | b'T' | b't' | b'Z')
        })
}
