//! One error type for everything a caller can be told.

use std::borrow::Cow;
use std::fmt;

/// What is wrong with a form: every field at once, as codes that the locale files word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(pub Vec<FieldError>);

/// `field` is the form's name for it; `code` is a message key below `error-`; `arg` fills `$arg` in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    pub field: Cow<'static, str>,
    pub code: Cow<'static, str>,
    pub arg: Option<String>,
}

impl FieldErrors {
    pub fn add(&mut self, field: impl Into<Cow<'static, str>>, code: impl Into<Cow<'static, str>>) {
        self.0.push(FieldError { field: field.into(), code: code.into(), arg: None });
    }
    pub fn add_with(
        &mut self,
        field: impl Into<Cow<'static, str>>,
        code: impl Into<Cow<'static, str>>,
        arg: impl Into<String>,
    ) {
        self.0.push(FieldError { field: field.into(), code: code.into(), arg: Some(arg.into()) });
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Keeps the value of a good field, notes the fault of a bad one.
    pub fn take<T>(&mut self, field: &'static str, parsed: Result<T, impl Into<Cow<'static, str>>>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(code) => {
                self.add(field, code);
                None
            }
        }
    }
    pub fn into_result(self) -> Result<(), Problem> {
        if self.is_empty() { Ok(()) } else { Err(Problem::Invalid(self)) }
    }
}

/// Variants by what the caller can do about it.
#[derive(Debug)]
pub enum Problem {
    /// Mend the named fields and send again.
    Invalid(FieldErrors),
    /// A rule of the house says no; the code is a message key below `refused-`.
    Refused(&'static str),
    /// There is no such thing, or it is not for these eyes.
    NotFound,
    /// Signed in, but without this right.
    Forbidden,
    /// Not signed in.
    SignIn,
    /// Somebody else changed it meanwhile; the code is a message key below `conflict-`.
    Conflict(&'static str),
    /// Too much at the moment; try again after so many seconds.
    Busy(u32),
    /// The volume is full or read-only: reading works, saving does not.
    ReadOnly,
    /// Our fault; logged once at the boundary under a reference number.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl Problem {
    pub fn invalid(field: &'static str, code: &'static str) -> Self {
        let mut errors = FieldErrors::default();
        errors.add(field, code);
        Self::Invalid(errors)
    }
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(errors) => {
                f.write_str("invalid:")?;
                errors.0.iter().try_for_each(|e| write!(f, " {}={}", e.field, e.code))
            }
            Self::Refused(code) => write!(f, "refused: {code}"),
            Self::NotFound => f.write_str("not found"),
            Self::Forbidden => f.write_str("forbidden"),
            Self::SignIn => f.write_str("not signed in"),
            Self::Conflict(code) => write!(f, "conflict: {code}"),
            Self::Busy(seconds) => write!(f, "busy, try again in {seconds} s"),
            Self::ReadOnly => f.write_str("read-only: the volume is full"),
            Self::Internal(cause) => write!(f, "internal: {cause}"),
        }
    }
}

impl std::error::Error for Problem {}

pub type Result<T, E = Problem> = std::result::Result<T, E>;
