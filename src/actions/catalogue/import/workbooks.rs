//! BSI's workbooks: the cross table and the checklists. Neither says which print of the Kompendium it is of; each is
//! joined by its ids, and adds to a catalogue once: what is there already is never changed.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::json;

use super::{Stored, Trust, unfit};
use crate::catalogue::checklist::Checklist;
use crate::catalogue::crossref::CrossTable;
use crate::catalogue::warnings::Warnings;
use crate::domain::catalogue::{BUILT_IN, Fact, Model, TextKind};
use crate::error::{Error, Result};
use crate::store::Db;
use crate::store::catalogues::texts::{self, Goals, Sentence};
use crate::store::catalogues::{self, Catalogue, Requirement, RequirementFilter, sources};

/// Why a workbook is not of a catalogue.
type Misfit = String;

/// Adds to the first catalogue that a workbook fits: the one that comes with the program goes before all others.
///
/// # Errors
/// `invalid` with what is in the way in each catalogue.
fn to_first_fit<T>(
    db: &mut Db,
    add: impl Fn(&mut Db, &Catalogue) -> Result<std::result::Result<T, Misfit>>,
) -> Result<(Catalogue, T)> {
    let mut misfits = Vec::new();
    let mut all = catalogues::all(db)?;
    all.sort_by_key(|known| known.key != BUILT_IN);
    for known in all {
        if known.model != Model::Kompendium {
            continue;
        }
        // What is there is read and then added to: another workbook has to wait.
        catalogues::lock(db, &known.id)?;
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

/// All institutions see a catalogue: the operator and official files add to any, others to what they imported.
fn may_add(db: &mut Db, known: &Catalogue, trust: Trust<'_>) -> Result<bool> {
    if trust.for_all {
        return Ok(true);
    }
    let made_from = sources::of_catalogue(db, &known.id)?.into_iter().next();
    Ok(made_from.is_some_and(|source| {
        source.imported_by.is_some() && source.imported_by.as_deref() == trust.user_id
    }))
}

/// Refuses a workbook altogether: one that fits a catalogue but may not add to it must not end in another.
fn only_official(known: &Catalogue) -> Error {
    unfit(vec![format!(
        "{}: all institutions see it; only the operator, official files and whoever imported it add to it",
        known.key
    )])
}

/// Which threats the requirements of a catalogue counter, and what they protect.
pub(super) fn cross_table(db: &mut Db, table: &CrossTable, trust: Trust<'_>) -> Result<Stored> {
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
        if (new_pairs || new_goals) && !may_add(db, known, trust)? {
            return Err(only_official(known));
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

fn requirement_id(fact: &Fact) -> Option<&str> {
    match fact {
        Fact::Requirement { id, .. } => Some(id),
        _ => None,
    }
}

/// The sentences of the requirements of a module.
pub(super) fn checklist(db: &mut Db, list: &Checklist, trust: Trust<'_>) -> Result<Stored> {
    if list.sub_requirements.is_empty() {
        return Err(unfit(vec![format!(
            "no requirement of {} is in it",
            list.module
        )]));
    }
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
        if requirements.is_empty() {
            return Ok(Err(format!("{} is not in it", list.module)));
        }
        let by_id: HashMap<&str, _> = requirements.iter().map(|of| (of.id.as_str(), of)).collect();
        let mut odd = Warnings::default();
        let mut listed = HashSet::new();
        for sentence in &list.sub_requirements {
            let id = sentence.requirement.as_str();
            let Some(requirement) = by_id.get(id) else {
                return Ok(Err(format!("{id} is not in it")));
            };
            if listed.insert(id) && sentence.title != requirement.title {
                odd.add(format_args!("{id} has another title than in the catalogue"));
            }
            if sentence.level != requirement.level {
                odd.add(format_args!("{id} has another level than in the catalogue"));
            }
        }
        let without = requirements
            .iter()
            .filter(|of| !listed.contains(of.id.as_str()));
        without.for_each(|of| odd.add(format_args!("{} has no sentence", of.id)));
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
            return Ok(Ok(odd.into_lines()));
        }
        if !there.is_empty() {
            return Ok(Err(format!("it has other sentences of {}", list.module)));
        }
        if !may_add(db, known, trust)? && !are_the_texts(db, known, &requirements, &sentences)? {
            return Err(only_official(known));
        }
        texts::add_sentences(db, &known.id, &sentences)?;
        Ok(Ok(odd.into_lines()))
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

/// Whether sentences are the whole text of every requirement of a module, and nothing else.
fn are_the_texts(
    db: &mut Db,
    known: &Catalogue,
    requirements: &[Requirement],
    sentences: &[Sentence],
) -> Result<bool> {
    let texts = texts::all(db, &known.id, TextKind::Requirement)?;
    let mut said: HashMap<&str, String> = HashMap::new();
    for (id, _, sentence) in sentences {
        said.entry(id).or_default().push_str(&letters(sentence));
    }
    Ok(requirements.iter().all(|requirement| {
        let (id, said) = (&requirement.id, said.get(requirement.id.as_str()));
        let text = texts.get(id).map(|text| letters(text));
        text.is_some() && text.as_ref() == said
    }))
}

/// A text without what lists and line ends add to it.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
