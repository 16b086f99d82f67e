//! The parser child alone, so that tests need not build the whole product: `parse-sheet parse-sheet PATH`.
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::args_os().nth(2) {
        Some(path) => platform::sheets::child_main(Path::new(&path)),
        None => ExitCode::FAILURE,
    }
}
