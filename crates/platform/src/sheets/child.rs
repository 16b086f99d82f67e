//! The far side of the pipe.

use super::frames::{put_event, put_outcome};
use super::{Event, Limits, SheetFault, parse};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;

/// First argument of the binary that makes it a parser; the second is the path.
pub const SUBCOMMAND: &str = "parse-sheet";

/// Blocks the parent reads.
const BLOCK: usize = 64 << 10;

/// What the binary does as a child: bounds itself, reads the file, writes frames to standard output. Call it before
/// anything else of the program is set up (threads, runtime, pools): memory already held is not given back.
///
/// Answers success when the outcome, good or bad, was handed over.
pub fn child_main(path: &Path) -> ExitCode {
    // Where a parser panics is of use to us; its message may hold cells.
    std::panic::set_hook(Box::new(|info| {
        if let Some(place) = info.location() {
            // Standard error may be closed: then nobody wants to know.
            let _ = writeln!(io::stderr(), "panic at {}:{}", place.file(), place.line());
        }
    }));
    let limits = Limits::default();
    let mut out = Frames { pipe: io::stdout().lock(), block: Vec::with_capacity(BLOCK * 2), broken: false };
    let outcome = match limits.confine_this_process() {
        Ok(()) => parse(path, &mut |event| out.put(event), &limits),
        Err(error) => Err(SheetFault::io(format!("limits refused: {error}"))),
    };
    put_outcome(&mut out.block, &outcome);
    out.flush();
    if out.broken { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

struct Frames<W> {
    pipe: W,
    block: Vec<u8>,
    broken: bool,
}

impl<W: Write> Frames<W> {
    fn put(&mut self, event: Event) -> ControlFlow<()> {
        // Progress is the sign of life: it goes out at once, with the rows before it.
        let now = matches!(event, Event::Progress { .. });
        put_event(&mut self.block, event);
        if now || self.block.len() >= BLOCK {
            self.flush();
        }
        if self.broken { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn flush(&mut self) {
        // A parent that went away closed the pipe.
        self.broken |= self.pipe.write_all(&self.block).and_then(|()| self.pipe.flush()).is_err();
        self.block.clear();
    }
}
