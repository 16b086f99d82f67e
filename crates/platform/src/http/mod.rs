//! The HTTP kit: routes that carry a permission, the signed-in person, pages and problems.

pub mod assets;
mod desk;
mod failure;
mod fields;
mod front;
pub mod meter;
mod routes;
pub mod serve;
pub mod sse;
mod ui;
mod who;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use kernel::{Cap, Result, Scope};

pub use desk::{Desk, ShownError};
pub use failure::{Answer, Failure};
pub use fields::Fields;
pub use front::{COOKIE_DEVICE, Ctx, cookie_name, front, language_cookie, session_cookie, sign_in_page};
pub use routes::{Need, RouteInfo, Routes};
pub use ui::Ui;
pub use who::Who;

use crate::config::Config;
use crate::db::Db;

/// Everything a handler may need; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

pub struct Parts {
    pub db: Db,
    pub config: Config,
    /// This program, to start its own children.
    pub exe: PathBuf,
    pub nav: Vec<NavItem>,
    pub slots: Slots,
    pub load_session: LoadSession,
    /// Requests in work at one time.
    pub seats: Arc<tokio::sync::Semaphore>,
    /// In a demonstration database one-time links are printed.
    pub demo: bool,
}

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

/// Finds who a session token belongs to.
pub type LoadSession = fn(Db, String) -> BoxFuture<'static, Result<Option<Who>>>;

/// An entry of the menu; shown to those who hold one of `caps`.
#[derive(Clone, Debug)]
pub struct NavItem {
    /// Message key.
    pub label: &'static str,
    pub href: &'static str,
    pub caps: &'static [Cap],
    /// Message key of the heading it stands under; "" = none.
    pub section: &'static str,
    /// Other places that belong under it.
    pub also: &'static [&'static str],
}

impl NavItem {
    /// Whether a page at this path belongs under it.
    pub fn leads_to(&self, path: &str) -> bool {
        let below = |place: &str| path == place || path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'));
        (self.href == "/" && path == "/")
            || (self.href != "/" && below(self.href))
            || self.also.iter().any(|p| below(p))
    }
}

type SlotFn = Box<dyn Fn(Desk, i64) -> BoxFuture<'static, Result<String>> + Send + Sync>;

/// Places in pages that capabilities above fill; wired in the leaf crate.
#[derive(Default)]
pub struct Slots(HashMap<&'static str, Vec<SlotFn>>);

impl Slots {
    /// `slots.fill("customer.next", |desk, id| Box::pin(…html…))`
    #[must_use]
    pub fn fill(
        mut self,
        name: &'static str,
        f: impl Fn(Desk, i64) -> BoxFuture<'static, Result<String>> + Send + Sync + 'static,
    ) -> Self {
        self.0.entry(name).or_default().push(Box::new(f));
        self
    }

    pub(crate) async fn html(&self, name: &str, desk: &Desk, id: i64) -> Result<String> {
        let mut out = String::new();
        for f in self.0.get(name).into_iter().flatten() {
            out.push_str(&f(desk.clone(), id).await?);
        }
        Ok(out)
    }
}

/// A scope for work that nobody signed in for, in the group of the given scope.
pub fn system_scope(like: &Scope) -> Scope {
    Scope::system(like.group, like.store)
}
