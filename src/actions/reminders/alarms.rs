//! Alarms that cannot wait for the monthly digest: money that is spent beyond what there is (DOMAIN REM-10).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::Day;
use crate::actions::Scope;
use crate::actions::budget::{self, Alarm, Place};
use crate::app::App;
use crate::domain::access::Role;
use crate::domain::budget::alarm::Code;
use crate::domain::reminder::plan::alarm_key;
use crate::error::Result;
use crate::store::outbox::{self, MailKind, NewMail};
use crate::store::types::to_json;
use crate::store::{Db, new_id};

/// The check whose alarms are mails of their own: a line or measure that is overspent.
const URGENT: Code = Code::Overspent;

/// Which alarm a mail is about.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::actions) struct AlarmPayload {
    place: Place,
}

/// Tells the Kämmerei of every overspent line and measure, once each. Gives the number of mails.
pub(super) fn plan(db: &mut Db, now: DateTime<Utc>, day: &Day<'_>) -> Result<usize> {
    let mut mails = 0;
    for person in day.people.with(Role::Finance) {
        let scope = Scope::reading(day.institution.clone(), &person.id, &person.grants);
        for alarm in urgent(db, day.app, &scope, day.today)? {
            let place = to_json(&alarm.place)?;
            let mail = NewMail {
                id: &new_id(now),
                key: &alarm_key(URGENT.as_str(), &day.institution.id, &place, &person.id),
                recipient_id: &person.id,
                kind: MailKind::Alarm,
                day: day.today,
                payload: &to_json(&AlarmPayload { place: alarm.place })?,
            };
            if outbox::enqueue(db, now, day.app.clock.machine(), &day.institution.id, &mail)? {
                mails += 1;
            }
        }
    }
    Ok(mails)
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
