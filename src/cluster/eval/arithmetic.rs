//! Exact arithmetic: a result that cannot be held with all of its digits is an error, never rounded. Only a
//! quotient that does not end is.

use rust_decimal::Decimal;

use crate::cluster::{Number, NumberError};

/// The largest scale, and the number of digits, that a [`Decimal`] holds whatever they are.
const DIGITS: u32 = 28;

/// `a + b`.
pub(crate) fn add(a: Number, b: Number) -> Result<Number, NumberError> {
    let (a, b, scale) = aligned(a, b)?;
    decimal(a.checked_add(b).ok_or(NumberError::Digits)?, scale)
}

/// `a - b`.
pub(crate) fn subtract(a: Number, b: Number) -> Result<Number, NumberError> {
    let (a, b, scale) = aligned(a, b)?;
    decimal(a.checked_sub(b).ok_or(NumberError::Digits)?, scale)
}

/// `a * b`.
pub(crate) fn multiply(a: Number, b: Number) -> Result<Number, NumberError> {
    let (a, b) = (a.as_decimal().normalize(), b.as_decimal().normalize());
    let scale = a.scale() + b.scale();
    let too_long = if scale == 0 { NumberError::Range } else { NumberError::Digits };
    decimal(a.mantissa().checked_mul(b.mantissa()).ok_or(too_long)?, scale)
}

/// `a / b`, to 28 digits if it does not end.
pub(crate) fn divide(a: Number, b: Number) -> Result<Number, NumberError> {
    if b.as_decimal().is_zero() {
        return Err(NumberError::DivisionByZero);
    }
    let quotient = a.as_decimal().checked_div(b.as_decimal()).ok_or(NumberError::Range)?;
    Number::from_decimal(quotient.normalize())
}

/// `a % b`, with the sign of `a`.
pub(crate) fn remainder(a: Number, b: Number) -> Result<Number, NumberError> {
    if b.as_decimal().is_zero() {
        return Err(NumberError::DivisionByZero);
    }
    let (a, b, scale) = aligned(a, b)?;
    decimal(a.checked_rem(b).ok_or(NumberError::DivisionByZero)?, scale)
}

/// `-a`.
pub(crate) fn negate(a: Number) -> Result<Number, NumberError> {
    Number::from_decimal(-a.as_decimal())
}

/// Both as integers, and the power of ten that they were multiplied by.
fn aligned(a: Number, b: Number) -> Result<(i128, i128, u32), NumberError> {
    let (a, b) = (a.as_decimal().normalize(), b.as_decimal().normalize());
    let scale = a.scale().max(b.scale());
    let lifted = |number: Decimal| {
        10_i128
            .checked_pow(scale - number.scale())
            .and_then(|factor| number.mantissa().checked_mul(factor))
            .ok_or(NumberError::Digits)
    };
    Ok((lifted(a)?, lifted(b)?, scale))
}

fn decimal(mut mantissa: i128, mut scale: u32) -> Result<Number, NumberError> {
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    if scale > DIGITS {
        return Err(NumberError::Digits);
    }
    let too_long = if scale == 0 { NumberError::Range } else { NumberError::Digits };
    Number::from_decimal(Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| too_long)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Operation = fn(Number, Number) -> Result<Number, NumberError>;

    #[test]
    fn results_are_exact_or_refused() {
        let cases: &[(&str, Operation, &str, Result<&str, NumberError>)] = &[
            ("0.1", add, "0.2", Ok("0.3")),
            ("1.50", add, "1.5", Ok("3")),
            ("9223372036854775807", add, "0", Ok("9223372036854775807")),
            ("9223372036854775807", add, "1", Err(NumberError::Range)),
            ("9223372036854775806", add, "1", Ok("9223372036854775807")),
            ("9223372036854775807", add, "0.0000000001", Err(NumberError::Digits)),
            ("9223372036854775806", add, "0.0000000001", Err(NumberError::Digits)),
            ("1", add, "0.0000000000000000000000000001", Ok("1.0000000000000000000000000001")),
            ("-9223372036854775808", subtract, "1", Err(NumberError::Range)),
            ("1", subtract, "1.0", Ok("0")),
            ("3037000500", multiply, "3037000500", Err(NumberError::Range)),
            ("4294967296", multiply, "2147483647", Ok("9223372032559808512")),
            ("0.123456789012345", multiply, "0.123456789012345", Err(NumberError::Digits)),
            ("0.12345678901234", multiply, "0.12345678901234", Ok("0.0152415787532374345526722756")),
            ("-1.5", multiply, "2", Ok("-3")),
            ("10", divide, "4", Ok("2.5")),
            ("1", divide, "3", Ok("0.3333333333333333333333333333")),
            ("-2", divide, "3", Ok("-0.6666666666666666666666666667")),
            ("1", divide, "0", Err(NumberError::DivisionByZero)),
            ("1", divide, "0.0", Err(NumberError::DivisionByZero)),
            ("9223372036854775807", divide, "0.1", Err(NumberError::Range)),
            ("9223372036854775807", divide, "0.0000000000000000000000000001", Err(NumberError::Range)),
            ("7", remainder, "-3", Ok("1")),
            ("-7", remainder, "3", Ok("-1")),
            ("7.5", remainder, "2", Ok("1.5")),
            ("1", remainder, "0", Err(NumberError::DivisionByZero)),
        ];
        for (a, operation, b, expected) in cases {
            let result = operation(Number::parse(a).unwrap(), Number::parse(b).unwrap());
            assert_eq!(result.map(|number| number.to_string()).as_deref(), expected.as_deref(), "{a}, {b}");
        }
        assert_eq!(negate(Number::from(i64::MIN)), Err(NumberError::Range));
    }
}
