//! One pass over a chunk: each row is judged against what is known and what the rows before it made. Pure; the
//! preview throws the changes away, applying writes them.

use kernel::{GroupId, Id, ImportId, Millis, StoreDate, StoreId};

use super::changes::{Changes, Entity};
use super::known::Known;
use super::text::AsText;

pub struct Ledger<'m> {
    pub group: GroupId,
    pub store: StoreId,
    pub now: Millis,
    pub tz: jiff::tz::TimeZone,
    pub import: Option<ImportId>,
    /// Chosen by hand: not matched.
    pub pinned: Option<kernel::CustomerId>,
    pub known: Known,
    pub made: Changes,
    /// The next free id; a preview counts down from zero.
    pub mint: &'m mut (dyn FnMut() -> i64 + Send),
}

impl Ledger<'_> {
    pub fn new_id<T>(&mut self) -> Id<T> {
        Id::new((self.mint)())
    }

    /// The instant of a local minute; noon where no time is known.
    pub fn instant(&self, day: StoreDate, minute: Option<i64>) -> Millis {
        let minute = minute.unwrap_or(720).clamp(0, 1439);
        let part = |n: i64| i8::try_from(n).unwrap_or(0);
        let civil = day.civil().at(part(minute / 60), part(minute % 60), 0, 0);
        let stamp = self.tz.to_ambiguous_timestamp(civil).compatible();
        Millis(stamp.map_or(0, jiff::Timestamp::as_millisecond))
    }

    /// Notes a value that differs from the known one, and takes it over.
    pub fn turn<T: AsText + PartialEq>(
        made: &mut Changes,
        (row, entity, id): (usize, Entity, i64),
        field: &'static str,
        slot: &mut T,
        value: T,
    ) -> bool {
        if *slot == value {
            return false;
        }
        made.changed(row, entity, id, field, slot.to_text(), value.to_text());
        *slot = value;
        true
    }
}

impl Ledger<'_> {
    /// The store's date of this moment.
    pub fn today(&self) -> StoreDate {
        let stamp = jiff::Timestamp::from_millisecond(self.now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        self.tz.to_datetime(stamp).date().into()
    }
}
