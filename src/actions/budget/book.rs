//! Booking: what every entry goes through, whatever brought it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::Datelike;
use serde_json::json;

use super::Desk;
use super::view::{self, PostedView};
use crate::actions::Entry as Event;
use crate::domain::access::Action;
use crate::domain::budget::entry::Takes;
use crate::domain::budget::reported::is_of_later_year;
use crate::domain::budget::{Change, EntryState, EntryType, authority, blocked, ceiling};
use crate::error::{Error, Result};
use crate::store::budget::{self, Entry, LineFacts};
use crate::store::{Db, new_id};

/// Entries that were appended, and their lines by id.
type Appended = (Vec<Entry>, HashMap<String, LineFacts>);

/// Checks entries against the books, appends them and leaves an event with their amounts.
///
/// # Errors
/// As [`append`]
pub(super) fn book(db: &mut Db, desk: &Desk<'_>, entries: Vec<Entry>) -> Result<PostedView> {
    let (entries, lines) = append(db, desk, entries)?;
    record(db, desk, &entries, &lines)?;
    let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    let named = budget::named(db, &ids)?;
    let entries = view::entries(db, named)?;
    Ok(PostedView { entries })
}

/// Checks entries against the books and appends them, with those that they bring about. The event is the caller's.
///
/// # Errors
/// `ceiling_exceeded`, `commitment_without_authority`, `authority_not_investive`, `blocked_funds`, `sum_out_of_range`
pub(super) fn append(db: &mut Db, desk: &Desk<'_>, mut entries: Vec<Entry>) -> Result<Appended> {
    let lines: BTreeSet<&str> = entries
        .iter()
        .filter_map(|e| e.line_id.as_deref())
        .collect();
    let lines = budget::lines_by_id(db, &lines.into_iter().collect::<Vec<_>>())?;
    let uses = use_authorities(db, desk, &mut entries, &lines)?;
    entries.extend(uses);
    let changes = changes(&entries, &lines)?;
    check_ceilings(db, &desk.programme.id, &changes)?;
    check_blocked(db, &changes)?;
    budget::insert(db, &entries)?;
    Ok((entries, lines))
}

/// A commitment of a later year takes from the authorities that were granted for it (DOMAIN BA-6); the entries that
/// say so stand and fall with it.
///
/// # Errors
/// `commitment_without_authority`, `authority_not_investive`
pub(super) fn use_authorities(
    db: &mut Db,
    desk: &Desk<'_>,
    entries: &mut [Entry],
    lines: &HashMap<String, LineFacts>,
) -> Result<Vec<Entry>> {
    let later = |entry: &Entry| {
        entry.reverses.is_none() && is_of_later_year(entry.entry_type, entry.year, entry.booked_on)
    };
    let years = entries.iter().filter_map(|entry| {
        let of_commitment = later(entry).then_some(entry.year);
        entry.pay_year.or(of_commitment)
    });
    let years: BTreeSet<i32> = years.collect();
    if years.is_empty() {
        return Ok(Vec::new());
    }
    let years: Vec<i32> = years.into_iter().collect();
    let before = budget::unused_authorities(db, &desk.programme.id, &years)?;
    let mut unused = before.clone();
    for entry in entries.iter() {
        let Some(pay_year) = entry.pay_year else {
            continue;
        };
        if let Some(line) = budget::line_of(lines, entry.line_id.as_ref())? {
            authority::check_kind(&line.line())?;
        }
        let granted = match entry.entry_type {
            EntryType::AuthorityUse => entry.cents.saturating_neg(),
            _ => entry.cents,
        };
        unused.add(entry.line_id.as_deref(), pay_year, granted)?;
    }
    unused.check_taken_back(&before)?;
    let mut uses = Vec::new();
    for entry in entries.iter_mut().filter(|entry| later(entry)) {
        let line = budget::line_of(lines, entry.line_id.as_ref())?
            .ok_or_else(|| Error::bug("a commitment has no line"))?;
        let pair_id = new_id(desk.now);
        for part in unused.take(&line.line(), entry.year, entry.cents)? {
            let granted_in = entry.booked_on.year();
            uses.push(Entry {
                line_id: part.line,
                pay_year: Some(entry.year),
                booked_on: entry.booked_on,
                pair_id: Some(pair_id.clone()),
                ..desk.entry(None, granted_in, EntryType::AuthorityUse, part.cents)
            });
        }
        entry.pair_id = Some(pair_id);
    }
    Ok(uses)
}

/// The entries that count, as the checks see them.
fn changes<'a>(
    entries: &'a [Entry],
    lines: &'a HashMap<String, LineFacts>,
) -> Result<Vec<Change<'a>>> {
    let counting = entries
        .iter()
        .filter(|entry| entry.state == EntryState::Effective);
    counting
        .map(|entry| {
            let line = budget::line_of(lines, entry.line_id.as_ref())?;
            Ok(Change {
                line: line.map(LineFacts::line),
                year: entry.year,
                entry_type: entry.entry_type,
                cents: entry.cents,
            })
        })
        .collect()
}

/// DOMAIN BA-1.
fn check_ceilings(db: &mut Db, programme_id: &str, changes: &[Change<'_>]) -> Result<()> {
    if !changes.iter().any(|change| change.entry_type.authorises()) {
        return Ok(());
    }
    let ceilings = budget::ceilings(db, programme_id)?.into_iter();
    let hard = ceilings.map(|(ceiling, _)| ceiling).filter(|one| one.hard);
    let hard: Vec<ceiling::Ceiling> = hard.collect();
    let from_year = hard.iter().map(|ceiling| ceiling.from_year).min();
    let to_year = hard.iter().map(|ceiling| ceiling.to_year).max();
    if let (Some(from_year), Some(to_year)) = (from_year, to_year) {
        let sums = budget::group_sums(db, programme_id, from_year, to_year)?;
        ceiling::check(&hard, &sums, changes)?;
    }
    Ok(())
}

/// DOMAIN BA-9.
fn check_blocked(db: &mut Db, changes: &[Change<'_>]) -> Result<()> {
    type OfLine<'a> = (&'a str, Vec<(EntryType, i64)>);
    let mut by_place: BTreeMap<(&str, i32), OfLine<'_>> = BTreeMap::new();
    for change in changes {
        if let Some(line) = change.line {
            let place = by_place.entry((line.id, change.year));
            let (_, of_place) = place.or_insert_with(|| (line.key, Vec::new()));
            of_place.push((change.entry_type, change.cents));
        }
    }
    by_place.retain(|_, (_, of_place)| {
        let takes = |(entry_type, _): &(EntryType, i64)| entry_type.takes() != Takes::Nothing;
        of_place.iter().any(takes)
    });
    if by_place.is_empty() {
        return Ok(());
    }
    let lines: BTreeSet<&str> = by_place.keys().map(|(line, _)| *line).collect();
    let years: BTreeSet<i32> = by_place.keys().map(|(_, year)| *year).collect();
    let lines: Vec<&str> = lines.into_iter().collect();
    let years: Vec<i32> = years.into_iter().collect();
    let before = budget::line_figures(db, &lines, &years)?;
    for ((line, year), (key, of_place)) in by_place {
        let place = (line.to_owned(), year);
        let before = before.get(&place).copied().unwrap_or_default();
        blocked::check(key, year, &before, &of_place)?;
    }
    Ok(())
}

fn record(
    db: &mut Db,
    desk: &Desk<'_>,
    entries: &[Entry],
    lines: &HashMap<String, LineFacts>,
) -> Result<()> {
    let shown = entries.iter().map(|entry| {
        let line = budget::line_of(lines, entry.line_id.as_ref())?;
        Ok(json!({
            "id": entry.id,
            "line": line.map(|line| &line.key),
            "year": entry.year,
            "type": entry.entry_type,
            "state": entry.state,
            "cents": entry.cents,
            "pay_year": entry.pay_year,
            "reverses": entry.reverses,
            "completes": entry.completes,
        }))
    });
    let shown: Vec<serde_json::Value> = shown.collect::<Result<_>>()?;
    let event = Event {
        action: Action::BudgetPost,
        entity_kind: "programme",
        entity_id: &desk.programme.id,
        reason: entries.iter().find_map(|entry| entry.reason.as_deref()),
        details: json!({ "programme": desk.programme.key, "entries": shown }),
    };
    desk.scope.record(db, desk.now, &event)
}
