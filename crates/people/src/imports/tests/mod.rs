//! Rows as the policy sees them; and the five real layouts, counted independently.

mod dms;
mod files;
mod rows;
