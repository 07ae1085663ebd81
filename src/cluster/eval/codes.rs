//! The stable codes of evaluation errors.

use crate::diagnostic::Code;

/// A name that is not known in any place.
pub(crate) const UNKNOWN_NAME: Code = Code::new("C101");
/// A name that is known, but not here: `cluster` in a local.
pub(crate) const NOT_HERE: Code = Code::new("C102");
/// A variable, local, attribute or key that does not exist.
pub(crate) const UNKNOWN_KEY: Code = Code::new("C103");
/// A function that does not exist.
pub(crate) const UNKNOWN_FUNCTION: Code = Code::new("C104");
/// A function that is left out on purpose: its result is not the same on each run.
pub(crate) const IMPURE_FUNCTION: Code = Code::new("C105");
/// Too few or too many arguments.
pub(crate) const ARGUMENT_COUNT: Code = Code::new("C106");
/// An argument of the wrong type, or with a value that the function cannot take.
pub(crate) const ARGUMENT: Code = Code::new("C107");
/// A function that cannot give a result for its arguments taken together.
pub(crate) const FUNCTION: Code = Code::new("C108");
/// An index outside of a list.
pub(crate) const INDEX_RANGE: Code = Code::new("C109");
/// An index or key of the wrong type.
pub(crate) const INDEX_TYPE: Code = Code::new("C110");
/// An attribute or element of something that has none, such as `null` or a string.
pub(crate) const NO_ELEMENTS: Code = Code::new("C111");
/// A condition that is neither true nor false.
pub(crate) const CONDITION: Code = Code::new("C112");
/// An operand of the wrong type.
pub(crate) const OPERAND: Code = Code::new("C113");
/// The branches of a conditional have different types.
pub(crate) const BRANCHES: Code = Code::new("C114");
/// Division by zero, or a result that cannot be held exactly.
pub(crate) const ARITHMETIC: Code = Code::new("C115");
/// A number that cannot be held as it is written.
pub(crate) const NUMBER: Code = Code::new("C116");
/// A key of a map that is null, a list or a map, or ambiguous.
pub(crate) const KEY: Code = Code::new("C117");
/// A key of a map that stands twice.
pub(crate) const DUPLICATE_KEY: Code = Code::new("C118");
/// A `for` over something that is neither list nor map.
pub(crate) const NOT_ITERABLE: Code = Code::new("C119");
/// A value in a template that has no text.
pub(crate) const INTERPOLATION: Code = Code::new("C120");
/// A value that is too large or too deep, or an expression that takes too many steps.
pub(crate) const LIMIT: Code = Code::new("C121");
