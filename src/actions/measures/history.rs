//! What became of a measure: every change of every field, and the measure as it stood at an instant (DOMAIN AUD-3).
//!
//! Both are read from the audit trail. Each event that changed a field says what it was before; what is undone of
//! the measure as it is now, newest first, gives what it was then.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::view::{MeasureView, OwnerView};
use super::{By, Scope, classes_seen, visible};
use crate::app::App;
use crate::domain::calendar::{berlin_day, berlin_instant};
use crate::domain::fault::{Fault, FaultCode};
use crate::domain::measure::{Confidentiality, LinkKind};
use crate::domain::measure_state::State;
use crate::error::{Code, Error, Result};
use crate::store::audit::{self, Recorded};
use crate::store::measures::{Dossier, Measure};
use crate::store::types::{from_json, stored};
use crate::store::{Db, measures, programmes, users};

/// An event in the life of a measure.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryView {
    /// Place in the trail.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// `user`, `operator` or `service`.
    pub actor_kind: String,
    /// Who, if it was a person.
    pub actor: Option<OwnerView>,
    /// What.
    #[schema(example = "measure.updated")]
    pub action: String,
    /// Why.
    pub reason: Option<String>,
    /// It was of a class then that the reader does not see: neither the reason nor what changed is shown.
    pub hidden: bool,
    /// Fields that changed, with their old and new values. Values of programmes out of the reader's sight are left out.
    pub changes: Vec<FieldChange>,
}

/// A field that changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldChange {
    /// Name of the field.
    #[schema(example = "priority")]
    pub field: String,
    /// Value before.
    #[schema(value_type = Option<serde_json::Value>)]
    pub old: Value,
    /// Value after.
    #[schema(value_type = Option<serde_json::Value>)]
    pub new: Value,
}

/// An instant, or the end of a day in Berlin.
#[derive(Debug, Clone, Copy)]
pub enum AsOf {
    /// An instant.
    Instant(DateTime<Utc>),
    /// A day.
    Day(NaiveDate),
}

impl std::str::FromStr for AsOf {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        match text.parse() {
            Ok(day) => Ok(AsOf::Day(day)),
            Err(_) => DateTime::parse_from_rfc3339(text).map(|at| AsOf::Instant(at.to_utc())),
        }
    }
}

impl AsOf {
    /// The last instant that counts.
    fn instant(self) -> DateTime<Utc> {
        match self {
            AsOf::Instant(at) => at,
            AsOf::Day(day) => {
                let midnight = berlin_instant(day.succ_opt().unwrap_or(day), NaiveTime::MIN);
                midnight - chrono::Duration::microseconds(1)
            }
        }
    }
}

/// A page of the history of a measure, newest first, below `before` (exclusive).
///
/// # Errors
/// `not_found`, `session_ended`
pub fn history(
    app: &App,
    by: By<'_>,
    institution: &str,
    measure: &str,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<HistoryView>> {
    let now = app.clock.now();
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let measure = visible(db, app, &scope, measure)?.measure;
        let events = audit::of_entity(db, "measure", &measure.id, before, limit)?;
        let classes = Classes::of(db, &measure)?;
        let seen = classes_seen(app, &scope, &measure)?;
        let hidden = hidden_programmes(db, app, &scope)?;
        let actors: BTreeSet<&str> = events
            .iter()
            .filter_map(|event| event.actor_id.as_deref())
            .collect();
        let accounts = users::accounts(db, &actors.into_iter().collect::<Vec<_>>())?;
        let views = events.into_iter().map(|event| {
            let actor = event.actor_id.as_ref().and_then(|id| accounts.get(id));
            let actor = actor.map(OwnerView::from);
            let is_hidden = classes
                .at(event.seq)
                .iter()
                .any(|class| !seen.contains(class));
            let mut changes = changes_of(&event)?;
            changes.extend(shares_of(&event)?);
            if is_hidden {
                changes.clear();
            }
            let changes = changes.into_iter().map(|(field, mut values)| FieldChange {
                old: shown(&field, taken(&mut values, "old"), &hidden),
                new: shown(&field, taken(&mut values, "new"), &hidden),
                field,
            });
            Ok(HistoryView {
                seq: event.seq,
                at: event.at.and_utc(),
                actor_kind: event.actor_kind,
                actor,
                action: event.action,
                reason: event.reason.filter(|_| !is_hidden),
                hidden: is_hidden,
                changes: changes.collect(),
            })
        });
        views.collect()
    })
}

/// The measure as it stood; with the class that it had then, if the caller may see that.
///
/// # Errors
/// `not_found` (also before it was there), `malformed` for a time to come, `session_ended`
pub fn read_as_of(
    app: &App,
    by: By<'_>,
    institution: &str,
    measure: &str,
    as_of: AsOf,
) -> Result<MeasureView> {
    let now = app.clock.now();
    let at = as_of.instant();
    let in_future = match as_of {
        AsOf::Instant(at) => at > now,
        AsOf::Day(day) => day > berlin_day(now),
    };
    if in_future {
        let fault = Fault::new("?as_of", FaultCode::OutOfRange);
        let fault = fault.arg("min", "0001-01-01").arg("max", berlin_day(now));
        return Err(Error::new(Code::Malformed).faults(vec![fault]));
    }
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let row = visible(db, app, &scope, measure)?;
        if row.measure.created_at > stored(at) {
            return Err(Error::new(Code::NotFound));
        }
        let later = audit::of_entity_after(db, "measure", &row.measure.id, stored(at))?;
        let dossier = measures::dossier(db, row)?;
        let then = taken_back(db, dossier, &later)?;
        let measure = &then.row.measure;
        if !classes_seen(app, &scope, measure)?.contains(&measure.confidentiality) {
            return Err(Error::new(Code::NotFound));
        }
        let programmes = app.policy.visibility(scope.person()?).programmes;
        // Money is booked on lines, not on the measure; what was booked when is for the ledger of entries to say.
        MeasureView::new(then, Vec::new(), &programmes, berlin_day(at))
    })
}

/// The classes that a measure went through.
struct Classes {
    now: Confidentiality,
    /// Place in the trail and class before, newest first.
    changes: Vec<(i64, Confidentiality)>,
}

impl Classes {
    fn of(db: &mut Db, measure: &Measure) -> Result<Classes> {
        let events = audit::of_entity_changing(db, "measure", &measure.id, "confidentiality")?;
        let mut changes = Vec::new();
        for event in events {
            let of_event = changes_of(&event)?;
            let old = of_event
                .get("confidentiality")
                .and_then(|values| values.get("old")?.as_str());
            if let Some(old) = old.and_then(|old| old.parse().ok()) {
                changes.push((event.seq, old));
            }
        }
        Ok(Classes {
            now: measure.confidentiality,
            changes,
        })
    }

    /// The classes before and after an event.
    fn at(&self, seq: i64) -> [Confidentiality; 2] {
        let before = |earliest: i64| {
            let later = self.changes.iter().take_while(|(at, _)| *at >= earliest);
            later.last().map_or(self.now, |(_, class)| *class)
        };
        [before(seq), before(seq + 1)]
    }
}

/// A measure without the changes of some events, which are given newest first.
fn taken_back(db: &mut Db, mut dossier: Dossier, later: &[Recorded]) -> Result<Dossier> {
    let changes: Vec<Map<String, Value>> = later.iter().map(changes_of).collect::<Result<_>>()?;
    let now = dossier.state()?;
    let then = now
        .before(changes.iter().filter(|change| !change.is_empty()))
        .map_err(|cause| Error::internal("a measure's history", cause))?;
    let versions = changes.iter().filter(|change| !change.is_empty()).count();
    let versions = i32::try_from(versions).unwrap_or(i32::MAX);
    let measure = &mut dossier.row.measure;
    measure.version = measure.version.saturating_sub(versions).max(1);
    super::change::fields(&mut dossier, &then)?;
    people(db, &mut dossier, &then)?;
    relations(db, &mut dossier, &then)?;
    Ok(dossier)
}

/// Accounts by the addresses that they had; one that is gone keeps its address as its name.
fn people(db: &mut Db, dossier: &mut Dossier, then: &State) -> Result<()> {
    let named = [
        &then.owner,
        &then.deputy,
        &then.verifier,
        &then.initiator,
        &then.reported_by,
        &then.verified_by,
        &then.approved_by,
    ];
    let emails: Vec<&str> = named.iter().filter_map(|email| email.as_deref()).collect();
    let found = users::by_emails(db, &emails)?;
    let mut ids = [const { None }; 7];
    for (id, email) in ids.iter_mut().zip(named) {
        let Some(email) = email else { continue };
        let known = found.get(&users::email_key(email)).cloned();
        let (user_id, account) = known.unwrap_or_else(|| {
            let account = users::Account {
                email: email.clone(),
                name: email.clone(),
            };
            (email.clone(), account)
        });
        dossier.accounts.insert(user_id.clone(), account);
        *id = Some(user_id);
    }
    let owner = ids[0].as_ref().and_then(|id| dossier.accounts.get(id));
    dossier.row.owner = owner.map(|a| (a.email.clone(), a.name.clone()));
    let (measure, details) = (&mut dossier.row.measure, &mut dossier.details);
    let [
        owner,
        deputy,
        verifier,
        initiator,
        reported_by,
        verified_by,
        approved_by,
    ] = ids;
    (measure.owner_id, measure.deputy_id, measure.verifier_id) = (owner, deputy, verifier);
    (details.initiator_id, details.reported_by) = (initiator, reported_by);
    (details.verified_by, details.approved_by) = (verified_by, approved_by);
    Ok(())
}

/// Links, lines, needs and the like by the names that they had.
fn relations(db: &mut Db, dossier: &mut Dossier, then: &State) -> Result<()> {
    let institution_id = dossier.row.measure.institution_id.clone();
    let all = programmes::all(db, &institution_id)?;
    dossier.row.programme = then.programme.as_ref().and_then(|key| {
        let programme = all.iter().find(|programme| programme.key == *key)?;
        Some((programme.key.clone(), programme.confidentiality))
    });
    let kinds = [
        (LinkKind::Fulfils, &then.fulfils),
        (LinkKind::Applies, &then.applies),
    ];
    let named = kinds
        .iter()
        .flat_map(|(kind, names)| names.iter().map(move |name| (*kind, name)));
    let new: Vec<String> = named
        .clone()
        .filter(|(kind, name)| {
            !dossier
                .links
                .iter()
                .any(|l| l.kind == *kind && l.reference() == **name)
        })
        .map(|(_, name)| name.clone())
        .collect();
    let mut found = measures::links_to(db, &new)?;
    let links = named.filter_map(|(kind, name)| {
        let there = dossier
            .links
            .iter()
            .find(|l| l.kind == kind && l.reference() == *name);
        let mut link = there.cloned().or_else(|| found.remove(name))?;
        link.kind = kind;
        Some(link)
    });
    dossier.links = links.collect();
    let lines = measures::all_lines(db, &institution_id, Confidentiality::ALL)?;
    let is_named = |line: &measures::Line| then.budget_lines.contains(&line.name());
    dossier.lines = lines.into_iter().filter(is_named).collect();
    let pair = |name: &String| (String::new(), name.clone());
    dossier.requires = then.requires.iter().map(pair).collect();
    let object = |key: &String| measures::TargetObject {
        id: String::new(),
        key: key.clone(),
        name: String::new(),
    };
    dossier.target_objects = then.target_objects.iter().map(object).collect();
    dossier.place.clone_from(&then.place);
    dossier
        .successors
        .retain(|other| then.replaced_by.contains(&other.reference));
    Ok(())
}

/// The fields that an event changed. Events of older programs say it of steps in another way.
fn changes_of(event: &Recorded) -> Result<Map<String, Value>> {
    let mut details: Map<String, Value> = from_json(&event.details)?;
    if let Some(Value::Object(changes)) = details.remove("changes") {
        return Ok(changes);
    }
    let mut changes = Map::new();
    if let (Some(old), Some(new)) = (details.remove("old"), details.remove("new")) {
        changes.insert(
            "status".to_owned(),
            serde_json::json!({ "old": old, "new": new }),
        );
    }
    Ok(changes)
}

/// The shares of lines that an event changed: they belong to the lines, and are no field that a measure as it stood has.
fn shares_of(event: &Recorded) -> Result<Option<(String, Value)>> {
    let mut details: Map<String, Value> = from_json(&event.details)?;
    let shares = details.remove("allocations").filter(Value::is_object);
    Ok(shares.map(|shares| ("allocations".to_owned(), shares)))
}

/// Keys of the programmes that the reader does not see.
fn hidden_programmes(db: &mut Db, app: &App, scope: &Scope) -> Result<Vec<String>> {
    let seen = app.policy.visibility(scope.person()?).programmes;
    let all = programmes::all(db, &scope.institution.id)?;
    let hidden = all
        .into_iter()
        .filter(|programme| !seen.contains(&programme.confidentiality));
    Ok(hidden.map(|programme| programme.key).collect())
}

/// A member of an object; null where there is none.
fn taken(values: &mut Value, name: &str) -> Value {
    values.get_mut(name).map(Value::take).unwrap_or_default()
}

/// A value without what it says of hidden programmes.
fn shown(field: &str, value: Value, hidden: &[String]) -> Value {
    let is_hidden = |text: &str| {
        let of = |key: &String| {
            text == key
                || text
                    .strip_prefix(key.as_str())
                    .is_some_and(|rest| rest.starts_with(':'))
        };
        hidden.iter().any(of)
    };
    match (field, value) {
        ("programme", Value::String(key)) if is_hidden(&key) => Value::Null,
        ("budget_lines", Value::Array(lines)) => lines
            .into_iter()
            .filter(|line| !line.as_str().is_some_and(is_hidden))
            .collect(),
        ("allocations", Value::Array(shares)) => shares
            .into_iter()
            .filter(|share| {
                !share
                    .get("line")
                    .and_then(Value::as_str)
                    .is_some_and(is_hidden)
            })
            .collect(),
        (_, value) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_in_berlin() {
        for (text, last) in [
            ("2022-10-17", "2022-10-17T21:59:59.999999Z"),
            ("2022-12-31", "2022-12-31T22:59:59.999999Z"),
            ("2022-10-17T07:00:00+02:00", "2022-10-17T05:00:00Z"),
        ] {
            let as_of: AsOf = text.parse().unwrap();
            assert_eq!(as_of.instant(), last.parse::<DateTime<Utc>>().unwrap());
        }
        assert!("gestern".parse::<AsOf>().is_err());
    }

    #[test]
    fn values_of_hidden_programmes_are_left_out() {
        let hidden = ["GEHEIM".to_owned()];
        let show = |field, value| shown(field, value, &hidden);
        assert_eq!(show("programme", "GEHEIM".into()), Value::Null);
        assert_eq!(show("programme", "OFFEN".into()), Value::from("OFFEN"));
        assert_eq!(show("title", "GEHEIM".into()), Value::from("GEHEIM"));
        let lines = serde_json::json!(["GEHEIM:1", "GEHEIMER:1", "OFFEN:2"]);
        assert_eq!(
            show("budget_lines", lines),
            serde_json::json!(["GEHEIMER:1", "OFFEN:2"])
        );
        let shares = serde_json::json!([{ "line": "GEHEIM:1" }, { "line": "OFFEN:2" }]);
        assert_eq!(
            show("allocations", shares),
            serde_json::json!([{ "line": "OFFEN:2" }])
        );
    }
}
