//! What a reader has to keep to, whatever it is given: one function for each fuzz target.
//!
//! Each says whether the file is accepted, and panics where the reader does not keep a promise. The
//! fuzz crate and the ordinary tests both include this file.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{Cursor, Write as _};
use std::str::from_utf8;

use zinne::catalogue::detect::{self, Kind};
use zinne::catalogue::oscal::{self, Defects, Document, Limits};
use zinne::catalogue::{checklist, crossref, docbook, facts};
use zinne::domain::catalogue::Fact;
use zinne::domain::programme_file::{self, Known, ProgrammeFile};
use zip::write::{SimpleFileOptions, ZipWriter};

/// Most lines of warnings: two hundred, and one that counts the rest.
const WARNINGS: usize = 201;

/// A catalog and a profile of it, for profiles and catalogs to be resolved with.
const CATALOG: &[u8] = include_bytes!("corpus/oscal/good-catalog");
const PROFILE: &[u8] = include_bytes!("corpus/oscal/good-profile");

/// The Kompendium as DocBook.
pub fn docbook(bytes: &[u8]) -> bool {
    let Ok(xml) = from_utf8(bytes) else {
        return false;
    };
    let read = docbook::read(xml);
    assert_eq!(read, docbook::read(xml), "read twice");
    let Ok(book) = read else {
        return false;
    };
    assert!(book.warnings.len() <= WARNINGS);
    let printed = facts::print(&book.facts);
    assert_eq!(
        facts::parse(&printed).as_ref(),
        Ok(&book.facts),
        "facts of a book are a facts file"
    );
    let (mut requirements, mut modules) = (Vec::new(), Vec::new());
    for fact in &book.facts {
        match fact {
            Fact::Requirement { id, .. } => requirements.push(id),
            Fact::Module { id, .. } => modules.push(id),
            Fact::Edition { .. } | Fact::Threat { .. } | Fact::Layer { .. } => {}
        }
    }
    assert!(book.texts.iter().map(|text| &text.id).eq(requirements));
    assert!(book.module_texts.iter().map(|text| &text.id).eq(modules));
    let sections = book.module_texts.iter().flat_map(|text| &text.sections);
    let texts: Vec<&String> = (book.texts.iter().map(|of| &of.text))
        .chain(sections.map(|of| &of.text))
        .chain(book.threats.iter().map(|of| &of.text))
        .chain(book.roles.iter().map(|of| &of.text))
        .chain(book.glossary.iter().map(|of| &of.text))
        .collect();
    for text in &texts {
        assert_eq!(text.trim(), text.as_str(), "no white space around a text");
        assert!(!text.contains("\n\n\n"), "one empty line: {text:?}");
    }
    // A list that is nested as deep as allowed puts two blanks for each level before a line.
    let written: usize = texts.iter().map(|text| text.len()).sum();
    assert!(written <= 64 * xml.len(), "{written} of {}", xml.len());
    true
}

/// The cross table.
pub fn crossref(bytes: &[u8]) -> bool {
    let file = workbook(bytes);
    let read = crossref::read(&file);
    assert_eq!(read, crossref::read(&file), "read twice");
    let Ok(table) = read else {
        return false;
    };
    assert_is_workbook(&file);
    assert!(table.warnings.len() <= WARNINGS);
    let known: HashSet<&String> = table.requirements.iter().collect();
    assert_eq!(known.len(), table.requirements.len(), "a row each");
    let pairs: HashSet<_> = table.pairs.iter().collect();
    assert_eq!(pairs.len(), table.pairs.len(), "each pair once");
    assert!(table.pairs.iter().all(|of| known.contains(&of.requirement)));
    let values: HashSet<_> = table.values.iter().map(|of| &of.requirement).collect();
    assert_eq!(values.len(), table.values.len(), "one cell each");
    assert!(values.is_subset(&known));
    for of in &table.values {
        assert!(of.confidentiality || of.integrity || of.availability);
    }
    true
}

/// A checklist of a module.
pub fn checklist(bytes: &[u8]) -> bool {
    let file = workbook(bytes);
    let read = checklist::read(&file);
    assert_eq!(read, checklist::read(&file), "read twice");
    let Ok(list) = read else {
        return false;
    };
    assert_is_workbook(&file);
    assert!(list.warnings.len() <= WARNINGS);
    let mut numbers = HashSet::new();
    for (place, sentence) in list.sub_requirements.iter().enumerate() {
        assert!(sentence.requirement.starts_with(&list.module));
        assert!(!sentence.title.is_empty() && !sentence.text.is_empty());
        assert!(is_storable(&sentence.title) && is_storable(&sentence.text));
        assert!(numbers.insert((&sentence.requirement, sentence.number)));
        let before = list.sub_requirements[..place].iter();
        let before = before.filter(|of| of.requirement == sentence.requirement);
        assert_eq!(before.count() + 1, usize::from(sentence.number));
    }
    true
}

/// Any OSCAL document, its views, and profiles with what they import.
pub fn oscal(bytes: &[u8]) -> bool {
    let limits = Limits::default();
    let read = oscal::read_with_defects(bytes, &limits);
    assert_eq!(read, oscal::read_with_defects(bytes, &limits), "read twice");
    let Ok((document, defects)) = read else {
        return false;
    };
    let tree = document.tree();
    let Kind::Oscal(model) = detect::kind(bytes) else {
        panic!("{:?} is read all the same", detect::kind(bytes));
    };
    assert_eq!(model.as_str(), tree.model().key());
    assert_eq!(defects.list.len(), defects.total.min(Defects::CAP));
    for defect in &defects.list {
        assert!(
            tree.whole().pointer(&defect.pointer).is_some(),
            "{defect:?}"
        );
    }
    let printed = serde_json::to_vec(tree.whole()).unwrap();
    let (again, same) = oscal::read_with_defects(&printed, &limits).unwrap();
    assert_eq!(same, defects, "printed and read");
    assert_eq!(again.catalogue(), document.catalogue());
    match &document {
        Document::Catalog(_) => catalog(&document),
        Document::Profile(_) => profile(&document),
        Document::MappingCollection(_) => mapping(&document),
        Document::ComponentDefinition(_) => drop(document.component_definition().unwrap()),
    }
    true
}

/// Places are places in the lists, each before what is in it; a profile selects from it.
fn catalog(document: &Document) {
    let view = document.catalogue().unwrap();
    for (place, group) in view.groups.iter().enumerate() {
        assert_eq!(group.position, place);
        assert!(group.parent.is_none_or(|parent| parent < place));
    }
    for (place, control) in view.controls.iter().enumerate() {
        assert_eq!(control.position, place);
        assert!(control.parent.is_none_or(|parent| parent < place));
        assert!(control.group.is_none_or(|group| group < view.groups.len()));
    }
    let diff = oscal::diff(&view, &view);
    assert!(diff.added.is_empty() && diff.removed.is_empty());
    let find = |_: &oscal::ImportRef| {
        Some(oscal::profile::Source {
            document,
            bytes: None,
            by_name: false,
        })
    };
    if let Ok(resolved) = oscal::resolve(&sample(PROFILE), &find, &stamp()) {
        check_resolved(&resolved);
    }
}

fn profile(document: &Document) {
    let catalog = sample(CATALOG);
    let find = |import: &oscal::ImportRef| {
        let fit = import.fit(catalog.tree().uuid(), CATALOG, None)?;
        Some(oscal::profile::Source {
            document: &catalog,
            bytes: Some(CATALOG),
            by_name: fit == oscal::Fit::Name,
        })
    };
    let resolve = || oscal::resolve(document, &find, &stamp());
    let resolved = resolve();
    assert_eq!(resolved, resolve(), "resolved twice");
    if let Ok(resolved) = resolved {
        check_resolved(&resolved);
    }
}

fn check_resolved(resolved: &oscal::Resolution) {
    assert!(resolved.warnings.len() <= WARNINGS);
    let view = resolved.catalog.catalogue().unwrap();
    let parents = view.controls.iter().map(|of| of.parent);
    assert!(
        parents
            .zip(0..)
            .all(|(parent, at)| parent.is_none_or(|parent| parent < at))
    );
}

fn mapping(document: &Document) {
    let known = [sample(CATALOG).catalogue().unwrap()];
    for mapping in document.mapping_collection().unwrap().mappings {
        let report = oscal::join(&mapping, &known);
        let targets: usize = mapping.maps.iter().map(|map| map.targets.len()).sum();
        assert_eq!(report.entries.len(), targets);
    }
}

fn sample(bytes: &[u8]) -> Document {
    oscal::read(bytes, &Limits::default()).unwrap()
}

fn stamp() -> oscal::Stamp {
    oscal::Stamp {
        uuid: "00000000-0000-4000-8000-00000000000f".to_owned(),
        last_modified: "1402-05-01T08:00:00Z".to_owned(),
    }
}

/// The facts file.
pub fn facts(bytes: &[u8]) -> bool {
    let Ok(text) = from_utf8(bytes) else {
        return false;
    };
    let read = facts::parse(text);
    assert_eq!(read, facts::parse(text), "read twice");
    let Ok(read) = read else {
        return false;
    };
    let printed = facts::print(&read);
    assert_eq!(facts::parse(&printed), Ok(read), "printed and read");
    true
}

/// The kind of any file.
pub fn detect(bytes: &[u8]) -> bool {
    let file = workbook(bytes);
    let kind = detect::kind(&file);
    assert_eq!(kind, detect::kind(&file), "looked at twice");
    let Kind::Unknown { reason } = kind else {
        return true;
    };
    // It may repeat the name of a part, of a sheet or of a key.
    assert!(!reason.is_empty() && reason.len() <= 500 + 4 * file.len());
    false
}

/// The programme file.
pub fn programme_file(bytes: &[u8]) -> bool {
    let Ok(file) = zinne::json::parse::<ProgrammeFile>(bytes) else {
        return false;
    };
    let printed = serde_json::to_vec(&file).unwrap();
    let again: ProgrammeFile = zinne::json::parse(&printed).unwrap();
    assert_eq!(serde_json::to_vec(&again).unwrap(), printed);
    // As an import does it: what may be too long is asked first.
    let known = known();
    let check =
        || programme_file::check_sizes(&file).and_then(|()| programme_file::check(&file, &known));
    let checked = check();
    assert_eq!(checked, check(), "checked twice");
    let Err(faults) = checked else {
        let printed = String::from_utf8(printed).unwrap();
        assert!(!printed.contains("\\u0000"), "{printed}");
        return true;
    };
    assert!((1..=100).contains(&faults.len()));
    for fault in &faults {
        assert!(fault.pointer.starts_with('/'), "{fault:?}");
    }
    false
}

/// A catalogue of two requirements, and one person.
fn known() -> Known {
    let target = |number: u8| {
        let id = format!("XYZ.1.A{number}");
        let target = programme_file::Target {
            catalogue: "gs".to_owned(),
            id: id.clone(),
            module: Some("XYZ.1".to_owned()),
            requirement: Some(id.clone()),
            withdrawn: number == 2,
            basic: true,
            lasting_key: None,
        };
        (id, target)
    };
    Known {
        targets: [1, 2].map(target).into(),
        people: [("vogt@burg.example".to_owned(), "1".to_owned())].into(),
    }
}

/// A workbook as it is, or put together from its parts, each after a line `== name`: a changed
/// archive hardly gets past its checksums, changed parts do.
fn workbook(bytes: &[u8]) -> Cow<'_, [u8]> {
    let Some(parts) = bytes.strip_prefix(b"== ") else {
        return Cow::Borrowed(bytes);
    };
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for part in String::from_utf8_lossy(parts).split("\n== ") {
        let (name, text) = part.split_once('\n').unwrap_or((part, ""));
        // A name that is taken or too long is no part.
        if writer.start_file(name, options).is_ok() {
            writer.write_all(text.as_bytes()).unwrap();
        }
    }
    Cow::Owned(writer.finish().unwrap().into_inner())
}

/// PostgreSQL cannot hold U+0000.
fn is_storable(text: &str) -> bool {
    !text.contains('\0')
}

/// By its first sheet of a kind: both kinds may be in one file.
fn assert_is_workbook(file: &[u8]) {
    let kind = detect::kind(file);
    assert!(
        matches!(kind, Kind::CrossTable | Kind::Checklist),
        "{kind:?}"
    );
}
