//! Parses arguments, loads the settings, calls [`zinne::cli::run`].

use std::process::ExitCode;

/// Faster than that of the C library with the many small texts of an answer (figures in `docs/PERFORMANCE.md`);
/// `.cargo/config.toml` says how it is built.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    zinne::cli::run(std::env::args_os())
}
