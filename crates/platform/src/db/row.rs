//! Rows of either engine, read into typed values.

use std::cell::Cell;

use kernel::{Department, Fen, Id, Millis, Permille, PersonName, Phone, Plate, Problem, Result, StoreDate, Vin};
use rusqlite::types::ValueRef;
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::val::Keyed;

pub enum Row<'a> {
    Lite(LiteRow<'a>),
    Pg(PgRow),
}

/// A row of SQLite while it stands there.
pub struct LiteRow<'a> {
    row: &'a rusqlite::Row<'a>,
    /// Columns are read in their order, nearly always: the one after the last is looked at first.
    next: Cell<usize>,
}

impl LiteRow<'_> {
    fn value(&self, column: &str) -> Result<ValueRef<'_>> {
        let stmt: &rusqlite::Statement<'_> = self.row.as_ref();
        let (count, from) = (stmt.column_count(), self.next.get());
        let at = (from..count)
            .chain(0..from.min(count))
            .find(|at| stmt.column_name(*at).is_ok_and(|name| name == column))
            .ok_or_else(|| Problem::internal(format!("there is no column {column}")))?;
        self.next.set(at + 1);
        self.row.get_ref(at).map_err(Problem::internal)
    }
}

#[cfg(feature = "watch")]
impl LiteRow<'_> {
    /// Reads every column; answers the number of bytes.
    pub(super) fn decoded(&self) -> Result<usize> {
        let mut bytes = 0;
        for at in 0..self.row.as_ref().column_count() {
            bytes += match self.row.get_ref(at).map_err(Problem::internal)? {
                ValueRef::Null => 0,
                ValueRef::Integer(_) | ValueRef::Real(_) => 8,
                ValueRef::Text(text) | ValueRef::Blob(text) => std::hint::black_box(text.to_vec()).len(),
            };
        }
        Ok(bytes)
    }
}

/// What one of the native types is in SQLite.
trait Native: Sized {
    fn of(value: ValueRef<'_>) -> Option<Self>;
}
impl Native for i64 {
    fn of(value: ValueRef<'_>) -> Option<Self> {
        if let ValueRef::Integer(v) = value { Some(v) } else { None }
    }
}
impl Native for String {
    fn of(value: ValueRef<'_>) -> Option<Self> {
        if let ValueRef::Text(v) = value { Some(std::str::from_utf8(v).ok()?.to_owned()) } else { None }
    }
}
impl Native for Vec<u8> {
    fn of(value: ValueRef<'_>) -> Option<Self> {
        if let ValueRef::Blob(v) = value { Some(v.to_vec()) } else { None }
    }
}

/// A type that a column can become.
pub trait Col: Sized {
    /// # Errors
    /// `Internal` when the column is missing, holds another type, or NULL.
    fn get(row: &Row<'_>, column: &str) -> Result<Self> {
        Self::get_opt(row, column)?.ok_or_else(|| Problem::internal(format!("column {column} is NULL")))
    }
    /// # Errors
    /// `Internal` when the column is missing or holds another type.
    fn get_opt(row: &Row<'_>, column: &str) -> Result<Option<Self>>;
}

impl<T: Col> Col for Option<T> {
    fn get(row: &Row<'_>, column: &str) -> Result<Self> {
        T::get_opt(row, column)
    }
    fn get_opt(row: &Row<'_>, column: &str) -> Result<Option<Self>> {
        T::get_opt(row, column).map(Some)
    }
}

/// A struct that a row can become; made by [`row!`](crate::row).
pub trait Rec: Sized + Send + 'static {
    /// # Errors
    /// As [`Col::get`].
    fn from_row(row: &Row<'_>) -> Result<Self>;
}

impl<'a> Row<'a> {
    pub(super) fn lite(row: &'a rusqlite::Row<'a>) -> Self {
        Self::Lite(LiteRow { row, next: Cell::new(0) })
    }
}

impl Row<'_> {
    /// # Errors
    /// As [`Col::get`].
    pub fn get<T: Col>(&self, column: &str) -> Result<T> {
        T::get(self, column)
    }
}

macro_rules! native {
    ($($t:ty),*) => { $(
        impl Col for $t {
            fn get_opt(row: &Row<'_>, column: &str) -> Result<Option<Self>> {
                match row {
                    Row::Lite(r) => match r.value(column)? {
                        ValueRef::Null => Ok(None),
                        value => Native::of(value)
                            .map(Some)
                            .ok_or_else(|| Problem::internal(format!("column {column} is {}", value.data_type()))),
                    },
                    Row::Pg(r) => r.try_get(column).map_err(Problem::internal),
                }
            }
        }
    )* };
}
native!(i64, String, Vec<u8>);

/// Columns that are stored as one of the native types and parsed on the way in.
macro_rules! stored {
    ($($t:ty as $n:ty => |$v:ident| $e:expr),* $(,)?) => { $(
        impl Col for $t {
            fn get_opt(row: &Row<'_>, column: &str) -> Result<Option<Self>> {
                <$n>::get_opt(row, column)?.map(|$v| $e).transpose()
            }
        }
    )* };
}

pub(crate) fn bad(what: &str, value: impl std::fmt::Display) -> Problem {
    Problem::internal(format!("stored {what} is unreadable: {value}"))
}

stored! {
    bool as i64 => |v| Ok(v != 0),
    Millis as i64 => |v| Ok(Millis(v)),
    u32 as i64 => |v| u32::try_from(v).map_err(|_| bad("number", v)),
    serde_json::Value as String => |v| serde_json::from_str(&v).map_err(|e| bad("json", e)),
    u16 as i64 => |v| u16::try_from(v).map_err(|_| bad("number", v)),
    Fen as i64 => |v| Ok(Fen(v)),
    Permille as i64 => |v| u16::try_from(v).map(Permille).map_err(|_| bad("permille", v)),
    StoreDate as String => |v| v.parse().map_err(|_| bad("date", v)),
    Phone as String => |v| Phone::parse(&v).map_err(|_| bad("phone", "****")),
    Vin as String => |v| Vin::parse(&v).map_err(|_| bad("vin", "****")),
    Plate as String => |v| Plate::parse(&v).map_err(|_| bad("plate", "****")),
    PersonName as String => |v| PersonName::parse(&v).map_err(|_| bad("name", "****")),
    Department as String => |v| Department::parse(&v).ok_or_else(|| bad("department", v)),
}

impl<T: Keyed> Col for T {
    fn get_opt(row: &Row<'_>, column: &str) -> Result<Option<Self>> {
        String::get_opt(row, column)?
            .map(|key| T::from_key(&key).ok_or_else(|| bad("key", format!("{column}={key}"))))
            .transpose()
    }
}

impl<K> Col for Id<K> {
    fn get_opt(row: &Row<'_>, column: &str) -> Result<Option<Self>> {
        Ok(i64::get_opt(row, column)?.map(Self::new))
    }
}

/// Declares a struct whose fields are the columns of a row, by name.
#[macro_export]
macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$fmeta:meta])* $fvis:vis $field:ident : $ty:ty),* $(,)? }) => {
        $(#[$meta])*
        $vis struct $name { $($(#[$fmeta])* $fvis $field: $ty),* }
        impl $crate::db::Rec for $name {
            fn from_row(row: &$crate::db::Row<'_>) -> ::kernel::Result<Self> {
                Ok(Self { $($field: row.get(stringify!($field))?),* })
            }
        }
    };
}

/// One column of any [`Col`] type, named `v`.
pub struct One<T>(pub T);
impl<T: Col + Send + 'static> Rec for One<T> {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        row.get("v").map(One)
    }
}
/// Two columns, named `k` and `v`.
impl<K: Col + Send + 'static, V: Col + Send + 'static> Rec for (K, V) {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok((row.get("k")?, row.get("v")?))
    }
}

/// An enum whose variants have stable keys in tables, forms and locale files.
#[macro_export]
macro_rules! keyed {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $key:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        $vis enum $name { $($(#[$vmeta])* $variant),* }
        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            pub const fn key(self) -> &'static str { match self { $(Self::$variant => $key),* } }
            pub fn parse(key: &str) -> Option<Self> { match key { $($key => Some(Self::$variant),)* _ => None } }
        }
        impl $crate::db::Keyed for $name {
            fn key_of(self) -> &'static str { self.key() }
            fn from_key(key: &str) -> Option<Self> { Self::parse(key) }
        }
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.serialize_str(self.key()) }
        }
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let key = String::deserialize(d)?;
                Self::parse(&key).ok_or_else(|| ::serde::de::Error::custom(format!("unknown key {key}")))
            }
        }
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result { f.write_str(self.key()) }
        }
    };
}
