//! Putting into the outbox what a day has to say.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::Day;
use crate::domain::reminder::ladder::Stage;
use crate::domain::reminder::plan::{Planned, Singles, mail_key, occurrence_key};
use crate::error::Result;
use crate::store::occurrences::{self, NewOccurrence};
use crate::store::outbox::{self, MailKind, NewMail};
use crate::store::{Db, new_id};

/// Plans the reminders of a day: one digest a person, and single mails for what deserves one. Gives the number of mails.
///
/// Occurrences are added a page at a time, so that memory does not grow with the deadlines; of single mails only as many are
/// held back as a person may get.
pub(super) fn reminders(db: &mut Db, now: DateTime<Utc>, day: &Day<'_>) -> Result<usize> {
    let mut mails = Mails {
        now,
        day,
        digests: HashMap::new(),
        count: 0,
    };
    let mut singles: HashMap<String, Singles<NewOccurrence>> = HashMap::new();
    day.each_page(db, |db, page| {
        let mut said = Vec::new();
        for planned in page {
            for stage in &planned.reminder.suppressed {
                said.push(occurrence(planned, stage));
            }
            let stage = &planned.reminder.stage;
            let mut for_digest = Some(occurrence(planned, stage));
            if stage.single
                && let Some(new) = for_digest.take()
            {
                let most = day.app.reminders.single_mails_max;
                let of_person = singles
                    .entry(planned.recipient.to_owned())
                    .or_insert_with(|| Singles::new(most));
                for_digest = of_person.take(planned.deadline.days_overdue(day.today), new);
            }
            if let Some(mut new) = for_digest {
                new.outbox_id = Some(mails.digest(db, &new.recipient_id)?);
                said.push(new);
            }
        }
        occurrences::add(db, &day.institution.id, day.today, &said)
    })?;
    let mut said = Vec::new();
    for mut new in singles.into_values().flat_map(Singles::into_kept) {
        new.outbox_id = Some(mails.add(db, MailKind::Single, &new.key, &new.recipient_id)?);
        said.push(new);
    }
    occurrences::add(db, &day.institution.id, day.today, &said)?;
    Ok(mails.count)
}

fn occurrence(planned: &Planned<'_>, stage: &Stage<'_>) -> NewOccurrence {
    let (deadline, code) = (planned.deadline, stage.code.to_string());
    NewOccurrence {
        key: occurrence_key(&deadline.id, deadline.due, &code, planned.recipient),
        deadline_id: deadline.id.clone(),
        due: deadline.due,
        code,
        recipient_id: planned.recipient.to_owned(),
        outbox_id: None,
    }
}

/// The mails of a day.
struct Mails<'a> {
    now: DateTime<Utc>,
    day: &'a Day<'a>,
    /// Id of the digest, by the person.
    digests: HashMap<String, String>,
    count: usize,
}

impl Mails<'_> {
    /// Id of a person's digest, which is made when the first thing goes into it.
    fn digest(&mut self, db: &mut Db, recipient: &str) -> Result<String> {
        if let Some(id) = self.digests.get(recipient) {
            return Ok(id.clone());
        }
        let kind = MailKind::Digest;
        let key = mail_key(
            kind.as_str(),
            &self.day.institution.id,
            recipient,
            self.day.today,
        );
        let id = self.add(db, kind, &key, recipient)?;
        self.digests.insert(recipient.to_owned(), id.clone());
        Ok(id)
    }

    fn add(
        &mut self,
        db: &mut Db,
        kind: MailKind,
        key: &str,
        recipient_id: &str,
    ) -> Result<String> {
        let id = new_id(self.now);
        let mail = NewMail {
            id: &id,
            key,
            recipient_id,
            kind,
            day: self.day.today,
            payload: "{}",
        };
        let ready = self.day.app.clock.machine();
        self.count += 1;
        if outbox::enqueue(db, self.now, ready, &self.day.institution.id, &mail)? {
            return Ok(id);
        }
        // Planned before, and dropped because it did not hold any more; now it does again.
        outbox::revive(db, ready, key)
    }
}
