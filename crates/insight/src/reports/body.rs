//! A report's content: figures that can be frozen for a meeting.

use std::collections::BTreeMap;

use kernel::{Permille, Result, StoreDate, StoreId, UserId};
use platform::db::Sql;
use serde::{Deserialize, Serialize};

use super::model::{AgentWork, CLASSES, Cell, Counts, Judged, OptionCount, QuestionCount, Said, Standing, Trend};
use super::period::Period;
use super::store::{self, Question};
use super::targets::Targets;

/// One line of the rates: a class with its target.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    pub key: String,
    pub counts: Counts,
    /// `None`: there is none, or brands and stores differ.
    pub target: Option<Permille>,
}

impl Line {
    pub fn standing(&self) -> Standing {
        self.counts.standing(&self.target)
    }
}

/// A brand's class, against the brand's target.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BrandLine {
    /// '' = not known.
    pub brand: String,
    pub class: String,
    pub counts: Counts,
    pub target: Option<Permille>,
}

/// Everything but names and words of people: those are read when it is shown, so an erasure reaches old reports.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Body {
    pub total: Counts,
    pub classes: Vec<Line>,
    /// Where there is more than one brand, or one with a target of its own.
    pub brands: Vec<BrandLine>,
    pub stores: Vec<(StoreId, Counts)>,
    pub agents: Vec<(UserId, Counts, AgentWork)>,
    /// Tasks that nobody has.
    pub nobody: Counts,
    pub late: Vec<(String, i64)>,
    pub skipped: Vec<(String, i64)>,
    pub questions: Vec<QuestionCount>,
    pub trend: Trend,
    pub cases_opened: i64,
    pub cases_in_time: i64,
    pub praise: i64,
    pub suggestions: i64,
}

impl Body {
    /// Good answers ÷ judged answers over all questions.
    pub fn satisfaction(&self) -> Option<Permille> {
        let good = self.questions.iter().map(QuestionCount::good).sum();
        let judged = self.questions.iter().map(QuestionCount::judged).sum();
        super::model::rate(good, judged)
    }
    pub fn late_total(&self) -> i64 {
        self.late.iter().map(|(_, n)| n).sum()
    }
    pub fn skipped_total(&self) -> i64 {
        self.skipped.iter().map(|(_, n)| n).sum()
    }
}

/// Asks the database.
/// # Errors
/// As the database answers.
pub async fn assemble(q: &mut impl Sql, ask: &Question, targets: &Targets) -> Result<Body> {
    let cells = store::cells(q, ask).await?;
    let mut by_store: BTreeMap<StoreId, Counts> = BTreeMap::new();
    let mut by_agent: BTreeMap<UserId, Counts> = BTreeMap::new();
    let mut nobody = Counts::default();
    for cell in &cells {
        by_store.entry(cell.store).or_default().add(&cell.counts);
        if ask.by_agent {
            cell.agent.map_or(&mut nobody, |agent| by_agent.entry(agent).or_default()).add(&cell.counts);
        }
    }
    let mut known: Vec<&str> = CLASSES.to_vec();
    for cell in &cells {
        if !known.contains(&cell.class.as_str()) {
            known.push(&cell.class);
        }
    }
    let line = |class: &&str| Line {
        key: (*class).to_owned(),
        counts: Counts::of(cells.iter().filter(|c| c.class == *class)),
        target: targets.common(class, cells.iter()),
    };
    let classes = known.iter().map(line).collect();
    let work = if ask.by_agent { store::agents(q, ask).await? } else { Vec::new() };
    for agent in work.iter().filter_map(|w| w.agent) {
        by_agent.entry(agent).or_default();
    }
    let agents = by_agent
        .into_iter()
        .map(|(agent, counts)| {
            let done = work.iter().find(|w| w.agent == Some(agent)).cloned().unwrap_or_default();
            (agent, counts, done)
        })
        .collect();
    // Late data and skipped events have neither agent nor brand nor class.
    let beside = ask.agent.is_none() && ask.brand.is_none() && ask.class.is_empty();
    let said = store::said(q, ask).await?;
    let over = ask.period.trend();
    let trend = if over == ask.period {
        trend(over, &said)
    } else {
        trend(over, &store::said(q, &Question { period: over, ..ask.clone() }).await?)
    };
    let (cases_opened, cases_in_time) = store::case_count(q, ask).await?;
    Ok(Body {
        total: Counts::of(&cells),
        classes,
        brands: brands(&cells, targets),
        stores: by_store.into_iter().collect(),
        agents,
        nobody,
        late: if beside { store::late(q, ask).await? } else { Vec::new() },
        skipped: if beside { store::skipped(q, ask).await? } else { Vec::new() },
        questions: questions(&said),
        trend,
        cases_opened,
        cases_in_time,
        praise: remarks(&said, "praise"),
        suggestions: remarks(&said, "suggestion"),
    })
}

fn brands(cells: &[Cell], targets: &Targets) -> Vec<BrandLine> {
    let mut by_brand: BTreeMap<(&str, &str), Vec<&Cell>> = BTreeMap::new();
    for cell in cells {
        by_brand.entry((&cell.brand, &cell.class)).or_default().push(cell);
    }
    let several = by_brand.keys().map(|k| k.0).collect::<std::collections::BTreeSet<_>>().len() > 1;
    if !several && !targets.by_brand() {
        return Vec::new();
    }
    let place = |class: &str| CLASSES.iter().position(|c| *c == class).unwrap_or(CLASSES.len());
    let mut lines: Vec<BrandLine> = by_brand
        .into_iter()
        .map(|((brand, class), cells)| BrandLine {
            brand: brand.to_owned(),
            class: class.to_owned(),
            target: targets.common(class, cells.iter().copied()),
            counts: Counts::of(cells),
        })
        .collect();
    // The unknown ones last.
    lines.sort_by_key(|l| (l.brand.is_empty(), l.brand.clone(), place(&l.class)));
    lines
}

/// By question and option, over all days.
pub fn questions(said: &[Said]) -> Vec<QuestionCount> {
    let mut found: BTreeMap<&str, BTreeMap<(&str, &str), i64>> = BTreeMap::new();
    for s in said.iter().filter(|s| !s.question.is_empty()) {
        *found.entry(&s.question).or_default().entry((&s.option, &s.effect)).or_default() += s.n;
    }
    let option = |((option, effect), n): ((&str, &str), i64)| OptionCount {
        option: option.to_owned(),
        effect: effect.to_owned(),
        n,
    };
    found
        .into_iter()
        .map(|(question, options)| QuestionCount {
            question: question.to_owned(),
            options: options.into_iter().map(option).collect(),
        })
        .collect()
}

pub fn remarks(said: &[Said], mark: &str) -> i64 {
    said.iter().filter(|s| s.question.is_empty() && s.option == mark).map(|s| s.n).sum()
}

/// Satisfaction in the parts of a period.
fn trend(period: Period, said: &[Said]) -> Trend {
    let parts: Vec<(StoreDate, StoreDate)> = period.parts().into_iter().map(|p| (p.from, p.to)).collect();
    let mut all = vec![Judged::default(); parts.len()];
    let mut questions: BTreeMap<&str, Vec<Judged>> = BTreeMap::new();
    for s in said.iter().filter(|s| matches!(s.effect.as_str(), "good" | "improve" | "bad")) {
        // A month stands for its days: parts are then months too.
        let Ok(day) = (if s.span.len() == 7 { format!("{}-01", s.span) } else { s.span.clone() }).parse::<StoreDate>()
        else {
            continue;
        };
        let Some(at) = parts.iter().rposition(|p| p.0 <= day).filter(|at| day <= parts[*at].1) else { continue };
        let good = if s.effect == "good" { s.n } else { 0 };
        let of_question = questions.entry(&s.question).or_insert_with(|| vec![Judged::default(); parts.len()]);
        for judged in [&mut all[at], &mut of_question[at]] {
            judged.good += good;
            judged.all += s.n;
        }
    }
    let questions = questions.into_iter().map(|(q, j)| (q.to_owned(), j)).collect();
    Trend { parts, all, questions }
}
