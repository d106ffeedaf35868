//! A structure of the profile's own: groups, and controls inserted into them.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::merge::{Spare, take};
use super::select::{self, Choice};
use super::{ResolveError, fields};
use crate::catalogue::oscal::order;

/// Most insertions: each looks at all controls.
const MOST_INSERTIONS: usize = 256;

/// Builds the body from a `custom` structure and the controls selected, which are flat.
pub(super) fn build(
    structure: &Value,
    mut flat: Map<String, Value>,
    spare: &mut Spare,
    warnings: &mut Vec<String>,
) -> Result<Map<String, Value>, ResolveError> {
    let controls = take(&mut flat, "controls");
    spare.parameters.extend(take(&mut flat, "params"));
    let mut builder = Builder {
        controls: &controls,
        used: HashSet::new(),
        insertions: 0,
        repeated: 0,
    };
    let mut body = Map::new();
    builder.fill(structure, &mut body)?;
    let mut dropped = Vec::new();
    builder.unused(&controls, &mut dropped);
    if let Some(first) = dropped.first() {
        let count = dropped.len();
        let text = format!("{count} selected control(s) have no place in the structure: `{first}`");
        warnings.push(text);
    }
    if builder.repeated > 0 {
        let count = builder.repeated;
        let text = format!("{count} control(s) are to be placed twice: the first place counts");
        warnings.push(text);
    }
    for control in &controls {
        loosen(control, &mut spare.parameters);
    }
    Ok(body)
}

/// Parameters of all controls: those of a control that found no place may still be named.
fn loosen(control: &Value, parameters: &mut Vec<Value>) {
    parameters.extend_from_slice(fields::list(control, "params"));
    for below in fields::list(control, "controls") {
        loosen(below, parameters);
    }
}

struct Builder<'c> {
    controls: &'c [Value],
    used: HashSet<String>,
    insertions: usize,
    /// How often a control was to be placed again.
    repeated: usize,
}

impl Builder<'_> {
    fn fill(
        &mut self,
        holder: &Value,
        target: &mut Map<String, Value>,
    ) -> Result<(), ResolveError> {
        let mut groups = Vec::new();
        for group in fields::list(holder, "groups") {
            let mut copy = select::without(group, &["groups", "insert-controls"]);
            self.fill(group, &mut copy)?;
            groups.push(Value::Object(copy));
        }
        select::put(target, "groups", groups);
        let mut controls = Vec::new();
        for insertion in fields::list(holder, "insert-controls") {
            controls.extend(self.insert(insertion)?);
        }
        select::put(target, "controls", controls);
        Ok(())
    }

    fn insert(&mut self, insertion: &Value) -> Result<Vec<Value>, ResolveError> {
        self.insertions += 1;
        if self.insertions > MOST_INSERTIONS {
            return Err(ResolveError::TooMany {
                what: "insertions of controls",
                limit: MOST_INSERTIONS,
            });
        }
        let choice = Choice::read(insertion)?;
        let mut picked = Vec::new();
        for control in self.controls {
            self.pick(control, &choice, &mut picked);
        }
        let id = |control: &Value| fields::owned(control, "id");
        match fields::text(insertion, "order") {
            Some("ascending") => picked.sort_by(|a, b| order::compare(&id(a), &id(b))),
            Some("descending") => picked.sort_by(|a, b| order::compare(&id(b), &id(a))),
            _ => {}
        }
        Ok(picked)
    }

    /// Takes a control with all below it, or alone, or looks for others below it.
    fn pick(&mut self, control: &Value, choice: &Choice, picked: &mut Vec<Value>) {
        let id = fields::text(control, "id").unwrap_or_default();
        let (include, exclude) = choice.of(id);
        let mut below = Vec::new();
        let whole = choice.is_all() || include == Some(true);
        if exclude != Some(true) {
            for child in fields::list(control, "controls") {
                if whole && include.is_some() {
                    self.keep(child, choice, &mut below);
                } else {
                    self.pick(child, choice, &mut below);
                }
            }
        }
        if include.is_none() || exclude.is_some() || !self.place(id) {
            picked.append(&mut below);
            return;
        }
        let mut copy = select::without(control, &["controls"]);
        if whole {
            select::put(&mut copy, "controls", below);
            picked.push(Value::Object(copy));
        } else {
            picked.push(Value::Object(copy));
            picked.append(&mut below);
        }
    }

    /// Keeps a control because the one around it was taken with all below it.
    fn keep(&mut self, control: &Value, choice: &Choice, kept: &mut Vec<Value>) {
        let id = fields::text(control, "id").unwrap_or_default();
        let (_, exclude) = choice.of(id);
        let mut below = Vec::new();
        if exclude != Some(true) {
            for child in fields::list(control, "controls") {
                self.keep(child, choice, &mut below);
            }
        }
        if exclude.is_some() || !self.place(id) {
            kept.append(&mut below);
            return;
        }
        let mut copy = select::without(control, &["controls"]);
        select::put(&mut copy, "controls", below);
        kept.push(Value::Object(copy));
    }

    /// Gives a control its place; false if it has one: its id must stay the only one.
    fn place(&mut self, id: &str) -> bool {
        let new = self.used.insert(id.to_owned());
        self.repeated += usize::from(!new);
        new
    }

    fn unused(&self, controls: &[Value], ids: &mut Vec<String>) {
        for control in controls {
            let id = fields::text(control, "id").unwrap_or_default();
            if !self.used.contains(id) {
                ids.push(id.to_owned());
            }
            self.unused(fields::list(control, "controls"), ids);
        }
    }
}
