//! What is held is in `targets/hcl.rs`.

#![no_main]

#[path = "../targets/hcl.rs"]
mod hcl;
#[path = "../targets/whole.rs"]
mod whole;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| hcl::hold(data));
