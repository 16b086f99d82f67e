use super::columns::{Certainty, Column, Label, assign, fingerprint, fit, normal};
use super::field::{Field, Kind};
use super::value::text_of;
use platform::sheets::SheetRow;
use serde::{Deserialize, Serialize};

/// How far down the header is looked for.
pub const LOOK_AT: usize = 40;

/// Where the header stands and what its columns mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    pub kind: Kind,
    /// First and last header row as the spreadsheet program numbers them, a row of group titles
    /// included: 表头在第 3–4 行.
    pub header_rows: (u32, u32),
    pub columns: Vec<Column>,
    /// The mapping is remembered per store under this.
    pub fingerprint: String,
}

/// No row of the first [`LOOK_AT`] names two known columns.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct NoHeader;

impl Layout {
    /// `first_rows`: the beginning of the sheet, [`LOOK_AT`] rows are enough. `hint` fixes the kind.
    pub fn detect(first_rows: &[SheetRow], hint: Option<Kind>) -> Result<Layout, NoHeader> {
        let kinds: &[Kind] = match &hint {
            Some(kind) => std::slice::from_ref(kind),
            None => &Kind::ALL,
        };
        let rows: Vec<Vec<String>> =
            first_rows.iter().take(LOOK_AT).map(|row| row.cells.iter().map(text_of).collect()).collect();
        let mut best: Option<(u32, Kind, usize, bool)> = None;
        for at in 0..rows.len() {
            for with_above in [false, true] {
                // A header names several columns; the row above adds nothing where it is a lone title.
                let above = if with_above { at.checked_sub(1) } else { Some(at) };
                if above.is_none_or(|above| filled(&rows[above]) < 2) || filled(&rows[at]) < 2 {
                    continue;
                }
                let labels = labels(&rows, at, with_above);
                for kind in kinds {
                    let score = fit(*kind, &assign(*kind, &labels));
                    // The first of equals: a repeated header further down is data to skip.
                    if best.is_none_or(|(most, ..)| score > most) {
                        best = Some((score, *kind, at, with_above));
                    }
                }
            }
        }
        let (score, kind, at, paired) = best.ok_or(NoHeader)?;
        if score < 20 {
            return Err(NoHeader);
        }
        let mut labels = labels(&rows, at, paired);
        let fingerprint = fingerprint(&labels);
        widen(&mut labels, &rows);
        let grouped = paired || (at > 0 && is_group_row(&rows[at - 1], &rows[at]));
        let first = if grouped { at - 1 } else { at };
        Ok(Layout {
            kind,
            header_rows: (first_rows[first].index, first_rows[at].index),
            columns: assign(kind, &labels),
            fingerprint,
        })
    }

    /// The header stands in the row of this number, as somebody says; 0: there is none, the columns go by letters.
    /// `None` where the sheet has no such row among the first.
    pub fn at(first_rows: &[SheetRow], row: u32, hint: Option<Kind>) -> Option<Layout> {
        let rows: Vec<Vec<String>> =
            first_rows.iter().take(LOOK_AT).map(|row| row.cells.iter().map(text_of).collect()).collect();
        if row == 0 {
            let mut labels: Vec<Label> = Vec::new();
            widen(&mut labels, &rows);
            let kind = hint.unwrap_or(Kind::RepairOrders);
            let fingerprint = fingerprint(&[Label { shown: format!("{} columns", labels.len()), names: Vec::new() }]);
            return Some(Layout { kind, header_rows: (0, 0), columns: assign(kind, &labels), fingerprint });
        }
        let at = first_rows.iter().take(LOOK_AT).position(|r| r.index == row)?;
        let paired = at > 0 && is_group_row(&rows[at - 1], &rows[at]);
        let mut labels = labels(&rows, at, paired);
        let fingerprint = fingerprint(&labels);
        widen(&mut labels, &rows);
        let kinds = hint.map_or_else(|| Kind::ALL.to_vec(), |kind| vec![kind]);
        let kind = kinds.into_iter().rev().max_by_key(|kind| fit(*kind, &assign(*kind, &labels)))?;
        let first = if paired { at - 1 } else { at };
        let header_rows = (first_rows[first].index, first_rows[at].index);
        Some(Layout { kind, header_rows, columns: assign(kind, &labels), fingerprint })
    }

    /// Applies a mapping corrected by hand, or remembered: `None` leaves a column out.
    pub fn remap(&mut self, mapping: &[(usize, Option<Field>)]) {
        for (index, field) in mapping {
            for column in &mut self.columns {
                if column.index == *index {
                    column.field = *field;
                    column.certainty = if field.is_some() { Certainty::Chosen } else { Certainty::Unmapped };
                } else if field.is_some() && column.field == *field {
                    column.field = None;
                    column.certainty = Certainty::Unmapped;
                }
            }
        }
    }

    pub fn mapping(&self) -> Vec<(usize, Option<Field>)> {
        self.columns.iter().map(|column| (column.index, column.field)).collect()
    }

    pub fn column(&self, field: Field) -> Option<&Column> {
        self.columns.iter().find(|column| column.field == Some(field))
    }

    /// Groups of fields of which at least one must still be mapped.
    pub fn missing(&self) -> Vec<&'static [Field]> {
        let lacks = |group: &&&[Field]| !group.iter().any(|field| self.column(*field).is_some());
        self.kind.required().iter().filter(lacks).copied().collect()
    }
}

/// The labels of row `at`; with the row above, a group title reaches right until the next one, and
/// stands alone where the lower cell is empty (merged downwards).
fn labels(rows: &[Vec<String>], at: usize, with_above: bool) -> Vec<Label> {
    let lower = &rows[at];
    let plain = |text: &String| Label { shown: text.trim().to_owned(), names: vec![normal(text)] };
    if !with_above {
        return lower.iter().map(plain).collect();
    }
    let upper = &rows[at - 1];
    let mut group = String::new();
    (0..lower.len().max(upper.len()))
        .map(|i| {
            let above = upper.get(i).map_or("", |text| text.trim());
            let below = lower.get(i).map_or("", |text| text.trim());
            if !above.is_empty() {
                group = above.to_owned();
            }
            if below.is_empty() {
                return plain(&above.to_owned());
            }
            let joined = format!("{group} {below}");
            Label { names: vec![normal(&joined), normal(below)], shown: joined.trim().to_owned() }
        })
        .collect()
}

/// Columns right of the header that nobody named can still be chosen, by their letters.
fn widen(labels: &mut Vec<Label>, rows: &[Vec<String>]) {
    const WIDEST: usize = 200;
    let width = rows.iter().map(Vec::len).max().unwrap_or(0).min(WIDEST);
    if labels.len() < width {
        labels.resize(width, Label::default());
    }
}

fn filled(row: &[String]) -> usize {
    row.iter().filter(|text| !text.trim().is_empty()).count()
}

/// Several titles, but fewer than columns below.
fn is_group_row(above: &[String], header: &[String]) -> bool {
    (2..filled(header)).contains(&filled(above)) && above.iter().all(|text| !text.contains([':', '：']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::testsheet::sheet;

    fn check(text: &str, kind: Kind, rows: (u32, u32), fields: &str) {
        let layout = Layout::detect(&sheet(text), None).unwrap_or_else(|_| panic!("no header in {text}"));
        let got: Vec<&str> = layout.columns.iter().map(|c| c.field.map_or("-", Field::code)).collect();
        assert_eq!((layout.kind, layout.header_rows, got.join(" ").as_str()), (kind, rows, fields), "{text}");
    }

    #[test]
    fn 表头_在标题之下_一行或两行() {
        check("工单号|进厂日期|车主|手机|车牌", Kind::RepairOrders, (1, 1), "number opened_at owner phone plate");
        check(
            "城南店维修结算明细表\n打印时间：2026-11-21    操作员：0027\n工单|||客户与车辆||费用\n工单号|开单时间|结算时间|客户名称|底盘号|应收金额\nRO1|2026-11-01|2026-11-01|白思|L|1",
            Kind::RepairOrders,
            (3, 4),
            "number opened_at settled_at owner vin amount",
        );
        // Titles merged downwards, and a name that only the group makes clear.
        check(
            "工单号|进厂时间|车主||送修人||车架号\n||姓名|电话|姓名|电话|\nRO1|2026-11-01|白思|1|2|3|4",
            Kind::RepairOrders,
            (1, 2),
            "number opened_at owner owner_phone visitor visitor_phone vin",
        );
        check(
            "交车日期|车主姓名|手机号码|车架号|销售顾问",
            Kind::Deliveries,
            (1, 1),
            "delivered_on owner phone vin consultant",
        );
        check("客户编号|姓名|性别|手机|生日", Kind::Customers, (1, 1), "code owner gender phone birthday");
        check(
            "单位名称|统一社会信用代码|联系人|职务|电话|台数",
            Kind::Customers,
            (1, 1),
            "organisation credit_code contact contact_role phone fleet_size",
        );
    }

    #[test]
    fn 没有表头() {
        for text in ["", "你好", "a|b|c\n1|2|3", "备注"] {
            assert_eq!(Layout::detect(&sheet(text), None), Err(NoHeader), "{text:?}");
        }
    }

    #[test]
    fn 人工改正_优先() {
        let mut layout = Layout::detect(&sheet("工单号|进厂日期|车主|手机|电话|车牌"), None).expect("header");
        layout.remap(&[(4, Some(Field::Phone)), (5, None)]);
        let got: Vec<_> = layout.mapping().iter().map(|(_, f)| f.map_or("-", Field::code)).collect();
        assert_eq!(got.join(" "), "number opened_at owner - phone -");
        assert_eq!(layout.missing(), [&[Field::Vin, Field::Plate][..]]);
        assert_eq!(layout.columns[4].certainty, Certainty::Chosen);
    }
}
