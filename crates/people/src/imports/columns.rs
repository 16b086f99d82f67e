use super::field::{Field, Kind};
use super::words;
use kernel::loose::{Unit, half_width};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One column of the sheet, and what we take it for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// 0-based position in a row.
    pub index: usize,
    /// As the sheet writes it, a group title above joined with a space.
    pub header: String,
    pub field: Option<Field>,
    /// From the header; one in the cell wins.
    #[serde(skip)]
    pub unit: Unit,
    pub certainty: Certainty,
    /// What else it could be, the likeliest first.
    pub candidates: Vec<Field>,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// A known name, and no other column has as good a claim.
    Sure,
    /// 请确认: part of a name, or two claims of the same weight.
    Confirm,
    /// Chosen by hand.
    Chosen,
    Unmapped,
}

/// A header without blanks, marks and units: `成交价（万元）` → `成交价`, `RO_NO` → `rono`.
pub fn normal(header: &str) -> String {
    let mut depth = 0usize;
    let mut text = String::new();
    for c in half_width(header).to_lowercase().chars() {
        match c {
            '(' | '[' | '【' => depth += 1,
            ')' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth == 0 && c.is_alphanumeric() => text.push(c),
            _ => {}
        }
    }
    text
}

/// The names one column may go by: below a group title, the joined name comes first.
#[derive(Clone, Debug, Default)]
pub(super) struct Label {
    pub shown: String,
    pub names: Vec<String>,
}

const EXACT: u32 = 1000;

/// Every field of the kind that this label may mean with its weight, the best first.
fn claims(kind: Kind, label: &Label) -> Vec<(Field, u32)> {
    if label.names.iter().any(|name| words::NEVER.contains(&name.as_str())) {
        return Vec::new();
    }
    let mut found: Vec<(Field, u32)> = Vec::new();
    for (field, words) in words::of(kind) {
        let weight = words
            .iter()
            .filter_map(|word| label.names.iter().enumerate().filter_map(|(i, name)| weight(name, word, i)).max())
            .max();
        if let Some(weight) = weight {
            found.push((field, weight));
        }
    }
    found.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    found
}

fn weight(name: &str, word: &str, place: usize) -> Option<u32> {
    let length = u32::try_from(word.chars().count()).unwrap_or(0);
    let place = u32::try_from(place).unwrap_or(0);
    if name == word {
        return Some(EXACT - place);
    }
    // Short Latin words stand inside too many others.
    let long_enough = if word.is_ascii() { length >= 5 } else { length >= 2 };
    (long_enough && name.contains(word)).then(|| 100 + 10 * length - place)
}

/// How well the columns fit the kind: 10 for a known name, 3 for a part of one, and 5 for having all
/// required fields, which decides between kinds that share most columns.
pub(super) fn fit(kind: Kind, columns: &[Column]) -> u32 {
    let weight = |column: &Column| match column.certainty {
        Certainty::Sure | Certainty::Chosen => 10,
        Certainty::Confirm => 3,
        Certainty::Unmapped => 0,
    };
    let has = |field: &Field| columns.iter().any(|c| c.field == Some(*field) && c.certainty == Certainty::Sure);
    let complete = kind.required().iter().all(|group| group.iter().any(has));
    let mapped = columns.iter().filter(|column| column.field.is_some()).count();
    columns.iter().map(weight).sum::<u32>() + if complete && mapped > 1 { 5 } else { 0 }
}

/// Each field goes to one column at most, the strongest claim first, then the leftmost.
pub(super) fn assign(kind: Kind, labels: &[Label]) -> Vec<Column> {
    let mut columns: Vec<Column> = labels
        .iter()
        .enumerate()
        .map(|(index, label)| Column {
            index,
            header: label.shown.clone(),
            field: None,
            unit: Unit::of_header(&label.shown),
            certainty: Certainty::Unmapped,
            candidates: Vec::new(),
        })
        .collect();
    let all: Vec<Vec<(Field, u32)>> = labels.iter().map(|label| claims(kind, label)).collect();
    let mut order: Vec<(u32, usize, Field)> = all
        .iter()
        .enumerate()
        .flat_map(|(i, claims)| claims.iter().map(move |(field, weight)| (*weight, i, *field)))
        .collect();
    order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (weight, i, field) in &order {
        let taken = columns.iter().any(|column| column.field == Some(*field));
        if taken || columns[*i].field.is_some() {
            continue;
        }
        let rival_column =
            order.iter().any(|(w, j, f)| j != i && f == field && w == weight && columns[*j].field.is_none());
        let rival_field = all[*i].iter().any(|(f, w)| f != field && w == weight);
        columns[*i].field = Some(*field);
        columns[*i].certainty =
            if *weight + 10 > EXACT && !rival_column && !rival_field { Certainty::Sure } else { Certainty::Confirm };
    }
    for (column, claims) in columns.iter_mut().zip(&all) {
        column.candidates =
            claims.iter().map(|(field, _)| *field).filter(|field| column.field != Some(*field)).collect();
        if column.field.is_none() && !column.candidates.is_empty() {
            column.certainty = Certainty::Confirm;
        }
    }
    columns
}

/// The same layout next month: a hash of the normalised headers in their order, 32 hex digits.
pub(super) fn fingerprint(labels: &[Label]) -> String {
    let joined: Vec<String> = labels.iter().map(|label| normal(&label.shown)).collect();
    let trimmed = joined.join("\u{1f}");
    let digest = Sha256::digest(trimmed.trim_end_matches('\u{1f}').as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(text: &str) -> Label {
        Label { shown: text.into(), names: vec![normal(text)] }
    }

    fn check(kind: Kind, headers: &str, want: &str) {
        let labels: Vec<Label> = headers.split(' ').map(label).collect();
        let got: Vec<String> = assign(kind, &labels)
            .iter()
            .map(|column| {
                let name = column.field.map_or("-", Field::code);
                if column.certainty == Certainty::Confirm { format!("{name}?") } else { name.to_owned() }
            })
            .collect();
        assert_eq!(got.join(" "), want, "{headers}");
    }

    #[test]
    fn 列名_认得出() {
        check(
            Kind::RepairOrders,
            "工单号 开单时间 结算时间 业务类别 客户名称 送修人 联系电话 车牌号 底盘号 车系 行驶里程 预估金额 应收金额 服务顾问 维修项目 是否预约",
            "number opened_at settled_at work_type owner visitor phone plate vin series mileage estimate amount advisor items appointment",
        );
        check(
            Kind::RepairOrders,
            "RO_NO STORE OPEN_DATE CLOSE_DATE CUST_NAME MOBILE PLATE_NO VIN SERIES MILEAGE SA JOB_DESC AMOUNT",
            "number store_code opened_at settled_at owner phone plate vin series mileage advisor items amount",
        );
        check(
            Kind::RepairOrders,
            "工單號 進廠日期 車主 車主電話 車架號 里程數(公里)",
            "number opened_at owner owner_phone vin mileage",
        );
        check(Kind::Deliveries, "序号 交车日期 车主姓名 成交价（万元）", "- delivered_on owner price");
        // A part of a name, and two columns with the same claim, are to be confirmed.
        check(Kind::RepairOrders, "客户联系电话号 工单号", "owner_phone? number");
        check(Kind::RepairOrders, "手机 电话 工单号", "phone? -? number");
    }

    #[test]
    fn 版式指纹_不受写法影响() {
        let of = |text: &str| fingerprint(&text.split('|').map(label).collect::<Vec<_>>());
        assert_eq!(of("工单号|里程（公里）|VIN"), of(" 工单号 |里程|ｖｉｎ||"));
        assert_ne!(of("工单号|里程"), of("里程|工单号"));
        assert_eq!(of("工单号").len(), 32);
    }
}
