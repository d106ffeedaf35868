//! Third phase: parameters are set, controls are altered.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::merge::{Spare, list_mut};
use super::{ResolveError, alter, weight};
use crate::catalogue::oscal::fields;

/// Most changes of one resolution: an id that is not unique multiplies them.
const MOST_CHANGES: usize = 100_000;

/// Most changes of one control: each looks at all of it.
const MOST_IN_CONTROL: usize = 1_000;

/// Most that all changes of one resolution may add, as [`weight`] has it.
const MOST_ADDED: usize = 2_000_000;

/// Applies the profile's `modify`; directives that reach nothing are warned of.
pub(super) fn modify(
    body: &mut Map<String, Value>,
    spare: &mut Spare,
    modify: &Value,
    warnings: &mut Vec<String>,
) -> Result<(), ResolveError> {
    let mut modifier = Modifier {
        settings: by(fields::list(modify, "set-parameters"), "param-id"),
        alters: by(fields::list(modify, "alters"), "control-id"),
        reached: HashSet::new(),
        changes: 0,
        added: 0,
        warnings,
    };
    if modifier.settings.is_empty() && modifier.alters.is_empty() {
        return Ok(());
    }
    // A parameter of a control that was not selected may yet be needed.
    for parameter in &mut spare.parameters {
        modifier.parameter(parameter)?;
    }
    modifier.holder(body)?;
    for (ids, what) in [
        (&modifier.settings, "parameter"),
        (&modifier.alters, "control"),
    ] {
        let mut missed: Vec<&&str> = ids
            .keys()
            .filter(|id| !modifier.reached.contains(&(what, **id)))
            .collect();
        missed.sort();
        let text = |id| format!("{what} `{id}` is to be modified, but is not there");
        modifier.warnings.extend(missed.into_iter().map(text));
    }
    Ok(())
}

fn by<'a>(list: &'a [Value], field: &str) -> HashMap<&'a str, Vec<&'a Value>> {
    let mut map: HashMap<&str, Vec<&Value>> = HashMap::new();
    for item in list {
        if let Some(id) = fields::text(item, field) {
            map.entry(id).or_default().push(item);
        }
    }
    map
}

struct Modifier<'a, 'w> {
    settings: HashMap<&'a str, Vec<&'a Value>>,
    alters: HashMap<&'a str, Vec<&'a Value>>,
    reached: HashSet<(&'static str, &'a str)>,
    changes: usize,
    /// Weight of all changes so far.
    added: usize,
    warnings: &'w mut Vec<String>,
}

impl Modifier<'_, '_> {
    /// Parameters first: an alteration may add some that are set already.
    fn holder(&mut self, holder: &mut Map<String, Value>) -> Result<(), ResolveError> {
        for parameter in list_mut(holder, "params") {
            self.parameter(parameter)?;
        }
        for group in list_mut(holder, "groups") {
            if let Value::Object(group) = group {
                self.holder(group)?;
            }
        }
        for control in list_mut(holder, "controls") {
            if let Value::Object(control) = control {
                self.holder(control)?;
                self.control(control)?;
            }
        }
        Ok(())
    }

    fn parameter(&mut self, parameter: &mut Value) -> Result<(), ResolveError> {
        let id = fields::text(parameter, "id").unwrap_or_default();
        let Some((id, settings)) = self.settings.get_key_value(id) else {
            return Ok(());
        };
        self.reached.insert(("parameter", id));
        count(&mut self.changes, settings.len())?;
        add_up(&mut self.added, settings)?;
        if let Value::Object(parameter) = parameter {
            settings.iter().for_each(|setting| set(parameter, setting));
        }
        Ok(())
    }

    fn control(&mut self, control: &mut Map<String, Value>) -> Result<(), ResolveError> {
        let id = control.get("id").and_then(Value::as_str);
        let Some((id, alters)) = self.alters.get_key_value(id.unwrap_or_default()) else {
            return Ok(());
        };
        self.reached.insert(("control", id));
        let size = |alter: &Value, field| fields::list(alter, field).len();
        let changes = alters.iter().map(|a| size(a, "adds") + size(a, "removes"));
        count(&mut self.changes, changes.sum())?;
        add_up(&mut self.added, alters)?;
        for alter in alters {
            alter::alter(control, alter, self.warnings);
        }
        Ok(())
    }
}

/// Counts changes up to both limits.
fn count(changes: &mut usize, more: usize) -> Result<(), ResolveError> {
    *changes += more;
    for (number, limit, what) in [
        (more, MOST_IN_CONTROL, "changes of one control or parameter"),
        (*changes, MOST_CHANGES, "changes"),
    ] {
        if number > limit {
            return Err(ResolveError::TooMany { what, limit });
        }
    }
    Ok(())
}

/// A directive is copied into everything that it reaches.
fn add_up(added: &mut usize, directives: &[&Value]) -> Result<(), ResolveError> {
    *added += directives.iter().map(|one| weight(one)).sum::<usize>();
    if *added > MOST_ADDED {
        return Err(ResolveError::TooMany {
            what: "values added by changes",
            limit: MOST_ADDED,
        });
    }
    Ok(())
}

/// Sets what a directive names: single things are replaced, lists grow, and a value takes the
/// place of a selection as a selection takes that of a value.
fn set(parameter: &mut Map<String, Value>, setting: &Value) {
    let Some(setting) = setting.as_object() else {
        return;
    };
    if setting.contains_key("values") || setting.contains_key("select") {
        parameter.shift_remove("values");
        parameter.shift_remove("select");
    }
    for (field, value) in setting {
        if field == "param-id" {
            continue;
        }
        match (parameter.get_mut(field), value) {
            (Some(Value::Array(list)), Value::Array(more)) => list.extend_from_slice(more),
            (Some(old), value) => *old = value.clone(),
            (None, value) => {
                parameter.insert(field.clone(), value.clone());
            }
        }
    }
}
