use kernel::loose::{DateFault, DateOrder, Epoch, parse_date, parse_serial, says_nothing};
use kernel::{StoreDate, StoreDateTime};
use platform::sheets::Cell;

/// A cell as text. A number is written without exponent and without a trailing `.0`, so a phone
/// kept as a float comes back whole; formulas that were stored as text stay plain text.
pub fn text_of(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::DateTime(text) | Cell::Error(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        Cell::Bool(true) => "true".to_owned(),
        Cell::Bool(false) => "false".to_owned(),
    }
}

/// How the date cells of one column are read.
#[derive(Copy, Clone, Debug)]
pub(super) struct DateReading {
    pub order: DateOrder,
    pub epoch: Epoch,
    pub today: StoreDate,
}

/// `None` where the cell says nothing.
pub(super) fn date_of(cell: &Cell, how: DateReading) -> Option<Result<StoreDateTime, DateFault>> {
    let text = text_of(cell);
    if says_nothing(&text) {
        return None;
    }
    let found = match cell {
        // A number below five digits is a serial only because a number cell says so: a birthday before 1927.
        Cell::Number(_) if text.split('.').next().is_some_and(|whole| whole.len() <= 5) => {
            parse_serial(&text, how.epoch)
        }
        Cell::Number(_) | Cell::Text(_) | Cell::DateTime(_) => parse_date(&text, how.order, how.epoch, how.today),
        Cell::Empty | Cell::Bool(_) | Cell::Error(_) => Err(DateFault::NotADate),
    };
    Some(found.map(|(date, time)| StoreDateTime { date, time }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 单元格_变成文字() {
        for (cell, want) in [
            (Cell::Number(15834406193.0), "15834406193"),
            (Cell::Number(754.3), "754.3"),
            (Cell::Number(46343.49930555555), "46343.49930555555"),
            (Cell::Text("=HYPERLINK(\"http://x\",\"点我\")".into()), "=HYPERLINK(\"http://x\",\"点我\")"),
            (Cell::Bool(true), "true"),
            (Cell::Empty, ""),
        ] {
            assert_eq!(text_of(&cell), want);
        }
    }

    #[test]
    fn 单元格_读作日期() {
        let how = DateReading {
            order: DateOrder::default(),
            epoch: Epoch::E1900,
            today: "2026-11-21".parse().expect("today"),
        };
        for (cell, want) in [
            (Cell::Number(46343.49930555555), Some("2026-11-17 11:59")),
            (Cell::Number(9000.0), Some("1924-08-21")),
            (Cell::Number(20261111.0), Some("2026-11-11")),
            (Cell::DateTime("2026-11-15T08:41:00".into()), Some("2026-11-15 08:41")),
            (Cell::Text("--".into()), None),
            (Cell::Empty, None),
        ] {
            let got = date_of(&cell, how).map(|date| date.expect("date").to_string());
            assert_eq!(got.as_deref(), want, "{cell:?}");
        }
        assert_eq!(date_of(&Cell::Error("#N/A".into()), how), Some(Err(DateFault::NotADate)));
    }
}
