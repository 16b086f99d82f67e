//! Editing what is kept as data: every such page shows which edition is in force and whose it is, an older one on
//! request, a preview of what is typed, and undoes by restoring. One piece for all documents.
//!
//! A document says what its items look like as forms ([`Document::view`]), how a form changes it
//! ([`Document::apply`]) and what the change would do ([`Document::preview`]); the rest is the same everywhere.

mod form;
mod frame;
mod page;

#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;

use kernel::{Cap, Result};
use platform::http::{Desk, Failure, Need, Routes, Ui};
use platform::rulebook::{Rulebook, Versioned};

pub use form::{Cell, Choice, Control, Field, Optional, Placed, Read, Row, Section, Table, Words, keyed_choices};
pub use frame::{Frame, Place, open, restore, save_over};
pub use page::NEW;

/// A document with a page of its own.
pub trait Document: Rulebook {
    /// `/rules`, and below it `/restored` and `/preview`.
    const PATH: &'static str;
    const RESTORED: &'static str;
    const PREVIEW: &'static str;
    /// How its words begin: `rules` → `rules-f-days-to`, and the help below it `rules-h-days-to`.
    const WORDS: &'static str;
    /// What the page must know beside the document.
    type Beside: Send + Sync + 'static;

    fn beside(desk: &Desk) -> impl Future<Output = Result<Self::Beside>> + Send;

    /// The page of an item; "" is the list. `None`: there is no such item.
    fn view(&self, on: &On<'_, Self::Beside>, item: &str) -> Option<View>;

    /// The form of an item, as typed, becomes part of the document. What it leaves wrong is found by `check`.
    fn apply(&mut self, on: &On<'_, Self::Beside>, item: &str, read: &mut Read<'_>);

    /// What the change would do, as HTML.
    fn preview(
        change: Change<Self>,
        desk: &Desk,
        beside: &Self::Beside,
        item: &str,
    ) -> impl Future<Output = Result<String, Failure>> + Send;

    /// What a fault's path means to a reader, where it is not a field of the page: `维修三日`.
    fn place(&self, _ui: &Ui, _path: &str) -> String {
        String::new()
    }
}

/// What a view is made with.
pub struct On<'a, B> {
    pub ui: &'a Ui,
    pub beside: &'a B,
}

/// Before, and as the form would have it.
pub struct Change<R> {
    pub now: Arc<Versioned<R>>,
    pub new: R,
}

/// A page's content beside what all have in common.
#[derive(Default)]
pub struct View {
    /// The item's name; "" on the list.
    pub title: String,
    pub lead: String,
    pub tables: Vec<Table>,
    pub sections: Vec<Section>,
    /// What a change means for what is there already.
    pub effect: String,
}

/// The four acts on a document.
pub fn routes<R: Document>() -> Routes {
    let need = Need::Cap(Cap::RuleEdit);
    Routes::new()
        .get(R::PATH, need, page::show::<R>)
        .post(R::PATH, need, page::save::<R>)
        .post(R::RESTORED, need, page::restored::<R>)
        .post(R::PREVIEW, need, page::preview::<R>)
}
