//! What could not be delivered: who, what, by which Message-ID, the last words of the mail server; no content.

use super::{Body, Mail, unwritten};
use crate::actions::undelivered::Report;
use crate::domain::access::Role;
use crate::error::Result;
use crate::mail::digest;
use crate::mail::notice::{Notice, Row, Section};
use crate::store::Db;
use crate::store::notifications::{self, GivenUp};
use crate::store::types::from_json;
use crate::store::webhooks::{self, Endpoint};

/// Mails that are still given up, and webhooks that are still off.
pub(super) fn compose(db: &mut Db, mail: &Mail<'_>) -> Result<Body> {
    let report: Report = from_json(&mail.leased.payload)?;
    let institution_id = &mail.leased.institution_id;
    let mails = notifications::given_up(db, institution_id, &report.mails)?;
    let endpoints = webhooks::switched_off(db, institution_id, &report.webhooks)?;
    if mails.is_empty() && endpoints.is_empty() {
        return Ok(Err("nothing of it holds any more"));
    }
    let count = mails.len() + endpoints.len();
    let (domain, now) = (mail.app.config.mail_domain(), mail.app.webhooks.clone());
    let origin = |endpoint: &Endpoint| match now.target(&endpoint.url) {
        Ok(target) => target.origin,
        // Since then, the settings have become stricter.
        Err(_) => endpoint.id.clone(),
    };
    let mut todo = Vec::new();
    if !mails.is_empty() {
        todo.push(mail.say("undelivered-todo-mails", &[]));
    }
    if !endpoints.is_empty() {
        todo.push(mail.say("undelivered-todo-webhooks", &[]));
    }
    let reason = [("institution", mail.leased.institution_name.clone())];
    let notice = Notice {
        language: mail.language,
        subject: mail.say("undelivered-subject", &[("count", count.to_string())]),
        recipient: mail.recipient.name.clone(),
        intro: vec![mail.say("undelivered-reason", &reason)],
        sections: vec![
            Section {
                heading: mail.say("undelivered-mails", &[]),
                rows: mails
                    .iter()
                    .map(|row| of_mail(mail, &domain, row))
                    .collect(),
                ..Section::default()
            },
            Section {
                heading: mail.say("undelivered-webhooks", &[]),
                rows: endpoints
                    .iter()
                    .map(|endpoint| of_endpoint(mail, origin(endpoint), endpoint))
                    .collect(),
                ..Section::default()
            },
            Section {
                heading: mail.say("heading-todo", &[]),
                points: todo,
                ..Section::default()
            },
        ],
        links: vec![
            (
                mail.say("undelivered-link-mails", &[]),
                mail.api("notifications?state=failed"),
            ),
            (
                mail.say("undelivered-link-webhooks", &[]),
                mail.api("webhooks"),
            ),
        ],
        contact: mail.officer().filter(|_| !mail.recipient.has(Role::Isb)),
        occurrence_key: mail.leased.occurrence_key.clone(),
        policy_version: mail.app.reminders.version.clone(),
    };
    Ok(Ok(notice.render().map_err(unwritten)?))
}

fn of_mail(mail: &Mail<'_>, domain: &str, row: &GivenUp) -> Row {
    let kind = mail.say(&format!("undelivered-kind-{}", row.kind), &[]);
    let reply = row.last_reply.clone().unwrap_or_default();
    Row {
        reference: row.display_name.clone(),
        title: Some(kind),
        facts: vec![
            mail.fact("undelivered-address", row.email.clone()),
            mail.fact("undelivered-day", mail.day(row.day)),
            mail.fact(
                "undelivered-message-id",
                digest::message_id(&row.occurrence_key, domain),
            ),
            mail.fact("undelivered-attempts", row.attempts.to_string()),
            mail.fact("undelivered-reply", reply),
        ],
    }
}

fn of_endpoint(mail: &Mail<'_>, origin: String, endpoint: &Endpoint) -> Row {
    let why = endpoint.switched_off_why.map(|why| why.as_str());
    let why = mail.say(&format!("undelivered-why-{}", why.unwrap_or_default()), &[]);
    Row {
        reference: origin,
        title: Some(endpoint.description.clone()),
        facts: vec![mail.fact("undelivered-why", why)],
    }
}
