//! The place in a block that a path leads to.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, Object};
use hcl_edit::structure::{Attribute, Block, Structure};

use super::EditError;
use super::address::FieldPath;
use crate::diagnostic::{one_of, suggest};
use crate::fleet::literal::{is_literal, key_text, reference};
use crate::fleet::schema::{BlockSchema, Type};
use crate::fleet::{masked, shown};

/// What a path leads to.
#[derive(Debug)]
pub enum Place<'a> {
    /// A value that stands there.
    There {
        /// Its name.
        key: Range<usize>,
        /// The value.
        value: &'a Expression,
        /// What the language takes there.
        ty: Type,
    },
    /// Nothing yet.
    Missing {
        /// What it can be put into.
        into: Parent<'a>,
        /// Its name.
        name: &'a str,
        /// The keys that lead on from it, where it is a map that is not there yet either.
        keys: &'a [String],
        /// What the language takes there.
        ty: Type,
    },
}

/// What an argument can be put into.
#[derive(Clone, Copy, Debug)]
pub enum Parent<'a> {
    /// A block.
    Block(&'a Block, &'static BlockSchema),
    /// A map.
    Map(&'a Object),
}

/// The argument of this name in a block.
pub fn attribute<'a>(block: &'a Block, name: &str) -> Option<&'a Attribute> {
    block.body.iter().filter_map(Structure::as_attribute).find(|attribute| attribute.key.as_str() == name)
}

/// The place that a path leads to from a block.
pub fn find<'a>(
    text: &str,
    block: &'a Block,
    schema: &'static BlockSchema,
    path: &'a FieldPath,
) -> Result<Place<'a>, EditError> {
    let (mut block, mut schema) = (block, schema);
    let mut steps = path.steps().iter().enumerate();
    while let Some((at, step)) = steps.next() {
        if schema.open || schema.arg(step).is_some() {
            return argument(text, block, schema, path, at);
        }
        let Some(nested) = schema.block(step) else {
            return Err(unknown(block, schema.name, step, schema.names()));
        };
        let label = match nested.schema.label {
            None => None,
            Some(label) => match steps.next() {
                Some((_, label)) => Some(label.as_str()),
                None => {
                    let error =
                        EditError::new(format!("which `{step}`?")).at(block.ident.span(), "in this block");
                    return Err(error.help(format!("go on with its {}: {path}.{}", label.what, label.what)));
                }
            },
        };
        (block, schema) = (one_nested(block, nested.schema.name, label)?, nested.schema);
    }
    let names = schema.args().map(|arg| arg.name);
    Err(EditError::new(format!("`{path}` is a block, not an argument"))
        .at(block.ident.span(), "this block")
        .help(format!("go on with one of its arguments: {}", one_of(names))))
}

/// The block of this kind and label in another.
fn one_nested<'a>(parent: &'a Block, kind: &str, label: Option<&str>) -> Result<&'a Block, EditError> {
    let label_of = |block: &'a Block| block.labels.first().map(|label| label.as_str());
    let of_kind =
        || parent.body.iter().filter_map(Structure::as_block).filter(|block| block.ident.as_str() == kind);
    let mut found = of_kind().filter(|block| label.is_none() || label_of(block) == label);
    let (first, second) = (found.next(), found.next());
    if let (Some(block), None) = (first, second) {
        return Ok(block);
    }
    let title = label.map_or_else(|| kind.to_owned(), |label| format!("{kind} \"{}\"", shown(label)));
    let many = if second.is_some() { "several blocks" } else { "no block" };
    let error = EditError::new(format!("there is {many} {title} in this block"))
        .at(parent.ident.span(), "this block");
    Err(match (second, label.and_then(|label| suggest(label, of_kind().filter_map(label_of)))) {
        (None, Some(near)) => error.help(format!("did you mean \"{near}\"?")),
        (None, None) => error.help(format!("write `{title} {{ … }}` into the file first")),
        (Some(_), _) => error.help("edit the file"),
    })
}

fn unknown<'n>(block: &Block, title: &str, step: &str, names: impl Iterator<Item = &'n str>) -> EditError {
    let names: Vec<&str> = names.collect();
    EditError::new(format!("{title} has no argument or block `{}`", shown(step)))
        .at(block.ident.span(), "this block")
        .help(match suggest(step, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it takes {}", one_of(names)),
        })
}

fn argument<'a>(
    text: &str,
    block: &'a Block,
    schema: &'static BlockSchema,
    path: &'a FieldPath,
    at: usize,
) -> Result<Place<'a>, EditError> {
    let name = path.steps().get(at).map_or("", String::as_str);
    let ty = type_of(block, schema, name);
    match attribute(block, name) {
        Some(attribute) => {
            let key = attribute.key.span().unwrap_or_default();
            inside(text, block, (key, &attribute.value, ty), path, at + 1)
        }
        // A name that the language does not know would be a slip more often than not.
        None if schema.open => {
            let there =
                block.body.iter().filter_map(Structure::as_attribute).map(|attribute| attribute.key.as_str());
            Err(unknown(block, schema.name, name, there))
        }
        None => missing(block, Parent::Block(block, schema), path, at, ty),
    }
}

/// What is not there from this step of a path on: a value, or maps down to one.
fn missing<'a>(
    block: &Block,
    into: Parent<'a>,
    path: &'a FieldPath,
    at: usize,
    mut ty: Type,
) -> Result<Place<'a>, EditError> {
    let name = path.steps().get(at).map_or("", String::as_str);
    let keys = path.steps().get(at + 1..).unwrap_or_default();
    for (step, key) in keys.iter().enumerate() {
        let so_far = path.before(at + 1 + step).to_string();
        if !takes_keys(ty) {
            let error = EditError::new(format!("`{so_far}` has no part `{}`", shown(key)));
            return Err(error.help(format!("give the whole value: {so_far}=VALUE")));
        }
        ty = part(ty, key).map_err(|names| unknown(block, &format!("`{so_far}`"), key, names.into_iter()))?;
    }
    Ok(Place::Missing { into, name, keys, ty })
}

/// Whether a map may stand there.
fn takes_keys(ty: Type) -> bool {
    match ty {
        Type::Map(_) | Type::Object(_) | Type::Any | Type::EnvValue => true,
        Type::Nullable(ty) => takes_keys(*ty),
        _ => false,
    }
}

/// What the language takes for an argument. The `type` of a variable speaks for its default.
fn type_of(block: &Block, schema: &'static BlockSchema, name: &str) -> Type {
    let said = attribute(block, "type").map(|attribute| &attribute.value);
    match (schema.name, name, said) {
        ("variable", "default", Some(Expression::Variable(word))) => match word.as_str() {
            "string" => Type::Nullable(&Type::Text),
            "number" => Type::Nullable(&Type::Number(i64::MIN, i64::MAX)),
            "bool" => Type::Nullable(&Type::Bool),
            _ => Type::Any,
        },
        _ => schema.arg(name).map_or(Type::Any, |arg| arg.ty),
    }
}

/// Goes on from a value through the keys of maps.
fn inside<'a>(
    text: &str,
    block: &'a Block,
    (mut key, mut value, mut ty): (Range<usize>, &'a Expression, Type),
    path: &'a FieldPath,
    from: usize,
) -> Result<Place<'a>, EditError> {
    for (at, step) in path.steps().iter().enumerate().skip(from) {
        let so_far = path.before(at).to_string();
        let Expression::Object(map) = value else {
            if !is_literal(value) {
                return Err(expression(text, &so_far, value, super::is_secret(block)));
            }
            let is_list = matches!(value, Expression::Array(_));
            let error = EditError::new(format!("`{so_far}` has no part `{}`", shown(step)));
            let says = if is_list { "a list" } else { "no map" };
            let help = if is_list { "give the whole list" } else { "give the whole value" };
            return Err(error.at(value.span(), says).help(format!("{help}: {so_far}=VALUE")));
        };
        ty = part(ty, step)
            .map_err(|names| unknown(block, &format!("`{so_far}`"), step, names.into_iter()))?;
        match map.iter().find(|(key, _)| key_text(key) == Some(step.as_str())) {
            Some((found, part)) => {
                key = found.span().unwrap_or_default();
                value = part.expr();
            }
            None if map.iter().any(|(key, _)| key_text(key).is_none()) => {
                let error = EditError::new(format!("`{so_far}` has keys that are expressions"));
                return Err(error.at(value.span(), "one of them may be the one").help("edit the file"));
            }
            None => return missing(block, Parent::Map(map), path, at, ty),
        }
    }
    Ok(Place::There { key, value, ty })
}

/// What the language takes for a key of a map; the keys it knows, if this is none of them.
fn part(ty: Type, key: &str) -> Result<Type, Vec<&'static str>> {
    match ty {
        Type::Map(part) => Ok(*part),
        Type::Object(args) => match args.iter().find(|arg| arg.name == key) {
            Some(arg) => Ok(arg.ty),
            None => Err(args.iter().map(|arg| arg.name).collect()),
        },
        Type::Nullable(ty) => part(*ty, key),
        // A list or a text of such a key: told when the fleet is resolved.
        _ => Ok(Type::Any),
    }
}

/// That an expression stands where a literal was expected.
pub fn expression(text: &str, path: &str, value: &Expression, is_secret: bool) -> EditError {
    let source = value.span().and_then(|span| text.get(span)).unwrap_or_default();
    let is = match is_secret {
        true => "an expression".to_owned(),
        false => {
            let source = masked(source);
            let line = shown(source.lines().next().unwrap_or_default());
            format!("the expression `{}`", line.replace("\\\"", "\""))
        }
    };
    let mut error =
        EditError::new(format!("`{path}` is {is}, not a literal")).at(value.span(), "this stands there");
    error.reference = reference(value);
    error
}
