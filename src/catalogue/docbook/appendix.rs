//! Chapters beside the layers: elementary threats, roles, glossary.

use std::collections::HashSet;

use roxmltree::Node;

use super::xml::{self, Warnings};
use super::{heading, plain};
use crate::domain::catalogue_text::{RoleText, Term, Threat};

/// The elementary threats, in whichever chapter they stand: nowhere else do sections of a chapter
/// have such ids.
pub(super) fn threats(book: Node<'_, '_>, warnings: &mut Warnings) -> Vec<Threat> {
    let mut threats = Vec::new();
    let mut seen = HashSet::new();
    for chapter in xml::children(book, "chapter") {
        let sections: Vec<_> = xml::children(chapter, "section")
            .map(|section| (section, xml::title(section)))
            .map(|(section, title)| (section, heading::threat(&title).ok_or(title)))
            .collect();
        if !sections.iter().any(|(_, threat)| threat.is_ok()) {
            continue;
        }
        for (section, threat) in sections {
            match threat {
                Ok((id, title)) if seen.insert(id.clone()) => {
                    let text = plain::of(xml::body(section));
                    threats.push(Threat { id, title, text });
                }
                Ok((id, _)) => {
                    warnings.add(section, format!("threat {id} repeats an id: left out"));
                }
                Err(title) => {
                    let text = format!("section `{title}` is no threat: left out");
                    warnings.add(section, text);
                }
            }
        }
    }
    if threats.is_empty() {
        warnings.add(book, "no chapter holds elementary threats");
    }
    threats
}

/// What the chapter `Rollen` says.
pub(super) fn roles(book: Node<'_, '_>, warnings: &mut Warnings) -> Vec<RoleText> {
    let entries = entries(book, "Rollen", warnings).into_iter();
    entries
        .map(|(title, text)| RoleText { title, text })
        .collect()
}

/// What the chapter `Glossar` says.
pub(super) fn glossary(book: Node<'_, '_>, warnings: &mut Warnings) -> Vec<Term> {
    let entries = entries(book, "Glossar", warnings).into_iter();
    entries.map(|(term, text)| Term { term, text }).collect()
}

/// Titles and texts of the entries of the chapters with this heading.
fn entries(book: Node<'_, '_>, chapter: &str, warnings: &mut Warnings) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for node in xml::children(book, "chapter") {
        if heading::unnumbered(&xml::title(node)) == chapter {
            found.extend(entries_of(node));
        }
    }
    if found.is_empty() {
        warnings.add(book, format!("no chapter `{chapter}` holds entries"));
    }
    let mut seen = HashSet::new();
    found.retain(|entry: &Entry<'_>| {
        let new = seen.insert(entry.title.clone());
        if !new {
            let text = format!("`{}` stands twice in `{chapter}`: left out", entry.title);
            warnings.add(entry.head, text);
        }
        new
    });
    let texts = found.into_iter();
    texts
        .map(|entry| (entry.title, plain::of(entry.body.into_iter())))
        .collect()
}

/// What stands before the first entry introduces the chapter and is not read.
fn entries_of<'a>(chapter: Node<'a, 'a>) -> Vec<Entry<'a>> {
    let mut found: Vec<Entry<'a>> = Vec::new();
    for node in xml::body(chapter) {
        if let Some(entry) = Entry::starts(node) {
            found.push(entry);
        } else if let Some(last) = found.last_mut() {
            last.body.push(node);
        }
    }
    found
}

/// An entry of the roles or the glossary.
struct Entry<'a> {
    head: Node<'a, 'a>,
    title: String,
    body: Vec<Node<'a, 'a>>,
}

impl<'a> Entry<'a> {
    /// The entry that a node starts: a paragraph in strong letters, or a section.
    fn starts(node: Node<'a, 'a>) -> Option<Self> {
        let (title, body) = if xml::is(node, "section") {
            (xml::title(node), xml::body(node).collect())
        } else if xml::is(node, "para") && is_strong(node) {
            (xml::text(node), Vec::new())
        } else {
            return None;
        };
        let head = node;
        Some(Self { head, title, body })
    }
}

/// Every letter is strong; a bracket may be left outside (`<emphasis>ISB (I</emphasis>)`).
fn is_strong(para: Node<'_, '_>) -> bool {
    let has_letters = |node: &Node<'_, '_>| {
        let text = node.text().filter(|_| node.is_text());
        text.is_some_and(|text| text.contains(char::is_alphanumeric))
    };
    let mut texts = para.descendants().filter(has_letters).peekable();
    texts.peek().is_some()
        && texts.all(|text| {
            let mut around = text.ancestors().take_while(|node| *node != para);
            around.any(|node| matches!(node.attribute("role"), Some("strong" | "bold")))
        })
}
