//! fleetwright: one definition of a fleet of Kubernetes clusters.
//!
//! # From above
//!
//! A fleet is written once, in HCL and templates. It is resolved into complete clusters, each cluster's units
//! are rendered to its exact Kubernetes objects, and the objects are checked, printed, or written to files.
//! Data goes one way, and each step is a type of its own:
//!
//! ```text
//! source::Sources → fleet::Fleet → cluster::Resolved → render::Rendered → validate::Validated ──┐
//!                                                                             plan::Wanted ←──┤
//! live::Unproven → live::Proven → plan::LiveState, plan::Preview ┐                 │          │
//!                                                                └→ plan::Plan ←───┘          │
//!                    Plan::blockers, rollout::Situation::decide ←─────┤                       │
//!                                   shown, agreed to: apply::Job ←────┤                       │
//!                                                                     │                       │
//! apply::run: lock → read again → record widened                      │                       │
//!             → written, wave by wave ⇄ readiness                     │                       │
//!             → deleted → record narrowed → apply::Outcome ───────────┴───────────────────────┴→ report → exit status
//! ```
//!
//! Everything up to `validate` is a pure function of the sources and the variables given. `plan`, `readiness` and
//! `rollout` decide: what is to be done and in which order, whether an object is ready, whether a cluster's turn has
//! come. They are pure too; what is there goes in as values. `apply` acts on what they say, and only on a plan that was
//! agreed to: what it finds under the lock it has judged by `plan` again, and does nothing that was not shown. Effects
//! are at the edge: `source` reads files, `live` speaks to API servers, `cli` does the rest.
//!
//! # The rooms
//!
//! In the order data goes through them. `tests/it/house.rs` reads this table and holds the source to it.
//!
//! | room | owes | may use |
//! |---|---|---|
//! | `diagnostic` | what is wrong and where: spans, stable codes, labels; told by every room, printed by `report` | object |
//! | `parallel` | the same work for many things, on some threads | – |
//! | `source` | where text comes from: a folder, a git revision, a test's strings; nothing outside the root | – |
//! | `object` | the Kubernetes words: objects, references, apply order, scopes, quantities, selectors, names | – |
//! | `yaml` | the only door to YAML: read with byte spans, emit so that the API server reads the same value | object |
//! | `fleet` | the HCL as written: parsed, checked against the language, with the span of every part; edited and laid out in place | diagnostic, source, object |
//! | `cluster` | variables, locals, profiles and overrides resolved into complete clusters; remembers which line set each value | diagnostic, parallel, source, object, yaml, fleet |
//! | `render` | clusters and templates → objects; deterministic, no clock, environment, network or randomness | diagnostic, parallel, source, object, yaml, cluster |
//! | `explain` | where a field of a rendered object comes from: the line of the template, the lines of the fleet | diagnostic, parallel, source, object, fleet, cluster, render |
//! | `schema` | what API servers take: their OpenAPI schemas, recorded, and objects held to them without a network | diagnostic, source, object |
//! | `validate` | findings on rendered objects without a network | diagnostic, parallel, object, yaml, cluster, render, schema |
//! | `diff` | what differs between two objects, as it may be shown; the same change on many clusters told once | object |
//! | `plan` | what is to be done to a cluster: wanted, there, previewed, decided; the record and the plan file | diagnostic, object, cluster, render, schema, validate, diff |
//! | `live` | the only door to API servers: kubeconfigs, connections, identity, reading, dry runs, writing; keeps the record and the lock | diagnostic, object, yaml, cluster, schema, plan |
//! | `readiness` | whether a live object is ready, and why it is not | object |
//! | `apply` | one cluster is changed: locked, written in order, waited for, recorded | diagnostic, object, cluster, schema, plan, live, readiness |
//! | `rollout` | which cluster may be changed when: stages, evidence, freezes | diagnostic, object, cluster, plan |
//! | `report` | problems, objects and diffs → text, JSON, Markdown, SARIF and annotations; no effects | diagnostic, source, object, yaml, fleet, cluster, render, explain, validate, diff, plan, readiness, apply, rollout |
//! | `cli` | arguments → settings → one file per command → exit status | diagnostic, parallel, source, object, yaml, fleet, cluster, render, explain, schema, validate, diff, plan, live, readiness, apply, rollout, report |
//!
//! # Invariants
//!
//! 1. Nothing imports `cli`; only `cli` imports `report`. Room imports follow the table.
//! 2. Environment, clock, terminal and process exit: `cli` alone. Time enters as an argument.
//! 3. `fleet`, `cluster`, `render`, `explain`, `schema`, `validate`, `diff` and `plan` give the same bytes for the same input,
//!    whatever the machine, the number of threads, the locale or the time zone. No `HashMap`: its order changes from
//!    run to run.
//! 4. `validate::Validated` comes only from `validate::check`, `plan::Plan` only from `plan::build`. A plan file is no
//!    plan: it is held against the one that is built now ([`plan::SavedCluster::check`]).
//! 5. Secret values are masked in the constructor of what can be printed, not in the printer.
//! 6. Nothing outside the root is read: [`source`] resolves every path, links included, before it opens it.
//! 7. Every setting of a cluster or unit knows the line that set it and what it replaced:
//!    [`cluster::Setting`].
//! 8. No panic on any input: no `unwrap` or indexing that an input can reach, recursion has a depth limit,
//!    loops have a budget, every limit is a named constant.
//! 9. `kube::Client` and `Api` appear in `live` alone; async in `live`, `apply` and `cli` alone. Where a `uid` is pinned, no
//!    request but the question for it goes to a server with another: only a [`live::Proven`] can ask anything, and once
//!    a connection has ended, each new one is asked that first.
//! 10. A read that failed is [`live::Unknown`], a value of its own: never "absent", never "unchanged".
//! 11. What can be sent to a server is what `live::request` can make. An object of the fleet is written in `live::write`
//!     alone, of a [`live::Write`], freed of other owners of its fields in `live::migration` alone, of a
//!     [`live::Migration`], and deleted in `live::removal` alone, of a [`live::Removal`]; all are made of a
//!     `&plan::Change`. Beside these only the record (`live::record`), the lock (`live::lock`) and the namespace of both
//!     (`live::namespace`) are written. No write is sent where no UID is pinned. Nothing but a dry run is forced, except
//!     a write that carries the UID and the resourceVersion of an object of which every conflict was allowed. A deletion
//!     carries both always.
//! 12. A problem is told once, with its place, what is allowed and the next step; independent ones are told in
//!     one run.

#![warn(clippy::doc_markdown)]
#![allow(rustdoc::private_intra_doc_links, reason = "the pages are built with the private items")]

pub mod apply;
pub mod cli;
pub mod cluster;
pub mod diagnostic;
pub mod diff;
pub mod explain;
pub mod fleet;
pub mod live;
pub mod object;
pub mod parallel;
pub mod plan;
pub mod readiness;
pub mod render;
pub mod report;
pub mod rollout;
pub mod schema;
pub mod source;
pub mod validate;
pub mod yaml;
