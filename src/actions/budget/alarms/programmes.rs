//! Alarms of programmes as a whole: BA-1, BA-6, BA-13.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::books::Books;
use super::{Alarm, Place};
use crate::domain::budget::EntryType;
use crate::domain::budget::alarm::{Code, Hit, Severity};
use crate::domain::budget::ceiling::GroupSum;
use crate::domain::printed_total::{self, PrintedTotal, Verdict};
use crate::domain::programme::{CentsOverflow, sum};
use crate::error::Result;
use crate::store::Db;
use crate::store::budget::alarms::{all_ceilings, all_printed_totals, authorities};
use crate::store::measures::Sight;
use crate::store::programmes;

/// All of them.
///
/// # Errors
/// `sum_out_of_range`
pub(super) fn find(db: &mut Db, sight: &Sight<'_>, books: &Books) -> Result<Vec<Alarm>> {
    let mut found = ceilings(db, sight, books)?;
    let seen = programmes::all(db, sight.institution_id)?.into_iter();
    let seen = seen.filter(|one| sight.visibility.programmes.contains(&one.confidentiality));
    let keys: HashMap<String, String> = seen.map(|one| (one.id, one.key)).collect();
    found.extend(without_authority(db, sight, books, &keys)?);
    found.extend(printed(db, sight, books, &keys)?);
    Ok(found)
}

/// BA-1: soft ceilings; a hard one only where something went past its check.
fn ceilings(db: &mut Db, sight: &Sight<'_>, books: &Books) -> Result<Vec<Alarm>> {
    let mut sums: HashMap<String, Vec<GroupSum>> = HashMap::new();
    let mut found = Vec::new();
    for (programme, group, ceiling) in all_ceilings(db, sight)? {
        let sums = sums.entry(programme.clone());
        let sums = sums.or_insert_with_key(|programme| books.group_sums(programme));
        let over = ceiling
            .used(sums)?
            .checked_sub(ceiling.cents)
            .ok_or(CentsOverflow)?;
        if over <= 0 {
            continue;
        }
        let severity = if ceiling.hard {
            Severity::Red
        } else {
            Severity::Amber
        };
        let hit = Hit::new(Code::CeilingExceeded, severity, over, "ceiling_exceeded");
        let place = Place {
            programme: Some(programme),
            group,
            year: Some(ceiling.from_year),
            to_year: Some(ceiling.to_year).filter(|last| *last != ceiling.from_year),
            ..Place::default()
        };
        found.push(Alarm::new(hit, place).arg("of_amount", ceiling.cents));
    }
    Ok(found)
}

/// BA-6: more was taken than was granted; refused, so only where something went past the check.
fn without_authority(
    db: &mut Db,
    sight: &Sight<'_>,
    books: &Books,
    keys: &HashMap<String, String>,
) -> Result<Vec<Alarm>> {
    let mut unused: BTreeMap<(String, Option<String>, i32), i64> = BTreeMap::new();
    for (programme, line, pay_year, entry_type, cents) in authorities(db, sight)? {
        let granted = match entry_type {
            EntryType::AuthorityUse => cents.checked_neg().ok_or(CentsOverflow)?,
            _ => cents,
        };
        let left = unused.entry((programme, line, pay_year)).or_default();
        *left = sum([*left, granted])?;
    }
    let mut found = Vec::new();
    for ((programme, line, pay_year), left) in unused.into_iter().filter(|(_, left)| *left < 0) {
        let short = left.checked_neg().ok_or(CentsOverflow)?;
        let code = Code::CommitmentWithoutAuthority;
        let hit = Hit::new(code, Severity::Warn, short, "commitment_without_authority");
        let place = Place {
            year: Some(pay_year),
            ..match line.as_deref().and_then(|id| books.line(id)) {
                Some(line) => Place::of_line(line, None),
                None => Place {
                    programme: keys.get(&programme).cloned(),
                    ..Place::default()
                },
            }
        };
        found.push(Alarm::new(hit, place));
    }
    Ok(found)
}

/// BA-13: a total that sums a programme out of the reader's sight is left out, as it is in the plan.
fn printed(
    db: &mut Db,
    sight: &Sight<'_>,
    books: &Books,
    keys: &HashMap<String, String>,
) -> Result<Vec<Alarm>> {
    let totals = all_printed_totals(db, sight)?;
    let seen: HashSet<&String> = keys.values().collect();
    let planned = planned(books)?;
    let mut found = Vec::new();
    for (programme, mut total) in totals {
        if !total.programmes.iter().all(|key| seen.contains(key)) {
            continue;
        }
        let in_years = |total: &PrintedTotal, programmes: &[String], groups: Option<&[String]>| {
            let matches = |((programme, group, year), _): &(&(&str, &str, i32), &i64)| {
                programmes.iter().any(|one| one == programme)
                    && groups.is_none_or(|groups| groups.iter().any(|one| one == group))
                    && total.years.contains(year)
            };
            let found = planned.iter().filter(matches).map(|(_, cents)| *cents);
            found.collect::<Vec<_>>()
        };
        total.of_programmes = in_years(&total, &total.programmes, None);
        let own = std::slice::from_ref(&programme);
        let of_groups = in_years(&total, own, Some(&total.groups));
        let check = printed_total::check(total, of_groups.into_iter())?;
        if check.verdict != Verdict::Differs {
            continue;
        }
        let code = Code::PrintedMismatch;
        let hit = Hit::new(
            code,
            Severity::Warn,
            check.difference_cents,
            "printed_mismatch",
        );
        let place = Place {
            programme: Some(programme),
            year: check.years.iter().min().copied(),
            to_year: check
                .years
                .iter()
                .max()
                .copied()
                .filter(|_| check.years.len() > 1),
            total: Some(check.name),
            ..Place::default()
        };
        let alarm = Alarm::new(hit, place).arg("printed_amount", check.printed_cents);
        found.push(alarm.arg("computed_amount", check.computed_cents));
    }
    Ok(found)
}

/// What plan tables sum, in cents by programme, group and year.
type Planned<'a> = BTreeMap<(&'a str, &'a str, i32), i64>;

fn planned(books: &Books) -> Result<Planned<'_>, CentsOverflow> {
    let mut planned = Planned::new();
    for (line, year, entry_type, cents) in &books.sums {
        if let Some(line) = books.line(line).filter(|_| entry_type.in_plan()) {
            let place = (line.programme.0.as_str(), line.group.0.as_str(), *year);
            let there = planned.entry(place).or_default();
            *there = sum([*there, *cents])?;
        }
    }
    Ok(planned)
}
