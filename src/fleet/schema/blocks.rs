//! The top-level blocks.

use super::Occurs::{Often, Once, PerLabel};
use super::service::{SERVICE, SERVICE_DEFAULTS, TYPED_ARGS, TYPED_BLOCKS};
use super::{
    ArgSchema, BlockSchema, LabelForm, LabelSchema, NAME, Nested, STRINGS, Type, arg, nested, ov, required,
};

const IDENTIFIER: Option<LabelSchema> = Some(LabelSchema { what: "NAME", form: LabelForm::Identifier });

/// A map with anything in it: what `values` is.
pub const VALUES: Type = Type::Map(&Type::Any);

/// What may stand at the top of a file.
pub static ROOT: BlockSchema = BlockSchema {
    name: "fleet file",
    label: None,
    args: &[],
    blocks: &[&[
        nested(&FLEET, Often),
        nested(&VARIABLE, Often),
        nested(&LOCALS, Often),
        nested(&OUTPUT, Often),
        nested(&CLUSTER, Often),
        nested(&PROFILE, Often),
        nested(&COMPONENT, Often),
        nested(&SERVICE, Often),
        nested(&OVERRIDE, Often),
        nested(&EXCUSE, Often),
        nested(&GATE, Often),
        nested(&ROLLOUT, Often),
        nested(&MOVED, Often),
    ]],
    open: false,
};

static FLEET: BlockSchema = BlockSchema {
    name: "fleet",
    label: NAME,
    args: &[&[
        arg("required_version", Type::VersionRequirement),
        arg("templates", Type::Path),
        arg("schemas", Type::Path),
        arg("state_namespace", Type::DnsLabel),
        arg("description", Type::Text),
    ]],
    blocks: &[],
    open: false,
};

static VARIABLE: BlockSchema = BlockSchema {
    name: "variable",
    label: IDENTIFIER,
    args: &[&[
        arg("type", Type::TypeExpression),
        arg("default", Type::Any),
        arg("description", Type::Text),
        arg("sensitive", Type::Bool),
        arg("nullable", Type::Bool),
    ]],
    blocks: &[&[nested(&VALIDATION, Often)]],
    open: false,
};

static VALIDATION: BlockSchema = BlockSchema {
    name: "validation",
    label: None,
    args: &[&[required("condition", Type::Bool), required("error_message", Type::String)]],
    blocks: &[],
    open: false,
};

static LOCALS: BlockSchema = BlockSchema { name: "locals", label: None, args: &[], blocks: &[], open: true };

static OUTPUT: BlockSchema = BlockSchema {
    name: "output",
    label: IDENTIFIER,
    args: &[&[required("value", Type::Any), arg("description", Type::Text), arg("sensitive", Type::Bool)]],
    blocks: &[],
    open: false,
};

static CLUSTER: BlockSchema = BlockSchema {
    name: "cluster",
    label: NAME,
    args: &[&[
        arg("labels", Type::Map(&Type::LabelValue)),
        arg("context", Type::String),
        arg("uid", Type::Uuid),
        arg("kubernetes", Type::KubernetesVersion),
        arg("values", VALUES),
        arg("retired", Type::Bool),
    ]],
    blocks: &[],
    open: false,
};

static PROFILE: BlockSchema = BlockSchema {
    name: "profile",
    label: NAME,
    args: &[&[
        arg("match", Type::Selector),
        arg("replaces", STRINGS),
        arg("remove", STRINGS),
        ov("values", VALUES),
    ]],
    blocks: &[&[nested(&SERVICE_DEFAULTS, Once)]],
    open: false,
};

/// What a component and a service have in common.
pub(super) static UNIT_ARGS: [ArgSchema; 13] = [
    arg("match", Type::Selector),
    arg("namespace", Type::DnsLabel),
    arg("labels", Type::Map(&Type::LabelValue)),
    arg("templates", STRINGS),
    arg("manifests", STRINGS),
    arg("depends_on", STRINGS),
    arg("for_each", Type::Any),
    arg("take_over", STRINGS),
    arg("ready_when", Type::Map(&Type::String)),
    arg("replace", STRINGS),
    ov("values", VALUES),
    ov("optional", Type::Bool),
    ov("patch", Type::Map(&Type::Map(&Type::Any))),
];

/// `component`.
pub static COMPONENT: BlockSchema = BlockSchema {
    name: "component",
    label: NAME,
    args: &[&UNIT_ARGS],
    blocks: &[&[nested(&COMPONENT_OVERRIDE, PerLabel), nested(&UNIT_EXCUSE, PerLabel)]],
    open: false,
};

static COMPONENT_OVERRIDE: BlockSchema =
    BlockSchema { name: "override", label: NAME, args: &[&OVERRIDE_ARGS], blocks: &[], open: false };

/// What every `override` says of itself, and what it may set on any unit.
pub(super) static OVERRIDE_ARGS: [ArgSchema; 6] = [
    arg("match", Type::Selector),
    arg("replaces", STRINGS),
    arg("remove", STRINGS),
    ov("values", VALUES),
    ov("optional", Type::Bool),
    ov("patch", Type::Map(&Type::Map(&Type::Any))),
];

static OVERRIDE: BlockSchema = BlockSchema {
    name: "override",
    label: NAME,
    args: &[&OVERRIDE_ARGS, &[arg("units", Type::Selector)], &TYPED_ARGS],
    blocks: &[&TYPED_BLOCKS],
    open: false,
};

pub(super) static UNIT_EXCUSE: BlockSchema = BlockSchema {
    name: "excuse",
    label: Some(LabelSchema { what: "CHECK", form: LabelForm::Dns }),
    args: &[&[required("reason", Type::String)]],
    blocks: &[],
    open: false,
};

static EXCUSE: BlockSchema = BlockSchema {
    name: "excuse",
    label: Some(LabelSchema { what: "CHECK", form: LabelForm::Dns }),
    args: &[&[
        arg("match", Type::Selector),
        arg("units", Type::Selector),
        arg("objects", STRINGS),
        required("reason", Type::String),
    ]],
    blocks: &[],
    open: false,
};

static GATE: BlockSchema = BlockSchema {
    name: "gate",
    label: NAME,
    args: &[&[
        arg("prometheus", Type::Url),
        arg("query", Type::String),
        arg("max", Type::Number(i64::MIN, i64::MAX)),
        arg("min", Type::Number(i64::MIN, i64::MAX)),
        arg("compare", Type::OneOf(&["peers"])),
        arg("tolerance", Type::Number(0, i64::MAX)),
        arg("interval", Type::Duration),
        arg("min_samples", Type::Integer(1, 1_000_000)),
        arg("settle", Type::Duration),
        arg("headers_from", Type::String),
        arg("ca", Type::Path),
    ]],
    blocks: &[&[Nested { schema: &GATE_JOB, occurs: Once, overridable: false }]],
    open: false,
};

static GATE_JOB: BlockSchema = BlockSchema {
    name: "job",
    label: None,
    args: &[&[required("manifest", Type::Path), arg("timeout", Type::Duration)]],
    blocks: &[],
    open: false,
};

static ROLLOUT: BlockSchema = BlockSchema {
    name: "rollout",
    label: NAME,
    args: &[&[
        arg("match", Type::Selector),
        arg("on_failure", Type::OneOf(&["halt", "rollback"])),
        arg("require_coverage", Type::Bool),
    ]],
    blocks: &[&[nested(&STAGE, PerLabel), nested(&FREEZE, PerLabel), nested(&LIMITS, Once)]],
    open: false,
};

static STAGE: BlockSchema = BlockSchema {
    name: "stage",
    label: NAME,
    args: &[&[
        arg("clusters", STRINGS),
        arg("match", Type::Selector),
        arg("soak", Type::Duration),
        arg("gates", STRINGS),
        arg("approval", Type::Bool),
    ]],
    blocks: &[],
    open: false,
};

static FREEZE: BlockSchema = BlockSchema {
    name: "freeze",
    label: NAME,
    args: &[&[
        arg("from", Type::Timestamp),
        arg("until", Type::Timestamp),
        arg("cron", Type::String),
        arg("duration", Type::Duration),
        arg("timezone", Type::String),
        arg("reason", Type::Text),
    ]],
    blocks: &[],
    open: false,
};

static LIMITS: BlockSchema = BlockSchema {
    name: "limits",
    label: None,
    args: &[&[arg("deletions", Type::Integer(0, 1_000_000)), arg("changed_percent", Type::Integer(0, 100))]],
    blocks: &[],
    open: false,
};

static MOVED: BlockSchema = BlockSchema {
    name: "moved",
    label: None,
    args: &[&[required("from", Type::UnitAddress), required("to", Type::UnitAddress)]],
    blocks: &[],
    open: false,
};
