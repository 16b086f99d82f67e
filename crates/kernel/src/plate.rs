use crate::loose::half_width;
use std::fmt;

/// A number plate of the mainland, stored `川GD26215`, shown `川G·D26215`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Plate(String);

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum PlateKind {
    /// Seven characters, fuel cars.
    Blue,
    /// Eight characters, green.
    NewEnergy,
    /// 挂 学 警 港 澳 使 领 试 超, and the old diplomatic and armed police forms.
    Special,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlateFault {
    #[error("empty")]
    Empty,
    /// 未上牌, 临牌: the car has none yet, which is no mistake.
    #[error("not registered yet")]
    NotYet,
    #[error("does not begin with a province")]
    NoProvince,
    #[error("no authority letter after the province")]
    NoAuthority,
    #[error("{length} characters instead of 7 or 8")]
    WrongLength { length: u8 },
    #[error("contains {0:?}")]
    ForeignCharacter(char),
}

impl PlateFault {
    pub fn code(self) -> &'static str {
        match self {
            PlateFault::Empty => "plate.empty",
            PlateFault::NotYet => "plate.not_yet",
            PlateFault::NoProvince => "plate.no_province",
            PlateFault::NoAuthority => "plate.no_authority",
            PlateFault::WrongLength { .. } => "plate.wrong_length",
            PlateFault::ForeignCharacter(_) => "plate.foreign_character",
        }
    }
}

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
const ENDINGS: &str = "挂学警港澳使领试超应急";

impl Plate {
    pub fn parse(raw: &str) -> Result<Plate, PlateFault> {
        let text: String = half_width(raw)
            .to_uppercase()
            .chars()
            .filter(|c| !matches!(c, ' ' | '·' | '.' | '-' | '•' | '・' | '_' | '\'' | '―' | '—'))
            .collect();
        if text.is_empty() || crate::loose::says_nothing(&text) {
            return Err(PlateFault::Empty);
        }
        if ["未上", "未挂", "无牌", "無牌", "临牌", "临时", "臨時", "新车", "待上", "未领", "暂未"]
            .iter()
            .any(|no| text.contains(no))
        {
            return Err(PlateFault::NotYet);
        }
        let chars: Vec<char> = text.chars().collect();
        let length = chars.len();
        let wrong = PlateFault::WrongLength { length: u8::try_from(length).unwrap_or(u8::MAX) };
        let first = chars.first().copied().unwrap_or(' ');
        let diplomatic = matches!(first, '使' | '领') || first == 'W' && chars.get(1) == Some(&'J');
        if diplomatic {
            return if (7..=8).contains(&length) { Ok(Plate(text)) } else { Err(wrong) };
        }
        if !PROVINCES.contains(first) {
            return Err(PlateFault::NoProvince);
        }
        if !chars.get(1).is_some_and(char::is_ascii_uppercase) {
            return Err(PlateFault::NoAuthority);
        }
        let serial = chars.get(2..).unwrap_or_default();
        let body = match serial.split_last() {
            Some((last, body)) if ENDINGS.contains(*last) => body,
            _ => serial,
        };
        if let Some(bad) = body.iter().find(|c| !(c.is_ascii_uppercase() || c.is_ascii_digit())) {
            return Err(PlateFault::ForeignCharacter(*bad));
        }
        if (7..=8).contains(&length) { Ok(Plate(text)) } else { Err(wrong) }
    }

    pub fn kind(&self) -> PlateKind {
        let ascii_tail = self.0.chars().skip(1).all(|c| c.is_ascii_alphanumeric());
        let province = self.0.chars().next().is_some_and(|c| PROVINCES.contains(c));
        match (province && ascii_tail, self.0.chars().count()) {
            (true, 8) => PlateKind::NewEnergy,
            (true, _) => PlateKind::Blue,
            (false, _) => PlateKind::Special,
        }
    }

    /// `川GD26215`
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Plate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut head = self.0.chars();
        let (first, second) = (head.next(), head.next());
        match (first, second) {
            (Some(p), Some(a)) if PROVINCES.contains(p) && a.is_ascii_uppercase() => {
                write!(f, "{p}{a}·{}", head.as_str())
            }
            _ => f.write_str(&self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PlateFault::*;

    #[test]
    fn 车牌的各种写法() {
        for (raw, want, shown, kind) in [
            ("川ＧＤ２６２１５", "川GD26215", "川G·D26215", PlateKind::NewEnergy),
            ("川 B·T4J5D", "川BT4J5D", "川B·T4J5D", PlateKind::Blue),
            ("京N F1F4Q", "京NF1F4Q", "京N·F1F4Q", PlateKind::Blue),
            ("川aznmk3", "川AZNMK3", "川A·ZNMK3", PlateKind::Blue),
            ("川A D36853", "川AD36853", "川A·D36853", PlateKind::NewEnergy),
            ("京-A.12345", "京A12345", "京A·12345", PlateKind::Blue),
            ("渝AD11135", "渝AD11135", "渝A·D11135", PlateKind::NewEnergy),
            ("川A1234学", "川A1234学", "川A·1234学", PlateKind::Special),
            ("粤Z·F023港", "粤ZF023港", "粤Z·F023港", PlateKind::Special),
            ("使014578", "使014578", "使014578", PlateKind::Special),
        ] {
            let plate = Plate::parse(raw).unwrap_or_else(|e| panic!("{raw}: {e}"));
            assert_eq!((plate.as_str(), plate.to_string().as_str(), plate.kind()), (want, shown, kind), "{raw}");
        }
    }

    #[test]
    fn 读不了的车牌_说出哪里不对() {
        for (raw, want) in [
            ("", Empty),
            ("--", Empty),
            ("未上牌", NotYet),
            ("临时牌", NotYet),
            ("宁AD1234555555", WrongLength { length: 13 }),
            ("川A123", WrongLength { length: 5 }),
            ("浙苏H6F681", NoAuthority),
            ("D26215", NoProvince),
            ("川A12#45", ForeignCharacter('#')),
        ] {
            assert_eq!(Plate::parse(raw), Err(want), "{raw:?}");
        }
    }
}
