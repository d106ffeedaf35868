//! Back matter of the result: resources that something in it refers to.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::catalogue::oscal::fields;
use crate::catalogue::oscal::text::is_uuid;

/// Resources of the profile and of its imports that metadata or body name, each once.
pub(super) fn used(
    metadata: Option<&Value>,
    body: &Map<String, Value>,
    own: Vec<Value>,
    imported: Vec<Value>,
) -> Vec<Value> {
    let mut named = HashSet::new();
    for value in metadata.into_iter().chain(body.values()) {
        fragments(value, &mut named);
    }
    let mut taken = HashSet::new();
    let resources = own.into_iter().chain(imported);
    resources
        .filter(|resource| {
            let uuid = fields::text(resource, "uuid").unwrap_or_default();
            let kept = fields::prop(resource, "keep") == Some("always");
            let wanted = kept || named.contains(&uuid.to_ascii_lowercase());
            wanted && taken.insert(uuid.to_ascii_lowercase())
        })
        .collect()
}

/// UUIDs after a `#`, in links as in texts (`[see](#uuid)`).
fn fragments(value: &Value, named: &mut HashSet<String>) {
    const LENGTH: usize = 36;
    match value {
        Value::String(text) => {
            for (at, _) in text.match_indices('#') {
                let uuid = text.get(at + 1..at + 1 + LENGTH);
                if let Some(uuid) = uuid.filter(|uuid| is_uuid(uuid)) {
                    named.insert(uuid.to_ascii_lowercase());
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|item| fragments(item, named)),
        Value::Object(map) => map.values().for_each(|item| fragments(item, named)),
        _ => {}
    }
}
