use kernel::{Scope, SessionId, StoreId, UserId};

use crate::i18n::Locale;

/// Who is signed in on this device.
#[derive(Clone, Debug)]
pub struct Who {
    pub session: SessionId,
    pub user: UserId,
    pub name: String,
    /// Shown role names of the store worked in, e.g. 回访专员.
    pub title: String,
    pub agent_number: Option<String>,
    pub scope: Scope,
    pub locale: Locale,
    /// system | light | dark
    pub theme: String,
    /// JSON of remapped keys.
    pub key_map: String,
    pub store_name: String,
    /// IANA name of the store's time zone.
    pub tz: String,
    /// Stores to switch to.
    pub stores: Vec<(StoreId, String)>,
    /// Unread notifications, at most 100.
    pub unread: i64,
}
