//! A print of the Kompendium.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::{Stored, short, short_enough};
use crate::catalogue::docbook::Book;
use crate::domain::catalogue::{Fact, Level, Model, TextKind};
use crate::error::{Error, Result};
use crate::store::Db;
use crate::store::catalogues;
use crate::store::catalogues::texts::{self, NewText, Threat};

/// A print of the Kompendium. Where its facts are those of the catalogue that is there, it brings the texts; where
/// they differ it is another version, and neither takes the other's place.
pub(super) fn store(
    db: &mut Db,
    now: DateTime<Utc>,
    book: &Book,
    sha256: &[u8],
    trusted: bool,
) -> Result<Stored> {
    let Some(Fact::Edition { key, edition, .. }) = book.facts.first() else {
        return Err(Error::bug("facts of a book do not start with an edition"));
    };
    let new_texts = book_texts(book);
    for text in &new_texts {
        short_enough(text.id)?;
    }
    let threats: Vec<(&str, &str)> = book
        .threats
        .iter()
        .map(|threat| (threat.id.as_str(), threat.title.as_str()))
        .collect();
    let mut all = catalogues::all(db)?;
    all.sort_by_key(|known| known.key != *key);
    let mut same = None;
    for known in &all {
        if known.model != Model::Kompendium || known.edition != *edition {
            continue;
        }
        let facts = catalogues::facts(db, &known.id)?;
        if book.facts.get(1..) != Some(facts.as_slice()) {
            continue;
        }
        let named = texts::threats(db, &known.id)?;
        let fits = (named.is_empty() || threats.iter().copied().eq(named.iter().map(title_of)))
            && if texts::there(db, &known.id)? {
                texts::are(db, &known.id, &new_texts)?
            } else {
                trusted
            };
        if fits {
            same = Some(known.clone());
            break;
        }
    }
    let catalogue = match same {
        Some(known) => known,
        None => {
            let key = if all.iter().any(|known| known.key == *key) {
                format!("{key}-{}", short(sha256))
            } else {
                key.clone()
            };
            let id = catalogues::insert(db, now, &book.facts, Some(&key), sha256)?;
            catalogues::by_id(db, &id)?
        }
    };
    if !texts::there(db, &catalogue.id)? {
        texts::add(db, &catalogue.id, &new_texts)?;
    }
    if texts::threats(db, &catalogue.id)?.is_empty() {
        texts::add_threats(db, &catalogue.id, &threats)?;
    }
    Ok(Stored {
        catalogue: Some(catalogue),
        counts: book_counts(book),
        warnings: book.warnings.clone(),
        maps: Vec::new(),
    })
}

fn title_of(threat: &Threat) -> (&str, &str) {
    (&threat.id, &threat.title)
}

fn book_texts(book: &Book) -> Vec<NewText<'_>> {
    let text = |kind, id, heading, text| NewText {
        kind,
        id,
        position: 0,
        heading,
        text,
    };
    let mut all: Vec<NewText<'_>> = Vec::new();
    all.extend(
        book.texts
            .iter()
            .map(|of| text(TextKind::Requirement, &of.id, "", &of.text)),
    );
    for module in &book.module_texts {
        for (position, section) in module.sections.iter().enumerate() {
            all.push(NewText {
                position,
                ..text(
                    TextKind::Module,
                    &module.id,
                    &section.heading,
                    &section.text,
                )
            });
        }
    }
    all.extend(
        book.threats
            .iter()
            .map(|of| text(TextKind::Threat, &of.id, &of.title, &of.text)),
    );
    all.extend(
        book.roles
            .iter()
            .map(|of| text(TextKind::Role, &of.title, "", &of.text)),
    );
    all.extend(
        book.glossary
            .iter()
            .map(|of| text(TextKind::Term, &of.term, "", &of.text)),
    );
    all
}

fn book_counts(book: &Book) -> Value {
    let mut counts = counts_of_facts(&book.facts);
    let texts = book.texts.iter().filter(|text| !text.text.is_empty());
    for (kind, count) in [
        ("threats", book.threats.len()),
        ("roles", book.roles.len()),
        ("terms", book.glossary.len()),
        ("texts", texts.count()),
    ] {
        counts.insert(kind.to_owned(), json!(count));
    }
    // A print says nothing of them: the cross table does.
    counts.remove("pairs");
    Value::Object(counts)
}

/// Modules and requirements by layer and level, threats and pairs of requirement and threat.
pub(in crate::actions::catalogue) fn counts_of_facts(facts: &[Fact]) -> Map<String, Value> {
    let mut layers: Vec<(String, [usize; 5])> = Vec::new();
    let (mut threats, mut pairs) = (0, 0);
    for fact in facts {
        if let Fact::Requirement { threats, .. } = fact {
            pairs += threats.len();
        }
        match (fact, layers.last_mut()) {
            (Fact::Threat { .. }, _) => threats += 1,
            (Fact::Layer { id, .. }, _) => layers.push((id.clone(), [0; 5])),
            (Fact::Module { .. }, Some((_, [modules, ..]))) => *modules += 1,
            (
                Fact::Requirement {
                    level, withdrawn, ..
                },
                Some((_, counts)),
            ) => {
                let [_, basic, standard, elevated, gone] = counts;
                let count = match level {
                    _ if *withdrawn => gone,
                    Level::Basic => basic,
                    Level::Standard => standard,
                    Level::Elevated => elevated,
                };
                *count += 1;
            }
            _ => {}
        }
    }
    let row = |[modules, basic, standard, elevated, withdrawn]: [usize; 5]| {
        json!({
            "modules": modules, "basic": basic, "standard": standard, "elevated": elevated,
            "active": basic + standard + elevated, "withdrawn": withdrawn,
        })
    };
    let mut all = [0; 5];
    for (_, counts) in &layers {
        for (sum, count) in all.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    let by_layer: Map<String, Value> = layers
        .into_iter()
        .map(|(id, counts)| (id, row(counts)))
        .collect();
    Map::from_iter([
        ("layers".to_owned(), Value::Object(by_layer)),
        ("all".to_owned(), row(all)),
        ("threats".to_owned(), json!(threats)),
        ("pairs".to_owned(), json!(pairs)),
    ])
}
