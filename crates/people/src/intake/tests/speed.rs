//! Rows a second, measured where asked: `ZHIYIN_MEASURE=100000 cargo test --release -p people measured -- --nocapture`.

use super::*;

#[tokio::test]
async fn measured_rows_a_second() {
    let many: u32 = std::env::var("ZHIYIN_MEASURE").ok().and_then(|n| n.parse().ok()).unwrap_or(2_000);
    let rows: Vec<RepairOrderIn> = (0..many)
        .map(|n| {
            // Every third visit is of somebody who was here before.
            let who = if n % 3 == 0 { n / 3 } else { n };
            let mut row = order(&format!("RO{n}"), SURNAMES[who as usize % SURNAMES.len()], &[], who + 1);
            row.owner.name = Some(name(&format!(
                "{}{}{}",
                SURNAMES[who as usize % SURNAMES.len()],
                GIVEN[(who / 20) as usize % GIVEN.len()],
                GIVEN[(who / 400) as usize % GIVEN.len()]
            )));
            row.owner.phones = vec![phone(&format!("139{:08}", who))];
            row.car.plate = Some(plate(&format!("川A{:05}", who % 100_000)));
            row.mileage_km = Some(i64::from(n));
            row.items = vec!["更换机油机滤".into(), "四轮定位".into()];
            row.amount = Some(kernel::Fen(i64::from(n) * 100));
            row
        })
        .collect();
    let w = World::lite(platform::events::Wire::default()).await;
    let started = std::time::Instant::now();
    for (i, batch) in rows.chunks(BATCH).enumerate() {
        import(&w, 1, i64::try_from(i * BATCH).expect("few"), batch).await;
    }
    let seconds = started.elapsed();
    let rate = u128::from(many) * 1_000 / seconds.as_millis().max(1);
    eprintln!("recorded {many} rows in {seconds:?}: {rate} rows/s");
    let started = std::time::Instant::now();
    let again = preview(&w, &rows).await;
    assert!(again.iter().all(|v| v.kind == Kind::Same));
    eprintln!("previewed the same rows in {:?}", started.elapsed());
    assert_eq!(counts(&w).await[4], i64::from(many));
}

const SURNAMES: [&str; 20] = [
    "陈", "王", "李", "张", "刘", "杨", "黄", "赵", "周", "吴", "徐", "孙", "马", "朱", "胡", "郭", "何", "高", "林",
    "罗",
];
const GIVEN: [&str; 20] = [
    "晨", "帆", "静", "怡", "超", "群", "雨", "岚", "岩", "明", "锐", "思", "远", "佳", "琪", "浩", "然", "子", "轩",
    "宁",
];
