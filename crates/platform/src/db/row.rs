//! Rows of either engine, read into typed values.

use kernel::{Department, Fen, Id, Millis, Permille, PersonName, Phone, Plate, Problem, Result, StoreDate, Vin};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use super::val::Keyed;

pub enum Row {
    Lite(SqliteRow),
    Pg(PgRow),
}

/// A type that a column can become.
pub trait Col: Sized {
    /// # Errors
    /// `Internal` when the column is missing, holds another type, or NULL.
    fn get(row: &Row, column: &str) -> Result<Self> {
        Self::get_opt(row, column)?.ok_or_else(|| Problem::internal(format!("column {column} is NULL")))
    }
    /// # Errors
    /// `Internal` when the column is missing or holds another type.
    fn get_opt(row: &Row, column: &str) -> Result<Option<Self>>;
}

impl<T: Col> Col for Option<T> {
    fn get(row: &Row, column: &str) -> Result<Self> {
        T::get_opt(row, column)
    }
    fn get_opt(row: &Row, column: &str) -> Result<Option<Self>> {
        T::get_opt(row, column).map(Some)
    }
}

/// A struct that a row can become; made by [`row!`](crate::row).
pub trait Rec: Sized + Send {
    /// # Errors
    /// As [`Col::get`].
    fn from_row(row: &Row) -> Result<Self>;
}

impl Row {
    /// # Errors
    /// As [`Col::get`].
    pub fn get<T: Col>(&self, column: &str) -> Result<T> {
        T::get(self, column)
    }
}

macro_rules! native {
    ($($t:ty),*) => { $(
        impl Col for $t {
            fn get_opt(row: &Row, column: &str) -> Result<Option<Self>> {
                match row {
                    Row::Lite(r) => r.try_get(column),
                    Row::Pg(r) => r.try_get(column),
                }
                .map_err(Problem::internal)
            }
        }
    )* };
}
native!(i64, String, Vec<u8>);

/// Columns that are stored as one of the native types and parsed on the way in.
macro_rules! stored {
    ($($t:ty as $n:ty => |$v:ident| $e:expr),* $(,)?) => { $(
        impl Col for $t {
            fn get_opt(row: &Row, column: &str) -> Result<Option<Self>> {
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
    fn get_opt(row: &Row, column: &str) -> Result<Option<Self>> {
        String::get_opt(row, column)?
            .map(|key| T::from_key(&key).ok_or_else(|| bad("key", format!("{column}={key}"))))
            .transpose()
    }
}

impl<K> Col for Id<K> {
    fn get_opt(row: &Row, column: &str) -> Result<Option<Self>> {
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
            fn from_row(row: &$crate::db::Row) -> ::kernel::Result<Self> {
                Ok(Self { $($field: row.get(stringify!($field))?),* })
            }
        }
    };
}

/// One column of any [`Col`] type, named `v`.
pub struct One<T>(pub T);
impl<T: Col + Send> Rec for One<T> {
    fn from_row(row: &Row) -> Result<Self> {
        row.get("v").map(One)
    }
}
/// Two columns, named `k` and `v`.
impl<K: Col + Send, V: Col + Send> Rec for (K, V) {
    fn from_row(row: &Row) -> Result<Self> {
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
