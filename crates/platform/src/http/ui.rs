//! What templates may ask for: words, numbers and dates as the reader expects them.

use std::fmt::Display;
use std::sync::Arc;

use jiff::tz::TimeZone;
use kernel::{Cap, Fen, Millis, Permille, StoreDate};

use super::{App, Ctx, Who};
use crate::i18n::{self, Count, Label, Locale, Msg};

#[derive(Clone)]
pub struct Ui {
    app: App,
    ctx: Ctx,
    who: Option<Arc<Who>>,
    tz: TimeZone,
}

/// An entry of the menu, for this reader.
pub struct NavLink {
    pub label: String,
    pub href: &'static str,
    pub on: bool,
    /// The heading above it, when it is the first of its section.
    pub heading: Option<String>,
}

/// A rate as templates hand it over: by value or by reference, known or not.
pub trait MaybeRate {
    fn rate(&self) -> Option<Permille>;
}
impl MaybeRate for Permille {
    fn rate(&self) -> Option<Permille> {
        Some(*self)
    }
}
impl<T: MaybeRate> MaybeRate for Option<T> {
    fn rate(&self) -> Option<Permille> {
        self.as_ref().and_then(MaybeRate::rate)
    }
}
impl<T: MaybeRate> MaybeRate for &T {
    fn rate(&self) -> Option<Permille> {
        (**self).rate()
    }
}

/// Shown for what is not known.
pub const NONE: &str = "--";

impl Ui {
    pub(super) fn new(app: App, ctx: Ctx, who: Option<Arc<Who>>) -> Self {
        let name = who.as_ref().map_or("Asia/Shanghai", |w| w.tz.as_str());
        let tz = TimeZone::get(name).unwrap_or(TimeZone::UTC);
        Self { app, ctx, who, tz }
    }

    pub fn locale(&self) -> Locale {
        self.who.as_ref().map_or(self.ctx.locale, |w| w.locale)
    }
    pub fn lang(&self) -> &'static str {
        self.locale().key()
    }
    pub fn t(&self, key: &str) -> i18n::Text {
        i18n::text(self.locale(), key, &[])
    }
    /// A message with arguments: `ui.k("queue-left").n("n", 5)`.
    pub fn k(&self, key: &str) -> Msg {
        Msg::new(self.locale(), key.to_owned())
    }
    /// A message whose key ends in a value: `ui.v("task-kind", task.kind)` → `task-kind-3dc`.
    pub fn v(&self, prefix: &str, value: impl Display) -> i18n::Text {
        i18n::text(self.locale(), &format!("{prefix}-{}", value.to_string().replace(['_', '.'], "-")), &[])
    }
    pub fn label(&self, label: &Label) -> String {
        label.in_locale(self.locale()).into_owned()
    }

    // Chrome ---------------------------------------------------------------

    pub fn nonce(&self) -> &str {
        &self.ctx.nonce
    }
    pub fn path(&self) -> &str {
        &self.ctx.path
    }
    pub fn asset(&self, logical: &str) -> &'static str {
        super::assets::url(logical)
    }
    pub fn signed_in(&self) -> bool {
        self.who.is_some()
    }
    pub fn user_id(&self) -> String {
        self.who.as_ref().map_or_else(String::new, |w| w.user.to_string())
    }
    pub fn user_name(&self) -> &str {
        self.who.as_ref().map_or("", |w| &w.name)
    }
    pub fn user_title(&self) -> &str {
        self.who.as_ref().map_or("", |w| &w.title)
    }
    pub fn store_name(&self) -> &str {
        self.who.as_ref().map_or("", |w| &w.store_name)
    }
    pub fn stores(&self) -> Vec<(String, String, bool)> {
        let Some(who) = &self.who else { return Vec::new() };
        who.stores.iter().map(|(id, name)| (id.to_string(), name.clone(), Some(*id) == who.scope.store)).collect()
    }
    pub fn unread(&self) -> i64 {
        self.who.as_ref().map_or(0, |w| w.unread)
    }
    pub fn theme(&self) -> &str {
        self.who.as_ref().map_or("system", |w| &w.theme)
    }
    pub fn key_map(&self) -> &str {
        self.who.as_ref().map_or("{}", |w| &w.key_map)
    }
    pub fn plain_http(&self) -> bool {
        self.app.config.plain_http
    }
    /// The disk is full: what is read may be read on, nothing is saved.
    pub fn read_only(&self) -> bool {
        self.app.db.is_full()
    }
    pub fn demo(&self) -> bool {
        self.app.demo
    }
    pub fn may(&self, cap: &str) -> bool {
        Cap::parse(cap).is_some_and(|cap| self.who.as_ref().is_some_and(|w| w.scope.may(cap)))
    }
    pub fn locales(&self) -> impl Iterator<Item = Locale> {
        Locale::ALL.iter().copied()
    }
    pub fn nav(&self) -> Vec<NavLink> {
        let Some(who) = &self.who else { return Vec::new() };
        let mut section = "";
        let mut links = Vec::new();
        for item in self.app.nav.iter().filter(|i| i.caps.is_empty() || i.caps.iter().any(|c| who.scope.may(*c))) {
            let heading = (item.section != section && !item.section.is_empty()).then(|| self.t(item.section).into());
            section = item.section;
            let on = item.leads_to(&self.ctx.path);
            links.push(NavLink { label: self.t(item.label).into_owned(), href: item.href, on, heading });
        }
        links
    }

    // Values ---------------------------------------------------------------

    pub fn or_none(&self, text: &Option<String>) -> String {
        text.clone().filter(|t| !t.is_empty()).unwrap_or_else(|| NONE.into())
    }
    /// 1,234
    pub fn int(&self, n: impl Count) -> String {
        i18n::grouped(n.count())
    }
    pub fn money(&self, fen: &Option<Fen>) -> String {
        fen.map_or_else(|| NONE.into(), |f| f.to_string())
    }
    /// 41,260 km
    pub fn km(&self, km: &Option<i64>) -> String {
        km.map_or_else(|| NONE.into(), |n| format!("{} km", self.int(n)))
    }
    /// 86.4%
    pub fn pct(&self, permille: impl MaybeRate) -> String {
        permille.rate().map_or_else(|| NONE.into(), |p| format!("{}.{}%", p.0 / 10, p.0 % 10))
    }
    fn local(&self, at: Millis) -> Option<jiff::Zoned> {
        jiff::Timestamp::from_millisecond(at.0).ok().map(|t| t.to_zoned(self.tz.clone()))
    }
    pub fn today(&self) -> Option<StoreDate> {
        let now = self.local(self.app.db.clock().now())?;
        now.date().to_string().parse().ok()
    }
    /// 2026-11-22 in full, 11-22 within the year.
    pub fn date(&self, day: &StoreDate) -> String {
        let text = day.to_string();
        match self.today() {
            Some(today) if today.year() == day.year() => text[5..].to_owned(),
            _ => text,
        }
    }
    pub fn date_opt(&self, day: &Option<StoreDate>) -> String {
        day.as_ref().map_or_else(|| NONE.into(), |d| self.date(d))
    }
    /// 10:05 today, 11-22 10:05 within the year, 2025-11-22 10:05 before.
    pub fn day_time(&self, at: &Millis) -> String {
        let Some(z) = self.local(*at) else { return NONE.into() };
        let time = format!("{:02}:{:02}", z.hour(), z.minute());
        let day = z.date().to_string();
        match self.today().map(|t| t.to_string()) {
            Some(today) if today == day => time,
            Some(today) if today[..4] == day[..4] => format!("{} {time}", &day[5..]),
            _ => format!("{day} {time}"),
        }
    }
    /// With its day, today too: for what is printed or kept.
    pub fn date_time(&self, at: &Millis) -> String {
        let Some(z) = self.local(*at) else { return NONE.into() };
        format!("{} {:02}:{:02}", z.date(), z.hour(), z.minute())
    }
    /// When this page was made, for paper.
    pub fn printed_at(&self) -> String {
        self.date_time(&self.app.db.clock().now())
    }
    /// The day alone: 10:05 today, 11-22 within the year, 2025-11-22 before.
    pub fn day(&self, at: &Millis) -> String {
        let shown = self.day_time(at);
        shown.rsplit_once(' ').map_or(shown.clone(), |(day, _)| day.to_owned())
    }
    pub fn day_time_opt(&self, at: &Option<Millis>) -> String {
        at.as_ref().map_or_else(|| NONE.into(), |a| self.day_time(a))
    }
    /// For `<time datetime>`.
    pub fn iso(&self, at: &Millis) -> String {
        self.local(*at).map_or_else(String::new, |z| z.timestamp().to_string())
    }
    /// 2 分 41 秒
    pub fn duration(&self, seconds: impl Count) -> String {
        let s = seconds.count();
        self.k("duration-min-sec").n("min", s / 60).n("sec", s % 60).to_string()
    }
}
