//! Money that moves: between lines of a year, and into the next year. Always in pairs that sum to nothing.

use super::correct::trimmed;
use super::post::{Resolutions, find_line};
use super::{Desk, Order, PostedView, at_the_desk};
use crate::actions::By;
use crate::actions::idempotent::Answer;
use crate::app::App;
use crate::domain::budget::request::{CarryOver, Transfer};
use crate::domain::budget::{EntryType, cover, posting};
use crate::domain::fault::Faults;
use crate::error::{Error, Result};
use crate::store::budget::{self, Entry};
use crate::store::{Db, new_id};

/// Moves money of one year between lines (Deckung, DOMAIN BUD-8, BA-12).
///
/// # Errors
/// `invalid`, `forbidden`, `not_found`, `outside_cover_group`, `cross_kind_transfer`, what [`super::book::book`]
/// refuses, `idempotency_key_reused`
pub fn transfer(
    app: &App,
    by: By<'_>,
    institution: &str,
    programme: &str,
    input: &Transfer,
    key: Option<&str>,
) -> Result<Answer<PostedView>> {
    posting::check_transfer(input)?;
    let order = Order {
        operation: "transfer_budget",
        institution,
        programme,
        input,
        key,
    };
    at_the_desk(app, by, &order, |db, desk| covering(db, desk, input))
}

fn covering(db: &mut Db, desk: &Desk<'_>, input: &Transfer) -> Result<Vec<Entry>> {
    let shares = input.from.iter().chain(&input.to);
    let named: Vec<&str> = shares.map(|share| share.line.as_str()).collect();
    let lines = budget::lines_by_key(db, &desk.programme.id, &named)?;
    let resolution = input.resolution.as_deref();
    let resolutions = Resolutions::named(db, desk, std::iter::once(resolution))?;
    let mut faults = Faults::new();
    let named = resolutions.find(&mut faults, "/resolution", resolution, EntryType::Cover);
    let resolution_id = named.map(|named| named.id.clone());
    let pair_id = new_id(desk.now);
    let (mut entries, mut givers, mut receivers) = (Vec::new(), Vec::new(), Vec::new());
    for (side, shares, sign) in [("/from", &input.from, -1), ("/to", &input.to, 1)] {
        for (index, share) in shares.iter().enumerate() {
            let at = format!("{side}/{index}/line");
            let Some(line) = find_line(&mut faults, &at, Some(&share.line), &lines) else {
                continue;
            };
            // Within ±MAX_CENTS, as checked.
            let cents = share.cents.saturating_mul(sign);
            let sides = if sign < 0 {
                &mut givers
            } else {
                &mut receivers
            };
            sides.push(line.mover());
            entries.push(Entry {
                resolution_id: resolution_id.clone(),
                pair_id: Some(pair_id.clone()),
                reason: trimmed(Some(&input.reason)),
                ..desk.entry(Some(line), input.year, EntryType::Cover, cents)
            });
        }
    }
    faults.finish()?;
    for giver in &givers {
        for receiver in &receivers {
            cover::check(giver, receiver)?;
        }
    }
    Ok(entries)
}

/// Carries what is left of a line over into the next year (Haushaltsrest, DOMAIN BUD-9).
///
/// # Errors
/// `invalid`, `forbidden`, `not_found`, `not_transferable`, what [`super::book::book`] refuses,
/// `idempotency_key_reused`
pub fn carry_over(
    app: &App,
    by: By<'_>,
    institution: &str,
    programme: &str,
    input: &CarryOver,
    key: Option<&str>,
) -> Result<Answer<PostedView>> {
    posting::check_carry_over(input)?;
    let order = Order {
        operation: "carry_over_budget",
        institution,
        programme,
        input,
        key,
    };
    at_the_desk(app, by, &order, |db, desk| carrying_over(db, desk, input))
}

fn carrying_over(db: &mut Db, desk: &Desk<'_>, input: &CarryOver) -> Result<Vec<Entry>> {
    let lines = budget::lines_by_key(db, &desk.programme.id, &[&input.line])?;
    let resolution = input.resolution.as_deref();
    let resolutions = Resolutions::named(db, desk, std::iter::once(resolution))?;
    let mut faults = Faults::new();
    let line = find_line(&mut faults, "/line", Some(&input.line), &lines);
    let named = resolutions.find(&mut faults, "/resolution", resolution, EntryType::CarryOut);
    let resolution_id = named.map(|named| named.id.clone());
    faults.finish()?;
    let line = line.ok_or_else(|| Error::bug("a line without fault is not there"))?;
    cover::check_carry_over(&line.mover())?;
    let pair_id = new_id(desk.now);
    // Within ±MAX_CENTS and below the year 2100, as checked.
    let (out, next_year) = (
        input.cents.saturating_neg(),
        input.from_year.saturating_add(1),
    );
    let entries = [
        (input.from_year, EntryType::CarryOut, out),
        (next_year, EntryType::CarryIn, input.cents),
    ];
    let entries = entries.into_iter().map(|(year, entry_type, cents)| Entry {
        resolution_id: resolution_id.clone(),
        pair_id: Some(pair_id.clone()),
        reason: trimmed(input.reason.as_deref()),
        ..desk.entry(Some(line), year, entry_type, cents)
    });
    Ok(entries.collect())
}
