//! The few places where follow-up leans on the layers below.

pub(crate) mod people;
pub(crate) mod platform;
