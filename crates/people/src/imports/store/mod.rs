//! All SQL of `import_batch`, `import_row`, `import_layout`, `import_store_code`, `import_turn`. The journal
//! (`import_journal`) is intake's; here it is only erased with its rows.

mod batch;
mod json;
mod memory;
mod rows;

pub use batch::*;
pub use memory::*;
pub use rows::*;
