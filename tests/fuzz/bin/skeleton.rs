//! What is held is in `targets/skeleton.rs`.

#![no_main]

#[path = "../targets/skeleton.rs"]
mod skeleton;
#[path = "../targets/whole.rs"]
mod whole;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| skeleton::hold(data));
