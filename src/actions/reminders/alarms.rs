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
use crate::domain::reminder::people::Person;
use crate::domain::reminder::plan::{alarm_key, mail_key};
use crate::domain::reminder::{Turn, turn};
use crate::error::{Error, Result};
use crate::store::institutions::Institution;
use crate::store::occurrences::{self, NewAlarm};
use crate::store::outbox::{self, Leased, MailKind, NewMail};
use crate::store::types::{from_json, to_json};
use crate::store::{Db, new_id};

/// Name of the job in the list of runs.
const JOB: &str = "budget_alarms";

/// The check whose alarms are mails of their own: a line or measure that is overspent.
const URGENT: Code = Code::Overspent;

/// Where the alarm is that a mail is about; nowhere in particular where it is about many.
#[derive(Debug, Serialize, Deserialize)]
struct AlarmPayload {
    place: Option<Place>,
}

/// Tells the Kämmerei of every line and measure that is overspent, once each, on a working day. Gives the number of mails.
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
            mails += tell(db, app, now, institution, person, today)?;
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

/// Plans the mails to somebody about what is overspent and what they were not told of: one for each, the dearest first, up to
/// the number of single mails of a run, and one for all that is beyond (DOMAIN REM-10). Gives how many mails.
fn tell(
    db: &mut Db,
    app: &App,
    now: DateTime<Utc>,
    institution: &Institution,
    person: &Person,
    today: NaiveDate,
) -> Result<i32> {
    let scope = Scope::reading(institution.clone(), &person.id, &person.grants);
    let found = budget::overspent(db, app, &scope, today, None)?;
    let mut news = Vec::with_capacity(found.len());
    for alarm in found {
        news.push((key(institution, &person.id, &alarm.place)?, alarm.place));
    }
    let keys: Vec<&str> = news.iter().map(|(key, _)| key.as_str()).collect();
    let mut told = occurrences::told_alarms(db, &keys)?;
    news.retain(|(key, _)| told.insert(key.clone()));
    let rest = news.split_off(news.len().min(app.reminders.single_mails_max));

    let mut carried = Vec::with_capacity(news.len() + rest.len());
    let mut mails = 0;
    let mut add = |db: &mut Db, key: &str, place: Option<Place>| {
        let id = new_id(now);
        let ready = app.clock.machine();
        let mail = NewMail {
            id: &id,
            key,
            recipient_id: &person.id,
            kind: MailKind::Alarm,
            day: today,
            payload: &to_json(&AlarmPayload { place })?,
        };
        mails += 1;
        if outbox::enqueue(db, now, ready, &institution.id, &mail)? {
            return Ok(id);
        }
        // Planned before, and dropped because it was over; now it is there again.
        outbox::revive(db, ready, key)
    };
    for (key, place) in news {
        let outbox_id = add(db, &key, Some(place))?;
        carried.push(NewAlarm { key, outbox_id });
    }
    if !rest.is_empty() {
        let key = mail_key("alarms", &institution.id, &person.id, today);
        let outbox_id = add(db, &key, None)?;
        carried.extend(rest.into_iter().map(|(key, _)| NewAlarm {
            key,
            outbox_id: outbox_id.clone(),
        }));
    }
    occurrences::add_alarms(db, &institution.id, &person.id, today, &carried)?;
    Ok(mails)
}

fn key(institution: &Institution, recipient: &str, place: &Place) -> Result<String> {
    let place = to_json(place)?;
    Ok(alarm_key(
        URGENT.as_str(),
        &institution.id,
        &place,
        recipient,
    ))
}

/// Of the alarms that a mail is about those that are still there, the dearest first; keys of the others go into `gone`.
pub(in crate::actions) fn still_there(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    leased: &Leased,
    today: NaiveDate,
    gone: &mut Vec<String>,
) -> Result<Vec<Alarm>> {
    let AlarmPayload { place } = from_json(&leased.payload)?;
    let mut carried = occurrences::alarms_of_mail(db, &leased.id)?;
    let mut still = Vec::new();
    for alarm in budget::overspent(db, app, scope, today, place.as_ref())? {
        let key = key(&scope.institution, &leased.recipient_id, &alarm.place)?;
        if carried.remove(&key) {
            still.push(alarm);
        }
    }
    gone.extend(carried);
    Ok(still)
}
