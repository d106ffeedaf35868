//! What the headings of the Kompendium say.

use super::roles;
use crate::catalogue::ids::{is_layer_id, module_id, number, threat_id};
use crate::domain::catalogue::Level;

const WITHDRAWN: &str = "ENTFALLEN";

/// Heading of a requirement, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequirementHeading {
    /// `OPS.2.3`
    pub(super) module: String,
    /// `22` of `A22`
    pub(super) number: u16,
    /// The id as printed.
    pub(super) written: String,
    /// What is left without id, mark and roles.
    pub(super) title: String,
    /// Level that the mark `(B)`, `(S)` or `(H)` stands for.
    pub(super) mark: Option<Level>,
    /// Roles in brackets.
    pub(super) roles: Vec<String>,
}

impl RequirementHeading {
    pub(super) fn id(&self) -> String {
        format!("{}.A{}", self.module, self.number)
    }

    pub(super) fn is_withdrawn(&self) -> bool {
        self.title
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| word == WITHDRAWN)
    }
}

/// `SYS IT-Systeme`: id and title of a layer.
pub(super) fn layer(heading: &str) -> Option<(String, String)> {
    let (id, title) = heading.split_once(' ')?;
    is_layer_id(id).then(|| (id.to_owned(), title.trim().to_owned()))
}

/// `SYS.1.2.3 Windows Server`: id and title of a module.
pub(super) fn module(heading: &str) -> Option<(String, String)> {
    let (id, rest) = module_id(heading)?;
    let title = rest.strip_prefix(char::is_whitespace)?.trim();
    (!title.is_empty()).then(|| (id, title.to_owned()))
}

/// `SYS` of `SYS.1.2.3`.
pub(super) fn layer_of(module: &str) -> &str {
    module.split('.').next().unwrap_or(module)
}

/// `SYS.1.2.3.A5 Title (B) [Role]`, with or without the dot before the `A`.
pub(super) fn requirement(heading: &str) -> Option<RequirementHeading> {
    let heading = heading.trim();
    let (module, rest) = module_id(heading)?;
    let rest = rest.trim_start();
    let rest = rest.strip_prefix('.').unwrap_or(rest).trim_start();
    let (number, rest) = number(rest.strip_prefix('A')?)?;
    if rest.starts_with(char::is_alphanumeric) {
        return None;
    }
    let written = heading.strip_suffix(rest)?.to_owned();
    let (title, mark, roles) = title(rest);
    Some(RequirementHeading {
        module,
        number,
        written,
        title,
        mark,
        roles,
    })
}

/// Level that a section gives to the requirements in it: plural or singular, numbered or not.
pub(super) fn level(heading: &str) -> Option<Level> {
    let words = unnumbered(heading).to_lowercase();
    if words.starts_with("basis-anforderung") {
        Some(Level::Basic)
    } else if words.starts_with("standard-anforderung") {
        Some(Level::Standard)
    } else if words.starts_with("anforderung") && words.contains("bei erhöhtem schutzbedarf") {
        Some(Level::Elevated)
    } else {
        None
    }
}

/// A heading without the number that some prints put before it.
pub(super) fn unnumbered(heading: &str) -> &str {
    heading.trim_start_matches(|c: char| c.is_numeric() || c == '.' || c.is_whitespace())
}

/// `G 0.14 Title`: id and title of an elementary threat, with or without the blank after `G`.
pub(super) fn threat(heading: &str) -> Option<(String, String)> {
    let rest = heading.strip_prefix('G')?.trim_start();
    let (number, rest) = number(rest.strip_prefix("0.")?)?;
    let title = rest.strip_prefix(char::is_whitespace)?.trim();
    (!title.is_empty()).then(|| (threat_id(number), title.to_owned()))
}

/// `2023` of the first `Edition 2023` in a text.
pub(super) fn edition(text: &str) -> Option<String> {
    text.split("Edition ").skip(1).find_map(|after| {
        let year = after.get(..4)?;
        let ends = !after.get(4..)?.starts_with(|c: char| c.is_ascii_digit());
        (ends && year.bytes().all(|b| b.is_ascii_digit())).then(|| year.to_owned())
    })
}

/// Takes roles and mark off the end, in whichever order they stand.
///
/// Only from the end: a title may have parentheses of its own before its mark.
fn title(rest: &str) -> (String, Option<Level>, Vec<String>) {
    let mut title = rest.trim();
    let mut level = None;
    let mut found = Vec::new();
    loop {
        if let Some((before, brackets)) = trailing_brackets(title).filter(|_| found.is_empty()) {
            found = roles::split(brackets);
            title = before;
        } else if let Some((before, mark)) = trailing_mark(title).filter(|_| level.is_none()) {
            level = Some(mark);
            title = before;
        } else {
            return (title.to_owned(), level, found);
        }
    }
}

fn trailing_brackets(title: &str) -> Option<(&str, &str)> {
    let (before, roles) = title.strip_suffix(']')?.rsplit_once('[')?;
    Some((before.trim_end(), roles))
}

fn trailing_mark(title: &str) -> Option<(&str, Level)> {
    let (before, mark) = title.strip_suffix(')')?.rsplit_once('(')?;
    let level = match mark.trim() {
        "B" => Level::Basic,
        "S" => Level::Standard,
        "H" => Level::Elevated,
        _ => return None,
    };
    Some((before.trim_end(), level))
}
