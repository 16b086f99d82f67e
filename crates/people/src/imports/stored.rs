//! Drafts wait in the staging table, which is erasable and expires after 30 days. Only there are
//! names, phones and VINs written in full, so the serialization is spelt out here instead of being
//! a property of the types.

use kernel::{PersonName, Phone, Plate, Vin};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

pub(super) trait Stored: Sized {
    fn write(&self) -> String;
    fn read(text: &str) -> Option<Self>;
}

impl Stored for Phone {
    fn write(&self) -> String {
        self.expose().to_owned()
    }
    fn read(text: &str) -> Option<Phone> {
        Phone::parse(text).ok()
    }
}

impl Stored for Vin {
    fn write(&self) -> String {
        self.expose().to_owned()
    }
    fn read(text: &str) -> Option<Vin> {
        Vin::parse(text).ok()
    }
}

impl Stored for Plate {
    fn write(&self) -> String {
        self.as_str().to_owned()
    }
    fn read(text: &str) -> Option<Plate> {
        Plate::parse(text).ok()
    }
}

impl Stored for PersonName {
    fn write(&self) -> String {
        self.expose().to_owned()
    }
    fn read(text: &str) -> Option<PersonName> {
        PersonName::parse(text).ok()
    }
}

/// `#[serde(with = "stored::one")]`
pub(super) mod one {
    use super::*;

    pub fn serialize<T: Stored, S: Serializer>(value: &T, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&value.write())
    }

    pub fn deserialize<'de, T: Stored, D: Deserializer<'de>>(input: D) -> Result<T, D::Error> {
        let text = String::deserialize(input)?;
        T::read(&text).ok_or_else(|| D::Error::custom("not a stored value"))
    }
}

/// `#[serde(with = "stored::maybe")]`
pub(super) mod maybe {
    use super::*;

    pub fn serialize<T: Stored, S: Serializer>(value: &Option<T>, out: S) -> Result<S::Ok, S::Error> {
        value.as_ref().map(Stored::write).serialize(out)
    }

    pub fn deserialize<'de, T: Stored, D: Deserializer<'de>>(input: D) -> Result<Option<T>, D::Error> {
        let text = Option::<String>::deserialize(input)?;
        text.map(|text| T::read(&text).ok_or_else(|| D::Error::custom("not a stored value"))).transpose()
    }
}

/// `#[serde(with = "stored::list")]`
pub(super) mod list {
    use super::*;

    pub fn serialize<T: Stored, S: Serializer>(values: &[T], out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(values.iter().map(Stored::write))
    }

    pub fn deserialize<'de, T: Stored, D: Deserializer<'de>>(input: D) -> Result<Vec<T>, D::Error> {
        let texts = Vec::<String>::deserialize(input)?;
        texts.iter().map(|text| T::read(text).ok_or_else(|| D::Error::custom("not a stored value"))).collect()
    }
}
