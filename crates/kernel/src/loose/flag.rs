use super::half_width;

/// `None` where the text says neither yes nor no.
pub fn parse_bool(text: &str) -> Option<bool> {
    match half_width(text).to_lowercase().as_str() {
        "是" | "y" | "yes" | "有" | "1" | "1.0" | "true" | "t" | "√" | "✓" | "✔" | "对" | "對" | "已预约"
        | "已預約" | "预约" | "預約" => Some(true),
        "否" | "n" | "no" | "无" | "無" | "0" | "0.0" | "false" | "f" | "×" | "✗" | "✘" | "x" | "不是" | "没有"
        | "沒有" | "未预约" | "未預約" | "非预约" => Some(false),
        _ => None,
    }
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    Male,
    Female,
}

/// `None` where the text does not say.
pub fn parse_gender(text: &str) -> Option<Gender> {
    match half_width(text).to_lowercase().as_str() {
        "男" | "男性" | "先生" | "m" | "male" | "mr" | "mr." => Some(Gender::Male),
        "女" | "女性" | "女士" | "小姐" | "太太" | "f" | "female" | "ms" | "mrs" | "ms." | "mrs." => {
            Some(Gender::Female)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 是否与性别() {
        for (raw, want) in [
            ("是", Some(true)),
            ("Ｙ", Some(true)),
            ("√", Some(true)),
            ("1.0", Some(true)),
            ("否", Some(false)),
            ("N", Some(false)),
            ("无", Some(false)),
            ("", None),
            ("也许", None),
        ] {
            assert_eq!(parse_bool(raw), want, "{raw:?}");
        }
        for (raw, want) in [
            ("男", Some(Gender::Male)),
            ("先生", Some(Gender::Male)),
            ("M", Some(Gender::Male)),
            ("女士", Some(Gender::Female)),
            ("f", Some(Gender::Female)),
            ("", None),
        ] {
            assert_eq!(parse_gender(raw), want, "{raw:?}");
        }
    }
}
