//! Bad input: each row of the matrix is a test named by its id, and each of its inputs earns at least seven of
//! the eight points.

mod beside;
mod command_line;
mod files;
mod fleet;
mod kubeconfig;
mod metadata;
mod names;
mod nesting;
mod objects;
mod out;
mod references;
mod rendering;
mod revision;
mod rollouts;
mod scalars;
mod schema_folder;
mod schemas;
mod score;
mod secrets;
mod several;
mod stdin;
mod syntax;
mod templates;
mod values;
mod web;
mod yaml;
