//! Values that go into statements. NULLs are typed, because PostgreSQL needs to know.

use kernel::{Department, Fen, Id, Millis, Permille, PersonName, Phone, Plate, StoreDate, Vin};

#[derive(Clone, Debug, PartialEq)]
pub enum Val {
    I(Option<i64>),
    T(Option<String>),
    B(Option<Vec<u8>>),
}

/// A type that can be bound to a statement.
pub trait Bind: Sized {
    const NULL: Val;
    fn bind(self) -> Val;
}

/// An enum with stable keys; see [`keyed!`](crate::keyed).
pub trait Keyed: Copy + Sized {
    fn key_of(self) -> &'static str;
    fn from_key(key: &str) -> Option<Self>;
}

impl<T: Keyed> Bind for T {
    const NULL: Val = Val::T(None);
    fn bind(self) -> Val {
        Val::T(Some(self.key_of().to_owned()))
    }
}

impl<T: Bind> Bind for Option<T> {
    const NULL: Val = T::NULL;
    fn bind(self) -> Val {
        self.map_or(T::NULL, Bind::bind)
    }
}

impl Bind for Val {
    const NULL: Val = Val::T(None);
    fn bind(self) -> Val {
        self
    }
}

macro_rules! bind {
    ($($t:ty => |$v:ident| $e:expr => $variant:ident),* $(,)?) => { $(
        impl Bind for $t {
            const NULL: Val = Val::$variant(None);
            fn bind(self) -> Val { let $v = self; Val::$variant(Some($e)) }
        }
    )* };
}

/// Lists travel as JSON text; `{{ids:$n}}` and `{{texts:$n}}` unfold them.
fn list<T: serde::Serialize>(items: &[T]) -> String {
    serde_json::to_string(items).unwrap_or_else(|_| "[]".into())
}

bind! {
    i64 => |v| v => I,
    i32 => |v| i64::from(v) => I,
    u32 => |v| i64::from(v) => I,
    u16 => |v| i64::from(v) => I,
    usize => |v| i64::try_from(v).unwrap_or(i64::MAX) => I,
    bool => |v| i64::from(v) => I,
    Millis => |v| v.0 => I,
    String => |v| clean(v) => T,
    &str => |v| clean(v.to_owned()) => T,
    &String => |v| clean(v.clone()) => T,
    Department => |v| v.key().to_owned() => T,
    Fen => |v| v.0 => I,
    Permille => |v| i64::from(v.0) => I,
    StoreDate => |v| v.to_string() => T,
    &Phone => |v| v.expose().to_owned() => T,
    Phone => |v| v.expose().to_owned() => T,
    &Vin => |v| v.expose().to_owned() => T,
    Vin => |v| v.expose().to_owned() => T,
    &Plate => |v| v.as_str().to_owned() => T,
    Plate => |v| v.as_str().to_owned() => T,
    &PersonName => |v| v.expose().to_owned() => T,
    PersonName => |v| v.expose().to_owned() => T,
    Vec<u8> => |v| v => B,
    &[u8] => |v| v.to_vec() => B,
    serde_json::Value => |v| clean(v.to_string()) => T,
    &serde_json::Value => |v| clean(v.to_string()) => T,
    &[i64] => |v| list(v) => T,
    &[String] => |v| clean(list(v)) => T,
    &[&str] => |v| clean(list(v)) => T,
    &Vec<i64> => |v| list(v) => T,
    &Vec<String> => |v| clean(list(v)) => T,
}

impl<K> Bind for Id<K> {
    const NULL: Val = Val::I(None);
    fn bind(self) -> Val {
        Val::I(Some(self.raw()))
    }
}
impl<K> Bind for &[Id<K>] {
    const NULL: Val = Val::T(None);
    fn bind(self) -> Val {
        let raw: Vec<i64> = self.iter().map(|id| id.raw()).collect();
        Val::T(Some(list(&raw)))
    }
}
impl<K> Bind for &Vec<Id<K>> {
    const NULL: Val = Val::T(None);
    fn bind(self) -> Val {
        self.as_slice().bind()
    }
}

/// PostgreSQL cannot store U+0000; it means nothing in any of our texts.
fn clean(mut text: String) -> String {
    if text.contains('\0') {
        text.retain(|c| c != '\0');
    }
    text
}

pub type Args = Vec<Val>;

/// `args![store, "x", Some(3i64)]`
#[macro_export]
macro_rules! args {
    ($($v:expr),* $(,)?) => { vec![$($crate::db::Bind::bind($v)),*] };
}
