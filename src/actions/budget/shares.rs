//! What becomes of fixed shares: their events, and where they go when measures go into others or leave a line.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::allocations::shown;
use crate::actions::{Entry, Scope};
use crate::domain::access::Action;
use crate::domain::budget::allocation::{self, Fixed, Sharer};
use crate::error::Result;
use crate::store::budget::{Payee, allocations as rows};
use crate::store::{Db, measures};

/// What was fixed of a line before and after a change.
pub(super) struct Change<'a> {
    pub line_id: &'a str,
    pub before: &'a [Fixed],
    pub after: &'a [Fixed],
}

impl Change<'_> {
    fn of<'b>(all: &'b [Fixed], measure: &str) -> Vec<&'b Fixed> {
        all.iter().filter(|one| one.measure == measure).collect()
    }

    /// Ids of the measures whose shares differ.
    pub(super) fn touched(&self) -> BTreeSet<&str> {
        let all = self.before.iter().chain(self.after);
        let ids: BTreeSet<&str> = all.map(|one| one.measure.as_str()).collect();
        let differs = |id: &&str| Change::of(self.before, id) != Change::of(self.after, id);
        ids.into_iter().filter(differs).collect()
    }
}

/// Leaves an event for each measure whose shares differ, with the old and the new ones of every line that was changed.
pub(super) fn record(
    db: &mut Db,
    scope: &Scope,
    now: DateTime<Utc>,
    changes: &[Change<'_>],
    reason: Option<&str>,
) -> Result<()> {
    let lines: Vec<&str> = changes.iter().map(|change| change.line_id).collect();
    let names = rows::line_names(db, &lines)?;
    let mut by_measure: BTreeMap<&str, (Vec<Value>, Vec<Value>)> = BTreeMap::new();
    for change in changes {
        let name = names.get(change.line_id);
        let show = |one: &Fixed| {
            let share = shown(one, None);
            json!({ "line": name, "year": share.year, "share_bp": share.share_bp, "cents": share.cents })
        };
        for measure in change.touched() {
            let (old, new) = by_measure.entry(measure).or_default();
            old.extend(Change::of(change.before, measure).into_iter().map(show));
            new.extend(Change::of(change.after, measure).into_iter().map(show));
        }
    }
    let ids: Vec<&str> = by_measure.keys().copied().collect();
    let references = measures::references_by_id(db, &ids)?;
    for (measure, (old, new)) in &by_measure {
        let entry = Entry {
            action: Action::BudgetAllocate,
            entity_kind: "measure",
            entity_id: measure,
            reason,
            details: json!({
                "reference": references.get(*measure), "allocations": { "old": old, "new": new },
            }),
        };
        scope.record(db, now, &entry)?;
    }
    Ok(())
}

/// Carries along what was fixed for measures that have gone into others, to the basis point and the cent: ids.
///
/// # Errors
/// `sum_out_of_range`, `stale`
pub(in crate::actions) fn carry_allocations(
    db: &mut Db,
    scope: &Scope,
    now: DateTime<Utc>,
    gone: &[&str],
    successors: &[&str],
    reason: &str,
) -> Result<()> {
    rewrite(db, scope, now, gone, Some(reason), |fixed, payees| {
        let of_line = payees
            .iter()
            .filter(|payee| successors.contains(&payee.id.as_str()));
        let of_line: Vec<Sharer> = of_line.map(Payee::sharer).collect();
        Ok(allocation::carried(fixed, gone, &of_line)?)
    })
}

/// Drops what was fixed for a measure of lines other than those that go on paying for it.
///
/// # Errors
/// `stale`
pub(in crate::actions) fn drop_allocations(
    db: &mut Db,
    scope: &Scope,
    now: DateTime<Utc>,
    measure_id: &str,
    kept_line_ids: &[&str],
) -> Result<()> {
    rewrite(db, scope, now, &[measure_id], None, |fixed, payees| {
        let line = payees.first().map(|payee| payee.line_id.as_str());
        let is_kept = line.is_none_or(|line| kept_line_ids.contains(&line));
        let stays = |one: &&Fixed| is_kept || one.measure != measure_id;
        Ok(fixed.iter().filter(stays).cloned().collect())
    })
}

/// Fixes anew what is fixed of the lines of some measures, and leaves events.
fn rewrite(
    db: &mut Db,
    scope: &Scope,
    now: DateTime<Utc>,
    measure_ids: &[&str],
    reason: Option<&str>,
    work: impl Fn(&[Fixed], &[Payee]) -> Result<Vec<Fixed>>,
) -> Result<()> {
    let lines = rows::lines_fixed_for(db, measure_ids)?;
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    if lines.is_empty() {
        return Ok(());
    }
    let before = rows::fixed(db, &lines)?;
    let payees = rows::payees(db, &lines)?;
    let mut after: Vec<(&str, Vec<Fixed>)> = Vec::with_capacity(lines.len());
    for line in lines {
        let of_line: Vec<Payee> = payees
            .iter()
            .filter(|p| p.line_id == line)
            .cloned()
            .collect();
        let fixed = before.get(line).map(Vec::as_slice).unwrap_or_default();
        after.push((line, work(fixed, &of_line)?));
    }
    let changes = after.iter().map(|(line_id, after)| Change {
        line_id,
        before: before.get(*line_id).map(Vec::as_slice).unwrap_or_default(),
        after,
    });
    let changes: Vec<Change<'_>> = changes
        .filter(|change| !change.touched().is_empty())
        .collect();
    for change in &changes {
        let version = rows::version(db, change.line_id)?;
        rows::replace(db, change.line_id, version, change.after)?;
    }
    record(db, scope, now, &changes, reason)
}
