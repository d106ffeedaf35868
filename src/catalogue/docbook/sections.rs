//! The sections below a module.

use roxmltree::Node;

use super::heading::{self, RequirementHeading};
use super::xml;
use crate::domain::catalogue::Level;

/// A section below a module.
pub(super) struct Section<'a> {
    pub(super) node: Node<'a, 'a>,
    pub(super) heading: String,
    /// The heading taken apart, if it is that of a requirement.
    pub(super) requirement: Option<RequirementHeading>,
    /// Sections around it and itself, up to the module.
    pub(super) depth: u8,
    /// Level that the nearest heading gives, its own or one around it, up to the module.
    pub(super) level: Option<Level>,
    /// Part of a requirement's text.
    pub(super) in_requirement: bool,
}

/// All sections below a module in the order of the document.
pub(super) fn below<'a>(module: Node<'a, 'a>) -> Vec<Section<'a>> {
    let mut found = Vec::new();
    let around = Around::default();
    walk(module, around, &mut found);
    found
}

/// What holds for everything in an element.
#[derive(Clone, Copy, Default)]
struct Around {
    depth: u8,
    level: Option<Level>,
    in_requirement: bool,
}

/// One walk, in which every heading is read once: to look up the level from each requirement would
/// read the headings around it again and again. Recursion is as deep as [`xml::parse`] lets in.
fn walk<'a>(parent: Node<'a, 'a>, around: Around, found: &mut Vec<Section<'a>>) {
    for node in parent.children().filter(Node::is_element) {
        let heading = xml::title(node);
        let mut inside = around;
        inside.level = heading::level(&heading).or(around.level);
        if xml::is(node, "section") {
            inside.depth = around.depth.saturating_add(1);
            let requirement = heading::requirement(&heading);
            inside.in_requirement |= requirement.is_some();
            found.push(Section {
                node,
                heading,
                requirement,
                depth: inside.depth,
                level: inside.level,
                in_requirement: around.in_requirement,
            });
        }
        walk(node, inside, found);
    }
}
