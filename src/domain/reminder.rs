//! Who is reminded of what on a day (DOMAIN chapter 5), as values: nothing is sent here.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, Utc};
use serde::Deserialize;

use super::calendar::{QuietDay, WorkCalendar, berlin_day, berlin_instant};
use super::deadline::Kind;

pub mod ladder;
pub mod people;
pub mod plan;

use ladder::{Ladder, Ladders};

/// `policies/reminders.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReminderPolicy {
    /// Version that mails name in their footer.
    pub version: String,
    /// Time of day in Europe/Berlin at which the job runs.
    #[serde(deserialize_with = "time_of_day")]
    pub run_at: NaiveTime,
    /// How many days ahead something counts as due soon.
    pub due_soon_days: i64,
    /// Most single mails that a person gets in one run; what is beyond goes into the digest (DOMAIN REM-10).
    pub single_mails_max: usize,
    /// Days after which a proposal that nobody has decided on shows in the weekly digest (DOMAIN §5.3).
    pub undecided_days: i64,
    /// Whether the ISB is told that all is well, in a week in which there is nothing else to tell.
    pub heartbeat: bool,
    /// Ladders of the kinds of deadlines.
    pub kinds: BTreeMap<Kind, KindPolicy>,
    /// Ladders by name.
    pub ladders: Ladders,
}

/// By which ladder people are reminded of deadlines of a kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindPolicy {
    /// Name of the ladder.
    pub ladder: String,
    /// Name of the ladder where it is urgent; the same one if left out (DOMAIN §5.5).
    pub urgent: Option<String>,
}

fn time_of_day<'de, D: serde::Deserializer<'de>>(from: D) -> Result<NaiveTime, D::Error> {
    let text = String::deserialize(from)?;
    NaiveTime::parse_from_str(&text, "%H:%M").map_err(|error| {
        serde::de::Error::custom(format!("expected a time of the form `07:00`: {error}"))
    })
}

impl ReminderPolicy {
    /// Reads and checks the policy.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let policy: ReminderPolicy = toml::from_str(text).map_err(|error| error.to_string())?;
        if !(0..=365).contains(&policy.due_soon_days) {
            return Err("due_soon_days must be between 0 and 365".to_owned());
        }
        if !(1..=1000).contains(&policy.single_mails_max) {
            return Err("single_mails_max must be between 1 and 1000".to_owned());
        }
        if !(1..=3660).contains(&policy.undecided_days) {
            return Err("undecided_days must be between 1 and 3660".to_owned());
        }
        for (name, ladder) in &policy.ladders {
            ladder
                .check()
                .map_err(|fault| format!("ladder {name}: {fault}"))?;
        }
        for kind in Kind::ALL {
            let Some(of_kind) = policy.kinds.get(kind) else {
                return Err(format!("kinds lacks `{kind}`"));
            };
            let named = [Some(&of_kind.ladder), of_kind.urgent.as_ref()];
            let unknown = |name: &&String| !policy.ladders.contains_key(*name);
            if let Some(name) = named.into_iter().flatten().find(unknown) {
                return Err(format!(
                    "`{kind}` names the ladder `{name}`, which is not there"
                ));
            }
        }
        Ok(policy)
    }

    /// The ladder of a kind of deadlines; `None` only of a policy that was not checked.
    pub fn ladder(&self, kind: Kind, urgent: bool) -> Option<&Ladder> {
        let of_kind = self.kinds.get(&kind)?;
        let name = of_kind
            .urgent
            .as_ref()
            .filter(|_| urgent)
            .unwrap_or(&of_kind.ladder);
        self.ladders.get(name)
    }
}

/// What the job has to do at an instant for one institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// Run for this day.
    Run(NaiveDate),
    /// Working day, but it is not yet time.
    TooEarly(NaiveDate),
    /// Nobody is at work.
    Quiet(NaiveDate, QuietDay),
}

/// Whether the job has its turn. A run that was missed in the morning is made up for later the same day.
pub fn turn(now: DateTime<Utc>, policy: &ReminderPolicy, calendar: &WorkCalendar) -> Turn {
    let today = berlin_day(now);
    if let Some(why) = calendar.quiet_day(today) {
        return Turn::Quiet(today, why);
    }
    if now < berlin_instant(today, policy.run_at) {
        Turn::TooEarly(today)
    } else {
        Turn::Run(today)
    }
}

/// The first instant after `now` at which the job has a fresh turn.
pub fn next_run(
    now: DateTime<Utc>,
    policy: &ReminderPolicy,
    calendar: &WorkCalendar,
) -> DateTime<Utc> {
    let mut day = calendar.working_day_from(berlin_day(now));
    while berlin_instant(day, policy.run_at) <= now {
        let Some(tomorrow) = day.succ_opt() else {
            break;
        };
        day = calendar.working_day_from(tomorrow);
    }
    berlin_instant(day, policy.run_at)
}

/// The Monday whose week's digest is due, if it is: the first working day of a week, or the next one after an outage.
pub fn week(today: NaiveDate) -> NaiveDate {
    let since_monday = u64::from(today.weekday().num_days_from_monday());
    today
        .checked_sub_days(Days::new(since_monday))
        .unwrap_or(today)
}

/// The first day of the month, which names the month's digest.
pub fn month(today: NaiveDate) -> NaiveDate {
    today.with_day(1).unwrap_or(today)
}

#[cfg(test)]
mod tests {
    use super::plan::tests::policy;
    use super::*;
    use crate::domain::holiday::Land;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_job_runs_on_working_days_from_seven() {
        let closed = WorkCalendar {
            land: Land::BadenWuerttemberg,
            closure_days: vec!["12-24".parse().unwrap(), "12-31".parse().unwrap()],
        };
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(
            turn(at("2022-10-17T05:00:00Z"), &policy(), &closed),
            Turn::Run(day("2022-10-17"))
        );
        assert_eq!(
            turn(at("2022-10-17T04:59:59Z"), &policy(), &closed),
            Turn::TooEarly(day("2022-10-17"))
        );
        assert_eq!(
            turn(at("2022-10-17T21:59:59Z"), &policy(), &closed),
            Turn::Run(day("2022-10-17"))
        );
        assert_eq!(
            turn(at("2022-10-16T10:00:00Z"), &policy(), &closed),
            Turn::Quiet(day("2022-10-16"), QuietDay::Weekend)
        );
        assert_eq!(
            turn(at("2022-11-01T10:00:00Z"), &policy(), &closed),
            Turn::Quiet(day("2022-11-01"), QuietDay::Holiday("Allerheiligen"))
        );
        assert_eq!(
            next_run(at("2022-10-14T10:00:00Z"), &policy(), &closed),
            at("2022-10-17T05:00:00Z")
        );
        assert_eq!(
            next_run(at("2022-10-17T04:00:00Z"), &policy(), &closed),
            at("2022-10-17T05:00:00Z")
        );
        assert_eq!(
            next_run(at("2021-12-23T10:00:00Z"), &policy(), &closed),
            at("2021-12-27T06:00:00Z")
        );
    }

    #[test]
    fn a_faulty_policy_is_refused() {
        let shipped = include_str!("../../policies/reminders.toml");
        for (right, wrong, says) in [
            (
                "run_at = \"07:00\"",
                "run_at = \"7 Uhr\"",
                "expected a time",
            ),
            ("due_soon_days = 30", "due_soon_days = -1", "due_soon_days"),
            (
                "single_mails_max = 20",
                "single_mails_max = 0",
                "single_mails_max",
            ),
            (
                "undecided_days = 90",
                "undecided_days = 0",
                "undecided_days",
            ),
            (
                "heartbeat = true",
                "heartbeat = true\nweekly = true",
                "weekly",
            ),
            ("legal = { ladder = \"DEF\" }", "", "kinds lacks `legal`"),
            (
                "legal = { ladder = \"DEF\" }",
                "legal = { ladder = \"XYZ\" }",
                "`legal` names the ladder `XYZ`",
            ),
            (
                "urgent = \"URG\" }",
                "urgent = \"NOW\" }",
                "names the ladder `NOW`",
            ),
            (
                "repeat_days = 7",
                "repeat_days = 0",
                "ladder URG: repeat_days",
            ),
            (
                "\"D30\", days = -30",
                "\"D30\", days = 30",
                "ladder DEF: `D30` must be D",
            ),
            ("\"O1\", days = 1", "\"O1\", days = -1", "`O1` must be"),
            ("\"O1\", days = 1", "\"X1\", days = 1", "`X1` must be"),
            ("\"O1\", days = 1", "\"O\", days = 1", "`O` must be"),
            ("\"O1\", days = 1", "\"O2\", days = 1", "twice"),
            (
                "\"O2\", days = 14",
                "\"O2\", days = 1",
                "`O2` must come after",
            ),
            ("\"O2\", days = 14", "\"O2\", days = 99999", "days of `O2`"),
            (
                "days = 1, to = [\"owner\"]",
                "days = 1, to = []",
                "`O1` is for nobody",
            ),
            (
                "days = 1, to = [\"owner\"]",
                "days = 1, to = [\"boss\"]",
                "unknown variant",
            ),
        ] {
            let faulty = shipped.replacen(right, wrong, 1);
            assert_ne!(faulty, shipped, "{right}");
            let fault = ReminderPolicy::parse(&faulty).unwrap_err();
            assert!(fault.contains(says), "{says}: {fault}");
        }
    }

    #[test]
    fn the_days_that_name_weeks_and_months() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(week(day("2026-11-26")), day("2026-11-23"));
        assert_eq!(week(day("2026-11-23")), day("2026-11-23"));
        assert_eq!(week(day("2027-01-01")), day("2026-12-28"));
        assert_eq!(month(day("2026-11-26")), day("2026-11-01"));
    }
}
