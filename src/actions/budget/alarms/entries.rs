//! Alarms of single entries: BA-7, BA-8, BA-12.

use std::collections::BTreeMap;

use super::books::Books;
use super::{Alarm, Place};
use crate::domain::budget::alarm::{Code, Hit, Severity};
use crate::domain::budget::{cover, posting};
use crate::domain::programme::{LineKind, sum};
use crate::error::Result;
use crate::store::Db;
use crate::store::budget::alarms::{covers, drafts, interims};
use crate::store::budget::{LineFilter, ReportLine};
use crate::store::budget_periods;
use crate::store::measures::Sight;

/// All of them.
///
/// # Errors
/// `sum_out_of_range`
pub(super) fn find(
    db: &mut Db,
    sight: &Sight<'_>,
    filter: &LineFilter,
    books: &Books,
) -> Result<Vec<Alarm>> {
    let mut found = Vec::new();
    for draft in drafts(db, sight, filter)? {
        let Some(line) = books.line(&draft.line_id) else {
            continue;
        };
        let (cover, reason) = (draft.cover.as_deref(), draft.reason.as_deref());
        let missing = posting::missing(draft.entry_type, cover, reason, draft.outcome);
        let missing: Vec<&str> = missing.iter().map(|needed| needed.as_str()).collect();
        let sentence = if missing.is_empty() {
            "uepl_complete"
        } else {
            "uepl_incomplete"
        };
        let hit = Hit {
            since: Some(draft.booked_on),
            ..Hit::new(
                Code::OverplanIncomplete,
                Severity::Warn,
                draft.cents,
                sentence,
            )
        };
        let place = Place {
            entry: Some(draft.id),
            ..Place::of_line(line, Some(draft.year))
        };
        found.push(Alarm::new(hit, place).arg("needed", missing.join(", ")));
    }
    let provisional = budget_periods::provisional_years(db, sight.institution_id)?;
    for order in interims(db, sight, filter)? {
        let Some(line) = books.line(&order.line_id) else {
            continue;
        };
        // Once the budget is in force, it covers what was ordered before.
        if !provisional.contains(&order.year) {
            continue;
        }
        let hit = Hit {
            since: Some(order.booked_on),
            ..Hit::new(Code::Interim, Severity::Warn, order.cents, "interim")
        };
        let place = Place {
            entry: Some(order.id),
            ..Place::of_line(line, Some(order.year))
        };
        found.push(Alarm::new(hit, place).arg("interim_reason", order.interim_reason));
    }
    found.extend(across_kinds(db, sight, filter, books)?);
    Ok(found)
}

/// BA-12: pairs that took from investments and gave to consumption. They are refused; older programs, or hands in the
/// database, may have left some.
fn across_kinds(
    db: &mut Db,
    sight: &Sight<'_>,
    filter: &LineFilter,
    books: &Books,
) -> Result<Vec<Alarm>> {
    type Sides<'a> = (Vec<i64>, Option<(&'a ReportLine, i32)>, bool);
    let mut pairs: BTreeMap<String, Sides<'_>> = BTreeMap::new();
    for (pair, line, year, cents) in covers(db, sight, filter)? {
        let Some(line) = books.line(&line) else {
            continue;
        };
        let (given, receiver, from_investment) = pairs.entry(pair).or_default();
        if line.kind == LineKind::Investive && cents < 0 {
            *from_investment = true;
        } else if cover::is_consumptive(line.kind) && cents > 0 {
            given.push(cents);
            receiver.get_or_insert((line, year));
        }
    }
    let mut found = Vec::new();
    for (given, receiver, from_investment) in pairs.into_values() {
        let Some((line, year)) = receiver.filter(|_| from_investment) else {
            continue;
        };
        let code = Code::CrossKindTransfer;
        let hit = Hit::new(code, Severity::Warn, sum(given)?, "cross_kind_transfer");
        found.push(Alarm::new(hit, Place::of_line(line, Some(year))));
    }
    Ok(found)
}
