//! Alarms that cannot wait for the monthly digest: money that is spent beyond what there is (DOMAIN REM-10).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::people;
use crate::actions::budget::{self, Alarm, Place};
use crate::actions::{By, Entry, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource, Role};
use crate::domain::budget::alarm::Code;
use crate::domain::reminder::plan::alarm_key;
use crate::domain::reminder::{Turn, turn};
use crate::error::{Error, Result};
use crate::store::institutions::Institution;
use crate::store::outbox::{self, MailKind, NewMail};
use crate::store::types::to_json;
use crate::store::{Db, new_id};

/// Name of the job in the list of runs.
const JOB: &str = "budget_alarms";

/// The check whose alarms are mails of their own: a line or measure that is overspent.
const URGENT: Code = Code::Overspent;

/// Which alarm a mail is about.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::actions) struct AlarmPayload {
    place: Place,
}

/// Tells the Kämmerei of every overspent line and measure, once each, on a working day. Gives the number of mails.
pub(super) fn plan_institution(
    app: &App,
    now: DateTime<Utc>,
    institution: &Institution,
) -> Result<usize> {
    let Turn::Run(today) = turn(now, &app.reminders, &institution.calendar()?) else {
        return Ok(0);
    };
    if app
        .store
        .read(|db| outbox::has_run(db, JOB, &institution.id, today))?
    {
        return Ok(0);
    }
    app.store.write(|db| {
        let service = Scope::enter(db, now, By::Service, &institution.slug)?;
        service.require(app, Action::ReminderPlan, &Resource::Institution)?;
        if !outbox::claim_run(db, now, JOB, &institution.id, today)? {
            return Ok(0);
        }
        let mut mails = 0;
        for person in people(db, &institution.id, today)?.with(Role::Finance) {
            let scope = Scope::reading(institution.clone(), &person.id, &person.grants);
            for alarm in urgent(db, app, &scope, today)? {
                let place = to_json(&alarm.place)?;
                let mail = NewMail {
                    id: &new_id(now),
                    key: &alarm_key(URGENT.as_str(), &institution.id, &place, &person.id),
                    recipient_id: &person.id,
                    kind: MailKind::Alarm,
                    day: today,
                    payload: &to_json(&AlarmPayload { place: alarm.place })?,
                };
                if outbox::enqueue(db, now, app.clock.machine(), &institution.id, &mail)? {
                    mails += 1;
                }
            }
        }
        outbox::finish_run(db, JOB, &institution.id, today, mails)?;
        if mails > 0 {
            let entry = Entry {
                action: Action::ReminderPlan,
                entity_kind: "institution",
                entity_id: &institution.id,
                reason: None,
                details: json!({ "day": today, "alarms": mails }),
            };
            service.record(db, now, &entry)?;
        }
        usize::try_from(mails).map_err(|cause| Error::internal("number of mails", cause))
    })
}

/// Alarms of the urgent kind that somebody may see.
fn urgent(db: &mut Db, app: &App, scope: &Scope, today: NaiveDate) -> Result<Vec<Alarm>> {
    let mut found = budget::found_alarms(db, app, scope, today)?;
    found.retain(|alarm| alarm.hit.code == URGENT);
    Ok(found)
}

/// The alarm that a mail is about, if there still is one at its place.
pub(in crate::actions) fn still_there(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    payload: &AlarmPayload,
    today: NaiveDate,
) -> Result<Option<Alarm>> {
    let found = urgent(db, app, scope, today)?;
    Ok(found.into_iter().find(|alarm| alarm.place == payload.place))
}
