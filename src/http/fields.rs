//! Sparse answers: `?fields=` names what of a resource is wanted.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::PartialSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::page;
use crate::error::{Error, FaultCode, Result};

/// What an answer always holds.
const ALWAYS: [&str; 3] = ["id", "reference", "version"];

/// The fields that are wanted; all, unless some were named.
#[derive(Debug)]
pub struct Fields(Option<HashSet<String>>);

impl Fields {
    /// Reads `?fields=`. The names that are known are only put together where some were given: a schema is
    /// no small thing to build for each request.
    ///
    /// # Errors
    /// `malformed`, with the fields that are known
    pub fn read(text: Option<&str>, known: fn() -> Vec<String>) -> Result<Fields> {
        if text.is_none() {
            return Ok(Fields(None));
        }
        let known = known();
        let mut wanted = HashSet::new();
        for part in page::parts(text) {
            if !known.iter().any(|name| name == part) {
                return Err(page::bad("?fields", FaultCode::UnknownWord, |fault| {
                    fault.arg("value", part).arg("known", known.join(", "))
                }));
            }
            wanted.insert(part.to_owned());
        }
        if wanted.is_empty() {
            return Ok(Fields(None));
        }
        wanted.extend(ALWAYS.map(str::to_owned));
        Ok(Fields(Some(wanted)))
    }

    /// The wanted part of a resource.
    ///
    /// # Errors
    /// `internal`, which does not happen
    pub fn of<T: Serialize>(&self, resource: T) -> Result<Sparse<T>> {
        let Some(wanted) = &self.0 else {
            return Ok(Sparse::Whole(resource));
        };
        let whole =
            serde_json::to_value(&resource).map_err(|cause| Error::internal("fields", cause))?;
        let Value::Object(mut fields) = whole else {
            return Err(Error::bug("a resource without fields"));
        };
        fields.retain(|name, _| wanted.contains(name));
        Ok(Sparse::Part(fields))
    }
}

/// A resource, or the part of it that is wanted.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Sparse<T> {
    /// Everything.
    Whole(T),
    /// Some fields.
    Part(Map<String, Value>),
}

/// Names of a resource's own fields, from its schema.
pub fn names<T: PartialSchema>() -> Vec<String> {
    let mut names = Vec::new();
    collect(&T::schema(), &mut names);
    names
}

fn collect(schema: &RefOr<Schema>, names: &mut Vec<String>) {
    match schema {
        RefOr::T(Schema::Object(object)) => names.extend(object.properties.keys().cloned()),
        RefOr::T(Schema::AllOf(parts)) => parts.items.iter().for_each(|part| collect(part, names)),
        _ => {}
    }
}
