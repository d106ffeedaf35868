//! The official file, where it is at hand.

use std::collections::BTreeMap;

use super::*;
use crate::catalogue::testdata::official_text as official;
use crate::catalogue::{counts, facts as file};

const OFFICIAL: &str = "bsi-kompendium-2023/XML_Kompendium_2023.xml";

#[test]
fn the_official_file_gives_the_facts_in_the_binary() {
    let Some(xml) = official(OFFICIAL) else {
        return;
    };
    let reading = facts(&xml).unwrap();
    counts::check(&reading.facts);
    assert!(
        file::print(&reading.facts) == file::GS_2023,
        "catalogue/gs-2023.jsonl is not what the official file gives"
    );
    assert_eq!(reading.facts, file::parse(file::GS_2023).unwrap());
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
