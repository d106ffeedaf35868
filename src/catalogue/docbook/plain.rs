//! From elements to plain text of the form that [`crate::domain::catalogue_text`] lays down.

use roxmltree::Node;

use super::{heading, xml};

/// Elements that part no words. What is not named here is a block: better a paragraph too many
/// than two words in one.
const INLINE: &[&str] = &[
    "abbrev",
    "acronym",
    "anchor",
    "citetitle",
    "code",
    "command",
    "email",
    "emphasis",
    "filename",
    "foreignphrase",
    "link",
    "literal",
    "phrase",
    "quote",
    "subscript",
    "superscript",
    "uri",
    "xref",
];

/// Text of a section without the sections in it.
pub(super) fn without_sections(section: Node<'_, '_>) -> String {
    write(xml::body(section), |node| xml::is(node, "section"))
}

/// Text of a section with the sections in it, except those that are requirements of their own.
pub(super) fn without_requirements(section: Node<'_, '_>) -> String {
    write(xml::body(section), |node| {
        xml::is(node, "section") && heading::requirement(&xml::title(node)).is_some()
    })
}

/// Text of nodes that follow one another.
pub(super) fn of<'a>(nodes: impl Iterator<Item = Node<'a, 'a>>) -> String {
    write(nodes, |_| false)
}

/// Says of an element that its text belongs elsewhere.
type LeftOut = fn(Node<'_, '_>) -> bool;

fn write<'a>(nodes: impl Iterator<Item = Node<'a, 'a>>, left_out: LeftOut) -> String {
    let mut blocks = Blocks::new(left_out);
    nodes.for_each(|node| blocks.add(node));
    blocks.finish().join("\n\n")
}

/// The paragraphs, lists and tables so far. Recursion is as deep as [`xml::parse`] lets in.
struct Blocks {
    done: Vec<String>,
    /// Words of the paragraph that has not ended yet, with the white space of the file.
    words: String,
    left_out: LeftOut,
}

impl Blocks {
    fn new(left_out: LeftOut) -> Self {
        Self {
            done: Vec::new(),
            words: String::new(),
            left_out,
        }
    }

    fn finish(mut self) -> Vec<String> {
        self.end_paragraph();
        self.done
    }

    fn add(&mut self, node: Node<'_, '_>) {
        if node.is_text() {
            self.words.push_str(node.text().unwrap_or_default());
        } else if node.is_pi() {
            self.words.push(' '); // a forced line break
        } else if node.is_element() {
            self.add_element(node);
        }
    }

    fn add_element(&mut self, node: Node<'_, '_>) {
        let name = node.tag_name().name();
        if INLINE.contains(&name) {
            return self.add_children(node);
        }
        self.end_paragraph();
        if (self.left_out)(node) {
            return;
        }
        match name {
            "itemizedlist" => self.push(self.list(node, |_| "- ".to_owned())),
            "orderedlist" => self.push(self.list(node, |number| format!("{number}. "))),
            "informaltable" | "table" => self.push(self.parts(node.children()).join("\n")),
            "tr" | "row" => self.push(self.row(node)),
            _ => self.add_children(node),
        }
        self.end_paragraph();
    }

    fn add_children(&mut self, node: Node<'_, '_>) {
        node.children().for_each(|child| self.add(child));
    }

    fn end_paragraph(&mut self) {
        let words = xml::single_blanks(&self.words);
        self.words.clear();
        self.push(words);
    }

    fn push(&mut self, block: String) {
        if !block.is_empty() {
            self.done.push(block);
        }
    }

    /// Blocks of nodes that are put together in another way than below one another.
    fn parts<'a>(&self, nodes: impl Iterator<Item = Node<'a, 'a>>) -> Vec<String> {
        let mut parts = Self::new(self.left_out);
        nodes.for_each(|node| parts.add(node));
        parts.finish()
    }

    fn list(&self, list: Node<'_, '_>, mark: impl Fn(usize) -> String) -> String {
        let mut lines = Vec::new();
        let mut number = 0;
        for child in list.children() {
            let text = self.parts(std::iter::once(child)).join("\n");
            if !xml::is(child, "listitem") {
                lines.extend(text.lines().map(str::to_owned)); // such as a title of the list
                continue;
            }
            number += 1;
            for (index, line) in text.lines().enumerate() {
                let before = if index == 0 {
                    mark(number)
                } else {
                    "  ".into()
                };
                lines.push(before + line);
            }
        }
        lines.join("\n")
    }

    /// Empty cells keep their place; a row of nothing else is no line.
    fn row(&self, row: Node<'_, '_>) -> String {
        let cells = row
            .children()
            .map(|cell| (cell, self.parts(std::iter::once(cell)).join(" ")))
            .filter(|(cell, text)| cell.is_element() || !text.is_empty());
        let cells: Vec<String> = cells.map(|(_, text)| xml::single_blanks(&text)).collect();
        if cells.iter().all(String::is_empty) {
            return String::new();
        }
        cells.join(" | ").trim().to_owned()
    }
}
