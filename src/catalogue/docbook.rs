//! BSI's Kompendium as `DocBook` XML: from the text of the file to facts and texts.
//!
//! A chapter is a layer, its sections are modules; a requirement is a section of a module whose
//! heading starts with an id, and its level is that of the section around it. What no requirement
//! holds is text of its module; threats, roles and glossary are chapters of their own.

mod appendix;
mod error;
mod heading;
mod modelling;
mod plain;
mod roles;
mod sections;
mod xml;

use std::collections::HashSet;

use roxmltree::Node;

use crate::domain::catalogue::Fact;
use crate::domain::catalogue_text::{
    ModuleSection, ModuleText, RequirementText, RoleText, Term, Threat,
};

pub use error::DocbookError;
use heading::RequirementHeading;
use modelling::Modelling;
use sections::Section;
use xml::Warnings;

/// Facts and texts of a document, each list in the order of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// The edition, then each layer with its modules and their requirements, as in the document.
    pub facts: Vec<Fact>,
    /// One for each requirement of the facts, in the same order; a text may be empty.
    pub texts: Vec<RequirementText>,
    /// One for each module of the facts, in the same order.
    pub module_texts: Vec<ModuleText>,
    /// Elementare Gefährdungen.
    pub threats: Vec<Threat>,
    /// What the chapter of roles says.
    pub roles: Vec<RoleText>,
    /// What the glossary says.
    pub glossary: Vec<Term>,
    /// What was odd, with its place; nothing in it keeps the book from being used.
    pub warnings: Vec<String>,
}

/// Reads the facts and the texts in the text of the XML file.
///
/// Threats, roles and glossary may be missing, which is a warning each.
///
/// # Errors
/// Text that is not XML, holds a DTD, is nested too deep or too large, is not this kind of
/// document, or lacks a fact that every module or requirement must have. No missing text is a
/// reason to refuse a document.
pub fn read(xml: &str) -> Result<Book, DocbookError> {
    let document = xml::parse(xml)?;
    let book = xml::book(&document)?;
    let mut reader = Reader::read(book)?;
    Ok(Book {
        threats: appendix::threats(book, &mut reader.warnings),
        roles: appendix::roles(book, &mut reader.warnings),
        glossary: appendix::glossary(book, &mut reader.warnings),
        facts: reader.facts,
        texts: reader.texts,
        module_texts: reader.module_texts,
        warnings: reader.warnings.into_lines(),
    })
}

/// A chapter that holds modules.
struct Layer<'a> {
    chapter: Node<'a, 'a>,
    id: String,
    title: String,
    modules: Vec<Module<'a>>,
}

/// A section of a layer.
struct Module<'a> {
    section: Node<'a, 'a>,
    id: String,
    title: String,
    /// All sections below it.
    sections: Vec<Section<'a>>,
}

fn layers<'a>(book: Node<'a, 'a>) -> Vec<Layer<'a>> {
    xml::children(book, "chapter")
        .filter_map(|chapter| {
            let (id, title) = heading::layer(&xml::title(chapter))?;
            let modules = modules(chapter, &id);
            // The glossary and the roles are chapters too; only a layer has modules.
            (!modules.is_empty()).then_some(Layer {
                chapter,
                id,
                title,
                modules,
            })
        })
        .collect()
}

fn modules<'a>(chapter: Node<'a, 'a>, layer: &str) -> Vec<Module<'a>> {
    xml::children(chapter, "section")
        .filter_map(|section| {
            let (id, title) = heading::module(&xml::title(section))?;
            (heading::layer_of(&id) == layer).then(|| Module {
                section,
                id,
                title,
                sections: sections::below(section),
            })
        })
        .collect()
}

/// Ids that stand in the module they name: no misprint elsewhere may take their place.
fn real_ids(layers: &[Layer<'_>]) -> HashSet<String> {
    let modules = layers.iter().flat_map(|layer| &layer.modules);
    modules
        .flat_map(|module| {
            let headings = module
                .sections
                .iter()
                .filter_map(|s| s.requirement.as_ref());
            headings
                .filter(|heading| heading.module == module.id)
                .map(RequirementHeading::id)
        })
        .collect()
}

/// What stands in a module before its first section.
fn introduction(module: Node<'_, '_>) -> Option<ModuleSection> {
    let text = plain::without_sections(module);
    (!text.is_empty()).then(|| ModuleSection {
        depth: 0,
        heading: xml::title(module),
        text,
    })
}

fn module_section(section: Section<'_>, text: String) -> ModuleSection {
    ModuleSection {
        depth: section.depth,
        heading: section.heading,
        text,
    }
}

struct Reader {
    modelling: Modelling,
    real: HashSet<String>,
    seen: HashSet<String>,
    facts: Vec<Fact>,
    texts: Vec<RequirementText>,
    module_texts: Vec<ModuleText>,
    warnings: Warnings,
}

impl Reader {
    /// Reads the layers of a book.
    fn read(book: Node<'_, '_>) -> Result<Self, DocbookError> {
        let layers = layers(book);
        if layers.is_empty() {
            return Err(DocbookError::NoLayers);
        }
        let mut warnings = Warnings::default();
        let mut reader = Self {
            modelling: Modelling::read(book, &mut warnings)?,
            real: real_ids(&layers),
            seen: HashSet::new(),
            facts: Vec::new(),
            texts: Vec::new(),
            module_texts: Vec::new(),
            warnings,
        };
        reader.edition(book);
        for layer in layers {
            reader.layer(layer)?;
        }
        for id in reader.modelling.unused() {
            let text = format!("`{id}` of the modelling table is no module of the book");
            reader.warnings.add_without_place(text);
        }
        Ok(reader)
    }

    fn edition(&mut self, book: Node<'_, '_>) {
        let edition = xml::edition(book).unwrap_or_else(|| {
            let text = "the book does not name its edition: read as 2023";
            self.warnings.add(book, text);
            "2023".to_owned()
        });
        self.facts.push(Fact::Edition {
            key: format!("gs-{edition}"),
            title: format!("IT-Grundschutz-Kompendium Edition {edition}"),
            edition,
        });
    }

    fn layer(&mut self, layer: Layer<'_>) -> Result<(), DocbookError> {
        if !self.is_new(layer.chapter, &layer.id) {
            return Ok(());
        }
        self.warn_of_unread(layer.chapter, "module", |title| {
            heading::module(title).is_some_and(|(id, _)| heading::layer_of(&id) == layer.id)
        });
        self.facts.push(Fact::Layer {
            id: layer.id,
            title: layer.title,
        });
        let mut modules = layer.modules.into_iter();
        modules.try_for_each(|module| self.module(module))
    }

    fn module(&mut self, module: Module<'_>) -> Result<(), DocbookError> {
        let section = module.section;
        if !self.is_new(section, &module.id) {
            return Ok(());
        }
        let Some(row) = self.modelling.take(&module.id) else {
            return Err(DocbookError::NotModelled {
                place: xml::place(section),
                module: module.id,
            });
        };
        if row.title != module.title {
            let text = format!(
                "module {} is `{}` here and `{}` in the modelling table",
                module.id, module.title, row.title
            );
            self.warnings.add(section, text);
        }
        let roles = roles::of_module(section);
        if roles.responsible.is_none() {
            let text = format!("module {} names no responsible role", module.id);
            self.warnings.add(section, text);
        }
        self.facts.push(Fact::Module {
            id: module.id.clone(),
            title: module.title.clone(),
            order: row.order,
            target_type: row.target_type,
            responsible: roles.responsible,
            further: roles.further,
        });
        self.sections(module)
    }

    /// Reads the sections of a module: each is a requirement, part of one, or text of the module.
    fn sections(&mut self, module: Module<'_>) -> Result<(), DocbookError> {
        let is_level = |section: &&Section<'_>| heading::level(&section.heading).is_some();
        for level in module.sections.iter().filter(is_level) {
            self.warn_of_unread(level.node, "requirement", |title| {
                heading::requirement(title).is_some()
            });
        }
        let mut texts = Vec::from_iter(introduction(module.section));
        for section in module.sections {
            if let Some(heading) = &section.requirement {
                let text = plain::without_requirements(section.node);
                if self.requirement(&module.id, &section, heading)? {
                    let id = heading.id();
                    self.texts.push(RequirementText { id, text });
                } else {
                    texts.push(module_section(section, text));
                }
            } else if !section.in_requirement {
                let text = plain::without_sections(section.node);
                texts.push(module_section(section, text));
            }
        }
        self.module_texts.push(ModuleText {
            id: module.id,
            sections: texts,
        });
        Ok(())
    }

    /// Reads the facts of a requirement; says whether it is one, or left out.
    fn requirement(
        &mut self,
        module: &str,
        section: &Section<'_>,
        heading: &RequirementHeading,
    ) -> Result<bool, DocbookError> {
        let id = heading.id();
        let Some(level) = section.level else {
            let place = xml::place(section.node);
            return Err(DocbookError::NoLevel { place, id });
        };
        if heading.title.is_empty() {
            let place = xml::place(section.node);
            return Err(DocbookError::NoTitle { place, id });
        }
        if !self.may_keep(section.node, module, heading) {
            return Ok(false);
        }
        if heading.mark.is_some_and(|mark| mark != level) {
            let text = format!("requirement {id} has the mark of another level than {level}");
            self.warnings.add(section.node, text);
        }
        self.facts.push(Fact::Requirement {
            id,
            level,
            withdrawn: heading.is_withdrawn(),
            title: heading.title.clone(),
            roles: heading.roles.clone(),
            threats: Vec::new(),
        });
        Ok(true)
    }

    /// Notes what is odd about the id; says whether the requirement may bear it.
    fn may_keep(
        &mut self,
        section: Node<'_, '_>,
        module: &str,
        heading: &RequirementHeading,
    ) -> bool {
        let id = heading.id();
        if heading.written != id {
            let text = format!("requirement `{}` is read as {id}", heading.written);
            self.warnings.add(section, text);
        }
        let foreign = heading.module != module;
        let taken = foreign && self.real.contains(&id);
        if taken || !self.seen.insert(id.clone()) {
            let text = format!("requirement {id} in module {module} repeats an id: left out");
            self.warnings.add(section, text);
            return false;
        }
        if foreign {
            let text = format!("requirement {id} stands in module {module}");
            self.warnings.add(section, text);
        }
        true
    }

    /// Notes a repeated layer or module.
    fn is_new(&mut self, node: Node<'_, '_>, id: &str) -> bool {
        let new = self.seen.insert(id.to_owned());
        if !new {
            self.warnings
                .add(node, format!("`{id}` repeats an id: left out"));
        }
        new
    }

    /// Notes sections that nothing is read from, so that a misprint cannot hide one.
    fn warn_of_unread(&mut self, parent: Node<'_, '_>, what: &str, is_read: impl Fn(&str) -> bool) {
        for section in xml::children(parent, "section") {
            let title = xml::title(section);
            if !is_read(&title) {
                let text = format!("section `{title}` is no {what}: left out");
                self.warnings.add(section, text);
            }
        }
    }
}

#[cfg(test)]
mod tests;
