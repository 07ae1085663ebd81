//! The language as data: which blocks exist, what may stand in them, and of which type.
//!
//! Parsing, type-checking, "did you mean" and the reference in `fleet/README.md` all follow this table.

mod blocks;
mod service;

pub use blocks::{COMPONENT, ROOT, VALUES};
pub use service::SERVICE;

/// A kind of block.
#[derive(Debug)]
pub struct BlockSchema {
    /// The word that begins it.
    pub name: &'static str,
    /// Its label, if it has one.
    pub label: Option<LabelSchema>,
    /// The arguments that may stand in it, in groups that several blocks share.
    pub args: &'static [&'static [ArgSchema]],
    /// The blocks that may stand in it, in groups.
    pub blocks: &'static [&'static [Nested]],
    /// Whether arguments of any name may stand in it, as in `locals`.
    pub open: bool,
}

/// The label of a block.
#[derive(Clone, Copy, Debug)]
pub struct LabelSchema {
    /// What it names, as messages say it: `NAME`.
    pub what: &'static str,
    /// Which names are taken.
    pub form: LabelForm,
}

/// Which names a label takes.
#[derive(Clone, Copy, Debug)]
pub enum LabelForm {
    /// A DNS label: `[a-z0-9]([-a-z0-9]*[a-z0-9])?`, at most 63 characters. It becomes a part of object
    /// names, label values and file names.
    Dns,
    /// An identifier of the language.
    Identifier,
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// A block inside a block.
#[derive(Debug)]
pub struct Nested {
    /// Its own schema.
    pub schema: &'static BlockSchema,
    /// Whether it may stand once or once per label.
    pub occurs: Occurs,
    /// Whether an `override` may hold it.
    pub overridable: bool,
}

/// How often a block may stand in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurs {
    /// At most once.
    Once,
    /// Once per label.
    PerLabel,
    /// Any number of times.
    Often,
}

/// An argument.
#[derive(Debug)]
pub struct ArgSchema {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// Whether the block is incomplete without it.
    pub required: bool,
    /// Whether an `override` may hold it.
    pub overridable: bool,
}

/// The type of an argument. Nothing is converted: a number in quotes is a string.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// Any value.
    Any,
    /// `true` or `false`.
    Bool,
    /// A whole number in a range.
    Integer(i64, i64),
    /// A number in a range.
    Number(i64, i64),
    /// A string that is not empty.
    String,
    /// A string that may be empty.
    Text,
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// A DNS label.
    DnsLabel,
    /// A DNS subdomain.
    DnsSubdomain,
    /// A host name, with a `*.` in front where it stands for all below it.
    Host,
    /// `host:port`.
    HostPort,
    /// The name of a label value.
    LabelValue,
    /// A number of seconds, minutes, hours with its unit: `90s`, `1h30m`.
    Duration,
    /// A moment: RFC 3339, as `2026-11-26T00:00:00Z`.
    Timestamp,
    /// A Kubernetes quantity: `500m`, `1Gi`.
    Quantity,
    /// A whole number, or a percentage such as `25%`.
    IntOrPercent,
    /// A port: its number or its name.
    Port,
    /// A container image.
    Image,
    /// An `http` or `https` address.
    Url,
    /// The UID of an object: a UUID.
    Uuid,
    /// A Kubernetes version such as `1.33`.
    KubernetesVersion,
    /// A version requirement such as `>= 0.1`.
    VersionRequirement,
    /// A label selector over clusters or units.
    Selector,
    /// A path below the root.
    Path,
    /// The value of an environment variable: a string, `{ secret = "store/key" }` or `{ field = "path" }`.
    EnvValue,
    /// A list.
    List(&'static Self),
    /// A map with any keys.
    Map(&'static Self),
    /// A map with these keys.
    Object(&'static [ArgSchema]),
    /// What `type` of a variable says: written as in Terraform, not evaluated.
    TypeExpression,
    /// `component.NAME` or `service.NAME`: written, not evaluated.
    UnitAddress,
    /// The type, or `null` said out loud.
    Nullable(&'static Self),
}

impl BlockSchema {
    /// Its arguments.
    pub fn args(&self) -> impl Iterator<Item = &'static ArgSchema> {
        self.args.iter().copied().flatten()
    }

    /// Its nested blocks.
    pub fn blocks(&self) -> impl Iterator<Item = &'static Nested> {
        self.blocks.iter().copied().flatten()
    }

    /// The argument of this name.
    pub fn arg(&self, name: &str) -> Option<&'static ArgSchema> {
        self.args().find(|arg| arg.name == name)
    }

    /// The nested block of this name.
    pub fn block(&self, name: &str) -> Option<&'static Nested> {
        self.blocks().find(|nested| nested.schema.name == name)
    }

    /// The names of everything that may stand in it.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.args().map(|arg| arg.name).chain(self.blocks().map(|nested| nested.schema.name))
    }
}

const fn arg(name: &'static str, ty: Type) -> ArgSchema {
    ArgSchema { name, ty, required: false, overridable: false }
}

const fn required(name: &'static str, ty: Type) -> ArgSchema {
    ArgSchema { name, ty, required: true, overridable: false }
}

const fn ov(name: &'static str, ty: Type) -> ArgSchema {
    ArgSchema { name, ty, required: false, overridable: true }
}

const fn nested(schema: &'static BlockSchema, occurs: Occurs) -> Nested {
    Nested { schema, occurs, overridable: false }
}

const fn nested_ov(schema: &'static BlockSchema, occurs: Occurs) -> Nested {
    Nested { schema, occurs, overridable: true }
}

const NAME: Option<LabelSchema> = Some(LabelSchema { what: "NAME", form: LabelForm::Dns });

const STRINGS: Type = Type::List(&Type::String);
