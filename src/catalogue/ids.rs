//! Ids of the Kompendium as people type them into cells, and the one form they are kept in.

use std::fmt;

/// Id of a requirement, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct RequirementId {
    /// `OPS.2.3`
    pub(super) module: String,
    /// `22` of `A22`
    number: u16,
}

impl fmt::Display for RequirementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.A{}", self.module, self.number)
    }
}

/// `SYS.1.2.3`, alone in the text; a module needs at least one number.
pub(super) fn module(text: &str) -> Option<String> {
    let (id, rest) = module_id(text.trim())?;
    rest.is_empty().then_some(id)
}

/// `SYS.1.2.3 Windows Server`: id and title of a module.
pub(super) fn module_with_title(text: &str) -> Option<(String, String)> {
    let (id, rest) = module_id(text.trim())?;
    let title = tidy(rest.strip_prefix(char::is_whitespace)?);
    (!title.is_empty()).then_some((id, title))
}

/// `SYS.1.2.3.A5`, alone in the text; BSI also writes `OPS.2.3A22` and blanks around it.
pub(super) fn requirement(text: &str) -> Option<RequirementId> {
    let (module, rest) = module_id(text.trim())?;
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    let number = whole_number(rest.strip_prefix('A')?)?;
    Some(RequirementId { module, number })
}

/// Number of an elementary threat: `14` of `G 0.14`, with or without the blank.
pub(super) fn threat(text: &str) -> Option<u16> {
    let number_of = text.trim().strip_prefix('G')?.trim_start();
    whole_number(number_of.strip_prefix("0.")?)
}

/// The form that every threat id is kept in: `G 0.14`, one blank, no leading zeros.
pub(super) fn threat_id(number: u16) -> String {
    format!("G 0.{number}")
}

/// A text on one line with single blanks.
pub(super) fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Most numbers of a module's id; those of Edition 2023 have three.
const PARTS: usize = 8;

/// `SYS.1.2.3` and what follows it.
pub(super) fn module_id(text: &str) -> Option<(String, &str)> {
    let (layer, mut rest) = text.split_at(text.find('.')?);
    if !is_layer_id(layer) {
        return None;
    }
    let mut id = layer.to_owned();
    let mut parts = 0;
    while let Some((part, after)) = rest.strip_prefix('.').and_then(number) {
        parts += 1;
        if parts > PARTS {
            return None;
        }
        id = format!("{id}.{part}");
        rest = after;
    }
    (id.len() > layer.len()).then_some((id, rest))
}

pub(super) fn is_layer_id(word: &str) -> bool {
    (2..=5).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_uppercase())
}

/// Leading digits and what follows them.
pub(super) fn number(text: &str) -> Option<(u16, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit());
    let (digits, rest) = text.split_at(end.unwrap_or(text.len()));
    Some((digits.parse().ok()?, rest))
}

/// Digits and nothing else.
fn whole_number(text: &str) -> Option<u16> {
    number(text).and_then(|(number, rest)| rest.is_empty().then_some(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_get_one_form() {
        let cases = [
            ("SYS.1.2.3.A5", Some("SYS.1.2.3.A5")),
            ("CON.1.A19 ", Some("CON.1.A19")),
            ("OPS.2.3A22", Some("OPS.2.3.A22")),
            ("OPS.2.3.A022", Some("OPS.2.3.A22")),
            ("OPS.2.3.A22 Titel", None),
            ("OPS.2.3.A", None),
            ("OPS.A1", None),
            ("ops.2.3.A1", None),
            ("OPS.2.3.A99999", None),
            ("OPS.2.3.A+1", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let id = requirement(text).map(|id| id.to_string());
            assert_eq!(id.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn modules_and_threats_get_one_form() {
        assert_eq!(module(" SYS.1.2.3"), Some("SYS.1.2.3".to_owned()));
        assert_eq!(module("SYS.1.2.3.A1"), None);
        assert_eq!(module("SYS"), None);
        let titled = ("NET.3".to_owned(), "Tor und Turm".to_owned());
        assert_eq!(module_with_title(" NET.3  Tor und  Turm "), Some(titled));
        assert_eq!(module_with_title("NET.3"), None);
        for text in ["G 0.14", "G0.14", " G  0.014 ", "G\u{a0}0.14"] {
            assert_eq!(threat(text).map(threat_id).as_deref(), Some("G 0.14"));
        }
        for text in ["G 1.14", "G 0.", "G 0.1a", "0.14", "G 0.1.2"] {
            assert_eq!(threat(text), None, "{text}");
        }
    }
}
