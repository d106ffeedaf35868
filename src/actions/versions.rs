//! What carries a version: over which one a change is made, and what it changes.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::measures::view::etag;
use crate::error::{Code, Error, Result};

/// Fields that follow every change and are none themselves.
const FOLLOW: [&str; 3] = ["version", "created_at", "updated_at"];

/// Refuses a change over another version than the caller has seen.
///
/// # Errors
/// `stale`
pub(super) fn require(seen: &str, version: i32) -> Result<()> {
    if seen == "*" || seen == etag(version) {
        Ok(())
    } else {
        Err(Error::with(Code::Stale, "current", etag(version)))
    }
}

/// Old and new value of every field that differs between two views; of something new all.
///
/// # Errors
/// `internal`, which does not happen
pub(super) fn changes<V: Serialize>(before: Option<&V>, after: &V) -> Result<Map<String, Value>> {
    let fields = |view: &V| match serde_json::to_value(view) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Error::bug("a view has no fields")),
        Err(cause) => Err(Error::internal("fields of a view", cause)),
    };
    let old = before.map(fields).transpose()?.unwrap_or_default();
    let changed = fields(after)?.into_iter().filter_map(|(name, new)| {
        let old = old.get(&name).cloned().unwrap_or_default();
        (!FOLLOW.contains(&name.as_str()) && old != new)
            .then(|| (name, json!({ "old": old, "new": new })))
    });
    Ok(changed.collect())
}
