//! What is held is in `targets/yaml.rs`.

#![no_main]

#[path = "../targets/yaml.rs"]
mod yaml;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| yaml::hold(data));
