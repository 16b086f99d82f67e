//! Deny by default: the router takes only handlers that come with a need.

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, on};
use kernel::{Cap, Problem};

use super::front::Known;
use super::{App, Failure};

/// What a request must bring.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nobody in particular; each such route stands in a reviewed list.
    Public,
    SignedIn,
    Cap(Cap),
    AnyOf(&'static [Cap]),
}

#[derive(Clone, Debug)]
pub struct RouteInfo {
    pub method: &'static str,
    pub path: &'static str,
    pub need: Need,
}

#[derive(Default)]
pub struct Routes {
    router: Router<App>,
    table: Vec<RouteInfo>,
}

macro_rules! methods {
    ($($name:ident $filter:ident $text:literal),*) => { $(
        #[must_use]
        pub fn $name<H, T>(self, path: &'static str, need: Need, handler: H) -> Self
        where H: Handler<T, App>, T: 'static {
            self.add(MethodFilter::$filter, $text, path, need, handler)
        }
    )* };
}

impl Routes {
    pub fn new() -> Self {
        Self::default()
    }

    methods!(get GET "GET", post POST "POST", put PUT "PUT", delete DELETE "DELETE");

    fn add<H, T>(
        mut self,
        filter: MethodFilter,
        method: &'static str,
        path: &'static str,
        need: Need,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let guarded = on(filter, handler).layer(middleware::from_fn_with_state(need, guard));
        self.router = self.router.route(path, guarded);
        self.table.push(RouteInfo { method, path, need });
        self
    }

    /// A larger body for every route so far (uploads).
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.router = self.router.layer(axum::extract::DefaultBodyLimit::max(bytes));
        self
    }

    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.table.extend(other.table);
        self
    }

    pub fn table(&self) -> &[RouteInfo] {
        &self.table
    }

    pub fn into_router(self) -> Router<App> {
        self.router
    }
}

async fn guard(State(need): State<Need>, req: Request, next: Next) -> Response {
    let known = req.extensions().get::<Known>().and_then(|k| k.0.clone());
    let verdict = match (need, &known) {
        (Need::Public, _) | (Need::SignedIn, Some(_)) => Ok(()),
        (Need::SignedIn | Need::Cap(_) | Need::AnyOf(_), None) => Err(Problem::SignIn),
        (Need::Cap(cap), Some(who)) => who.scope.need(cap).map(|_| ()),
        (Need::AnyOf(caps), Some(who)) if caps.iter().any(|c| who.scope.may(*c)) => Ok(()),
        (Need::AnyOf(_), Some(_)) => Err(Problem::Forbidden),
    };
    // A GET with a query of search words or a POST is all the same here.
    debug_assert!(req.method() != Method::TRACE);
    match verdict {
        Ok(()) => next.run(req).await,
        Err(problem) => Failure(problem).into_response(),
    }
}
