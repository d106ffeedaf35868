//! What merging, replacing and splitting have in common: one transaction in which measures come to their end, others take
//! over what they had, and each that is touched leaves its event.

use serde::Serialize;
use serde_json::{Value, json};

use super::change::{Kind, Writing, changes, first_changes};
use super::consolidate::limits;
use super::names::Names;
use super::view::MeasureView;
use super::{By, Scope, facts, view, visible};
use crate::actions::Entry;
use crate::actions::budget::carry_allocations;
use crate::actions::idempotent::{Answer, Request};
use crate::actions::versions;
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::consolidation::{Refusal, redirected, replaced};
use crate::domain::measure::SuccessionKind;
use crate::domain::measure_state::State;
use crate::error::{Code, Error, Result};
use crate::store::measures::succession::{NewSuccession, add_succession, waiting_for};
use crate::store::measures::{self, Dossier, Measure};
use crate::store::{Db, institutions, postponements};

/// The measure of the path, in the version that the caller has seen.
#[derive(Debug, Clone, Copy)]
pub struct OneMeasure<'a> {
    /// Slug of the institution.
    pub institution: &'a str,
    /// Reference or id.
    pub measure: &'a str,
    /// ETag that was read.
    pub seen: &'a str,
}

/// A request with a reason.
pub(super) trait Reasoned: Serialize {
    fn reason(&self) -> &str;
}

impl Reasoned for super::consolidate::MergeInput {
    fn reason(&self) -> &str {
        &self.reason
    }
}

impl Reasoned for super::consolidate::ReplacementInput {
    fn reason(&self) -> &str {
        &self.reason
    }
}

impl Reasoned for super::split::SplitInput {
    fn reason(&self) -> &str {
        &self.reason
    }
}

/// A consolidation under way.
pub(super) struct Case<'a, 'b> {
    pub writing: &'b mut Writing<'a>,
    pub kind: SuccessionKind,
    pub reason: &'b str,
    /// Ids of all measures that were touched, and what they were before, if they were there.
    touched: Vec<(String, Option<State>)>,
}

/// Runs `work` on the measure of the path, if the caller may consolidate it and has seen its present version, and
/// answers with the measure as it is then.
///
/// # Errors
/// `stale`, `forbidden`, `not_found`, `session_ended`, `idempotency_key_reused`, what `work` says
pub(super) fn consolidate<I: Reasoned>(
    app: &App,
    by: By<'_>,
    operation: &str,
    target: OneMeasure<'_>,
    input: &I,
    key: Option<&str>,
    work: impl Fn(&mut Db, &mut Case<'_, '_>, Dossier) -> Result<()>,
) -> Result<Answer<MeasureView>> {
    let OneMeasure {
        institution,
        measure,
        seen,
    } = target;
    let target = format!("{operation} {institution} {measure} {seen}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            let mut writing = Writing {
                app,
                scope: &scope,
                now,
                names: &mut Names::default(),
            };
            let mut case = Case {
                writing: &mut writing,
                kind: SuccessionKind::Split,
                reason: input.reason(),
                touched: Vec::new(),
            };
            let id = visible(db, app, &scope, measure)?.measure.id;
            request.once(db, now, &scope, input, |db| {
                // Nobody may tie a measure to one that is just coming to its end.
                institutions::lock(db, &scope.institution.id)?;
                let row = visible(db, app, &scope, &id)?;
                case.require_right(&row.measure)?;
                versions::require(seen, row.measure.version)?;
                let dossier = measures::dossier(db, row)?;
                work(db, &mut case, dossier)?;
                let row = measures::get(db, &scope.institution.id, &id)?;
                view(db, app, &scope, row, berlin_day(now))
            })
        })
    })
}

impl Case<'_, '_> {
    /// Asks the policy.
    ///
    /// # Errors
    /// `forbidden`
    pub(super) fn require_right(&self, measure: &Measure) -> Result<()> {
        let resource = Resource::Measure(facts(measure, None, false));
        let (app, scope) = (self.writing.app, self.writing.scope);
        scope.require(app, Action::MeasureConsolidate, &resource)
    }

    /// Notes what a measure was before, for its event; a new one was nothing.
    pub(super) fn touch(&mut self, id: &str, before: Option<&State>) {
        self.touched.push((id.to_owned(), before.cloned()));
    }

    /// Brings a measure in line with the state that it is to have.
    ///
    /// # Errors
    /// `invalid`, `stale`
    pub(super) fn change(
        &mut self,
        db: &mut Db,
        dossier: &mut Dossier,
        before: &State,
        after: &State,
    ) -> Result<()> {
        self.touch(&dossier.row.measure.id, Some(before));
        let changed = changes(before, after)?;
        self.writing
            .store(db, Kind::Changed, dossier, before, after, &changed)
    }

    /// Lets a measure come to its end; all that it had stays with it for whoever looks it up.
    ///
    /// # Errors
    /// `stale`, `postponement_pending`
    pub(super) fn retire(
        &mut self,
        db: &mut Db,
        mut dossier: Dossier,
        before: &State,
    ) -> Result<()> {
        // It would ask for a date that no longer is one.
        if postponements::any_pending(db, &dossier.row.measure.id)? {
            return Err(Error::new(Code::PostponementPending));
        }
        let after = replaced(before, self.reason);
        self.change(db, &mut dossier, before, &after)
    }

    /// Lets those that take over have the shares of lines that were fixed for others: ids.
    ///
    /// # Errors
    /// `sum_out_of_range`, `stale`
    pub(super) fn carry_allocations(
        &self,
        db: &mut Db,
        gone: &[&str],
        successors: &[&str],
    ) -> Result<()> {
        let (scope, now, reason) = (self.writing.scope, self.writing.now, self.reason.trim());
        carry_allocations(db, scope, now, gone, successors, reason)
    }

    /// Notes that one measure went into another: ids.
    ///
    /// # Errors
    /// `forbidden` where nobody decides
    pub(super) fn succeed(&self, db: &mut Db, predecessor: &str, successor: &str) -> Result<()> {
        let new = NewSuccession {
            predecessor,
            successor,
            kind: self.kind,
            reason: self.reason.trim(),
            decided_by: Some(&self.writing.scope.person()?.id),
        };
        add_succession(db, self.writing.now, &new)
    }

    /// Whatever needed one of the old ones needs the new ones from now on: ids and references.
    ///
    /// # Errors
    /// `invalid` for a cycle, `stale`
    pub(super) fn redirect(
        &mut self,
        db: &mut Db,
        olds: &[(&str, &str)],
        successors: &[(&str, &str)],
    ) -> Result<()> {
        let ids: Vec<&str> = olds.iter().map(|(id, _)| *id).collect();
        let names = |all: &[(&str, &str)]| -> Vec<String> {
            all.iter()
                .map(|(_, reference)| (*reference).to_owned())
                .collect()
        };
        let (old_names, new_names) = (names(olds), names(successors));
        let old_names: Vec<&str> = old_names.iter().map(String::as_str).collect();
        let new_names: Vec<&str> = new_names.iter().map(String::as_str).collect();
        let rows = waiting_for(db, &self.writing.scope.institution.id, &ids)?;
        for mut dossier in measures::dossiers(db, rows)? {
            let before = dossier.state()?;
            let after = State {
                requires: redirected(&before.requires, &old_names, &new_names),
                ..before.clone()
            };
            limits(&after)?;
            self.change(db, &mut dossier, &before, &after)?;
        }
        Ok(())
    }

    /// Leaves an event for each measure that was touched, with what differs now that all is written.
    ///
    /// # Errors
    /// `internal`
    pub(super) fn record(
        &self,
        db: &mut Db,
        olds: &[(&str, &str)],
        successors: &[(&str, &str)],
    ) -> Result<()> {
        let names = |all: &[(&str, &str)]| -> Value { all.iter().map(|(_, name)| *name).collect() };
        let scope = self.writing.scope;
        for (id, before) in &self.touched {
            let row = measures::get(db, &scope.institution.id, id)?;
            let dossier = measures::dossier(db, row)?;
            let now = dossier.state()?;
            let changed = match before {
                Some(before) => changes(before, &now)?,
                None => first_changes(&now)?,
            };
            let entry = Entry {
                action: Action::MeasureConsolidate,
                entity_kind: "measure",
                entity_id: id,
                reason: Some(self.reason.trim()),
                details: json!({
                    "reference": dossier.row.measure.reference, "kind": self.kind,
                    "from": names(olds), "to": names(successors),
                    "changes": changed,
                }),
            };
            scope.record(db, self.writing.now, &entry)?;
        }
        Ok(())
    }
}

/// The problem that a refusal is; `old` and `successor` are references.
pub(super) fn refused(refusal: Refusal, old: &str, successor: &str) -> Error {
    match refusal {
        Refusal::Over(status) => {
            Error::with(Code::ConsolidationOver, "reference", old).arg("from", status)
        }
        Refusal::NoSuccessor(status) => {
            Error::with(Code::NoSuccessor, "reference", successor).arg("from", status)
        }
        Refusal::NotRunning(status) => Error::with(Code::SuccessorNotRunning, "reference", old)
            .arg("successor", successor)
            .arg("from", status),
        Refusal::DueLater(due) => Error::with(Code::SuccessorDueLater, "reference", old)
            .arg("successor", successor)
            .arg("due", due),
    }
}

/// An error whose faults stand elsewhere in the request.
pub(super) fn placed(error: Error, place: impl Fn(&str) -> String) -> Error {
    match error {
        Error::Problem(mut problem) => {
            for fault in &mut problem.faults {
                fault.pointer = place(&fault.pointer);
            }
            Error::Problem(problem)
        }
        other @ Error::Internal { .. } => other,
    }
}
