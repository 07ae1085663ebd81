//! What is held is in `targets/template.rs`.

#![no_main]

#[path = "../targets/template.rs"]
mod template;
#[path = "../targets/whole.rs"]
mod whole;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| template::hold(data));
