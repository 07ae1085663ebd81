//! The built-in checks, each on three small fleets: one with the mistake, one with the mistake excused, one that is
//! right.

mod authorization;
mod budgets;
mod certificates;
mod containers;
mod dangers;
mod documentation;
mod excuses;
mod gateways;
mod hosts;
mod namespaces;
mod outside;
mod pods;
mod ports;
mod routes;
mod scaling;
mod secrets;
mod selectors;
mod severity;
mod shop;
