//! Named forms of text and numbers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use serde_json::Value;

use super::pattern::Pattern;
use crate::object;

/// The forms that [`super::overlay`] may name; `?` behind one lets a text be empty, which is one that was not given.
#[cfg(test)]
pub const NAMES: [&str; 11] = [
    "date-time",
    "micro-time",
    "ip",
    "cidr",
    "dns-label",
    "dns-subdomain",
    "label-key",
    "label-value",
    "config-key",
    "env-name",
    "port-name",
];

/// What a value of this form is, as a message says it, if `value` is none. That is for built-in kinds: what their
/// schemas name, which Go's decoders hold to, and what [`super::overlay`] does.
///
/// A form of text says nothing about what is no text, and one of numbers nothing about what is no number.
pub fn broken(format: &str, value: &Value) -> Option<&'static str> {
    let Value::String(text) = value else { return is_number(format, value) };
    let format = match format.strip_suffix('?') {
        Some(_) if text.is_empty() => return None,
        Some(format) => format,
        None => format,
    };
    let (holds, what) = match format {
        "byte" => (is_base64(text), BASE64),
        "date-time" => (is_moment(text), MOMENT),
        "micro-time" => {
            (is_micro_moment(text), "a moment with six decimals, such as 2026-01-31T08:00:00.000000Z")
        }
        "ip" => (text.parse::<IpAddr>().is_ok(), "an IP address"),
        "cidr" => (is_cidr(text), CIDR),
        "dns-label" => (
            object::dns_label(text).is_ok(),
            "a DNS label: at most 63 lower-case letters, digits and -, with a letter or digit at both ends",
        ),
        "dns-subdomain" => (
            object::dns_subdomain(text).is_ok(),
            "a DNS subdomain: at most 253 lower-case letters, digits, - and ., with a letter or digit at both ends",
        ),
        "label-key" => (object::label_key(text).is_ok(), "the key of a label"),
        "label-value" => (object::label_value(text).is_ok(), "the value of a label"),
        "config-key" => {
            (is_config_key(text), "at most 253 letters, digits, -, _ and ., and neither . nor .. first")
        }
        "env-name" => (is_env_name(text), "printable ASCII without ="),
        "port-name" => (
            is_port_name(text),
            "a port name: at most 15 lower-case letters, digits and -, with a letter among them",
        ),
        _ => return None,
    };
    (!holds).then_some(what)
}

/// As [`broken`], for a custom kind: the forms that k8s.io/apiextensions-apiserver supports in every version, held to
/// as the package `strfmt` of k8s.io/kube-openapi does, which is more lenient than Go's decoders here and less there.
/// A form that it does not know, such as `ip`, says nothing. `email` and `uri` are refused only for what is surely
/// wrong; `isbn`, `creditcard`, `ssn` and the colours are left to servers.
pub fn broken_custom(format: &str, value: &Value) -> Option<&'static str> {
    let Value::String(text) = value else { return is_number(format, value) };
    let (holds, what) = match format.replace('-', "").as_str() {
        "byte" => (!text.is_empty() && !text.contains(['\n', '\r']) && is_base64(text), BASE64),
        "datetime" => (is_custom_moment(text), MOMENT),
        "date" => (is_date(text), "a day such as 2026-01-31"),
        "duration" => (is_duration(text), "a duration such as 1h30m"),
        "ipv4" => (is_custom_ipv4(text), "an IPv4 address"),
        "ipv6" => (text.parse::<Ipv6Addr>().is_ok(), "an IPv6 address"),
        "cidr" => (is_custom_cidr(text), CIDR),
        "uri" => (is_uri(text), "a URI such as https://example.com/, or a path that begins with /"),
        "email" => (is_email(text), "an email address"),
        "hostname" => (is_hostname(text), "a host name"),
        "mac" => (is_mac(text), "a MAC address such as 01:23:45:67:89:ab"),
        "uuid" => (is_uuid(text, None), "a UUID"),
        "uuid3" => (is_uuid(text, Some('3')), "a UUID of version 3"),
        "uuid4" => (is_uuid(text, Some('4')), "a UUID of version 4"),
        "uuid5" => (is_uuid(text, Some('5')), "a UUID of version 5"),
        _ => return None,
    };
    (!holds).then_some(what)
}

const BASE64: &str = "base64 with padding, as `base64` writes it";
const MOMENT: &str = "a moment as RFC 3339 has it, such as 2026-01-31T08:00:00Z";
const CIDR: &str = "an address range such as 10.0.0.0/8";

fn is_number(format: &str, value: &Value) -> Option<&'static str> {
    let Value::Number(number) = value else { return None };
    match format {
        "int32" => {
            let fits = number.as_i64().is_none_or(|number| i32::try_from(number).is_ok());
            (!fits || number.as_i64().is_none() && number.as_u64().is_some())
                .then_some("a whole number from -2147483648 to 2147483647")
        }
        "int64" => number
            .as_i64()
            .is_none()
            .then_some("a whole number from -9223372036854775808 to 9223372036854775807")
            .filter(|_| number.as_u64().is_some()),
        _ => None,
    }
}

/// Standard base64 with its padding, in which Go passes over line breaks.
fn is_base64(text: &str) -> bool {
    let text: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let body = text.get(..text.len() - padding).unwrap_or(&[]);
    text.len().is_multiple_of(4)
        && padding <= 2
        && body.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

/// As `time.Parse(time.RFC3339, …)` of Go reads it, which takes an hour of one digit and a decimal comma.
fn is_moment(text: &str) -> bool {
    static CLOCK: LazyLock<Pattern> = LazyLock::new(|| {
        Pattern::new(
            "^([01]?[0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.,][0-9]+)?(Z|[+-]([01][0-9]|2[0-4]):([0-5][0-9]|60))$",
        )
    });
    text.split_once('T').is_some_and(|(day, clock)| is_date(day) && CLOCK.matches(clock) == Some(true))
}

/// As k8s.io/apimachinery reads a `MicroTime`: with six decimals, no more and no fewer.
fn is_micro_moment(text: &str) -> bool {
    let decimals = text.split_once(['.', ',']).map(|(_, rest)| rest.trim_end_matches('Z'));
    let decimals = decimals.map(|rest| rest.split(['+', '-']).next().unwrap_or(rest));
    is_moment(text) && decimals.is_some_and(|decimals| decimals.len() == 6)
}

/// `IsDateTime` of strfmt: in either case, and with any offset that has digits.
fn is_custom_moment(text: &str) -> bool {
    static CLOCK: LazyLock<Pattern> = LazyLock::new(|| {
        Pattern::new("^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](.[0-9]+)?(z|[+-][0-9]{2}:[0-9]{2})$")
    });
    let text = text.to_lowercase();
    let mut parts = text.split('t');
    let (day, clock) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    is_date(day) && CLOCK.matches(clock) == Some(true)
}

fn is_date(text: &str) -> bool {
    let digits = text.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    text.len() == 10 && digits && text.parse::<jiff::civil::Date>().is_ok()
}

/// `IsDuration` of strfmt: Go's, or any part that is a number and a unit.
fn is_duration(text: &str) -> bool {
    static PART: LazyLock<Pattern> = LazyLock::new(|| {
        Pattern::new(
            "(?i)[0-9]\\.?\\s*((ns|us|\u{b5}s|\u{3bc}s|ms|s|m|h|hr|d|w|wk)([^A-Za-z\u{b5}]|$)|nano|micro|milli|sec|min|hour|day|week)",
        )
    });
    matches!(text, "0" | "+0" | "-0") || PART.matches(text) != Some(false)
}

fn is_cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    bits.bytes().all(|byte| byte.is_ascii_digit()) && bits.parse::<u32>().is_ok_and(|bits| bits <= most)
}

/// An address without the zeros that its parts begin with: those that read decimal numbers took them, before Go 1.17,
/// and servers do still.
fn without_zeros(text: &str) -> String {
    let part = |part: &str| match part.trim_start_matches('0') {
        "" if !part.is_empty() => "0".to_owned(),
        rest => rest.to_owned(),
    };
    match text.rsplit_once(':') {
        Some((front, tail)) if tail.contains('.') => format!("{front}:{}", without_zeros(tail)),
        Some(_) => text.to_owned(),
        None => text.split('.').map(part).collect::<Vec<_>>().join("."),
    }
}

/// An IPv4 address, or one of IPv6 that ends as such.
fn is_custom_ipv4(text: &str) -> bool {
    let plain = without_zeros(text);
    plain.parse::<Ipv4Addr>().is_ok() || plain.contains('.') && plain.parse::<Ipv6Addr>().is_ok()
}

fn is_custom_cidr(text: &str) -> bool {
    text.split_once('/').is_some_and(|(address, bits)| is_cidr(&format!("{}/{bits}", without_zeros(address))))
}

/// `url.ParseRequestURI` of Go: a path, or a scheme and anything; what stands before a port, and escapes in the path.
fn is_uri(text: &str) -> bool {
    if text.is_empty() || text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return false;
    }
    if text == "*" {
        return true;
    }
    let scheme =
        text.find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '+' | '-' | '.'));
    let scheme = scheme.filter(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(':')));
    let scheme =
        scheme.filter(|_| text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == ':'));
    if scheme == Some(0) {
        return false;
    }
    let rest = scheme.and_then(|at| text.get(at + 1..)).unwrap_or(text);
    let rest = rest.split_once('?').map_or(rest, |(path, _)| path);
    if !rest.starts_with('/') {
        return scheme.is_some();
    }
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) if scheme.is_some() => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        _ => ("", rest),
    };
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let has_port = match host.rsplit_once(':') {
        Some((_, port)) if !host.starts_with('[') => port.bytes().all(|byte| byte.is_ascii_digit()),
        _ => true,
    };
    has_port && !host.contains(' ') && has_whole_escapes(path)
}

fn has_whole_escapes(path: &str) -> bool {
    path.split('%').skip(1).all(|rest| {
        let mut digits = rest.bytes();
        digits.next().is_some_and(|byte| byte.is_ascii_hexdigit())
            && digits.next().is_some_and(|byte| byte.is_ascii_hexdigit())
    })
}

/// `mail.ParseAddress` of Go, which takes names, quotes and comments as well: those are left to it.
fn is_email(text: &str) -> bool {
    static PLAIN: LazyLock<Pattern> = LazyLock::new(|| Pattern::new("^[A-Za-z0-9._+@-]*$"));
    static ADDRESS: LazyLock<Pattern> = LazyLock::new(|| {
        Pattern::new(r"^[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*$")
    });
    let is_plain = PLAIN.matches(text) == Some(true);
    if is_plain { ADDRESS.matches(text) != Some(false) } else { text.contains('@') }
}

/// `IsHostname` of strfmt, for ASCII; beyond it, letters and symbols of all scripts are left to it.
fn is_hostname(text: &str) -> bool {
    static NAME: LazyLock<Pattern> = LazyLock::new(|| {
        let word = "[a-zA-Z0-9$+<=>^`|~]";
        let inner = "[a-zA-Z0-9$+<=>^`|~-]";
        Pattern::new(&format!(
            "^({word}(-?{word}{{0,62}})?|({word}({inner}{{0,61}}{word})?\\.)+[a-zA-Z]{{2,63}})$"
        ))
    });
    let fits = text.len() <= 255 && text.split('.').all(|label| label.len() <= 63);
    fits && (!text.is_ascii() || NAME.matches(text) != Some(false))
}

/// `net.ParseMAC` of Go: 6, 8 or 20 bytes, in pairs between `:` or `-`, in fours between `.`, or with nothing between.
fn is_mac(text: &str) -> bool {
    if text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return matches!(text.len(), 12 | 16 | 40);
    }
    let separator = if text.contains(':') {
        ':'
    } else if text.contains('-') {
        '-'
    } else {
        '.'
    };
    let digits = if separator == '.' { 4 } else { 2 };
    let groups: Vec<&str> = text.split(separator).collect();
    let is_whole = |group: &&str| group.len() == digits && group.bytes().all(|byte| byte.is_ascii_hexdigit());
    matches!(groups.len() * digits / 2, 6 | 8 | 20) && groups.iter().all(is_whole)
}

/// A UUID, the dashes of which may be left out. Those of a version have it at its place, and from 4 on the variant.
fn is_uuid(text: &str, version: Option<char>) -> bool {
    let mut digits = String::new();
    for (at, letter) in text.chars().enumerate() {
        match letter {
            '-' if matches!(digits.len(), 8 | 12 | 16 | 20) && text.chars().nth(at + 1) != Some('-') => {}
            letter if letter.is_ascii_hexdigit() => digits.push(letter.to_ascii_lowercase()),
            _ => return false,
        }
    }
    let variant = digits.chars().nth(16);
    digits.len() == 32
        && version.is_none_or(|version| digits.chars().nth(12) == Some(version))
        && (matches!(version, None | Some('3')) || matches!(variant, Some('8' | '9' | 'a' | 'b')))
}

/// `IsConfigMapKey` of k8s.io/apimachinery.
fn is_config_key(text: &str) -> bool {
    (1..=253).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && text != "."
        && !text.starts_with("..")
}

/// `IsRelaxedEnvVarName` of k8s.io/apimachinery.
fn is_env_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=')
}

/// `IsValidPortName` of k8s.io/apimachinery: the service names of RFC 6335.
fn is_port_name(text: &str) -> bool {
    (1..=15).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
        && !text.contains("--")
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn forms_take_what_servers_take() {
        let table = [
            ("int32", json!(2_147_483_647_i64), true),
            ("int32", json!(2_147_483_648_i64), false),
            ("int32", json!(u64::MAX), false),
            ("int64", json!(i64::MIN), true),
            ("int64", json!(u64::MAX), false),
            ("byte", json!("YQ=="), true),
            ("byte", json!("YQ"), false),
            ("byte", json!("a b="), false),
            ("byte", json!(""), true),
            ("byte", json!("YWJj\n"), true),
            ("date-time", json!("2026-01-31T08:00:00.5+01:00"), true),
            ("date-time", json!("9999-12-31T23:59:59Z"), true),
            ("date-time", json!("2026-02-31T08:00:00Z"), false),
            ("date-time", json!("2026-01-31 08:00:00Z"), false),
            ("date-time", json!("2026-01-31t08:00:00z"), false),
            ("date-time", json!("2026-01-31T08:00:60Z"), false),
            ("micro-time", json!("2026-01-31T08:00:00.000000+01:00"), true),
            ("micro-time", json!("2026-01-31T08:00:00Z"), false),
            ("ip", json!("::1"), true),
            ("ip", json!("10.0.0"), false),
            ("cidr", json!("10.0.0.0/33"), false),
            ("cidr", json!("fd00::/64"), true),
            ("cidr", json!("10.0.0.0/+8"), false),
            ("config-key", json!("..a"), false),
            ("config-key", json!("a b"), false),
            ("config-key", json!(".a_B-c"), true),
            ("port-name", json!("http"), true),
            ("port-name", json!("http-and-a-longer"), false),
            ("port-name", json!("80"), false),
            ("port-name", json!(""), false),
            ("port-name?", json!(""), true),
            ("port-name?", json!("80"), false),
            ("port-name?", json!(80), true),
            ("env-name", json!("a.b"), true),
            ("env-name", json!("a=b"), false),
            ("no-such-form", json!("x"), true),
            ("ip", json!(1), true),
        ];
        for (format, value, holds) in table {
            assert_eq!(broken(format, &value).is_none(), holds, "{format} {value}");
        }
    }

    #[test]
    fn custom_kinds_have_forms_of_their_own() {
        let table = [
            ("int32", json!(2_147_483_648_i64), false),
            ("byte", json!(""), false),
            ("byte", json!("YWJj\n"), false),
            ("date-time", json!("2026-01-31t08:00:00z"), true),
            ("datetime", json!("2026-01-31T08:00:00.5+99:99"), true),
            ("date-time", json!("2026-01-31T08:00:00+0100"), false),
            ("date-time", json!("2026-01-31T08:00:00"), false),
            ("date", json!("2026-01-31"), true),
            ("date", json!("2026-1-31"), false),
            ("duration", json!("1.5h"), true),
            ("duration", json!("22 ns"), true),
            ("duration", json!("3 weeks"), true),
            ("duration", json!("-0"), true),
            ("duration", json!("5"), false),
            ("duration", json!("5 moons"), false),
            ("ipv4", json!("010.0.0.1"), true),
            ("ipv4", json!("::ffff:010.0.0.1"), true),
            ("ipv4", json!("10.0.0.256"), false),
            ("ipv6", json!("fd00::1"), true),
            ("ipv6", json!("10.0.0.1"), false),
            ("cidr", json!("010.0.0.0/08"), true),
            ("cidr", json!("10.0.0.0/99"), false),
            ("uri", json!("https://example.com:8080/a?b=%zz"), true),
            ("uri", json!("mailto:x"), true),
            ("uri", json!("/a b"), true),
            ("uri", json!("example.com"), false),
            ("uri", json!("::"), false),
            ("uri", json!("http://a:b/"), false),
            ("uri", json!("/%zz"), false),
            ("email", json!("a.b@example"), true),
            ("email", json!("A B <a@b>"), true),
            ("email", json!("a@"), false),
            ("email", json!("a"), false),
            ("hostname", json!("a.example.com"), true),
            ("hostname", json!("A-"), true),
            ("hostname", json!("a_b"), false),
            ("hostname", json!("example.c"), false),
            ("mac", json!("0123.4567.89ab"), true),
            ("mac", json!("01-23-45-67-89-ab"), true),
            ("mac", json!("0123456789ab"), true),
            ("mac", json!("0123456789"), false),
            ("mac", json!("01:23-45:67:89:ab"), false),
            ("uuid", json!("7F0F6A3E00004000-8000000000000000"), true),
            ("uuid", json!("-7f0f6a3e00004000800000000000000-1"), false),
            ("uuid4", json!("7f0f6a3e-0000-4000-8000-000000000000"), true),
            ("uuid4", json!("7f0f6a3e-0000-4000-1000-000000000000"), false),
            ("ip", json!("x"), true),
            ("dns-label", json!("A B"), true),
        ];
        for (format, value, holds) in table {
            assert_eq!(broken_custom(format, &value).is_none(), holds, "{format} {value}");
        }
    }
}
