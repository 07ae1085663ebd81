//! The typed part of a service.

use super::Occurs::{Once, PerLabel};
use super::blocks::{OVERRIDE_ARGS, UNIT_ARGS, UNIT_EXCUSE};
use super::{
    ArgSchema, BlockSchema, LabelForm, LabelSchema, NAME, Nested, STRINGS, Type, arg, nested, nested_ov, ov,
    required,
};

const AMOUNTS: Type = Type::Map(&Type::Nullable(&Type::Quantity));

/// The typed arguments; every one may stand in an `override`.
pub(super) static TYPED_ARGS: [ArgSchema; 15] = [
    ov("image", Type::Image),
    ov("command", STRINGS),
    ov("args", Type::List(&Type::Text)),
    ov("workload", Type::OneOf(&["deployment", "statefulset", "daemonset", "job", "cronjob"])),
    ov("replicas", Type::Integer(0, 100_000)),
    ov("env", Type::Map(&Type::EnvValue)),
    ov("requests", AMOUNTS),
    ov("limits", AMOUNTS),
    ov("rightsize", Type::OneOf(&["off", "recommend"])),
    ov("pool", Type::DnsLabel),
    ov("spot", Type::Bool),
    ov("priority", Type::DnsSubdomain),
    ov("access", Type::Object(&ACCESS)),
    ov("traffic", Type::Object(&TRAFFIC)),
    ov("schedule", Type::String),
];

static ACCESS: [ArgSchema; 2] = [ov("from", STRINGS), ov("egress", Type::List(&Type::HostPort))];

static TRAFFIC: [ArgSchema; 4] = [
    ov("peak_rps", Type::Number(0, i64::MAX)),
    ov("pod_rps", Type::Number(0, i64::MAX)),
    ov("scale_up", Type::Duration),
    ov("surge_pods", Type::Integer(0, 1_000_000)),
];

/// The typed blocks that may stand in an `override`.
pub(super) static TYPED_BLOCKS: [Nested; 10] = [
    nested_ov(&AUTOSCALE, Once),
    nested_ov(&PROBE, PerLabel),
    nested_ov(&SHUTDOWN, Once),
    nested_ov(&DISRUPTION, Once),
    nested_ov(&SPREAD, Once),
    nested_ov(&EXPOSE, PerLabel),
    nested_ov(&SPLIT, Once),
    nested_ov(&FAULT, Once),
    nested_ov(&SLO, PerLabel),
    nested_ov(&SECURITY, Once),
];

/// `service`.
pub static SERVICE: BlockSchema = BlockSchema {
    name: "service",
    label: NAME,
    args: &[&UNIT_ARGS, &[arg("templates_add", STRINGS)], &TYPED_ARGS],
    blocks: &[
        &TYPED_BLOCKS,
        &[
            nested(&PORT, PerLabel),
            nested(&STORAGE, PerLabel),
            nested(&SERVICE_OVERRIDE, PerLabel),
            nested(&UNIT_EXCUSE, PerLabel),
        ],
    ],
    open: false,
};

/// `service` inside a profile: defaults for all services of the clusters it matches.
pub(super) static SERVICE_DEFAULTS: BlockSchema =
    BlockSchema { name: "service", label: None, args: &[&TYPED_ARGS], blocks: &[&TYPED_BLOCKS], open: false };

static SERVICE_OVERRIDE: BlockSchema = BlockSchema {
    name: "override",
    label: NAME,
    args: &[&OVERRIDE_ARGS, &TYPED_ARGS],
    blocks: &[&TYPED_BLOCKS],
    open: false,
};

static PORT: BlockSchema = BlockSchema {
    name: "port",
    label: NAME,
    args: &[&[
        required("number", Type::Integer(1, 65535)),
        arg("protocol", Type::OneOf(&["TCP", "UDP", "SCTP"])),
    ]],
    blocks: &[],
    open: false,
};

static AUTOSCALE: BlockSchema = BlockSchema {
    name: "autoscale",
    label: None,
    args: &[&[
        ov("min", Type::Integer(0, 100_000)),
        ov("max", Type::Integer(1, 100_000)),
        ov("cpu", Type::Integer(1, 1000)),
        ov("behavior", Type::Map(&Type::Any)),
    ]],
    blocks: &[&[nested_ov(&METRIC, PerLabel), nested_ov(&TRIGGER, PerLabel)]],
    open: false,
};

static METRIC: BlockSchema = BlockSchema {
    name: "metric",
    label: Some(LabelSchema { what: "NAME", form: LabelForm::Identifier }),
    args: &[&[ov("target", Type::Quantity)]],
    blocks: &[],
    open: false,
};

static TRIGGER: BlockSchema = BlockSchema {
    name: "trigger",
    label: Some(LabelSchema { what: "TYPE", form: LabelForm::Dns }),
    args: &[],
    blocks: &[],
    open: true,
};

static PROBE: BlockSchema = BlockSchema {
    name: "probe",
    label: Some(LabelSchema { what: "KIND", form: LabelForm::OneOf(&["startup", "readiness", "liveness"]) }),
    args: &[&[
        ov("path", Type::String),
        ov("port", Type::Port),
        ov("command", STRINGS),
        ov("grpc", Type::Port),
        ov("period", Type::Duration),
        ov("timeout", Type::Duration),
        ov("failures", Type::Integer(1, 1000)),
    ]],
    blocks: &[],
    open: false,
};

static SHUTDOWN: BlockSchema = BlockSchema {
    name: "shutdown",
    label: None,
    args: &[&[ov("grace", Type::Duration), ov("pre_stop", STRINGS)]],
    blocks: &[],
    open: false,
};

static DISRUPTION: BlockSchema = BlockSchema {
    name: "disruption",
    label: None,
    args: &[&[ov("max_unavailable", Type::IntOrPercent), ov("min_available", Type::IntOrPercent)]],
    blocks: &[],
    open: false,
};

const SPREADING: Type = Type::OneOf(&["hard", "soft", "off"]);

static SPREAD: BlockSchema = BlockSchema {
    name: "spread",
    label: None,
    args: &[&[ov("zones", SPREADING), ov("hosts", SPREADING)]],
    blocks: &[],
    open: false,
};

static STORAGE: BlockSchema = BlockSchema {
    name: "storage",
    label: NAME,
    args: &[&[
        arg("class", Type::DnsSubdomain),
        required("size", Type::Quantity),
        required("mount", Type::String),
    ]],
    blocks: &[],
    open: false,
};

static EXPOSE: BlockSchema = BlockSchema {
    name: "expose",
    label: NAME,
    args: &[&[
        ov("hosts", Type::List(&Type::Host)),
        ov("gateway", Type::DnsLabel),
        ov("port", Type::Port),
        ov("path", Type::String),
        ov("timeout", Type::Duration),
        ov("retries", Type::Integer(0, 100)),
    ]],
    blocks: &[],
    open: false,
};

static SPLIT: BlockSchema = BlockSchema {
    name: "split",
    label: None,
    args: &[],
    blocks: &[&[nested_ov(&CANARY, Once)]],
    open: false,
};

static CANARY: BlockSchema = BlockSchema {
    name: "canary",
    label: None,
    args: &[&[ov("image", Type::Image), ov("weight", Type::Integer(0, 100))]],
    blocks: &[],
    open: false,
};

static FAULT: BlockSchema = BlockSchema {
    name: "fault",
    label: None,
    args: &[&[
        ov("delay", Type::Duration),
        ov("abort", Type::Integer(200, 599)),
        ov("percent", Type::Number(0, 100)),
    ]],
    blocks: &[],
    open: false,
};

static SLO: BlockSchema = BlockSchema {
    name: "slo",
    label: NAME,
    args: &[&[
        ov("objective", Type::Number(0, 100)),
        ov("latency", Type::Duration),
        ov("window", Type::Duration),
    ]],
    blocks: &[],
    open: false,
};

static SECURITY: BlockSchema = BlockSchema {
    name: "security",
    label: None,
    args: &[&[
        ov("run_as_user", Type::Integer(0, 2_147_483_647)),
        ov("read_only_root", Type::Bool),
        ov("capabilities", STRINGS),
        ov("reason", Type::String),
    ]],
    blocks: &[],
    open: false,
};
