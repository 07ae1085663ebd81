//! Exact quantities: `500m`, `1.5`, `2Gi`, `1e3`.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// Nano-units in one unit.
const NANO: i128 = 1_000_000_000;

/// The largest magnitude, in nano-units: 2^63−1 units, as k8s.io/apimachinery documents it.
const LARGEST: i128 = (i64::MAX as i128) * NANO;

/// A quantity as Kubernetes writes it, exact to one nano-unit; compared by value, so `1` equals `1000m`.
///
/// The grammar and the canonical form are those of k8s.io/apimachinery, `pkg/api/resource`. Two things
/// that it does in silence are errors here: a value beyond 2^63−1, which it may cap, and one finer than
/// `1n`, which it rounds up.
#[derive(Clone, Copy, Debug)]
pub struct Quantity {
    nano: i128,
    format: Format,
}

/// The sort of suffix that a quantity was written with and is shown with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// `m`, none, `k`, `M`, …
    Decimal,
    /// `Ki`, `Mi`, …
    Binary,
    /// `e3`
    Exponent,
}

/// Why a text is no quantity, or why two cannot be reckoned with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// No number before the suffix.
    #[error("not a quantity; write a number and an optional suffix, such as 500m, 1.5 or 2Gi")]
    Syntax,
    /// A suffix that does not exist.
    #[error(
        "unknown suffix; allowed are n, u, m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei and an exponent such as e3"
    )]
    Suffix,
    /// Out of range.
    #[error("beyond 9223372036854775807 in magnitude")]
    Range,
    /// More digits than are kept.
    #[error("finer than one nano-unit (1n)")]
    Precision,
}

/// Suffixes, the power of ten or of two behind each, and the sort.
const SUFFIXES: [(&str, u32, i32, Format); 16] = [
    ("n", 10, -9, Format::Decimal),
    ("u", 10, -6, Format::Decimal),
    ("m", 10, -3, Format::Decimal),
    ("", 10, 0, Format::Decimal),
    ("k", 10, 3, Format::Decimal),
    ("M", 10, 6, Format::Decimal),
    ("G", 10, 9, Format::Decimal),
    ("T", 10, 12, Format::Decimal),
    ("P", 10, 15, Format::Decimal),
    ("E", 10, 18, Format::Decimal),
    ("Ki", 2, 10, Format::Binary),
    ("Mi", 2, 20, Format::Binary),
    ("Gi", 2, 30, Format::Binary),
    ("Ti", 2, 40, Format::Binary),
    ("Pi", 2, 50, Format::Binary),
    ("Ei", 2, 60, Format::Binary),
];

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self { nano: 0, format: Format::Decimal };

    /// The quantity that a text spells.
    ///
    /// # Errors
    /// If it is none, is out of range, or cannot be kept exactly.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        let (negative, rest) = match text.as_bytes().first() {
            Some(b'-') => (true, text.get(1..).unwrap_or("")),
            Some(b'+') => (false, text.get(1..).unwrap_or("")),
            _ => (false, text),
        };
        let (whole, rest) = digits(rest);
        let (fraction, suffix) = match rest.strip_prefix('.') {
            Some(rest) => digits(rest),
            None => ("", rest),
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(QuantityError::Syntax);
        }
        let (base, exponent, format) = suffix_of(suffix)?;
        let fraction = fraction.trim_end_matches('0');
        let mut mantissa: i128 = 0;
        for digit in whole.bytes().chain(fraction.bytes()) {
            mantissa = mantissa
                .checked_mul(10)
                .and_then(|shifted| shifted.checked_add(i128::from(digit - b'0')))
                .ok_or(if fraction.is_empty() { QuantityError::Range } else { QuantityError::Precision })?;
        }
        let places = i64::try_from(fraction.len()).map_err(|_| QuantityError::Precision)?;
        let (tens, twos) = if base == 2 { (0, i64::from(exponent)) } else { (i64::from(exponent), 0) };
        let nano = scale(mantissa, tens - places + 9, twos)?;
        if nano > LARGEST {
            return Err(QuantityError::Range);
        }
        Ok(Self { nano: if negative { -nano } else { nano }, format })
    }

    /// Whole units, such as bytes or CPUs.
    pub fn from_units(units: i64) -> Self {
        Self { nano: i128::from(units) * NANO, format: Format::Decimal }
    }

    /// The value in nano-units.
    pub fn nano(self) -> i128 {
        self.nano
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.nano == 0
    }

    /// The sum, shown as `self` is.
    ///
    /// # Errors
    /// If it is out of range.
    pub fn checked_add(self, other: Self) -> Result<Self, QuantityError> {
        self.with(self.nano.checked_add(other.nano))
    }

    /// The difference, shown as `self` is.
    ///
    /// # Errors
    /// If it is out of range.
    pub fn checked_sub(self, other: Self) -> Result<Self, QuantityError> {
        self.with(self.nano.checked_sub(other.nano))
    }

    /// So many times the quantity.
    ///
    /// # Errors
    /// If it is out of range.
    pub fn checked_mul(self, times: i64) -> Result<Self, QuantityError> {
        self.with(self.nano.checked_mul(i128::from(times)))
    }

    fn with(self, nano: Option<i128>) -> Result<Self, QuantityError> {
        match nano {
            Some(nano) if nano.abs() <= LARGEST => Ok(Self { nano, format: self.format }),
            _ => Err(QuantityError::Range),
        }
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nano == other.nano
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nano.cmp(&other.nano)
    }
}

impl Hash for Quantity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.nano.hash(state);
    }
}

impl fmt::Display for Quantity {
    /// The canonical form: no fraction, and the largest suffix that loses nothing. Binary suffixes only
    /// for whole values of 1024 and more.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nano == 0 {
            return f.write_str("0");
        }
        let units = self.nano / NANO;
        if self.format == Format::Binary && self.nano % NANO == 0 && units.abs() >= 1024 {
            let mut mantissa = units;
            let mut twos = 0;
            while mantissa % 1024 == 0 && twos < 60 {
                mantissa /= 1024;
                twos += 10;
            }
            let suffix = SUFFIXES.iter().find(|(_, base, exponent, _)| *base == 2 && *exponent == twos);
            return write!(f, "{mantissa}{}", suffix.map_or("", |suffix| suffix.0));
        }
        let (mut mantissa, mut exponent) = (self.nano, -9);
        while mantissa % 1000 == 0 && (self.format == Format::Exponent || exponent < 18) {
            mantissa /= 1000;
            exponent += 3;
        }
        if self.format == Format::Exponent && exponent != 0 {
            return write!(f, "{mantissa}e{exponent}");
        }
        let suffix = SUFFIXES.iter().find(|(_, base, power, _)| *base == 10 && *power == exponent);
        write!(f, "{mantissa}{}", suffix.map_or("", |suffix| suffix.0))
    }
}

/// The decimal digits at the start of a text, and the rest.
fn digits(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn suffix_of(suffix: &str) -> Result<(u32, i32, Format), QuantityError> {
    if let Some((_, base, exponent, format)) = SUFFIXES.iter().find(|known| known.0 == suffix) {
        return Ok((*base, *exponent, *format));
    }
    let Some(exponent) = suffix.strip_prefix(['e', 'E']) else { return Err(QuantityError::Suffix) };
    let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(QuantityError::Suffix);
    }
    match exponent.parse::<i16>() {
        Ok(exponent) => Ok((10, i32::from(exponent), Format::Exponent)),
        Err(_) if exponent.starts_with('-') => Err(QuantityError::Precision),
        Err(_) => Err(QuantityError::Range),
    }
}

/// `mantissa` · 10^`tens` · 2^`twos`, if that is a whole number that can be kept.
fn scale(mantissa: i128, tens: i64, twos: i64) -> Result<i128, QuantityError> {
    if mantissa == 0 {
        return Ok(0);
    }
    let twos = twos + tens;
    let mut value = mantissa;
    for _ in 0..tens.unsigned_abs() {
        value = if tens > 0 {
            value.checked_mul(5).ok_or(QuantityError::Range)?
        } else if value % 5 == 0 {
            value / 5
        } else {
            return Err(QuantityError::Precision);
        };
    }
    for _ in 0..twos.unsigned_abs() {
        value = if twos > 0 {
            value.checked_mul(2).ok_or(QuantityError::Range)?
        } else if value % 2 == 0 {
            value / 2
        } else {
            return Err(QuantityError::Precision);
        };
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_form_is_that_of_apimachinery() {
        // As `resource.ParseQuantity(text)` and `Add(0)` of k8s.io/apimachinery v0.34 print them.
        let table = [
            ("0", "0"),
            ("0Mi", "0"),
            ("1", "1"),
            ("+1", "1"),
            ("-1", "-1"),
            ("1.5", "1500m"),
            (".5", "500m"),
            ("5.", "5"),
            ("0.100", "100m"),
            ("1000m", "1"),
            ("1234m", "1234m"),
            ("100n", "100n"),
            ("1500000n", "1500u"),
            ("1000", "1k"),
            ("1024", "1024"),
            ("1Ki", "1Ki"),
            ("1024Ki", "1Mi"),
            ("1.5Gi", "1536Mi"),
            ("0.5Ki", "512"),
            ("0.1Ki", "102400m"),
            ("-1Ki", "-1Ki"),
            ("2Gi", "2Gi"),
            ("1e3", "1e3"),
            ("1000e3", "1e6"),
            ("1E", "1E"),
            ("1E3", "1e3"),
            ("15e-1", "1500e-3"),
            ("1e0", "1"),
            ("7Ei", "7Ei"),
            ("9223372036854775807", "9223372036854775807"),
        ];
        for (text, canonical) in table {
            assert_eq!(Quantity::parse(text).map(|q| q.to_string()).as_deref(), Ok(canonical), "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused_with_a_reason() {
        let table = [
            ("", QuantityError::Syntax),
            ("-", QuantityError::Syntax),
            (".", QuantityError::Syntax),
            ("Mi", QuantityError::Syntax),
            (" 1", QuantityError::Syntax),
            ("1 Gi", QuantityError::Suffix),
            ("1gi", QuantityError::Suffix),
            ("1Kib", QuantityError::Suffix),
            ("1e", QuantityError::Suffix),
            ("1e1.5", QuantityError::Suffix),
            ("1m5", QuantityError::Suffix),
            ("0x10", QuantityError::Suffix),
            ("1\u{661}", QuantityError::Suffix),
            ("9223372036854775808", QuantityError::Range),
            ("8Ei", QuantityError::Range),
            ("1e30", QuantityError::Range),
            ("1e99999", QuantityError::Range),
            ("1e-10", QuantityError::Precision),
            ("0.1n", QuantityError::Precision),
            ("0.0000000001", QuantityError::Precision),
            ("1e-99999", QuantityError::Precision),
        ];
        for (text, error) in table {
            assert_eq!(Quantity::parse(text), Err(error), "{text}");
        }
        assert_eq!(Quantity::parse(&"9".repeat(100_000)), Err(QuantityError::Range));
        assert_eq!(Quantity::parse(&format!("1.{}", "0".repeat(100_000))), Ok(Quantity::from_units(1)));
        assert_eq!(Quantity::parse("0e32767"), Ok(Quantity::ZERO));
    }

    #[test]
    fn arithmetic_is_exact_and_checked() {
        let parse = |text: &str| Quantity::parse(text).unwrap();
        assert_eq!(parse("1").cmp(&parse("1000m")), Ordering::Equal);
        assert!(parse("1Gi") > parse("1G"));
        assert_eq!(parse("100m").checked_add(parse("200m")).unwrap().to_string(), "300m");
        assert_eq!(parse("1Gi").checked_add(parse("512Mi")).unwrap().to_string(), "1536Mi");
        assert_eq!(parse("1").checked_sub(parse("1500m")).unwrap().to_string(), "-500m");
        assert_eq!(parse("500m").checked_mul(70).unwrap().to_string(), "35");
        assert_eq!(parse("7Ei").checked_add(parse("7Ei")), Err(QuantityError::Range));
        assert_eq!(parse("7Ei").checked_mul(i64::MAX), Err(QuantityError::Range));
    }
}
