//! Corrections: counter entries, and drafts that are completed. No entry is ever changed.

use std::collections::HashMap;

use super::post::Resolutions;
use super::{Desk, Order, PostedView, at_the_desk};
use crate::actions::By;
use crate::actions::idempotent::Answer;
use crate::app::App;
use crate::domain::budget::EntryState;
use crate::domain::budget::posting::{self, Needed};
use crate::domain::budget::request::{Completion, Reversal};
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::programme::CentsOverflow;
use crate::error::{Code, Error, Result};
use crate::store::budget::{self, Entry};
use crate::store::{Db, new_id};

/// Takes an entry back, once, by a counter entry; of a pair all of it.
///
/// # Errors
/// `invalid`, `forbidden`, `not_found`, `entry_closed`, what [`super::book::book`] refuses, `idempotency_key_reused`
pub fn reverse(
    app: &App,
    by: By<'_>,
    institution: &str,
    programme: &str,
    input: &Reversal,
    key: Option<&str>,
) -> Result<Answer<PostedView>> {
    let mut faults = Faults::new();
    faults.text("/reason", &input.reason, 1, 2000);
    faults.finish()?;
    let order = Order {
        operation: "reverse_budget_entry",
        institution,
        programme,
        input,
        key,
    };
    at_the_desk(app, by, &order, |db, desk| {
        let (entries, unknown) = counters(db, desk, std::slice::from_ref(input))?;
        if unknown.is_empty() {
            Ok(entries)
        } else {
            Err(Error::new(Code::NotFound))
        }
    })
}

/// The entries that take others back, and the places of the reversals whose entry the programme does not have.
///
/// # Errors
/// `entry_closed`
pub(super) fn counters(
    db: &mut Db,
    desk: &Desk<'_>,
    reversals: &[Reversal],
) -> Result<(Vec<Entry>, Vec<usize>)> {
    let ids: Vec<&str> = reversals.iter().map(|one| one.entry.as_str()).collect();
    let entries = budget::with_pairs(db, &desk.programme.id, &ids)?;
    let unknown = |id: &str| !entries.iter().any(|entry| entry.id == id);
    let unknown = ids.iter().enumerate().filter(|(_, id)| unknown(id));
    let unknown: Vec<usize> = unknown.map(|(index, _)| index).collect();
    let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    let closed = budget::closed(db, &ids)?;
    if !closed.is_empty() || entries.iter().any(|entry| entry.reverses.is_some()) {
        return Err(Error::new(Code::EntryClosed));
    }
    let mut pairs: HashMap<&str, String> = HashMap::new();
    let mut reasons: HashMap<&str, &str> = HashMap::new();
    for reversal in reversals {
        let entry = entries.iter().find(|entry| entry.id == reversal.entry);
        if let Some(entry) = entry {
            reasons.insert(
                entry.pair_id.as_deref().unwrap_or(&entry.id),
                &reversal.reason,
            );
        }
    }
    let mut counters = Vec::with_capacity(entries.len());
    for entry in &entries {
        let cents = entry.cents.checked_neg().ok_or(CentsOverflow)?;
        let name = entry.pair_id.as_deref();
        let pair_id = name.map(|pair| {
            let new = pairs.entry(pair).or_insert_with(|| new_id(desk.now));
            new.clone()
        });
        counters.push(Entry {
            line_id: entry.line_id.clone(),
            state: entry.state,
            pay_year: entry.pay_year,
            pair_id,
            reverses: Some(entry.id.clone()),
            reason: trimmed(reasons.get(name.unwrap_or(&entry.id)).copied()),
            flag: entry.flag,
            ..desk.entry(None, entry.year, entry.entry_type.counter(), cents)
        });
    }
    Ok((counters, unknown))
}

/// Completes a draft by an entry that counts; the draft stays as it is.
///
/// # Errors
/// `invalid` with what is still missing, `forbidden`, `not_found`, `not_a_draft`, `entry_closed`, what
/// [`super::book::book`] refuses, `idempotency_key_reused`
pub fn complete(
    app: &App,
    by: By<'_>,
    institution: &str,
    programme: &str,
    entry: &str,
    input: &Completion,
    key: Option<&str>,
) -> Result<Answer<PostedView>> {
    posting::check_completion(input)?;
    let operation = format!("complete_budget_entry {entry}");
    let order = Order {
        operation: &operation,
        institution,
        programme,
        input,
        key,
    };
    at_the_desk(app, by, &order, |db, desk| {
        let draft = budget::with_pairs(db, &desk.programme.id, &[entry])?.pop();
        let draft = draft.ok_or_else(|| Error::new(Code::NotFound))?;
        if draft.state != EntryState::Draft {
            return Err(Error::new(Code::NotADraft));
        }
        if draft.reverses.is_some() || !budget::closed(db, &[entry])?.is_empty() {
            return Err(Error::new(Code::EntryClosed));
        }
        completed(db, desk, draft, input).map(|entry| vec![entry])
    })
}

fn completed(db: &mut Db, desk: &Desk<'_>, draft: Entry, input: &Completion) -> Result<Entry> {
    let resolution = input.resolution.as_deref();
    let resolutions = Resolutions::named(db, desk, std::iter::once(resolution))?;
    let mut faults = Faults::new();
    let given = resolutions.find(&mut faults, "/resolution", resolution, draft.entry_type);
    // A resolution that was still open when the draft was booked may have been adopted since.
    let outcome = match (given, &draft.resolution_id) {
        (Some(given), _) => Some(given.outcome),
        (None, Some(earlier)) => Some(budget::outcome(db, earlier)?),
        (None, None) => None,
    };
    let given = given.map(|given| given.id.clone());
    let entry = Entry {
        line_id: draft.line_id,
        booked_on: draft.booked_on,
        resolution_id: given.or(draft.resolution_id),
        cover: trimmed(input.cover.as_deref()).or(draft.cover),
        reason: trimmed(input.reason.as_deref()).or(draft.reason),
        flag: draft.flag,
        completes: Some(draft.id),
        ..desk.entry(None, draft.year, draft.entry_type, draft.cents)
    };
    let missing = posting::missing(
        entry.entry_type,
        entry.cover.as_deref(),
        entry.reason.as_deref(),
        outcome,
    );
    // An unknown resolution has its fault already.
    faults.finish()?;
    let mut faults = Faults::new();
    for needed in missing {
        faults.push(match needed {
            Needed::AdoptedResolution => Fault::new("/resolution", FaultCode::NotAdopted),
            _ => Fault::new(format!("/{needed}"), FaultCode::Required),
        });
    }
    faults.finish()?;
    Ok(entry)
}

/// Text without blanks around it; nothing where only blanks are left.
pub(super) fn trimmed(text: Option<&str>) -> Option<String> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    text.map(str::to_owned)
}
