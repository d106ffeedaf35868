//! Third phase: parameters are set, controls are altered.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::alter;
use super::merge::{Spare, list_mut};
use crate::catalogue::oscal::fields;

/// Applies the profile's `modify`; directives that reach nothing are warned of.
pub(super) fn modify(
    body: &mut Map<String, Value>,
    spare: &mut Spare,
    modify: &Value,
    warnings: &mut Vec<String>,
) {
    let mut modifier = Modifier {
        settings: by(fields::list(modify, "set-parameters"), "param-id"),
        alters: by(fields::list(modify, "alters"), "control-id"),
        reached: HashSet::new(),
        warnings,
    };
    if modifier.settings.is_empty() && modifier.alters.is_empty() {
        return;
    }
    // A parameter of a control that was not selected may yet be needed.
    for parameter in &mut spare.parameters {
        modifier.parameter(parameter);
    }
    modifier.holder(body);
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
    warnings: &'w mut Vec<String>,
}

impl Modifier<'_, '_> {
    /// Parameters first: an alteration may add some that are set already.
    fn holder(&mut self, holder: &mut Map<String, Value>) {
        for parameter in list_mut(holder, "params") {
            self.parameter(parameter);
        }
        for group in list_mut(holder, "groups") {
            if let Value::Object(group) = group {
                self.holder(group);
            }
        }
        for control in list_mut(holder, "controls") {
            if let Value::Object(control) = control {
                self.holder(control);
                self.control(control);
            }
        }
    }

    fn parameter(&mut self, parameter: &mut Value) {
        let id = fields::text(parameter, "id").unwrap_or_default();
        let Some((id, settings)) = self.settings.get_key_value(id) else {
            return;
        };
        self.reached.insert(("parameter", id));
        if let Value::Object(parameter) = parameter {
            settings.iter().for_each(|setting| set(parameter, setting));
        }
    }

    fn control(&mut self, control: &mut Map<String, Value>) {
        let id = control
            .get("id")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let Some((id, alters)) = self.alters.get_key_value(id) else {
            return;
        };
        self.reached.insert(("control", id));
        for alter in alters {
            alter::alter(control, alter, self.warnings);
        }
    }
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
