//! The month of the Kämmerei: what is worth an alarm, and how the money of the year flows (DOMAIN REM-10).

use chrono::Datelike as _;

use super::{Body, Mail, unwritten};
use crate::actions::budget::{self, Alarm, Grouping, ReportFilter, ReportRow};
use crate::actions::reminders::alarms::still_there;
use crate::error::Result;
use crate::mail::notice::{Notice, Row, Section};
use crate::store::Db;
use crate::texts;

/// Alarms, and the money of each programme; nobody is told that there is nothing to tell.
pub(super) fn compose(db: &mut Db, mail: &Mail<'_>) -> Result<Body> {
    let mut alarms = budget::found_alarms(db, mail.app, &mail.scope, mail.today)?;
    alarms.sort_by_cached_key(Alarm::key);
    let year = mail.today.year();
    let asked = ReportFilter {
        year,
        programme: None,
        kind: None,
        by: Grouping::Programme,
    };
    let report = budget::report_of_year(db, mail.app, &mail.scope, &asked)?;
    let flows = report
        .rows
        .iter()
        .filter(|row| row.figures.authorised_cents != 0);
    let flows: Vec<Row> = flows.map(|row| flow(mail, row)).collect();
    if alarms.is_empty() && flows.is_empty() {
        return Ok(Err("nothing to tell"));
    }
    let count = alarms.len().to_string();
    let month = mail.today.format("%m/%Y").to_string();
    let notice = Notice {
        language: mail.language,
        subject: mail.say("finance-subject", &[("month", month), ("alarms", count)]),
        recipient: mail.recipient.name.clone(),
        intro: vec![mail.say(
            "finance-reason",
            &[("institution", mail.leased.institution_name.clone())],
        )],
        sections: vec![
            Section {
                heading: mail.say("heading-alarms", &[]),
                rows: alarms.iter().map(|alarm| row(mail, alarm)).collect(),
                counted: true,
                ..Section::default()
            },
            Section {
                heading: mail.say("heading-outflow", &[("year", year.to_string())]),
                rows: flows,
                ..Section::default()
            },
        ],
        links: vec![
            (mail.say("link-alarms", &[]), mail.api("budget/alarms")),
            (
                mail.say("link-budget", &[]),
                mail.api(&format!("budget?year={year}")),
            ),
        ],
        contact: mail.officer(),
        occurrence_key: mail.leased.occurrence_key.clone(),
        policy_version: mail.app.alarms.version.clone(),
    };
    Ok(Ok(notice.render().map_err(unwritten)?))
}

/// Alarms that cannot wait: one, or all that are beyond the number of single mails.
pub(super) fn alarm(db: &mut Db, mail: &Mail<'_>, gone: &mut Vec<String>) -> Result<Body> {
    let still = still_there(db, mail.app, &mail.scope, mail.leased, mail.today, gone)?;
    let Some(first) = still.first() else {
        return Ok(Err("the alarm is over"));
    };
    let code = first.hit.code.to_string();
    let place = &first.place;
    let what = match still.as_slice() {
        [_] => place
            .line
            .clone()
            .or(place.measure.clone())
            .unwrap_or_default(),
        _ => mail.say("alarm-many", &[("count", still.len().to_string())]),
    };
    let institution = mail.leased.institution_name.clone();
    let notice = Notice {
        language: mail.language,
        subject: mail.say("alarm-subject", &[("code", code.clone()), ("what", what)]),
        recipient: mail.recipient.name.clone(),
        intro: vec![mail.say("alarm-reason", &[("institution", institution)])],
        sections: vec![
            Section {
                heading: mail.say("heading-alarms", &[]),
                rows: still.iter().map(|alarm| row(mail, alarm)).collect(),
                counted: still.len() > 1,
                ..Section::default()
            },
            Section {
                heading: mail.say("heading-todo", &[]),
                points: vec![mail.say("todo-alarm", &[])],
                ..Section::default()
            },
        ],
        links: vec![(
            mail.say("link-alarms", &[]),
            mail.api(&format!("budget/alarms?code={code}")),
        )],
        contact: mail.officer(),
        occurrence_key: mail.leased.occurrence_key.clone(),
        policy_version: mail.app.alarms.version.clone(),
    };
    Ok(Ok(notice.render().map_err(unwritten)?))
}

/// An alarm with its place. Titles are not told: who reads mails of the Kämmerei knows the keys.
fn row(mail: &Mail<'_>, alarm: &Alarm) -> Row {
    let place = &alarm.place;
    let years = match (place.year, place.to_year) {
        (Some(first), Some(last)) if first != last => format!("{first}–{last}"),
        (Some(year), _) => year.to_string(),
        (None, _) => String::new(),
    };
    let severity = texts::label(mail.language, "alarm-severity", alarm.hit.severity.as_str());
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    Row {
        reference: alarm.hit.code.to_string(),
        title: Some(alarm.sentence(mail.language)),
        facts: vec![
            mail.fact("fact-severity", severity),
            mail.fact("fact-programme", optional(&place.programme)),
            mail.fact("fact-line", optional(&place.line)),
            mail.fact("fact-measure", optional(&place.measure)),
            mail.fact("fact-year", years),
        ],
    }
}

/// How much of a programme's money of the year is ordered or spent.
fn flow(mail: &Mail<'_>, row: &ReportRow) -> Row {
    let euros = |cents: i64| texts::euros(mail.language, &cents.to_string());
    let figures = &row.figures;
    Row {
        reference: row.key.clone().unwrap_or_default(),
        // The title of a confidential programme does not leave the house; its key does.
        title: Some(String::new()),
        facts: vec![
            mail.fact("fact-authorised", euros(figures.authorised_cents)),
            mail.fact("fact-committed", euros(figures.committed_cents)),
            mail.fact("fact-actual", euros(figures.actual_cents)),
            mail.fact("fact-available", euros(figures.available_cents)),
        ],
    }
}
