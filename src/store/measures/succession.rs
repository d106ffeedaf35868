//! That measures go into others, and what has to be carried over for it.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{Provenance, Row};
use crate::domain::measure::{LinkKind, Status, SuccessionKind};
use crate::error::Result;
use crate::store::db::Db;
use crate::store::schema::{
    measure_dependencies, measure_links, measure_successions, measures, programmes, users,
};
use crate::store::types::stored;

/// That one measure went into another.
#[derive(Debug, Clone, Copy)]
pub struct NewSuccession<'a> {
    /// Id of the one that came to its end.
    pub predecessor: &'a str,
    /// Id of the one that takes over.
    pub successor: &'a str,
    /// How.
    pub kind: SuccessionKind,
    /// Why.
    pub reason: &'a str,
    /// User id of whoever decided it.
    pub decided_by: Option<&'a str>,
}

/// Notes that one measure went into another.
pub fn add_succession(db: &mut Db, now: DateTime<Utc>, new: &NewSuccession<'_>) -> Result<()> {
    diesel::insert_into(measure_successions::table)
        .values((
            measure_successions::predecessor_id.eq(new.predecessor),
            measure_successions::successor_id.eq(new.successor),
            measure_successions::kind.eq(new.kind),
            measure_successions::reason.eq(new.reason),
            measure_successions::decided_by.eq(new.decided_by),
            measure_successions::decided_at.eq(stored(now)),
        ))
        .execute(db)?;
    Ok(())
}

/// Measures that need one of these and were not replaced themselves, by reference.
pub fn waiting_for(db: &mut Db, institution_id: &str, ids: &[&str]) -> Result<Vec<Row>> {
    let waiting = measure_dependencies::table
        .filter(measure_dependencies::requires_id.eq_any(ids))
        .select(measure_dependencies::measure_id);
    Ok(measures::table
        .left_join(users::table)
        .left_join(programmes::table)
        .filter(measures::institution_id.eq(institution_id))
        .filter(measures::id.eq_any(waiting))
        .filter(measures::status.ne(Status::Replaced))
        .order(measures::reference_seq)
        .select((
            measures::all_columns,
            (users::email, users::display_name).nullable(),
            (programmes::key, programmes::confidentiality).nullable(),
        ))
        .load(db)?)
}

/// A measure and all that went into it, and what went into those.
pub fn ancestry(db: &mut Db, id: &str) -> Result<BTreeSet<String>> {
    Ok(ancestries(db, &[id])?.remove(id).unwrap_or_default())
}

/// Each of some measures with all that went into it: as many statements as there are generations.
pub fn ancestries(db: &mut Db, ids: &[&str]) -> Result<HashMap<String, BTreeSet<String>>> {
    let own = |id: &&str| ((*id).to_owned(), BTreeSet::from([(*id).to_owned()]));
    let mut families: HashMap<String, BTreeSet<String>> = ids.iter().map(own).collect();
    let mut last: BTreeSet<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    while !last.is_empty() {
        let pairs: Vec<(String, String)> = measure_successions::table
            .filter(measure_successions::successor_id.eq_any(&last))
            .select((
                measure_successions::successor_id,
                measure_successions::predecessor_id,
            ))
            .load(db)?;
        last.clear();
        for family in families.values_mut() {
            let new = pairs
                .iter()
                .filter(|(successor, _)| family.contains(successor));
            let new: Vec<&String> = new.map(|(_, predecessor)| predecessor).collect();
            for predecessor in new {
                if family.insert(predecessor.clone()) {
                    last.insert(predecessor.clone());
                }
            }
        }
    }
    Ok(families)
}

/// Gives the links of a measure that were carried over from an older catalogue's the same confirmation in another measure
/// that has them too (DOMAIN GPP-7).
pub fn carry_provenance(db: &mut Db, from: &str, to: &str) -> Result<()> {
    let rows: Vec<(String, String, LinkKind, Provenance)> = measure_links::table
        .filter(measure_links::measure_id.eq(from))
        .filter(measure_links::confirmed_at.is_not_null())
        .select((
            measure_links::catalogue_id,
            measure_links::target,
            measure_links::kind,
            (
                measure_links::migrated_from_catalogue_id,
                measure_links::migrated_from,
                measure_links::mapping_source_id,
                measure_links::confirmed_by,
                measure_links::confirmed_at,
            ),
        ))
        .load(db)?;
    for (catalogue, target, kind, provenance) in rows {
        let same = measure_links::table
            .find((to, catalogue, target, kind))
            .filter(measure_links::confirmed_at.is_null());
        diesel::update(same)
            .set((
                measure_links::migrated_from_catalogue_id.eq(provenance.catalogue_id),
                measure_links::migrated_from.eq(provenance.target),
                measure_links::mapping_source_id.eq(provenance.mapping_source_id),
                measure_links::confirmed_by.eq(provenance.confirmed_by),
                measure_links::confirmed_at.eq(provenance.confirmed_at),
            ))
            .execute(db)?;
    }
    Ok(())
}
