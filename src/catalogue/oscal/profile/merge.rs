//! Second phase: the selections become one body.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::select::{self, Selection};
use super::{ResolveError, custom};
use crate::catalogue::oscal::fields;

/// What the body may still need.
pub(super) struct Spare {
    pub(super) parameters: Vec<Value>,
    pub(super) resources: Vec<Value>,
}

/// How controls of the same id come together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    /// All stay, which leaves ids that are not unique.
    Keep,
    /// The first one stays.
    UseFirst,
    /// They become one.
    Merge,
}

/// Merges the selections as the profile's `merge` says; without it they become flat.
pub(super) fn merge(
    merge: &Value,
    selections: Vec<Selection>,
    warnings: &mut Vec<String>,
) -> Result<(Map<String, Value>, Spare), ResolveError> {
    let combine = merge.get("combine").unwrap_or(&Value::Null);
    let method = match fields::text(combine, "method") {
        Some("use-first") => Method::UseFirst,
        Some("merge") => Method::Merge,
        _ => Method::Keep,
    };
    let mut spare = Spare {
        parameters: Vec::new(),
        resources: Vec::new(),
    };
    let mut body = Map::new();
    for selection in selections {
        spare.parameters.extend(selection.parameters);
        spare.resources.extend(selection.resources);
        append(&mut body, selection.body);
    }
    unify_groups(&mut body, &mut spare.parameters);
    let mut combiner = Combiner {
        method,
        seen: HashSet::new(),
        others: HashMap::new(),
    };
    combiner.collect(&mut body);
    combiner.finish(&mut body, warnings);
    if merge.get("as-is") == Some(&Value::Bool(true)) {
        prune(&mut body);
        return Ok((body, spare));
    }
    let flat = flatten(body);
    match merge.get("custom") {
        Some(structure) => Ok((custom::build(structure, flat, &mut spare, warnings)?, spare)),
        None => Ok((flat, spare)),
    }
}

/// Appends the lists of one body to those of another.
fn append(body: &mut Map<String, Value>, other: Map<String, Value>) {
    for (field, value) in other {
        match (body.get_mut(&field), value) {
            (Some(Value::Array(list)), Value::Array(more)) => list.extend(more),
            (None, value) => {
                body.insert(field, value);
            }
            // Two titles: that of the first selection stays.
            (Some(_), _) => {}
        }
    }
}

pub(super) fn list_mut<'a>(map: &'a mut Map<String, Value>, field: &str) -> &'a mut [Value] {
    match map.get_mut(field) {
        Some(Value::Array(list)) => list,
        _ => &mut [],
    }
}

pub(super) fn take(map: &mut Map<String, Value>, field: &str) -> Vec<Value> {
    // Not `remove`, which would move the last field into the gap.
    match map.shift_remove(field) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

/// Groups of the same id side by side are the same group: two imports took from one catalog.
///
/// The parameters of the second stay at hand, as texts of its controls may need them.
fn unify_groups(holder: &mut Map<String, Value>, parameters: &mut Vec<Value>) {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<Map<String, Value>> = Vec::new();
    for group in take(holder, "groups") {
        let Value::Object(group) = group else {
            continue;
        };
        let id = group.get("id").and_then(Value::as_str).map(str::to_owned);
        let place = id.as_ref().and_then(|id| places.get(id).copied());
        match place.and_then(|place| groups.get_mut(place)) {
            Some(first) => {
                parameters.extend(fields_of(&group, "params"));
                for field in ["groups", "controls"] {
                    let mut both = take(first, field);
                    both.extend(fields_of(&group, field));
                    select::put(first, field, both);
                }
            }
            None => {
                if let Some(id) = id {
                    places.insert(id, groups.len());
                }
                groups.push(group);
            }
        }
    }
    for group in &mut groups {
        unify_groups(group, parameters);
    }
    let groups = groups.into_iter().map(Value::Object).collect();
    select::put(holder, "groups", groups);
}

fn fields_of(map: &Map<String, Value>, field: &str) -> Vec<Value> {
    match map.get(field) {
        Some(Value::Array(list)) => list.clone(),
        _ => Vec::new(),
    }
}

/// Brings controls of the same id together.
struct Combiner {
    method: Method,
    seen: HashSet<String>,
    /// Controls taken out, to be merged into the first of their id.
    others: HashMap<String, Vec<Map<String, Value>>>,
}

impl Combiner {
    /// Takes repeated controls out, unless all are kept.
    fn collect(&mut self, holder: &mut Map<String, Value>) {
        let mut kept = Vec::new();
        for control in take(holder, "controls") {
            let Value::Object(mut control) = control else {
                continue;
            };
            let id = control
                .get("id")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let id = id.to_owned();
            if self.seen.insert(id.clone()) || self.method == Method::Keep {
                self.collect(&mut control);
                kept.push(Value::Object(control));
                continue;
            }
            // The copy goes; what is below it may be there for the first time.
            self.collect(&mut control);
            kept.extend(take(&mut control, "controls"));
            if self.method == Method::Merge {
                self.others.entry(id).or_default().push(control);
            }
        }
        select::put(holder, "controls", kept);
        for group in list_mut(holder, "groups") {
            if let Value::Object(group) = group {
                self.collect(group);
            }
        }
    }

    fn finish(mut self, body: &mut Map<String, Value>, warnings: &mut Vec<String>) {
        if self.method == Method::Keep {
            let mut counts = HashMap::new();
            count(body, &mut counts);
            let mut twice: Vec<_> = counts.iter().filter(|(_, n)| **n > 1).collect();
            twice.sort();
            let text = |(id, n): (&String, &usize)| format!("control `{id}` is there {n} times");
            warnings.extend(twice.into_iter().map(text));
        }
        if !self.others.is_empty() {
            self.merge_into(body);
        }
    }

    fn merge_into(&mut self, holder: &mut Map<String, Value>) {
        for field in ["controls", "groups"] {
            for below in list_mut(holder, field) {
                let Value::Object(below) = below else {
                    continue;
                };
                let id = below.get("id").and_then(Value::as_str).unwrap_or_default();
                if field == "controls"
                    && let Some(others) = self.others.remove(id)
                {
                    others.into_iter().for_each(|other| unite(below, other));
                }
                self.merge_into(below);
            }
        }
    }
}

fn count(holder: &Map<String, Value>, counts: &mut HashMap<String, usize>) {
    for field in ["controls", "groups"] {
        for below in fields_ref(holder, field) {
            let Value::Object(map) = below else {
                continue;
            };
            if let (true, Some(Value::String(id))) = (field == "controls", map.get("id")) {
                *counts.entry(id.clone()).or_default() += 1;
            }
            count(map, counts);
        }
    }
}

fn fields_ref<'a>(map: &'a Map<String, Value>, field: &str) -> &'a [Value] {
    match map.get(field) {
        Some(Value::Array(list)) => list,
        _ => &[],
    }
}

/// Adds to a control what another of its id has more: items with another id, or other items.
fn unite(first: &mut Map<String, Value>, other: Map<String, Value>) {
    for (field, value) in other {
        match (first.get_mut(&field), value) {
            (None, value) => {
                first.insert(field, value);
            }
            (Some(Value::Array(list)), Value::Array(more)) => {
                let mut known: HashSet<String> = list.iter().map(identity).collect();
                let new = more.into_iter().filter(|item| known.insert(identity(item)));
                let new: Vec<Value> = new.collect();
                list.extend(new);
            }
            (Some(_), _) => {}
        }
    }
}

/// What makes an item of a control the same as another: its id, else all of it.
fn identity(item: &Value) -> String {
    fields::text(item, "id").map_or_else(|| item.to_string(), |id| format!("#{id}"))
}

/// Drops groups that have lost all their controls to others of the same id.
fn prune(holder: &mut Map<String, Value>) {
    let mut groups = take(holder, "groups");
    for group in &mut groups {
        if let Value::Object(group) = group {
            prune(group);
        }
    }
    groups.retain(|group| {
        let holds = |field| !fields::list(group, field).is_empty();
        holds("groups") || holds("controls")
    });
    select::put(holder, "groups", groups);
}

/// All controls in one list, without groups; what is inside a control stays there.
fn flatten(mut body: Map<String, Value>) -> Map<String, Value> {
    let mut flat = Map::new();
    let (mut params, mut controls) = (Vec::new(), Vec::new());
    ungroup(&mut body, &mut params, &mut controls);
    select::put(&mut flat, "params", params);
    select::put(&mut flat, "controls", controls);
    flat
}

fn ungroup(holder: &mut Map<String, Value>, params: &mut Vec<Value>, controls: &mut Vec<Value>) {
    params.extend(take(holder, "params"));
    controls.extend(take(holder, "controls"));
    for group in list_mut(holder, "groups") {
        if let Value::Object(group) = group {
            ungroup(group, params, controls);
        }
    }
}
