//! The vocabulary: pure types without any input or output.
pub mod clock;
pub mod id;
pub mod problem;
pub mod scope;

pub use clock::{Clock, Millis};
pub use id::*;
pub use problem::{FieldError, FieldErrors, Problem, Result};
pub use scope::{Cap, Department, Post, Reach, Scope, Stores};
