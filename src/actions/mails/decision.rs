//! Decisions on new due dates: whoever asked hears of them, and the ISB of those taken above (DOMAIN §5.4).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Body, Mail, unwritten};
use crate::actions::Scope;
use crate::app::App;
use crate::domain::access::Role;
use crate::domain::calendar::berlin_day;
use crate::domain::measure::Confidentiality;
use crate::domain::postponement::{State, Tier};
use crate::domain::reminder::plan::occurrence_key;
use crate::error::Result;
use crate::mail::notice::{Notice, Section};
use crate::store::outbox::{self, MailKind, NewMail};
use crate::store::postponements::{self, Postponement};
use crate::store::types::{from_json, to_json};
use crate::store::{Db, measures, new_id, users};
use crate::texts;

/// Which decision a mail is about.
#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    measure: String,
    postponement: String,
}

/// Puts the mails about a decision into the outbox, in the transaction that takes it. Whoever decided knows.
pub(in crate::actions) fn tell(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    now: DateTime<Utc>,
    decided: &Postponement,
) -> Result<()> {
    let mut recipients = BTreeSet::from([decided.requested_by.clone()]);
    if decided.tier != Tier::Isb {
        let members = users::active_members(db, &scope.institution.id)?;
        let isb = members
            .into_iter()
            .filter(|member| member.role == Role::Isb);
        recipients.extend(isb.map(|member| member.id));
    }
    let payload = to_json(&Payload {
        measure: decided.measure_id.clone(),
        postponement: decided.id.clone(),
    })?;
    for recipient in &recipients {
        if Some(recipient) == decided.decided_by.as_ref() {
            continue;
        }
        let mail = NewMail {
            id: &new_id(now),
            key: &occurrence_key(
                &decided.id,
                decided.to_day,
                MailKind::Decision.as_str(),
                recipient,
            ),
            recipient_id: recipient,
            kind: MailKind::Decision,
            day: berlin_day(now),
            payload: &payload,
        };
        outbox::enqueue(db, now, app.clock.machine(), &scope.institution.id, &mail)?;
    }
    Ok(())
}

/// What was decided, by whom and why.
pub(super) fn compose(db: &mut Db, mail: &Mail<'_>) -> Result<Body> {
    let payload: Payload = from_json(&mail.leased.payload)?;
    let decided = postponements::get(db, &payload.measure, &payload.postponement)?;
    let measure = measures::get(db, &mail.leased.institution_id, &payload.measure)?.measure;
    let decider = decided.decided_by.clone().unwrap_or_default();
    let decider = users::accounts(db, &[&decider])?.remove(&decider);
    let verdict = texts::label(mail.language, "postponement-state", decided.state.as_str());
    let secret = measure.confidentiality == Confidentiality::StrictlyConfidential;
    let subject = if secret {
        mail.say("decision-subject-secret", &[("verdict", verdict.clone())])
    } else {
        let reference = measure.reference.clone();
        mail.say(
            "decision-subject",
            &[("verdict", verdict.clone()), ("reference", reference)],
        )
    };
    let [from, to] = mail.dates(&decided);
    let facts = vec![
        from,
        to,
        mail.fact("fact-state", verdict),
        mail.fact(
            "fact-decided-by",
            decider.map(|account| account.name).unwrap_or_default(),
        ),
        mail.fact(
            "fact-tier",
            texts::label(mail.language, "role", decided.tier.as_str()),
        ),
    ];
    let asked = decided.requested_by == mail.recipient.id;
    let reason = if asked {
        "decision-reason-asked"
    } else {
        "decision-reason-isb"
    };
    let holds = match decided.state {
        State::Approved => mail.say("decision-approved", &[("due", mail.day(decided.to_day))]),
        _ => mail.say("decision-refused", &[("due", mail.day(decided.from_day))]),
    };
    let notice = Notice {
        language: mail.language,
        subject,
        recipient: mail.recipient.name.clone(),
        intro: vec![mail.say(
            reason,
            &[("institution", mail.leased.institution_name.clone())],
        )],
        sections: vec![
            Section {
                heading: mail.say("heading-decision", &[]),
                rows: vec![mail.named(&measure, facts)],
                ..Section::default()
            },
            Section {
                heading: mail.say("heading-holds", &[]),
                points: vec![holds],
                ..Section::default()
            },
        ],
        links: if secret {
            vec![(mail.say("link-docs", &[]), mail.address("api/docs/"))]
        } else {
            vec![(
                mail.say("link-measure", &[]),
                mail.api(&format!("measures/{}", measure.reference)),
            )]
        },
        contact: mail.officer().filter(|_| !mail.recipient.has(Role::Isb)),
        occurrence_key: mail.leased.occurrence_key.clone(),
        policy_version: mail.app.reminders.version.clone(),
    };
    Ok(Ok(notice.render().map_err(unwritten)?))
}
