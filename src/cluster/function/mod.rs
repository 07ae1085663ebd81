//! The functions of the language: Terraform's names and semantics, as far as a result depends on nothing but
//! the arguments.

mod arguments;
mod charset;
mod collection;
mod conversion;
mod csv;
mod digest;
mod encoding;
mod format;
mod json;
mod network;
mod number;
mod path;
mod pattern;
mod set;
mod shape;
mod string;
mod time;
mod yaml;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod tests;

pub(super) use arguments::{Arguments, Failure};
pub(crate) use json::encode as json_text;

use super::value::Value;

/// What a function does with its arguments: what it costs, and which marks its result takes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    /// It looks at the outermost shape, in constant time. The result is sensitive if an argument as a whole
    /// is; elements that it hands on keep their own marks.
    Shape,
    /// It goes over the elements and hands them on with their own marks.
    Elements,
    /// The result mixes what is in the arguments: it is sensitive if anything in them is.
    Everything,
    /// It decides on the marks of its result itself.
    Unmarked,
}

/// A function.
#[derive(Debug)]
pub(super) struct Function {
    /// Its name.
    pub(super) name: &'static str,
    /// The names of its parameters, without the repeated one.
    pub(super) params: &'static [&'static str],
    /// How many of the last parameters may be left out.
    optional: usize,
    /// The parameter that takes all further arguments.
    rest: Option<&'static str>,
    /// What it does with its arguments.
    pub(super) reads: Reads,
    /// The steps that a call takes besides those for what it reads and makes.
    pub(super) steps: u64,
    /// What it does.
    pub(super) run: fn(&Arguments) -> Result<Value, Failure>,
}

impl Function {
    const fn new(
        name: &'static str,
        params: &'static [&'static str],
        reads: Reads,
        run: fn(&Arguments) -> Result<Value, Failure>,
    ) -> Self {
        Self { name, params, optional: 0, rest: None, reads, steps: 0, run }
    }

    const fn optional(self, optional: usize) -> Self {
        Self { optional, ..self }
    }

    const fn rest(self, rest: &'static str) -> Self {
        Self { rest: Some(rest), ..self }
    }

    const fn costing(self, steps: u64) -> Self {
        Self { steps, ..self }
    }

    /// Whether it takes this many arguments.
    pub(super) fn takes(&self, count: usize) -> bool {
        count + self.optional >= self.params.len() && (self.rest.is_some() || count <= self.params.len())
    }

    /// How many arguments it takes, in words.
    pub(super) fn arity(&self) -> String {
        let (least, most) = (self.params.len() - self.optional, self.params.len());
        let count = if self.rest.is_some() {
            format!("at least {least}")
        } else if least < most {
            format!("{least} to {most}")
        } else {
            most.to_string()
        };
        let plural =
            if most == 1 && self.rest.is_none() || least == 1 && self.rest.is_some() { "" } else { "s" };
        format!("{count} argument{plural}")
    }

    /// How it is written: `join(separator, lists...)`.
    pub(super) fn signature(&self) -> String {
        let least = self.params.len() - self.optional;
        let mut parts: Vec<String> = Vec::new();
        for (index, param) in self.params.iter().enumerate() {
            parts.push(if index < least { (*param).to_owned() } else { format!("[{param}]") });
        }
        parts.extend(self.rest.map(|rest| format!("{rest}...")));
        format!("{}({})", self.name, parts.join(", "))
    }

    /// The name of the parameter that takes the argument at `index`.
    fn param(&self, index: usize) -> &'static str {
        self.params.get(index).copied().or(self.rest).unwrap_or("argument")
    }
}

const FAMILIES: [&[Function]; 15] = [
    charset::FUNCTIONS,
    collection::FUNCTIONS,
    conversion::FUNCTIONS,
    csv::FUNCTIONS,
    digest::FUNCTIONS,
    encoding::FUNCTIONS,
    network::FUNCTIONS,
    number::FUNCTIONS,
    path::FUNCTIONS,
    pattern::FUNCTIONS,
    set::FUNCTIONS,
    shape::FUNCTIONS,
    string::FUNCTIONS,
    time::FUNCTIONS,
    yaml::FUNCTIONS,
];

/// The function with this name. `try` and `can` are none: they do not evaluate their arguments first.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    FAMILIES.into_iter().flatten().find(|function| function.name == name)
}

/// The names of all functions, family by family, with `try` and `can`.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FAMILIES.into_iter().flatten().map(|function| function.name).chain(["try", "can"])
}

/// Why a function is left out, and what to do instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LeftOut {
    /// The reason.
    pub(super) why: &'static str,
    /// The next step.
    pub(super) instead: &'static str,
}

/// For a function that is left out on purpose: most would depend on the moment or the machine.
pub(super) fn left_out(name: &str) -> Option<LeftOut> {
    let same_bytes = "the same input must give the same bytes, whenever and wherever it is rendered";
    let (why, instead) = match name {
        "timestamp" | "plantimestamp" | "now" => {
            (same_bytes, "write the time down in a variable, and pass it with `--var`")
        }
        "uuid" | "uuidv4" | "random" | "bcrypt" => {
            (same_bytes, "write the value down in a variable, and pass it with `--var`")
        }
        "env" | "getenv" | "get_env" => {
            (same_bytes, "declare a variable: `FLEETWRIGHT_VAR_name` in the environment gives it a value")
        }
        "templatefile" | "templatestring" => {
            (same_bytes, "name the template in `templates` of a unit, or use a heredoc")
        }
        "file" | "filebase64" | "fileexists" | "fileset" | "filemd5" | "filesha1" | "filesha256"
        | "filesha512" | "filebase64sha256" | "filebase64sha512" => (
            same_bytes,
            "write the text into the fleet (a heredoc keeps its lines), or pass it with `--var-file`",
        ),
        "abspath" | "pathexpand" => (same_bytes, "paths are relative to the fleet; write this one as it is"),
        "local_file" | "write" | "writefile" | "exec" | "shell" => {
            (same_bytes, "evaluation has no effects; do it outside, and pass the result with `--var`")
        }
        "base64gzip" => (
            "what a compressor writes changes with its version, and with it the bytes that are rendered",
            "compress it outside, and pass the result with `--var-file`",
        ),
        "rsadecrypt" => (
            "a private key has no place in a fleet",
            "decrypt it outside, and pass the result with `--var-file` to a variable with `sensitive = true`",
        ),
        "ephemeralasnull" => ("no value here is ephemeral", "leave the call out"),
        _ => return None,
    };
    Some(LeftOut { why, instead })
}
