//! Planning the digests of a day, and showing what would be planned.

use chrono::{DateTime, Days, Utc};
use serde_json::json;

use super::{By, Entry, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource, Role};
use crate::domain::calendar::QuietDay;
use crate::domain::reminder::{self, OpenMeasure, PlannedDigest, Recipient, Turn, next_run, turn};
use crate::error::{Error, Result};
use crate::store::institutions::Institution;
use crate::store::{Db, institutions, measures, outbox, users};

/// Name of the job in the list of runs.
pub const JOB: &str = "reminders";

/// What a run has brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Planned {
    /// Mails that are in the outbox now and were not before.
    pub mails: usize,
    /// Institutions that could not be planned; the next look tries them again.
    pub failed: usize,
}

/// Plans the day of every institution that has its turn and has not had it. Any number of processes may
/// do this at the same time: a day is claimed in the transaction that plans it, and an occurrence is in the
/// outbox once or not at all. One institution that fails does not keep the others waiting.
///
/// # Errors
/// `unavailable`, when not even the institutions can be read
pub fn plan_due(app: &App) -> Result<Planned> {
    let now = app.clock.now();
    let all = app.store.read(institutions::all)?;
    let mut planned = Planned::default();
    for institution in all {
        match plan_institution(app, now, &institution) {
            Ok(count) => planned.mails += count,
            Err(error) => {
                planned.failed += 1;
                tracing::error!(
                    institution = institution.slug,
                    cause = error.chain(),
                    "planning reminders failed"
                );
            }
        }
    }
    Ok(planned)
}

fn plan_institution(app: &App, now: DateTime<Utc>, institution: &Institution) -> Result<usize> {
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
        let scope = Scope::enter(db, now, By::Service, &institution.slug)?;
        scope.require(app, Action::ReminderPlan, &Resource::Institution)?;
        if !outbox::claim_run(db, now, JOB, &institution.id, today)? {
            return Ok(0);
        }
        let (digests, _) = digests(db, app, institution, today)?;
        let mut planned: i32 = 0;
        for digest in &digests {
            if outbox::enqueue(db, now, app.clock.machine(), &institution.id, digest)? {
                planned += 1;
            }
        }
        outbox::finish_run(db, JOB, &institution.id, today, planned)?;
        let entry = Entry {
            action: Action::ReminderPlan,
            entity_kind: "institution",
            entity_id: &institution.id,
            reason: None,
            details: json!({ "day": today, "mails": planned, "policy": app.reminders.version }),
        };
        scope.record(db, now, &entry)?;
        tracing::info!(institution = institution.slug, day = %today, mails = planned, "reminders planned");
        usize::try_from(planned).map_err(|cause| Error::internal("number of mails", cause))
    })
}

/// What an institution would get at an instant.
#[derive(Debug)]
pub struct Preview {
    /// Slug.
    pub institution: String,
    /// Name.
    pub institution_name: String,
    /// Instant of the next run after the one that was asked for.
    pub next_run: DateTime<Utc>,
    /// Why nothing goes out: a quiet day.
    pub quiet: Option<QuietDay>,
    /// It is a working day, but the run is still to come.
    pub too_early: bool,
    /// The run of that day has been: what it did not plan goes out with the next one.
    pub run_done: bool,
    /// The mails.
    pub mails: Vec<PreviewedMail>,
}

/// One mail that would go out.
#[derive(Debug)]
pub struct PreviewedMail {
    /// The digest.
    pub digest: PlannedDigest,
    /// Who gets it.
    pub recipient: Recipient,
    /// State in the outbox, if this very occurrence is there already.
    pub outbox: Option<String>,
}

/// What would go out at `at`, from the data as it is now. Writes nothing.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn preview(app: &App, by: By<'_>, institution: &str, at: DateTime<Utc>) -> Result<Preview> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        scope.require(app, Action::ReminderRead, &Resource::Institution)?;
        let institution = &scope.institution;
        let calendar = institution.calendar()?;
        let turn = turn(at, &app.reminders, &calendar);
        let mut mails = Vec::new();
        let mut run_done = false;
        if let Turn::Run(today) = turn {
            run_done = outbox::has_run(db, JOB, &institution.id, today)?;
            let (digests, recipients) = digests(db, app, institution, today)?;
            let keys: Vec<&str> = digests
                .iter()
                .map(|digest| digest.occurrence_key.as_str())
                .collect();
            let states = outbox::states(db, &keys)?;
            for digest in digests {
                let recipient = recipients
                    .iter()
                    .find(|recipient| recipient.id == digest.recipient_id);
                let recipient = recipient
                    .cloned()
                    .ok_or_else(|| Error::bug("a digest without recipient"))?;
                let state = states.iter().find(|(key, _)| *key == digest.occurrence_key);
                mails.push(PreviewedMail {
                    outbox: state.map(|(_, state)| state.clone()),
                    digest,
                    recipient,
                });
            }
        }
        Ok(Preview {
            institution: institution.slug.clone(),
            institution_name: institution.name.clone(),
            next_run: next_run(at, &app.reminders, &calendar),
            quiet: if let Turn::Quiet(_, why) = &turn {
                Some(why.clone())
            } else {
                None
            },
            too_early: matches!(turn, Turn::TooEarly(_)),
            run_done,
            mails,
        })
    })
}

fn digests(
    db: &mut Db,
    app: &App,
    institution: &Institution,
    today: chrono::NaiveDate,
) -> Result<(Vec<PlannedDigest>, Vec<Recipient>)> {
    let window = u64::try_from(app.reminders.due_soon_days).unwrap_or_default();
    let until = today.checked_add_days(Days::new(window)).unwrap_or(today);
    let open = measures::open_and_dated(db, &institution.id, until)?;
    let open: Vec<OpenMeasure> = open.into_iter().filter_map(open_measure).collect();
    let recipients = recipients(db, &institution.id)?;
    Ok((
        reminder::plan(&institution.id, &open, &recipients, &app.reminders, today),
        recipients,
    ))
}

pub(super) fn open_measure(measure: measures::Measure) -> Option<OpenMeasure> {
    Some(OpenMeasure {
        due: measure.due_current?,
        reference: measure.reference,
        title: measure.title,
        title_public: measure.title_public,
        confidentiality: measure.confidentiality,
        status: measure.status,
        org_unit: measure.org_unit,
        owner: measure.owner_id,
        due_original: measure.due_original,
        due_text: measure.due_text,
    })
}

/// Everybody who may get a digest: active, and ISB or somebody who can be responsible for measures.
fn recipients(db: &mut Db, institution_id: &str) -> Result<Vec<Recipient>> {
    let mut recipients: Vec<Recipient> = Vec::new();
    for member in users::active_members(db, institution_id)? {
        if !matches!(member.role, Role::Isb | Role::Head | Role::Owner) {
            continue;
        }
        let is_isb = member.role == Role::Isb;
        match recipients.iter_mut().find(|known| known.id == member.id) {
            Some(known) => known.is_isb |= is_isb,
            None => recipients.push(Recipient {
                id: member.id,
                name: member.display_name,
                email: member.email,
                locale: member.locale,
                is_isb,
            }),
        }
    }
    Ok(recipients)
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
