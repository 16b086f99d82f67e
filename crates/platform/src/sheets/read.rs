use super::bounds::{self, Package};
use super::sink::{Sink, Step, Stop};
use super::sniff::{Kind, check_unstreamed, sniff};
use super::{Event, Limits, SheetFault, Summary, csv_text, legacy, markup, xlsx};
use std::cell::RefCell;
use std::fs::File;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Reads a file in this process, row by row, to `on_event`. Answering `Break` ends it with `stopped` in the summary.
/// Memory is bounded only in a process confined by [`Limits::confine_this_process`]: use [`super::read_in_child`] for
/// what a stranger wrote.
///
/// # Errors
/// A [`SheetFault`]; rows told before it are not to be trusted to be all.
pub fn parse(
    path: &Path,
    on_event: &mut dyn FnMut(Event) -> ControlFlow<()>,
    limits: &Limits,
) -> Result<Summary, SheetFault> {
    let sink = RefCell::new(Sink::new(on_event, limits));
    // The parsers index into what they read: a torn file makes some of them panic.
    let outcome = catch_unwind(AssertUnwindSafe(|| run(path, &sink)));
    let sink = sink.into_inner();
    let outcome = outcome.unwrap_or_else(|_| Err(SheetFault::damaged("the parser panicked").into()));
    match outcome {
        Err(_) if sink.had_enough() => Ok(sink.summary),
        Ok(()) | Err(Stop::Enough) if sink.summary.rows > 0 || sink.summary.stopped => Ok(sink.summary),
        Ok(()) | Err(Stop::Enough) => Err(SheetFault::EmptyWorkbook),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

fn run(path: &Path, sink: &RefCell<Sink<'_>>) -> Step<()> {
    let mut file = File::open(path).map_err(SheetFault::io)?;
    let meta = file.metadata().map_err(SheetFault::io)?;
    if !meta.is_file() {
        return Err(SheetFault::io("not a regular file").into());
    }
    let bytes = meta.len();
    let (kind, head) = sniff(&mut file)?;
    let passes = if kind == Kind::Markup { 1 } else { 2 };
    sink.borrow_mut().expect_bytes(bytes, passes);
    match kind {
        Kind::Zip => {
            let measured = bounds::measure(&file, sink)?;
            match measured.package {
                Package::Xlsx => xlsx::read_xlsx(&file, measured, sink),
                Package::Xlsb => xlsx::read_xlsb(&file, sink),
                Package::Ods => {
                    check_unstreamed(bytes, sink.borrow().limits)?;
                    legacy::read_ods(&file, sink)
                }
            }
        }
        Kind::Ole => legacy::read_xls(&file, bytes, sink),
        Kind::Markup => markup::read(&file, bytes, sink),
        Kind::Text => {
            let tab = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tsv"));
            csv_text::read(&file, &head, tab, sink)
        }
    }
}
