//! Looking into a tree that may have any shape.

use serde_json::Value;

/// A text of an object.
pub(super) fn text<'a>(object: &'a Value, field: &str) -> Option<&'a str> {
    object.get(field)?.as_str()
}

/// A text of an object, owned, empty if it is missing.
pub(super) fn owned(object: &Value, field: &str) -> String {
    text(object, field).unwrap_or_default().to_owned()
}

/// A list of an object, empty if it is missing.
pub(super) fn list<'a>(object: &'a Value, field: &str) -> &'a [Value] {
    object
        .get(field)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The texts in a list of an object.
pub(super) fn texts<'a>(object: &'a Value, field: &str) -> impl Iterator<Item = &'a str> {
    list(object, field).iter().filter_map(Value::as_str)
}

/// The value of a property of that name, of whatever namespace.
pub(super) fn prop<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    let mut props = list(object, "props").iter();
    let found = props.find(|prop| text(prop, "name") == Some(name))?;
    text(found, "value")
}
