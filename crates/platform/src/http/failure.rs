use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kernel::Problem;

/// What a handler answers.
pub type Answer = Result<Response, Failure>;

/// A [`Problem`] on its way to the browser. The front turns it into a page or a fragment in the reader's language.
#[derive(Debug)]
pub struct Failure(pub Problem);

impl From<Problem> for Failure {
    fn from(p: Problem) -> Self {
        Self(p)
    }
}

impl From<askama::Error> for Failure {
    fn from(e: askama::Error) -> Self {
        Self(Problem::internal(e))
    }
}

/// Carries the problem to the front; [`Problem`] itself cannot be cloned.
#[derive(Clone)]
pub(super) struct Told(pub std::sync::Arc<Problem>);

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = status(&self.0).into_response();
        response.extensions_mut().insert(Told(std::sync::Arc::new(self.0)));
        response
    }
}

pub(super) fn status(problem: &Problem) -> StatusCode {
    match problem {
        Problem::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Problem::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Problem::NotFound => StatusCode::NOT_FOUND,
        Problem::Forbidden => StatusCode::FORBIDDEN,
        Problem::SignIn => StatusCode::UNAUTHORIZED,
        Problem::Conflict(_) => StatusCode::CONFLICT,
        Problem::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
        Problem::ReadOnly => StatusCode::INSUFFICIENT_STORAGE,
        Problem::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
