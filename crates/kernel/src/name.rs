use crate::loose::half_width;
use pinyin::{Pinyin, ToPinyin, ToPinyinMulti};
use std::fmt;

/// The name of a person or organisation, 1 to 60 characters. Printed masked: `陈*帆`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonName(String);

#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    #[error("empty")]
    Empty,
    #[error("longer than 60 characters")]
    TooLong,
}

impl NameFault {
    pub fn code(self) -> &'static str {
        match self {
            NameFault::Empty => "name.empty",
            NameFault::TooLong => "name.too_long",
        }
    }
}

impl PersonName {
    /// Trims, collapses spaces, turns full-width letters into half-width ones, drops U+0000.
    pub fn parse(raw: &str) -> Result<PersonName, NameFault> {
        let half = half_width(raw);
        let words: Vec<&str> = half.split_whitespace().collect();
        let hanzi = |c: Option<char>| c.is_some_and(is_hanzi);
        let mut text = String::with_capacity(half.len());
        for word in words {
            // `陈 帆` is padding to three columns; `Anna Li` is not.
            let padding = hanzi(text.chars().last()) && hanzi(word.chars().next());
            if !text.is_empty() && !padding {
                text.push(' ');
            }
            text.push_str(word);
        }
        match text.chars().count() {
            0 => Err(NameFault::Empty),
            1..=60 => Ok(PersonName(text)),
            _ => Err(NameFault::TooLong),
        }
    }

    /// In full. Only for the pages entitled to it and for storage.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn masked(&self) -> String {
        let chars: Vec<char> = self.0.chars().collect();
        match chars.as_slice() {
            [] | [_] => "*".to_owned(),
            [first, _] => format!("{first}*"),
            [first, .., last] => format!("{first}{}{last}", "*".repeat((chars.len() - 2).min(3))),
        }
    }

    pub fn is_organisation(&self) -> bool {
        looks_like_organisation(&self.0)
    }
}

fn is_hanzi(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonName({})", self.masked())
    }
}

/// (whole, initials) to search by, one pair per reading of the first character, since surnames
/// are where readings differ (单: shan, dan). What is no hanzi is kept, in lower case.
pub fn pinyin_keys(name: &str) -> Vec<(String, String)> {
    let name = half_width(name).to_lowercase();
    let mut chars = name.chars().filter(|c| c.is_alphanumeric());
    let Some(first) = chars.next() else {
        return Vec::new();
    };
    let (mut rest, mut rest_initials) = (String::new(), String::new());
    for c in chars {
        match c.to_pinyin() {
            Some(reading) => {
                rest.push_str(reading.plain());
                rest_initials.extend(reading.plain().chars().take(1));
            }
            None => {
                rest.push(c);
                rest_initials.push(c);
            }
        }
    }
    let mut heads: Vec<String> = first
        .to_pinyin_multi()
        .map(|multi| multi.into_iter().map(|reading| latin(reading.plain())).collect())
        .unwrap_or_default();
    if heads.is_empty() {
        heads.push(first.to_string());
    }
    let (rest, rest_initials) = (latin(&rest), latin(&rest_initials));
    let mut keys: Vec<(String, String)> = Vec::new();
    for head in heads {
        let initial: String = head.chars().take(1).collect();
        let key = (format!("{head}{rest}"), format!("{initial}{rest_initials}"));
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// People type v for ü.
fn latin(reading: &str) -> String {
    reading.replace('ü', "v")
}

/// Sorts hanzi by sound; what sounds alike stays apart by the name itself.
pub fn sort_key(name: &str) -> String {
    let mut key = String::new();
    for c in half_width(name).to_lowercase().chars() {
        match c.to_pinyin().map(Pinyin::plain) {
            Some(reading) => {
                key.push_str(&latin(reading));
                key.push(' ');
            }
            None => key.push(c),
        }
    }
    format!("{key}\u{1}{name}")
}

/// 公司, 厂, 中心 … at the end, or an unmistakable word within.
pub fn looks_like_organisation(name: &str) -> bool {
    const WITHIN: [&str; 12] =
        ["公司", "集团", "集團", "合作社", "事务所", "管理处", "经营部", "租赁", "委员会", "联合会", "物流", "有限"];
    const ENDS: [&str; 36] = [
        "厂",
        "廠",
        "中心",
        "学校",
        "學校",
        "医院",
        "醫院",
        "大学",
        "学院",
        "中学",
        "小学",
        "幼儿园",
        "商行",
        "商店",
        "超市",
        "酒店",
        "宾馆",
        "饭店",
        "餐厅",
        "工作室",
        "门市部",
        "服务部",
        "工程队",
        "项目部",
        "支队",
        "大队",
        "银行",
        "协会",
        "研究院",
        "研究所",
        "局",
        "政府",
        "车队",
        "法院",
        "检察院",
        "网吧",
    ];
    let name = half_width(name);
    let length = name.chars().count();
    length >= 3 && (WITHIN.iter().any(|w| name.contains(w)) || (length >= 4 && ENDS.iter().any(|w| name.ends_with(w))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 姓名_整理与遮蔽() {
        for (raw, whole, masked) in [
            (" 陈晨帆　", "陈晨帆", "陈*帆"),
            ("陈　帆", "陈帆", "陈*"),
            ("上官赟", "上官赟", "上*赟"),
            ("Ａnna   Li", "Anna Li", "A***i"),
            ("王\0五", "王五", "王*"),
            ("蜀远物流有限公司", "蜀远物流有限公司", "蜀***司"),
            ("李", "李", "*"),
        ] {
            let name = PersonName::parse(raw).expect(raw);
            assert_eq!((name.expose(), name.to_string().as_str()), (whole, masked), "{raw:?}");
        }
        assert_eq!(PersonName::parse("　"), Err(NameFault::Empty));
        assert_eq!(PersonName::parse(&"长".repeat(61)), Err(NameFault::TooLong));
        assert_eq!(format!("{:?}", PersonName::parse("陈帆").expect("name")), "PersonName(陈*)");
    }

    #[test]
    fn 拼音_姓氏多音字() {
        let has = |name: &str, whole: &str, initials: &str| {
            assert!(
                pinyin_keys(name).contains(&(whole.to_owned(), initials.to_owned())),
                "{name} {:?}",
                pinyin_keys(name)
            );
        };
        has("陈晨帆", "chenchenfan", "ccf");
        has("单雄信", "shanxiongxin", "sxx");
        has("曾红欣", "zenghongxin", "zhx");
        has("吕布", "lvbu", "lb");
        has("Anna李", "annali", "annal");
        assert!(pinyin_keys("").is_empty());
        let mut names = vec!["张三", "陈帆", "白思", "Anna"];
        names.sort_by_key(|n| sort_key(n));
        assert_eq!(names, ["Anna", "白思", "陈帆", "张三"]);
    }

    #[test]
    fn 单位名称() {
        for name in
            ["蜀远物流有限公司", "锦江机电设备厂", "岷江租赁公司", "市政园林管理处", "恒达建材经营部", "第三人民医院"]
        {
            assert!(looks_like_organisation(name), "{name}");
        }
        for name in ["陈帆", "上官赟", "厂长", "邓超群", "局中人"] {
            assert!(!looks_like_organisation(name), "{name}");
        }
    }
}
