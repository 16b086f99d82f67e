use std::io;
use std::time::Duration;

/// How much a file may ask of us (design: "The parser of spreadsheets is the same binary in a child process that
/// limits itself first").
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes after unpacking, all parts of a package together.
    pub inflated: u64,
    /// Unpacked ÷ packed of one part, looked at above 64 MiB. Honest sheets stay below 100; deflate ends at 1,032.
    pub ratio: u64,
    /// Parts in a package.
    pub parts: u64,
    /// Cells, empty ones that stand in the file included.
    pub cells: u64,
    /// Bytes of data the child may hold.
    pub memory: u64,
    /// Bytes of a file that must be held whole: xls, ods, html.
    pub unstreamed: u64,
    /// Columns handed on.
    pub columns: u32,
    /// Processor time of the child, should its parent be gone.
    pub cpu_seconds: u64,
    /// How long the parent waits for a sign of life.
    pub silence: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            inflated: 2 << 30,
            ratio: 200,
            parts: 10_000,
            cells: 40_000_000,
            memory: 512 << 20,
            unstreamed: 50 << 20,
            columns: 512,
            cpu_seconds: 300,
            silence: Duration::from_secs(5),
        }
    }
}

impl Limits {
    /// Bounds this process for good: memory, processor time, open files; it can no longer write files or dump core.
    ///
    /// # Errors
    /// When the system refuses; nothing must be parsed then.
    pub fn confine_this_process(&self) -> io::Result<()> {
        // What is mapped already (the program itself) does not count.
        let mapped = mapped_bytes().unwrap_or(64 << 20);
        set(libc::RLIMIT_CORE, 0)?;
        set(libc::RLIMIT_FSIZE, 0)?;
        set(libc::RLIMIT_NOFILE, 16)?;
        set(libc::RLIMIT_CPU, self.cpu_seconds)?;
        set(libc::RLIMIT_DATA, self.memory)?;
        set(libc::RLIMIT_AS, self.memory.saturating_add(mapped))
    }
}

/// `/proc/self/statm`, first field, in pages.
fn mapped_bytes() -> Option<u64> {
    let pages: u64 = std::fs::read_to_string("/proc/self/statm").ok()?.split(' ').next()?.parse().ok()?;
    Some(pages.saturating_mul(4096))
}

#[cfg(target_env = "gnu")]
type Resource = libc::__rlimit_resource_t;
#[cfg(not(target_env = "gnu"))]
type Resource = libc::c_int;

fn set(resource: Resource, value: u64) -> io::Result<()> {
    let limit = libc::rlimit { rlim_cur: value, rlim_max: value };
    #[expect(unsafe_code, reason = "setrlimit has no safe wrapper in std; it only reads the struct it is given")]
    let answer = unsafe { libc::setrlimit(resource, &raw const limit) };
    if answer == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
