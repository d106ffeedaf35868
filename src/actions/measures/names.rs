//! Names of people, programmes, lines and the like that a request gives, and the ids that stand behind them.
//!
//! Each sort is read once, when it is first asked for: a table of ten thousand measures costs no more statements
//! than one with a handful.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Scope;
use crate::app::App;
use crate::domain::access::Role;
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::programme_file::Target;
use crate::error::Result;
use crate::store::measures::{self, Sight};
use crate::store::{Db, catalogues, programmes, target_objects, users};

/// What names stand for in one institution, as far as one person sees it.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Id and whether a measure can be given to them, by address in lower case.
    people: Option<HashMap<String, (String, bool)>>,
    programmes: Option<HashMap<String, String>>,
    lines: Option<HashMap<String, String>>,
    target_objects: Option<HashMap<String, String>>,
    targets: HashMap<String, Option<Target>>,
    measures: HashMap<String, Option<String>>,
    /// Which measure needs which: ids.
    dependencies: Option<BTreeMap<String, Vec<String>>>,
}

impl Names {
    /// Whoever an address names, if they may be responsible for a measure, stand in or check it: active, with a role
    /// that works.
    pub(super) fn worker(
        &mut self,
        db: &mut Db,
        scope: &Scope,
        faults: &mut Faults,
        pointer: &str,
        email: &str,
    ) -> Result<Option<String>> {
        match self.people(db, scope)?.get(&users::email_key(email)) {
            Some((id, true)) => Ok(Some(id.clone())),
            _ => {
                faults.push(Fault::new(pointer, FaultCode::NotAssignable).arg("value", email));
                Ok(None)
            }
        }
    }

    /// Whoever an address names, whatever their role.
    pub(super) fn member(
        &mut self,
        db: &mut Db,
        scope: &Scope,
        faults: &mut Faults,
        pointer: &str,
        email: &str,
    ) -> Result<Option<String>> {
        match self.people(db, scope)?.get(&users::email_key(email)) {
            Some((id, _)) => Ok(Some(id.clone())),
            None => {
                faults.push(Fault::new(pointer, FaultCode::UnknownReference).arg("value", email));
                Ok(None)
            }
        }
    }

    fn people(&mut self, db: &mut Db, scope: &Scope) -> Result<&HashMap<String, (String, bool)>> {
        if self.people.is_none() {
            let mut people: HashMap<String, (String, bool)> = HashMap::new();
            for member in users::active_members(db, &scope.institution.id)? {
                let works = matches!(member.role, Role::Isb | Role::Head | Role::Owner);
                let entry = people.entry(users::email_key(&member.email));
                entry.or_insert((member.id, false)).1 |= works;
            }
            self.people = Some(people);
        }
        Ok(self.people.get_or_insert_default())
    }

    /// Id of a programme that the caller may see; one out of sight is none.
    pub(super) fn programme(
        &mut self,
        db: &mut Db,
        app: &App,
        scope: &Scope,
        faults: &mut Faults,
        key: &str,
    ) -> Result<Option<String>> {
        if self.programmes.is_none() {
            let classes = app.policy.visibility(scope.person()?).programmes;
            let seen = programmes::all(db, &scope.institution.id)?;
            let seen = seen
                .into_iter()
                .filter(|p| classes.contains(&p.confidentiality));
            self.programmes = Some(
                seen.map(|programme| (programme.key, programme.id))
                    .collect(),
            );
        }
        let known = self.programmes.get_or_insert_default().get(key).cloned();
        if known.is_none() {
            faults.push(Fault::new("/programme", FaultCode::UnknownReference).arg("value", key));
        }
        Ok(known)
    }

    /// Ids of budget lines, as far as the caller may see their programmes.
    pub(super) fn lines(
        &mut self,
        db: &mut Db,
        app: &App,
        scope: &Scope,
        faults: &mut Faults,
        names: &[String],
    ) -> Result<Vec<String>> {
        if self.lines.is_none() {
            let classes = app.policy.visibility(scope.person()?).programmes;
            let lines = measures::all_lines(db, &scope.institution.id, &classes)?;
            let by_name = lines.into_iter().map(|line| (line.name(), line.id));
            self.lines = Some(by_name.collect());
        }
        Ok(known(
            self.lines.get_or_insert_default(),
            faults,
            "/budget_lines",
            names,
        ))
    }

    /// Ids of target objects.
    pub(super) fn target_objects(
        &mut self,
        db: &mut Db,
        scope: &Scope,
        faults: &mut Faults,
        keys: &[String],
    ) -> Result<Vec<String>> {
        if self.target_objects.is_none() {
            self.target_objects = Some(target_objects::ids(db, &scope.institution.id)?);
        }
        let objects = self.target_objects.get_or_insert_default();
        Ok(known(objects, faults, "/target_objects", keys))
    }

    /// Which measure of the institution needs which: ids. Kept up to date by [`Self::now_requires`]; nobody else may
    /// write meanwhile, which the caller sees to with a lock.
    pub(super) fn dependencies(
        &mut self,
        db: &mut Db,
        scope: &Scope,
    ) -> Result<&BTreeMap<String, Vec<String>>> {
        if self.dependencies.is_none() {
            let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for (measure, requires) in measures::dependencies(db, &scope.institution.id)? {
                all.entry(measure).or_default().push(requires);
            }
            self.dependencies = Some(all);
        }
        Ok(self.dependencies.get_or_insert_default())
    }

    /// Notes what a measure needs from now on.
    pub(super) fn now_requires(&mut self, measure: &str, requires: &[String]) {
        if let Some(all) = &mut self.dependencies {
            all.insert(measure.to_owned(), requires.to_vec());
        }
    }

    /// Ids of measures that the caller sees, by their references.
    pub(super) fn measures(
        &mut self,
        db: &mut Db,
        sight: &Sight<'_>,
        faults: &mut Faults,
        references: &[String],
    ) -> Result<Vec<String>> {
        self.read_measures(db, sight, references.iter())?;
        let found: HashMap<String, String> = references
            .iter()
            .filter_map(|text| Some((text.clone(), self.measures.get(text)?.clone()?)))
            .collect();
        Ok(known(&found, faults, "/requires", references))
    }

    /// Reads what some references stand for, in one go.
    pub(super) fn read_measures<'a>(
        &mut self,
        db: &mut Db,
        sight: &Sight<'_>,
        references: impl Iterator<Item = &'a String>,
    ) -> Result<()> {
        let unread: BTreeSet<&String> = references
            .filter(|text| !self.measures.contains_key(*text))
            .collect();
        if unread.is_empty() {
            return Ok(());
        }
        // PostgreSQL refuses to compare with what it cannot store.
        let storable = unread.iter().filter(|text| !text.contains('\0'));
        let asked: Vec<&str> = storable.map(|text| text.as_str()).collect();
        let found = measures::ids_by_reference(db, sight, &asked)?;
        for text in unread {
            self.measures.insert(text.clone(), found.get(text).cloned());
        }
        Ok(())
    }

    /// Reads what some links lead to, in one go.
    pub(super) fn read_targets<'a>(
        &mut self,
        db: &mut Db,
        references: impl Iterator<Item = &'a String>,
    ) -> Result<()> {
        let unread: BTreeSet<&String> = references
            .filter(|text| !self.targets.contains_key(*text))
            .collect();
        if unread.is_empty() {
            return Ok(());
        }
        let unread: Vec<String> = unread.into_iter().cloned().collect();
        let mut found = catalogues::targets(db, &unread)?;
        for text in unread {
            let target = found.remove(&text);
            self.targets.insert(text, target);
        }
        Ok(())
    }

    /// What links lead to; unknown ones are left out.
    pub(super) fn targets(&self, references: &[String]) -> HashMap<String, Target> {
        references
            .iter()
            .filter_map(|text| Some((text.clone(), self.targets.get(text)?.clone()?)))
            .collect()
    }
}

/// Ids behind names; each once, and none that is not there.
fn known(
    ids: &HashMap<String, String>,
    faults: &mut Faults,
    pointer: &str,
    names: &[String],
) -> Vec<String> {
    let mut found: Vec<String> = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        let code = match ids.get(name) {
            None => FaultCode::UnknownReference,
            Some(id) if found.contains(id) => FaultCode::Duplicate,
            Some(id) => {
                found.push(id.clone());
                continue;
            }
        };
        faults.push(Fault::new(format!("{pointer}/{index}"), code).arg("value", name));
    }
    found
}
