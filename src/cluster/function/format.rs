//! `format`: the verbs of Terraform's that make sense for exact values.

use std::iter::Peekable;
use std::str::Chars;

use rust_decimal::{Decimal, RoundingStrategy};
use unicode_segmentation::UnicodeSegmentation;

use super::arguments::{Arguments, Failure, list, string};
use super::json;
use crate::cluster::eval::convert;
use crate::cluster::eval::limit::{self, Text};
use crate::cluster::value::{Kind, Value};

/// The widest field and the longest fraction.
const WIDEST: usize = 1000;
/// The digits after the point of `%f`, unless it says how many.
const FRACTION: usize = 6;

/// One verb with its flags, such as `%-08.3f`.
#[derive(Default)]
struct Verb {
    left: bool,
    zero: bool,
    plus: bool,
    space: bool,
    width: usize,
    precision: Option<usize>,
    /// The number of the value it takes, from 1, if it says so: `%[2]s`.
    position: Option<usize>,
    letter: char,
}

/// `format(format, values...)`: `%s`, `%v`, `%d`, `%f`, `%q`, `%t`, `%x`, `%X`, `%o`, `%b` and `%%`.
pub(super) fn format(arguments: &Arguments) -> Result<Value, Failure> {
    let source = arguments.text(0)?;
    let mut text = Text::default();
    let mut chars = source.chars().peekable();
    let (mut next, mut highest, mut numbered) = (1, 0, false);
    while let Some(c) = chars.next() {
        if c != '%' {
            text.push_char(c)?;
            continue;
        }
        let verb = Verb::parse(&mut chars).ok_or_else(|| {
            arguments.failure(0, "has a `%` that begins no verb; write `%%` for a percent sign")
        })?;
        if verb.letter == '%' {
            text.push("%")?;
            continue;
        }
        numbered |= verb.position.is_some();
        let position = verb.position.unwrap_or(next);
        next = position + 1;
        highest = highest.max(position);
        if position == 0 || position >= arguments.len() {
            let given = arguments.len().saturating_sub(1);
            let message = format!("the format asks for value {position}, the call gives {given}");
            return Err(Failure::of_call(message));
        }
        verb.show(arguments, position, &mut text)?;
    }
    if !numbered && highest + 1 < arguments.len() {
        let given = arguments.len() - 1;
        return Err(Failure::of_call(format!("the format takes {highest} of the {given} values given")));
    }
    string(text.into_string())
}

/// `formatlist(format, values...)`: `format` for each item of the lists among the values, which are as long as each
/// other; any other value is the same each time.
pub(super) fn formatlist(arguments: &Arguments) -> Result<Value, Failure> {
    let source = arguments.text(0)?;
    let values = arguments.from(1);
    let mut count = None;
    for (index, items) in (1..).zip(values.iter().map(convert::items)) {
        let Some(items) = items else { continue };
        let expected = *count.get_or_insert(items.len());
        if items.len() != expected {
            let must = format!("must be as long as the lists before it, {expected}, not {}", items.len());
            return Err(arguments.failure(index, &must));
        }
    }
    let count = count.unwrap_or(1);
    // The format is read, and the values are gone over, once for each.
    limit::text(count.saturating_mul(source.len()))?;
    limit::steps(count.saturating_mul(values.len()))?;
    let (mut lines, mut made) = (Vec::new(), 0_usize);
    for row in 0..count {
        let item = |value: &Value| convert::items(value).map_or(Some(value), |items| items.get(row)).cloned();
        let given = std::iter::once(Value::string(source.clone())).chain(values.iter().filter_map(item));
        let line = format(&arguments.with(given.collect()))?;
        made = made.saturating_add(line.as_str().map_or(0, str::len));
        limit::text(made)?;
        lines.push(line);
    }
    list(lines)
}

impl Verb {
    fn parse(chars: &mut Peekable<Chars<'_>>) -> Option<Self> {
        let mut verb = Self::default();
        while let Some(flag) = chars.next_if(|c| matches!(c, '-' | '0' | '+' | ' ')) {
            match flag {
                '-' => verb.left = true,
                '0' => verb.zero = true,
                '+' => verb.plus = true,
                _ => verb.space = true,
            }
        }
        verb.width = digits(chars)?.unwrap_or(0);
        if chars.next_if_eq(&'.').is_some() {
            verb.precision = Some(digits(chars)?.unwrap_or(0));
        }
        if chars.next_if_eq(&'[').is_some() {
            verb.position = Some(digits(chars)??);
            chars.next_if_eq(&']')?;
        }
        verb.letter = chars.next()?;
        Some(verb)
    }

    /// Adds the value at `index` to `text`, as the verb says.
    fn show(&self, arguments: &Arguments, index: usize, text: &mut Text) -> Result<(), Failure> {
        let value = arguments.any(index)?;
        let shown = match self.letter {
            's' => self.cut(
                convert::text(value).ok_or_else(|| self.wrong(arguments, index, "a string"))?.to_string(),
            ),
            'v' => match &value.kind {
                Kind::String(text) => self.cut(text.to_string()),
                _ => json::encode(value)?,
            },
            'q' => {
                let plain = convert::text(value).ok_or_else(|| self.wrong(arguments, index, "a string"))?;
                let mut quoted = Text::default();
                json::encode_string(&plain, &mut quoted)?;
                quoted.into_string()
            }
            't' => convert::flag(value).ok_or_else(|| self.wrong(arguments, index, "a bool"))?.to_string(),
            'd' => return self.signed(&self.whole(arguments, index)?.to_string(), text),
            'b' => return self.in_base(arguments, index, text, |n| format!("{n:b}")),
            'o' => return self.in_base(arguments, index, text, |n| format!("{n:o}")),
            'x' => return self.in_base(arguments, index, text, |n| format!("{n:x}")),
            'X' => return self.in_base(arguments, index, text, |n| format!("{n:X}")),
            'f' => {
                let number =
                    convert::number(value).ok_or_else(|| self.wrong(arguments, index, "a number"))?;
                return self.signed(&fixed(number.as_decimal(), self.precision.unwrap_or(FRACTION)), text);
            }
            other => {
                let message = format!("has the verb `%{}`, which is not known", other.escape_debug());
                return Err(arguments
                    .failure(0, &message)
                    .with_help("the verbs are %s, %v, %d, %f, %q, %t, %x, %X, %o, %b and %%"));
            }
        };
        self.padded("", &shown, false, text)
    }

    fn cut(&self, text: String) -> String {
        match self.precision {
            Some(length) => text.graphemes(true).take(length).collect(),
            None => text,
        }
    }

    fn wrong(&self, arguments: &Arguments, index: usize, wanted: &str) -> Failure {
        let found = arguments.get(index).map_or("nothing", Value::type_name);
        let message = format!("must be {wanted} for `%{}`, not {found}", self.letter);
        arguments.failure(index, &message).with_help("`%v` takes any value, and shows lists and maps as JSON")
    }

    fn whole(&self, arguments: &Arguments, index: usize) -> Result<i64, Failure> {
        let number = convert::number(arguments.any(index)?);
        number
            .and_then(|number| number.as_i64())
            .ok_or_else(|| self.wrong(arguments, index, "a whole number"))
    }

    fn in_base(
        &self,
        arguments: &Arguments,
        index: usize,
        text: &mut Text,
        shown: fn(u64) -> String,
    ) -> Result<(), Failure> {
        let whole = self.whole(arguments, index)?;
        let sign = if whole < 0 { "-" } else { "" };
        self.signed(&format!("{sign}{}", shown(whole.unsigned_abs())), text)
    }

    /// Adds a number with the sign that the flags ask for.
    fn signed(&self, number: &str, text: &mut Text) -> Result<(), Failure> {
        let (sign, digits) = match number.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None if self.plus => ("+", number),
            None if self.space => (" ", number),
            None => ("", number),
        };
        self.padded(sign, digits, self.zero && !self.left, text)
    }

    fn padded(&self, sign: &str, body: &str, zeros: bool, text: &mut Text) -> Result<(), Failure> {
        let missing = self.width.saturating_sub(sign.len() + body.graphemes(true).count());
        if !self.left && !zeros {
            text.repeat(" ", missing)?;
        }
        text.push(sign)?;
        if zeros {
            text.repeat("0", missing)?;
        }
        text.push(body)?;
        if self.left {
            text.repeat(" ", missing)?;
        }
        Ok(())
    }
}

/// The digits that come next as a number, if there are any; `None` for one above [`WIDEST`].
#[expect(clippy::option_option, reason = "no digits and too many are different")]
fn digits(chars: &mut Peekable<Chars<'_>>) -> Option<Option<usize>> {
    let mut number = None;
    while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
        chars.next();
        let value = number.unwrap_or(0) * 10 + digit as usize;
        if value > WIDEST {
            return None;
        }
        number = Some(value);
    }
    Some(number)
}

/// The number with exactly so many digits after the point, half to even.
fn fixed(number: Decimal, fraction: usize) -> String {
    let kept = u32::try_from(fraction).unwrap_or(u32::MAX).min(28);
    let rounded = number.round_dp_with_strategy(kept, RoundingStrategy::MidpointNearestEven);
    let shown = rounded.normalize().to_string();
    let (whole, digits) = shown.split_once('.').unwrap_or((&shown, ""));
    if fraction == 0 { whole.to_owned() } else { format!("{whole}.{digits:0<fraction$}") }
}
