//! What webhooks tell: ids, statuses, days and levels, never a title or an amount, for whoever runs the receiving
//! system need not be somebody who may see content (DOMAIN ROL-4, §7.4).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::measure::{Confidentiality, Status};
use super::text_enum;

text_enum! {
    /// What happened.
    #[schema(as = WebhookEventType)]
    EventType {
        /// A due date has gone by and the measure still runs; once per measure and due date.
        MeasureOverdue = "measure.overdue",
        /// A measure has taken a step.
        MeasureStatusChanged = "measure.status_changed",
        /// A budget has an alarm; once per check, place, year and level.
        BudgetAlarm = "budget.alarm",
        /// Somebody tries whether calls arrive.
        Test = "webhook.test",
    }
}

impl EventType {
    /// Whether one can ask for it; a test comes to whoever asked for the test.
    pub const fn is_subscribed(self) -> bool {
        !matches!(self, EventType::Test)
    }
}

text_enum! {
    /// Why an endpoint was switched off by the service.
    SwitchedOffWhy {
        /// It answered 410: it is gone for good.
        Gone = "gone",
        /// It has answered nothing well for days.
        Failing = "failing",
    }
}

/// Days in a row without a good answer after which an endpoint is switched off.
pub const FAILING_DAYS: i64 = 3;

/// Hours that a secret still signs after another one has taken its place.
pub const OLD_SECRET_HOURS: i64 = 24;

/// Classes of which webhooks tell: of what is strictly confidential nothing leaves the house but the request to sign in
/// (DOMAIN §7.4), and a machine cannot follow that.
pub const TOLD: &[Confidentiality] = &[
    Confidentiality::Public,
    Confidentiality::Internal,
    Confidentiality::Confidential,
];

/// The body of a call (Standard Webhooks).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event<T> {
    /// What happened.
    #[serde(rename = "type")]
    pub event: EventType,
    /// When.
    pub timestamp: DateTime<Utc>,
    /// On what.
    pub data: T,
}

/// What of a body is read again, for lists.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EventHead {
    /// What happened.
    #[serde(rename = "type")]
    pub event: EventType,
    /// When.
    pub timestamp: DateTime<Utc>,
}

/// Data of `measure.overdue`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeasureOverdue<'a> {
    /// Slug of the institution.
    pub institution: &'a str,
    /// Id of the measure.
    pub measure_id: &'a str,
    /// Its number.
    pub reference: &'a str,
    /// Status.
    pub status: Status,
    /// Due date (Europe/Berlin).
    pub due: NaiveDate,
    /// Days since, on the day when it was noticed.
    pub days_overdue: i64,
}

/// Data of `measure.status_changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeasureStatusChanged<'a> {
    /// Slug of the institution.
    pub institution: &'a str,
    /// Id of the measure.
    pub measure_id: &'a str,
    /// Its number.
    pub reference: &'a str,
    /// Status before.
    pub old_status: Status,
    /// Status after.
    pub status: Status,
    /// Due date (Europe/Berlin).
    pub due: Option<NaiveDate>,
    /// Version of the measure after the step.
    pub version: i32,
}

/// Data of `webhook.test`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Test<'a> {
    /// Slug of the institution.
    pub institution: &'a str,
    /// Id of the endpoint.
    pub webhook_id: &'a str,
}

/// Key of an occurrence for one endpoint: hexadecimal, 128 bits. The same words give the same key.
pub fn occurrence_key(endpoint_id: &str, event: EventType, what: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in [endpoint_id, event.as_str()].iter().chain(what) {
        hash.update(part.as_bytes());
        hash.update([b'\n']);
    }
    let mut key = hex::encode(hash.finalize());
    key.truncate(32);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_of_one_occurrence_at_one_endpoint() {
        let key =
            |endpoint, what: &[&str]| occurrence_key(endpoint, EventType::MeasureOverdue, what);
        let this = key("e", &["m", "2022-10-10"]);
        assert_eq!(this, key("e", &["m", "2022-10-10"]));
        assert_eq!(this.len(), 32);
        for other in [
            key("f", &["m", "2022-10-10"]),
            key("e", &["n", "2022-10-10"]),
            key("e", &["m", "2022-10-11"]),
            key("e", &["m2022-10-10"]),
            occurrence_key("e", EventType::BudgetAlarm, &["m", "2022-10-10"]),
        ] {
            assert_ne!(this, other);
        }
    }

    #[test]
    fn the_body_is_what_the_standard_asks_for() {
        let body = Event {
            event: EventType::MeasureStatusChanged,
            timestamp: "2022-10-17T05:00:00Z".parse().unwrap(),
            data: MeasureStatusChanged {
                institution: "offenburg",
                measure_id: "0190163d-8694-739b-aea5-966c26f8ad91",
                reference: "M-2022-0007",
                old_status: Status::Approved,
                status: Status::InProgress,
                due: Some("2022-12-31".parse().unwrap()),
                version: 4,
            },
        };
        let text = serde_json::to_string(&body).unwrap();
        assert_eq!(
            text,
            r#"{"type":"measure.status_changed","timestamp":"2022-10-17T05:00:00Z","data":{"institution":"offenburg","measure_id":"0190163d-8694-739b-aea5-966c26f8ad91","reference":"M-2022-0007","old_status":"approved","status":"in_progress","due":"2022-12-31","version":4}}"#
        );
        let head: EventHead = serde_json::from_str(&text).unwrap();
        assert_eq!((head.event, head.timestamp), (body.event, body.timestamp));
    }

    #[test]
    fn of_what_is_strictly_confidential_nothing_is_told() {
        assert!(!TOLD.contains(&Confidentiality::StrictlyConfidential));
        assert_eq!(TOLD.len() + 1, Confidentiality::ALL.len());
    }
}
