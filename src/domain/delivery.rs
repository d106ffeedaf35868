//! When something that could not be delivered is tried again (DOMAIN REM-9).

use chrono::{DateTime, TimeDelta, Utc};

use super::text_enum;

text_enum! {
    /// Where something in the outbox is.
    DeliveryState {
        /// It is to be delivered, for the first time or again.
        Pending = "pending",
        /// It was accepted.
        Sent = "sent",
        /// It was given up.
        Failed = "failed",
        /// Nobody wants it any more.
        Obsolete = "obsolete",
    }
}

/// The longest wait that grows by itself, in seconds: with the five attempts and five minutes of the defaults, the last
/// attempt is two days after the first.
const LONGEST: i64 = 40 * 60 * 60;

/// By how much each wait is longer than the one before.
const GROWTH: i64 = 8;

/// The longest wait that a receiver may ask for.
const LONGEST_ASKED: TimeDelta = TimeDelta::hours(24);

/// How often, and how soon for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all.
    pub attempts: i32,
    /// Seconds until the second one.
    pub first_wait_seconds: u64,
}

impl RetryPolicy {
    /// When the next attempt is after `attempts` that failed, the last of them at `now`; `None` when it is given up.
    /// `asked`: how long the receiver wants to be left alone.
    pub fn next(
        &self,
        now: DateTime<Utc>,
        attempts: i32,
        asked: Option<TimeDelta>,
    ) -> Option<DateTime<Utc>> {
        if attempts >= self.attempts {
            return None;
        }
        let asked = asked.unwrap_or_default().min(LONGEST_ASKED);
        Some(now + self.wait(attempts).max(asked))
    }

    /// How long others wait that go the same way, once one has failed: it is no use to try each of them.
    pub fn first_wait(&self) -> TimeDelta {
        self.wait(1)
    }

    fn wait(&self, attempts: i32) -> TimeDelta {
        let steps = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0);
        let first = i64::try_from(self.first_wait_seconds).unwrap_or(LONGEST);
        let factor = GROWTH.checked_pow(steps).unwrap_or(LONGEST);
        TimeDelta::seconds(first.saturating_mul(factor).min(LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn five_attempts_in_two_days() {
        let policy = RetryPolicy {
            attempts: 5,
            first_wait_seconds: 300,
        };
        let mut now = at("2026-03-02T06:00:00Z");
        for (attempt, next) in [
            (1, Some("2026-03-02T06:05:00Z")),
            (2, Some("2026-03-02T06:45:00Z")),
            (3, Some("2026-03-02T12:05:00Z")),
            (4, Some("2026-03-04T04:05:00Z")),
            (5, None),
        ] {
            let then = policy.next(now, attempt, None);
            assert_eq!(then, next.map(at), "after attempt {attempt}");
            now = then.unwrap_or(now);
        }
        let all = now - at("2026-03-02T06:00:00Z");
        assert!(TimeDelta::hours(40) < all && all <= TimeDelta::hours(48));
    }

    #[test]
    fn who_asks_to_be_left_alone_is_for_a_day_at_most() {
        let policy = RetryPolicy {
            attempts: 5,
            first_wait_seconds: 300,
        };
        let now = at("2026-03-02T06:00:00Z");
        let after = |asked| policy.next(now, 1, Some(asked)).unwrap() - now;
        assert_eq!(after(TimeDelta::minutes(1)), TimeDelta::minutes(5));
        assert_eq!(after(TimeDelta::minutes(20)), TimeDelta::minutes(20));
        assert_eq!(after(TimeDelta::days(400)), TimeDelta::hours(24));
        assert_eq!(after(TimeDelta::minutes(-20)), TimeDelta::minutes(5));
        assert_eq!(policy.next(now, 5, Some(TimeDelta::minutes(1))), None);
    }

    #[test]
    fn waits_never_overflow() {
        for attempts in [1, 2, 10, 50, i32::MAX - 1] {
            let policy = RetryPolicy {
                attempts: i32::MAX,
                first_wait_seconds: u64::MAX,
            };
            let wait = policy.next(at("2026-03-02T06:00:00Z"), attempts, None);
            assert_eq!(wait, Some(at("2026-03-03T22:00:00Z")));
        }
    }
}
