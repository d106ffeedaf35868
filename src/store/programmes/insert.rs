//! Storing a checked programme file.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::duties;
use crate::domain::budget::EntryState;
use crate::domain::calendar::berlin_day;
use crate::domain::fault::{Fault, FaultCode};
use crate::domain::post::Status;
use crate::domain::printed_total::Precision;
use crate::domain::programme_file as file;
use crate::error::{Error, Result};
use crate::store::db::{Db, both};
use crate::store::schema::{
    budget_groups, budget_lines, ceilings, posts, printed_post_totals, printed_totals, programmes,
    resolutions,
};
use crate::store::types::{stored, to_json};
use crate::store::{budget, new_id, position};

/// Ids that a freshly stored programme has given to keys.
#[derive(Debug, Default)]
pub struct Stored {
    /// Programme.
    pub id: String,
    /// Lines by key.
    pub lines: HashMap<String, String>,
}

/// Stores the resolutions of a file that are not there yet; gives the ids of all by key.
pub fn insert_resolutions(
    db: &mut Db,
    now: DateTime<Utc>,
    institution_id: &str,
    file: &file::ProgrammeFile,
) -> Result<HashMap<String, String>> {
    type Known = (String, String, String, String, NaiveDate);
    let known: Vec<Known> = resolutions::table
        .filter(resolutions::institution_id.eq(institution_id))
        .select((
            resolutions::key,
            resolutions::id,
            resolutions::paper,
            resolutions::body,
            resolutions::decided_on,
        ))
        .load(db)?;
    let mut ids = HashMap::new();
    for (index, resolution) in file.resolutions.iter().enumerate() {
        if let Some((key, id, paper, body, day)) = known.iter().find(|row| row.0 == resolution.key)
        {
            // The same sitting may stand in two files; another one under the same key may not.
            if (paper, body, *day) != (&resolution.paper, &resolution.body, resolution.date) {
                let fault = Fault::new(format!("/resolutions/{index}/key"), FaultCode::Duplicate);
                return Err(vec![fault.arg("value", key)].into());
            }
            ids.insert(key.clone(), id.clone());
            continue;
        }
        let id = new_id(now);
        let title = file
            .papers
            .iter()
            .find(|paper| paper.key == resolution.paper)
            .map(|paper| paper.title.as_str());
        diesel::insert_into(resolutions::table)
            .values((
                resolutions::id.eq(&id),
                resolutions::institution_id.eq(institution_id),
                resolutions::key.eq(&resolution.key),
                resolutions::paper.eq(&resolution.paper),
                resolutions::paper_title.eq(title.unwrap_or_default()),
                resolutions::body.eq(&resolution.body),
                resolutions::decided_on.eq(resolution.date),
                resolutions::is_public.eq(resolution.public),
                resolutions::kind.eq(resolution.kind),
                resolutions::outcome.eq(resolution.outcome),
                resolutions::source.eq(to_json(&resolution.source)?),
                resolutions::version.eq(1),
            ))
            .execute(db)?;
        ids.insert(resolution.key.clone(), id);
    }
    Ok(ids)
}

/// Where a programme of a file belongs, and who brings it in.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Ids of the file's resolutions by key.
    pub resolutions: &'a HashMap<String, String>,
    /// Programme that it is a part of.
    pub parent_id: Option<&'a str>,
    /// Account of whoever brings it in; none of the operator.
    pub booked_by: Option<&'a str>,
}

/// Stores a programme of a checked file with all but its measures.
///
/// # Errors
/// `already_exists` when the institution has a programme with this key.
pub fn insert(
    db: &mut Db,
    now: DateTime<Utc>,
    institution_id: &str,
    programme: &file::Programme,
    origin: &Origin<'_>,
) -> Result<Stored> {
    let id = new_id(now);
    let resolution = programme.resolution.as_ref();
    let resolution_id = resolution.and_then(|key| origin.resolutions.get(key));
    diesel::insert_into(programmes::table)
        .values((
            programmes::id.eq(&id),
            programmes::institution_id.eq(institution_id),
            programmes::key.eq(&programme.key),
            programmes::title.eq(&programme.title),
            programmes::title_public.eq(programme.title_public.as_deref()),
            programmes::period.eq(&programme.period),
            programmes::amount_basis.eq(programme.amount_basis),
            programmes::confidentiality.eq(programme.confidentiality),
            programmes::resolution_id.eq(resolution_id),
            programmes::years.eq(to_json(&programme.years)?),
            programmes::double_budgets.eq(to_json(&programme.double_budgets)?),
            programmes::imported_at.eq(stored(now)),
            programmes::parent_id.eq(origin.parent_id),
        ))
        .execute(db)?;
    let groups = insert_groups(db, now, &id, &programme.groups)?;
    let lines = insert_lines(db, now, &id, programme, &groups)?;
    let booking = Booking {
        programme_id: &id,
        resolution_id: resolution_id.map(String::as_str),
        booked_by: origin.booked_by,
    };
    insert_entries(db, now, &booking, &programme.lines, &lines)?;
    insert_ceilings(db, now, &id, &programme.ceilings, &groups)?;
    insert_posts(db, now, &id, &programme.posts, &lines, origin.resolutions)?;
    insert_printed_totals(db, now, &id, &programme.printed_totals)?;
    insert_post_totals(db, now, &id, programme)?;
    duties::insert(db, now, &id, programme)?;
    Ok(Stored { id, lines })
}

fn insert_groups(
    db: &mut Db,
    now: DateTime<Utc>,
    programme_id: &str,
    groups: &[file::Group],
) -> Result<HashMap<String, String>> {
    let mut ids = HashMap::new();
    let mut rows = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        let id = new_id(now);
        ids.insert(group.key.clone(), id.clone());
        rows.push((
            budget_groups::id.eq(id),
            budget_groups::programme_id.eq(programme_id),
            budget_groups::key.eq(&group.key),
            budget_groups::title.eq(&group.title),
            budget_groups::position.eq(position(index)?),
        ));
    }
    both!(db, c => {
        for rows in rows.chunks(1000) {
            diesel::insert_into(budget_groups::table).values(rows).execute(c)?;
        }
    });
    Ok(ids)
}

fn insert_lines(
    db: &mut Db,
    now: DateTime<Utc>,
    programme_id: &str,
    programme: &file::Programme,
    groups: &HashMap<String, String>,
) -> Result<HashMap<String, String>> {
    let mut ids = HashMap::new();
    let mut lines = Vec::new();
    for (index, line) in programme.lines.iter().enumerate() {
        let id = new_id(now);
        let group = groups
            .get(&line.group)
            .ok_or_else(|| Error::bug("a checked line has no group"))?;
        lines.push((
            budget_lines::id.eq(id.clone()),
            budget_lines::programme_id.eq(programme_id),
            budget_lines::group_id.eq(group),
            budget_lines::key.eq(&line.key),
            budget_lines::printed_position.eq(&line.position),
            budget_lines::title.eq(&line.title),
            budget_lines::kind.eq(line.kind),
            budget_lines::early_contract.eq(line.early_contract),
            budget_lines::note.eq(line.note.as_deref()),
            budget_lines::position.eq(position(index)?),
            budget_lines::source.eq(to_json(&line.source)?),
            budget_lines::sub_budget.eq(line.sub_budget.as_deref()),
            budget_lines::profit_centre.eq(line.profit_centre.as_deref()),
            budget_lines::account.eq(line.account.as_deref()),
            budget_lines::investment_order.eq(line.investment_order.as_deref()),
            budget_lines::cover_group.eq(line.cover_group.as_deref()),
            budget_lines::cover_note.eq(line.cover_note.as_deref()),
            budget_lines::transferable.eq(line.transferable),
        ));
        ids.insert(line.key.clone(), id);
    }
    both!(db, c => {
        for lines in lines.chunks(1000) {
            diesel::insert_into(budget_lines::table).values(lines).execute(c)?;
        }
    });
    Ok(ids)
}

/// What all entries of a programme file have in common.
struct Booking<'a> {
    programme_id: &'a str,
    resolution_id: Option<&'a str>,
    booked_by: Option<&'a str>,
}

/// What a paper prints counts: the resolution of its programme stands behind it.
fn insert_entries(
    db: &mut Db,
    now: DateTime<Utc>,
    booking: &Booking<'_>,
    of_file: &[file::Line],
    lines: &HashMap<String, String>,
) -> Result<()> {
    let mut entries = Vec::new();
    for line in of_file {
        for amount in &line.amounts {
            entries.push(budget::Entry {
                id: new_id(now),
                programme_id: booking.programme_id.to_owned(),
                line_id: lines.get(&line.key).cloned(),
                year: amount.year,
                entry_type: amount.entry_type.into(),
                state: EntryState::Effective,
                cents: amount.cents,
                pay_year: None,
                booked_on: berlin_day(now),
                booked_at: stored(now),
                booked_by: booking.booked_by.map(str::to_owned),
                resolution_id: booking.resolution_id.map(str::to_owned),
                pair_id: None,
                reverses: None,
                completes: None,
                cover: None,
                reason: None,
                flag: amount.flag,
                source: Some(to_json(&amount.source)?),
                interim_reason: None,
            });
        }
    }
    budget::insert(db, &entries)
}

fn insert_ceilings(
    db: &mut Db,
    now: DateTime<Utc>,
    programme_id: &str,
    of_file: &[file::Ceiling],
    groups: &HashMap<String, String>,
) -> Result<()> {
    for ceiling in of_file {
        let group = ceiling.group.as_ref().and_then(|key| groups.get(key));
        diesel::insert_into(ceilings::table)
            .values((
                ceilings::id.eq(new_id(now)),
                ceilings::programme_id.eq(programme_id),
                ceilings::from_year.eq(ceiling.from_year),
                ceilings::to_year.eq(ceiling.to_year),
                ceilings::cents.eq(ceiling.cents),
                ceilings::hard.eq(ceiling.hard),
                ceilings::group_id.eq(group),
                ceilings::counts_carry_overs.eq(ceiling.counts_carry_overs),
                ceilings::source.eq(to_json(&ceiling.source)?),
            ))
            .execute(db)?;
    }
    Ok(())
}

fn insert_posts(
    db: &mut Db,
    now: DateTime<Utc>,
    programme_id: &str,
    of_file: &[file::Post],
    lines: &HashMap<String, String>,
    resolutions: &HashMap<String, String>,
) -> Result<()> {
    let mut rows = Vec::new();
    for (index, post) in of_file.iter().enumerate() {
        rows.push((
            posts::id.eq(new_id(now)),
            posts::programme_id.eq(programme_id),
            posts::line_id.eq(post.line.as_ref().and_then(|key| lines.get(key))),
            posts::org_unit.eq(&post.org_unit),
            posts::grade.eq(post.grade.as_deref()),
            posts::hundredths.eq(post.hundredths),
            posts::early_hundredths.eq(post.early_hundredths),
            posts::kind.eq(post.kind),
            posts::status.eq(post.status.unwrap_or(Status::Requested)),
            posts::filled_hundredths.eq(post.filled_hundredths),
            posts::starts_on.eq(post.starts_on),
            posts::early_starts_on.eq(post.early_starts_on),
            posts::ends_on.eq(post.ends_on),
            posts::staffing_plan_year.eq(post.staffing_plan_year),
            posts::cost_year_cents.eq(post.cost_year_cents),
            posts::resolution_id.eq(post
                .resolution
                .as_ref()
                .and_then(|key| resolutions.get(key))),
            posts::note.eq(post.note.as_deref()),
            posts::position.eq(position(index)?),
            posts::source.eq(to_json(&post.source)?),
        ));
    }
    both!(db, c => {
        for rows in rows.chunks(1000) {
            diesel::insert_into(posts::table).values(rows).execute(c)?;
        }
    });
    Ok(())
}

fn insert_printed_totals(
    db: &mut Db,
    now: DateTime<Utc>,
    programme_id: &str,
    totals: &[file::PrintedTotal],
) -> Result<()> {
    for (index, total) in totals.iter().enumerate() {
        diesel::insert_into(printed_totals::table)
            .values((
                printed_totals::id.eq(new_id(now)),
                printed_totals::programme_id.eq(programme_id),
                printed_totals::name.eq(&total.name),
                printed_totals::group_keys.eq(to_json(&total.groups)?),
                printed_totals::years.eq(to_json(&total.years)?),
                printed_totals::cents.eq(total.cents),
                printed_totals::position.eq(position(index)?),
                printed_totals::source.eq(to_json(&total.source)?),
                printed_totals::precision.eq(total.precision.unwrap_or(Precision::Exact)),
                printed_totals::programme_keys.eq(to_json(&total.programmes)?),
                printed_totals::parts.eq(to_json(&total.parts)?),
            ))
            .execute(db)?;
    }
    Ok(())
}

fn insert_post_totals(
    db: &mut Db,
    now: DateTime<Utc>,
    programme_id: &str,
    programme: &file::Programme,
) -> Result<()> {
    let own = std::slice::from_ref(&programme.key);
    for (index, total) in programme.post_totals.iter().enumerate() {
        let named = Some(total.programmes.as_slice()).filter(|named| !named.is_empty());
        diesel::insert_into(printed_post_totals::table)
            .values((
                printed_post_totals::id.eq(new_id(now)),
                printed_post_totals::programme_id.eq(programme_id),
                printed_post_totals::name.eq(&total.name),
                printed_post_totals::programme_keys.eq(to_json(&named.unwrap_or(own))?),
                printed_post_totals::early.eq(total.early),
                printed_post_totals::hundredths.eq(total.hundredths),
                printed_post_totals::position.eq(position(index)?),
                printed_post_totals::source.eq(to_json(&total.source)?),
            ))
            .execute(db)?;
    }
    Ok(())
}
