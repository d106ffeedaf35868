//! Programmes: reading, plan table, import.

mod table;

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::idempotent::{Answer, Request};
use super::measures::sight;
use super::{By, Entry, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource, Role};
use crate::domain::calendar::berlin_day;
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::measure::Status;
use crate::domain::plan::Plan;
use crate::domain::printed_total::PostTotalCheck;
use crate::domain::programme_file::{self as file, Known, ProgrammeFile, Target};
use crate::error::{Code, Error, Result};
use crate::store::measures::{Measure, UNDATED};
use crate::store::posts::Post;
use crate::store::programmes::{self, Duty, Programme, Stored};
use crate::store::resolutions::Resolution;
use crate::store::types::stored;
use crate::store::{Db, catalogues, measures, new_id, posts, users};

pub use table::{import_table, table};

fn may_read(app: &App, scope: &Scope, programme: &Programme) -> bool {
    let resource = Resource::Programme {
        confidentiality: programme.confidentiality,
    };
    app.policy
        .permits(&scope.actor, Action::ProgrammeRead, &resource)
}

/// A programme of an institution that the caller may see.
pub(super) fn visible(db: &mut Db, app: &App, scope: &Scope, key: &str) -> Result<Programme> {
    let programme = programmes::by_key(db, &scope.institution.id, key)?;
    if may_read(app, scope, &programme) {
        Ok(programme)
    } else {
        Err(Error::new(Code::NotFound))
    }
}

/// Programmes that the caller may see.
///
/// # Errors
/// `not_found`, `session_ended`
pub fn list(app: &App, by: By<'_>, institution: &str) -> Result<Vec<Programme>> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        let all = programmes::all(db, &scope.institution.id)?;
        Ok(all
            .into_iter()
            .filter(|programme| may_read(app, &scope, programme))
            .collect())
    })
}

/// A programme with its resolution and posts.
#[derive(Debug)]
pub struct Details {
    /// The programme.
    pub programme: Programme,
    /// The sitting that decides it.
    pub resolution: Option<Resolution>,
    /// Key of the programme that it is a part of.
    pub parent: Option<String>,
    /// Keys of its parts.
    pub parts: Vec<String>,
    /// Posts.
    pub posts: Vec<Post>,
    /// Printed numbers of posts, and verdicts.
    pub post_totals: Vec<PostTotalCheck>,
    /// Conditions.
    pub conditions: Vec<file::Condition>,
    /// Duties.
    pub duties: Vec<Duty>,
}

/// One programme.
///
/// # Errors
/// `not_found`, `session_ended`
pub fn read(app: &App, by: By<'_>, institution: &str, key: &str) -> Result<Details> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        let programme = visible(db, app, &scope, key)?;
        let resolution = programmes::resolution(db, &programme)?;
        // What was decided behind closed doors is for those who may see more than what is public.
        let resolution = resolution.filter(|resolution| {
            let resource = Resource::Resolution {
                public: resolution.is_public,
            };
            app.policy
                .permits(&scope.actor, Action::ResolutionRead, &resource)
        });
        let (id, institution_id) = (&programme.id, &scope.institution.id);
        let classes = app.policy.visibility(scope.person()?).programmes;
        let (parent, parts) = programmes::relatives(db, institution_id, &programme, &classes)?;
        Ok(Details {
            resolution,
            parent,
            parts,
            posts: posts::of_programme(db, id)?,
            post_totals: programmes::post_totals(db, institution_id, &programme, &classes)?,
            conditions: programmes::conditions(db, id)?,
            duties: programmes::duties(db, id)?,
            programme,
        })
    })
}

/// The plan table of a programme.
///
/// # Errors
/// `not_found`, `session_ended`
pub fn plan(app: &App, by: By<'_>, institution: &str, key: &str) -> Result<(Programme, Plan)> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        let programme = visible(db, app, &scope, key)?;
        let plan = programmes::plan(db, &programme, &sight(app, &scope)?)?;
        Ok((programme, plan))
    })
}

/// What an import has brought.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Imported {
    /// Keys of the programmes.
    pub programmes: Vec<String>,
    /// Number of lines.
    pub lines: usize,
    /// Number of measures.
    pub measures: usize,
    /// References of the measures by their key in the file.
    pub references: Vec<(String, String)>,
}

/// Imports a programme file as a whole or not at all.
///
/// # Errors
/// `invalid` with every fault and its place, `programme_exists`, `forbidden`, `not_found`,
/// `idempotency_key_reused`
pub fn import(
    app: &App,
    by: By<'_>,
    institution: &str,
    file: &ProgrammeFile,
    key: Option<&str>,
) -> Result<Answer<Imported>> {
    file::check_sizes(file)?;
    let target = format!("import_programme {institution}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            scope.require(app, Action::ProgrammeImport, &Resource::Institution)?;
            let measures = file
                .programmes
                .iter()
                .flat_map(|programme| &programme.measures);
            if measures
                .into_iter()
                .any(|measure| measure.status != Status::Proposed)
            {
                scope.require(app, Action::ProgrammeImportHistory, &Resource::Institution)?;
            }
            request.once(db, now, &scope, file, |db| add(db, &scope, now, file))
        })
    })
}

fn add(db: &mut Db, scope: &Scope, now: DateTime<Utc>, file: &ProgrammeFile) -> Result<Imported> {
    if file.institution != scope.institution.slug {
        let fault =
            Fault::new("/institution", FaultCode::Inconsistent).arg("value", &file.institution);
        return Err(vec![fault].into());
    }
    let known = known(db, &scope.institution.id, file)?;
    file::check(file, &known)?;
    refuse_known(db, &scope.institution.id, file)?;
    let resolutions = programmes::insert_resolutions(db, now, &scope.institution.id, file)?;
    let mut parents = parents(db, &scope.institution.id, file)?;
    let mut imported = Imported::default();
    for programme in &file.programmes {
        let institution_id = &scope.institution.id;
        let parent = programme.parent.as_ref().and_then(|key| parents.get(key));
        let origin = programmes::Origin {
            resolutions: &resolutions,
            parent_id: parent.map(String::as_str),
            booked_by: scope.actor.id(),
        };
        let stored = programmes::insert(db, now, institution_id, programme, &origin)?;
        parents.insert(programme.key.clone(), stored.id.clone());
        for measure in &programme.measures {
            let reference = insert_measure(db, scope, now, &stored, measure, &known)?;
            imported.references.push((measure.key.clone(), reference));
        }
        imported.programmes.push(programme.key.clone());
        imported.lines += programme.lines.len();
        imported.measures += programme.measures.len();
        let entry = Entry {
            action: Action::ProgrammeImport,
            entity_kind: "programme",
            entity_id: &stored.id,
            reason: None,
            details: json!({
                "key": programme.key,
                "lines": programme.lines.len(),
                "measures": programme.measures.len(),
            }),
        };
        scope.record(db, now, &entry)?;
    }
    Ok(imported)
}

fn refuse_known(db: &mut Db, institution_id: &str, file: &ProgrammeFile) -> Result<()> {
    let there = programmes::all(db, institution_id)?;
    if let Some(programme) = file
        .programmes
        .iter()
        .find(|programme| there.iter().any(|known| known.key == programme.key))
    {
        return Err(Error::with(Code::ProgrammeExists, "key", &programme.key));
    }
    let known = measures::external_keys(db, institution_id)?;
    let mut faults = Faults::new();
    for (programme, of_file) in file.programmes.iter().enumerate() {
        for (measure, of_file) in of_file.measures.iter().enumerate() {
            if known.contains(&of_file.key) {
                let at = format!("/programmes/{programme}/measures/{measure}/key");
                faults.push(Fault::new(at, FaultCode::Duplicate).arg("value", &of_file.key));
            }
        }
    }
    faults.finish()?;
    Ok(())
}

/// Ids of the programmes that are there, for those that are parts of one; a parent may stand in the file as well.
fn parents(
    db: &mut Db,
    institution_id: &str,
    file: &ProgrammeFile,
) -> Result<HashMap<String, String>> {
    let there = programmes::all(db, institution_id)?;
    let ids: HashMap<String, String> = there
        .into_iter()
        .map(|programme| (programme.key, programme.id))
        .collect();
    let mut faults = Faults::new();
    for (index, programme) in file.programmes.iter().enumerate() {
        let Some(parent) = &programme.parent else {
            continue;
        };
        let of_file = file.programmes.iter().any(|other| other.key == *parent);
        if !of_file && !ids.contains_key(parent) {
            let fault = Fault::new(
                format!("/programmes/{index}/parent"),
                FaultCode::UnknownReference,
            );
            faults.push(fault.arg("value", parent));
        }
    }
    faults.finish()?;
    Ok(ids)
}

/// What the file is checked against.
fn known(db: &mut Db, institution_id: &str, file: &ProgrammeFile) -> Result<Known> {
    let measures = file
        .programmes
        .iter()
        .flat_map(|programme| &programme.measures);
    let ids: Vec<String> = measures
        .flat_map(|measure| measure.fulfils.iter().chain(&measure.applies))
        .cloned()
        .collect();
    let targets: HashMap<String, Target> = catalogues::targets(db, &ids)?;
    let people = users::active_members(db, institution_id)?
        .into_iter()
        .filter(|member| matches!(member.role, Role::Isb | Role::Head | Role::Owner))
        .map(|member| (users::email_key(&member.email), member.id))
        .collect();
    Ok(Known { targets, people })
}

fn insert_measure(
    db: &mut Db,
    scope: &Scope,
    now: DateTime<Utc>,
    programme: &Stored,
    of_file: &file::Measure,
    known: &Known,
) -> Result<String> {
    let institution_id = scope.institution.id.clone();
    let (reference, reference_seq) =
        measures::next_reference(db, &institution_id, berlin_day(now).year())?;
    let due = of_file.due.as_ref();
    let due_current = due.map(|due| due.day);
    let mut measure = Measure {
        id: new_id(now),
        institution_id,
        reference: reference.clone(),
        reference_seq,
        external_key: Some(of_file.key.clone()),
        programme_id: Some(programme.id.clone()),
        title: of_file.title.clone(),
        title_public: of_file.title_public.clone(),
        search_key: String::new(),
        description: of_file.description.clone(),
        origin: of_file.origin,
        relevance: of_file.relevance,
        owner_id: of_file
            .owner
            .as_ref()
            .and_then(|email| known.people.get(&users::email_key(email)))
            .cloned(),
        org_unit: of_file
            .org_unit
            .as_deref()
            .map(|unit| unit.trim().to_owned()),
        status: of_file.status,
        status_reason: None,
        status_changed_at: stored(now),
        priority: of_file.priority,
        start_planned: of_file.start_planned,
        due_original: due_current.filter(|_| of_file.status.needs_plan()),
        due_current,
        due_sort: UNDATED,
        due_precision: due.map(|due| due.precision),
        due_text: due.map(|due| due.text.clone()),
        due_assumed: due.is_some_and(|due| due.assumed),
        completed_on: of_file.completed_on,
        confidentiality: of_file.confidentiality,
        version: 1,
        created_at: stored(now),
        updated_at: stored(now),
        deputy_id: None,
        verifier_id: None,
    };
    measure.derive();
    let mut details = measures::Details::of(&measure.id);
    details.needs_split = of_file.needs_split;
    details.note.clone_from(&of_file.note);
    details.set_sources(std::slice::from_ref(&of_file.source))?;
    if of_file.status.finished() {
        details.progress_percent = 100;
    }
    details.bound_since = of_file.status.runs().then(|| berlin_day(now));
    details.last_progress_at = Some(stored(now));
    measures::insert(db, &measure, &details)?;
    let links = super::measures::stored_links(&of_file.fulfils, &of_file.applies, &known.targets)?;
    measures::set_links(db, &measure.id, &links)?;
    let lines: Vec<&str> = of_file
        .lines
        .iter()
        .filter_map(|key| programme.lines.get(key))
        .map(String::as_str)
        .collect();
    measures::add_lines(db, &measure.id, &lines)?;
    let entry = Entry {
        action: Action::MeasureCreate,
        entity_kind: "measure",
        entity_id: &measure.id,
        reason: None,
        details: json!({ "reference": reference, "input": of_file }),
    };
    scope.record(db, now, &entry)?;
    Ok(reference)
}
