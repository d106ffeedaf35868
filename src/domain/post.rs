//! Posts in hundredths of a full-time equivalent: their steps, how far they are filled, since when they are
//! vacant, and granted beside filled (DOMAIN §4.3, BUD-15).

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use chrono::NaiveDate;
use serde::Serialize;

use super::programme::{CentsOverflow, sum};
use super::text_enum;

/// Most hundredths of one record: 100,000 full-time equivalents.
pub const MAX_HUNDREDTHS: i32 = 10_000_000;

text_enum! {
    /// Where a post stands.
    #[schema(as = PostStatus)]
    Status {
        /// Beantragt.
        Requested = "requested",
        /// Bewilligt.
        Granted = "granted",
        /// Ausgeschrieben.
        Advertised = "advertised",
        /// Besetzt, in full.
        Filled = "filled",
        /// kw: falls away on a day that is known.
        Ending = "ending",
        /// Entfallen.
        Dropped = "dropped",
    }
}

impl Status {
    /// Where a step may lead from here.
    pub const fn next(self) -> &'static [Status] {
        match self {
            Status::Requested => &[Status::Granted, Status::Dropped],
            Status::Granted => &[Status::Advertised, Status::Filled, Status::Dropped],
            Status::Advertised => &[Status::Filled, Status::Granted, Status::Dropped],
            Status::Filled => &[Status::Advertised, Status::Granted, Status::Ending],
            Status::Ending => &[Status::Filled, Status::Dropped],
            Status::Dropped => &[],
        }
    }

    /// Whether the council has granted it and it has not fallen away.
    pub const fn counts_as_granted(self) -> bool {
        matches!(
            self,
            Status::Granted | Status::Advertised | Status::Filled | Status::Ending
        )
    }

    /// Whether somebody is to be found for it.
    pub const fn is_open(self) -> bool {
        matches!(self, Status::Granted | Status::Advertised)
    }

    /// How much of so many hundredths can be filled in this status: in full is a status of its own.
    pub const fn fillable(self, hundredths: i32) -> RangeInclusive<i32> {
        match self {
            Status::Requested | Status::Dropped => 0..=0,
            Status::Granted | Status::Advertised => 0..=hundredths - 1,
            Status::Filled => hundredths..=hundredths,
            Status::Ending => 0..=hundredths,
        }
    }
}

/// What a step is decided on.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// Where the post stands.
    pub from: Status,
    /// Where it is to go.
    pub to: Status,
    /// Why.
    pub reason: Option<&'a str>,
    /// Day on which it falls away (kw), once that is known.
    pub ends_on: Option<NaiveDate>,
    /// Whether an adopted resolution stands behind it.
    pub adopted: bool,
}

/// Why a step is not taken.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The status does not lead there.
    Illegal,
    /// Names of what is missing.
    Incomplete(Vec<&'static str>),
}

/// Checks a step: the status has to lead there; granting needs an adopted resolution (DOMAIN BUD-15), kw its
/// day, dropping a reason.
///
/// # Errors
/// [`Refusal`]
pub fn check_step(step: &Step<'_>) -> Result<(), Refusal> {
    if !step.from.next().contains(&step.to) {
        return Err(Refusal::Illegal);
    }
    let missing = match step.to {
        Status::Granted if step.from == Status::Requested && !step.adopted => "adopted_resolution",
        Status::Ending if step.ends_on.is_none() => "ends_on",
        Status::Dropped if step.reason.is_none_or(|reason| reason.trim().is_empty()) => "reason",
        _ => return Ok(()),
    };
    Err(Refusal::Incomplete(vec![missing]))
}

/// What has to be known of a post to count it.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Where it stands.
    pub status: Status,
    /// Hundredths of a full-time equivalent.
    pub hundredths: i32,
    /// Of these, to be filled early.
    pub early_hundredths: i32,
    /// Of these, filled.
    pub filled_hundredths: i32,
    /// Start.
    pub starts_on: Option<NaiveDate>,
    /// Start of the early part.
    pub early_starts_on: Option<NaiveDate>,
    /// What it costs in a year, in cents.
    pub cost_year_cents: Option<i64>,
}

/// Since when a granted post is vacant: the start that has passed (a day is over at its end) without all of it, or
/// all of its early part, being filled. A deadline of the unit, later on (DOMAIN §4.3).
pub fn vacant_since(post: &Facts, today: NaiveDate) -> Option<NaiveDate> {
    let passed = |day: Option<NaiveDate>, wanted: i32| {
        day.filter(|day| *day < today && post.filled_hundredths < wanted)
    };
    if !post.status.is_open() {
        return None;
    }
    passed(post.early_starts_on, post.early_hundredths)
        .into_iter()
        .chain(passed(post.starts_on, post.hundredths))
        .min()
}

/// Posts of one programme and unit, in hundredths.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Tally {
    /// Asked for, not yet granted.
    pub requested_hundredths: i64,
    /// Granted and not fallen away.
    #[schema(example = 850)]
    pub granted_hundredths: i64,
    /// Filled.
    #[schema(example = 600)]
    pub filled_hundredths: i64,
    /// Granted, to be filled, and not filled.
    pub unfilled_hundredths: i64,
    /// Of the unfilled ones, those of posts whose start has passed.
    pub vacant_hundredths: i64,
    /// What the granted ones cost in a year, in cents, as far as it is known.
    pub granted_cost_year_cents: i64,
}

impl Tally {
    /// Adds a post.
    ///
    /// # Errors
    /// [`CentsOverflow`]
    pub fn add(&mut self, post: &Facts, today: NaiveDate) -> Result<(), CentsOverflow> {
        let add = |to: &mut i64, what: i64| -> Result<(), CentsOverflow> {
            *to = sum([*to, what])?;
            Ok(())
        };
        let (all, filled) = (
            i64::from(post.hundredths),
            i64::from(post.filled_hundredths),
        );
        if post.status == Status::Requested {
            add(&mut self.requested_hundredths, all)?;
        }
        if post.status.counts_as_granted() {
            add(&mut self.granted_hundredths, all)?;
            add(&mut self.filled_hundredths, filled)?;
            add(
                &mut self.granted_cost_year_cents,
                post.cost_year_cents.unwrap_or(0),
            )?;
        }
        if post.status.is_open() {
            add(&mut self.unfilled_hundredths, all - filled)?;
        }
        if vacant_since(post, today).is_some() {
            let started = post.starts_on.is_some_and(|day| day < today);
            let due = if started {
                all
            } else {
                i64::from(post.early_hundredths)
            };
            add(&mut self.vacant_hundredths, due - filled)?;
        }
        Ok(())
    }
}

/// Granted beside filled for each key (programme and unit), and for all together.
///
/// # Errors
/// [`CentsOverflow`]
pub fn tally<K: Ord>(
    posts: impl IntoIterator<Item = (K, Facts)>,
    today: NaiveDate,
) -> Result<(BTreeMap<K, Tally>, Tally), CentsOverflow> {
    let (mut each, mut all) = (BTreeMap::<K, Tally>::new(), Tally::default());
    for (key, post) in posts {
        each.entry(key).or_default().add(&post, today)?;
        all.add(&post, today)?;
    }
    Ok((each, all))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn post(status: Status, hundredths: i32, filled: i32) -> Facts {
        Facts {
            status,
            hundredths,
            early_hundredths: 0,
            filled_hundredths: filled,
            starts_on: Some(day("2022-03-01")),
            early_starts_on: None,
            cost_year_cents: Some(100),
        }
    }

    #[test]
    fn the_steps_as_a_table() {
        use Status::{Advertised, Dropped, Ending, Filled, Granted, Requested};
        let legal = [
            (Requested, Granted),
            (Requested, Dropped),
            (Granted, Advertised),
            (Granted, Filled),
            (Granted, Dropped),
            (Advertised, Filled),
            (Advertised, Granted),
            (Advertised, Dropped),
            (Filled, Advertised),
            (Filled, Granted),
            (Filled, Ending),
            (Ending, Filled),
            (Ending, Dropped),
        ];
        for from in Status::ALL.iter().copied() {
            for to in Status::ALL.iter().copied() {
                let step = Step {
                    from,
                    to,
                    reason: Some("Grund"),
                    ends_on: Some(day("2024-12-31")),
                    adopted: true,
                };
                let taken = check_step(&step);
                if legal.contains(&(from, to)) {
                    assert_eq!(taken, Ok(()), "{from} to {to}");
                } else {
                    assert_eq!(taken, Err(Refusal::Illegal), "{from} to {to}");
                }
            }
        }
    }

    #[test]
    fn what_a_step_asks_for() {
        use Status::{Advertised, Dropped, Ending, Filled, Granted, Requested};
        for (from, to, missing) in [
            (Requested, Granted, Some("adopted_resolution")),
            (Filled, Granted, None),
            (Granted, Advertised, None),
            (Filled, Ending, Some("ends_on")),
            (Ending, Dropped, Some("reason")),
            (Requested, Dropped, Some("reason")),
        ] {
            let step = Step {
                from,
                to,
                reason: Some(" "),
                ends_on: None,
                adopted: false,
            };
            let expected = missing.map_or(Ok(()), |name| Err(Refusal::Incomplete(vec![name])));
            assert_eq!(check_step(&step), expected, "{from} to {to}");
        }
    }

    #[test]
    fn vacant_from_the_day_after_the_start_until_it_is_filled() {
        use Status::{Advertised, Dropped, Ending, Filled, Granted, Requested};
        let since = |post: &Facts, today: &str| vacant_since(post, day(today));
        for status in [Granted, Advertised] {
            let post = post(status, 100, 0);
            assert_eq!(since(&post, "2022-03-01"), None);
            assert_eq!(since(&post, "2022-03-02"), Some(day("2022-03-01")));
        }
        for status in [Requested, Filled, Ending, Dropped] {
            assert_eq!(since(&post(status, 100, 0), "2023-01-01"), None, "{status}");
        }
        let mut early = Facts {
            early_hundredths: 50,
            early_starts_on: Some(day("2021-12-01")),
            ..post(Granted, 100, 0)
        };
        assert_eq!(since(&early, "2021-12-02"), Some(day("2021-12-01")));
        early.filled_hundredths = 50;
        assert_eq!(since(&early, "2022-03-01"), None);
        assert_eq!(since(&early, "2022-03-02"), Some(day("2022-03-01")));
        early.starts_on = None;
        assert_eq!(since(&early, "2030-01-01"), None);
    }

    proptest! {
        #[test]
        fn the_parts_add_up_to_the_whole(
            posts in prop::collection::vec((0usize..3, 0usize..6, 1i32..2000, 0i32..2000, any::<bool>()), 0..80)
        ) {
            let posts: Vec<(usize, Facts)> = posts.into_iter().map(|(unit, status, hundredths, filled, started)| {
                let status = Status::ALL[status];
                let range = status.fillable(hundredths);
                let mut post = post(status, hundredths, filled.clamp(*range.start(), *range.end()));
                post.starts_on = Some(day(if started { "2022-01-01" } else { "2023-01-01" }));
                (unit, post)
            }).collect();
            let (each, all) = tally(posts, day("2022-06-01")).unwrap();
            for of in [
                |tally: &Tally| tally.requested_hundredths, |tally: &Tally| tally.granted_hundredths, |tally: &Tally| tally.filled_hundredths,
                |tally: &Tally| tally.unfilled_hundredths, |tally: &Tally| tally.vacant_hundredths, |tally: &Tally| tally.granted_cost_year_cents,
            ] {
                prop_assert_eq!(each.values().map(of).sum::<i64>(), of(&all));
            }
            prop_assert!(all.filled_hundredths + all.unfilled_hundredths <= all.granted_hundredths);
            prop_assert!(all.vacant_hundredths <= all.unfilled_hundredths);
        }
    }
}
