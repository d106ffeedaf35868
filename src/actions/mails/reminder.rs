//! Reminders of deadlines: the digest of a day, and single mails.

use std::collections::{BTreeMap, BTreeSet};

use super::{Body, Mail, unwritten};
use crate::actions::deadlines;
use crate::actions::reminders::preview::name_of;
use crate::domain::access::Role;
use crate::domain::deadline::{Deadline, Kind};
use crate::domain::measure::{Confidentiality, Status};
use crate::domain::reminder::ladder::Capacity;
use crate::domain::reminder::plan::{SaidOnce, still_told};
use crate::error::Result;
use crate::mail::digest::{self, Audience, Digest, Item, Locale};
use crate::mail::notice::{Notice, Row, Section};
use crate::store::{Db, occurrences};
use crate::texts;

const NOTHING_LEFT: &str = "nothing of it holds any more";

/// What a mail says of one deadline, as it is now.
struct Told {
    deadline: Deadline,
    code: String,
    told_as: BTreeSet<Capacity>,
}

/// What of a mail still holds (DOMAIN T16); keys of the rest go into `gone`.
fn still_held(db: &mut Db, mail: &Mail<'_>, gone: &mut Vec<String>) -> Result<Vec<Told>> {
    let carried = occurrences::of_mail(db, &mail.leased.id)?;
    let ids: BTreeSet<&str> = carried.iter().map(|one| one.deadline_id.as_str()).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let mut now = Vec::new();
    // Bounded by what one statement may bind.
    for ids in ids.chunks(500) {
        now.extend(deadlines::by_ids(db, ids, mail.today)?);
    }
    let now: BTreeMap<&str, &Deadline> = now.iter().map(|one| (one.id.as_str(), one)).collect();
    let mut held = Vec::new();
    for one in carried {
        let said = SaidOnce {
            due: one.due,
            recipient: one.recipient_id,
            code: one.code,
        };
        let told = now.get(one.deadline_id.as_str()).and_then(|deadline| {
            let told_as = still_told(
                deadline,
                &said,
                mail.people,
                &mail.app.reminders,
                mail.today,
            )?;
            Some(Told {
                deadline: (*deadline).clone(),
                code: said.code,
                told_as,
            })
        });
        match told {
            Some(told) => held.push(told),
            None => gone.push(one.key),
        }
    }
    Ok(held)
}

/// One digest of everything that a person is told on a day.
pub(super) fn digest(db: &mut Db, mail: &Mail<'_>, gone: &mut Vec<String>) -> Result<Body> {
    let held = still_held(db, mail, gone)?;
    if held.is_empty() {
        return Ok(Err(NOTHING_LEFT));
    }
    let only_owner = held
        .iter()
        .all(|told| told.told_as.contains(&Capacity::Owner));
    let audience = if mail.recipient.has(Role::Isb) {
        Audience::SecurityOfficer
    } else if only_owner {
        Audience::Owner
    } else {
        Audience::Head
    };
    let items = held.iter().map(|told| item(mail, told));
    let (overdue, due_soon): (Vec<Item>, Vec<Item>) = items.partition(|item| item.days_overdue > 0);
    let furthest = due_soon.iter().map(|item| -item.days_overdue).max();
    let rendered = digest::render(&Digest {
        locale: Locale::from_tag(&mail.leased.locale),
        audience,
        institution: mail.leased.institution_name.clone(),
        recipient: mail.recipient.name.clone(),
        as_of: mail.today,
        overdue,
        due_soon,
        base_url: mail.app.config.public_url.clone(),
        institution_slug: mail.leased.institution.clone(),
        security_officer: mail.officer(),
        occurrence_key: mail.leased.occurrence_key.clone(),
        policy_version: mail.app.reminders.version.clone(),
        due_soon_days: furthest.unwrap_or(0).max(mail.app.reminders.due_soon_days),
    });
    Ok(Ok(rendered.map_err(unwritten)?))
}

fn item(mail: &Mail<'_>, told: &Told) -> Item {
    let deadline = &told.deadline;
    Item {
        reference: deadline.reference.clone(),
        only_counted: deadline.confidentiality == Confidentiality::StrictlyConfidential,
        title: deadline.title_outside().map(str::to_owned),
        kind: (deadline.kind != Kind::Implementation)
            .then(|| texts::label(mail.language, "deadline", deadline.kind.as_str())),
        status: status(mail, deadline),
        owner: name_of(deadline, mail.people),
        org_unit: deadline.org_unit.clone(),
        due: deadline.due,
        due_text: deadline.due_text.clone(),
        due_original: deadline.due_original,
        days_overdue: deadline.days_overdue(mail.today),
        blocked: deadline.status == Some(Status::Blocked),
    }
}

fn status(mail: &Mail<'_>, deadline: &Deadline) -> String {
    let word = |status: Status| texts::label(mail.language, "status", status.as_str());
    deadline.status.map(word).unwrap_or_default()
}

/// One deadline that is worth a mail of its own (DOMAIN §5.6).
pub(super) fn single(db: &mut Db, mail: &Mail<'_>, gone: &mut Vec<String>) -> Result<Body> {
    let Some(told) = still_held(db, mail, gone)?.into_iter().next() else {
        return Ok(Err(NOTHING_LEFT));
    };
    let deadline = &told.deadline;
    let secret = deadline.confidentiality == Confidentiality::StrictlyConfidential;
    let days = deadline.days_overdue(mail.today);
    let reference = deadline.reference.clone();
    let subject = match (secret, days > 0) {
        (true, _) => mail.say("single-subject-secret", &[]),
        (false, true) => mail.say(
            "single-subject-overdue",
            &[("days", days.to_string()), ("reference", reference)],
        ),
        (false, false) => mail.say(
            "single-subject-soon",
            &[("due", mail.day(deadline.due)), ("reference", reference)],
        ),
    };
    let capacities: Vec<String> = told
        .told_as
        .iter()
        .map(|capacity| mail.say(&format!("capacity-{capacity}"), &[]))
        .collect();
    let reason = mail.say(
        "single-reason",
        &[
            ("institution", mail.leased.institution_name.clone()),
            ("capacities", capacities.join(", ")),
            ("code", told.code.clone()),
        ],
    );
    let todo = told
        .told_as
        .iter()
        .map(|capacity| mail.say(&format!("todo-{capacity}"), &[]));
    let notice = Notice {
        language: mail.language,
        subject,
        recipient: mail.recipient.name.clone(),
        intro: vec![reason],
        sections: vec![
            Section {
                heading: mail.say("heading-deadline", &[]),
                rows: vec![row(mail, deadline)],
                ..Section::default()
            },
            Section {
                heading: mail.say("heading-todo", &[]),
                points: todo.collect(),
                ..Section::default()
            },
            Section {
                heading: mail.say("heading-next", &[]),
                points: next(mail, &told).into_iter().collect(),
                ..Section::default()
            },
        ],
        links: if secret {
            vec![sign_in(mail)]
        } else {
            links(mail, &told)
        },
        contact: mail.officer().filter(|_| !mail.recipient.has(Role::Isb)),
        occurrence_key: mail.leased.occurrence_key.clone(),
        policy_version: mail.app.reminders.version.clone(),
    };
    Ok(Ok(notice.render().map_err(unwritten)?))
}

/// A deadline as a row. Of what is confidential nothing but its reference and dates; of what is strictly confidential not
/// even these.
pub(super) fn row(mail: &Mail<'_>, deadline: &Deadline) -> Row {
    let days = deadline.days_overdue(mail.today);
    if deadline.confidentiality == Confidentiality::StrictlyConfidential {
        return Row {
            reference: mail.say("secret", &[]),
            ..Row::default()
        };
    }
    let mut facts = vec![mail.fact(
        "fact-kind",
        texts::label(mail.language, "deadline", deadline.kind.as_str()),
    )];
    let mut due = mail.day(deadline.due);
    if deadline.due_original != deadline.due {
        let originally = mail.say("originally", &[("due", mail.day(deadline.due_original))]);
        due = format!("{due}, {originally}");
    }
    facts.push(if days > 0 {
        mail.fact("fact-was-due", due)
    } else {
        mail.fact("fact-due", due)
    });
    if days > 0 {
        facts.push(mail.fact(
            "fact-overdue",
            mail.say("days", &[("days", days.to_string())]),
        ));
    }
    let title = deadline.title_outside();
    if title.is_some() {
        facts.push(mail.fact(
            "fact-due-text",
            deadline.due_text.clone().unwrap_or_default(),
        ));
        if deadline.postponements > 0 {
            facts.push(mail.fact("fact-postponed", deadline.postponements.to_string()));
        }
        facts.push(mail.fact("fact-status", status(mail, deadline)));
        let owner = name_of(deadline, mail.people).unwrap_or_else(|| match deadline.role {
            Some(role) if deadline.owner.is_none() => {
                texts::label(mail.language, "role", role.as_str())
            }
            _ => mail.say("unowned", &[]),
        });
        facts.push(mail.fact("fact-owner", owner));
        facts.push(mail.fact("fact-unit", deadline.org_unit.clone().unwrap_or_default()));
    }
    Row {
        reference: deadline.reference.clone(),
        title: title.map(str::to_owned),
        facts,
    }
}

/// Who hears of it next, and when.
fn next(mail: &Mail<'_>, told: &Told) -> Option<String> {
    let deadline = &told.deadline;
    let ladder = mail.app.reminders.ladder(deadline.kind, deadline.urgent)?;
    let (step, day) = ladder.step_after(ladder.days_of(&told.code), deadline.due, mail.calendar)?;
    let who: Vec<String> = step
        .to
        .iter()
        .map(|capacity| mail.say(&format!("capacity-{capacity}"), &[]))
        .collect();
    let args = [
        ("day", mail.day(day)),
        ("code", step.code.clone()),
        ("capacities", who.join(", ")),
    ];
    Some(mail.say("next", &args))
}

/// The measure; for whoever works on it, to report it done, to say how far it is, to ask for another date. Each is behind a
/// sign-in.
fn links(mail: &Mail<'_>, told: &Told) -> Vec<(String, String)> {
    if told.deadline.status.is_none() {
        return vec![sign_in(mail)];
    }
    let path = format!("measures/{}", told.deadline.reference);
    let mut links = vec![(mail.say("link-measure", &[]), mail.api(&path))];
    if told.told_as.contains(&Capacity::Owner) {
        let steps = [
            ("link-done", "change_measure_status"),
            ("link-progress", "update_measure"),
            ("link-postpone", "request_measure_postponement"),
        ];
        links.extend(steps.map(|(what, operation)| {
            let address = mail.address(&format!("api/docs/#/measure/{operation}"));
            (mail.say(what, &[]), address)
        }));
    }
    links
}

fn sign_in(mail: &Mail<'_>) -> (String, String) {
    (mail.say("link-docs", &[]), mail.address("api/docs/"))
}
