//! Shares of a line between the measures that it pays for (DOMAIN §4.2), by largest remainder, so that parts add up.
//!
//! What somebody fixed for a year holds for that year, otherwise what was fixed for every year; where nothing is fixed at
//! all, the measures that are still on the way share in equal parts. What is left stands as *not allocated*.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::Figures;
use super::posting::{self, MAX_CENTS};
use super::request::Allocations;
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::programme::{CentsOverflow, sum};

/// All of a line, in basis points (hundredths of a percent).
pub const WHOLE: i64 = 10_000;

/// How much of a line is for a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// Basis points of whatever the line has, 1 to [`WHOLE`].
    BasisPoints(i64),
    /// Cents of what is authorised; whatever else the line has follows in proportion.
    Cents(i64),
}

impl Share {
    const fn amount(self) -> i64 {
        match self {
            Share::BasisPoints(amount) | Share::Cents(amount) => amount,
        }
    }

    const fn with(self, amount: i64) -> Share {
        match self {
            Share::BasisPoints(_) => Share::BasisPoints(amount),
            Share::Cents(_) => Share::Cents(amount),
        }
    }
}

/// A share that somebody fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// Id of the measure.
    pub measure: String,
    /// Budget year; every year that has nothing of its own if none.
    pub year: Option<i32>,
    /// The share.
    pub share: Share,
}

/// A measure that a line pays for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sharer {
    /// Id.
    pub id: String,
    /// Number by which references sort; of equal remainders the lower one gets the cent.
    pub number: i64,
    /// Neither rejected nor replaced: it shares where nothing is fixed.
    pub counts: bool,
}

/// What each measure has of a line in a year, and what none has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shares {
    /// Ids in the order of the references, each with its weight.
    weights: Vec<(String, u64)>,
    /// Weight of what is not allocated.
    rest: u64,
}

/// A line's figures in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// Ids of measures in the order of the references, each with its part.
    pub measures: Vec<(String, Figures)>,
    /// What no measure has.
    pub rest: Figures,
    /// Whether there is such a rest at all, though it may be of no cents.
    pub has_rest: bool,
}

impl Shares {
    /// How a line is shared in a year for which `authorised` cents were authorised.
    pub fn of_year(sharers: &[Sharer], fixed: &[Fixed], year: i32, authorised: i64) -> Shares {
        let mut sharers: Vec<&Sharer> = sharers.iter().collect();
        sharers.sort_by_key(|sharer| sharer.number);
        let own = fixed.iter().any(|one| one.year == Some(year));
        let of_set = |one: &&Fixed| one.year == own.then_some(year);
        let set: HashMap<&str, Share> = fixed
            .iter()
            .filter(of_set)
            .map(|one| (one.measure.as_str(), one.share))
            .collect();
        let weight = |sharer: &&Sharer| {
            let weight = match set.get(sharer.id.as_str()) {
                Some(share) => u64::try_from(share.amount()).unwrap_or(0),
                None => u64::from(set.is_empty() && sharer.counts),
            };
            (weight > 0).then(|| (sharer.id.clone(), weight))
        };
        let weights: Vec<(String, u64)> = sharers.iter().filter_map(weight).collect();
        let whole = match set.values().next() {
            Some(Share::BasisPoints(_)) => WHOLE,
            Some(Share::Cents(_)) => authorised,
            None => 0,
        };
        let given: i128 = weights.iter().map(|(_, weight)| i128::from(*weight)).sum();
        let rest = u64::try_from(i128::from(whole) - given).unwrap_or(0);
        // Somebody has to have it: what nobody shares is not allocated.
        let rest = if weights.is_empty() { 1 } else { rest };
        Shares { weights, rest }
    }

    /// Splits the figures of the line, each of them so that its parts add up to it.
    ///
    /// # Errors
    /// [`CentsOverflow`], which the parts of a sum that fits do not have
    pub fn split(&self, figures: &Figures) -> Result<Parts, CentsOverflow> {
        let weights = self.weights.iter().map(|(_, weight)| *weight);
        let weights: Vec<u64> = weights.chain([self.rest]).collect();
        let mut parts = vec![Figures::default(); weights.len()];
        let column = |parts: &mut [Figures], of: fn(&mut Figures) -> &mut i64, cents: i64| {
            let split = split(cents, &weights)?;
            for (part, cents) in parts.iter_mut().zip(split) {
                *of(part) = cents;
            }
            Ok::<(), CentsOverflow>(())
        };
        column(&mut parts, |part| &mut part.plan, figures.plan)?;
        column(&mut parts, |part| &mut part.authorised, figures.authorised)?;
        column(&mut parts, |part| &mut part.blocked, figures.blocked)?;
        column(&mut parts, |part| &mut part.committed, figures.committed)?;
        column(&mut parts, |part| &mut part.actual, figures.actual)?;
        column(&mut parts, |part| &mut part.forecast, figures.forecast)?;
        let rest = parts.pop().unwrap_or_default();
        let ids = self.weights.iter().map(|(id, _)| id.clone());
        Ok(Parts {
            measures: ids.zip(parts).collect(),
            rest,
            has_rest: self.rest > 0,
        })
    }
}

/// Splits cents by weights with the largest remainder; of equal remainders the first gets the cent. The parts add up
/// exactly, each is within one cent of its exact value, and a larger weight never gets less. Amounts below nothing are
/// split as those above. Without any weight there is nobody to get anything.
///
/// # Errors
/// [`CentsOverflow`], which does not happen: no part is larger than the whole
pub fn split(cents: i64, weights: &[u64]) -> Result<Vec<i64>, CentsOverflow> {
    let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    let amount = i128::from(cents).abs();
    if total == 0 {
        return Ok(vec![0; weights.len()]);
    }
    // 63 bits by 64 bits stay within 127.
    let mut parts: Vec<(i128, usize, i128)> = weights
        .iter()
        .enumerate()
        .map(|(place, weight)| {
            let share = amount * i128::from(*weight);
            (share % total, place, share / total)
        })
        .collect();
    let given: i128 = parts.iter().map(|(_, _, part)| part).sum();
    let left = usize::try_from(amount - given).unwrap_or(usize::MAX);
    parts.sort_by_key(|(remainder, place, _)| (Reverse(*remainder), *place));
    parts.iter_mut().take(left).for_each(|part| part.2 += 1);
    parts.sort_by_key(|(_, place, _)| *place);
    let sign = if cents < 0 { -1 } else { 1 };
    let part = |(_, _, part): (i128, usize, i128)| i64::try_from(part * sign).ok();
    let parts: Option<Vec<i64>> = parts.into_iter().map(part).collect();
    parts.ok_or(CentsOverflow)
}

/// What was fixed of one line, after some measures have gone into others. Those that take over get what their
/// predecessors had, in equal parts by largest remainder, so that neither a basis point nor a cent is lost (DOMAIN §2.1).
///
/// # Errors
/// [`CentsOverflow`]
pub fn carried(
    fixed: &[Fixed],
    gone: &[&str],
    successors: &[Sharer],
) -> Result<Vec<Fixed>, CentsOverflow> {
    let mut successors: Vec<&Sharer> = successors.iter().collect();
    successors.sort_by_key(|sharer| sharer.number);
    let equal = vec![1; successors.len()];
    let is_gone = |one: &&Fixed| gone.contains(&one.measure.as_str());
    let mut after: Vec<Fixed> = fixed.iter().filter(|one| !is_gone(one)).cloned().collect();
    let mut given: BTreeMap<Option<i32>, (Share, i64)> = BTreeMap::new();
    for one in fixed.iter().filter(is_gone) {
        let (_, amount) = given.entry(one.year).or_insert((one.share, 0));
        *amount = sum([*amount, one.share.amount()])?;
    }
    for (year, (form, amount)) in given {
        for (sharer, part) in successors.iter().zip(split(amount, &equal)?) {
            let there = after
                .iter_mut()
                .find(|one| one.measure == sharer.id && one.year == year);
            match there {
                Some(one) => one.share = form.with(sum([one.share.amount(), part])?),
                None if part > 0 => after.push(Fixed {
                    measure: sharer.id.clone(),
                    year,
                    share: form.with(part),
                }),
                None => {}
            }
        }
    }
    Ok(after)
}

/// Whether more was spent for a measure than it was given, in a year: the parts of its lines together
/// (DOMAIN §4.4, `over_budget`). By how many cents; nothing where it was not.
///
/// # Errors
/// [`CentsOverflow`]
pub fn over_budget(parts: &Figures) -> Result<Option<i64>, CentsOverflow> {
    let over = parts.actual.checked_sub(parts.authorised);
    Ok(Some(over.ok_or(CentsOverflow)?).filter(|over| *over > 0))
}

/// Checks what can be told of an allocation without the books: either basis points or cents, one form within a set, no
/// measure twice in it, not more than the whole line.
///
/// # Errors
/// All faults with their places.
pub fn check(input: &Allocations) -> Result<(), Vec<Fault>> {
    let mut faults = Faults::new();
    posting::at_most(&mut faults, "/allocations", input.allocations.len());
    faults.optional_text("/reason", input.reason.as_deref(), 2000);
    let mut seen = HashSet::new();
    let mut sets: BTreeMap<Option<i32>, (bool, i64)> = BTreeMap::new();
    for (index, one) in input.allocations.iter().enumerate() {
        let at = format!("/allocations/{index}");
        faults.text(&format!("{at}/measure"), &one.measure, 1, 100);
        if let Some(year) = one.year {
            posting::year(&mut faults, &format!("{at}/year"), year, posting::LAST_YEAR);
        }
        if !seen.insert((&one.measure, one.year)) {
            let fault = Fault::new(format!("{at}/measure"), FaultCode::Duplicate);
            faults.push(fault.arg("value", &one.measure));
        }
        let (form, share) = match (one.share_bp, one.cents) {
            (Some(share), None) => {
                posting::cents(&mut faults, &format!("{at}/share_bp"), share, 1, WHOLE);
                (false, share)
            }
            (None, Some(cents)) => {
                posting::cents(&mut faults, &format!("{at}/cents"), cents, 1, MAX_CENTS);
                (true, cents)
            }
            (None, None) => {
                faults.push(Fault::new(format!("{at}/share_bp"), FaultCode::Required));
                continue;
            }
            (Some(_), Some(_)) => {
                faults.push(Fault::new(format!("{at}/cents"), FaultCode::Inconsistent));
                continue;
            }
        };
        let (of_set, given) = sets.entry(one.year).or_insert((form, 0));
        if *of_set != form {
            let name = if form { "cents" } else { "share_bp" };
            faults.push(Fault::new(format!("{at}/{name}"), FaultCode::Inconsistent));
        }
        *given = given.saturating_add(share);
        if !form && *given > WHOLE {
            let fault = Fault::new(format!("{at}/share_bp"), FaultCode::OverAllocated);
            faults.push(fault.arg("value", *given));
        }
    }
    faults.finish()
}

#[cfg(test)]
mod tests;
