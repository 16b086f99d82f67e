//! News inside the house: written with the fact, heard in the same transaction, told to browsers after it.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use kernel::{GroupId, Result, SessionId, StoreId, UserId};
use serde_json::Value;
use tokio::sync::{broadcast, watch};

use crate::db::{Sql as _, Tx};
use crate::{args, stmt};

/// Something that happened. It carries ids, never names or numbers: events outlive an erasure.
pub trait DomainEvent: Any + Send + Sync {
    /// Stable name, e.g. `repair_orders_recorded`.
    fn kind(&self) -> &'static str;
    /// The thing it happened to.
    fn subject(&self) -> i64;
    fn store(&self) -> Option<StoreId>;
    /// Further ids.
    fn ids(&self) -> Value {
        Value::Null
    }
}

type Ear = Box<dyn for<'a> Fn(&'a mut Tx, &'a (dyn Any + Send + Sync)) -> BoxFuture<'a, Result<()>> + Send + Sync>;

/// Who listens to what. Wired once, in one file of the leaf crate.
#[derive(Default)]
pub struct Wire {
    ears: HashMap<TypeId, Vec<Ear>>,
}

impl Wire {
    /// `wire.listen(|tx, e: &RepairOrdersRecorded| Box::pin(followup::on_repair_orders(tx, e)))`
    #[must_use]
    pub fn listen<E: DomainEvent>(
        mut self,
        ear: impl for<'a> Fn(&'a mut Tx, &'a E) -> BoxFuture<'a, Result<()>> + Send + Sync + 'static,
    ) -> Self {
        let heard: Ear = Box::new(move |tx, event| match event.downcast_ref::<E>() {
            Some(event) => ear(tx, event),
            None => Box::pin(async { Ok(()) }),
        });
        self.ears.entry(TypeId::of::<E>()).or_default().push(heard);
        self
    }

    pub(crate) async fn deliver(&self, tx: &mut Tx, event: &(dyn Any + Send + Sync)) -> Result<()> {
        for ear in self.ears.get(&event.type_id()).into_iter().flatten() {
            ear(tx, event).await?;
        }
        Ok(())
    }
}

stmt!(
    EVENT_ADD,
    "INSERT INTO event (id, group_id, store_id, kind, subject, at, actor, ids) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)"
);

pub(crate) async fn store<E: DomainEvent>(tx: &mut Tx, event: &E) -> Result<()> {
    let id = tx.new_id::<kernel::Event>();
    let (group, user, now) = (tx.scope().group, tx.scope().user, tx.now());
    let row = args![id, group, event.store(), event.kind(), event.subject(), now, user, event.ids()];
    tx.exec(&EVENT_ADD, row).await.map(|_| ())
}

/// What a browser is told at once: a kind it knows and ids it may ask about. Never names or numbers.
#[derive(Clone, Debug)]
pub struct Signal {
    pub group: GroupId,
    /// `None`: everybody in the group who listens to this kind.
    pub user: Option<UserId>,
    pub store: Option<StoreId>,
    pub kind: &'static str,
    pub data: Value,
}

/// Signal kind: a session has ended or works elsewhere. It ends streams and reaches no browser.
pub(crate) const SESSION: &str = "session";

/// Sessions of `user` ended or moved: `only` that one, or all but `except`.
pub fn session_moved(group: GroupId, user: UserId, only: Option<SessionId>, except: Option<SessionId>) -> Signal {
    let data = serde_json::json!({ "only": only, "except": except });
    Signal { group, user: Some(user), store: None, kind: SESSION, data }
}

/// Streams of one person at one time: a browser holds one.
const MOST_OF_ONE: usize = 8;
/// Streams of this process.
const MOST: usize = 5_000;

/// Fans signals out to the open event streams of this process, and knows how many there are.
#[derive(Clone)]
pub struct Hub(Arc<Parts>);

struct Parts {
    signals: broadcast::Sender<Signal>,
    open: Mutex<HashMap<UserId, usize>>,
    closing: watch::Sender<bool>,
}

impl Default for Hub {
    fn default() -> Self {
        let (signals, closing) = (broadcast::channel(1024).0, watch::channel(false).0);
        Self(Arc::new(Parts { signals, open: Mutex::default(), closing }))
    }
}

impl Hub {
    pub fn send(&self, signal: Signal) {
        // Nobody listening is fine.
        let _ = self.0.signals.send(signal);
    }
    pub fn subscribe(&self) -> broadcast::Receiver<Signal> {
        self.0.signals.subscribe()
    }
    /// A place for one more stream of this person; `None` when there are too many, or the process is stopping.
    pub fn ticket(&self, user: UserId) -> Option<Ticket> {
        if *self.0.closing.borrow() {
            return None;
        }
        let mut open = self.open();
        let total: usize = open.values().sum();
        let own = open.entry(user).or_default();
        if total >= MOST || *own >= MOST_OF_ONE {
            return None;
        }
        *own += 1;
        drop(open);
        Some(Ticket { hub: self.clone(), user })
    }
    /// How many streams are open.
    pub fn streams(&self) -> usize {
        self.open().values().sum()
    }
    /// The process stops: every stream ends, and no new one begins.
    pub fn close(&self) {
        self.0.closing.send_replace(true);
    }
    /// Waits for [`Hub::close`].
    pub async fn closed(&self) {
        // The sender lives as long as this hub does.
        let _ = self.0.closing.subscribe().wait_for(|closing| *closing).await;
    }
    fn open(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream's place; given back when it ends, however it ends.
pub struct Ticket {
    hub: Hub,
    user: UserId,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut open = self.hub.open();
        if let Some(own) = open.get_mut(&self.user) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                open.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn places_are_counted_and_given_back() {
        let hub = Hub::default();
        let (one, two) = (UserId::new(1), UserId::new(2));
        let mut held: Vec<_> = (0..MOST_OF_ONE).map(|_| hub.ticket(one).expect("a place")).collect();
        assert!(hub.ticket(one).is_none(), "no more for one person");
        assert!(hub.ticket(two).is_some(), "others are not concerned");
        assert_eq!(hub.streams(), MOST_OF_ONE);
        held.pop();
        held.push(hub.ticket(one).expect("given back"));
        let many: Vec<_> = (10..).map_while(|n| hub.ticket(UserId::new(n))).collect();
        assert_eq!((many.len(), hub.streams()), (MOST - MOST_OF_ONE, MOST));
        drop((held, many));
        assert_eq!(hub.streams(), 0);
        hub.close();
        hub.closed().await;
        assert!(hub.ticket(two).is_none(), "a process that stops begins no stream");
    }
}
