//! The weekly report as a workbook: the same figures, one sheet per part.

use kernel::{Millis, Permille, StoreDate};
use platform::http::Ui;
use platform::sheets::{Cell, Column, Shape, SheetFile as _, WriteFault, XlsxWriter};

use super::Counts;
use super::pages::report::Shown;

/// # Errors
/// The disk.
pub fn write(ui: &Ui, week: &StoreDate, shown: &Shown, scratch: &std::path::Path) -> Result<Vec<u8>, WriteFault> {
    let mut book = XlsxWriter::new(scratch)?;
    rates(ui, week, shown, &mut book)?;
    agents(ui, shown, &mut book)?;
    questions(ui, shown, &mut book)?;
    items(ui, shown, &mut book)?;
    trend(ui, shown, &mut book)?;
    cases(ui, shown, &mut book)?;
    remarks(ui, shown, &mut book)?;
    book.bytes()
}

fn text(value: impl Into<String>) -> Cell {
    Cell::Text(value.into())
}

#[expect(clippy::cast_precision_loss, reason = "counts of a week are far below 2^53")]
fn number(n: i64) -> Cell {
    Cell::Number(n as f64)
}

/// A share that a spreadsheet reckons with; empty where no rate can be told.
#[expect(clippy::float_arithmetic, reason = "a spreadsheet's own unit")]
fn percent(rate: Option<Permille>) -> Cell {
    rate.map_or(Cell::Empty, |r| Cell::Number(f64::from(r.0) / 1000.0))
}

/// A moment in the reader's time zone, as a date that sorts.
fn moment(ui: &Ui, at: Option<Millis>) -> Cell {
    at.map_or(Cell::Empty, |at| Cell::DateTime(format!("{}:00", ui.date_time(&at).replace(' ', "T"))))
}

/// Seconds as a length of time that adds up.
#[expect(
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    reason = "a spreadsheet's own unit; seconds of a week are far below 2^53"
)]
fn duration(seconds: i64) -> Cell {
    Cell::Number(seconds as f64 / 86_400.0)
}

fn line(name: String, class: String, target: Option<Permille>, c: &Counts) -> Vec<Cell> {
    vec![
        text(name),
        text(class),
        number(c.counted()),
        number(c.done),
        number(c.tried),
        number(c.missed),
        percent(c.followup()),
        percent(target),
        percent(c.reach()),
        percent(c.completion()),
        number(c.attempted),
        number(c.reached),
        number(c.complete),
        number(c.opted_out),
        number(c.merged),
        number(c.no_number),
        number(c.cancelled),
        number(c.superseded),
    ]
}

fn rates(ui: &Ui, week: &StoreDate, shown: &Shown, book: &mut XlsxWriter) -> Result<(), WriteFault> {
    let keys = [
        "report-line",
        "report-kind",
        "report-counted",
        "report-done",
        "report-tried",
        "report-missed",
        "report-followup-rate",
        "report-target",
        "report-reach-rate",
        "report-completion-rate",
        "report-measure-attempted",
        "report-measure-reached",
        "report-measure-complete",
        "report-col-opted-out",
        "report-col-merged",
        "report-col-no-number",
        "report-col-cancelled",
        "report-col-superseded",
    ];
    let rate = |k: &str| k.ends_with("-rate") || k == "report-target";
    let shape = |k: &str| if rate(k) { Shape::Percent } else { Shape::Plain };
    let columns: Vec<Column> = keys.iter().map(|k| Column::new(ui.t(k), 16).shaped(shape(k))).collect();
    book.sheet(&format!("{} {week}", ui.t("report-rates")), &columns)?;
    let class = |key: &str| ui.v("report-class", key).into_owned();
    for l in &shown.body.classes {
        book.row(&line(ui.t("report-by-class").into_owned(), class(&l.key), l.target, &l.counts))?;
    }
    for b in &shown.brands {
        book.row(&line(b.name.clone(), class(&b.class), b.target, &b.counts))?;
    }
    for (_, name, counts, _) in &shown.agents {
        book.row(&line(name.clone(), String::new(), None, counts))?;
    }
    book.row(&line(ui.t("report-total").into_owned(), String::new(), None, &shown.body.total))?;
    for (key, n) in
        [("report-late-title", shown.body.late_total()), ("report-skipped-title", shown.body.skipped_total())]
    {
        book.row(&[text(ui.t(key)), text(""), number(n)])?;
    }
    Ok(())
}

fn agents(ui: &Ui, shown: &Shown, book: &mut XlsxWriter) -> Result<(), WriteFault> {
    if shown.agents.is_empty() {
        return Ok(());
    }
    let keys = ["report-agent", "report-attempts", "report-reached", "report-average"];
    let shape = |k: &str| if k == "report-average" { Shape::Duration } else { Shape::Plain };
    let columns: Vec<Column> = keys.iter().map(|k| Column::new(ui.t(k), 16).shaped(shape(k))).collect();
    book.sheet(&ui.t("report-by-agent"), &columns)?;
    for (_, name, _, work) in &shown.agents {
        let average = if work.reached > 0 { duration(work.average_seconds()) } else { Cell::Empty };
        book.row(&[text(name.clone()), number(work.attempts), number(work.reached), average])?;
    }
    Ok(())
}

fn trend(ui: &Ui, shown: &Shown, book: &mut XlsxWriter) -> Result<(), WriteFault> {
    let mut columns = vec![Column::new(ui.t("report-question"), 24)];
    columns.extend(
        shown.body.trend.parts.iter().map(|(from, _)| Column::new(from.to_string(), 12).shaped(Shape::Percent)),
    );
    book.sheet(&ui.t("report-trend-table"), &columns)?;
    for l in &shown.trend {
        let mut cells = vec![text(l.label.clone())];
        cells.extend(l.values.iter().map(|v| percent(v.rate())));
        book.row(&cells)?;
    }
    Ok(())
}

fn questions(ui: &Ui, shown: &Shown, book: &mut XlsxWriter) -> Result<(), WriteFault> {
    let columns = [
        Column::new(ui.t("report-question"), 24),
        Column::new(ui.t("report-options"), 18),
        Column::new(ui.t("report-answers"), 10),
        Column::new(ui.t("report-satisfaction"), 12).shaped(Shape::Percent),
    ];
    book.sheet(&ui.t("report-questions"), &columns)?;
    for q in &shown.questions {
        for (_, option, _, n) in &q.options {
            book.row(&[text(q.label.clone()), text(option.clone()), number(*n), percent(q.rate)])?;
        }
    }
    Ok(())
}

/// Improvement items, the most frequent first (issue: satisfaction by question, improvement items, praise).
fn items(ui: &Ui, shown: &Shown, book: &mut XlsxWriter) -> Result<(), WriteFault> {
    let columns = [
        Column::new(ui.t("report-items"), 48),
        Column::new(ui.t("report-effect"), 12),
        Column::new(ui.t("report-answers"), 10),
    ];
    book.sheet(&ui.t("report-items"), &columns)?;
    for item in &shown.items {
        book.row(&[text(item.label.clone()), text(ui.v("report-effect", &item.effect)), number(item.n)])?;
    }
    Ok(())
}

fn cases(ui: &Ui, shown: &Shown, book: &mut XlsxWriter) -> Result<(), WriteFault> {
    let keys = [
        "report-case",
        "report-department",
        "report-owner",
        "report-opened",
        "report-contacted",
        "report-cause",
        "report-state",
    ];
    let columns: Vec<Column> = keys.iter().map(|k| Column::new(ui.t(k), 18)).collect();
    book.sheet(&ui.t("report-cases"), &columns)?;
    for c in &shown.cases {
        book.row(&[
            text(format!("#{} {}", c.number, c.title)),
            text(ui.v("department", c.department.key())),
            text(ui.or_none(&c.owner_name)),
            moment(ui, Some(c.opened_at)),
            moment(ui, c.contacted_at),
            text(ui.or_none(&c.cause)),
            text(ui.v("report-case-state", &c.state)),
        ])?;
    }
    Ok(())
}

fn remarks(ui: &Ui, shown: &Shown, book: &mut XlsxWriter) -> Result<(), WriteFault> {
    let columns = [
        Column::new(ui.t("report-mark"), 10),
        Column::new(ui.t("report-when"), 16),
        Column::new(ui.t("report-person"), 14),
        Column::new(ui.t("report-words"), 60),
    ];
    book.sheet(&ui.t("report-remarks"), &columns)?;
    for (mark, list) in [("report-praise", &shown.praise), ("report-suggestions", &shown.suggestions)] {
        for r in list {
            book.row(&[
                text(ui.t(mark)),
                moment(ui, Some(r.at)),
                text(r.person.clone().unwrap_or_default()),
                text(r.text.clone()),
            ])?;
        }
    }
    Ok(())
}
