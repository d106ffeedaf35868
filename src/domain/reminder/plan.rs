//! What is to be said to whom on the day of a run.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};

use super::ReminderPolicy;
use super::ladder::{Capacity, Reminder, RunDay, Term, next};
use super::people::People;
use crate::domain::deadline::Deadline;

/// A reminder of one deadline for one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned<'a> {
    /// Of what.
    pub deadline: &'a Deadline,
    /// User id of whom.
    pub recipient: &'a str,
    /// As what they are told.
    pub told_as: BTreeSet<Capacity>,
    /// The stage, and those that are left out for it.
    pub reminder: Reminder<'a>,
}

/// One thing that was said, or left out for something higher.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SaidOnce {
    /// The due date that it was about.
    pub due: NaiveDate,
    /// To whom.
    pub recipient: String,
    /// Code of the stage.
    pub code: String,
}

/// What has been said of deadlines, by their ids.
#[derive(Debug, Clone, Default)]
pub struct Said(HashMap<String, Vec<SaidOnce>>);

impl Said {
    /// Notes what was said of a deadline.
    pub fn add(&mut self, deadline_id: String, said: SaidOnce) {
        self.0.entry(deadline_id).or_default().push(said);
    }

    fn codes(&self, deadline: &Deadline, recipient: &str) -> BTreeSet<String> {
        let of_deadline = self.0.get(&deadline.id).into_iter().flatten();
        of_deadline
            .filter(|said| said.due == deadline.due && said.recipient == recipient)
            .map(|said| said.code.clone())
            .collect()
    }
}

/// Plans the reminders of some deadlines: for each and each person the highest stage that was reached, once (DOMAIN REM-8).
///
/// It goes by the state of things, not by what happened when: a run that was missed is made up for by the next one.
pub fn plan<'a>(
    deadlines: &'a [Deadline],
    people: &'a People,
    said: &Said,
    policy: &'a ReminderPolicy,
    today: RunDay<'_>,
) -> Vec<Planned<'a>> {
    let mut planned = Vec::new();
    for deadline in deadlines {
        if is_paused(deadline, today.day) || is_history(deadline) {
            continue;
        }
        let Some(ladder) = policy.ladder(deadline.kind, deadline.urgent) else {
            continue;
        };
        let term = Term {
            due: deadline.due,
            since: deadline.since,
        };
        for (recipient, told_as) in people.concerned(deadline) {
            let reached = ladder.reached(term, &told_as, today);
            if let Some(reminder) = next(reached, &said.codes(deadline, recipient)) {
                planned.push(Planned {
                    deadline,
                    recipient,
                    told_as,
                    reminder,
                });
            }
        }
    }
    planned
}

/// A date that was over before anybody here could meet it, such as a report of years ago in a paper that was brought in. It
/// stands in the list of deadlines until somebody says that it was met. Of a measure, whoever does it hears all the same.
fn is_history(deadline: &Deadline) -> bool {
    deadline.status.is_none() && deadline.due < deadline.since
}

fn is_paused(deadline: &Deadline, today: NaiveDate) -> bool {
    deadline.paused_until.is_some_and(|until| until >= today)
}

/// As what a person is still to be told something that was planned before; `None` when it does not hold any more: the date is
/// another one, the ISB lets it rest, or it is not theirs any more (DOMAIN T16).
pub fn still_told(
    deadline: &Deadline,
    said: &SaidOnce,
    people: &People,
    policy: &ReminderPolicy,
    today: NaiveDate,
) -> Option<BTreeSet<Capacity>> {
    if deadline.due != said.due || is_paused(deadline, today) {
        return None;
    }
    let told_as = people.concerned(deadline).remove(said.recipient.as_str())?;
    let ladder = policy.ladder(deadline.kind, deadline.urgent)?;
    ladder.tells(&said.code, &told_as).then_some(told_as)
}

/// The single mails of one person in one run: the most overdue ones, up to a number (DOMAIN REM-10).
#[derive(Debug)]
pub struct Singles<T> {
    most: usize,
    kept: Vec<(i64, T)>,
}

impl<T> Singles<T> {
    /// Room for so many.
    pub fn new(most: usize) -> Self {
        Singles {
            most,
            kept: Vec::new(),
        }
    }

    /// Takes one in; gives back what has no room and goes into the digest.
    pub fn take(&mut self, days_overdue: i64, single: T) -> Option<T> {
        let place = self.kept.partition_point(|(days, _)| *days >= days_overdue);
        self.kept.insert(place, (days_overdue, single));
        if self.kept.len() > self.most {
            self.kept.pop().map(|(_, least)| least)
        } else {
            None
        }
    }

    /// What is worth a mail of its own, most overdue first.
    pub fn into_kept(self) -> impl Iterator<Item = T> {
        self.kept.into_iter().map(|(_, single)| single)
    }
}

/// Names one thing that is said to one person of one deadline, for ever (DOMAIN REM-9): hexadecimal, 128 bits.
pub fn occurrence_key(deadline_id: &str, due: NaiveDate, code: &str, recipient: &str) -> String {
    key(&["reminder", deadline_id, &due.to_string(), code, recipient])
}

/// Names a mail of a kind to one person on one day, for ever.
pub fn mail_key(kind: &str, institution_id: &str, recipient: &str, day: NaiveDate) -> String {
    key(&[kind, institution_id, recipient, &day.to_string()])
}

/// Names a mail about an alarm at its place to one person, for ever.
pub fn alarm_key(check: &str, institution_id: &str, place: &str, recipient: &str) -> String {
    key(&["alarm", check, institution_id, place, recipient])
}

fn key(parts: &[&str]) -> String {
    let mut key = hex::encode(Sha256::digest(parts.join("\n")));
    key.truncate(32);
    key
}

#[cfg(test)]
#[path = "plan_tests.rs"]
pub(super) mod tests;
