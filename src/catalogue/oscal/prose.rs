//! Plain text of parts, with parameters filled in.

use std::cell::Cell;
use std::collections::HashMap;

use serde_json::Value;

use super::fields;

/// Text that parameters may add to one document: they can be named any number of times, and a
/// file of 4 MB could otherwise ask for terabytes.
const BUDGET: usize = 16 << 20;

/// An insertion as written, `{{ insert: param, ac-1_prm_1 }}`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text that stands for itself.
    Text(&'a str),
    /// Id of a parameter to be inserted.
    Parameter(&'a str),
}

/// Splits a text at its insertions of parameters; other insertions stand for themselves.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut start, mut from) = (0, 0);
    while let Some(open) = find(text, "{{", from) {
        let Some(close) = find(text, "}}", open) else {
            break;
        };
        let inside = text.get(open + 2..close).unwrap_or_default();
        // `{{ {{ insert: … }}`: the last opening is the one that counts.
        if let Some(again) = inside.rfind("{{") {
            from = open + 2 + again;
            continue;
        }
        from = close + 2;
        if let Some(id) = parameter(inside) {
            pieces.push(Piece::Text(text.get(start..open).unwrap_or_default()));
            pieces.push(Piece::Parameter(id));
            start = from;
        }
    }
    pieces.push(Piece::Text(text.get(start..).unwrap_or_default()));
    pieces
}

fn find(text: &str, what: &str, from: usize) -> Option<usize> {
    Some(text.get(from..)?.find(what)? + from)
}

fn parameter(inside: &str) -> Option<&str> {
    let (kind, id) = inside.trim().strip_prefix("insert:")?.split_once(',')?;
    let id = id.trim();
    (kind.trim() == "param" && !id.is_empty()).then_some(id)
}

/// The parameters of a document, by id.
pub(super) struct Parameters<'a> {
    by_id: HashMap<&'a str, &'a Value>,
    budget: Cell<usize>,
}

impl<'a> Parameters<'a> {
    pub(super) fn new() -> Self {
        Self {
            by_id: HashMap::new(),
            budget: Cell::new(BUDGET),
        }
    }

    /// Adds those of a catalog, a group or a control; the first of an id counts.
    pub(super) fn add(&mut self, holder: &'a Value) {
        for parameter in fields::list(holder, "params") {
            if let Some(id) = fields::text(parameter, "id") {
                self.by_id.entry(id).or_insert(parameter);
            }
        }
    }

    /// The text with every parameter as `[values]`, `[choices]` or `[label]`.
    pub(super) fn fill(&self, text: &str) -> String {
        self.fill_within(text, 0)
    }

    fn fill_within(&self, text: &str, depth: usize) -> String {
        /// A choice may name a parameter, whose choice names another; more is a riddle or a cycle.
        const DEEPEST: usize = 2;
        let mut filled = String::with_capacity(text.len());
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Parameter(id) => {
                    let value = self.value(id, depth, DEEPEST);
                    filled.push('[');
                    filled.push_str(self.spend(&value).unwrap_or(id));
                    filled.push(']');
                }
            }
        }
        filled
    }

    fn value(&self, id: &str, depth: usize, deepest: usize) -> String {
        let Some(parameter) = self.by_id.get(id) else {
            return id.to_owned();
        };
        if self.budget.get() == 0 {
            return id.to_owned();
        }
        let values: Vec<&str> = fields::texts(parameter, "values").collect();
        if !values.is_empty() {
            return values.join(", ");
        }
        let select = parameter.get("select").unwrap_or(&Value::Null);
        if depth < deepest && !fields::list(select, "choice").is_empty() {
            let choices = fields::texts(select, "choice");
            let filled: Vec<String> = choices.map(|c| self.fill_within(c, depth + 1)).collect();
            return filled.join("; ");
        }
        fields::text(parameter, "label").unwrap_or(id).to_owned()
    }

    /// The value, unless the document has used up what it may insert.
    fn spend<'v>(&self, value: &'v str) -> Option<&'v str> {
        let left = self.budget.get().checked_sub(value.len());
        self.budget.set(left.unwrap_or(0));
        left.map(|_| value)
    }

    /// Text of a part and of the parts below it, one line for each, with its label before it.
    pub(super) fn part(&self, part: &Value) -> String {
        let mut lines = Vec::new();
        self.collect(part, 0, &mut lines);
        lines.join("\n")
    }

    fn collect(&self, part: &Value, depth: usize, lines: &mut Vec<String>) {
        if let Some(prose) = fields::text(part, "prose") {
            let indent = "  ".repeat(depth);
            let prose = self.fill(prose);
            lines.push(match fields::prop(part, "label") {
                Some(label) => format!("{indent}{label} {prose}"),
                None => format!("{indent}{prose}"),
            });
        }
        for below in fields::list(part, "parts") {
            self.collect(below, depth + 1, lines);
        }
    }
}
