//! The week of the ISB: what is overdue, at a standstill or without anybody, and what is about to end (DOMAIN REM-10).

use chrono::{Days, NaiveTime};

use super::{Body, Mail, reminder, unwritten};
use crate::actions::{deadlines, measures as use_cases};
use crate::domain::calendar::{berlin_day, berlin_instant};
use crate::domain::deadline::State;
use crate::error::Result;
use crate::mail::notice::{Notice, Row, Section};
use crate::store::measures::Measure;
use crate::store::notifications::{self, GivenUp};
use crate::store::postponements::Postponement;
use crate::store::{Db, measures, postponements};
use crate::texts;

/// Rows that are looked at for one section; more than that is a list to be read in the service.
const MOST: usize = 1000;

/// The sections of deadlines, by the states that they show.
const STANDING: [(&str, &[State]); 9] = [
    ("overdue", &[State::Overdue]),
    ("unowned", &[State::Unowned]),
    ("undated", &[State::Undated]),
    ("blocked", &[State::Blocked]),
    ("stalled", &[State::Stalled]),
    ("start-missed", &[State::StartMissed]),
    ("verification", &[State::VerificationOverdue]),
    (
        "expiring",
        &[
            State::AcceptanceExpiring,
            State::AcceptanceExpired,
            State::EvidenceExpiring,
            State::EvidenceExpired,
        ],
    ),
    ("review", &[State::ReviewDue, State::CheckStale]),
];

/// Everything that stands out, or, where nothing does and the rules want it, that all is well.
pub(super) fn compose(db: &mut Db, mail: &Mail<'_>) -> Result<Body> {
    let mut sections = Vec::new();
    for (name, states) in STANDING {
        let found = deadlines::standing(db, mail.app, &mail.scope, states, mail.today, MOST)?;
        sections.push(Section {
            heading: mail.say(&format!("heading-{name}"), &[]),
            rows: found
                .iter()
                .map(|deadline| reminder::row(mail, deadline))
                .collect(),
            counted: true,
            ..Section::default()
        });
    }
    sections.extend(of_the_week(db, mail)?);
    let notable = sections.iter().any(|section| section.total() > 0);
    if !notable && !mail.app.reminders.heartbeat {
        return Ok(Err("nothing to tell"));
    }
    let institution = mail.leased.institution_name.clone();
    let overdue = sections.first().map_or(0, Section::total).to_string();
    let subject = if notable {
        mail.say(
            "weekly-subject",
            &[("overdue", overdue), ("institution", institution.clone())],
        )
    } else {
        mail.say("heartbeat-subject", &[("institution", institution.clone())])
    };
    let day = mail.day(mail.today);
    let stands = if notable {
        "weekly-intro"
    } else {
        "heartbeat-intro"
    };
    let notice = Notice {
        language: mail.language,
        subject,
        recipient: mail.recipient.name.clone(),
        intro: vec![
            mail.say("weekly-reason", &[("institution", institution)]),
            mail.say(stands, &[("day", day)]),
        ],
        sections,
        links: vec![
            (
                mail.say("link-deadlines", &[]),
                mail.api("deadlines?state=overdue"),
            ),
            (mail.say("link-docs", &[]), mail.address("api/docs/")),
        ],
        contact: None,
        occurrence_key: mail.leased.occurrence_key.clone(),
        policy_version: mail.app.reminders.version.clone(),
    };
    Ok(Ok(notice.render().map_err(unwritten)?))
}

/// What nobody has decided on, what was asked for or decided since the last digest, and mails that were given up.
fn of_the_week(db: &mut Db, mail: &Mail<'_>) -> Result<Vec<Section>> {
    let sight = use_cases::sight(mail.app, &mail.scope)?;
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let start_of = |days: i64| {
        let day = mail
            .today
            .checked_sub_days(Days::new(days.unsigned_abs()))
            .unwrap_or(mail.today);
        berlin_instant(day, NaiveTime::MIN).naive_utc()
    };
    let undecided = measures::undecided(
        db,
        &sight,
        start_of(mail.app.reminders.undecided_days),
        most,
    )?;
    let moved = postponements::since(db, &sight, start_of(7), most)?;
    let given_up =
        notifications::given_up_since(db, &mail.leased.institution_id, start_of(7), most)?;
    let section = |name: &str, rows: Vec<Row>| Section {
        heading: mail.say(&format!("heading-{name}"), &[]),
        rows,
        counted: true,
        ..Section::default()
    };
    Ok(vec![
        section(
            "undecided",
            undecided
                .iter()
                .map(|measure| proposal(mail, measure))
                .collect(),
        ),
        section(
            "postponements",
            moved
                .iter()
                .map(|(asked, measure)| postponement(mail, asked, measure))
                .collect(),
        ),
        section(
            "undelivered",
            given_up
                .into_iter()
                .map(|one| undelivered(mail, one))
                .collect(),
        ),
    ])
}

fn proposal(mail: &Mail<'_>, measure: &Measure) -> Row {
    let since = mail.day(berlin_day(measure.created_at.and_utc()));
    mail.named(measure, vec![mail.fact("fact-since", since)])
}

fn postponement(mail: &Mail<'_>, asked: &Postponement, measure: &Measure) -> Row {
    let state = texts::label(mail.language, "postponement-state", asked.state.as_str());
    let [from, to] = mail.dates(asked);
    mail.named(measure, vec![from, to, mail.fact("fact-state", state)])
}

fn undelivered(mail: &Mail<'_>, one: GivenUp) -> Row {
    Row {
        reference: one.email,
        title: Some(String::new()),
        facts: vec![mail.fact("fact-reply", one.last_reply.unwrap_or_default())],
    }
}
