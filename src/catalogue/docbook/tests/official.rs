//! The official file, where it is at hand.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::catalogue::testdata::{self, official_text as official};
use crate::catalogue::{counts, crossref, facts as file};

const CROSS_TABLE: &str = "bsi-kompendium-2023/krt2023_Excel.xlsx";
const OFFICIAL: &str = "bsi-kompendium-2023/XML_Kompendium_2023.xml";

#[test]
fn the_official_files_give_the_facts_in_the_binary() {
    let (Some(xml), Some(table)) = (official(OFFICIAL), testdata::official(CROSS_TABLE)) else {
        return;
    };
    let table = crossref::read(&table).unwrap();
    let all = file::of_files(&read(&xml).unwrap(), &table).unwrap();
    assert!(
        file::print(&all) == file::GS_2023,
        "catalogue/gs-2023.jsonl is not what the official files give"
    );
    assert_eq!(all, file::parse(file::GS_2023).unwrap());
    let reading = facts(&xml).unwrap();
    counts::check(&reading.facts);
    assert_eq!(reading.warnings.len(), 3, "{:#?}", reading.warnings);
    assert_eq!(
        facts(&xml.replace("\r\n", "\n")).unwrap().facts,
        reading.facts
    );
}

#[test]
fn a_print_with_a_misnumbered_requirement_keeps_the_real_one() {
    let Some(xml) = official(OFFICIAL) else {
        return;
    };
    let real = facts(&xml).unwrap();
    let misprint = facts(&xml.replace("<title>SYS.1.2.3.A5 ", "<title>SYS.1.2.2.A5 ")).unwrap();
    let is_lost =
        |fact: &&Fact| matches!(fact, Fact::Requirement { id, .. } if id == "SYS.1.2.3.A5");
    let without: Vec<_> = real.facts.iter().filter(|f| !is_lost(f)).collect();
    assert_eq!(misprint.facts.iter().collect::<Vec<_>>(), without);
    assert_eq!(misprint.warnings.len(), real.warnings.len() + 1);
}

#[test]
fn the_modules_are_those_of_the_list_kept_beside_the_data() {
    let Some(list) = official("../domain/gs2023_bausteine.csv") else {
        return;
    };
    let facts = file::parse(file::GS_2023).unwrap();
    let counts = counts::per_module(&facts);
    let modules: BTreeMap<&str, String> = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Module {
                id,
                title,
                order,
                target_type,
                ..
            } => {
                let [basic, standard, elevated] = counts[id];
                let line =
                    format!("{id},{title},{order},{target_type},{basic},{standard},{elevated}");
                Some((id.as_str(), line))
            }
            _ => None,
        })
        .collect();
    let lines: Vec<String> = list.lines().skip(1).map(|l| l.replace('"', "")).collect();
    assert_eq!(lines.len(), modules.len());
    for line in lines {
        let id = line.split(',').next().unwrap();
        assert_eq!(modules.get(id), Some(&line));
    }
}

/// A text without white space and without the marks of list items and cells.
fn letters_of(text: &str) -> String {
    let lines = text.lines().map(|line| without_mark(line.trim_start()));
    lines
        .map(|line| line.replace(" | ", " "))
        .flat_map(|line| letters(&line))
        .collect()
}

fn without_mark(line: &str) -> &str {
    let Some((mark, rest)) = line.split_once(' ') else {
        return line;
    };
    let number = mark
        .strip_suffix('.')
        .is_some_and(|n| n.parse::<u16>().is_ok());
    if mark == "-" || number { rest } else { line }
}

fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Letters in a section of the file, but not of headings and not of sections in it.
fn letters_in(section: Node<'_, '_>) -> String {
    let is_own = |node: &Node<'_, '_>| {
        let mut around = node.ancestors().take_while(|n| *n != section);
        !around.any(|n| matches!(n.tag_name().name(), "title" | "section"))
    };
    let texts = section.descendants().filter(Node::is_text).filter(is_own);
    let texts = texts.filter_map(|node| node.text());
    texts.flat_map(letters).collect()
}

/// Every section below the modules of the file: that of a requirement with its id.
fn sections_of<'a>(document: &'a roxmltree::Document<'a>) -> Vec<(Node<'a, 'a>, Option<String>)> {
    let is_section = |node: &Node<'_, '_>| xml::is(*node, "section");
    let modules = xml::children(document.root_element(), "chapter")
        .flat_map(|chapter| xml::children(chapter, "section"))
        .filter(|section| heading::module(&xml::title(*section)).is_some());
    modules
        .flat_map(|module| module.descendants().skip(1).filter(is_section))
        .map(|section| {
            let heading = heading::requirement(&xml::title(section));
            (section, heading.map(|heading| heading.id()))
        })
        .collect()
}

#[test]
fn every_letter_of_every_requirement_and_module_arrives() {
    let Some(xml) = official(OFFICIAL) else {
        return;
    };
    let book = read(&xml).unwrap();
    let document = xml::parse(&xml).unwrap();
    let mut requirements = book.texts.iter();
    let mut others = book.module_texts.iter().flat_map(|module| &module.sections);
    for (section, id) in sections_of(&document) {
        let text = if let Some(id) = id {
            let found = requirements.next().unwrap();
            assert_eq!(found.id, id);
            &found.text
        } else {
            let found = others.next().unwrap();
            assert_eq!(found.heading, xml::title(section));
            &found.text
        };
        // No `assert_eq`: a failure must not print what the file says.
        assert!(
            letters_of(text) == letters_in(section),
            "letters lost at {}",
            xml::place(section)
        );
    }
    assert_eq!((requirements.next(), others.next()), (None, None));
}

#[test]
fn every_letter_of_threats_roles_and_glossary_arrives() {
    let Some(xml) = official(OFFICIAL) else {
        return;
    };
    let book = read(&xml).unwrap();
    let document = xml::parse(&xml).unwrap();
    let chapter = |title: &str| {
        let mut chapters = xml::children(document.root_element(), "chapter");
        chapters.find(|node| xml::title(*node) == title).unwrap()
    };
    let threats = xml::children(chapter("Elementare Gefährdungen"), "section");
    for (section, threat) in threats.zip(&book.threats) {
        assert_eq!(
            xml::title(section),
            format!("{} {}", threat.id, threat.title)
        );
        assert!(
            letters_of(&threat.text) == letters_in(section),
            "{}",
            threat.id
        );
    }
    let entry = |title: &str, text: &str| letters_of(title) + &letters_of(text);
    let roles = book.roles.iter().map(|role| entry(&role.title, &role.text));
    assert!(roles.collect::<String>() == letters_in(chapter("Rollen")));
    // The glossary has an introduction.
    let terms = book
        .glossary
        .iter()
        .map(|term| entry(&term.term, &term.text));
    assert!(letters_in(chapter("Glossar")).ends_with(&terms.collect::<String>()));
}

#[test]
fn the_official_file_gives_all_texts() {
    let Some(xml) = official(OFFICIAL) else {
        return;
    };
    let book = read(&xml).unwrap();
    assert_eq!(book.facts, facts(&xml).unwrap().facts);
    assert!(book.warnings == facts(&xml).unwrap().warnings);
    let empty = |texts: &[&str]| texts.iter().filter(|text| text.is_empty()).count();

    let texts: Vec<&str> = book.texts.iter().map(|text| &*text.text).collect();
    assert_eq!((texts.len(), empty(&texts)), (2125, 0));

    let modules = book.module_texts.iter();
    let sections: Vec<_> = modules.flat_map(|module| &module.sections).collect();
    let texts: Vec<&str> = sections.iter().map(|section| &*section.text).collect();
    assert_eq!(
        (book.module_texts.len(), texts.len(), empty(&texts)),
        // Two sections of each module only hold others.
        (111, 1927, 2 * 111)
    );
    // The headings above others have no text of their own.
    let bare: BTreeSet<&str> = sections
        .iter()
        .filter(|section| section.text.is_empty())
        .map(|section| &*section.heading)
        .collect();
    let parents = [
        "2 Weiterführende Informationen",
        "Beschreibung",
        "Weiterführende Informationen",
    ];
    assert_eq!(bare, BTreeSet::from(parents));
    assert!(sections.iter().all(|s| (1..=3).contains(&s.depth)));

    let ids: Vec<&str> = book.threats.iter().map(|threat| &*threat.id).collect();
    let expected: Vec<String> = (1..=47).map(|number| format!("G 0.{number}")).collect();
    assert_eq!(ids, expected);
    assert_eq!((book.roles.len(), book.glossary.len()), (29, 72));
    assert!(book.threats.iter().all(|threat| !threat.text.is_empty()));
    assert!(book.roles.iter().all(|role| !role.text.is_empty()));
    assert!(book.glossary.iter().all(|term| !term.text.is_empty()));
    let with_comma = "OT-Betrieb (Operational Technology, OT)";
    assert!(book.roles.iter().any(|role| role.title == with_comma));
}

#[test]
fn texts_of_the_official_file_keep_to_their_form() {
    let Some(xml) = official(OFFICIAL) else {
        return;
    };
    let book = read(&xml).unwrap();
    let sections = book.module_texts.iter().flat_map(|m| &m.sections);
    let texts = sections
        .map(|section| &section.text)
        .chain(book.texts.iter().map(|text| &text.text))
        .chain(book.threats.iter().map(|threat| &threat.text))
        .chain(book.roles.iter().map(|role| &role.text))
        .chain(book.glossary.iter().map(|term| &term.text));
    for text in texts {
        assert!(text.trim() == text && !text.contains("\n\n\n"));
        for line in text.lines() {
            assert!(!line.trim_start().contains("  ") && line.trim_end() == line);
        }
    }
    // Word by word the same with other line ends.
    let lf = xml.replace("\r\n", "\n");
    assert!(read(&lf).unwrap().texts == book.texts);
    assert!(read(&lf.replace('\n', "\r\n")).unwrap().texts == book.texts);
}

/// The level comes from the section, never from the verb.
#[test]
fn standard_and_elevated_requirements_may_say_must() {
    let Some(xml) = official(OFFICIAL) else {
        return;
    };
    let book = read(&xml).unwrap();
    let texts: BTreeMap<&str, &str> = book.texts.iter().map(|t| (&*t.id, &*t.text)).collect();
    let says_must = |id: &str| {
        let mut words = texts[id].split(|c: char| !c.is_alphanumeric());
        words.any(|word| word == "MUSS" || word == "MÜSSEN")
    };
    let mut count = [0; 3];
    for fact in &book.facts {
        if let Fact::Requirement { id, level, .. } = fact {
            count[*level as usize] += usize::from(says_must(id));
        }
    }
    assert_eq!(count, [554, 40, 4]);
}

#[test]
fn a_misnumbered_requirement_stays_as_text_of_its_module() {
    let Some(xml) = official(OFFICIAL) else {
        return;
    };
    let real = read(&xml).unwrap();
    let misprint = read(&xml.replace("<title>SYS.1.2.3.A5 ", "<title>SYS.1.2.2.A5 ")).unwrap();
    let lost = real
        .texts
        .iter()
        .find(|text| text.id == "SYS.1.2.3.A5")
        .unwrap();
    let without: Vec<_> = real.texts.iter().filter(|text| *text != lost).collect();
    assert!(misprint.texts.iter().collect::<Vec<_>>() == without);
    let module = misprint
        .module_texts
        .iter()
        .find(|m| m.id == "SYS.1.2.3")
        .unwrap();
    let kept = module
        .sections
        .iter()
        .find(|s| s.heading.starts_with("SYS.1.2.2.A5 "));
    assert!(kept.unwrap().text == lost.text);
}
