//! What there is to tell, put into the outbox. Where nobody listens, nothing is done.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::json;

use super::JOB;
use crate::actions::budget::{self, Alarm};
use crate::actions::{By, Entry, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource, Visibility};
use crate::domain::budget::alarm::{Code as Check, Severity};
use crate::domain::calendar::berlin_day;
use crate::domain::measure::{Status, days_overdue};
use crate::domain::webhook::{
    Event, EventType, MeasureOverdue, MeasureStatusChanged, TOLD, occurrence_key,
};
use crate::error::Result;
use crate::store::measures::{Measure, Sight};
use crate::store::types::to_json;
use crate::store::webhooks::{self, NewCall};
use crate::store::{Db, outbox};

/// Measures that are looked at a time.
const PAGE: i64 = 1000;

/// What a run has brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Planned {
    /// Calls that are in the outbox now and were not before.
    pub calls: usize,
    /// Institutions that could not be planned; the next look tries them again.
    pub failed: usize,
}

/// Tells of a step that a measure has taken, in the transaction in which it takes it.
///
/// # Errors
/// `unavailable`
pub(in crate::actions) fn status_changed(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    now: DateTime<Utc>,
    measure: &Measure,
    old_status: Status,
) -> Result<()> {
    if !TOLD.contains(&measure.confidentiality) {
        return Ok(());
    }
    let event = EventType::MeasureStatusChanged;
    let listeners = webhooks::listeners(db, &scope.institution.id, event)?;
    if listeners.is_empty() {
        return Ok(());
    }
    let data = MeasureStatusChanged {
        institution: &scope.institution.slug,
        measure_id: &measure.id,
        reference: &measure.reference,
        old_status,
        status: measure.status,
        due: measure.due_current,
        version: measure.version,
    };
    let version = measure.version.to_string();
    let what: &[&str] = &[&measure.id, &version];
    let calls = calls(&listeners, event, now, what, data)?;
    let day = berlin_day(now);
    webhooks::enqueue(
        db,
        now,
        app.clock.machine(),
        &scope.institution.id,
        day,
        &calls,
    )?;
    Ok(())
}

/// Plans the day of every institution where somebody listens: measures that are overdue, alarms of the budgets. Any number of
/// processes may do this at the same time; an occurrence is in the outbox once or not at all.
///
/// # Errors
/// `unavailable`, when not even the institutions can be read
pub fn plan_due(app: &App) -> Result<Planned> {
    let now = app.clock.now();
    let listening = app.store.read(webhooks::listening_institutions)?;
    let mut planned = Planned::default();
    for (slug, id) in listening {
        match plan_institution(app, now, &slug, &id) {
            Ok(calls) => planned.calls += calls,
            Err(error) => {
                planned.failed += 1;
                tracing::error!(
                    institution = slug,
                    cause = error.chain(),
                    "planning webhooks failed"
                );
            }
        }
    }
    Ok(planned)
}

fn plan_institution(app: &App, now: DateTime<Utc>, slug: &str, id: &str) -> Result<usize> {
    let today = berlin_day(now);
    if app.store.read(|db| outbox::has_run(db, JOB, id, today))? {
        return Ok(0);
    }
    app.store.write(|db| {
        let scope = Scope::enter(db, now, By::Service, slug)?;
        scope.require(app, Action::WebhookPlan, &Resource::Institution)?;
        if !outbox::claim_run(db, now, JOB, id, today)? {
            return Ok(0);
        }
        let planning = Planning {
            app,
            scope: &scope,
            now,
            today,
        };
        let overdue = planning.overdue(db)?;
        let alarms = planning.alarms(db)?;
        let calls = overdue + alarms;
        outbox::finish_run(db, JOB, id, today, i32::try_from(calls).unwrap_or(i32::MAX))?;
        let entry = Entry {
            action: Action::WebhookPlan,
            entity_kind: "institution",
            entity_id: id,
            reason: None,
            details: json!({ "day": today, "measure.overdue": overdue, "budget.alarm": alarms }),
        };
        scope.record(db, now, &entry)?;
        tracing::info!(institution = slug, day = %today, calls, "webhooks planned");
        Ok(calls)
    })
}

/// One institution on one day.
struct Planning<'a> {
    app: &'a App,
    scope: &'a Scope,
    now: DateTime<Utc>,
    today: NaiveDate,
}

impl Planning<'_> {
    /// Measures that are overdue, a thousand at a time: memory and the number of statements per thousand do not depend on how
    /// many there are.
    fn overdue(&self, db: &mut Db) -> Result<usize> {
        let event = EventType::MeasureOverdue;
        let institution = &self.scope.institution;
        let listeners = webhooks::listeners(db, &institution.id, event)?;
        if listeners.is_empty() {
            return Ok(0);
        }
        let (mut after, mut added) = (String::new(), 0);
        loop {
            let page = webhooks::overdue_measures(db, &institution.id, self.today, &after, PAGE)?;
            let Some(last) = page.last() else {
                return Ok(added);
            };
            after.clone_from(&last.id);
            let mut new = Vec::new();
            for measure in &page {
                let days = days_overdue(measure.status, measure.due, self.today);
                let Some((due, days_overdue)) = measure.due.zip(days) else {
                    continue;
                };
                let data = MeasureOverdue {
                    institution: &institution.slug,
                    measure_id: &measure.id,
                    reference: &measure.reference,
                    status: measure.status,
                    due,
                    days_overdue,
                };
                let what: &[&str] = &[&measure.id, &due.to_string()];
                new.extend(calls(&listeners, event, self.now, what, data)?);
            }
            added += self.enqueue(db, &new)?;
        }
    }

    /// Alarms of the budgets, all of them found in the same number of statements.
    fn alarms(&self, db: &mut Db) -> Result<usize> {
        let event = EventType::BudgetAlarm;
        let institution = &self.scope.institution;
        let listeners = webhooks::listeners(db, &institution.id, event)?;
        if listeners.is_empty() {
            return Ok(0);
        }
        let sight = Sight {
            institution_id: &institution.id,
            user_id: "",
            visibility: Visibility {
                all: TOLD.to_vec(),
                own: Vec::new(),
                programmes: TOLD.to_vec(),
            },
        };
        let mut new = Vec::new();
        for alarm in budget::alarms_in_sight(db, self.app, &sight, self.today)? {
            let place = to_json(&alarm.place)?;
            let (code, level) = (alarm.hit.code, alarm.hit.severity);
            let what: &[&str] = &[code.as_str(), level.as_str(), &place];
            let data = BudgetAlarm::new(&institution.slug, &alarm);
            new.extend(calls(&listeners, event, self.now, what, data)?);
        }
        self.enqueue(db, &new)
    }

    fn enqueue(&self, db: &mut Db, new: &[NewCall]) -> Result<usize> {
        let ready = self.app.clock.machine();
        let institution_id = &self.scope.institution.id;
        webhooks::enqueue(db, self.now, ready, institution_id, self.today, new)
    }
}

/// Data of `budget.alarm`: where, and how bad; no amounts.
#[derive(Debug, Serialize)]
struct BudgetAlarm<'a> {
    institution: &'a str,
    code: Check,
    name: &'static str,
    severity: Severity,
    programme: Option<&'a str>,
    group: Option<&'a str>,
    line: Option<&'a str>,
    reference: Option<&'a str>,
    year: Option<i32>,
    to_year: Option<i32>,
    entry_id: Option<&'a str>,
    since: Option<NaiveDate>,
    until: Option<NaiveDate>,
}

impl<'a> BudgetAlarm<'a> {
    fn new(institution: &'a str, alarm: &'a Alarm) -> Self {
        let (hit, place) = (&alarm.hit, &alarm.place);
        BudgetAlarm {
            institution,
            code: hit.code,
            name: hit.code.name(),
            severity: hit.severity,
            programme: place.programme.as_deref(),
            group: place.group.as_deref(),
            line: place.line.as_deref(),
            reference: place.measure.as_deref(),
            year: place.year,
            to_year: place.to_year,
            entry_id: place.entry.as_deref(),
            since: hit.since,
            until: hit.until,
        }
    }
}

/// A call for each listener.
fn calls(
    listeners: &[String],
    event: EventType,
    timestamp: DateTime<Utc>,
    what: &[&str],
    data: impl Serialize,
) -> Result<Vec<NewCall>> {
    let payload = to_json(&Event {
        event,
        timestamp,
        data,
    })?;
    let call = |endpoint: &String| NewCall {
        endpoint_id: endpoint.clone(),
        occurrence_key: occurrence_key(endpoint, event, what),
        payload: payload.clone(),
    };
    Ok(listeners.iter().map(call).collect())
}
