//! From the state that a measure is to have to the rows that hold it. All writes of a measure's fields end here, so
//! that each leaves the same trace: the fields that differ, with their old and new values.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::names::Names;
use super::{Scope, sight, stored_links};
use crate::actions::budget::drop_allocations;
use crate::actions::webhooks::status_changed;
use crate::app::App;
use crate::domain::calendar::berlin_day;
use crate::domain::deadline::{binds_anew, is_progress};
use crate::domain::dependency::{Dependency, find_cycle};
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::measure_state::{State, differences, first_values};
use crate::domain::programme_file::check_links;
use crate::error::{Error, Result};
use crate::store::measures::{Dossier, NewLink};
use crate::store::types::stored;
use crate::store::{Db, institutions, measures, users};

/// The fields that differ, by name: `{"priority": {"old": 2, "new": 1}}`.
pub(super) type Changes = Map<String, Value>;

/// Old and new values of what differs between two states.
pub(super) fn changes(before: &State, after: &State) -> Result<Changes> {
    differences(before, after).map_err(|cause| Error::internal("a measure's fields", cause))
}

/// What a new measure begins with, as changes from nothing.
pub(super) fn first_changes(state: &State) -> Result<Changes> {
    first_values(state).map_err(|cause| Error::internal("a measure's fields", cause))
}

/// Whether the measure is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is new.
    New,
    /// It is changed, over the version that it was read with.
    Changed,
}

/// Who writes, when, and what names they use.
pub(super) struct Writing<'a> {
    pub app: &'a App,
    pub scope: &'a Scope,
    pub now: DateTime<Utc>,
    pub names: &'a mut Names,
}

impl Writing<'_> {
    /// Address of an account.
    ///
    /// # Errors
    /// `internal` for an account that is gone in the middle
    pub(super) fn email_of(&self, db: &mut Db, user_id: &str) -> Result<String> {
        let user = users::by_id(db, user_id)?;
        user.map(|user| user.email)
            .ok_or_else(|| Error::bug("a caller without an account"))
    }

    /// Brings a measure's rows in line with the state that it is to have. Names that do not change are not looked up:
    /// an account that was closed since does not get in the way of another field.
    ///
    /// # Errors
    /// `invalid` with every name that stands for nothing, `stale`
    pub(super) fn store(
        &mut self,
        db: &mut Db,
        kind: Kind,
        dossier: &mut Dossier,
        before: &State,
        after: &State,
        changed: &Changes,
    ) -> Result<()> {
        let mut faults = Faults::new();
        fields(dossier, after)?;
        self.people(db, &mut faults, dossier, after, changed)?;
        if changed.contains_key("programme") {
            dossier.row.measure.programme_id = match &after.programme {
                Some(key) => self
                    .names
                    .programme(db, self.app, self.scope, &mut faults, key)?,
                None => None,
            };
        }
        if changed.contains_key("external_key") {
            self.external_key(db, &mut faults, dossier)?;
        }
        if changed.contains_key("status") {
            dossier.row.measure.status_changed_at = stored(self.now);
        }
        if binds_anew(before, after) {
            dossier.details.bound_since = Some(berlin_day(self.now));
        }
        if is_progress(before, after) {
            dossier.details.last_progress_at = Some(stored(self.now));
        }
        let links = self.links(db, &mut faults, after, changed)?;
        let lines = self.lines(db, &mut faults, dossier, before, after, changed)?;
        let requires = self.requires(db, &mut faults, dossier, after, changed)?;
        let objects = if changed.contains_key("target_objects") {
            let keys = &after.target_objects;
            Some(
                self.names
                    .target_objects(db, self.scope, &mut faults, keys)?,
            )
        } else {
            None
        };
        faults.finish()?;
        let measure = &mut dossier.row.measure;
        match kind {
            Kind::New => {
                measure.derive();
                measures::insert(db, measure, &dossier.details)?;
            }
            // The measure first: its row makes a second writer wait, and then find its version gone.
            Kind::Changed => measures::replace(db, self.now, measure, &dossier.details)?,
        }
        if kind == Kind::Changed && before.status != after.status {
            status_changed(db, self.app, self.scope, self.now, measure, before.status)?;
        }
        let id = measure.id.as_str();
        if let Some(links) = links {
            measures::set_links(db, id, &links)?;
        }
        if let Some(lines) = lines {
            let lines = strs(&lines);
            drop_allocations(db, self.scope, self.now, id, &lines)?;
            measures::set_lines(db, id, &lines)?;
        }
        if let Some(requires) = requires {
            measures::set_requires(db, id, &strs(&requires))?;
            self.names.now_requires(id, &requires);
        }
        if let Some(objects) = objects {
            measures::set_target_objects(db, id, &strs(&objects))?;
        }
        if changed.contains_key("place") {
            measures::set_place(db, id, after.place.as_ref())?;
        }
        Ok(())
    }

    fn people(
        &mut self,
        db: &mut Db,
        faults: &mut Faults,
        dossier: &mut Dossier,
        after: &State,
        changed: &Changes,
    ) -> Result<()> {
        let (measure, details) = (&mut dossier.row.measure, &mut dossier.details);
        for (name, email, id) in [
            ("owner", &after.owner, &mut measure.owner_id),
            ("deputy", &after.deputy, &mut measure.deputy_id),
            ("verifier", &after.verifier, &mut measure.verifier_id),
        ] {
            if changed.contains_key(name) {
                let pointer = format!("/{name}");
                *id = match email {
                    Some(email) => self.names.worker(db, self.scope, faults, &pointer, email)?,
                    None => None,
                };
            }
        }
        for (name, email, id) in [
            ("initiator", &after.initiator, &mut details.initiator_id),
            ("reported_by", &after.reported_by, &mut details.reported_by),
            ("verified_by", &after.verified_by, &mut details.verified_by),
            ("approved_by", &after.approved_by, &mut details.approved_by),
        ] {
            if changed.contains_key(name) {
                let pointer = format!("/{name}");
                *id = match email {
                    Some(email) => self.names.member(db, self.scope, faults, &pointer, email)?,
                    None => None,
                };
            }
        }
        let set = |id: &Option<String>, other: &Option<String>| id.is_some() && id == other;
        if set(&measure.deputy_id, &measure.owner_id) {
            faults.push(Fault::new("/deputy", FaultCode::Inconsistent));
        }
        // DOMAIN ROL-1: implementer and verifier are two, deputies included.
        if set(&measure.verifier_id, &measure.owner_id)
            || set(&measure.verifier_id, &measure.deputy_id)
        {
            faults.push(Fault::new("/verifier", FaultCode::Inconsistent));
        }
        Ok(())
    }

    fn external_key(&self, db: &mut Db, faults: &mut Faults, dossier: &Dossier) -> Result<()> {
        let Some(key) = &dossier.row.measure.external_key else {
            return Ok(());
        };
        let other = measures::id_by_external_key(db, &self.scope.institution.id, key)?;
        if other.is_some_and(|id| id != dossier.row.measure.id) {
            faults.push(Fault::new("/external_key", FaultCode::Duplicate).arg("value", key));
        }
        Ok(())
    }

    fn links(
        &mut self,
        db: &mut Db,
        faults: &mut Faults,
        after: &State,
        changed: &Changes,
    ) -> Result<Option<Vec<NewLink>>> {
        if !changed.contains_key("fulfils") && !changed.contains_key("applies") {
            return Ok(None);
        }
        let both: Vec<String> = after
            .fulfils
            .iter()
            .chain(&after.applies)
            .cloned()
            .collect();
        self.names.read_targets(db, both.iter())?;
        let targets = self.names.targets(&both);
        let mut of_links = Faults::new();
        check_links(&mut of_links, "/fulfils", &after.fulfils, &targets);
        check_links(&mut of_links, "/applies", &after.applies, &targets);
        if let Err(found) = of_links.finish() {
            found.into_iter().for_each(|fault| faults.push(fault));
            return Ok(None);
        }
        stored_links(&after.fulfils, &after.applies, &targets).map(Some)
    }

    /// Ids of the lines; those of programmes that the caller does not see stay.
    fn lines(
        &mut self,
        db: &mut Db,
        faults: &mut Faults,
        dossier: &Dossier,
        before: &State,
        after: &State,
        changed: &Changes,
    ) -> Result<Option<Vec<String>>> {
        if !changed.contains_key("budget_lines") {
            return Ok(None);
        }
        let is_gone = |name: &String| !after.budget_lines.contains(name);
        if before.budget_lines.iter().any(is_gone) {
            // Somebody may be fixing a share of a line that is just leaving the measure.
            institutions::lock(db, &self.scope.institution.id)?;
        }
        let there: BTreeMap<String, &String> = dossier
            .lines
            .iter()
            .map(|line| (line.name(), &line.id))
            .collect();
        let kept: Vec<String> = after
            .budget_lines
            .iter()
            .filter(|name| before.budget_lines.contains(name))
            .filter_map(|name| there.get(name).map(|id| (*id).clone()))
            .collect();
        let is_kept = |name: &&String| !before.budget_lines.contains(name);
        let new: Vec<String> = after.budget_lines.iter().filter(is_kept).cloned().collect();
        let new = self.names.lines(db, self.app, self.scope, faults, &new)?;
        Ok(Some(kept.into_iter().chain(new).collect()))
    }

    fn requires(
        &mut self,
        db: &mut Db,
        faults: &mut Faults,
        dossier: &Dossier,
        after: &State,
        changed: &Changes,
    ) -> Result<Option<Vec<String>>> {
        if !changed.contains_key("requires") {
            return Ok(None);
        }
        let sight = sight(self.app, self.scope)?;
        let ids = self.names.measures(db, &sight, faults, &after.requires)?;
        // Two writers could each add one half of a cycle.
        institutions::lock(db, &self.scope.institution.id)?;
        let id = dossier.row.measure.id.as_str();
        let all = self.names.dependencies(db, self.scope)?;
        let others: Vec<Dependency<'_>> = all
            .iter()
            .filter(|(measure, _)| *measure != id)
            .flat_map(|(measure, needed)| {
                needed
                    .iter()
                    .map(|requires| Dependency { measure, requires })
            })
            .collect();
        let added: Vec<Dependency<'_>> = ids
            .iter()
            .map(|requires| Dependency {
                measure: id,
                requires,
            })
            .collect();
        if let Some(cycle) = find_cycle(&others, &added) {
            let names = measures::references_by_id(db, &cycle)?;
            let name = |id: &&str| names.get(*id).cloned().unwrap_or_else(|| "…".to_owned());
            let cycle: Vec<String> = cycle.iter().map(name).collect();
            let fault = Fault::new("/requires", FaultCode::Cycle);
            faults.push(fault.arg("value", cycle.join(" → ")));
        }
        Ok(Some(ids))
    }
}

fn strs(ids: &[String]) -> Vec<&str> {
    ids.iter().map(String::as_str).collect()
}

/// The fields that are no names.
pub(super) fn fields(dossier: &mut Dossier, state: &State) -> Result<()> {
    let (measure, details) = (&mut dossier.row.measure, &mut dossier.details);
    measure.title.clone_from(&state.title);
    measure.title_public.clone_from(&state.title_public);
    measure.description.clone_from(&state.description);
    measure.external_key.clone_from(&state.external_key);
    measure.origin = state.origin;
    measure.relevance = state.relevance;
    measure.org_unit.clone_from(&state.org_unit);
    measure.status = state.status;
    measure.status_reason.clone_from(&state.status_reason);
    measure.priority = state.priority;
    measure.start_planned = state.start_planned;
    measure.due_current = state.due;
    measure.due_precision = state.due_precision;
    measure.due_text.clone_from(&state.due_text);
    measure.due_original = state.due_original;
    measure.due_assumed = state.due_assumed;
    measure.completed_on = state.completed_on;
    measure.confidentiality = state.confidentiality;
    details.set_sources(&state.sources)?;
    details.initiator_role.clone_from(&state.initiator_role);
    details.due_fixed_by = state.due_fixed_by;
    details.set_cost(&state.cost);
    details.no_budget_reason.clone_from(&state.no_budget_reason);
    details.no_module_reason.clone_from(&state.no_module_reason);
    details.set_accompanying(&state.accompanying)?;
    details.set_milestones(&state.milestones)?;
    details.progress_percent = state.progress_percent;
    details.residual_risk.clone_from(&state.residual_risk);
    details.blocked_by.clone_from(&state.blocked_by);
    details.blocked_until = state.blocked_until;
    let done = &state.implementation_description;
    details.implementation_description.clone_from(done);
    details.verified_on = state.verified_on;
    details.verification_method = state.verification_method;
    details
        .verification_result
        .clone_from(&state.verification_result);
    details.review_on = state.review_on;
    details.approved_on = state.approved_on;
    details.needs_split = state.needs_split;
    details.note.clone_from(&state.note);
    Ok(())
}
