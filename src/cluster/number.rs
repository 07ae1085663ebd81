//! Exact numbers.

use std::fmt;

use rust_decimal::Decimal;

/// An exact number: an integer from −2^63 to 2^63−1, or a decimal of up to 28 digits, as written
/// (`1.10` stays `1.10`). Compared and ordered by value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(Decimal);

/// Why a number cannot be held or worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// An integer outside of 64 bits.
    #[error("outside of −9223372036854775808 to 9223372036854775807")]
    Range,
    /// More digits than can be kept.
    #[error("more than 28 digits")]
    Digits,
    /// Division by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// Not a number at all.
    #[error("not a number")]
    Syntax,
}

impl Number {
    /// The number a text spells: `12`, `-0.5`, `1.10`, `1e3`.
    ///
    /// # Errors
    /// If it is no number, out of range, or has too many digits.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let plain = text.strip_prefix('-').unwrap_or(text);
        if !plain.starts_with(|first: char| first.is_ascii_digit())
            || !plain.ends_with(|last: char| last.is_ascii_digit())
            || plain.contains('_')
        {
            return Err(NumberError::Syntax);
        }
        let digits = plain.chars().filter(char::is_ascii_digit).count();
        let too_long =
            if digits > 28 && plain.contains('.') { NumberError::Digits } else { NumberError::Range };
        let parsed = if plain.contains(['e', 'E']) {
            Decimal::from_scientific(text)
        } else {
            Decimal::from_str_exact(text)
        };
        match parsed {
            Ok(number) => Self::checked(number),
            Err(rust_decimal::Error::Underflow) => Err(NumberError::Digits),
            Err(_)
                if plain.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-')) =>
            {
                Err(too_long)
            }
            Err(_) => Err(NumberError::Syntax),
        }
    }

    fn checked(number: Decimal) -> Result<Self, NumberError> {
        let whole = number.trunc();
        if whole < Decimal::from(i64::MIN) || whole > Decimal::from(i64::MAX) {
            return Err(NumberError::Range);
        }
        Ok(Self(if number.is_zero() { number.abs() } else { number }))
    }

    /// The integer, if it is whole: `2.0` is 2.
    pub fn as_i64(self) -> Option<i64> {
        if self.0.fract().is_zero() { i64::try_from(self.0.trunc()).ok() } else { None }
    }

    /// The nearest double, if it reads back as this very number (at most 15 significant digits).
    pub fn as_f64(self) -> Option<f64> {
        let double: f64 = self.0.normalize().to_string().parse().ok()?;
        (Decimal::from_str_exact(&double.to_string()).ok()?.normalize() == self.0.normalize())
            .then_some(double)
    }

    /// The decimal behind it.
    pub fn as_decimal(self) -> Decimal {
        self.0
    }

    /// A number from a decimal that arithmetic gave.
    ///
    /// # Errors
    /// If it is out of range.
    pub fn from_decimal(number: Decimal) -> Result<Self, NumberError> {
        Self::checked(number)
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(Decimal::from(number))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_as_written_or_refused() {
        let shown = |text: &str| Number::parse(text).map(|number| number.to_string());
        assert_eq!(shown("1.10").as_deref(), Ok("1.10"));
        assert_eq!(shown("1e3").as_deref(), Ok("1000"));
        assert_eq!(shown("9223372036854775807").as_deref(), Ok("9223372036854775807"));
        assert_eq!(shown("9223372036854775808"), Err(NumberError::Range));
        assert_eq!(shown("18446744073709551616"), Err(NumberError::Range));
        assert_eq!(shown("9007199254740993.0").as_deref(), Ok("9007199254740993.0"));
        assert_eq!(shown("1e400"), Err(NumberError::Range));
        assert_eq!(shown("0.12345678901234567890123456789012"), Err(NumberError::Digits));
        assert_eq!(shown("-0").as_deref(), Ok("0"));
        for no_number in ["", "-", "1_000", "0x1f", ".5", "1.", "one", "+1"] {
            assert_eq!(shown(no_number), Err(NumberError::Syntax), "{no_number}");
        }
    }

    #[test]
    fn a_double_is_given_only_where_it_is_the_same_number() {
        assert_eq!(Number::parse("0.01").unwrap().as_f64(), Some(0.01));
        assert_eq!(Number::parse("9007199254740993.0").unwrap().as_f64(), None);
        assert_eq!(Number::parse("2.0").unwrap().as_i64(), Some(2));
    }
}
