//! BSI's workbooks: the cross table and the checklists. Neither says which print of the Kompendium it is of; each is
//! joined by its ids, and adds to a catalogue once: what is there already is never changed.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::json;

use super::{Stored, unfit};
use crate::catalogue::checklist::Checklist;
use crate::catalogue::crossref::CrossTable;
use crate::domain::catalogue::{BUILT_IN, Fact, Model, TextKind};
use crate::error::Result;
use crate::store::Db;
use crate::store::catalogues::texts::{self, Goals, Sentence};
use crate::store::catalogues::{self, Catalogue, RequirementFilter};

/// Why a workbook is not of a catalogue.
type Misfit = String;

/// Adds to the first catalogue that a workbook fits.
///
/// # Errors
/// `invalid` with what is in the way in each catalogue.
fn to_first_fit<T>(
    db: &mut Db,
    add: impl Fn(&mut Db, &Catalogue) -> Result<std::result::Result<T, Misfit>>,
) -> Result<(Catalogue, T)> {
    let mut misfits = Vec::new();
    for known in catalogues::all(db)? {
        if known.model != Model::Kompendium {
            continue;
        }
        match add(db, &known)? {
            Ok(added) => return Ok((known, added)),
            Err(misfit) => misfits.push(format!("{}: {misfit}", known.key)),
        }
    }
    misfits.truncate(MOST_MISFITS);
    Err(unfit(misfits))
}

/// Most catalogues of which a refusal tells what is in the way.
const MOST_MISFITS: usize = 20;

/// Only the operator and official files add to what all institutions share.
fn may_add(known: &Catalogue, trusted: bool) -> bool {
    trusted || known.key != BUILT_IN
}

/// Which threats the requirements of a catalogue counter, and what they protect.
pub(super) fn cross_table(db: &mut Db, table: &CrossTable, trusted: bool) -> Result<Stored> {
    let (catalogue, odd) = to_first_fit(db, |db, known| {
        let facts = catalogues::facts(db, &known.id)?;
        let requirements: HashSet<&str> = facts.iter().filter_map(requirement_id).collect();
        let threats = texts::threats(db, &known.id)?;
        let threats: HashSet<&str> = threats.iter().map(|threat| threat.id.as_str()).collect();
        let pairs = table.pairs.iter();
        let pairs: BTreeSet<(&str, &str)> = pairs
            .map(|pair| (pair.requirement.as_str(), pair.threat.as_str()))
            .collect();
        let goals: Vec<(&str, Goals)> = table
            .values
            .iter()
            .map(|of| {
                let goals = (of.confidentiality, of.integrity, of.availability);
                (of.requirement.as_str(), goals)
            })
            .collect();
        let marked = pairs.iter().map(|(requirement, _)| *requirement);
        let marked = marked.chain(goals.iter().map(|(requirement, _)| *requirement));
        let strange: BTreeSet<&str> = marked
            .filter(|id| !requirements.contains(id))
            .chain(
                pairs
                    .iter()
                    .map(|pair| pair.1)
                    .filter(|id| !threats.contains(id)),
            )
            .collect();
        if let Some(first) = strange.first() {
            let more = strange.len() - 1;
            return Ok(Err(format!("{first} and {more} more ids are not in it")));
        }
        let there = texts::pairs(db, &known.id)?;
        let there: BTreeSet<(&str, &str)> = there
            .iter()
            .map(|(requirement, threat)| (requirement.as_str(), threat.as_str()))
            .collect();
        let protects: HashMap<String, Goals> = texts::goals(db, &known.id)?.into_iter().collect();
        if !there.is_empty() && there != pairs {
            let differ = there.symmetric_difference(&pairs).count();
            return Ok(Err(format!("{differ} pairs differ from those that it has")));
        }
        let same = goals.len() == protects.len()
            && goals
                .iter()
                .all(|(id, goals)| protects.get(*id) == Some(goals));
        if !protects.is_empty() && !same {
            return Ok(Err(
                "what requirements protect differs from what it has".to_owned()
            ));
        }
        let (new_pairs, new_goals) = (there.is_empty(), protects.is_empty() && !goals.is_empty());
        if (new_pairs || new_goals) && !may_add(known, trusted) {
            return Ok(Err(ONLY_OFFICIAL.to_owned()));
        }
        if new_pairs {
            texts::add_pairs(db, &known.id, &pairs.into_iter().collect::<Vec<_>>())?;
        }
        if new_goals {
            texts::add_goals(db, &known.id, &goals)?;
        }
        Ok(Ok(table.compare(&facts)))
    })?;
    let of: HashSet<&str> = table
        .pairs
        .iter()
        .map(|pair| pair.threat.as_str())
        .collect();
    let mut warnings = table.warnings.clone();
    warnings.extend(odd);
    Ok(Stored {
        catalogue: Some(catalogue),
        counts: json!({
            "requirements": table.requirements.len(), "threats": of.len(), "pairs": table.pairs.len(),
            "protection_goals": table.values.len(),
        }),
        warnings,
        maps: Vec::new(),
    })
}

const ONLY_OFFICIAL: &str =
    "all institutions share it: only the operator and official files add to it";

fn requirement_id(fact: &Fact) -> Option<&str> {
    match fact {
        Fact::Requirement { id, .. } => Some(id),
        _ => None,
    }
}

/// The sentences of the requirements of a module.
pub(super) fn checklist(db: &mut Db, list: &Checklist, trusted: bool) -> Result<Stored> {
    let (catalogue, odd) = to_first_fit(db, |db, known| {
        if list
            .edition
            .as_ref()
            .is_some_and(|edition| *edition != known.edition)
        {
            return Ok(Err("it is of another edition".to_owned()));
        }
        let filter = RequirementFilter {
            module: Some(&list.module),
            ..RequirementFilter::default()
        };
        let requirements = catalogues::requirements(db, &known.id, &filter)?;
        let by_id: HashMap<&str, _> = requirements.iter().map(|of| (of.id.as_str(), of)).collect();
        let mut odd = Vec::new();
        let mut listed = HashSet::new();
        for sentence in &list.sub_requirements {
            let id = sentence.requirement.as_str();
            let Some(requirement) = by_id.get(id) else {
                return Ok(Err(format!("{id} is not in it")));
            };
            if listed.insert(id) && sentence.title != requirement.title {
                odd.push(format!("{id} has another title than in the catalogue"));
            }
            if sentence.level != requirement.level {
                odd.push(format!("{id} has another level than in the catalogue"));
            }
        }
        let without = requirements
            .iter()
            .filter(|of| !listed.contains(of.id.as_str()));
        odd.extend(without.map(|of| format!("{} has no sentence", of.id)));
        let mut sentences: Vec<Sentence> = list
            .sub_requirements
            .iter()
            .map(|of| {
                (
                    of.requirement.clone(),
                    i32::from(of.number),
                    of.text.clone(),
                )
            })
            .collect();
        sentences.sort();
        let mut there = texts::sentences_of_module(db, &known.id, &list.module)?;
        there.sort();
        if there == sentences {
            return Ok(Ok(odd));
        }
        if !there.is_empty() {
            return Ok(Err(format!("it has other sentences of {}", list.module)));
        }
        if !may_add(known, trusted) && !are_cut_from_texts(db, known, &sentences)? {
            return Ok(Err(format!(
                "{ONLY_OFFICIAL}, unless each sentence stands in the text of its requirement"
            )));
        }
        texts::add_sentences(db, &known.id, &sentences)?;
        Ok(Ok(odd))
    })?;
    let requirements: HashSet<&str> = list
        .sub_requirements
        .iter()
        .map(|of| of.requirement.as_str())
        .collect();
    let mut warnings = list.warnings.clone();
    warnings.extend(odd);
    Ok(Stored {
        catalogue: Some(catalogue),
        counts: json!({
            "module": list.module, "requirements": requirements.len(), "sub_requirements": list.sub_requirements.len(),
        }),
        warnings,
        maps: Vec::new(),
    })
}

/// Whether sentences say nothing that the texts of the catalogue do not say.
fn are_cut_from_texts(db: &mut Db, known: &Catalogue, sentences: &[Sentence]) -> Result<bool> {
    let texts = texts::all(db, &known.id, TextKind::Requirement)?;
    let texts: HashMap<&str, String> = texts
        .iter()
        .map(|(id, text)| (id.as_str(), letters(text)))
        .collect();
    Ok(sentences.iter().all(|(id, _, sentence)| {
        let text = texts.get(id.as_str());
        text.is_some_and(|text| text.contains(&letters(sentence)))
    }))
}

/// A text without what lists and line ends add to it.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
