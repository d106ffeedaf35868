//! Roles: the table of a module and the brackets of a requirement.

use roxmltree::Node;

use super::xml;

/// What a module's role table says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Roles {
    pub(super) responsible: Option<String>,
    pub(super) further: Vec<String>,
}

/// Reads a module's role table by the labels of its rows: its header varies or is missing, and it
/// is neither the only table of the module nor always the first.
pub(super) fn of_module(module: Node<'_, '_>) -> Roles {
    let mut roles = Roles::default();
    for (_, cells) in xml::rows(module) {
        let [label, names] = cells.as_slice() else {
            continue;
        };
        if roles.responsible.is_none() && label.starts_with("Grundsätzlich zuständig") {
            roles.responsible = Some(names.clone()).filter(|name| is_role(name));
        } else if roles.further.is_empty() && label.starts_with("Weitere Zuständigkeit") {
            roles.further = split(names);
        }
    }
    roles
}

/// Splits at commas, but not inside parentheses: `OT-Betrieb (Operational Technology, OT)`.
pub(super) fn split(names: &str) -> Vec<String> {
    let mut depth = 0_usize;
    names
        .split(|c| {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            c == ',' && depth == 0
        })
        .map(str::trim)
        .filter(|name| is_role(name))
        .map(str::to_owned)
        .collect()
}

/// `Keine` says that there is no role.
fn is_role(name: &str) -> bool {
    !name.is_empty() && name != "Keine"
}
