//! Alterations of a control: removing what is in it, adding to it.

use serde_json::{Map, Value};

use super::merge::{list_mut, take};
use super::select::put;
use crate::catalogue::oscal::fields;
use crate::catalogue::oscal::validate::excerpt;

/// Lists of a control or a part, and what an item of them is called.
const LISTS: [(&str, &str); 4] = [
    ("params", "param"),
    ("props", "prop"),
    ("links", "link"),
    ("parts", "part"),
];

/// Applies one alteration, removals first.
pub(super) fn alter(control: &mut Map<String, Value>, alter: &Value, warnings: &mut Vec<String>) {
    let id = fields::text(alter, "control-id").unwrap_or_default();
    for removal in fields::list(alter, "removes") {
        let criteria = Criteria::read(removal);
        if criteria.is_empty() {
            warnings.push(format!(
                "a removal in control `{id}` does not say what to remove"
            ));
        } else if !remove(control, &criteria) {
            let removal = excerpt(&removal.to_string());
            warnings.push(format!(
                "a removal in control `{id}` finds nothing: {removal}"
            ));
        }
    }
    for addition in fields::list(alter, "adds") {
        let target = fields::text(addition, "by-id").filter(|target| *target != id);
        let position = Position::read(addition);
        match target {
            None => add_into(control, addition, position),
            Some(target) => {
                if !add_at(control, target, addition, position, 0) {
                    let text = format!("an addition finds no `{target}` in control `{id}`");
                    warnings.push(text);
                }
            }
        }
    }
}

/// What an item must be to be removed; all that is given must fit.
struct Criteria<'a> {
    name: Option<&'a str>,
    class: Option<&'a str>,
    id: Option<&'a str>,
    item: Option<&'a str>,
    ns: Option<&'a str>,
}

impl<'a> Criteria<'a> {
    fn read(removal: &'a Value) -> Self {
        let text = |field| fields::text(removal, field);
        Self {
            name: text("by-name"),
            class: text("by-class"),
            id: text("by-id"),
            item: text("by-item-name"),
            ns: text("by-ns"),
        }
    }

    const fn is_empty(&self) -> bool {
        self.name.is_none()
            && self.class.is_none()
            && self.id.is_none()
            && self.item.is_none()
            && self.ns.is_none()
    }

    fn fits(&self, item: &Value, kind: &str) -> bool {
        let is = |wanted: Option<&str>, field| {
            wanted.is_none_or(|wanted| fields::text(item, field) == Some(wanted))
        };
        is(self.name, "name")
            && is(self.class, "class")
            && is(self.id, "id")
            && is(self.ns, "ns")
            && self.item.is_none_or(|wanted| wanted == kind)
    }
}

/// Removes from a control, and from what is in it, but not from controls below it.
fn remove(holder: &mut Map<String, Value>, criteria: &Criteria<'_>) -> bool {
    let mut removed = false;
    for (field, kind) in LISTS {
        let Some(Value::Array(items)) = holder.get_mut(field) else {
            continue;
        };
        let before = items.len();
        items.retain(|item| !criteria.fits(item, kind));
        removed |= items.len() < before;
        for item in items.iter_mut() {
            if let Value::Object(item) = item {
                removed |= remove(item, criteria);
            }
        }
        if items.is_empty() {
            holder.shift_remove(field);
        }
    }
    removed
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Before,
    After,
    Starting,
    Ending,
}

impl Position {
    fn read(addition: &Value) -> Self {
        match fields::text(addition, "position") {
            Some("before") => Self::Before,
            Some("after") => Self::After,
            Some("starting") => Self::Starting,
            _ => Self::Ending,
        }
    }

    const fn is_first(self) -> bool {
        matches!(self, Self::Before | Self::Starting)
    }
}

/// Adds inside a control or a part.
fn add_into(holder: &mut Map<String, Value>, addition: &Value, position: Position) {
    if let Some(title) = addition.get("title") {
        holder.insert("title".to_owned(), title.clone());
    }
    for (field, _) in LISTS {
        let at = if position.is_first() { 0 } else { usize::MAX };
        add_to(holder, field, addition, at);
    }
}

/// Adds the items of one list at a place of it.
fn add_to(holder: &mut Map<String, Value>, field: &str, addition: &Value, at: usize) {
    let new = fields::list(addition, field);
    if new.is_empty() {
        return;
    }
    let mut items = take(holder, field);
    let at = at.min(items.len());
    items.splice(at..at, new.iter().cloned());
    put(holder, field, items);
}

/// Deepest part that is added to: a chain of additions, each into the one before, would outgrow every stack.
const DEEPEST: usize = 16;

/// Adds inside or beside the parameter or part of that id; false if there is none.
fn add_at(
    holder: &mut Map<String, Value>,
    target: &str,
    addition: &Value,
    position: Position,
    depth: usize,
) -> bool {
    if depth > DEEPEST {
        return false;
    }
    for field in ["params", "parts"] {
        let items = list_mut(holder, field);
        let found = items
            .iter()
            .position(|item| fields::text(item, "id") == Some(target));
        if let Some(at) = found {
            let inside = matches!(position, Position::Starting | Position::Ending);
            match items.get_mut(at) {
                Some(Value::Object(item)) if inside => add_into(item, addition, position),
                _ => add_beside(holder, field, at, addition, position),
            }
            return true;
        }
        for item in items {
            if let Value::Object(item) = item
                && add_at(item, target, addition, position, depth + 1)
            {
                return true;
            }
        }
    }
    false
}

/// Adds beside an item; what is of another kind goes to the start or end of its own list.
fn add_beside(
    holder: &mut Map<String, Value>,
    beside: &str,
    at: usize,
    addition: &Value,
    position: Position,
) {
    let first = position.is_first();
    for (field, _) in LISTS {
        let place = match (field == beside, first) {
            (true, true) => at,
            (true, false) => at + 1,
            (false, true) => 0,
            (false, false) => usize::MAX,
        };
        add_to(holder, field, addition, place);
    }
}
