mod cell;

pub use cell::{Cell, SheetRow};
