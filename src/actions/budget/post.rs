//! New entries, together with those that are taken back for them.

use std::collections::HashMap;

use super::correct::{self, counters};
use super::{Desk, Order, PostedView, at_the_desk};
use crate::actions::By;
use crate::actions::idempotent::Answer;
use crate::app::App;
use crate::domain::budget::request::{self, Posting};
use crate::domain::budget::{EntryState, EntryType, posting};
use crate::domain::calendar::berlin_day;
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::programme::ResolutionKind;
use crate::error::Result;
use crate::store::budget::{self, Entry, LineFacts, ResolutionFacts};
use crate::store::{Db, budget_periods};

/// Books entries, all of them or none.
///
/// # Errors
/// `invalid` with the places, `forbidden`, `not_found`, `entry_closed`, what [`super::book::book`] refuses,
/// `idempotency_key_reused`
pub fn post(
    app: &App,
    by: By<'_>,
    institution: &str,
    programme: &str,
    input: &Posting,
    key: Option<&str>,
) -> Result<Answer<PostedView>> {
    posting::check(input, berlin_day(app.clock.now()))?;
    let order = Order {
        operation: "post_budget_entries",
        institution,
        programme,
        input,
        key,
    };
    at_the_desk(app, by, &order, |db, desk| {
        let mut entries = taken_back(db, desk, input)?;
        entries.extend(new_entries(db, desk, input)?);
        Ok(entries)
    })
}

fn taken_back(db: &mut Db, desk: &Desk<'_>, input: &Posting) -> Result<Vec<Entry>> {
    if input.reverses.is_empty() {
        return Ok(Vec::new());
    }
    let (entries, unknown) = counters(db, desk, &input.reverses)?;
    let faults = unknown.into_iter().map(|index| {
        let value = input.reverses.get(index).map(|reversal| &reversal.entry);
        Fault::new(
            format!("/reverses/{index}/entry"),
            FaultCode::UnknownReference,
        )
        .arg("value", value.map_or("", String::as_str))
    });
    let faults: Vec<Fault> = faults.collect();
    if faults.is_empty() {
        return Ok(entries);
    }
    Err(faults.into())
}

fn new_entries(db: &mut Db, desk: &Desk<'_>, input: &Posting) -> Result<Vec<Entry>> {
    let named: Vec<&str> = input
        .entries
        .iter()
        .filter_map(|e| e.line.as_deref())
        .collect();
    let lines = budget::lines_by_key(db, &desk.programme.id, &named)?;
    let named = input
        .entries
        .iter()
        .map(|entry| entry.resolution.as_deref());
    let resolutions = Resolutions::named(db, desk, named)?;
    let interim = provisional_years(db, desk, input)?;
    let mut faults = Faults::new();
    let mut entries = Vec::with_capacity(input.entries.len());
    for (index, entry) in input.entries.iter().enumerate() {
        let at = format!("/entries/{index}");
        let line = find_line(
            &mut faults,
            &format!("{at}/line"),
            entry.line.as_deref(),
            &lines,
        );
        let resolution = entry.resolution.as_deref();
        let at = format!("{at}/resolution");
        let named = resolutions.find(&mut faults, &at, resolution, entry.entry_type);
        let (cover, reason) = (entry.cover.as_deref(), entry.reason.as_deref());
        let missing = posting::missing(
            entry.entry_type,
            cover,
            reason,
            named.map(|named| named.outcome),
        );
        let state = if missing.is_empty() {
            EntryState::Effective
        } else {
            EntryState::Draft
        };
        if let (EntryType::Commitment, Some(line)) = (entry.entry_type, line) {
            let at = format!("/entries/{index}/interim_reason");
            let (provisional, place) = (interim.contains(&entry.year), (&*line.key, entry.year));
            let fault = posting::check_interim(provisional, entry.interim_reason, place, &at)?;
            fault.into_iter().for_each(|fault| faults.push(fault));
        }
        let booked = desk.entry(line, entry.year, entry.entry_type, entry.cents);
        entries.push(Entry {
            state,
            pay_year: entry.pay_year,
            booked_on: entry.booked_on.unwrap_or(booked.booked_on),
            resolution_id: named.map(|named| named.id.clone()),
            cover: correct::trimmed(cover),
            reason: correct::trimmed(reason),
            interim_reason: entry.interim_reason,
            ..booked
        });
    }
    faults.finish()?;
    Ok(entries)
}

/// The years whose budget is provisional, as far as something is to be ordered in them.
fn provisional_years(db: &mut Db, desk: &Desk<'_>, input: &Posting) -> Result<Vec<i32>> {
    let orders = |entry: &&request::Entry| entry.entry_type == EntryType::Commitment;
    if !input.entries.iter().any(|entry| orders(&entry)) {
        return Ok(Vec::new());
    }
    budget_periods::provisional_years(db, &desk.scope.institution.id)
}

/// The line that a key names; unknown ones are a fault.
pub(super) fn find_line<'a>(
    faults: &mut Faults,
    at: &str,
    key: Option<&str>,
    lines: &'a HashMap<String, LineFacts>,
) -> Option<&'a LineFacts> {
    let key = key?;
    let line = lines.get(key);
    if line.is_none() {
        faults.push(Fault::new(at, FaultCode::UnknownReference).arg("value", key));
    }
    line
}

/// The resolutions that a request names.
pub(super) struct Resolutions(HashMap<String, ResolutionFacts>);

impl Resolutions {
    /// Looks them up.
    pub(super) fn named<'a>(
        db: &mut Db,
        desk: &Desk<'_>,
        keys: impl Iterator<Item = Option<&'a str>>,
    ) -> Result<Self> {
        let keys: Vec<&str> = keys.flatten().collect();
        if keys.is_empty() {
            return Ok(Resolutions(HashMap::new()));
        }
        let institution_id = &desk.scope.institution.id;
        budget::resolutions_by_key(db, institution_id, &keys).map(Resolutions)
    }

    /// The one that a key names. Money beyond the plan needs a decision: what a committee only noted or recommended
    /// authorises nothing. Whether the decision was adopted shows in what the entry lacks: it may still be open.
    pub(super) fn find(
        &self,
        faults: &mut Faults,
        at: &str,
        key: Option<&str>,
        entry_type: EntryType,
    ) -> Option<&ResolutionFacts> {
        let key = key?;
        let Some(facts) = self.0.get(key) else {
            faults.push(Fault::new(at, FaultCode::UnknownReference).arg("value", key));
            return None;
        };
        if entry_type.beyond_plan() && facts.kind != ResolutionKind::Decision {
            faults.push(Fault::new(at, FaultCode::Inconsistent));
        }
        Some(facts)
    }
}
