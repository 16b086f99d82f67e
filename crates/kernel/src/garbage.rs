//! What strangers' files may hold: no reader panics, and what is stored is read back the same.

use crate::loose::{DateOrder, DateShape, Epoch, Unit, half_width, parse_date, parse_mileage, parse_money, parse_time};
use crate::{PersonName, Phone, Plate, StoreDate, StoreTime, Vin, name, phone};

const PIECES: [&str; 44] = [
    "0",
    "1",
    "13",
    "138",
    "9",
    "86",
    "+",
    "00",
    "-",
    "/",
    ".",
    " ",
    "E+10",
    "e",
    "转",
    "x",
    "#",
    "(",
    ")",
    "年",
    "月",
    "日",
    "T",
    ":",
    "点",
    "下午",
    "川",
    "A",
    "·",
    "挂",
    "使",
    "I",
    "Z",
    "万",
    "公里",
    "¥",
    ",",
    "１",
    "　",
    "\0",
    "ü",
    "😀",
    "\u{202d}",
    "未上牌",
];

const WHOLE: [&str; 8] =
    ["13812344417", "028-85551234", "85551234", "+85291234567", "2026-11-15", "26/10/31", "川A12345", "GD26215"];

/// A fixed sequence (xorshift), so that a failure comes back.
fn texts() -> impl Iterator<Item = String> {
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap_or(0)
    };
    (0..40_000).map(move |_| {
        if next(2) == 0 {
            let pieces = 1 + next(14);
            return (0..pieces).map(|_| PIECES[next(PIECES.len())]).collect();
        }
        let pieces = [
            PIECES[next(PIECES.len())],
            WHOLE[next(WHOLE.len())],
            PIECES[next(PIECES.len())],
            PIECES[next(PIECES.len())],
        ];
        let from = next(2);
        pieces[from..from + 1 + next(4 - from)].concat()
    })
}

#[test]
fn 乱写的单元格_不崩溃_可还原() {
    let today: StoreDate = "2026-11-21".parse().expect("today");
    let (mut phones, mut plates, mut dates) = (0, 0, 0);
    for text in texts() {
        assert_eq!(half_width(&half_width(&text)), half_width(&text));
        for found in Phone::parse_cell(&text).into_iter().flatten() {
            phones += 1;
            assert_eq!(Phone::parse(found.expose()).as_ref(), Ok(&found), "{text:?}");
            assert!(!found.to_string().contains(found.expose()));
        }
        if let Ok(plate) = Plate::parse(&text) {
            plates += 1;
            assert_eq!(Plate::parse(plate.as_str()).as_ref(), Ok(&plate), "{text:?}");
            assert_eq!(Plate::parse(&plate.to_string()).as_ref(), Ok(&plate), "{text:?}");
        }
        if let Ok(name) = PersonName::parse(&text) {
            assert_eq!(PersonName::parse(name.expose()).as_ref(), Ok(&name), "{text:?}");
        }
        for epoch in [Epoch::E1900, Epoch::E1904] {
            if let Ok((date, _)) = parse_date(&text, DateOrder::default(), epoch, today) {
                dates += 1;
                assert_eq!(date.to_string().parse(), Ok(date), "{text:?}");
            }
        }
        drop((Vin::parse(&text), parse_mileage(&text, Unit::Wan), parse_money(&text, Unit::One), parse_time(&text)));
        drop((DateShape::of(&text), text.parse::<StoreTime>(), phone::mask_raw(&text)));
        drop((name::pinyin_keys(&text), name::sort_key(&text), name::looks_like_organisation(&text)));
    }
    assert!(phones > 1000 && plates > 100 && dates > 1000, "{phones} {plates} {dates}");
}

/// Every hanzi of the basic block has keys.
#[test]
fn 拼音_全部汉字() {
    for c in ('\u{3400}'..='\u{4DB5}').chain('\u{4E00}'..='\u{9FA5}').chain('\u{20000}'..='\u{2A6D6}') {
        let keys = name::pinyin_keys(&format!("{c}{c}"));
        assert!(!keys.is_empty(), "{c}");
    }
}
