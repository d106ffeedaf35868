//! Texts, threats and sentences of a Kompendium.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::domain::catalogue::TextKind;
use crate::domain::measure::search_key;
use crate::error::Result;
use crate::store::db::{Db, both};
use crate::store::position;
use crate::store::schema::{
    catalogue_requirement_goals, catalogue_requirement_threats, catalogue_requirements,
    catalogue_subrequirements, catalogue_texts, catalogue_threats,
};

/// Rows of one statement: bounded by what it may bind on either engine.
const ROWS: usize = 1000;

/// A text that is to be stored.
#[derive(Debug)]
pub struct NewText<'a> {
    /// What it belongs to.
    pub kind: TextKind,
    /// Id, or title of what has none.
    pub id: &'a str,
    /// Place among the texts of the same id.
    pub position: usize,
    /// Heading.
    pub heading: &'a str,
    /// Text.
    pub text: &'a str,
}

/// Adds texts.
pub fn add(db: &mut Db, catalogue_id: &str, texts: &[NewText<'_>]) -> Result<()> {
    let mut rows = Vec::with_capacity(texts.len());
    for text in texts {
        rows.push((
            catalogue_texts::catalogue_id.eq(catalogue_id),
            catalogue_texts::kind.eq(text.kind),
            catalogue_texts::id.eq(text.id),
            catalogue_texts::position.eq(position(text.position)?),
            catalogue_texts::heading.eq(text.heading),
            catalogue_texts::text.eq(text.text),
            catalogue_texts::text_key.eq(search_key(text.text)),
        ));
    }
    both!(db, c => {
        for rows in rows.chunks(ROWS) {
            diesel::insert_into(catalogue_texts::table).values(rows).execute(c)?;
        }
    });
    Ok(())
}

/// Whether the texts of a catalogue are just these.
pub fn are(db: &mut Db, catalogue_id: &str, texts: &[NewText<'_>]) -> Result<bool> {
    type Row = (TextKind, String, i32, String, String);
    let rows: Vec<Row> = catalogue_texts::table
        .filter(catalogue_texts::catalogue_id.eq(catalogue_id))
        .select((
            catalogue_texts::kind,
            catalogue_texts::id,
            catalogue_texts::position,
            catalogue_texts::heading,
            catalogue_texts::text,
        ))
        .load(db)?;
    let stored: HashMap<(TextKind, &str, i32), (&str, &str)> = rows
        .iter()
        .map(|(kind, id, position, heading, text)| {
            (
                (*kind, id.as_str(), *position),
                (heading.as_str(), text.as_str()),
            )
        })
        .collect();
    let mut same = stored.len() == texts.len();
    for text in texts {
        let key = (text.kind, text.id, position(text.position)?);
        same = same && stored.get(&key) == Some(&(text.heading, text.text));
    }
    Ok(same)
}

/// Whether a catalogue has texts.
pub fn there(db: &mut Db, catalogue_id: &str) -> Result<bool> {
    let texts = catalogue_texts::table.filter(catalogue_texts::catalogue_id.eq(catalogue_id));
    Ok(diesel::select(diesel::dsl::exists(texts)).get_result(db)?)
}

/// Heading and text of everything of a kind with this id, in order.
pub fn of(
    db: &mut Db,
    catalogue_id: &str,
    kind: TextKind,
    id: &str,
) -> Result<Vec<(String, String)>> {
    Ok(catalogue_texts::table
        .filter(catalogue_texts::catalogue_id.eq(catalogue_id))
        .filter(catalogue_texts::kind.eq(kind))
        .filter(catalogue_texts::id.eq(id))
        .order(catalogue_texts::position)
        .select((catalogue_texts::heading, catalogue_texts::text))
        .load(db)?)
}

/// An elementary threat.
#[derive(Debug, Clone, Queryable)]
pub struct Threat {
    /// `G 0.14`
    pub id: String,
    /// Title.
    pub title: String,
    /// Number of requirements that counter it.
    pub requirements: i64,
}

/// Adds threats: id and title, in order.
pub fn add_threats(db: &mut Db, catalogue_id: &str, threats: &[(&str, &str)]) -> Result<()> {
    let mut rows = Vec::with_capacity(threats.len());
    for (index, (id, title)) in threats.iter().enumerate() {
        rows.push((
            catalogue_threats::catalogue_id.eq(catalogue_id),
            catalogue_threats::id.eq(*id),
            catalogue_threats::title.eq(*title),
            catalogue_threats::position.eq(position(index)?),
        ));
    }
    both!(db, c => {
        for rows in rows.chunks(ROWS) {
            diesel::insert_into(catalogue_threats::table).values(rows).execute(c)?;
        }
    });
    Ok(())
}

/// Adds pairs of requirement and threat.
pub fn add_pairs(db: &mut Db, catalogue_id: &str, pairs: &[(&str, &str)]) -> Result<()> {
    let row = |(requirement, threat): &(&str, &str)| {
        (
            catalogue_requirement_threats::catalogue_id.eq(catalogue_id.to_owned()),
            catalogue_requirement_threats::requirement_id.eq((*requirement).to_owned()),
            catalogue_requirement_threats::threat_id.eq((*threat).to_owned()),
        )
    };
    let rows: Vec<_> = pairs.iter().map(row).collect();
    both!(db, c => {
        for rows in rows.chunks(ROWS) {
            diesel::insert_into(catalogue_requirement_threats::table)
                .values(rows)
                .execute(c)?;
        }
    });
    Ok(())
}

/// All pairs of requirement and threat.
pub fn pairs(db: &mut Db, catalogue_id: &str) -> Result<Vec<(String, String)>> {
    Ok(catalogue_requirement_threats::table
        .filter(catalogue_requirement_threats::catalogue_id.eq(catalogue_id))
        .select((
            catalogue_requirement_threats::requirement_id,
            catalogue_requirement_threats::threat_id,
        ))
        .load(db)?)
}

/// Threats of a catalogue, each with the number of requirements that counter it.
pub fn threats(db: &mut Db, catalogue_id: &str) -> Result<Vec<Threat>> {
    let rows: Vec<(String, String)> = catalogue_threats::table
        .filter(catalogue_threats::catalogue_id.eq(catalogue_id))
        .order(catalogue_threats::position)
        .select((catalogue_threats::id, catalogue_threats::title))
        .load(db)?;
    let counts: Vec<(String, i64)> = catalogue_requirement_threats::table
        .filter(catalogue_requirement_threats::catalogue_id.eq(catalogue_id))
        .group_by(catalogue_requirement_threats::threat_id)
        .select((
            catalogue_requirement_threats::threat_id,
            diesel::dsl::count_star(),
        ))
        .load(db)?;
    let counts: HashMap<String, i64> = counts.into_iter().collect();
    let threat = |(id, title): (String, String)| Threat {
        requirements: counts.get(&id).copied().unwrap_or_default(),
        id,
        title,
    };
    Ok(rows.into_iter().map(threat).collect())
}

/// Threats that a requirement counters.
pub fn threats_of(db: &mut Db, catalogue_id: &str, requirement: &str) -> Result<Vec<String>> {
    Ok(catalogue_requirement_threats::table
        .inner_join(
            catalogue_threats::table.on(catalogue_threats::catalogue_id
                .eq(catalogue_requirement_threats::catalogue_id)
                .and(catalogue_threats::id.eq(catalogue_requirement_threats::threat_id))),
        )
        .filter(catalogue_requirement_threats::catalogue_id.eq(catalogue_id))
        .filter(catalogue_requirement_threats::requirement_id.eq(requirement))
        .order(catalogue_threats::position)
        .select(catalogue_threats::id)
        .load(db)?)
}

/// What a requirement protects: confidentiality, integrity, availability.
pub type Goals = (bool, bool, bool);

/// Adds what requirements protect.
pub fn add_goals(db: &mut Db, catalogue_id: &str, goals: &[(&str, Goals)]) -> Result<()> {
    let row = |(requirement, (c, i, a)): &(&str, Goals)| {
        (
            catalogue_requirement_goals::catalogue_id.eq(catalogue_id.to_owned()),
            catalogue_requirement_goals::requirement_id.eq((*requirement).to_owned()),
            catalogue_requirement_goals::confidentiality.eq(*c),
            catalogue_requirement_goals::integrity.eq(*i),
            catalogue_requirement_goals::availability.eq(*a),
        )
    };
    let rows: Vec<_> = goals.iter().map(row).collect();
    both!(db, c => {
        for rows in rows.chunks(ROWS) {
            diesel::insert_into(catalogue_requirement_goals::table)
                .values(rows)
                .execute(c)?;
        }
    });
    Ok(())
}

/// What all requirements protect that a cross table said so of.
pub fn goals(db: &mut Db, catalogue_id: &str) -> Result<Vec<(String, Goals)>> {
    Ok(catalogue_requirement_goals::table
        .filter(catalogue_requirement_goals::catalogue_id.eq(catalogue_id))
        .select((
            catalogue_requirement_goals::requirement_id,
            (
                catalogue_requirement_goals::confidentiality,
                catalogue_requirement_goals::integrity,
                catalogue_requirement_goals::availability,
            ),
        ))
        .load(db)?)
}

/// What a requirement protects, if a cross table said so.
pub fn goals_of(db: &mut Db, catalogue_id: &str, requirement: &str) -> Result<Option<Goals>> {
    Ok(catalogue_requirement_goals::table
        .find((catalogue_id, requirement))
        .select((
            catalogue_requirement_goals::confidentiality,
            catalogue_requirement_goals::integrity,
            catalogue_requirement_goals::availability,
        ))
        .first(db)
        .optional()?)
}

/// A sentence of a requirement: its requirement, its number within it, its text.
pub type Sentence = (String, i32, String);

/// Adds sentences of requirements.
pub fn add_sentences(db: &mut Db, catalogue_id: &str, sentences: &[Sentence]) -> Result<()> {
    let row = |(requirement, number, text): &Sentence| {
        (
            catalogue_subrequirements::catalogue_id.eq(catalogue_id.to_owned()),
            catalogue_subrequirements::requirement_id.eq(requirement.clone()),
            catalogue_subrequirements::position.eq(*number),
            catalogue_subrequirements::text.eq(text.clone()),
        )
    };
    let rows: Vec<_> = sentences.iter().map(row).collect();
    both!(db, c => {
        for rows in rows.chunks(ROWS) {
            diesel::insert_into(catalogue_subrequirements::table)
                .values(rows)
                .execute(c)?;
        }
    });
    Ok(())
}

/// Sentences of the requirements of a module.
pub fn sentences_of_module(db: &mut Db, catalogue_id: &str, module: &str) -> Result<Vec<Sentence>> {
    let of_module = catalogue_requirements::table
        .filter(catalogue_requirements::catalogue_id.eq(catalogue_id))
        .filter(catalogue_requirements::module_id.eq(module))
        .select(catalogue_requirements::id);
    Ok(catalogue_subrequirements::table
        .filter(catalogue_subrequirements::catalogue_id.eq(catalogue_id))
        .filter(catalogue_subrequirements::requirement_id.eq_any(of_module))
        .select((
            catalogue_subrequirements::requirement_id,
            catalogue_subrequirements::position,
            catalogue_subrequirements::text,
        ))
        .load(db)?)
}

/// Sentences of a requirement in order.
pub fn sentences_of(db: &mut Db, catalogue_id: &str, requirement: &str) -> Result<Vec<String>> {
    Ok(catalogue_subrequirements::table
        .filter(catalogue_subrequirements::catalogue_id.eq(catalogue_id))
        .filter(catalogue_subrequirements::requirement_id.eq(requirement))
        .order(catalogue_subrequirements::position)
        .select(catalogue_subrequirements::text)
        .load(db)?)
}

/// Texts of a kind by id, the first of each.
pub fn all(db: &mut Db, catalogue_id: &str, kind: TextKind) -> Result<HashMap<String, String>> {
    let rows: Vec<(String, String)> = catalogue_texts::table
        .filter(catalogue_texts::catalogue_id.eq(catalogue_id))
        .filter(catalogue_texts::kind.eq(kind))
        .filter(catalogue_texts::position.eq(0))
        .select((catalogue_texts::id, catalogue_texts::text))
        .load(db)?;
    Ok(rows.into_iter().collect())
}
