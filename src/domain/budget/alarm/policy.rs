//! `policies/budget.toml`: from when something is worth an alarm.

use chrono::NaiveDate;
use serde::Deserialize;

/// Thresholds of the alarms.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmPolicy {
    /// Version that answers name.
    pub version: String,
    /// BA-4: per mille of what may be used.
    pub near_limit_per_mille: u16,
    /// BA-5: month and day.
    #[serde(deserialize_with = "month_and_day")]
    pub slow_outflow_from: (u32, u32),
    /// BA-5: per mille of what may be used.
    pub slow_outflow_per_mille: u16,
    /// BA-10: years after the one that the money was authorised for.
    pub carry_over_years_investive: i32,
    /// BA-10: the same of consumptive money.
    pub carry_over_years_consumptive: i32,
    /// BA-10: days before the end.
    pub carry_over_first_days: i64,
    /// BA-10: days before the end when it gets louder.
    pub carry_over_second_days: i64,
    /// BA-11: cents.
    pub recurring_cost_from_cents: i64,
}

fn month_and_day<'de, D: serde::Deserializer<'de>>(from: D) -> Result<(u32, u32), D::Error> {
    let text = String::deserialize(from)?;
    // A year without 29 February: a day that not every year has would be no day to go by.
    let day = NaiveDate::parse_from_str(&format!("2021-{text}"), "%Y-%m-%d");
    use chrono::Datelike as _;
    day.map(|day| (day.month(), day.day())).map_err(|error| {
        serde::de::Error::custom(format!("expected a day of the form `09-30`: {error}"))
    })
}

impl AlarmPolicy {
    /// Reads and checks the policy.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let policy: AlarmPolicy = toml::from_str(text).map_err(|error| error.to_string())?;
        for (name, per_mille) in [
            ("near_limit_per_mille", policy.near_limit_per_mille),
            ("slow_outflow_per_mille", policy.slow_outflow_per_mille),
        ] {
            if !(1..=1000).contains(&per_mille) {
                return Err(format!("{name} must be between 1 and 1000"));
            }
        }
        for (name, years) in [
            (
                "carry_over_years_investive",
                policy.carry_over_years_investive,
            ),
            (
                "carry_over_years_consumptive",
                policy.carry_over_years_consumptive,
            ),
        ] {
            if !(1..=10).contains(&years) {
                return Err(format!("{name} must be between 1 and 10"));
            }
        }
        let (first, second) = (policy.carry_over_first_days, policy.carry_over_second_days);
        if !(0..=first).contains(&second) || first > 366 {
            return Err(
                "carry_over_second_days must not be more than carry_over_first_days, and that not more than 366"
                    .to_owned(),
            );
        }
        if policy.recurring_cost_from_cents < 1 {
            return Err("recurring_cost_from_cents must be more than 0".to_owned());
        }
        Ok(policy)
    }
}

#[cfg(test)]
pub(super) fn policy() -> AlarmPolicy {
    AlarmPolicy::parse(include_str!("../../../../policies/budget.toml")).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_named() {
        let text = include_str!("../../../../policies/budget.toml");
        assert_eq!(policy().slow_outflow_from, (9, 30));
        for (from, to, part) in [
            ("= 900", "= 0", "near_limit_per_mille"),
            ("= 900", "= 1001", "near_limit_per_mille"),
            ("= 900", "= -1", "near_limit_per_mille"),
            ("= 500", "= 1001", "slow_outflow_per_mille"),
            ("\"09-30\"", "\"02-29\"", "09-30"),
            ("\"09-30\"", "\"30.09.\"", "09-30"),
            (
                "investive = 2",
                "investive = 0",
                "carry_over_years_investive",
            ),
            (
                "consumptive = 2",
                "consumptive = 11",
                "carry_over_years_consumptive",
            ),
            (
                "second_days = 30",
                "second_days = 91",
                "carry_over_second_days",
            ),
            (
                "first_days = 90",
                "first_days = 367",
                "carry_over_first_days",
            ),
            ("= 1000000", "= 0", "recurring_cost_from_cents"),
            ("version", "verison", "verison"),
        ] {
            let broken = text.replacen(from, to, 1);
            assert_ne!(broken, text, "{from}");
            let error = AlarmPolicy::parse(&broken).err().unwrap_or_default();
            assert!(error.contains(part), "{to}: {error}");
        }
    }
}
