//! The `fleetwright` binary.

use std::process::ExitCode;

use fleetwright::cli;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let environment = cli::Environment::of_process();
    let terminal = cli::Terminal::of_process();
    cli::run(cli::arguments_of_process(), &environment, terminal).into()
}
