//! How a value that was given on the command line is written in HCL.

use hcl_edit::expr::Expression;
use hcl_edit::parser::parse_expr;

use super::EditError;
use crate::fleet::format::has_comment;
use crate::fleet::literal::{is_literal, is_number, text};
use crate::fleet::schema::Type;

/// The value in HCL, as the type that belongs there has it: where that is a string, `given` is its text as it is.
/// Where anything may stand, what stands `there` says what is meant; where nothing does, the form of `given`.
///
/// # Errors
/// If what was given is not of the type.
pub fn written(path: &str, ty: Type, given: &str, there: Option<&Expression>) -> Result<String, EditError> {
    let expected = |what: &str, example: &str| {
        EditError::new(format!("`{path}` takes {what}")).help(format!("write it as in HCL: {example}"))
    };
    match ty {
        Type::Bool if matches!(given, "true" | "false") => Ok(given.to_owned()),
        Type::Bool => Err(expected("true or false", &format!("{path}=true"))),
        Type::Integer(..) | Type::Number(..) if !is_plain(given, matches!(ty, Type::Integer(..))) => {
            let what = if matches!(ty, Type::Integer(..)) { "a whole number" } else { "a number" };
            Err(expected(what, &format!("{path}=3")))
        }
        Type::Integer(..) | Type::Number(..) => match literal(given).filter(is_number) {
            Some(_) => Ok(given.trim().to_owned()),
            None => Err(expected("a number", &format!("{path}=3"))),
        },
        Type::IntOrPercent | Type::Port if is_whole(given) => Ok(given.to_owned()),
        Type::Nullable(_) if given == "null" => Ok(given.to_owned()),
        Type::Nullable(ty) => written(path, *ty, given, there),
        Type::List(_) => match literal(given) {
            Some(Expression::Array(_)) => Ok(given.trim().to_owned()),
            _ => Err(expected("a list", &format!("'{path}=[\"a\", \"b\"]'"))),
        },
        Type::Map(_) | Type::Object(_) => {
            map(given).ok_or_else(|| expected("a map", &format!("'{path}={{ a = 1 }}'")))
        }
        Type::EnvValue if matches!(there, Some(Expression::Object(_))) => {
            map(given).ok_or_else(|| expected("a map", &format!("'{path}={{ secret = \"store/key\" }}'")))
        }
        Type::Any => any(given, there).ok_or_else(|| match there {
            Some(Expression::Bool(_)) => {
                expected("true or false, as what stands there", &format!("{path}=true"))
            }
            Some(Expression::Array(_)) => {
                expected("a list, as what stands there", &format!("'{path}=[\"a\", \"b\"]'"))
            }
            Some(Expression::Object(_)) => {
                expected("a map, as what stands there", &format!("'{path}={{ a = 1 }}'"))
            }
            _ => expected(
                "a number, as what stands there",
                &format!("{path}=3, or a text in quotes: '{path}=\"x\"'"),
            ),
        }),
        Type::TypeExpression | Type::UnitAddress => {
            Err(EditError::new(format!("`{path}` holds no value that could be set")).help("edit the file"))
        }
        Type::String
        | Type::Text
        | Type::OneOf(_)
        | Type::DnsLabel
        | Type::DnsSubdomain
        | Type::Host
        | Type::HostPort
        | Type::LabelValue
        | Type::Duration
        | Type::Timestamp
        | Type::Quantity
        | Type::IntOrPercent
        | Type::Port
        | Type::Image
        | Type::Url
        | Type::Uuid
        | Type::KubernetesVersion
        | Type::VersionRequirement
        | Type::Selector
        | Type::Path
        | Type::EnvValue => Ok(quoted(given)),
    }
}

/// A value where anything may stand. `None` if it is not of the type of what stands there; a text in quotes may take
/// the place of anything but a text, which it would be taken for.
fn any(given: &str, there: Option<&Expression>) -> Option<String> {
    if there.is_some_and(|there| text(there).is_some()) {
        return Some(quoted(given));
    }
    let as_is = || given.trim().to_owned();
    match (literal(given), there) {
        (Some(Expression::String(_) | Expression::Null(_)), _) => Some(as_is()),
        (Some(value), Some(there)) => is_alike(&value, there).then(as_is),
        (Some(_), None) => Some(as_is()),
        (None, Some(Expression::Null(_)) | None) => Some(quoted(given)),
        (None, Some(_)) => None,
    }
}

fn is_alike(value: &Expression, there: &Expression) -> bool {
    match there {
        Expression::Null(_) => true,
        Expression::Bool(_) => matches!(value, Expression::Bool(_)),
        Expression::Array(_) => matches!(value, Expression::Array(_)),
        Expression::Object(_) => matches!(value, Expression::Object(_)),
        _ => is_number(value),
    }
}

/// What was given, if it is a literal in HCL.
fn literal(given: &str) -> Option<Expression> {
    let value = parse_expr(given.trim()).ok().filter(is_literal)?;
    let is_heredoc = matches!(value, Expression::HeredocTemplate(_));
    // A comment could take the rest of the line with it.
    (!is_heredoc && !has_comment(given)).then_some(value)
}

fn map(given: &str) -> Option<String> {
    matches!(literal(given), Some(Expression::Object(_))).then(|| given.trim().to_owned())
}

fn is_whole(given: &str) -> bool {
    !given.is_empty()
        && given.bytes().all(|byte| byte.is_ascii_digit())
        && (given == "0" || !given.starts_with('0'))
}

/// Whether a number is written as it is read by everybody: without an exponent, or a zero before its digits.
fn is_plain(given: &str, whole: bool) -> bool {
    let digits = given.trim().trim_start_matches('-').trim_start();
    let (before, after) = digits.split_once('.').map_or((digits, None), |(a, b)| (a, Some(b)));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_whole(before) && after.is_none_or(|after| !whole && are_digits(after))
}

/// The text as a string of HCL.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // Those that a fleet file may not hold as they are.
            '\u{feff}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(character)));
            }
            other if other.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(other))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted.replace("${", "$${").replace("%{", "%%{")
}
