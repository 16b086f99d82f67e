//! Lines with `{placeholders}`: a missing value must not be heard.

use std::borrow::Cow;

use kernel::StoreDate;

use super::model::Subject;
use platform::i18n::Label;

/// The language spoken with the customer, whatever the interface's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    Zh,
    En,
}

/// How somebody is addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Title {
    Mr,
    Ms,
    /// A person of whom nobody knows it: both are on the sheet.
    Either,
}

impl Title {
    pub const fn words(self, tongue: Tongue) -> &'static str {
        match (self, tongue) {
            (Self::Mr, Tongue::Zh) => "先生",
            (Self::Ms, Tongue::Zh) => "女士",
            (Self::Either, Tongue::Zh) => "先生/女士",
            (Self::Mr, Tongue::En) => "Mr",
            (Self::Ms, Tongue::En) => "Ms",
            (Self::Either, Tongue::En) => "Mr/Ms",
        }
    }
}

/// What the placeholders stand for; empty = not known.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// `陈` with a title, `陈晓帆` without.
    pub customer: String,
    pub title: Option<Title>,
    pub store: String,
    pub agent: String,
    pub agent_no: String,
    pub date: Option<StoreDate>,
    pub items: String,
    pub plate: String,
    pub advisor: String,
    pub service_phone: String,
    pub festival: String,
    pub subject: Option<Subject>,
}

impl Words {
    fn value(&self, name: &str, tongue: Tongue) -> Cow<'_, str> {
        Cow::Borrowed(match name {
            "customer" => &self.customer,
            "title" => self.title.map_or("", |t| t.words(tongue)),
            "store" => &self.store,
            "agent" => &self.agent,
            "agent_no" => &self.agent_no,
            "date" => return self.date.map_or(Cow::Borrowed(""), |day| day_words(day, tongue).into()),
            "items" => &self.items,
            "plate" => &self.plate,
            "advisor" => &self.advisor,
            "service_phone" => &self.service_phone,
            "festival" => &self.festival,
            _ => "",
        })
    }

    /// What is said instead of a missing value; `None`: the whole clause is left out.
    fn instead(&self, name: &str, tongue: Tongue) -> Option<&'static str> {
        let zh = tongue == Tongue::Zh;
        let delivery = self.subject == Some(Subject::Delivery);
        Some(match name {
            "customer" | "title" => "",
            "store" => {
                if zh {
                    "本店"
                } else {
                    "our store"
                }
            }
            "agent" => {
                if zh {
                    "回访专员"
                } else {
                    "a colleague"
                }
            }
            "date" => {
                if zh {
                    "前几天"
                } else {
                    "a recent day"
                }
            }
            "items" if delivery && zh => "车",
            "items" if delivery => "car",
            "items" => {
                if zh {
                    "维修保养"
                } else {
                    "service"
                }
            }
            "advisor" => {
                if zh {
                    "服务顾问"
                } else {
                    "our advisor"
                }
            }
            _ => return None,
        })
    }
}

/// `11月19日`, `19 November`.
pub fn day_words(day: StoreDate, tongue: Tongue) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let iso = day.to_string();
    let mut parts = iso.split('-').skip(1).map(|p| p.parse::<usize>().unwrap_or(1));
    let (month, day) = (parts.next().unwrap_or(1), parts.next().unwrap_or(1));
    match tongue {
        Tongue::Zh => format!("{month}月{day}日"),
        Tongue::En => format!("{day} {}", MONTHS.get(month - 1).copied().unwrap_or_default()),
    }
}

/// The line as it is said. English falls back on Chinese where it is not written.
pub fn say(line: &Label, words: &Words, tongue: Tongue) -> String {
    let (text, tongue) = match (tongue, &line.en) {
        (Tongue::En, Some(en)) => (en.as_str(), Tongue::En),
        (Tongue::En, None) | (Tongue::Zh, _) => (line.zh.as_str(), Tongue::Zh),
    };
    let mut out = String::with_capacity(text.len() + 24);
    for (clause, stop) in clauses(text) {
        match fill(clause, words, tongue) {
            Some(said) if !said.trim().is_empty() => {
                out.push_str(&said);
                out.push_str(stop);
            }
            // The clause is not said; the sentence still ends where it ended.
            Some(_) | None => close_with(&mut out, stop),
        }
    }
    tidy(&out)
}

const SOFT: [char; 5] = ['，', '；', '、', ',', ';'];
const HARD: [char; 6] = ['。', '！', '？', '.', '!', '?'];

/// Clauses with the mark that ends them. A full stop inside a number ends nothing.
fn clauses(text: &str) -> Vec<(&str, &str)> {
    let mut list = Vec::new();
    let mut from = 0;
    for (at, mark) in text.char_indices() {
        let end = at + mark.len_utf8();
        let inside = mark.is_ascii() && text[end..].chars().next().is_some_and(|c| !c.is_whitespace());
        if (SOFT.contains(&mark) && mark != '、' || HARD.contains(&mark)) && !inside {
            list.push((&text[from..at], &text[at..end]));
            from = end;
        }
    }
    if from < text.len() {
        list.push((&text[from..], ""));
    }
    list
}

fn fill(clause: &str, words: &Words, tongue: Tongue) -> Option<String> {
    let mut out = String::with_capacity(clause.len() + 16);
    let mut rest = clause;
    while let Some((before, tail)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = tail.split_once('}') else { break };
        match words.value(name, tongue) {
            value if value.is_empty() => out.push_str(words.instead(name, tongue)?),
            value => out.push_str(&value),
        }
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// A left-out clause that ended a sentence hands its stop to the clause before.
fn close_with(out: &mut String, stop: &str) {
    let hard = stop.chars().next().is_some_and(|c| HARD.contains(&c));
    if hard && out.ends_with(|c| SOFT.contains(&c)) {
        out.pop();
        out.push_str(stop);
    }
}

/// Doubled spaces and marks at the beginning go; sentences begin with a capital.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut fresh = true;
    for c in text.trim_start_matches(|c: char| SOFT.contains(&c) || HARD.contains(&c) || c.is_whitespace()).chars() {
        if c == ' ' && (out.ends_with(' ') || out.is_empty()) {
            continue;
        }
        out.extend(if fresh { c.to_uppercase().collect::<Vec<_>>() } else { vec![c] });
        fresh = HARD.contains(&c) || fresh && c == ' ';
    }
    out.trim_end().replace(" ,", ",").replace(" .", ".")
}

#[cfg(test)]
mod tests {
    use super::super::model::ScriptBook;
    use super::*;
    use platform::rulebook::Rulebook as _;

    fn words() -> Words {
        Words {
            customer: "陈".into(),
            title: Some(Title::Mr),
            store: "城南店".into(),
            agent: "周岚".into(),
            agent_no: "207".into(),
            date: Some("2026-11-19".parse().expect("date")),
            items: "4 万公里保养".into(),
            advisor: "邓超群".into(),
            service_phone: "028-8500 0000".into(),
            subject: Some(Subject::RepairOrder),
            ..Words::default()
        }
    }
    fn check_line(line: impl Fn(&ScriptBook) -> Label, words: &Words, tongue: Tongue, wanted: &str) {
        assert_eq!(say(&line(&ScriptBook::seed()), words, tongue), wanted);
    }

    #[test]
    fn the_opening_in_full_and_with_gaps() {
        let opening = |b: &ScriptBook| b.script("service").expect("service").opening.clone();
        let full =
            "陈先生，您好！我是城南店客户关系中心的周岚。11月19日您的车在我们店做了4 万公里保养，想听听您的感受。";
        check_line(opening, &words(), Tongue::Zh, full);
        let bare = Words { subject: Some(Subject::RepairOrder), ..Words::default() };
        let gaps = "您好！我是本店客户关系中心的回访专员。前几天您的车在我们店做了维修保养，想听听您的感受。";
        check_line(opening, &bare, Tongue::Zh, gaps);
        let en = Words { customer: "Chen".into(), ..words() };
        let english = "Good day, Mr Chen. This is 周岚 of the customer-care centre of 城南店. On 19 November your car was \
            with us for 4 万公里保养, and we would like to hear how it went.";
        check_line(opening, &en, Tongue::En, english);
        let nobody = "Good day. This is a colleague of the customer-care centre of our store. On a recent day your car was \
            with us for service, and we would like to hear how it went.";
        check_line(opening, &bare, Tongue::En, nobody);
    }

    #[test]
    fn a_clause_without_its_number_is_left_out() {
        let closing = |b: &ScriptBook| b.script("service").expect("service").closing.clone();
        let bare = Words { service_phone: String::new(), ..words() };
        let line = say(&closing(&ScriptBook::seed()), &bare, Tongue::Zh);
        assert!(line.contains("我的工号是207，有事您随时找我们。"), "{line}");
        let none = Words { agent_no: String::new(), ..bare };
        let line = say(&closing(&ScriptBook::seed()), &none, Tongue::Zh);
        assert!(line.contains("好把服务做得更好。有事您随时找我们。"), "{line}");
        let line = say(&closing(&ScriptBook::seed()), &none, Tongue::En);
        assert!(line.contains("serve you better. Call us any time."), "{line}");
        let next = |b: &ScriptBook| b.script("service").expect("service").vehicle_transition.clone();
        check_line(next, &none, Tongue::Zh, "接下来说说您的另一台车。");
        let wish = |b: &ScriptBook| b.script("service").expect("s").closing_wish.clone().expect("wish");
        check_line(wish, &none, Tongue::Zh, "祝您和家人节日快乐！");
    }

    #[test]
    fn a_number_keeps_its_point() {
        let line = Label { zh: "做了 1.6T 保养。".into(), en: Some("A 1.6T service. done".into()) };
        assert_eq!(say(&line, &words(), Tongue::Zh), "做了 1.6T 保养。");
        assert_eq!(say(&line, &words(), Tongue::En), "A 1.6T service. Done");
    }

    #[test]
    fn every_shipped_line_reads_without_braces_when_nothing_is_known() {
        let book = ScriptBook::seed();
        for script in &book.scripts {
            let words = Words { subject: Some(script.event), ..Words::default() };
            let lines = script.questions.iter().map(|q| &q.text).chain([
                &script.opening,
                &script.closing,
                &script.opening_fleet,
            ]);
            for line in lines {
                for tongue in [Tongue::Zh, Tongue::En] {
                    let said = say(line, &words, tongue);
                    assert!(!said.is_empty() && !said.contains(['{', '}']), "{said}");
                    assert!(!said.contains("，，") && !said.contains("，。") && !said.contains("  "), "{said}");
                }
            }
        }
    }
}
