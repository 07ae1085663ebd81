//! Functions over numbers.

use super::arguments::{Arguments, Failure, number};
use super::{Function, Reads};
use crate::cluster::eval::{arithmetic, convert};
use crate::cluster::number::Number;
use crate::cluster::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("abs", &["number"], Reads::Everything, abs),
    Function::new("ceil", &["number"], Reads::Everything, ceil),
    Function::new("floor", &["number"], Reads::Everything, floor),
    Function::new("max", &["number"], Reads::Everything, max).rest("numbers"),
    Function::new("min", &["number"], Reads::Everything, min).rest("numbers"),
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
