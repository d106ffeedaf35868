//! Parses arguments, loads the settings, calls [`zinne::cli::run`].

use std::process::ExitCode;

fn main() -> ExitCode {
    zinne::cli::run(std::env::args_os())
}
