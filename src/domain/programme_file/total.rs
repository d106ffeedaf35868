//! Printed totals in a programme file, as assertions (DOMAIN SEED-R3).

use std::collections::HashSet;
use std::hash::Hash;

use serde::{Deserialize, Serialize};

use super::check::{amounts, reference, source};
use super::{Programme, ProgrammeFile, Source};
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::printed_total::{Part, Precision};
use crate::domain::programme::sum;

/// A total as printed, with what it should sum: groups of the programme, programmes of the file as a whole, or
/// parts that are printed beside the lines.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FilePrintedTotal)]
pub struct PrintedTotal {
    /// Name.
    pub name: String,
    /// Groups that it sums.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Programmes of the file that it sums as a whole.
    #[serde(default)]
    pub programmes: Vec<String>,
    /// Printed parts that it sums.
    #[serde(default)]
    pub parts: Vec<Part>,
    /// Years that it sums; none for parts.
    #[serde(default)]
    pub years: Vec<i32>,
    /// Cents as printed.
    pub cents: i64,
    /// How exactly it is printed; to the cent if left out.
    #[serde(default)]
    pub precision: Option<Precision>,
    /// Where it stands.
    pub source: Source,
}

/// A number of posts as printed.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FilePostTotal)]
pub struct PostTotal {
    /// Name.
    pub name: String,
    /// Programmes of the file whose posts it sums; this one if left out.
    #[serde(default)]
    pub programmes: Vec<String>,
    /// Only the hundredths that are filled before the budget is adopted.
    #[serde(default)]
    pub early: bool,
    /// Hundredths of a full-time post as printed.
    pub hundredths: i64,
    /// Where it stands.
    pub source: Source,
}

/// Checks the totals of a programme of a file.
pub(super) fn check(
    faults: &mut Faults,
    at: &str,
    file: &ProgrammeFile,
    programme: &Programme,
    groups: &HashSet<&str>,
) {
    for (index, total) in programme.printed_totals.iter().enumerate() {
        let at = format!("{at}/printed_totals/{index}");
        faults.text(&format!("{at}/name"), &total.name, 1, 200);
        check_scope(faults, &at, total);
        for (index, group) in total.groups.iter().enumerate() {
            reference(faults, &format!("{at}/groups/{index}"), group, groups);
        }
        check_programmes(faults, &at, file, &total.programmes);
        let known = |year: &i32| match total.programmes.as_slice() {
            [] => programme.years.contains(year),
            named => of_file(file, named).any(|programme| programme.years.contains(year)),
        };
        if !total.years.iter().all(known) {
            let fault = Fault::new(format!("{at}/years"), FaultCode::UnknownReference);
            faults.push(fault.arg("value", "years"));
        }
        for (index, part) in total.parts.iter().enumerate() {
            let at = format!("{at}/parts/{index}");
            faults.text(&format!("{at}/name"), &part.name, 1, 200);
            source(faults, &at, &part.source);
        }
        if computed(file, programme, total)
            .is_none_or(|computed| total.cents.checked_sub(computed).is_none())
        {
            let fault = Fault::new(format!("{at}/cents"), FaultCode::OutOfRange);
            faults.push(fault.arg("min", 0).arg("max", i64::MAX));
        }
        source(faults, &at, &total.source);
    }
    for (index, total) in programme.post_totals.iter().enumerate() {
        let at = format!("{at}/post_totals/{index}");
        faults.text(&format!("{at}/name"), &total.name, 1, 200);
        check_programmes(faults, &at, file, &total.programmes);
        if !(0..=1_000_000_000_000).contains(&total.hundredths) {
            let fault = Fault::new(format!("{at}/hundredths"), FaultCode::OutOfRange);
            faults.push(fault.arg("min", 0).arg("max", 1_000_000_000_000_i64));
        }
        source(faults, &at, &total.source);
    }
}

/// A total sums one thing: groups or programmes, both in years, or parts, which know no years.
fn check_scope(faults: &mut Faults, at: &str, total: &PrintedTotal) {
    let kinds = [
        !total.groups.is_empty(),
        !total.programmes.is_empty(),
        !total.parts.is_empty(),
    ];
    match kinds.iter().filter(|kind| **kind).count() {
        0 => faults.push(Fault::new(format!("{at}/groups"), FaultCode::Required)),
        1 if total.parts.is_empty() == total.years.is_empty() => {
            let code = if total.years.is_empty() {
                FaultCode::Required
            } else {
                FaultCode::Inconsistent
            };
            faults.push(Fault::new(format!("{at}/years"), code));
        }
        1 => {}
        _ => faults.push(Fault::new(at, FaultCode::Inconsistent)),
    }
    for (field, repeats) in [
        ("groups", repeats(&total.groups)),
        ("programmes", repeats(&total.programmes)),
        ("years", repeats(&total.years)),
    ] {
        if repeats {
            faults.push(
                Fault::new(format!("{at}/{field}"), FaultCode::Duplicate).arg("value", field),
            );
        }
    }
}

fn check_programmes(faults: &mut Faults, at: &str, file: &ProgrammeFile, named: &[String]) {
    let known: HashSet<&str> = file
        .programmes
        .iter()
        .map(|programme| programme.key.as_str())
        .collect();
    for (index, key) in named.iter().enumerate() {
        reference(faults, &format!("{at}/programmes/{index}"), key, &known);
    }
}

fn of_file<'a>(
    file: &'a ProgrammeFile,
    named: &'a [String],
) -> impl Iterator<Item = &'a Programme> {
    file.programmes
        .iter()
        .filter(|programme| named.contains(&programme.key))
}

/// What a total sums, in cents; none when that leaves 64 bits.
fn computed(file: &ProgrammeFile, own: &Programme, total: &PrintedTotal) -> Option<i64> {
    let years = |year| total.years.contains(&year);
    let of_groups = amounts(own, years, |line| total.groups.contains(&line.group));
    let of_programmes =
        of_file(file, &total.programmes).flat_map(|programme| amounts(programme, years, |_| true));
    let of_parts = total.parts.iter().map(|part| part.cents);
    sum(of_groups.chain(of_programmes).chain(of_parts)).ok()
}

fn repeats<T: Eq + Hash>(values: &[T]) -> bool {
    let mut seen = HashSet::new();
    !values.iter().all(|value| seen.insert(value))
}
