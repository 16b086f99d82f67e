//! What the command prints: lines for people, or one JSON object; a failure, too, with a code and what to do.

use std::io::{self, Write};

use kernel::Problem;
use platform::i18n::{Locale, text};
use serde_json::json;

use super::cli::{CliFault, CliImport, CliReport, RejectedLine, Told, cli};
use super::workshop::Workshop;

/// Of the rejected lines, for people; JSON has them all.
const SHOWN: usize = 20;

/// Exit codes: 0 done, 1 our fault, 2 something to mend. Results go to `out`; failures of people to `err`, of programs
/// to `out` as well.
pub async fn command(
    shop: &Workshop,
    asked: &CliImport,
    out: &mut (dyn Write + Send),
    err: &mut (dyn Write + Send),
) -> u8 {
    let mut kept = Kept { json: asked.json, lines: Vec::new(), begun: false, broken: None, out };
    let done = cli(shop, asked, &mut |line| kept.take(line)).await;
    let Kept { lines, begun, broken, out, .. } = kept;
    let (code, written) = match (broken, done) {
        (Some(error), _) => (1, Err(error)),
        (None, Ok(report)) if asked.json => (0, end_json(&report, begun, out)),
        (None, Ok(report)) => (0, out.write_all(for_people(&report, &lines, asked.locale).as_bytes())),
        (None, Err(fault)) => {
            let (exit, told) = told(fault, asked.locale);
            (exit, if asked.json { out.write_all(failure(&told, exit).as_bytes()) } else { say(&told, err) })
        }
    };
    // Nobody listens any more: the work itself is done.
    if written.and_then(|()| out.flush()).is_err() { 1 } else { code }
}

/// `{"error":{"code":…,"message":…,"remedy":…},"exit":2}` on a line.
pub fn failure(told: &Told, exit: u8) -> String {
    let error = json!({ "code": told.code, "message": told.message, "remedy": told.remedy });
    format!("{}\n", json!({ "error": error, "exit": exit }))
}

fn say(told: &Told, err: &mut (dyn Write + Send)) -> io::Result<()> {
    writeln!(err, "{}\n{}", told.message, told.remedy)
}

fn told(fault: CliFault, locale: Locale) -> (u8, Told) {
    let problem = match fault {
        CliFault::Told(told) => return (2, told),
        CliFault::Problem(problem) => problem,
    };
    let (code, key) = match &problem {
        Problem::ReadOnly => ("read_only", "import-cli-read-only"),
        Problem::Busy(_) => ("busy", "import-cli-busy"),
        _ => ("internal", "import-cli-internal"),
    };
    tracing::error!(error = %problem, "an import by command failed");
    let remedy = text(locale, &format!("{key}-remedy"), &[]).into_owned();
    (1, Told { code: code.into(), message: text(locale, key, &[]).into_owned(), remedy })
}

/// Takes the rejected lines as they come: JSON goes out at once, people see some.
struct Kept<'a> {
    json: bool,
    lines: Vec<RejectedLine>,
    begun: bool,
    broken: Option<io::Error>,
    out: &'a mut (dyn Write + Send),
}

impl Kept<'_> {
    fn take(&mut self, line: RejectedLine) {
        if !self.json {
            if self.lines.len() < SHOWN {
                self.lines.push(line);
            }
            return;
        }
        let opening = if self.begun { "," } else { "{\"rejected\":[" };
        self.begun = true;
        let text = serde_json::to_string(&line).unwrap_or_default();
        if self.broken.is_none()
            && let Err(error) = write!(self.out, "{opening}{text}")
        {
            self.broken = Some(error);
        }
    }
}

fn end_json(report: &CliReport, begun: bool, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let rest = serde_json::to_string(report).unwrap_or_default();
    let opening = if begun { "" } else { "{\"rejected\":[" };
    writeln!(out, "{opening}],{}", rest.trim_start_matches('{'))
}

fn for_people(report: &CliReport, rejected: &[RejectedLine], locale: Locale) -> String {
    let mut text_of_all = String::new();
    let mut line = |key: &str, n: String| {
        text_of_all.push_str(&format!("{n:>8}  {}\n", text(locale, key, &[])));
    };
    line("import-cli-read", report.read.to_string());
    line("import-verdict-new", report.new.to_string());
    line("import-verdict-changed", report.changed.to_string());
    line("import-verdict-same", report.same.to_string());
    line("import-verdict-rejected", report.rejected.to_string());
    line("import-verdict-skipped", report.skipped.to_string());
    line("import-late", report.too_late.to_string());
    line("import-sum-alike", report.possible_duplicates.to_string());
    line(if report.dry_run { "import-sum-to-plan" } else { "import-sum-planned" }, report.tasks_planned.to_string());
    line("import-cli-seconds", format!("{:.1}", report.seconds));
    for r in rejected {
        text_of_all.push_str(&format!("{} {}: {}\n", r.sheet, r.row, r.reason));
    }
    let more = usize::try_from(report.rejected).unwrap_or(0).saturating_sub(rejected.len());
    if more > 0 {
        text_of_all.push_str(&format!("… {more}\n"));
    }
    text_of_all
}
