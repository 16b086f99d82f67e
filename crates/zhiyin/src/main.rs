//! Zhiyin 知音: one binary; `zhiyin help` tells its commands.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    zhiyin::cli::main()
}
