//! The `type` of a variable, and conversion to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey};

use super::codes;
use super::eval::{Scope, evaluate};
use super::number::Number;
use super::value::{Kind, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, FileId, Span, one_of, suggest};

/// A type, as Terraform writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeExpression {
    /// `any`.
    Any,
    /// `string`.
    String,
    /// `number`.
    Number,
    /// `bool`.
    Bool,
    /// `list(T)`.
    List(Box<Self>),
    /// `set(T)`: a list without repetition, sorted.
    Set(Box<Self>),
    /// `map(T)`.
    Map(Box<Self>),
    /// `tuple([T, …])`.
    Tuple(Vec<Self>),
    /// `object({ name = T, other = optional(T, default) })`.
    Object(BTreeMap<Arc<str>, Member>),
}

/// One attribute of an object type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its type.
    pub ty: TypeExpression,
    /// For `optional`: what stands where it is left out.
    pub default: Option<Value>,
}

const PRIMITIVES: [&str; 4] = ["string", "number", "bool", "any"];
const COLLECTIONS: [&str; 5] = ["list", "set", "map", "object", "tuple"];

/// The type that an expression spells; what is no type is told.
pub fn read(expression: &Expression, file: FileId, problems: &mut Diagnostics) -> Option<TypeExpression> {
    let span = Span::new(file, expression.span().unwrap_or(0..0));
    match expression {
        Expression::Variable(name) => match name.as_str() {
            "any" => Some(TypeExpression::Any),
            "string" => Some(TypeExpression::String),
            "number" => Some(TypeExpression::Number),
            "bool" => Some(TypeExpression::Bool),
            other => {
                problems.push(no_type(other, span));
                None
            }
        },
        Expression::FuncCall(call) => {
            let name = call.name.name.as_str();
            let arguments: Vec<&Expression> = call.args.iter().collect();
            let [inner] = arguments.as_slice() else {
                problems.push(no_type(name, span));
                return None;
            };
            match (name, inner) {
                ("list", inner) => Some(TypeExpression::List(Box::new(read(inner, file, problems)?))),
                ("set", inner) => Some(TypeExpression::Set(Box::new(read(inner, file, problems)?))),
                ("map", inner) => Some(TypeExpression::Map(Box::new(read(inner, file, problems)?))),
                ("tuple", Expression::Array(items)) => {
                    let items = items.iter().map(|item| read(item, file, problems)).collect::<Option<_>>();
                    items.map(TypeExpression::Tuple)
                }
                ("object", Expression::Object(object)) => {
                    let members = object.iter().map(|(key, value)| {
                        let name = match key {
                            ObjectKey::Ident(name) => Some(name.as_str()),
                            ObjectKey::Expression(Expression::String(name)) => Some(name.value().as_str()),
                            ObjectKey::Expression(_) => None,
                        };
                        let Some(name) = name else {
                            problems.push(no_type("a computed key", span));
                            return None;
                        };
                        Some((Arc::from(name), member(value.expr(), file, problems)?))
                    });
                    members.collect::<Option<_>>().map(TypeExpression::Object)
                }
                _ => {
                    problems.push(no_type(name, span));
                    None
                }
            }
        }
        _ => {
            problems.push(no_type("this expression", span));
            None
        }
    }
}

fn member(expression: &Expression, file: FileId, problems: &mut Diagnostics) -> Option<Member> {
    if let Expression::FuncCall(call) = expression
        && call.name.name.as_str() == "optional"
    {
        let arguments: Vec<&Expression> = call.args.iter().collect();
        return match arguments.as_slice() {
            [ty] => Some(Member { ty: read(ty, file, problems)?, default: Some(Value::new(Kind::Null)) }),
            [ty, default] => {
                let ty = read(ty, file, problems)?;
                let default = evaluate(default, file, &Scope::default(), problems)?;
                Some(Member { ty, default: Some(default) })
            }
            _ => {
                let span = Span::new(file, expression.span().unwrap_or(0..0));
                problems.push(no_type("optional", span));
                None
            }
        };
    }
    Some(Member { ty: read(expression, file, problems)?, default: None })
}

fn no_type(found: &str, span: Span) -> Diagnostic {
    let known = || PRIMITIVES.into_iter().chain(COLLECTIONS);
    let problem =
        Diagnostic::error(codes::TYPE_EXPRESSION, format!("`{}` is no type here", found.escape_debug()))
            .at(span, "expected a type")
            .note("types are written as in Terraform: string, list(string), map(number), object({ … })");
    match suggest(found, known()).filter(|near| *near != found) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!("take {}", one_of(known()))),
    }
}

impl TypeExpression {
    /// How it is written.
    pub fn written(&self) -> String {
        match self {
            Self::Any => "any".to_owned(),
            Self::String => "string".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::List(inner) => format!("list({})", inner.written()),
            Self::Set(inner) => format!("set({})", inner.written()),
            Self::Map(inner) => format!("map({})", inner.written()),
            Self::Tuple(items) => {
                format!("tuple([{}])", items.iter().map(Self::written).collect::<Vec<_>>().join(", "))
            }
            Self::Object(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, member)| format!("{name} = {}", member.ty.written()))
                    .collect();
                format!("object({{ {} }})", members.join(", "))
            }
        }
    }

    /// The value as this type, converted where Terraform converts: between strings and the numbers and
    /// bools they spell.
    ///
    /// # Errors
    /// With the path of the part that does not fit, what was found there, and the type it should have.
    pub fn convert(&self, value: &Value) -> Result<Value, Misfit> {
        self.convert_at(value, "")
    }

    fn convert_at(&self, value: &Value, path: &str) -> Result<Value, Misfit> {
        let same = |kind: Kind| Ok(Value { kind, ..value.clone() });
        let misfit = || {
            Err(Misfit {
                path: path.to_owned(),
                expected: self.written(),
                found: value.shown(),
                span: value.span,
            })
        };
        let each = |inner: &Self| {
            value
                .items()
                .enumerate()
                .map(|(index, item)| inner.convert_at(&item, &format!("{path}[{index}]")))
                .collect::<Result<Vec<_>, _>>()
        };
        match (self, &value.kind) {
            (Self::Any, _) | (_, Kind::Null) => same(value.kind.clone()),
            (Self::String, Kind::String(_))
            | (Self::Number, Kind::Number(_))
            | (Self::Bool, Kind::Bool(_)) => same(value.kind.clone()),
            (Self::String, Kind::Number(number)) => same(Kind::String(number.to_string().into())),
            (Self::String, Kind::Bool(value)) => same(Kind::String(value.to_string().into())),
            (Self::Number, Kind::String(text)) => match Number::parse(text) {
                Ok(number) => same(Kind::Number(number)),
                Err(_) => misfit(),
            },
            (Self::Bool, Kind::String(text)) => match &**text {
                "true" => same(Kind::Bool(true)),
                "false" => same(Kind::Bool(false)),
                _ => misfit(),
            },
            (Self::List(inner), Kind::List(_)) => same(Kind::List(Arc::new(each(inner)?))),
            (Self::Set(inner), Kind::List(_)) => {
                let mut items = each(inner)?;
                items.sort();
                items.dedup();
                same(Kind::List(Arc::new(items)))
            }
            (Self::Tuple(types), Kind::List(items)) if types.len() == items.len() => {
                let items = types
                    .iter()
                    .zip(value.items())
                    .enumerate()
                    .map(|(index, (ty, item))| ty.convert_at(&item, &format!("{path}[{index}]")));
                same(Kind::List(Arc::new(items.collect::<Result<_, _>>()?)))
            }
            (Self::Map(inner), Kind::Map(_)) => {
                let entries = value.entries().map(|(key, item)| {
                    Ok((key.clone(), inner.convert_at(&item, &format!("{path}.{}", value.shown_key(key)))?))
                });
                same(Kind::Map(Arc::new(entries.collect::<Result<_, _>>()?)))
            }
            (Self::Object(members), Kind::Map(entries)) => {
                let mut object = BTreeMap::new();
                for (name, member) in members {
                    let path = format!("{path}.{name}");
                    let item = match (entries.get(name), &member.default) {
                        (Some(item), Some(default)) if item.kind == Kind::Null => default,
                        (Some(item), _) => item,
                        (None, Some(default)) => default,
                        (None, None) => {
                            let expected = member.ty.written();
                            let found = "nothing".to_owned();
                            return Err(Misfit { path, expected, found, span: value.span });
                        }
                    };
                    let item = item.clone().marked(value.sensitive);
                    object.insert(name.clone(), member.ty.convert_at(&item, &path)?);
                }
                same(Kind::Map(Arc::new(object)))
            }
            _ => misfit(),
        }
    }
}

/// A part of a value that does not fit a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Where in the value: `.name[0]`, empty for the whole.
    pub path: String,
    /// The type it should have.
    pub expected: String,
    /// What was found.
    pub found: String,
    /// Where the part stands.
    pub span: Option<Span>,
}
