//! What changed between two editions of a catalogue.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::catalogue::{Catalogue, Control};

/// What changed, in the order of the new edition; removed controls in that of the old one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Diff {
    /// Ids of controls that are new.
    pub added: Vec<String>,
    /// Ids of controls that are gone.
    pub removed: Vec<String>,
    /// Controls with another id.
    pub renamed: Vec<Pair>,
    /// Controls whose title, statement or guidance reads otherwise.
    pub text_changed: Vec<Pair>,
    /// Controls with another modal verb, security level or effort level, or withdrawn.
    pub level_changed: Vec<Pair>,
}

/// The same control in both editions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// Id in the old edition.
    pub old: String,
    /// Id in the new edition.
    pub new: String,
}

/// Compares two editions, joined by `alt-identifier`.
///
/// A control without one is joined by its id with one that has none either.
#[must_use]
pub fn diff(old: &Catalogue, new: &Catalogue) -> Diff {
    let mut left: HashMap<(bool, &str), &Control> = HashMap::new();
    for control in &old.controls {
        left.entry(key(control)).or_insert(control);
    }
    let mut diff = Diff::default();
    let mut matched = HashSet::new();
    for control in &new.controls {
        let Some(before) = left.get(&key(control)) else {
            diff.added.push(control.id.clone());
            continue;
        };
        matched.insert(key(control));
        let pair = || Pair {
            old: before.id.clone(),
            new: control.id.clone(),
        };
        if before.id != control.id {
            diff.renamed.push(pair());
        }
        if texts(before) != texts(control) {
            diff.text_changed.push(pair());
        }
        if levels(before) != levels(control) {
            diff.level_changed.push(pair());
        }
    }
    let gone = old.controls.iter().filter(|c| !matched.contains(&key(c)));
    diff.removed = gone.map(|control| control.id.clone()).collect();
    diff
}

fn key(control: &Control) -> (bool, &str) {
    match &control.alt_identifier {
        Some(key) => (true, key),
        None => (false, &control.id),
    }
}

fn texts(control: &Control) -> [&str; 3] {
    [&control.title, &control.statement, &control.guidance]
}

fn levels(control: &Control) -> (&Option<String>, &Option<String>, Option<u8>, bool) {
    (
        &control.modal_verb,
        &control.sec_level,
        control.effort_level,
        control.withdrawn,
    )
}
