//! What the reader asks of the XML tree.

use std::fmt;

use roxmltree::{Document, Node, ParsingOptions, TextPos};

use super::DocbookError;
use super::heading;
use crate::catalogue::warnings;

const NAMESPACE: &str = "http://docbook.org/ns/docbook";

/// Most nodes that are read; Edition 2023 has about 75,000.
pub(super) const NODES: u32 = 500_000;

/// Deepest nesting that is read; Edition 2023 has 12.
pub(super) const DEPTH: u16 = 64;

/// Most `=` after one `<`. The XML parser compares each attribute of an element with each other, so one element with
/// attributes only would keep it busy for hours.
const ATTRIBUTES: usize = 1_000;

pub(super) fn parse(text: &str) -> Result<Document<'_>, DocbookError> {
    let mut tags = text.split('<');
    if tags.any(|tag| tag.len() > ATTRIBUTES && tag.matches('=').count() > ATTRIBUTES) {
        return Err(DocbookError::TooManyAttributes { limit: ATTRIBUTES });
    }
    let options = ParsingOptions {
        nodes_limit: NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options)?;
    match too_deep(&document) {
        Some(place) => Err(DocbookError::TooDeep {
            place,
            limit: DEPTH,
        }),
        None => Ok(document),
    }
}

/// Place of the first element that is too deep. The tree may be a single branch, so no recursion.
fn too_deep(document: &Document<'_>) -> Option<TextPos> {
    let mut depths: Vec<u16> = Vec::new();
    for node in document.descendants() {
        // Nodes are numbered in document order: a parent's depth is known before its children's.
        let parent = node.parent().and_then(|p| depths.get(p.id().get_usize()));
        let depth = parent.map_or(0, |depth| depth + 1);
        if depth > DEPTH {
            return Some(place(node));
        }
        depths.push(depth);
    }
    None
}

pub(super) fn book<'a>(document: &'a Document<'a>) -> Result<Node<'a, 'a>, DocbookError> {
    let root = document.root_element();
    let name = root.tag_name();
    if name.name() == "book" && name.namespace() == Some(NAMESPACE) {
        return Ok(root);
    }
    Err(DocbookError::NotDocbook {
        place: place(root),
        found: name.name().to_owned(),
    })
}

pub(super) fn place(node: Node<'_, '_>) -> TextPos {
    node.document().text_pos_at(node.range().start)
}

pub(super) fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

pub(super) fn children<'a>(
    node: Node<'a, 'a>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(move |child| is(*child, name))
}

/// Heading of a chapter or section.
pub(super) fn title(node: Node<'_, '_>) -> String {
    let title = match head(node) {
        Some(info) if is(info, "info") => info.children().find(|child| is(*child, "title")),
        other => other,
    };
    title.map(text).unwrap_or_default()
}

/// What stands in a chapter or section below its heading.
pub(super) fn body<'a>(node: Node<'a, 'a>) -> impl Iterator<Item = Node<'a, 'a>> {
    let head = head(node);
    node.children().filter(move |child| Some(*child) != head)
}

/// A title is always the first element, alone or in `info`.
fn head<'a>(node: Node<'a, 'a>) -> Option<Node<'a, 'a>> {
    let first = node.first_element_child();
    first.filter(|child| is(*child, "title") || is(*child, "info"))
}

/// All text below a node with single spaces; paragraphs and forced line breaks part words too.
pub(super) fn text(node: Node<'_, '_>) -> String {
    let mut raw = String::new();
    for inner in node.descendants() {
        if inner.is_text() {
            raw.push_str(inner.text().unwrap_or_default());
        } else if inner.is_pi() || is(inner, "para") || is(inner, "simpara") {
            raw.push(' ');
        }
    }
    single_blanks(&raw)
}

/// A text whose white space is one blank between words.
pub(super) fn single_blanks(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    words
}

/// Texts of the cells of every row below a node, header rows too.
pub(super) fn rows<'a>(node: Node<'a, 'a>) -> impl Iterator<Item = (Node<'a, 'a>, Vec<String>)> {
    node.descendants()
        .filter(|inner| is(*inner, "tr"))
        .map(|row| {
            let cells = row.children().filter(|c| is(*c, "td") || is(*c, "th"));
            (row, cells.map(text).collect())
        })
}

/// The edition that the book's title or its chapter of news names first.
pub(super) fn edition(book: Node<'_, '_>) -> Option<String> {
    heading::edition(&title(book)).or_else(|| {
        let news = book
            .children()
            .find(|c| is(*c, "chapter") && title(*c).starts_with("Neues"))?;
        heading::edition(&text(news))
    })
}

/// Oddities with their places.
#[derive(Default)]
pub(super) struct Warnings(warnings::Warnings);

impl Warnings {
    pub(super) fn add(&mut self, node: Node<'_, '_>, text: impl fmt::Display) {
        self.0.add(At(node, text));
    }

    pub(super) fn add_without_place(&mut self, text: impl fmt::Display) {
        self.0.add(text);
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.0.into_lines()
    }
}

/// A place is counted from the start of the text: not for a line that nobody gets to see.
struct At<'a, T>(Node<'a, 'a>, T);

impl<T: fmt::Display> fmt::Display for At<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", place(self.0), self.1)
    }
}
