//! What would go out.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::{Day, JOB, REGULAR, people, period};
use crate::actions::{By, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::calendar::QuietDay;
use crate::domain::deadline::Deadline;
use crate::domain::reminder::ladder::Capacity;
use crate::domain::reminder::people::{People, Person};
use crate::domain::reminder::plan::{Planned, Singles, mail_key, occurrence_key};
use crate::domain::reminder::{Turn, next_run, turn};
use crate::error::Result;
use crate::store::outbox::{self, MailKind};

/// Items of a mail that are shown; the rest is counted.
const MOST_ITEMS: usize = 200;

/// What an institution would get at an instant.
#[derive(Debug)]
pub struct Preview {
    /// Slug.
    pub institution: String,
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
    /// What it is.
    pub kind: MailKind,
    /// Names it for ever; the Message-ID is made of it.
    pub occurrence_key: String,
    /// Who gets it.
    pub recipient: Person,
    /// How many deadlines it is about.
    pub total: usize,
    /// The deadlines, most overdue first, at most 200; none of what sums up a week or a month.
    pub items: Vec<PreviewedItem>,
}

/// What a mail would say of one deadline.
#[derive(Debug, Clone)]
pub struct PreviewedItem {
    /// The deadline.
    pub deadline: Deadline,
    /// Name of whoever is responsible, where mail reaches them.
    pub owner: Option<String>,
    /// Code of the stage.
    pub code: String,
    /// As what the recipient is told.
    pub told_as: Vec<Capacity>,
    /// Lower stages that are left out for it.
    pub suppressed: Vec<String>,
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
            let people = people(db, &institution.id, today)?;
            let day = Day {
                app,
                institution,
                people: &people,
                calendar: &calendar,
                today,
            };
            let mut gathered = Gathered::default();
            day.each_page(db, |_, page| {
                page.iter().for_each(|planned| gathered.take(planned, &day));
                Ok(())
            })?;
            mails = gathered.mails(&day);
            for (kind, job, role) in REGULAR {
                if outbox::has_run(db, job, &institution.id, period(kind, today))? {
                    continue;
                }
                mails.extend(people.with(role).map(|person| PreviewedMail {
                    kind,
                    occurrence_key: mail_key(
                        kind.as_str(),
                        &institution.id,
                        &person.id,
                        period(kind, today),
                    ),
                    recipient: person.clone(),
                    total: 0,
                    items: Vec::new(),
                }));
            }
        }
        Ok(Preview {
            institution: institution.slug.clone(),
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

/// What is to be said, by person.
#[derive(Default)]
struct Gathered {
    digests: BTreeMap<String, (usize, Vec<PreviewedItem>)>,
    singles: HashMap<String, Singles<PreviewedItem>>,
}

impl Gathered {
    fn take(&mut self, planned: &Planned<'_>, day: &Day<'_>) {
        let item = item(planned, day.people);
        let days = planned.deadline.days_overdue(day.today);
        let for_digest = if planned.reminder.stage.single {
            let most = day.app.reminders.single_mails_max;
            let singles = self.singles.entry(planned.recipient.to_owned());
            singles
                .or_insert_with(|| Singles::new(most))
                .take(days, item)
        } else {
            Some(item)
        };
        if let Some(item) = for_digest {
            let (total, items) = self
                .digests
                .entry(planned.recipient.to_owned())
                .or_default();
            *total += 1;
            let place = |item: &PreviewedItem| (item.deadline.due, item.deadline.reference.clone());
            let at = items.partition_point(|before| place(before) <= place(&item));
            items.insert(at, item);
            items.truncate(MOST_ITEMS);
        }
    }

    fn mails(self, day: &Day<'_>) -> Vec<PreviewedMail> {
        let mut mails = Vec::new();
        for (recipient, (total, items)) in self.digests {
            let key = mail_key(
                MailKind::Digest.as_str(),
                &day.institution.id,
                &recipient,
                day.today,
            );
            mails.extend(mail(
                MailKind::Digest,
                key,
                day.people.get(&recipient),
                total,
                items,
            ));
        }
        for (recipient, singles) in self.singles {
            for item in singles.into_kept() {
                let key =
                    occurrence_key(&item.deadline.id, item.deadline.due, &item.code, &recipient);
                mails.extend(mail(
                    MailKind::Single,
                    key,
                    day.people.get(&recipient),
                    1,
                    vec![item],
                ));
            }
        }
        mails.sort_by(|a, b| {
            let place = |mail: &PreviewedMail| {
                let due = mail.items.first().map(|item: &PreviewedItem| {
                    (item.deadline.due, item.deadline.reference.clone())
                });
                (mail.recipient.email.clone(), mail.kind, due)
            };
            place(a).cmp(&place(b))
        });
        mails
    }
}

fn mail(
    kind: MailKind,
    occurrence_key: String,
    recipient: Option<&Person>,
    total: usize,
    items: Vec<PreviewedItem>,
) -> Option<PreviewedMail> {
    let recipient = recipient?.clone();
    Some(PreviewedMail {
        kind,
        occurrence_key,
        recipient,
        total,
        items,
    })
}

fn item(planned: &Planned<'_>, people: &People) -> PreviewedItem {
    PreviewedItem {
        deadline: planned.deadline.clone(),
        owner: name_of(planned.deadline, people),
        code: planned.reminder.stage.code.to_string(),
        told_as: planned.told_as.iter().copied().collect(),
        suppressed: planned
            .reminder
            .suppressed
            .iter()
            .map(|stage| stage.code.to_string())
            .collect(),
    }
}

/// Name of whoever is responsible, where mail reaches them.
pub(in crate::actions) fn name_of(deadline: &Deadline, people: &People) -> Option<String> {
    let owner = people.get(deadline.owner.as_deref()?)?;
    (!people.nobody_answers(deadline)).then(|| owner.name.clone())
}
