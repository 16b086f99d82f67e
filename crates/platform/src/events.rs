//! News inside the house: written with the fact, heard in the same transaction, told to browsers after it.

use std::any::{Any, TypeId};
use std::collections::HashMap;

use futures_util::future::BoxFuture;
use kernel::{GroupId, Result, StoreId, UserId};
use serde_json::Value;
use tokio::sync::broadcast;

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

/// Fans signals out to the open event streams of this process.
#[derive(Clone)]
pub struct Hub(broadcast::Sender<Signal>);

impl Default for Hub {
    fn default() -> Self {
        Self(broadcast::channel(1024).0)
    }
}

impl Hub {
    pub fn send(&self, signal: Signal) {
        // Nobody listening is fine.
        let _ = self.0.send(signal);
    }
    pub fn subscribe(&self) -> broadcast::Receiver<Signal> {
        self.0.subscribe()
    }
}
