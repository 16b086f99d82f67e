//! Rows as the policy sees them; the five real layouts, counted independently; and whole files through the whole way.

mod answers;
mod changed;
mod command;
mod dms;
mod files;
mod full;
mod hostile;
mod kept;
mod messages;
mod pages;
mod rejected;
mod rights;
mod rows;
mod through;
mod torture;
mod world;
