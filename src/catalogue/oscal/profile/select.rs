//! First phase: the controls that an import takes, still in their groups.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::ResolveError;
use crate::catalogue::oscal::fields;

/// Most patterns of one choice: each is tried on each control.
const MOST_PATTERNS: usize = 64;

/// Longest pattern, and longest id that patterns are tried on: the work is their product.
const LONGEST: usize = 200;

/// Which controls are meant by `include-…` and `exclude-controls`.
pub(super) struct Choice {
    include: Picks,
    exclude: Picks,
}

/// Controls named by id or pattern; the flag says whether with all below them.
#[derive(Default)]
struct Picks {
    all: bool,
    ids: HashMap<String, bool>,
    patterns: Vec<(String, bool)>,
}

impl Choice {
    /// Reads an import or an insertion; without any inclusion all controls are meant.
    ///
    /// # Errors
    /// Too many patterns.
    pub(super) fn read(holder: &Value) -> Result<Self, ResolveError> {
        let mut include = Picks::read(fields::list(holder, "include-controls"))?;
        include.all = holder.get("include-controls").is_none();
        Ok(Self {
            include,
            exclude: Picks::read(fields::list(holder, "exclude-controls"))?,
        })
    }

    pub(super) const fn is_all(&self) -> bool {
        self.include.all
    }

    /// Whether a control is included and excluded by itself, each with what is below it or not.
    pub(super) fn of(&self, id: &str) -> (Option<bool>, Option<bool>) {
        (self.include.of(id), self.exclude.of(id))
    }

    /// Ids that are asked for and not among these.
    pub(super) fn unknown(&self, known: &HashSet<String>) -> Vec<String> {
        let mut ids: Vec<String> = self
            .include
            .ids
            .keys()
            .filter(|id| !known.contains(*id))
            .cloned()
            .collect();
        ids.sort();
        ids
    }
}

impl Picks {
    fn read(list: &[Value]) -> Result<Self, ResolveError> {
        let mut picks = Self::default();
        for entry in list {
            let below = fields::text(entry, "with-child-controls") == Some("yes");
            for id in fields::texts(entry, "with-ids") {
                *picks.ids.entry(id.to_owned()).or_default() |= below;
            }
            let patterns = fields::list(entry, "matching").iter();
            let patterns = patterns.filter_map(|matching| fields::text(matching, "pattern"));
            picks
                .patterns
                .extend(patterns.map(|p| (p.to_owned(), below)));
        }
        if picks.patterns.len() > MOST_PATTERNS {
            return Err(ResolveError::TooMany {
                what: "patterns in one choice of controls",
                limit: MOST_PATTERNS,
            });
        }
        if picks
            .patterns
            .iter()
            .any(|(pattern, _)| pattern.len() > LONGEST)
        {
            return Err(ResolveError::TooMany {
                what: "bytes in a pattern",
                limit: LONGEST,
            });
        }
        Ok(picks)
    }

    fn of(&self, id: &str) -> Option<bool> {
        let matching = self
            .patterns
            .iter()
            .filter(|(pattern, _)| glob(pattern, id));
        let found = self.ids.get(id).copied().into_iter();
        let found = found.chain(matching.map(|(_, below)| *below));
        let found = found.reduce(|one, other| one || other);
        found.or_else(|| self.all.then_some(false))
    }
}

/// Matches `*` (any characters) and `?` (one character).
fn glob(pattern: &str, text: &str) -> bool {
    if text.len() > LONGEST {
        return pattern == "*" || pattern == text;
    }
    let (mut pattern, mut text) = (pattern, text);
    // Where to go on if the rest does not match: behind the last `*`, one character further.
    let mut retry: Option<(&str, &str)> = None;
    loop {
        let (mut p, mut t) = (pattern.chars(), text.chars());
        match (p.next(), t.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                pattern = p.as_str();
                retry = Some((pattern, text));
                continue;
            }
            (Some(want), Some(got)) if want == '?' || want == got => {
                (pattern, text) = (p.as_str(), t.as_str());
                continue;
            }
            _ => {}
        }
        let Some((behind, from)) = retry else {
            return false;
        };
        let mut further = from.chars();
        if further.next().is_none() {
            return false;
        }
        (pattern, text) = (behind, further.as_str());
        retry = Some((behind, text));
    }
}

/// What an import brings.
pub(super) struct Selection {
    /// `params`, `controls` and `groups` of the source, only with what is selected.
    pub(super) body: Map<String, Value>,
    /// All parameters of the source that are not in the body: a text may need one of them.
    pub(super) parameters: Vec<Value>,
    /// Resources of the source.
    pub(super) resources: Vec<Value>,
}

impl Selection {
    /// Selects from the content of a catalog; beside it, the ids asked for that are not there.
    pub(super) fn make(catalog: &Value, choice: &Choice) -> (Self, Vec<String>) {
        let mut selector = Selector {
            choice,
            known: HashSet::new(),
            parameters: Vec::new(),
        };
        let mut body = Map::new();
        copy(catalog, "params", &mut body);
        put(
            &mut body,
            "controls",
            selector.controls(catalog, Inherited::default()),
        );
        put(&mut body, "groups", selector.groups(catalog));
        let unknown = choice.unknown(&selector.known);
        let back_matter = catalog.get("back-matter").unwrap_or(&Value::Null);
        let selection = Self {
            body,
            parameters: selector.parameters,
            resources: fields::list(back_matter, "resources").to_vec(),
        };
        (selection, unknown)
    }
}

/// Adds a list unless it is empty, which OSCAL does not allow.
pub(super) fn put(map: &mut Map<String, Value>, field: &str, list: Vec<Value>) {
    if !list.is_empty() {
        map.insert(field.to_owned(), Value::Array(list));
    }
}

fn copy(from: &Value, field: &str, to: &mut Map<String, Value>) {
    put(to, field, fields::list(from, field).to_vec());
}

/// What a control inherits from the ones around it.
#[derive(Clone, Copy, Default)]
struct Inherited {
    included: bool,
    excluded: bool,
}

struct Selector<'c> {
    choice: &'c Choice,
    known: HashSet<String>,
    parameters: Vec<Value>,
}

impl Selector<'_> {
    /// Groups that hold a selected control at any depth, with all else that is in them.
    fn groups(&mut self, holder: &Value) -> Vec<Value> {
        let mut kept = Vec::new();
        for group in fields::list(holder, "groups") {
            let groups = self.groups(group);
            let controls = self.controls(group, Inherited::default());
            if groups.is_empty() && controls.is_empty() {
                self.parameters
                    .extend_from_slice(fields::list(group, "params"));
                continue;
            }
            let mut copy = without(group, &["groups", "controls"]);
            put(&mut copy, "groups", groups);
            put(&mut copy, "controls", controls);
            kept.push(Value::Object(copy));
        }
        kept
    }

    /// Selected controls; those below one that is not selected move up to its place.
    fn controls(&mut self, holder: &Value, inherited: Inherited) -> Vec<Value> {
        let mut kept = Vec::new();
        for control in fields::list(holder, "controls") {
            let id = fields::text(control, "id").unwrap_or_default();
            self.known.insert(id.to_owned());
            let (include, exclude) = self.choice.of(id);
            let below = Inherited {
                included: inherited.included || include == Some(true),
                excluded: inherited.excluded || exclude == Some(true),
            };
            let included = inherited.included || include.is_some();
            let excluded = inherited.excluded || exclude.is_some();
            let children = self.controls(control, below);
            if included && !excluded {
                let mut copy = without(control, &["controls"]);
                put(&mut copy, "controls", children);
                kept.push(Value::Object(copy));
            } else {
                self.parameters
                    .extend_from_slice(fields::list(control, "params"));
                kept.extend(children);
            }
        }
        kept
    }
}

/// A copy of an object without some of its fields.
pub(super) fn without(object: &Value, dropped: &[&str]) -> Map<String, Value> {
    let map = object.as_object().into_iter().flatten();
    map.filter(|(key, _)| !dropped.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn globs_match_as_usual() {
        for (pattern, text, matches) in [
            ("ac-1", "ac-1", true),
            ("ac-1", "ac-10", false),
            ("ac-*", "ac-10", true),
            ("*", "", true),
            ("", "x", false),
            ("?c-?", "ac-1", true),
            ("?c-?", "ac-10", false),
            ("*.1.*", "GC.1.1.2", true),
            ("*b*d", "abcbd", true),
            ("*b*e", "abcbd", false),
        ] {
            assert_eq!(glob(pattern, text), matches, "{pattern} on {text}");
        }
    }
}
