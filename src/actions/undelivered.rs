//! What could not be delivered is told once to the ISB and the administration (DOMAIN REM-9): mails that were given up, and
//! webhooks that the service has switched off.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{By, Entry, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource, Role};
use crate::domain::reminder::{Turn, turn};
use crate::error::Result;
use crate::store::institutions::Institution;
use crate::store::outbox::{self, MailKind, NewMail};
use crate::store::types::to_json;
use crate::store::{Db, institutions, new_id, notifications, users, webhooks};

/// Name of the job in the list of runs.
const JOB: &str = "undelivered";

/// What one report tells of at most; the next day's tells of the rest.
const MOST: i64 = 500;

/// What a report is about.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Report {
    /// Ids of mails in the outbox.
    pub mails: Vec<String>,
    /// Ids of endpoints of webhooks.
    pub webhooks: Vec<String>,
}

/// Plans the reports of every institution that has something to report, once a day and on working days. Any number of
/// processes may do this at the same time. Gives the number of mails.
///
/// # Errors
/// `unavailable`, when not even the institutions can be read
pub fn report_due(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let all = app.store.read(|db| {
        let mut concerned = notifications::institutions_to_report(db)?;
        concerned.extend(webhooks::institutions_to_report(db)?);
        let mut all = institutions::all(db)?;
        all.retain(|institution| concerned.contains(&institution.id));
        Ok(all)
    })?;
    let mut planned = 0;
    for institution in all {
        match report(app, now, &institution) {
            Ok(mails) => planned += mails,
            Err(error) => tracing::error!(
                institution = institution.slug,
                cause = error.chain(),
                "reporting what could not be delivered failed"
            ),
        }
    }
    Ok(planned)
}

fn report(app: &App, now: DateTime<Utc>, institution: &Institution) -> Result<usize> {
    let Turn::Run(today) = turn(now, &app.reminders, &institution.calendar()?) else {
        return Ok(0);
    };
    let id = institution.id.as_str();
    if app.store.read(|db| outbox::has_run(db, JOB, id, today))? {
        return Ok(0);
    }
    app.store.write(|db| {
        let scope = Scope::enter(db, now, By::Service, &institution.slug)?;
        scope.require(app, Action::NotificationReport, &Resource::Institution)?;
        if !outbox::claim_run(db, now, JOB, id, today)? {
            return Ok(0);
        }
        let report = Report {
            mails: notifications::to_report(db, id, MOST)?,
            webhooks: webhooks::to_report(db, id)?,
        };
        let mails = tell(db, app, now, id, today, &report)?;
        if mails == 0 {
            // Nobody is there to be told; should somebody come, they are told then.
            return Ok(0);
        }
        notifications::note_reported(db, now, &report.mails)?;
        webhooks::note_reported(db, now, &report.webhooks)?;
        let planned = i32::try_from(mails).unwrap_or(i32::MAX);
        outbox::finish_run(db, JOB, id, today, planned)?;
        let entry = Entry {
            action: Action::NotificationReport,
            entity_kind: "institution",
            entity_id: id,
            reason: None,
            details: json!({
                "day": today, "notifications": report.mails, "webhooks": report.webhooks, "mails": mails,
            }),
        };
        scope.record(db, now, &entry)?;
        Ok(mails)
    })
}

/// A mail for each of those who are told. Gives how many.
fn tell(
    db: &mut Db,
    app: &App,
    now: DateTime<Utc>,
    institution_id: &str,
    today: NaiveDate,
    report: &Report,
) -> Result<usize> {
    let members = users::active_members(db, institution_id)?.into_iter();
    let told = members.filter(|member| matches!(member.role, Role::Isb | Role::Admin));
    let mut told: Vec<String> = told.map(|member| member.id).collect();
    // Who is both is told once.
    told.sort_unstable();
    told.dedup();
    let payload = to_json(report)?;
    let mut mails = 0;
    for recipient in &told {
        let mail = NewMail {
            id: &new_id(now),
            key: &occurrence_key(institution_id, recipient, today),
            recipient_id: recipient,
            kind: MailKind::Undelivered,
            day: today,
            payload: &payload,
        };
        let ready = app.clock.machine();
        mails += usize::from(outbox::enqueue(db, now, ready, institution_id, &mail)?);
    }
    Ok(mails)
}

/// Key of the report for one person on one day: hexadecimal, 128 bits.
fn occurrence_key(institution_id: &str, recipient_id: &str, day: NaiveDate) -> String {
    let hash = Sha256::digest(format!(
        "undelivered\n{institution_id}\n{recipient_id}\n{day}"
    ));
    let mut key = hex::encode(hash);
    key.truncate(32);
    key
}
