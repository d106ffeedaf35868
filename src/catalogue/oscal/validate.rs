//! Walks a document along its grammar and notes every place where it leaves it.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::document::{Model, Tree, Version};
use super::error::{Defect, Defects};
use super::grammar::{self, Choice, Field, Kind, Object, Space};
use super::text::Text;

/// All defects of a document, in its order.
#[must_use]
pub fn validate(tree: &Tree) -> Defects {
    let mut walk = Walk {
        // A mapping collection that names an older version is measured by the first that has it.
        version: match tree.model() {
            Model::MappingCollection => Version::V1_2,
            _ => tree.version(),
        },
        is_catalog: tree.model() == Model::Catalog,
        path: Vec::new(),
        seen: HashSet::new(),
        defects: Defects::default(),
    };
    walk.directive(tree.whole());
    let key = tree.model().key();
    walk.within(Step::Key(key), |walk| {
        walk.object(grammar::root(tree.model()), tree.content());
        if walk.version != tree.version() {
            walk.within(Step::Key("metadata"), |walk| {
                walk.within(Step::Key("oscal-version"), |walk| {
                    walk.add(|| format!("a `{key}` came with OSCAL 1.2"));
                });
            });
        }
    });
    walk.defects
}

/// One step from the root to a place.
#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

struct Walk<'a> {
    version: Version,
    is_catalog: bool,
    path: Vec<Step<'a>>,
    /// Names that are taken.
    seen: HashSet<(Space, &'a str)>,
    defects: Defects,
}

impl<'a> Walk<'a> {
    fn within(&mut self, step: Step<'a>, inner: impl FnOnce(&mut Self)) {
        self.path.push(step);
        inner(self);
        self.path.pop();
    }

    fn add(&mut self, what: impl FnOnce() -> String) {
        let path = &self.path;
        self.defects.add(|| Defect {
            pointer: pointer(path),
            what: what(),
        });
    }

    /// `$schema` beside the root.
    fn directive(&mut self, whole: &'a Value) {
        if let Some(schema) = whole.get("$schema") {
            self.within(Step::Key("$schema"), |walk| {
                walk.text(Text::UriReference, schema);
            });
        }
    }

    fn object(&mut self, grammar: &'static Object, value: &'a Value) {
        let Value::Object(map) = value else {
            return self.wrong_type(value, "an object");
        };
        for (key, value) in map {
            let field = grammar.field(key);
            let known = field.filter(|field| field.since <= self.version);
            self.within(Step::Key(key), |walk| match known {
                Some(field) => walk.field(field, value),
                None => walk.add(|| format!("is no field of {}", grammar.name)),
            });
        }
        for field in grammar.fields {
            if field.required && !map.contains_key(field.name) {
                self.add(|| format!("`{}` is missing in {}", field.name, grammar.name));
            }
        }
        if self.version >= Version::V1_2 {
            for choice in grammar.choices {
                self.choice(choice, map);
            }
        }
    }

    fn choice(&mut self, choice: &Choice, map: &Map<String, Value>) {
        let (Choice::AtMostOne(names) | Choice::ExactlyOne(names)) = choice;
        let given = names.iter().filter(|name| map.contains_key(**name)).count();
        let list = || format!("`{}`", names.join("`, `"));
        match choice {
            _ if given > 1 => self.add(|| format!("only one of {} may be given", list())),
            Choice::ExactlyOne(_) if given == 0 => {
                self.add(|| format!("one of {} is missing", list()));
            }
            _ => {}
        }
    }

    fn field(&mut self, field: &'static Field, value: &'a Value) {
        match &field.kind {
            Kind::Text(text) => self.text(*text, value),
            Kind::Texts(text) => self.list(value, |walk, item| walk.text(*text, item)),
            Kind::One(object) => self.object(object, value),
            Kind::OneOrMany(object) if value.is_object() => self.object(object, value),
            Kind::Many(object) | Kind::OneOrMany(object) => {
                self.list(value, |walk, item| walk.object(object, item));
            }
            Kind::Flag if value.is_boolean() => {}
            Kind::Flag => self.wrong_type(value, "true or false"),
            Kind::Natural if is_natural(value) => {}
            Kind::Natural => self.wrong_type(value, "a whole number of at least 0"),
            Kind::Number if value.is_number() => {}
            Kind::Number => self.wrong_type(value, "a number"),
        }
        if let (Some(space), Some(name)) = (field.declares, value.as_str())
            && self.is_unique_here(space)
            && !self.seen.insert((space, name))
        {
            self.add(|| format!("`{}` is given a second time", excerpt(name)));
        }
    }

    /// Parts and parameters that a profile adds are for different controls or alternatives.
    const fn is_unique_here(&self, space: Space) -> bool {
        self.is_catalog || matches!(space, Space::Roles | Space::Uuids)
    }

    fn list(&mut self, value: &'a Value, each: impl Fn(&mut Self, &'a Value)) {
        let Value::Array(items) = value else {
            return self.wrong_type(value, "a list");
        };
        if items.is_empty() {
            self.add(|| "is an empty list; leave it out instead".to_owned());
        }
        for (index, item) in items.iter().enumerate() {
            self.within(Step::Index(index), |walk| each(walk, item));
        }
    }

    fn text(&mut self, kind: Text, value: &Value) {
        let Value::String(text) = value else {
            return self.wrong_type(value, "a text");
        };
        if !kind.allows(text, self.version) {
            self.add(|| format!("`{}` is not {}", excerpt(text), kind.wanted()));
        }
    }

    fn wrong_type(&mut self, value: &Value, wanted: &str) {
        let found = match value {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.add(|| format!("is {found}, not {wanted}"));
    }
}

/// JSON schema counts `1.0` as a whole number.
fn is_natural(value: &Value) -> bool {
    value.is_u64() || value.as_f64().is_some_and(|n| n >= 0.0 && n.fract() == 0.0)
}

/// JSON pointer of a path.
fn pointer(path: &[Step<'_>]) -> String {
    let mut pointer = String::new();
    for step in path {
        pointer.push('/');
        match step {
            Step::Key(key) => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
            Step::Index(index) => pointer.push_str(&index.to_string()),
        }
    }
    pointer
}

/// The start of a text that may be of any length.
pub(super) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
