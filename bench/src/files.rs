//! Files as a dealer-management system would export them on a bad day.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use calamine::{Reader as _, open_workbook};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use kernel::{Clock, StoreId};
use platform::db::{Db, Sql as _};
use platform::{args, row, stmt};
use rust_xlsxwriter::Workbook;

#[derive(Copy, Clone, PartialEq, Eq)]
pub enum Form {
    Csv,
    Xlsx,
}

impl Form {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

stmt!(
    BENCH_KNOWN,
    "SELECT c.name, p.digits, v.plate, v.vin, v.series FROM customer_store s JOIN customer c ON c.id=s.customer_id \
     JOIN customer_phone p ON p.customer_id=c.id AND p.rank=1 JOIN ownership o ON o.customer_id=c.id \
     JOIN vehicle v ON v.id=o.vehicle_id WHERE s.store_id=$1 ORDER BY s.customer_id LIMIT $2"
);
row! { struct Known { name: String, digits: String, plate: String, vin: String, series: Option<String> } }

const HEAD: [&str; 14] = [
    "工单号",
    "开单时间",
    "结算时间",
    "业务类别",
    "客户名称",
    "联系电话",
    "车牌号",
    "底盘号",
    "车系",
    "行驶里程",
    "预估金额",
    "应收金额",
    "服务顾问",
    "维修项目",
];
const SURNAMES: [&str; 8] = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄"];
const GIVEN: [&str; 8] = ["晓明", "丽", "建国", "芳", "志强", "雨涵", "伟", "静怡"];

/// A number that is the same in every run.
const fn scattered(n: usize) -> usize {
    (n.wrapping_mul(2_654_435_761) >> 7) & 0xfff_ffff
}

/// Full-width digits.
fn wide(text: &str) -> String {
    text.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).filter(|_| c.is_ascii_graphic()).unwrap_or(c)).collect()
}

/// Rows of text: three in five are of known customers; forms of numbers, dates and plates differ from row to row.
/// All were settled in the week before `today`, so that most of them are followed up.
fn rows(known: &[Known], count: usize, today: Date) -> Vec<Vec<String>> {
    let mut all = Vec::with_capacity(count);
    for n in 0..count {
        let luck = scattered(n);
        let old = luck % 5 < 3 && !known.is_empty();
        let (name, digits, plate, vin, series) = if old {
            let k = &known[scattered(n * 7) % known.len()];
            (k.name.clone(), k.digits.clone(), k.plate.clone(), k.vin.clone(), k.series.clone().unwrap_or_default())
        } else {
            let name = format!("{}{}", SURNAMES[luck % 8], GIVEN[luck / 8 % 8]);
            let vin = format!("LDCB13R4{}A{:07}", luck % 10, n);
            (name, format!("166{:08}", n * 9_973 % 100_000_000), format!("川G{:05}", n % 100_000), vin, "途观".into())
        };
        let phone = match luck % 7 {
            0 => format!("+86 {} {} {}", &digits[..3], &digits[3..7], &digits[7..]),
            1 => format!("{}-{}-{}", &digits[..3], &digits[3..7], &digits[7..]),
            2 => wide(&digits),
            3 => format!("{digits} "),
            _ => digits,
        };
        let plate = match luck % 5 {
            0 => plate.to_lowercase(),
            1 => format!("{}·{}", plate.chars().take(2).collect::<String>(), plate.chars().skip(2).collect::<String>()),
            2 => wide(&plate),
            _ => plate,
        };
        let day = today.saturating_sub(i64::try_from(1 + luck % 7).unwrap_or(1).days());
        let opened = match luck % 3 {
            0 => format!("{} 09:{:02}", day.strftime("%Y/%m/%d"), luck % 60),
            1 => format!("{day} 09:{:02}:00", luck % 60),
            _ => day.strftime("%Y年%-m月%-d日").to_string(),
        };
        let amount = 300 + luck % 4_000;
        all.push(vec![
            format!("DB{:07}", n),
            opened,
            format!("{day} 17:{:02}", luck % 60),
            "一般维修".into(),
            name,
            phone,
            plate,
            vin,
            series,
            format!("{}公里", 1_000 + luck % 90_000),
            format!("{}.00", amount + 40),
            format!("￥{amount}.50"),
            "周敏".into(),
            "更换机油机滤，检查制动；客户反映低速异响".into(),
        ]);
        if n % 20_000 == 19_999 {
            let mut sum = vec![String::new(); HEAD.len()];
            sum[0] = "小计".into();
            sum[11] = "1,234,567.00".into();
            all.push(sum);
        }
    }
    all
}

/// Writes the file; answers where it is.
pub async fn write(db: &Db, store: StoreId, folder: &Path, form: Form, count: usize) -> anyhow::Result<PathBuf> {
    let known: Vec<Known> = db.reads().all(&BENCH_KNOWN, args![store, 20_000_i64]).await?;
    // An import from the command line goes by the system's clock.
    let now = Timestamp::from_millisecond(Clock::System.now().0)?;
    let today = now.in_tz("Asia/Shanghai")?.date();
    let rows = rows(&known, count, today);
    let path = folder.join(format!("export.{}", form.name()));
    match form {
        Form::Csv => {
            let mut text = String::from("\u{feff}维修结算明细\n");
            let _ = writeln!(text, "{}", HEAD.join(","));
            for row in &rows {
                let _ = writeln!(text, "{}", row.join(","));
            }
            std::fs::write(&path, text)?;
        }
        Form::Xlsx => {
            let mut book = Workbook::new();
            let sheet = book.add_worksheet_with_constant_memory()?;
            sheet.write(0, 0, "维修结算明细")?;
            for (c, head) in (0_u16..).zip(HEAD) {
                sheet.write(1, c, head)?;
            }
            for (r, row) in (2_u32..).zip(&rows) {
                for (c, text) in (0_u16..).zip(row) {
                    sheet.write(r, c, text)?;
                }
            }
            book.save(&path)?;
        }
    }
    Ok(path)
}

/// What reading the file costs alone.
pub fn floor(path: &Path, form: Form) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let mut cells = 0_usize;
    match form {
        Form::Csv => {
            let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_path(path)?;
            for record in reader.records() {
                cells += record?.len();
            }
        }
        Form::Xlsx => {
            let mut book: calamine::Xlsx<_> = open_workbook(path)?;
            let name = book.sheet_names().first().cloned().context("a sheet")?;
            let mut reader = book.worksheet_cells_reader(&name)?;
            while reader.next_cell()?.is_some() {
                cells += 1;
            }
        }
    }
    std::hint::black_box(cells);
    Ok(began.elapsed())
}
