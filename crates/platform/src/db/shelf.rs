//! What was made of rows and may be used again: parsed documents, calendars.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

/// A type, and up to three numbers.
pub(super) type Key = (TypeId, [i64; 3]);
pub(super) type Thing = Arc<dyn Any + Send + Sync>;

/// Things by type and numbers. It belongs to one [`super::Db`]: the same ids mean something else elsewhere.
#[derive(Default)]
pub(super) struct Shelf(RwLock<HashMap<Key, Thing>>);

impl Shelf {
    pub fn get(&self, key: Key) -> Option<Thing> {
        self.0.read().ok()?.get(&key).cloned()
    }

    /// In place of what stood there.
    pub fn put(&self, key: Key, thing: Thing) {
        if let Ok(mut all) = self.0.write() {
            all.insert(key, thing);
        }
    }
}
