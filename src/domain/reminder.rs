//! Who gets which digest on a day (DOMAIN chapter 5), as values: nothing is sent here.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::calendar::{QuietDay, WorkCalendar, berlin_day, berlin_instant};
use super::measure::{Confidentiality, Status, days_left, days_overdue};

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
}

fn time_of_day<'de, D: serde::Deserializer<'de>>(from: D) -> Result<NaiveTime, D::Error> {
    let text = String::deserialize(from)?;
    NaiveTime::parse_from_str(&text, "%H:%M").map_err(|error| {
        serde::de::Error::custom(format!("expected a time of the form `07:00`: {error}"))
    })
}

impl OpenMeasure {
    /// The title that may leave the house in a mail (DOMAIN §5.6, §7.4): of an internal measure the one for the
    /// public, where there is one; none above that class.
    fn title_outside(&self) -> Option<String> {
        match self.confidentiality {
            Confidentiality::Public => Some(self.title.clone()),
            Confidentiality::Internal => {
                Some(self.title_public.as_ref().unwrap_or(&self.title).clone())
            }
            Confidentiality::Confidential | Confidentiality::StrictlyConfidential => None,
        }
    }
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
        Ok(policy)
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

/// A measure as the planner sees it.
#[derive(Debug, Clone)]
pub struct OpenMeasure {
    /// `M-2022-0007`
    pub reference: String,
    /// Title.
    pub title: String,
    /// Title for the public, where there is one.
    pub title_public: Option<String>,
    /// Class; it decides what of the measure may stand in a mail.
    pub confidentiality: Confidentiality,
    /// Status.
    pub status: Status,
    /// Unit.
    pub org_unit: Option<String>,
    /// User id of whoever is responsible.
    pub owner: Option<String>,
    /// Due date.
    pub due: NaiveDate,
    /// The first due date.
    pub due_original: Option<NaiveDate>,
    /// Due date in the words of its source.
    pub due_text: Option<String>,
}

/// Somebody who can get a mail.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// User id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// `de` or `en`.
    pub locale: String,
    /// Is ISB of the institution.
    pub is_isb: bool,
}

/// As whom somebody gets the digest.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Capacity {
    /// The ISB sees everything of the institution.
    Isb,
    /// Whoever is responsible sees their own.
    Owner,
}

/// One entry of a digest; a snapshot of the moment of planning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DigestItem {
    /// `M-2022-0007`
    pub reference: String,
    /// Title, unless the class forbids it to leave.
    pub title: Option<String>,
    /// Class; of a strictly confidential measure not even the reference leaves.
    pub confidentiality: Confidentiality,
    /// Status.
    pub status: Status,
    /// Unit.
    pub org_unit: Option<String>,
    /// Name of whoever is responsible.
    pub owner: Option<String>,
    /// Due date.
    pub due: NaiveDate,
    /// The first due date.
    pub due_original: NaiveDate,
    /// Due date in the words of its source.
    pub due_text: Option<String>,
    /// Days overdue (positive) or left (zero or negative).
    pub days_overdue: i64,
}

/// A digest to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PlannedDigest {
    /// Identifies the occurrence for ever; the same question gives the same key.
    pub occurrence_key: String,
    /// User id of the recipient.
    pub recipient_id: String,
    /// As whom.
    pub capacity: Capacity,
    /// Day of the run.
    pub day: NaiveDate,
    /// Most overdue first.
    pub overdue: Vec<DigestItem>,
    /// Next due first.
    pub due_soon: Vec<DigestItem>,
}

/// Plans the digests of one institution for one day.
///
/// The ISB gets all, everybody else their own; somebody who is both gets one mail. An empty digest is
/// not planned. A measure whose owner cannot get mail shows up at the ISB without an owner.
pub fn plan(
    institution_id: &str,
    measures: &[OpenMeasure],
    recipients: &[Recipient],
    policy: &ReminderPolicy,
    today: NaiveDate,
) -> Vec<PlannedDigest> {
    let names: BTreeMap<&str, &str> = recipients
        .iter()
        .map(|r| (r.id.as_str(), r.name.as_str()))
        .collect();
    let mut plans = Vec::new();
    for recipient in recipients {
        let concerns = |measure: &&OpenMeasure| {
            recipient.is_isb || measure.owner.as_ref() == Some(&recipient.id)
        };
        let item = |measure: &OpenMeasure, days_overdue| item(measure, days_overdue, &names);
        let concerned = || measures.iter().filter(concerns);
        let mut overdue: Vec<_> = concerned()
            .filter_map(|m| days_overdue(m.status, Some(m.due), today).map(|days| item(m, days)))
            .collect();
        let mut due_soon: Vec<_> = concerned()
            .filter_map(|m| {
                days_left(m.status, Some(m.due), today, policy.due_soon_days)
                    .map(|days| item(m, -days))
            })
            .collect();
        if overdue.is_empty() && due_soon.is_empty() {
            continue;
        }
        let order = |a: &DigestItem, b: &DigestItem| {
            b.days_overdue
                .cmp(&a.days_overdue)
                .then_with(|| a.reference.cmp(&b.reference))
        };
        overdue.sort_by(order);
        due_soon.sort_by(order);
        plans.push(PlannedDigest {
            occurrence_key: occurrence_key(institution_id, &recipient.id, today),
            recipient_id: recipient.id.clone(),
            capacity: if recipient.is_isb {
                Capacity::Isb
            } else {
                Capacity::Owner
            },
            day: today,
            overdue,
            due_soon,
        });
    }
    plans
}

/// What of a digest still holds when it is about to be sent; `None` when nothing does (DOMAIN T16).
///
/// `now` holds the measures as they are now, by reference. Gone is what is done, has another date or another
/// owner; a title whose class has risen stays inside.
pub fn still_wanted(
    planned: PlannedDigest,
    now: &BTreeMap<String, OpenMeasure>,
    is_isb: bool,
) -> Option<PlannedDigest> {
    let keep = |item: DigestItem| {
        let measure = now.get(&item.reference)?;
        let concerned = is_isb || measure.owner.as_ref() == Some(&planned.recipient_id);
        let same = measure.status.runs() && measure.due == item.due;
        (concerned && same).then(|| DigestItem {
            title: measure.title_outside(),
            confidentiality: measure.confidentiality,
            status: measure.status,
            ..item
        })
    };
    let overdue: Vec<DigestItem> = planned.overdue.into_iter().filter_map(keep).collect();
    let due_soon: Vec<DigestItem> = planned.due_soon.into_iter().filter_map(keep).collect();
    let capacity = if is_isb {
        Capacity::Isb
    } else {
        Capacity::Owner
    };
    (!overdue.is_empty() || !due_soon.is_empty()).then_some(PlannedDigest {
        capacity,
        overdue,
        due_soon,
        occurrence_key: planned.occurrence_key,
        recipient_id: planned.recipient_id.clone(),
        day: planned.day,
    })
}

fn item(measure: &OpenMeasure, days_overdue: i64, names: &BTreeMap<&str, &str>) -> DigestItem {
    let owner = measure
        .owner
        .as_deref()
        .and_then(|id| names.get(id))
        .map(|name| (*name).to_owned());
    DigestItem {
        reference: measure.reference.clone(),
        title: measure.title_outside(),
        confidentiality: measure.confidentiality,
        status: measure.status,
        org_unit: measure.org_unit.clone(),
        owner,
        due: measure.due,
        due_original: measure.due_original.unwrap_or(measure.due),
        due_text: measure.due_text.clone(),
        days_overdue,
    }
}

/// Key of the digest for one person on one day (DOMAIN REM-9): hexadecimal, 128 bits.
pub fn occurrence_key(institution_id: &str, recipient_id: &str, day: NaiveDate) -> String {
    let hash = Sha256::digest(format!("digest\n{institution_id}\n{recipient_id}\n{day}"));
    let mut key = hex::encode(hash);
    key.truncate(32);
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::holiday::Land;

    fn policy() -> ReminderPolicy {
        ReminderPolicy::parse("version = \"1\"\nrun_at = \"07:00\"\ndue_soon_days = 30").unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn measure(reference: &str, owner: Option<&str>, due: &str) -> OpenMeasure {
        OpenMeasure {
            reference: reference.to_owned(),
            title: format!("Titel {reference}"),
            title_public: None,
            confidentiality: Confidentiality::Internal,
            status: Status::InProgress,
            org_unit: None,
            owner: owner.map(str::to_owned),
            due: due.parse().unwrap(),
            due_original: None,
            due_text: None,
        }
    }

    fn recipient(id: &str, is_isb: bool) -> Recipient {
        Recipient {
            id: id.to_owned(),
            name: id.to_uppercase(),
            email: String::new(),
            locale: "de".to_owned(),
            is_isb,
        }
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
    fn isb_gets_all_owner_their_own_and_nobody_two() {
        let measures = [
            measure("M-2022-0001", Some("a"), "2022-10-10"),
            measure("M-2022-0002", Some("isb"), "2022-06-30"),
            measure("M-2022-0003", Some("gone"), "2022-10-16"),
            measure("M-2022-0004", Some("a"), "2022-10-31"),
            measure("M-2022-0005", Some("b"), "2023-12-31"),
        ];
        let people = [
            recipient("a", false),
            recipient("b", false),
            recipient("isb", true),
        ];
        let plans = plan(
            "i",
            &measures,
            &people,
            &policy(),
            "2022-10-17".parse().unwrap(),
        );
        let summary: Vec<_> = plans
            .iter()
            .map(|p| {
                let refs = |items: &[DigestItem]| {
                    items
                        .iter()
                        .map(|i| i.reference.clone())
                        .collect::<Vec<_>>()
                        .join(" ")
                };
                (
                    p.recipient_id.as_str(),
                    p.capacity,
                    refs(&p.overdue),
                    refs(&p.due_soon),
                )
            })
            .collect();
        assert_eq!(
            summary,
            [
                (
                    "a",
                    Capacity::Owner,
                    "M-2022-0001".to_owned(),
                    "M-2022-0004".to_owned()
                ),
                (
                    "isb",
                    Capacity::Isb,
                    "M-2022-0002 M-2022-0001 M-2022-0003".to_owned(),
                    "M-2022-0004".to_owned()
                ),
            ]
        );
        assert_eq!(
            plans[1].overdue[2].owner, None,
            "an owner without mail is nobody"
        );
    }

    #[test]
    fn a_confidential_title_stays_inside() {
        let mut secret = measure("M-2022-0001", Some("a"), "2022-10-10");
        secret.confidentiality = Confidentiality::Confidential;
        let plans = plan(
            "i",
            &[secret],
            &[recipient("a", false)],
            &policy(),
            "2022-10-17".parse().unwrap(),
        );
        assert_eq!(plans[0].overdue[0].title, None);
    }

    #[test]
    fn the_class_decides_which_title_leaves() {
        for (class, public, expected) in [
            (
                Confidentiality::Public,
                Some("öffentlich"),
                Some("Titel M-1"),
            ),
            (
                Confidentiality::Internal,
                Some("öffentlich"),
                Some("öffentlich"),
            ),
            (Confidentiality::Internal, None, Some("Titel M-1")),
            (Confidentiality::Confidential, Some("öffentlich"), None),
            (
                Confidentiality::StrictlyConfidential,
                Some("öffentlich"),
                None,
            ),
        ] {
            let measure = OpenMeasure {
                confidentiality: class,
                title_public: public.map(str::to_owned),
                ..measure("M-1", None, "2022-10-10")
            };
            assert_eq!(measure.title_outside().as_deref(), expected, "{class}");
        }
    }

    #[test]
    fn what_has_changed_since_is_not_sent() {
        let open = [
            measure("M-2022-0001", Some("a"), "2022-10-10"),
            measure("M-2022-0002", Some("a"), "2022-06-30"),
        ];
        let today = "2022-10-17".parse().unwrap();
        let planned = plan("i", &open, &[recipient("a", false)], &policy(), today).remove(0);
        let later = |change: fn(&mut OpenMeasure)| {
            let mut now = open.to_vec();
            change(&mut now[0]);
            let now = now.into_iter().map(|m| (m.reference.clone(), m)).collect();
            still_wanted(planned.clone(), &now, false)
        };
        let count = |digest: Option<PlannedDigest>| digest.map_or(0, |d| d.overdue.len());
        assert_eq!(later(|_| ()), Some(planned.clone()));
        assert_eq!(count(later(|m| m.status = Status::Implemented)), 1);
        assert_eq!(count(later(|m| m.due = "2022-12-31".parse().unwrap())), 1);
        assert_eq!(count(later(|m| m.owner = Some("b".to_owned()))), 1);
        let risen = later(|m| m.confidentiality = Confidentiality::Confidential).unwrap();
        assert_eq!(
            risen
                .overdue
                .iter()
                .filter(|item| item.title.is_none())
                .count(),
            1
        );
        assert_eq!(still_wanted(planned, &BTreeMap::new(), true), None);
    }

    #[test]
    fn the_key_is_the_same_for_the_same_occurrence_only() {
        let day = "2022-10-17".parse().unwrap();
        let key = occurrence_key("i", "a", day);
        assert_eq!(key, occurrence_key("i", "a", day));
        assert_eq!(key.len(), 32);
        for other in [
            occurrence_key("j", "a", day),
            occurrence_key("i", "b", day),
            occurrence_key("i", "a", day.succ_opt().unwrap()),
        ] {
            assert_ne!(key, other);
        }
    }

    #[test]
    fn a_faulty_policy_is_refused() {
        for text in [
            "version = \"1\"\nrun_at = \"7 Uhr\"\ndue_soon_days = 30",
            "version = \"1\"\nrun_at = \"07:00\"\ndue_soon_days = -1",
            "version = \"1\"\nrun_at = \"07:00\"\ndue_soon_days = 30\nweekly = true",
        ] {
            assert!(ReminderPolicy::parse(text).is_err(), "{text}");
        }
    }
}
