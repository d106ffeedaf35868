//! Parameters outside controls: there if a text names them, and only then.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::merge::{list_mut, take};
use super::select::put;
use crate::catalogue::oscal::fields;
use crate::catalogue::oscal::prose::{Piece, pieces};

/// Drops loose parameters that nothing names; brings in those that are named and were left
/// behind with a control that was not selected.
pub(super) fn settle(body: &mut Map<String, Value>, spare: Vec<Value>) {
    let mut named = HashSet::new();
    for (field, value) in body.iter() {
        // A loose parameter is no reason to keep another one.
        if field != "params" {
            names(value, &mut named);
        }
    }
    let mut loose: HashMap<String, Value> = HashMap::new();
    for parameter in fields_of(body).into_iter().chain(spare) {
        let id = fields::owned(&parameter, "id");
        loose.entry(id).or_insert(parameter);
    }
    let mut open: Vec<String> = named.iter().cloned().collect();
    while let Some(id) = open.pop() {
        let mut below = HashSet::new();
        if let Some(parameter) = loose.get(&id) {
            names(parameter, &mut below);
        }
        open.extend(below.into_iter().filter(|id| named.insert(id.clone())));
    }
    let mut defined = HashSet::new();
    define(body, &named, &mut defined);
    let own = take(body, "params");
    let mut params: Vec<Value> = own
        .into_iter()
        .filter(|parameter| named.contains(&fields::owned(parameter, "id")))
        .collect();
    defined.extend(
        params
            .iter()
            .map(|parameter| fields::owned(parameter, "id")),
    );
    let mut missing: Vec<&String> = named.difference(&defined).collect();
    missing.sort();
    params.extend(missing.into_iter().filter_map(|id| loose.remove(id)));
    if !params.is_empty() {
        // In front, where the model has it.
        let rest = std::mem::take(body);
        put(body, "params", params);
        body.extend(rest);
    }
}

fn fields_of(body: &Map<String, Value>) -> Vec<Value> {
    match body.get("params") {
        Some(Value::Array(list)) => list.clone(),
        _ => Vec::new(),
    }
}

/// Ids of parameters that any text below names.
fn names(value: &Value, named: &mut HashSet<String>) {
    match value {
        Value::String(text) if text.contains("{{") => {
            for piece in pieces(text) {
                if let Piece::Parameter(id) = piece {
                    named.insert(id.to_owned());
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|item| names(item, named)),
        Value::Object(map) => map.values().for_each(|item| names(item, named)),
        _ => {}
    }
}

/// Notes the parameters of all controls and groups, after dropping unnamed ones of groups.
fn define(holder: &mut Map<String, Value>, named: &HashSet<String>, defined: &mut HashSet<String>) {
    for field in ["groups", "controls"] {
        for below in list_mut(holder, field) {
            let Value::Object(below) = below else {
                continue;
            };
            let mut params = take_in_place(below);
            if field == "groups" {
                params.retain(|parameter| named.contains(&fields::owned(parameter, "id")));
            }
            defined.extend(
                params
                    .iter()
                    .map(|parameter| fields::owned(parameter, "id")),
            );
            give_back(below, params);
            define(below, named, defined);
        }
    }
}

/// Takes the parameters and leaves their place in the order of fields.
fn take_in_place(holder: &mut Map<String, Value>) -> Vec<Value> {
    match holder.get_mut("params") {
        Some(Value::Array(list)) => std::mem::take(list),
        _ => Vec::new(),
    }
}

fn give_back(holder: &mut Map<String, Value>, params: Vec<Value>) {
    if params.is_empty() {
        holder.shift_remove("params");
    } else if let Some(place) = holder.get_mut("params") {
        *place = Value::Array(params);
    }
}
