//! What a handler works at: who asks, from where, and how to answer.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use kernel::{FieldErrors, Millis, Problem, Scope};
use serde::Serialize;

use super::front::Known;
use super::{Answer, App, Ctx, Failure, Ui, Who};
use crate::db::{Db, Reads};
use crate::i18n::{self, Arg, Locale};

#[derive(Clone)]
pub struct Desk {
    app: App,
    ctx: Ctx,
    who: Option<Arc<Who>>,
}

/// A field's fault in the reader's words.
#[derive(Clone, Debug)]
pub struct ShownError {
    pub field: String,
    pub text: String,
}

impl Desk {
    pub fn new(app: App, ctx: Ctx, who: Option<Arc<Who>>) -> Self {
        Self { app, ctx, who }
    }
    pub fn app(&self) -> &App {
        &self.app
    }
    pub fn db(&self) -> &Db {
        &self.app.db
    }
    pub fn reads(&self) -> Reads {
        self.app.db.reads()
    }
    pub fn now(&self) -> Millis {
        self.app.db.clock().now()
    }
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }
    pub fn is_htmx(&self) -> bool {
        self.ctx.htmx
    }
    /// The person, on pages that everybody may open.
    pub fn guest(&self) -> Option<&Who> {
        self.who.as_deref()
    }
    /// The signed-in person.
    /// # Panics
    /// Never behind a need: the guard lets nobody through who is not known.
    pub fn who(&self) -> &Who {
        #[expect(clippy::expect_used, reason = "the route's guard answers unknown people before the handler runs")]
        self.who.as_deref().expect("the guard let nobody through who is not known")
    }
    pub fn scope(&self) -> &Scope {
        &self.who().scope
    }
    pub fn locale(&self) -> Locale {
        self.who.as_ref().map_or(self.ctx.locale, |w| w.locale)
    }
    pub fn ui(&self) -> Ui {
        Ui::new(self.app.clone(), self.ctx.clone(), self.who.clone())
    }

    /// A whole page.
    /// # Errors
    /// When the template cannot be rendered.
    pub fn page(&self, page: &impl Template) -> Answer {
        Ok(html(page.render()?))
    }
    /// A part of a page, for htmx.
    /// # Errors
    /// When the template cannot be rendered.
    pub fn fragment(&self, part: &impl Template) -> Answer {
        Ok(html(part.render()?))
    }
    /// The form again, as filled in, with its errors.
    /// # Errors
    /// When the template cannot be rendered.
    pub fn invalid(&self, page: &impl Template) -> Answer {
        let mut answer = html(page.render()?);
        *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        Ok(answer)
    }
    /// # Errors
    /// When the value cannot be written as JSON.
    pub fn json(&self, value: &impl Serialize) -> Answer {
        let text = serde_json::to_string(value).map_err(Problem::internal)?;
        Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
    }
    /// On to another page; htmx leaves the current one.
    /// # Errors
    /// Never; the type is that of a handler.
    pub fn see_other(&self, to: &str) -> Answer {
        if self.ctx.htmx {
            let mut answer = StatusCode::NO_CONTENT.into_response();
            if let Ok(value) = HeaderValue::from_str(to) {
                answer.headers_mut().insert("hx-redirect", value);
            }
            return Ok(answer);
        }
        Ok((StatusCode::SEE_OTHER, [(header::LOCATION, to.to_owned())]).into_response())
    }

    /// HTML that capabilities above put into a place of this page.
    /// # Errors
    /// What they answer.
    pub async fn slot(&self, name: &str, id: i64) -> Result<String, Failure> {
        Ok(self.app.slots.html(name, self, id).await?)
    }

    /// The faults of a form in the reader's words.
    pub fn show_errors(&self, errors: &FieldErrors) -> Vec<ShownError> {
        errors
            .0
            .iter()
            .map(|e| {
                let key = format!("error-{}", e.code.replace(['.', '_'], "-"));
                let args: Vec<(&str, Arg)> = e.arg.iter().map(|a| ("arg", Arg::Text(a.clone()))).collect();
                ShownError { field: e.field.to_string(), text: i18n::text(self.locale(), &key, &args).into_owned() }
            })
            .collect()
    }

    /// The problem as a page, a fragment or JSON, in the reader's words.
    pub(super) fn problem(&self, problem: &Problem) -> Response {
        let (key, detail) = match problem {
            Problem::Invalid(errors) => ("problem-invalid", self.show_errors(errors)),
            Problem::Refused(code) => ("", vec![self.said(&format!("refused-{code}"))]),
            Problem::Conflict(code) => ("", vec![self.said(&format!("conflict-{code}"))]),
            Problem::NotFound => ("problem-not-found", Vec::new()),
            Problem::Forbidden => ("problem-forbidden", Vec::new()),
            Problem::SignIn => ("problem-sign-in", Vec::new()),
            Problem::Busy(_) => ("problem-busy", Vec::new()),
            Problem::ReadOnly => ("problem-read-only", Vec::new()),
            Problem::Internal(_) => ("problem-internal", Vec::new()),
        };
        let title = if key.is_empty() {
            detail.first().map(|d| d.text.clone()).unwrap_or_default()
        } else {
            i18n::text(self.locale(), key, &[]).into_owned()
        };
        if self.ctx.wants_json {
            let body = serde_json::json!({
                "type": "about:blank", "title": title, "reference": &*self.ctx.reference,
                "status": super::failure::status(problem).as_u16(),
                "errors": detail.iter().map(|d| serde_json::json!({"field": d.field, "text": d.text})).collect::<Vec<_>>(),
            });
            return ([(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response();
        }
        let reference = matches!(problem, Problem::Internal(_)).then(|| self.ctx.reference.to_string());
        let detail = if key.is_empty() { Vec::new() } else { detail };
        let rendered = if self.ctx.htmx {
            ProblemPart { title, detail, reference }.render()
        } else {
            ProblemPage { ui: self.ui(), title, detail, reference }.render()
        };
        html(rendered.unwrap_or_else(|_| "problem".into()))
    }

    fn said(&self, key: &str) -> ShownError {
        ShownError { field: String::new(), text: i18n::text(self.locale(), key, &[]).into_owned() }
    }
}

fn html(body: String) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response()
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    ui: Ui,
    title: String,
    detail: Vec<ShownError>,
    reference: Option<String>,
}

#[derive(Template)]
#[template(path = "problem_part.html")]
struct ProblemPart {
    title: String,
    detail: Vec<ShownError>,
    reference: Option<String>,
}

impl FromRequestParts<App> for Desk {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let ctx = parts.extensions.get::<Ctx>().cloned();
        let ctx = ctx.ok_or_else(|| Problem::internal("a request came past the front"))?;
        let who = parts.extensions.get::<Known>().and_then(|k| k.0.clone());
        Ok(Self::new(app.clone(), ctx, who))
    }
}

impl OptionalFromRequestParts<App> for Desk {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Failure> {
        <Self as FromRequestParts<App>>::from_request_parts(parts, app).await.map(Some)
    }
}
