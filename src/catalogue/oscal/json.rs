//! JSON with limits, and with no key twice.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use super::document::Limits;
use super::error::OscalError;
use super::validate::excerpt;

/// Parses within the limits.
pub(super) fn parse(bytes: &[u8], limits: &Limits) -> Result<Value, OscalError> {
    if bytes.len() > limits.bytes {
        return Err(OscalError::TooLarge {
            bytes: bytes.len(),
            limit: limits.bytes,
        });
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    measure(bytes, limits)?;
    let Unique(value) = serde_json::from_slice(bytes).map_err(|error| OscalError::Json {
        line: error.line(),
        column: error.column(),
        reason: reason(&error),
    })?;
    Ok(value)
}

/// The message without the place, which is reported beside it.
fn reason(error: &serde_json::Error) -> String {
    let place = format!(" at line {} column {}", error.line(), error.column());
    error.to_string().replace(&place, "")
}

/// Counts brackets and commas outside texts before a single value is built.
fn measure(bytes: &[u8], limits: &Limits) -> Result<(), OscalError> {
    let (mut depth, mut values, mut line) = (0_usize, 0_usize, 1_usize);
    let mut left = bytes;
    while let Some((byte, rest)) = left.split_first() {
        left = rest;
        match byte {
            b'"' => left = after_text(rest),
            b'\n' => line += 1,
            b'{' | b'[' => {
                depth += 1;
                values += 1;
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => continue,
        }
        if depth > limits.depth {
            let limit = limits.depth;
            return Err(OscalError::TooDeep { line, limit });
        }
        if values > limits.values {
            let limit = limits.values;
            return Err(OscalError::TooMany { limit });
        }
    }
    Ok(())
}

/// What follows the rest of a text, in which JSON allows no line end. Most of a file is texts: their bytes are looked
/// at for nothing but their end.
fn after_text(mut rest: &[u8]) -> &[u8] {
    while let Some(at) = memchr::memchr2(b'"', b'\\', rest) {
        // What is escaped may be a quotation mark.
        let passed = if rest.get(at) == Some(&b'"') { 1 } else { 2 };
        rest = rest.get(at + passed..).unwrap_or_default();
        if passed == 1 {
            return rest;
        }
    }
    &[]
}

/// A value none of whose objects names a key twice: the second would silently replace the first.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor).map(Self)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        storable(&value)?;
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Unique(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            storable(&key)?;
            match map.entry(key) {
                Entry::Vacant(place) => {
                    let Unique(value) = entries.next_value()?;
                    place.insert(value);
                }
                Entry::Occupied(place) => {
                    let key = place.key();
                    let key = excerpt(key);
                    return Err(A::Error::custom(format!("key `{key}` twice in one object")));
                }
            }
        }
        Ok(Value::Object(map))
    }
}

/// PostgreSQL cannot hold U+0000 in a text, so no text may have it on either engine.
fn storable<E: Error>(text: &str) -> Result<(), E> {
    if text.contains('\0') {
        return Err(E::custom("a text holds U+0000"));
    }
    Ok(())
}
