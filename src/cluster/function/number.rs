//! Functions over numbers.

use super::arguments::{Arguments, Failure, number};
use super::{Function, Reads};
use crate::cluster::eval::{arithmetic, convert};
use crate::cluster::number::{Number, NumberError};
use crate::cluster::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("abs", &["number"], Reads::Everything, abs),
    Function::new("ceil", &["number"], Reads::Everything, ceil),
    Function::new("floor", &["number"], Reads::Everything, floor),
    Function::new("log", &["number", "base"], Reads::Everything, log),
    Function::new("max", &["number"], Reads::Everything, max).rest("numbers"),
    Function::new("min", &["number"], Reads::Everything, min).rest("numbers"),
    Function::new("parseint", &["text", "base"], Reads::Everything, parseint),
    Function::new("pow", &["number", "power"], Reads::Everything, pow),
    Function::new("signum", &["number"], Reads::Everything, signum),
    Function::new("sum", &["list"], Reads::Everything, sum),
];

fn abs(arguments: &Arguments) -> Result<Value, Failure> {
    number(Number::from_decimal(arguments.number(0)?.as_decimal().abs())?)
}

fn ceil(arguments: &Arguments) -> Result<Value, Failure> {
    number(Number::from_decimal(arguments.number(0)?.as_decimal().ceil())?)
}

fn floor(arguments: &Arguments) -> Result<Value, Failure> {
    number(Number::from_decimal(arguments.number(0)?.as_decimal().floor())?)
}

fn numbers(arguments: &Arguments) -> Result<(Number, Vec<Number>), Failure> {
    let rest: Result<_, _> = (1..arguments.len()).map(|index| arguments.number(index)).collect();
    Ok((arguments.number(0)?, rest?))
}

fn max(arguments: &Arguments) -> Result<Value, Failure> {
    let (first, rest) = numbers(arguments)?;
    number(rest.into_iter().fold(first, Number::max))
}

fn min(arguments: &Arguments) -> Result<Value, Failure> {
    let (first, rest) = numbers(arguments)?;
    number(rest.into_iter().fold(first, Number::min))
}

fn sum(arguments: &Arguments) -> Result<Value, Failure> {
    let items = arguments.list(0)?;
    if items.is_empty() {
        return Err(arguments.failure(0, "must not be empty"));
    }
    let mut total = Number::from(0);
    for (position, item) in items.iter().enumerate() {
        let item =
            convert::number(item).ok_or_else(|| arguments.item_mismatch(0, position, item, "a number"))?;
        total = arithmetic::add(total, item)?;
    }
    number(total)
}

/// −1, 0 or 1, as the number is negative, 0 or positive.
fn signum(arguments: &Arguments) -> Result<Value, Failure> {
    number(Number::from(arguments.number(0)?.cmp(&Number::from(0)) as i64))
}

/// The integer that a text spells in a base from 2 to 62; above 36, small letters come before capitals.
fn parseint(arguments: &Arguments) -> Result<Value, Failure> {
    let (text, base) = (arguments.text(0)?, arguments.whole(1)?);
    if !(2..=62).contains(&base) {
        return Err(arguments.failure(1, "must be from 2 to 62"));
    }
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let wrong = || arguments.failure(0, &format!("must be a whole number in base {base}"));
    let mut total: i128 = 0;
    for digit in digits.bytes() {
        let place = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'z' => digit - b'a' + 10,
            b'A'..=b'Z' if base <= 36 => digit - b'A' + 10,
            b'A'..=b'Z' => digit - b'A' + 36,
            _ => return Err(wrong()),
        };
        if i64::from(place) >= base {
            return Err(wrong());
        }
        // Far out of range it need not be followed any more.
        total = (total * i128::from(base) + i128::from(place)).min(i128::from(u64::MAX));
    }
    if digits.is_empty() {
        return Err(wrong());
    }
    let total = i64::try_from(if negative { -total } else { total }).map_err(|_| NumberError::Range)?;
    number(Number::from(total))
}

/// The logarithm, with the digits of a double, as in Terraform.
fn log(arguments: &Arguments) -> Result<Value, Failure> {
    for index in 0..2 {
        if arguments.number(index)? <= Number::from(0) {
            return Err(arguments.failure(index, "must be greater than 0"));
        }
    }
    if arguments.number(1)? == Number::from(1) {
        return Err(arguments.failure(1, "must not be 1"));
    }
    let (of, base) = (double(arguments.number(0)?)?, double(arguments.number(1)?)?);
    // The machine's own logarithm may differ from one machine to the next in its last digit.
    number(nearest(libm::log(of) / libm::log(base))?)
}

/// Exact for a whole power; with the digits of a double for a root.
fn pow(arguments: &Arguments) -> Result<Value, Failure> {
    let (base, power) = (arguments.number(0)?, arguments.number(1)?);
    let result = match power.as_i64() {
        Some(power) if power >= 0 => to_the(base, power.unsigned_abs()),
        Some(power) => to_the(base, power.unsigned_abs())
            .and_then(|below| arithmetic::divide(Number::from(1), below))
            // 1/10 can be raised where 10 would grow too large.
            .or_else(|_| to_the(arithmetic::divide(Number::from(1), base)?, power.unsigned_abs())),
        None if base < Number::from(0) => {
            return Err(arguments.failure(1, "must be a whole number for a negative one"));
        }
        None => double(base).and_then(|base| nearest(libm::pow(base, double(power)?))),
    };
    number(result?)
}

/// Exactly: by squaring, so that 63 multiplications are enough.
fn to_the(base: Number, power: u64) -> Result<Number, NumberError> {
    let mut result = Number::from(1);
    let (mut square, mut left) = (base, power);
    loop {
        if left % 2 == 1 {
            result = arithmetic::multiply(result, square)?;
        }
        left /= 2;
        if left == 0 {
            return Ok(result);
        }
        square = arithmetic::multiply(square, square)?;
    }
}

fn double(number: Number) -> Result<f64, NumberError> {
    number.to_string().parse().map_err(|_| NumberError::Syntax)
}

/// The shortest decimal that is read back as this double.
fn nearest(double: f64) -> Result<Number, NumberError> {
    if double.is_finite() { Number::parse(&double.to_string()) } else { Err(NumberError::Range) }
}
