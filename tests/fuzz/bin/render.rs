//! What is held is in `targets/render.rs`.

#![no_main]

#[path = "../targets/render.rs"]
mod render;
#[path = "../targets/whole.rs"]
mod whole;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| render::hold(data));
