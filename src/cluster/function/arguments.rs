//! The arguments of a call, converted as the function asks for them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Function;
use crate::cluster::eval::convert;
use crate::cluster::eval::limit::Limit;
use crate::cluster::number::{Number, NumberError};
use crate::cluster::value::{Kind, Value};

/// Why a function gives no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cluster) enum Failure {
    /// The result would be too large.
    Limit(Limit),
    /// An argument, or all of them together, does not fit.
    Problem {
        /// The argument, counted from 0; `None` for all of them together.
        argument: Option<usize>,
        /// What is wrong.
        message: String,
        /// The next step; `None` for how the function is called.
        help: Option<String>,
    },
}

impl Failure {
    /// A failure of the arguments taken together.
    pub(super) fn of_call(message: impl Into<String>) -> Self {
        Self::Problem { argument: None, message: message.into(), help: None }
    }

    /// The same with another next step.
    pub(super) fn with_help(self, help: impl Into<String>) -> Self {
        match self {
            Self::Limit(limit) => Self::Limit(limit),
            Self::Problem { argument, message, .. } => {
                Self::Problem { argument, message, help: Some(help.into()) }
            }
        }
    }
}

impl From<Limit> for Failure {
    fn from(limit: Limit) -> Self {
        Self::Limit(limit)
    }
}

impl From<NumberError> for Failure {
    fn from(error: NumberError) -> Self {
        Self::of_call(match error {
            NumberError::DivisionByZero | NumberError::Syntax => error.to_string(),
            NumberError::Range => format!("the result is {error}"),
            NumberError::Digits => format!("the result has {error}"),
        })
    }
}

/// The arguments of one call.
#[derive(Debug)]
pub(in crate::cluster) struct Arguments {
    function: &'static Function,
    values: Vec<Value>,
}

impl Arguments {
    /// The arguments of a call of `function`, as many as it takes.
    pub(in crate::cluster) fn new(function: &'static Function, values: Vec<Value>) -> Self {
        Self { function, values }
    }

    /// Other arguments of the same function.
    pub(super) fn with(&self, values: Vec<Value>) -> Self {
        Self::new(self.function, values)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The argument at `index`, if it was given.
    pub(in crate::cluster) fn get(&self, index: usize) -> Option<&Value> {
        self.values.get(index)
    }

    /// All arguments from `first` on.
    pub(super) fn from(&self, first: usize) -> &[Value] {
        self.values.get(first..).unwrap_or(&[])
    }

    /// A failure of the argument at `index`: its parameter's name and `must`.
    pub(super) fn failure(&self, index: usize, must: &str) -> Failure {
        let param = self.function.param(index);
        Failure::Problem { argument: Some(index), message: format!("`{param}` {must}"), help: None }
    }

    fn mismatch(&self, index: usize, wanted: &str) -> Failure {
        let found = self.values.get(index).map_or("missing", Value::type_name);
        self.failure(index, &format!("must be {wanted}, not {found}"))
    }

    /// The argument, whatever it is.
    pub(super) fn any(&self, index: usize) -> Result<&Value, Failure> {
        self.values.get(index).ok_or_else(|| self.mismatch(index, "given"))
    }

    /// The argument as a string; a number or bool is converted.
    pub(super) fn text(&self, index: usize) -> Result<Arc<str>, Failure> {
        convert::text(self.any(index)?).ok_or_else(|| self.mismatch(index, "a string"))
    }

    /// The argument as a number; a string that spells one is converted.
    pub(super) fn number(&self, index: usize) -> Result<Number, Failure> {
        convert::number(self.any(index)?).ok_or_else(|| self.mismatch(index, "a number"))
    }

    /// The argument as a whole number.
    pub(super) fn whole(&self, index: usize) -> Result<i64, Failure> {
        self.number(index)?.as_i64().ok_or_else(|| self.failure(index, "must be a whole number"))
    }

    /// The argument as a whole number that is not negative, and what fits into memory.
    pub(super) fn count(&self, index: usize) -> Result<usize, Failure> {
        let whole = self.whole(index)?;
        usize::try_from(whole).map_err(|_| self.failure(index, "must not be negative"))
    }

    /// The items of a list.
    pub(super) fn list(&self, index: usize) -> Result<&[Value], Failure> {
        convert::items(self.any(index)?).ok_or_else(|| self.mismatch(index, "a list"))
    }

    /// The entries of a map.
    pub(super) fn map(&self, index: usize) -> Result<&BTreeMap<Arc<str>, Value>, Failure> {
        convert::entries(self.any(index)?).ok_or_else(|| self.mismatch(index, "a map"))
    }

    /// The strings of a list of strings; numbers and bools in it are converted.
    pub(super) fn texts(&self, index: usize) -> Result<Vec<Arc<str>>, Failure> {
        let items = self.list(index)?.iter().enumerate();
        items
            .map(|(position, item)| {
                convert::text(item).ok_or_else(|| self.item_mismatch(index, position, item, "a string"))
            })
            .collect()
    }

    /// The failure of one item of a list.
    pub(super) fn item_mismatch(&self, index: usize, position: usize, item: &Value, wanted: &str) -> Failure {
        let found = item.type_name();
        self.failure(
            index,
            &format!("must have only {wanted}s; [{position}] is {found}").replace("only a ", "only "),
        )
    }
}

/// A string as a result.
pub(super) fn string(text: impl Into<Arc<str>>) -> Result<Value, Failure> {
    Ok(Value::string(text))
}

/// A bool as a result.
pub(super) fn flag(flag: bool) -> Result<Value, Failure> {
    Ok(Value::new(Kind::Bool(flag)))
}

/// A number as a result.
pub(super) fn number(number: Number) -> Result<Value, Failure> {
    Ok(Value::new(Kind::Number(number)))
}

/// A list as a result.
///
/// # Errors
/// If it has too many items.
pub(super) fn list(items: Vec<Value>) -> Result<Value, Failure> {
    crate::cluster::eval::limit::elements(items.len())?;
    Ok(Value::new(Kind::List(Arc::new(items))))
}

/// A map as a result.
///
/// # Errors
/// If it has too many entries.
pub(super) fn map(entries: BTreeMap<Arc<str>, Value>) -> Result<Value, Failure> {
    crate::cluster::eval::limit::elements(entries.len())?;
    Ok(Value::new(Kind::Map(Arc::new(entries))))
}
