//! What has to hold of a programme file: keys, references, sums, ceilings; all faults at once.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::{
    FORMAT, Known, Line, Measure, Programme, ProgrammeFile, Source, Target, duty, post, total,
};
use crate::domain::budget::EntryType;
use crate::domain::calendar::is_period_end;
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::measure::Precision;
use crate::domain::programme::sum;

/// Most links of one kind that one measure may have.
pub const MAX_LINKS: usize = 500;
/// Most entries in any other list of one programme.
const MAX_ROWS: usize = 1000;
/// Most programmes that one total sums.
const MAX_PROGRAMMES: usize = 100;

/// Checks that no list of a file is longer than any council paper, before anything is looked up or compared.
///
/// # Errors
/// A fault for each list that is too long.
pub fn check_sizes(file: &ProgrammeFile) -> Result<(), Vec<Fault>> {
    let mut faults = Faults::new();
    let mut at_most = |at: String, length: usize, max: usize| {
        if length > max {
            faults.push(Fault::new(at, FaultCode::TooLong).arg("max", max));
        }
    };
    for (index, programme) in file.programmes.iter().enumerate() {
        let at = format!("/programmes/{index}");
        for (field, length) in [
            ("groups", programme.groups.len()),
            ("lines", programme.lines.len()),
            ("ceilings", programme.ceilings.len()),
            ("posts", programme.posts.len()),
            ("printed_totals", programme.printed_totals.len()),
            ("post_totals", programme.post_totals.len()),
            ("conditions", programme.conditions.len()),
            ("duties", programme.duties.len()),
        ] {
            at_most(format!("{at}/{field}"), length, MAX_ROWS);
        }
        for (index, total) in programme.printed_totals.iter().enumerate() {
            let at = format!("{at}/printed_totals/{index}");
            at_most(
                format!("{at}/programmes"),
                total.programmes.len(),
                MAX_PROGRAMMES,
            );
            at_most(format!("{at}/parts"), total.parts.len(), MAX_ROWS);
        }
        for (index, total) in programme.post_totals.iter().enumerate() {
            let at = format!("{at}/post_totals/{index}");
            at_most(
                format!("{at}/programmes"),
                total.programmes.len(),
                MAX_PROGRAMMES,
            );
        }
        for (index, measure) in programme.measures.iter().enumerate() {
            let at = format!("{at}/measures/{index}");
            at_most(format!("{at}/fulfils"), measure.fulfils.len(), MAX_LINKS);
            at_most(format!("{at}/applies"), measure.applies.len(), MAX_LINKS);
            at_most(format!("{at}/lines"), measure.lines.len(), MAX_ROWS);
        }
    }
    faults.finish()
}

/// Checks a file as a whole: keys, references, sums and ceilings.
///
/// # Errors
/// All faults, each with the JSON pointer of its place.
pub fn check(file: &ProgrammeFile, known: &Known) -> Result<(), Vec<Fault>> {
    let mut faults = Faults::new();
    if file.format != FORMAT {
        faults.push(
            Fault::new("/format", FaultCode::UnknownWord)
                .arg("value", &file.format)
                .arg("known", FORMAT),
        );
    }
    if file.programmes.is_empty() {
        faults.push(Fault::new("/programmes", FaultCode::Required));
    }
    let papers = unique(
        &mut faults,
        "/papers",
        file.papers.iter().map(|paper| &paper.key),
    );
    let resolutions = unique(
        &mut faults,
        "/resolutions",
        file.resolutions.iter().map(|r| &r.key),
    );
    unique(
        &mut faults,
        "/programmes",
        file.programmes.iter().map(|p| &p.key),
    );
    for (index, paper) in file.papers.iter().enumerate() {
        let at = format!("/papers/{index}");
        faults.text(&format!("{at}/title"), &paper.title, 1, 500);
        faults.text(&format!("{at}/body"), &paper.body, 1, 200);
        faults.text(&format!("{at}/file"), &paper.file, 1, 200);
        faults.day(&format!("{at}/date"), paper.date);
    }
    for (index, resolution) in file.resolutions.iter().enumerate() {
        let at = format!("/resolutions/{index}");
        reference(
            &mut faults,
            &format!("{at}/paper"),
            &resolution.paper,
            &papers,
        );
        faults.text(&format!("{at}/body"), &resolution.body, 1, 200);
        faults.day(&format!("{at}/date"), resolution.date);
        source(&mut faults, &at, &resolution.source);
    }
    let mut measure_keys = HashSet::new();
    for (index, programme) in file.programmes.iter().enumerate() {
        let at = format!("/programmes/{index}");
        if let Some(parent) = &programme.parent {
            check_parent(&mut faults, &format!("{at}/parent"), file, index, parent);
        }
        if let Some(key) = &programme.resolution {
            reference(&mut faults, &format!("{at}/resolution"), key, &resolutions);
        }
        check_programme(&mut faults, &at, file, programme, &resolutions);
        let lines: HashSet<&str> = programme
            .lines
            .iter()
            .map(|line| line.key.as_str())
            .collect();
        for (index, measure) in programme.measures.iter().enumerate() {
            let at = format!("{at}/measures/{index}");
            if !measure_keys.insert(measure.key.as_str()) {
                faults.push(
                    Fault::new(format!("{at}/key"), FaultCode::Duplicate)
                        .arg("value", &measure.key),
                );
            }
            check_measure(&mut faults, &at, measure, &lines, known);
        }
    }
    faults.finish()
}

fn check_programme(
    faults: &mut Faults,
    at: &str,
    file: &ProgrammeFile,
    programme: &Programme,
    resolutions: &HashSet<&str>,
) {
    faults.text(&format!("{at}/title"), &programme.title, 1, 500);
    let title_public = programme.title_public.as_deref();
    faults.optional_text(&format!("{at}/title_public"), title_public, 500);
    faults.text(&format!("{at}/period"), &programme.period, 1, 200);
    let years: HashSet<i32> = programme.years.iter().copied().collect();
    if !programme.years.is_sorted_by(|a, b| a < b)
        || programme.years.iter().any(|y| !(1990..=2100).contains(y))
    {
        faults.push(
            Fault::new(format!("{at}/years"), FaultCode::OutOfRange)
                .arg("min", 1990)
                .arg("max", 2100),
        );
    }
    for (index, [first, second]) in programme.double_budgets.iter().enumerate() {
        if *second != first.saturating_add(1) || !years.contains(first) || !years.contains(second) {
            faults.push(Fault::new(
                format!("{at}/double_budgets/{index}"),
                FaultCode::Inconsistent,
            ));
        }
    }
    let groups = unique(
        faults,
        &format!("{at}/groups"),
        programme.groups.iter().map(|g| &g.key),
    );
    for (index, group) in programme.groups.iter().enumerate() {
        faults.text(&format!("{at}/groups/{index}/title"), &group.title, 1, 500);
    }
    // The plan adds everything up.
    if sum(amounts(programme, |_| true, |_| true)).is_err() {
        faults.push(
            Fault::new(format!("{at}/lines"), FaultCode::OutOfRange)
                .arg("min", 0)
                .arg("max", i64::MAX),
        );
    }
    let lines = unique(
        faults,
        &format!("{at}/lines"),
        programme.lines.iter().map(|l| &l.key),
    );
    for (index, line) in programme.lines.iter().enumerate() {
        let at = format!("{at}/lines/{index}");
        reference(faults, &format!("{at}/group"), &line.group, &groups);
        faults.text(&format!("{at}/position"), &line.position, 1, 16);
        faults.text(&format!("{at}/title"), &line.title, 1, 500);
        faults.optional_text(&format!("{at}/note"), line.note.as_deref(), 2000);
        for (field, value) in [
            ("sub_budget", &line.sub_budget),
            ("profit_centre", &line.profit_centre),
            ("account", &line.account),
            ("investment_order", &line.investment_order),
            ("cover_group", &line.cover_group),
        ] {
            faults.optional_text(&format!("{at}/{field}"), value.as_deref(), 100);
        }
        faults.optional_text(&format!("{at}/cover_note"), line.cover_note.as_deref(), 500);
        source(faults, &at, &line.source);
        let mut seen = HashSet::new();
        for (index, amount) in line.amounts.iter().enumerate() {
            let at = format!("{at}/amounts/{index}");
            if !years.contains(&amount.year) {
                faults.push(
                    Fault::new(format!("{at}/year"), FaultCode::UnknownReference)
                        .arg("value", amount.year),
                );
            }
            if !seen.insert((amount.year, amount.entry_type)) {
                faults.push(
                    Fault::new(format!("{at}/year"), FaultCode::Duplicate)
                        .arg("value", amount.year),
                );
            }
            if amount.cents <= 0 {
                faults.push(
                    Fault::new(format!("{at}/cents"), FaultCode::OutOfRange)
                        .arg("min", 1)
                        .arg("max", i64::MAX),
                );
            }
            source(faults, &at, &amount.source);
        }
    }
    post::check(faults, at, &programme.posts, &lines, resolutions);
    total::check(faults, at, file, programme, &groups);
    duty::check(faults, at, programme);
    check_ceilings(faults, at, programme, &groups);
}

/// A parent stands above its parts in the file, which leaves no room for a cycle; or it is there already, which the
/// import looks up.
fn check_parent(faults: &mut Faults, at: &str, file: &ProgrammeFile, index: usize, parent: &str) {
    faults.text(at, parent, 1, 100);
    if file
        .programmes
        .iter()
        .skip(index)
        .any(|programme| programme.key == parent)
    {
        faults.push(Fault::new(at, FaultCode::Inconsistent));
    }
}

fn check_ceilings(faults: &mut Faults, at: &str, programme: &Programme, groups: &HashSet<&str>) {
    for (index, ceiling) in programme.ceilings.iter().enumerate() {
        let at = format!("{at}/ceilings/{index}");
        if let Some(group) = &ceiling.group {
            reference(faults, &format!("{at}/group"), group, groups);
        }
        if ceiling.to_year < ceiling.from_year {
            faults.push(Fault::new(format!("{at}/to_year"), FaultCode::Inconsistent));
        }
        if ceiling.cents <= 0 {
            faults.push(
                Fault::new(format!("{at}/cents"), FaultCode::OutOfRange)
                    .arg("min", 1)
                    .arg("max", i64::MAX),
            );
        }
        source(faults, &at, &ceiling.source);
        let within = |year: i32| (ceiling.from_year..=ceiling.to_year).contains(&year);
        let lines = programme.lines.iter().filter(|line| {
            ceiling
                .group
                .as_ref()
                .is_none_or(|group| *group == line.group)
        });
        let authorised = lines
            .flat_map(|line| &line.amounts)
            .filter(|a| within(a.year) && EntryType::from(a.entry_type).authorises())
            .map(|a| a.cents);
        match sum(authorised) {
            Ok(total) if ceiling.hard && total > ceiling.cents => faults.push(
                Fault::new(&at, FaultCode::CeilingExceeded)
                    .arg("over", total - ceiling.cents)
                    .arg("ceiling", ceiling.cents),
            ),
            Ok(_) => {}
            Err(_) => faults.push(
                Fault::new(&at, FaultCode::OutOfRange)
                    .arg("min", 0)
                    .arg("max", i64::MAX),
            ),
        }
    }
}

pub(super) fn amounts<'a>(
    programme: &'a Programme,
    year: impl Fn(i32) -> bool + 'a,
    line: impl Fn(&Line) -> bool + 'a,
) -> impl Iterator<Item = i64> + 'a {
    let lines = programme.lines.iter().filter(move |l| line(l));
    lines
        .flat_map(|line| &line.amounts)
        .filter(move |amount| year(amount.year))
        .map(|amount| amount.cents)
}

fn check_measure(
    faults: &mut Faults,
    at: &str,
    measure: &Measure,
    lines: &HashSet<&str>,
    known: &Known,
) {
    faults.text(&format!("{at}/key"), &measure.key, 1, 100);
    faults.text(&format!("{at}/title"), &measure.title, 1, 300);
    faults.text(
        &format!("{at}/description"),
        &measure.description,
        0,
        10_000,
    );
    let title_public = measure.title_public.as_deref();
    faults.optional_text(&format!("{at}/title_public"), title_public, 300);
    match &measure.org_unit {
        Some(unit) => faults.text(&format!("{at}/org_unit"), unit, 1, 200),
        None if measure.status.needs_plan() => {
            faults.push(Fault::new(format!("{at}/org_unit"), FaultCode::Required));
        }
        None => {}
    }
    faults.optional_text(&format!("{at}/note"), measure.note.as_deref(), 2000);
    if !(1..=4).contains(&measure.priority) {
        faults.push(
            Fault::new(format!("{at}/priority"), FaultCode::OutOfRange)
                .arg("min", 1)
                .arg("max", 4),
        );
    }
    match &measure.owner {
        Some(owner) if !known.people.contains_key(&owner.to_lowercase()) => {
            faults.push(
                Fault::new(format!("{at}/owner"), FaultCode::UnknownReference).arg("value", owner),
            );
        }
        None if measure.status.needs_plan() => {
            faults.push(Fault::new(format!("{at}/owner"), FaultCode::Required))
        }
        _ => {}
    }
    match &measure.due {
        Some(due) => check_due(
            faults,
            &format!("{at}/due"),
            due.day,
            due.precision,
            Some(&due.text),
        ),
        None if measure.status.needs_plan() => {
            faults.push(Fault::new(format!("{at}/due"), FaultCode::Required))
        }
        None => {}
    }
    for (field, day) in [
        ("start_planned", measure.start_planned),
        ("completed_on", measure.completed_on),
    ] {
        if let Some(day) = day {
            faults.day(&format!("{at}/{field}"), day);
        }
    }
    if measure.status.finished() != measure.completed_on.is_some() {
        faults.push(Fault::new(
            format!("{at}/completed_on"),
            FaultCode::Inconsistent,
        ));
    }
    let mut seen = HashSet::new();
    for (index, line) in measure.lines.iter().enumerate() {
        let at = format!("{at}/lines/{index}");
        reference(faults, &at, line, lines);
        if !seen.insert(line) {
            faults.push(Fault::new(at, FaultCode::Duplicate).arg("value", line));
        }
    }
    for (field, ids) in [("fulfils", &measure.fulfils), ("applies", &measure.applies)] {
        check_links(faults, &format!("{at}/{field}"), ids, &known.targets);
    }
    source(faults, at, &measure.source);
}

/// Checks a due date against its precision.
pub fn check_due(
    faults: &mut Faults,
    at: &str,
    day: NaiveDate,
    precision: Precision,
    text: Option<&str>,
) {
    faults.day(&format!("{at}/day"), day);
    if !is_period_end(day, precision) {
        faults.push(
            Fault::new(format!("{at}/day"), FaultCode::NotPeriodEnd).arg("precision", precision),
        );
    }
    faults.optional_text(&format!("{at}/text"), text, 200);
}

/// Checks that ids are known, not withdrawn (DOMAIN MAP-6) and named once.
pub fn check_links(
    faults: &mut Faults,
    at: &str,
    ids: &[String],
    targets: &HashMap<String, Target>,
) {
    let mut seen = HashSet::new();
    for (index, id) in ids.iter().enumerate() {
        let fault = match targets.get(id) {
            None => Some(FaultCode::UnknownReference),
            Some(target) if target.withdrawn => Some(FaultCode::Withdrawn),
            Some(_) if !seen.insert(id) => Some(FaultCode::Duplicate),
            Some(_) => None,
        };
        if let Some(code) = fault {
            faults.push(Fault::new(format!("{at}/{index}"), code).arg("value", id));
        }
    }
}

pub(super) fn unique<'a>(
    faults: &mut Faults,
    at: &str,
    keys: impl Iterator<Item = &'a String>,
) -> HashSet<&'a str> {
    let mut seen = HashSet::new();
    for (index, key) in keys.enumerate() {
        let at = format!("{at}/{index}/key");
        faults.text(&at, key, 1, 100);
        if !seen.insert(key.as_str()) {
            faults.push(Fault::new(at, FaultCode::Duplicate).arg("value", key));
        }
    }
    seen
}

pub(super) fn reference(faults: &mut Faults, at: &str, key: &str, known: &HashSet<&str>) {
    if !known.contains(key) {
        faults.push(Fault::new(at, FaultCode::UnknownReference).arg("value", key));
    }
}

pub(super) fn source(faults: &mut Faults, at: &str, source: &Source) {
    faults.text(&format!("{at}/source/file"), &source.file, 1, 200);
    faults.text(&format!("{at}/source/text"), &source.text, 0, 1000);
}
