//! Planning what people are reminded of on a day, and showing what would be planned.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::{By, Entry, Scope, deadlines};
use crate::app::App;
use crate::domain::access::{Action, Grant, Resource, Role};
use crate::domain::calendar::WorkCalendar;
use crate::domain::reminder::ladder::RunDay;
use crate::domain::reminder::people::{People, Person};
use crate::domain::reminder::plan::{Planned, mail_key, plan};
use crate::domain::reminder::{Turn, month, turn, week};
use crate::error::{Error, Result};
use crate::store::institutions::Institution;
use crate::store::outbox::{MailKind, NewMail};
use crate::store::{Db, absences, institutions, new_id, notifications, occurrences, outbox, users};

pub(super) mod alarms;
pub(super) mod preview;
mod write;

pub use preview::{Preview, PreviewedItem, PreviewedMail, preview};

/// Name of the daily job in the list of runs.
pub const JOB: &str = "reminders";

/// Mails that come regularly: what they are, by which job they are claimed, who gets them.
const REGULAR: [(MailKind, &str, Role); 2] = [
    (MailKind::Weekly, "weekly_digest", Role::Isb),
    (MailKind::Finance, "finance_digest", Role::Finance),
];

/// What a run has brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Brought {
    /// Mails that are in the outbox now and were not before.
    pub mails: usize,
    /// Institutions that could not be planned; the next look tries them again.
    pub failed: usize,
}

/// Plans the day of every institution that has its turn and has not had it. Any number of processes may
/// do this at the same time: a day is claimed in the transaction that plans it, and an occurrence is there
/// once or not at all. One institution that fails does not keep the others waiting.
///
/// # Errors
/// `unavailable`, when not even the institutions can be read
pub fn plan_due(app: &App) -> Result<Brought> {
    let now = app.clock.now();
    let all = app.store.read(institutions::all)?;
    let mut brought = Brought::default();
    for institution in all {
        // Each for itself: books that cannot be added up must not keep anybody from being reminded.
        for plan in [plan_institution, alarms::plan_institution] {
            match plan(app, now, &institution) {
                Ok(count) => brought.mails += count,
                Err(error) => {
                    brought.failed += 1;
                    tracing::error!(
                        institution = institution.slug,
                        cause = error.chain(),
                        "planning reminders failed"
                    );
                }
            }
        }
    }
    Ok(brought)
}

fn plan_institution(app: &App, now: DateTime<Utc>, institution: &Institution) -> Result<usize> {
    let calendar = institution.calendar()?;
    let Turn::Run(today) = turn(now, &app.reminders, &calendar) else {
        return Ok(0);
    };
    if app
        .store
        .read(|db| outbox::has_run(db, JOB, &institution.id, today))?
    {
        return Ok(0);
    }
    app.store.write(|db| {
        let scope = Scope::enter(db, now, By::Service, &institution.slug)?;
        scope.require(app, Action::ReminderPlan, &Resource::Institution)?;
        if !outbox::claim_run(db, now, JOB, &institution.id, today)? {
            return Ok(0);
        }
        let people = people(db, &institution.id, today)?;
        let day = Day {
            app,
            institution,
            people: &people,
            calendar: &calendar,
            today,
        };
        let mut mails = write::reminders(db, now, &day)?;
        for (kind, job, role) in REGULAR {
            if outbox::claim_run(db, now, job, &institution.id, period(kind, today))? {
                mails += regular(db, now, &day, kind, role)?;
            }
        }
        let planned =
            i32::try_from(mails).map_err(|cause| Error::internal("number of mails", cause))?;
        outbox::finish_run(db, JOB, &institution.id, today, planned)?;
        let entry = Entry {
            action: Action::ReminderPlan,
            entity_kind: "institution",
            entity_id: &institution.id,
            reason: None,
            details: json!({ "day": today, "mails": mails, "policy": app.reminders.version }),
        };
        scope.record(db, now, &entry)?;
        tracing::info!(institution = institution.slug, day = %today, mails, "reminders planned");
        Ok(mails)
    })
}

/// The day that names the period of a regular mail: its first run is on the first working day in it, or on the next one
/// after an outage.
fn period(kind: MailKind, today: NaiveDate) -> NaiveDate {
    if kind == MailKind::Finance {
        month(today)
    } else {
        week(today)
    }
}

fn regular(
    db: &mut Db,
    now: DateTime<Utc>,
    day: &Day<'_>,
    kind: MailKind,
    role: Role,
) -> Result<usize> {
    let mut mails = 0;
    for person in day.people.with(role) {
        let key = mail_key(
            kind.as_str(),
            &day.institution.id,
            &person.id,
            period(kind, day.today),
        );
        let mail = NewMail {
            id: &new_id(now),
            key: &key,
            recipient_id: &person.id,
            kind,
            day: day.today,
            payload: "{}",
        };
        if outbox::enqueue(db, now, day.app.clock.machine(), &day.institution.id, &mail)? {
            mails += 1;
        }
    }
    Ok(mails)
}

/// What a day's planning goes by.
struct Day<'a> {
    app: &'a App,
    institution: &'a Institution,
    people: &'a People,
    calendar: &'a WorkCalendar,
    today: NaiveDate,
}

impl Day<'_> {
    /// Hands what is to be said to `take`, a page of deadlines at a time.
    fn each_page(
        &self,
        db: &mut Db,
        mut take: impl FnMut(&mut Db, &[Planned<'_>]) -> Result<()>,
    ) -> Result<()> {
        let run = RunDay::new(self.today, self.calendar);
        deadlines::each_page(db, &self.institution.id, self.today, |db, page| {
            let ids: Vec<&str> = page.iter().map(|deadline| deadline.id.as_str()).collect();
            let said = occurrences::said(db, &ids)?;
            take(
                db,
                &plan(&page, self.people, &said, &self.app.reminders, run),
            )
        })
    }
}

/// Everybody in an institution who can get a mail.
pub(super) fn people(db: &mut Db, institution_id: &str, today: NaiveDate) -> Result<People> {
    let mut people: BTreeMap<String, Person> = BTreeMap::new();
    for member in users::active_members(db, institution_id)? {
        let grant = Grant {
            role: member.role,
            org_unit: member.org_unit,
        };
        let person = people.entry(member.id.clone()).or_insert_with(|| Person {
            id: member.id,
            name: member.display_name,
            email: member.email,
            grants: Vec::new(),
            bouncing: false,
        });
        person.grants.push(grant);
    }
    for id in notifications::bouncing(db, institution_id)? {
        if let Some(person) = people.get_mut(&id) {
            person.bouncing = true;
        }
    }
    let away = absences::on(db, institution_id, today)?;
    Ok(People::new(people.into_values(), away))
}

/// Slugs of all institutions (operator).
///
/// # Errors
/// `unavailable`
pub fn institutions(app: &App) -> Result<Vec<String>> {
    let all = app.store.read(institutions::all)?;
    Ok(all
        .into_iter()
        .map(|institution| institution.slug)
        .collect())
}
