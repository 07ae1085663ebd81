//! Whether a value is of the type that the language asks for. Nothing is converted.

use std::str::FromStr;

use super::codes;
use super::value::{Kind, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Span, one_of, suggest};
use crate::fleet::schema::{ArgSchema, Type};
use crate::object::{self, Quantity, Selector};
use crate::source::RelPath;

/// Where a value is used: the argument it is given to, as messages name it.
#[derive(Clone, Debug)]
pub struct Use<'a> {
    /// `replicas`, `requests.cpu`, `hosts[1]`.
    pub path: String,
    /// Where the argument's expression stands.
    pub span: Span,
    /// The block it stands in, such as `service "backend-a"`.
    pub block: &'a str,
}

impl Use<'_> {
    /// The entry under a key of the map `of`.
    fn key(&self, key: &str, of: &Value) -> Self {
        Self { path: format!("{}.{}", self.path, of.shown_key(key)), ..self.clone() }
    }

    fn index(&self, index: usize) -> Self {
        Self { path: format!("{}[{index}]", self.path), ..self.clone() }
    }
}

/// Tells every part of `value` that is not of type `ty`; whether there was none.
pub fn check(value: &Value, ty: &Type, at: &Use<'_>, problems: &mut Diagnostics) -> bool {
    let before = problems.len();
    walk(value, ty, at, problems);
    problems.len() == before
}

fn walk(value: &Value, ty: &Type, at: &Use<'_>, problems: &mut Diagnostics) {
    match (ty, &value.kind) {
        (Type::Any, _) | (Type::Nullable(_), Kind::Null) => {}
        (Type::Nullable(inner), _) => walk(value, inner, at, problems),
        (Type::List(inner), Kind::List(_)) => {
            for (index, item) in value.items().enumerate() {
                walk(&item, inner, &at.index(index), problems);
            }
        }
        (Type::Map(inner), Kind::Map(_)) => {
            for (key, item) in value.entries() {
                walk(&item, inner, &at.key(key, value), problems);
            }
        }
        (Type::Object(keys), Kind::Map(_)) => {
            for (key, item) in value.entries() {
                match keys.iter().find(|schema| schema.name == &**key) {
                    Some(schema) => walk(&item, &schema.ty, &at.key(key, value), problems),
                    None => problems.push(unknown_key(key, value, keys, &item, at)),
                }
            }
        }
        (Type::EnvValue, Kind::Map(entries)) => {
            let known = ["secret", "field"];
            let one = entries.len() == 1;
            match value.entries().next() {
                Some((key, item)) if one && known.contains(&&**key) => {
                    walk(&item, &Type::String, &at.key(key, value), problems);
                }
                _ => problems.push(wrong(value, ty, at, None)),
            }
        }
        _ => {
            if let Err(reason) = scalar(value, ty) {
                problems.push(wrong(value, ty, at, reason));
            }
        }
    }
}

/// `Err(None)` for a value of another type altogether, `Err(Some(reason))` for one that is not well-formed.
fn scalar(value: &Value, ty: &Type) -> Result<(), Option<String>> {
    let because = |error: &dyn std::fmt::Display| Some(error.to_string());
    let text = match &value.kind {
        Kind::Bool(_) => return if matches!(ty, Type::Bool) { Ok(()) } else { Err(None) },
        Kind::Number(number) => {
            return match ty {
                Type::Integer(min, max) => match number.as_i64() {
                    Some(whole) if (*min..=*max).contains(&whole) => Ok(()),
                    Some(_) => Err(Some(format!("out of range: {}", range(*min, *max)))),
                    None => Err(Some("not a whole number".to_owned())),
                },
                Type::Number(min, max) if *number < (*min).into() || *number > (*max).into() => {
                    Err(Some(format!("out of range: {}", range(*min, *max))))
                }
                Type::Number(..) => Ok(()),
                Type::IntOrPercent => match number.as_i64() {
                    Some(whole) if whole >= 0 => Ok(()),
                    _ => Err(Some("not a whole number from 0".to_owned())),
                },
                Type::Port => match number.as_i64() {
                    Some(1..=65535) => Ok(()),
                    _ => Err(Some("a port lies between 1 and 65535".to_owned())),
                },
                _ => Err(None),
            };
        }
        Kind::String(text) => text,
        Kind::Null | Kind::List(_) | Kind::Map(_) => return Err(None),
    };
    match ty {
        Type::Text | Type::EnvValue => Ok(()),
        Type::String if text.is_empty() => Err(Some("it is empty".to_owned())),
        Type::String => Ok(()),
        Type::OneOf(allowed) if allowed.contains(&&**text) => Ok(()),
        Type::OneOf(_) => Err(Some("none of these".to_owned())),
        Type::DnsLabel => object::dns_label(text).map_err(|invalid| Some(invalid.found())),
        Type::DnsSubdomain => object::dns_subdomain(text).map_err(|invalid| Some(invalid.found())),
        Type::LabelValue => object::label_value(text).map_err(|invalid| Some(invalid.found())),
        Type::Host => {
            let host = text.strip_prefix("*.").unwrap_or(text);
            object::dns_subdomain(host).map_err(|invalid| Some(invalid.found()))
        }
        Type::HostPort => host_port(text),
        Type::Duration => super::duration::parse(text).map(|_| ()).map_err(|error| because(&error)),
        Type::Timestamp => jiff::Timestamp::from_str(text)
            .map(|_| ())
            .map_err(|_| Some("not a date and time with a zone, such as 2026-11-26T00:00:00Z".to_owned())),
        Type::Quantity => Quantity::parse(text).map(|_| ()).map_err(|error| because(&error)),
        Type::IntOrPercent => percent(text),
        Type::Port => object::dns_label(text).map_err(|invalid| Some(invalid.found())),
        Type::Image => image(text),
        Type::Url if text.starts_with("http://") || text.starts_with("https://") => Ok(()),
        Type::Url => Err(Some("it does not begin with http:// or https://".to_owned())),
        Type::Uuid => uuid(text),
        Type::KubernetesVersion => kubernetes_version(text),
        Type::VersionRequirement => {
            semver::VersionReq::parse(text).map(|_| ()).map_err(|error| because(&error))
        }
        Type::Selector => Selector::parse(text).map(|_| ()).map_err(|error| because(&error)),
        Type::Path => RelPath::root()
            .join("x/x/x")
            .and_then(|deep| deep.join(text))
            .map(|_| ())
            .map_err(|error| Some(error.reason.to_owned())),
        Type::Any
        | Type::Bool
        | Type::Integer(..)
        | Type::Number(..)
        | Type::List(_)
        | Type::Map(_)
        | Type::Object(_)
        | Type::TypeExpression
        | Type::UnitAddress
        | Type::Nullable(_) => Err(None),
    }
}

fn range(min: i64, max: i64) -> String {
    match (min, max) {
        (min, i64::MAX) => format!("at least {min}"),
        (min, max) => format!("{min} to {max}"),
    }
}

fn percent(text: &str) -> Result<(), Option<String>> {
    match text.strip_suffix('%').map(str::parse::<u16>) {
        Some(Ok(0..=100)) => Ok(()),
        Some(_) => Err(Some("a percentage goes from 0% to 100%".to_owned())),
        None => Err(Some("a percentage ends in %; a number stands without quotes".to_owned())),
    }
}

fn host_port(text: &str) -> Result<(), Option<String>> {
    let Some((host, port)) = text.rsplit_once(':') else {
        return Err(Some("no port; write host:port".to_owned()));
    };
    let host = host.strip_prefix("*.").unwrap_or(host);
    object::dns_subdomain(host).map_err(|invalid| Some(invalid.problem()))?;
    match port.parse::<u16>() {
        Ok(0) | Err(_) => Err(Some("a port lies between 1 and 65535".to_owned())),
        Ok(_) => Ok(()),
    }
}

/// The form of an image reference, after the grammar of the OCI distribution specification, as far as a
/// mistake can be told without a registry.
fn image(text: &str) -> Result<(), Option<String>> {
    let no = |reason: &str| Err(Some(reason.to_owned()));
    let (name, digest) = match text.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (text, None),
    };
    if let Some(digest) = digest {
        let hex = digest.strip_prefix("sha256:").unwrap_or("");
        if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        {
            return no("a digest is sha256: and 64 lower-case hex digits");
        }
    }
    let (name, tag) = match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (name, None),
    };
    if let Some(tag) = tag {
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        if tag.is_empty() || tag.len() > 128 || !tag.chars().all(fine) || tag.starts_with(['.', '-']) {
            return no("the tag is not well-formed: letters, digits, `_`, `.` and `-`, at most 128");
        }
    }
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.' | '-');
    let mut parts = name.split('/').peekable();
    let registry = parts.next_if(|first| first.contains(['.', ':']) && name.contains('/'));
    if registry.is_some_and(|host| host.is_empty() || host.contains(char::is_whitespace)) {
        return no("the registry is not well-formed");
    }
    if parts.any(|part| part.is_empty() || !part.chars().all(fine)) {
        return no("the name is not well-formed: lower-case letters, digits, `_`, `.`, `-` between slashes");
    }
    Ok(())
}

fn uuid(text: &str) -> Result<(), Option<String>> {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let digits = groups.concat();
    if lengths != [8, 4, 4, 4, 12] || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Some("a UUID has 8-4-4-4-12 hex digits".to_owned()));
    }
    // Kubernetes writes them in lower case, and two UIDs are compared byte by byte.
    if digits.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(Some("a UID is in lower case".to_owned()));
    }
    Ok(())
}

fn kubernetes_version(text: &str) -> Result<(), Option<String>> {
    let mut parts = text.split('.');
    match (parts.next(), parts.next().map(str::parse::<u16>), parts.next()) {
        (Some("1"), Some(Ok(_)), None) => Ok(()),
        _ => Err(Some("write the minor version, such as 1.33".to_owned())),
    }
}

/// What a type takes, as messages say it.
pub fn describe(ty: &Type) -> String {
    match ty {
        Type::Any => "any value".to_owned(),
        Type::Bool => "true or false".to_owned(),
        Type::Integer(min, max) => format!("a whole number, {}", range(*min, *max)),
        Type::Number(i64::MIN, i64::MAX) => "a number".to_owned(),
        Type::Number(min, max) => format!("a number, {}", range(*min, *max)),
        Type::String => "a string that is not empty".to_owned(),
        Type::Text => "a string".to_owned(),
        Type::OneOf(allowed) => {
            let quoted: Vec<String> = allowed.iter().map(|name| format!("\"{name}\"")).collect();
            one_of(quoted.iter().map(String::as_str))
        }
        Type::DnsLabel => "a DNS label".to_owned(),
        Type::DnsSubdomain => "a DNS subdomain".to_owned(),
        Type::Host => "a host name".to_owned(),
        Type::HostPort => "host:port".to_owned(),
        Type::LabelValue => "a label value".to_owned(),
        Type::Duration => "a duration such as \"90s\"".to_owned(),
        Type::Timestamp => "a moment such as \"2026-11-26T00:00:00Z\"".to_owned(),
        Type::Quantity => "a quantity such as \"500m\" or \"1Gi\"".to_owned(),
        Type::IntOrPercent => "a whole number or a percentage such as \"25%\"".to_owned(),
        Type::Port => "the number or the name of a port".to_owned(),
        Type::Image => "a container image".to_owned(),
        Type::Url => "an http or https address".to_owned(),
        Type::Uuid => "a UUID".to_owned(),
        Type::KubernetesVersion => "a Kubernetes version such as \"1.33\"".to_owned(),
        Type::VersionRequirement => "a version requirement such as \">= 0.1\"".to_owned(),
        Type::Selector => "a label selector such as \"env in (prod,staging)\"".to_owned(),
        Type::Path => "a path inside the repository".to_owned(),
        Type::EnvValue => "a string, { secret = \"store/key\" } or { field = \"path\" }".to_owned(),
        Type::List(_) => "a list".to_owned(),
        Type::Map(_) | Type::Object(_) => "a map".to_owned(),
        Type::TypeExpression => "a type".to_owned(),
        Type::UnitAddress => "component.NAME or service.NAME".to_owned(),
        Type::Nullable(inner) => format!("{} or null", describe(inner)),
    }
}

fn wrong(value: &Value, ty: &Type, at: &Use<'_>, reason: Option<String>) -> Diagnostic {
    let found = match &value.kind {
        Kind::Null | Kind::List(_) | Kind::Map(_) => value.shown(),
        Kind::Bool(_) => format!("the bool {}", value.shown()),
        Kind::Number(_) => format!("the number {}", value.shown()),
        Kind::String(_) => format!("the string {}", value.shown()),
    };
    let message = format!("`{}` takes {}; found {found}", at.path, describe(ty));
    let mut problem = Diagnostic::error(codes::TYPE, message);
    // What a parser says of a secret may hold some of it.
    let reason = reason.filter(|_| !value.is_sensitive());
    problem = placed(problem, value, at, reason.as_deref().unwrap_or("not of this type"));
    let numeric = matches!(ty, Type::Integer(..) | Type::Number(..) | Type::Port | Type::IntOrPercent);
    let help = match (&value.kind, ty) {
        _ if value.is_sensitive() => format!("give `{}` {}", at.path, describe(ty)),
        (Kind::String(text), _) if numeric && super::Number::parse(text).is_ok() => {
            "write the number without quotes".to_owned()
        }
        (Kind::String(text), Type::Bool) if matches!(&**text, "true" | "false") => {
            format!("write {text} without quotes")
        }
        (Kind::Number(_), Type::Duration) => format!("write it with its unit: \"{}s\"", value.shown()),
        (
            Kind::Number(_) | Kind::Bool(_),
            Type::String
            | Type::Text
            | Type::Quantity
            | Type::EnvValue
            | Type::LabelValue
            | Type::KubernetesVersion,
        ) => format!("write it in quotes: \"{}\"", value.shown()),
        (Kind::String(_), Type::List(_)) => format!("write a list: [{}]", value.shown()),
        (Kind::Null, _) => "leave the argument out, or take a setting away with `remove`".to_owned(),
        (Kind::String(text), Type::OneOf(allowed)) if !value.is_sensitive() => {
            match suggest(text, allowed.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("give `{}` {}", at.path, describe(ty)),
            }
        }
        _ => match grammar(ty) {
            Some(grammar) => grammar.to_owned(),
            None => format!("give `{}` {}", at.path, describe(ty)),
        },
    };
    problem.help(help)
}

/// How a text of this type is written, where its name alone does not say so.
fn grammar(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::DnsLabel => Some(
            "use at most 63 lower-case letters, digits and `-`, first and last a letter or digit (RFC 1123)",
        ),
        Type::DnsSubdomain | Type::Host => Some(
            "use at most 253 lower-case letters, digits, `-` and `.`, first and last of each part a letter or \
             digit (RFC 1123)",
        ),
        Type::LabelValue => {
            Some("use at most 63 letters, digits, `-`, `_` and `.`, first and last a letter or digit")
        }
        Type::Uuid => Some(
            "take what `kubectl get namespace kube-system -o jsonpath={.metadata.uid}` prints for this cluster",
        ),
        _ => None,
    }
}

fn unknown_key(key: &str, of: &Value, keys: &[ArgSchema], value: &Value, at: &Use<'_>) -> Diagnostic {
    let names = || keys.iter().map(|schema| schema.name);
    let message = format!("`{}` has no key `{}`", at.path, of.shown_key(key));
    let problem = placed(Diagnostic::error(codes::TYPE, message), value, at, "the value of this key");
    match suggest(key, names()).filter(|_| !of.sensitive) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!("allowed here: {}", one_of(names()))),
    }
}

/// Points at the value; where that stands elsewhere (in a local, a variable), at the argument too.
fn placed(problem: Diagnostic, value: &Value, at: &Use<'_>, text: &str) -> Diagnostic {
    let problem = problem.about(at.block);
    match value.span {
        Some(span) if span.file == at.span.file && span.start >= at.span.start && span.end <= at.span.end => {
            problem.at(span, text)
        }
        Some(span) => problem.at(at.span, text).at(span, "the value comes from here"),
        None => problem.at(at.span, text),
    }
}
