#!/usr/bin/env bash
# Makes a corpus for each target, and takes over the versions that the program is built with.
set -euo pipefail
cd "$(dirname "$0")/../.."
cp Cargo.lock tests/fuzz/Cargo.lock
mkdir -p tests/fuzz/target
rustc --edition 2024 -o tests/fuzz/target/seed tests/fuzz/seed.rs
tests/fuzz/target/seed
