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

/// The most that a float tells exactly.
const EXACT: f64 = 999_999_999_999_999.0;

/// A cell as people see it in their spreadsheet: days and moments as such, numbers as the general format writes them
/// (`1386.4`, `1.23457E+16`). Of a field whose digits name something all of them, while the float still has them.
pub(super) fn seen(cell: &Cell, field: Option<super::field::Field>) -> String {
    match cell {
        Cell::Number(number) if field.is_some_and(|f| f.is_code()) && number.abs() <= EXACT => number.to_string(),
        Cell::Number(number) => general(*number),
        Cell::DateTime(text) => match text.split_once('T') {
            Some((day, "00:00:00")) => day.to_owned(),
            Some((day, time)) => format!("{day} {}", time.strip_suffix(":00").unwrap_or(time)),
            None => text.clone(),
        },
        Cell::Bool(true) => "TRUE".to_owned(),
        Cell::Bool(false) => "FALSE".to_owned(),
        Cell::Empty | Cell::Text(_) | Cell::Error(_) => text_of(cell),
    }
}

/// At most ten digits; from twelve digits before the point on with an exponent.
fn general(number: f64) -> String {
    let trimmed = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if number.abs() >= 1e11 {
        let text = format!("{number:.5E}");
        let (digits, power) = text.split_once('E').unwrap_or((&text, "0"));
        return format!("{}E+{power:0>2}", trimmed(digits));
    }
    let whole = format!("{:.0}", number.abs().trunc()).len();
    trimmed(&format!("{number:.*}", 10_usize.saturating_sub(whole).min(9)))
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
    fn 单元格_照表格里的样子() {
        use crate::imports::field::Field;
        for (cell, field, want) in [
            (Cell::DateTime("2026-11-15T00:00:00".into()), None, "2026-11-15"),
            (Cell::DateTime("2026-11-15T08:41:00".into()), Some(Field::SettledAt), "2026-11-15 08:41"),
            (Cell::DateTime("2026-11-15T08:41:30".into()), None, "2026-11-15 08:41:30"),
            (Cell::Number(1386.4_f64.next_up()), Some(Field::Amount), "1386.4"),
            (Cell::Number(46343.49930555555), None, "46343.49931"),
            (Cell::Number(61457.0), Some(Field::Mileage), "61457"),
            (Cell::Number(0.0), None, "0"),
            (Cell::Number(-3.25), None, "-3.25"),
            (Cell::Number(0.30000000000000004), None, "0.3"),
            (Cell::Number(15834406193.0), Some(Field::Phone), "15834406193"),
            (Cell::Number(158344061931.0), Some(Field::Phone), "158344061931"),
            (Cell::Number(158344061931.0), Some(Field::Amount), "1.58344E+11"),
            (Cell::Number(12345678901234567.0), Some(Field::Vin), "1.23457E+16"),
            (Cell::Text("1.58344E+10".into()), Some(Field::Phone), "1.58344E+10"),
            (Cell::Bool(true), None, "TRUE"),
            (Cell::Error("#N/A".into()), None, "#N/A"),
            (Cell::Empty, None, ""),
        ] {
            assert_eq!(seen(&cell, field), want, "{cell:?}");
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
