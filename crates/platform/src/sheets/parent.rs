//! The near side of the pipe: starts the child, waits no longer than it shows signs of life, and reads its end.

use super::frames::{Frame, take};
use super::{Event, Limits, SUBCOMMAND, SheetFault, Summary};
use std::ops::ControlFlow;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// A piece of the answer.
#[derive(Debug)]
pub enum Block {
    /// Some hundred rows, as they came; never empty.
    Events(Vec<Event>),
    /// The end. Nothing follows.
    Done(Summary),
}

/// A file being read in a child. The child waits while nobody asks for the next block, so what consumes the rows may
/// take its time (write to the database, say) without anything piling up. Dropping it kills the child.
pub struct ChildReader {
    child: Child,
    pipe: ChildStdout,
    bytes: Vec<u8>,
    at: usize,
    outcome: Option<Result<Summary, SheetFault>>,
    limits: Limits,
}

impl ChildReader {
    /// Starts `<exe> parse-sheet <path>`; needs a tokio runtime.
    ///
    /// # Errors
    /// `Io` when the program cannot be started.
    pub fn start(exe: &Path, path: &Path) -> Result<Self, SheetFault> {
        let path = std::path::absolute(path).map_err(SheetFault::io)?;
        let mut child = Command::new(exe)
            .arg(SUBCOMMAND)
            .arg(path)
            // Neither secrets nor settings of the server are the parser's business.
            .env_clear()
            // The product's allocator maps a gigabyte ahead, which the limit on data would count as held.
            .env("MIMALLOC_ARENA_EAGER_COMMIT", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(SheetFault::io)?;
        let pipe = child.stdout.take().ok_or_else(|| SheetFault::io("no pipe"))?;
        let bytes = Vec::with_capacity(256 << 10);
        Ok(Self { child, pipe, bytes, at: 0, outcome: None, limits: Limits::default() })
    }

    /// Of the child, while it runs.
    pub fn process_id(&self) -> Option<u32> {
        self.child.id()
    }

    /// The next block; `Done` again and again after the end. Cancel-safe.
    ///
    /// # Errors
    /// What the child found, or how it ended.
    pub async fn next(&mut self) -> Result<Block, SheetFault> {
        loop {
            let events = self.decode();
            if !events.is_empty() {
                return Ok(Block::Events(events));
            }
            if let Some(outcome) = &self.outcome {
                return outcome.clone().map(Block::Done);
            }
            let silence = self.limits.silence;
            let outcome = match timeout(silence, self.pipe.read_buf(&mut self.bytes)).await {
                Ok(Ok(0)) => Err(self.autopsy().await),
                Ok(Ok(_)) => continue,
                Ok(Err(error)) => Err(SheetFault::io(error)),
                Err(_) => Err(SheetFault::NoProgress { seconds: silence.as_secs() }),
            };
            self.end(outcome);
        }
    }

    /// All whole frames that arrived.
    fn decode(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while self.outcome.is_none() {
            match take(&self.bytes[self.at..]) {
                Ok(Some((frame, size))) => {
                    self.at += size;
                    match frame {
                        Frame::Event(event) => events.push(event),
                        Frame::Done(summary) => self.end(Ok(summary)),
                        Frame::Fault(fault) => self.end(Err(fault)),
                    }
                }
                Ok(None) => break,
                Err(fault) => self.end(Err(fault)),
            }
        }
        // Keep the torn frame only.
        self.bytes.drain(..self.at);
        self.at = 0;
        events
    }

    fn end(&mut self, outcome: Result<Summary, SheetFault>) {
        // It has ended, or has nothing more to say.
        let _ = self.child.start_kill();
        self.outcome = Some(outcome);
    }

    /// The child closed the pipe without a last word.
    async fn autopsy(&mut self) -> SheetFault {
        let mut words = Vec::new();
        if let Some(stderr) = self.child.stderr.take() {
            // As much as fits a log line; a child that is gone cannot keep us waiting.
            let _ = timeout(self.limits.silence, stderr.take(4096).read_to_end(&mut words)).await;
        }
        match timeout(self.limits.silence, self.child.wait()).await {
            Ok(Ok(status)) => verdict(status, &String::from_utf8_lossy(&words)),
            Ok(Err(error)) => SheetFault::io(error),
            Err(_) => SheetFault::NoProgress { seconds: self.limits.silence.as_secs() },
        }
    }
}

fn verdict(status: ExitStatus, words: &str) -> SheetFault {
    let out_of_memory = words.contains("memory allocation of");
    match status.signal() {
        Some(libc::SIGABRT) if out_of_memory => SheetFault::MemoryLimit,
        // The kernel's own answer to too much memory; nobody else kills it but us.
        Some(libc::SIGKILL) => SheetFault::MemoryLimit,
        Some(libc::SIGXCPU) => SheetFault::NoProgress { seconds: Limits::default().cpu_seconds },
        Some(signal) => SheetFault::damaged(format!("the parser ended by signal {signal}")),
        None if out_of_memory => SheetFault::MemoryLimit,
        None => {
            let code = status.code().unwrap_or(-1);
            let line = words.lines().next().unwrap_or("");
            SheetFault::io(format!("the parser ended with code {code}: {line}"))
        }
    }
}

/// Reads `path` in a child and hands every event to `on_event`, which should be quick: it runs on the runtime's
/// thread. To do more with the rows than to collect them, use [`ChildReader`].
///
/// # Errors
/// As [`ChildReader::next`]. After `Break` the summary counts what was handed over.
pub async fn read_in_child(
    exe: &Path,
    path: &Path,
    mut on_event: impl FnMut(Event) -> ControlFlow<()>,
) -> Result<Summary, SheetFault> {
    let mut reader = ChildReader::start(exe, path)?;
    let mut partial = Summary { stopped: true, ..Summary::default() };
    loop {
        match reader.next().await? {
            Block::Done(summary) => return Ok(summary),
            Block::Events(events) => {
                for event in events {
                    match &event {
                        Event::Sheet { .. } => partial.sheets += 1,
                        Event::Row(row) => {
                            partial.rows += 1;
                            partial.cells +=
                                row.cells.iter().filter(|cell| **cell != super::Cell::Empty).count() as u64;
                        }
                        Event::Progress { .. } => {}
                    }
                    if on_event(event).is_break() {
                        return Ok(partial);
                    }
                }
            }
        }
    }
}
