//! Printed totals of a programme, with what they sum elsewhere.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::domain::budget::EntryType;
use crate::domain::measure::Confidentiality;
use crate::domain::printed_total::{Part, PostTotalCheck, Precision, PrintedTotal};
use crate::domain::programme::sum;
use crate::error::{Error, Result};
use crate::store::budget;
use crate::store::db::Db;
use crate::store::schema::{posts, printed_post_totals, printed_totals, programmes};
use crate::store::types::from_json;

/// Printed totals of a programme in order, in three statements. One that sums a programme out of the reader's sight is
/// left out: it would tell what that one holds.
pub fn money(
    db: &mut Db,
    institution_id: &str,
    programme_id: &str,
    classes: &[Confidentiality],
) -> Result<Vec<PrintedTotal>> {
    type Stored = (String, String, String, i64, Precision, String, String);
    let rows: Vec<Stored> = printed_totals::table
        .filter(printed_totals::programme_id.eq(programme_id))
        .order(printed_totals::position)
        .select((
            printed_totals::name,
            printed_totals::group_keys,
            printed_totals::years,
            printed_totals::cents,
            printed_totals::precision,
            printed_totals::programme_keys,
            printed_totals::parts,
        ))
        .load(db)?;
    let mut totals = Vec::with_capacity(rows.len());
    for (name, groups, years, cents, precision, programmes, parts) in rows {
        totals.push(PrintedTotal {
            name,
            groups: from_json(&groups)?,
            programmes: from_json(&programmes)?,
            of_programmes: Vec::new(),
            parts: from_json::<Vec<Part>>(&parts)?,
            years: from_json(&years)?,
            cents,
            precision: Some(precision),
        });
    }
    let named: Vec<&String> = totals.iter().flat_map(|total| &total.programmes).collect();
    let amounts = planned(db, institution_id, &named, classes)?;
    totals.retain(|total| total.programmes.iter().all(|key| amounts.contains_key(key)));
    for total in &mut totals {
        let of_programmes = total.programmes.iter().filter_map(|key| amounts.get(key));
        total.of_programmes = of_programmes
            .flatten()
            .filter(|(year, _)| total.years.contains(year))
            .map(|(_, cents)| *cents)
            .collect();
    }
    Ok(totals)
}

/// Planned cents with their years by the key of the programme, of those programmes that the reader sees.
fn planned(
    db: &mut Db,
    institution_id: &str,
    keys: &[&String],
    classes: &[Confidentiality],
) -> Result<HashMap<String, Vec<(i32, i64)>>> {
    let seen = in_sight(db, institution_id, keys, classes)?;
    let ids: Vec<&str> = seen.keys().map(String::as_str).collect();
    let mut amounts: HashMap<String, Vec<(i32, i64)>> =
        seen.values().map(|key| (key.clone(), Vec::new())).collect();
    for (id, year, _, _, cents) in budget::by_programme(db, &ids, EntryType::in_plan)? {
        if let Some(of_programme) = seen.get(&id).and_then(|key| amounts.get_mut(key)) {
            of_programme.push((year, cents));
        }
    }
    Ok(amounts)
}

/// Keys by id of those of the named programmes that the reader sees.
fn in_sight(
    db: &mut Db,
    institution_id: &str,
    keys: &[&String],
    classes: &[Confidentiality],
) -> Result<HashMap<String, String>> {
    let rows: Vec<(String, String)> = programmes::table
        .filter(programmes::institution_id.eq(institution_id))
        .filter(programmes::key.eq_any(keys))
        .filter(programmes::confidentiality.eq_any(classes))
        .select((programmes::id, programmes::key))
        .load(db)?;
    Ok(rows.into_iter().collect())
}

/// Printed numbers of posts of a programme in order, beside what the posts add up to, in three statements; left out as
/// in [`money`].
pub fn of_posts(
    db: &mut Db,
    institution_id: &str,
    programme: &super::Programme,
    classes: &[Confidentiality],
) -> Result<Vec<PostTotalCheck>> {
    let rows: Vec<(String, String, bool, i64)> = printed_post_totals::table
        .filter(printed_post_totals::programme_id.eq(&programme.id))
        .order(printed_post_totals::position)
        .select((
            printed_post_totals::name,
            printed_post_totals::programme_keys,
            printed_post_totals::early,
            printed_post_totals::hundredths,
        ))
        .load(db)?;
    let mut named: Vec<Vec<String>> = Vec::with_capacity(rows.len());
    for (_, keys, ..) in &rows {
        named.push(from_json(keys)?);
    }
    let keys: Vec<&String> = named.iter().flatten().collect();
    let there = numbers(db, institution_id, &keys, classes)?;
    let checks = rows
        .into_iter()
        .zip(named)
        .filter_map(|((name, _, early, printed), keys)| {
            let of_all: Option<Vec<&(i64, i64)>> = keys.iter().map(|key| there.get(key)).collect();
            let numbers = of_all?
                .into_iter()
                .map(|(all, of_early)| if early { *of_early } else { *all });
            let computed = sum(numbers).map_err(|cause| Error::internal("posts", cause));
            Some(computed.map(|computed| PostTotalCheck::new(name, keys, early, printed, computed)))
        });
    checks.collect()
}

/// Hundredths of the posts that came from a paper, all and early ones, by the key of the programme, of those that the
/// reader sees.
fn numbers(
    db: &mut Db,
    institution_id: &str,
    keys: &[&String],
    classes: &[Confidentiality],
) -> Result<HashMap<String, (i64, i64)>> {
    let seen = in_sight(db, institution_id, keys, classes)?;
    let ids: Vec<&str> = seen.keys().map(String::as_str).collect();
    let rows: Vec<(String, i32, i32)> = posts::table
        .filter(posts::programme_id.eq_any(ids))
        .filter(posts::source.is_not_null())
        .select((
            posts::programme_id,
            posts::hundredths,
            posts::early_hundredths,
        ))
        .load(db)?;
    let mut numbers: HashMap<String, (i64, i64)> =
        seen.values().map(|key| (key.clone(), (0, 0))).collect();
    for (id, hundredths, of_early) in rows {
        if let Some((all, early)) = seen.get(&id).and_then(|key| numbers.get_mut(key)) {
            *all += i64::from(hundredths);
            *early += i64::from(of_early);
        }
    }
    Ok(numbers)
}
