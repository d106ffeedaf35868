//! Ladders: which stage of a deadline has been reached on a day, and which of them is still to be said (DOMAIN §5.5).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use crate::domain::calendar::WorkCalendar;
use crate::domain::text_enum;

text_enum! {
    /// As whom somebody is told.
    Capacity {
        /// Whoever answers for it, or stands in for them.
        Owner = "owner",
        /// Informationssicherheitsbeauftragte.
        Isb = "isb",
        /// Amts- oder IT-Leitung.
        Head = "head",
        /// Institutionsleitung.
        Management = "management",
    }
}

/// One rung of a ladder.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// `D30`, `O2`: before the due date or after it.
    pub code: String,
    /// Days after the due date; negative: before.
    pub days: i64,
    /// Who is told.
    pub to: BTreeSet<Capacity>,
    /// A mail of its own instead of a line in the digest.
    #[serde(default)]
    pub single: bool,
}

/// When whom is told what of a deadline.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// Overdue: whoever answers for it is told again every so many days (`R14`, `R28`, …).
    pub repeat_days: i64,
    /// The rungs, lowest first.
    pub steps: Vec<Step>,
}

/// What a stage is called; the order of the variants and of their days is that of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code<'p> {
    /// `A`: the deadline is new to its owner, and it is too late for the first stages.
    Assigned,
    /// A rung.
    Step(&'p str),
    /// `R28`: days overdue.
    Repeat(i64),
}

impl fmt::Display for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Code::Assigned => f.write_str("A"),
            Code::Step(code) => f.write_str(code),
            Code::Repeat(days) => write!(f, "R{days}"),
        }
    }
}

/// A stage that has been reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage<'p> {
    /// What it is called.
    pub code: Code<'p>,
    /// Days after the due date; negative: before.
    pub days: i64,
    /// A mail of its own.
    pub single: bool,
}

/// What one person is to be told of one deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder<'p> {
    /// The highest stage that has been reached.
    pub stage: Stage<'p>,
    /// Lower ones that were not said and are not any more (DOMAIN REM-8).
    pub suppressed: Vec<Stage<'p>>,
}

/// The working day of a run.
#[derive(Debug, Clone, Copy)]
pub struct RunDay<'c> {
    /// The day.
    pub day: NaiveDate,
    /// The last day before the next working day: what is to be said before it is said today.
    until: NaiveDate,
    calendar: &'c WorkCalendar,
}

impl<'c> RunDay<'c> {
    /// The run of `day`, which is a working day.
    pub fn new(day: NaiveDate, calendar: &'c WorkCalendar) -> Self {
        let next = calendar.working_day_from(day.succ_opt().unwrap_or(day));
        RunDay {
            day,
            until: next.pred_opt().unwrap_or(day),
            calendar,
        }
    }
}

/// The days that decide on the stages of a deadline.
#[derive(Debug, Clone, Copy)]
pub struct Term {
    /// The due date.
    pub due: NaiveDate,
    /// Since when it binds this owner: stages that were to be said before are not made up for.
    pub since: NaiveDate,
}

impl Ladder {
    /// # Errors
    /// A sentence that says what is wrong.
    pub(super) fn check(&self) -> Result<(), String> {
        if !(1..=366).contains(&self.repeat_days) {
            return Err("repeat_days must be between 1 and 366".to_owned());
        }
        let mut before: Option<i64> = None;
        for step in &self.steps {
            let code = &step.code;
            let (head, number) = code.split_at_checked(1).unwrap_or_default();
            let right = match head {
                "D" => step.days <= 0,
                "O" => step.days > 0,
                _ => false,
            };
            if !right || number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
                return Err(format!(
                    "`{code}` must be D and a number up to the due date, O and a number after it"
                ));
            }
            if !(-366..=3660).contains(&step.days) {
                return Err(format!("days of `{code}` must be between -366 and 3660"));
            }
            if step.to.is_empty() {
                return Err(format!("`{code}` is for nobody"));
            }
            if before.is_some_and(|before| before >= step.days) {
                return Err(format!("`{code}` must come after the step before it"));
            }
            before = Some(step.days);
        }
        let codes: BTreeSet<&str> = self.steps.iter().map(|step| step.code.as_str()).collect();
        if codes.len() < self.steps.len() {
            return Err("a code stands there twice".to_owned());
        }
        Ok(())
    }

    /// The stages that somebody in these capacities has reached by the run of a day, lowest first.
    ///
    /// What is to be said before the due date moves back to a working day, everything else forward (DOMAIN REM-7).
    pub fn reached(
        &self,
        term: Term,
        told_as: &BTreeSet<Capacity>,
        today: RunDay<'_>,
    ) -> Vec<Stage<'_>> {
        let overdue = today.day.signed_duration_since(term.due).num_days();
        let mut reached = Vec::new();
        if told_as.contains(&Capacity::Owner)
            && self.is_news(term)
            && overdue <= 0
            && term.since <= today.day
        {
            reached.push(Stage {
                code: Code::Assigned,
                days: i64::MIN,
                single: false,
            });
        }
        for step in &self.steps {
            if step.to.is_disjoint(told_as) {
                continue;
            }
            let there = if step.days > 0 {
                step.days <= overdue
            } else {
                self.said_before(step, term, today)
            };
            if there {
                reached.push(Stage {
                    code: Code::Step(&step.code),
                    days: step.days,
                    single: step.single,
                });
            }
        }
        if told_as.contains(&Capacity::Owner) {
            let a_step = |days: i64| {
                self.steps
                    .iter()
                    .any(|step| step.days == days && !step.to.is_disjoint(told_as))
            };
            let mut days = self.repeat_days;
            while days <= overdue {
                if !a_step(days) {
                    reached.push(Stage {
                        code: Code::Repeat(days),
                        days,
                        single: false,
                    });
                }
                days += self.repeat_days;
            }
            reached.sort_by_key(|stage| stage.days);
        }
        reached
    }

    /// The deadline came, or came to this owner, when the first stage was over (DOMAIN §5.5).
    fn is_news(&self, term: Term) -> bool {
        let first = self.steps.first().map_or(0, |step| step.days);
        let left = term.due.signed_duration_since(term.since).num_days();
        first < 0 && left < -first
    }

    fn said_before(&self, step: &Step, term: Term, today: RunDay<'_>) -> bool {
        let Some(planned) = term
            .due
            .checked_sub_days(Days::new(step.days.unsigned_abs()))
        else {
            return false;
        };
        planned <= today.until && today.calendar.working_day_until(planned) >= term.since
    }

    /// Whether a stage is for somebody in these capacities.
    pub fn tells(&self, code: &str, told_as: &BTreeSet<Capacity>) -> bool {
        match self.steps.iter().find(|step| step.code == code) {
            Some(step) => !step.to.is_disjoint(told_as),
            None => told_as.contains(&Capacity::Owner),
        }
    }

    /// The days of a stage after the due date.
    pub fn days_of(&self, code: &str) -> i64 {
        let step = self.steps.iter().find(|step| step.code == code);
        let repeat = || code.strip_prefix('R').and_then(|days| days.parse().ok());
        step.map(|step| step.days)
            .or_else(repeat)
            .unwrap_or(i64::MIN)
    }

    /// The first step after `days`, and the day on which it will be said: who hears of it next.
    pub fn step_after(
        &self,
        days: i64,
        due: NaiveDate,
        calendar: &WorkCalendar,
    ) -> Option<(&Step, NaiveDate)> {
        let step = self
            .steps
            .iter()
            .find(|step| step.days > days && step.days > 0)?;
        let planned = due.checked_add_days(Days::new(step.days.unsigned_abs()))?;
        Some((step, calendar.working_day_from(planned)))
    }
}

/// What is to be said: the highest stage, if it has not been said; lower ones that were missed go with it.
///
/// Where nothing was said at all, repetitions that were missed are not told one by one: they might be hundreds.
pub fn next<'p>(reached: Vec<Stage<'p>>, said: &BTreeSet<String>) -> Option<Reminder<'p>> {
    let mut reached = reached;
    let stage = reached.pop()?;
    if said.contains(&stage.code.to_string()) {
        return None;
    }
    let worth = |stage: &Stage<'p>| !said.is_empty() || !matches!(stage.code, Code::Repeat(_));
    reached.retain(|stage| worth(stage) && !said.contains(&stage.code.to_string()));
    Some(Reminder {
        stage,
        suppressed: reached,
    })
}

/// Ladders by name.
pub type Ladders = BTreeMap<String, Ladder>;
