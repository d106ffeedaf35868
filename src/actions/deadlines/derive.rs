//! From rows to deadlines: what each is called, when it is due, since when it binds, and who answers for it.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime};

use super::sources::{Place, Row, kind_of_duty};
use crate::actions::budget;
use crate::domain::access::Role;
use crate::domain::calendar::berlin_day;
use crate::domain::catalogue::reference;
use crate::domain::deadline::{Circumstances, Deadline, Kind, Source};
use crate::domain::measure::Confidentiality;
use crate::error::Result;
use crate::store::Db;
use crate::store::deadlines::{
    self, CheckRow, DutyRow, EvidenceRow, Facts, MeasureRow, PostRow, Reader, SetRow,
};

/// How much is asked of a deadline.
#[derive(Debug, Clone, Copy)]
pub(in crate::actions) enum Depth<'a> {
    /// The deadline alone.
    Deadline,
    /// Its states as well, as far as the reader may know.
    States(&'a Reader<'a>),
}

/// A deadline with what it comes from.
#[derive(Debug)]
pub(in crate::actions) struct Derived {
    /// The deadline.
    pub deadline: Deadline,
    /// Where it stands in the order of all.
    pub place: Place,
    /// What its states depend on besides its day.
    pub circumstances: Circumstances,
    /// Path of what it is about, below that of the institution.
    pub path: String,
    /// Counts changes of what it is derived from.
    pub version: i32,
    /// Last change of what it is derived from (UTC).
    pub changed_at: NaiveDateTime,
    /// As it was set, where somebody set it.
    pub set: Option<SetRow>,
}

/// Derives deadlines from their rows, which all belong to one institution where states are asked for. The number of statements
/// does not depend on how many they are.
pub(super) fn derive(
    db: &mut Db,
    rows: Vec<Row>,
    today: NaiveDate,
    depth: Depth<'_>,
) -> Result<Vec<Derived>> {
    let reader = match depth {
        Depth::Deadline => None,
        Depth::States(reader) => Some(reader),
    };
    let with_states = reader.is_some();
    let measures = || {
        rows.iter().filter_map(|row| match row {
            Row::Measure(_, measure) => Some(measure),
            _ => None,
        })
    };
    let ids: HashSet<&str> = measures().map(|measure| measure.id.as_str()).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let facts = if with_states || !ids.is_empty() {
        deadlines::facts(db, &ids, with_states)?
    } else {
        Facts::default()
    };
    let owners = if with_states {
        let owners: HashSet<&str> = measures().filter_map(|m| m.owner_id.as_deref()).collect();
        let institution_id = measures().next().map_or("", |m| m.institution_id.as_str());
        let owners: Vec<&str> = owners.into_iter().collect();
        deadlines::active_members(db, institution_id, &owners)?
    } else {
        HashSet::new()
    };
    let over_budget = match reader.and_then(|reader| Some((reader, reader.money.as_ref()?))) {
        Some((reader, lines)) => {
            // Of their other deadlines it is not said.
            let due = rows.iter().filter_map(|row| match row {
                Row::Measure(Source::Implementation, measure) => Some(measure.id.as_str()),
                _ => None,
            });
            let due: Vec<&str> = due.collect();
            budget::over_budget(db, &reader.measures, lines, Some(&due))?
        }
        None => HashSet::new(),
    };
    let known = Known {
        facts,
        owners,
        over_budget,
    };
    let derived = |row: Row| {
        let place = row.place();
        match row {
            Row::Measure(_, row) => of_measure(place, row, &known),
            Row::Check(_, row) => of_check(place, row),
            Row::Evidence(row) => of_evidence(place, row),
            Row::Post(row) => of_post(place, row),
            Row::Set(row) => of_set(place, row),
            Row::Duty(row, _) => of_duty(place, row),
        }
    };
    let mut found: Vec<Derived> = rows.into_iter().map(derived).collect();
    if with_states || !found.is_empty() {
        let ids: Vec<&str> = found.iter().map(|one| one.deadline.id.as_str()).collect();
        let pauses = deadlines::active_pauses(db, &ids, today)?;
        for one in &mut found {
            let key = (one.deadline.id.clone(), one.deadline.due);
            one.deadline.paused_until = pauses.get(&key).copied();
        }
    }
    Ok(found)
}

/// A deadline of which little is known yet.
fn blank(place: &Place, kind: Kind) -> Deadline {
    let due = place.due;
    Deadline {
        id: format!("{}:{}", place.source, place.id),
        kind,
        reference: String::new(),
        title: String::new(),
        title_public: None,
        confidentiality: Confidentiality::Internal,
        status: None,
        due,
        due_original: due,
        due_text: None,
        since: due,
        urgent: false,
        owner: None,
        deputy: None,
        role: None,
        org_unit: None,
        postponements: 0,
        paused_until: None,
    }
}

fn day_of(at: NaiveDateTime) -> NaiveDate {
    berlin_day(at.and_utc())
}

/// What is known of the measures of some rows.
struct Known {
    facts: Facts,
    /// User ids of those who can act.
    owners: HashSet<String>,
    /// Ids of measures.
    over_budget: HashSet<String>,
}

fn of_measure(place: Place, row: MeasureRow, known: &Known) -> Derived {
    let facts = &known.facts;
    let kind = match place.source {
        Source::Start => Kind::Start,
        Source::Verification => Kind::Verification,
        Source::Review => Kind::Review,
        _ => Kind::Implementation,
    };
    let bound = row.bound_since.unwrap_or_else(|| day_of(row.created_at));
    let mut deadline = Deadline {
        reference: row.reference.clone(),
        title: row.title,
        title_public: row.title_public,
        confidentiality: row.confidentiality,
        status: Some(row.status),
        since: bound,
        urgent: row.priority == 1 || facts.fulfils_basic.contains(&row.id),
        owner: row.owner_id.clone(),
        deputy: row.deputy_id,
        org_unit: row.org_unit,
        ..blank(&place, kind)
    };
    match place.source {
        Source::Verification => {
            deadline.since = place.stored;
            deadline.role = row.verifier_id.is_none().then_some(Role::Isb);
            deadline.owner = row.verifier_id;
            deadline.deputy = None;
        }
        Source::Review => {
            deadline.since = day_of(row.status_changed_at);
            deadline.role = Some(Role::Isb);
            deadline.owner = None;
            deadline.deputy = None;
        }
        Source::Start => {}
        _ => {
            deadline.due_original = row.due_original.unwrap_or(place.due);
            deadline.due_text = row.due_text;
            deadline.postponements = facts.postponements.get(&row.id).copied().unwrap_or(0);
        }
    }
    let circumstances = Circumstances {
        owned: row.owner_id.is_some_and(|id| known.owners.contains(&id)),
        waits: facts.waits.contains(&row.id),
        over_budget: known.over_budget.contains(&row.id),
        last_progress: row.last_progress_at.map(day_of),
    };
    Derived {
        place,
        deadline,
        circumstances,
        path: format!("measures/{}", row.reference),
        version: row.version,
        changed_at: row.updated_at,
        set: None,
    }
}

fn of_check(place: Place, row: CheckRow) -> Derived {
    let kind = match place.source {
        Source::RiskAcceptance => Kind::RiskAcceptance,
        _ => Kind::GsCheckRefresh,
    };
    let title = match &row.target_object {
        Some(key) => format!("{} ({key})", row.title),
        None => row.title,
    };
    // A risk is prepared by the ISB, whoever made the check.
    let assessor = row.assessor_id.filter(|_| kind == Kind::GsCheckRefresh);
    let deadline = Deadline {
        reference: reference(&row.catalogue, &row.requirement_id),
        title,
        // What is known of gaps (DOMAIN ROL-11).
        confidentiality: Confidentiality::Confidential,
        since: row.checked_on.unwrap_or_else(|| day_of(row.updated_at)),
        role: assessor.is_none().then_some(Role::Isb),
        owner: assessor,
        ..blank(&place, kind)
    };
    Derived {
        place,
        deadline,
        circumstances: Circumstances::default(),
        path: format!("checks/{}", row.id),
        version: row.version,
        changed_at: row.updated_at,
        set: None,
    }
}

fn of_evidence(place: Place, row: EvidenceRow) -> Derived {
    let deadline = Deadline {
        reference: row.measure.clone(),
        title: row.title,
        confidentiality: row.confidentiality.max(row.of_measure),
        since: day_of(row.added_at),
        role: row.owner_id.is_none().then_some(Role::Isb),
        owner: row.owner_id,
        deputy: row.deputy_id,
        org_unit: row.org_unit,
        ..blank(&place, Kind::Evidence)
    };
    Derived {
        place,
        deadline,
        circumstances: Circumstances::default(),
        path: format!("measures/{}/evidence", row.measure),
        version: 1,
        changed_at: row.added_at,
        set: None,
    }
}

fn of_post(place: Place, row: PostRow) -> Derived {
    let title = match &row.grade {
        Some(grade) => format!("{}, {grade}", row.org_unit),
        None => row.org_unit.clone(),
    };
    let deadline = Deadline {
        reference: row.programme,
        title,
        confidentiality: row.confidentiality,
        since: day_of(born(&row.id).unwrap_or(row.imported_at)),
        role: Some(Kind::PostStart.default_role()),
        org_unit: Some(row.org_unit),
        ..blank(&place, Kind::PostStart)
    };
    Derived {
        place,
        deadline,
        circumstances: Circumstances::default(),
        path: format!("posts/{}", row.id),
        version: row.version,
        changed_at: row.imported_at,
        set: None,
    }
}

/// When the row of an id was made: ids tell (UUIDv7).
fn born(id: &str) -> Option<NaiveDateTime> {
    let (seconds, nanos) = uuid::Uuid::parse_str(id).ok()?.get_timestamp()?.to_unix();
    let at = DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)?;
    Some(at.naive_utc())
}

fn of_set(place: Place, row: SetRow) -> Derived {
    let set = &row.deadline;
    let deadline = Deadline {
        reference: set.reference.clone(),
        title: set.title.clone(),
        title_public: set.title_public.clone(),
        confidentiality: set.confidentiality,
        due_original: set.due_original,
        since: set.bound_since,
        owner: set.owner_id.clone(),
        deputy: set.deputy_id.clone(),
        role: set.role,
        org_unit: set.org_unit.clone(),
        ..blank(&place, set.kind)
    };
    Derived {
        place,
        circumstances: Circumstances::default(),
        path: format!("deadlines/{}", deadline.id),
        deadline,
        version: set.version,
        changed_at: set.updated_at,
        set: Some(row),
    }
}

fn of_duty(place: Place, row: DutyRow) -> Derived {
    let kind = kind_of_duty(row.recurrence);
    let deadline = Deadline {
        reference: row.key,
        title: row.text,
        confidentiality: row.confidentiality,
        since: day_of(row.imported_at),
        role: Some(kind.default_role()),
        ..blank(&place, kind)
    };
    Derived {
        place,
        deadline,
        circumstances: Circumstances::default(),
        path: format!("programmes/{}", row.programme),
        version: 1,
        changed_at: row.imported_at,
        set: None,
    }
}
