//! Rows as the policy sees them; the five real layouts, counted independently; and whole files through the whole way.

mod dms;
mod files;
mod rows;
mod through;
mod world;
