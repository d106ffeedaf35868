//! BSI's Kompendium as `DocBook` XML: from the text of the file to facts.
//!
//! A chapter is a layer, its sections are modules; a requirement is a section of a module whose
//! heading starts with an id, and its level is that of the section around it.

mod error;
mod heading;
mod modelling;
mod roles;
mod xml;

use std::collections::HashSet;

use roxmltree::Node;

use crate::domain::catalogue::Fact;

pub use error::DocbookError;
use heading::RequirementHeading;
use modelling::Modelling;
use xml::Warnings;

/// What a document holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The edition, then each layer with its modules and their requirements, as in the document.
    pub facts: Vec<Fact>,
    /// What was odd, with its place; nothing in it keeps the facts from being used.
    pub warnings: Vec<String>,
}

/// Reads the text of the XML file.
///
/// # Errors
/// Text that is not XML, holds a DTD, is nested too deep or too large, is not this kind of
/// document, or lacks a fact that every module or requirement must have.
pub fn facts(xml: &str) -> Result<Reading, DocbookError> {
    let document = xml::parse(xml)?;
    let book = xml::book(&document)?;
    let layers = layers(book);
    if layers.is_empty() {
        return Err(DocbookError::NoLayers);
    }
    let mut warnings = Warnings::default();
    let mut reader = Reader {
        modelling: Modelling::read(book, &mut warnings)?,
        real: real_ids(&layers),
        seen: HashSet::new(),
        facts: Vec::new(),
        warnings,
    };
    reader.edition(book);
    for layer in layers {
        reader.layer(layer)?;
    }
    Ok(reader.finish())
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
}

/// A section of a module whose heading starts with a requirement id.
struct Requirement<'a> {
    section: Node<'a, 'a>,
    heading: RequirementHeading,
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
            (heading::layer_of(&id) == layer).then_some(Module { section, id, title })
        })
        .collect()
}

fn requirements<'a>(module: &Module<'a>) -> impl Iterator<Item = Requirement<'a>> + use<'a> {
    let within = module.section;
    within
        .descendants()
        .filter(move |node| *node != within && xml::is(*node, "section"))
        .filter_map(|section| {
            let heading = heading::requirement(&xml::title(section))?;
            Some(Requirement { section, heading })
        })
}

/// Ids that stand in the module they name: no misprint elsewhere may take their place.
fn real_ids(layers: &[Layer<'_>]) -> HashSet<String> {
    let modules = layers.iter().flat_map(|layer| &layer.modules);
    modules
        .flat_map(|module| {
            requirements(module)
                .filter(|found| found.heading.module == module.id)
                .map(|found| found.heading.id())
        })
        .collect()
}

struct Reader {
    modelling: Modelling,
    real: HashSet<String>,
    seen: HashSet<String>,
    facts: Vec<Fact>,
    warnings: Warnings,
}

impl Reader {
    fn finish(mut self) -> Reading {
        for id in self.modelling.unused() {
            let text = format!("`{id}` of the modelling table is no module of the book");
            self.warnings.add_without_place(text);
        }
        Reading {
            facts: self.facts,
            warnings: self.warnings.into_lines(),
        }
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
        for level in xml::levels(section) {
            self.warn_of_unread(level, "requirement", |title| {
                heading::requirement(title).is_some()
            });
        }
        requirements(&module)
            .try_for_each(|requirement| self.requirement(section, &module.id, requirement))
    }

    fn requirement(
        &mut self,
        within: Node<'_, '_>,
        module: &str,
        Requirement { section, heading }: Requirement<'_>,
    ) -> Result<(), DocbookError> {
        let id = heading.id();
        let Some(level) = xml::level_around(section, within) else {
            let place = xml::place(section);
            return Err(DocbookError::NoLevel { place, id });
        };
        if heading.title.is_empty() {
            let place = xml::place(section);
            return Err(DocbookError::NoTitle { place, id });
        }
        if !self.may_keep(section, module, &heading) {
            return Ok(());
        }
        if heading.mark.is_some_and(|mark| mark != level) {
            let text = format!("requirement {id} has the mark of another level than {level}");
            self.warnings.add(section, text);
        }
        self.facts.push(Fact::Requirement {
            id,
            level,
            withdrawn: heading.is_withdrawn(),
            title: heading.title,
            roles: heading.roles,
            threats: Vec::new(),
        });
        Ok(())
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
