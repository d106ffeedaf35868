//! What has to hold of a request before anything is looked up.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::entry::Sign;
use super::request::{CarryOver, Completion, Entry, Posting, Transfer, TransferShare};
use super::{EntryType, InterimReason, Refusal};
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::programme::{ResolutionOutcome, sum};
use crate::domain::text_enum;

/// Most cents of one entry: what every client of JSON reads exactly (2⁵³ − 1), some 90 trillion euros.
pub const MAX_CENTS: i64 = 9_007_199_254_740_991;
/// Budget years that there can be.
pub const YEARS: std::ops::RangeInclusive<i32> = 1990..=LAST_YEAR;
/// The last of them.
pub(super) const LAST_YEAR: i32 = 2100;
/// Most entries, counter entries or lines of one request.
const MOST: usize = 200;

text_enum! {
    /// What over- and extra-plan money needs before it counts (DOMAIN BUD-6, BA-7).
    Needed {
        /// What covers it.
        Cover = "cover",
        /// Why.
        Reason = "reason",
        /// The resolution that it rests on.
        Resolution = "resolution",
        /// The resolution is named, and was not adopted: it is open, or the council refused.
        AdoptedResolution = "adopted_resolution",
    }
}

/// What an entry lacks to count; nothing where its type needs nothing. `outcome` is that of the resolution it names.
pub fn missing(
    entry_type: EntryType,
    cover: Option<&str>,
    reason: Option<&str>,
    outcome: Option<ResolutionOutcome>,
) -> Vec<Needed> {
    if !entry_type.beyond_plan() {
        return Vec::new();
    }
    let is_given = |text: Option<&str>| text.is_some_and(|text| !text.trim().is_empty());
    let granted = match outcome {
        None => Some(Needed::Resolution),
        Some(outcome) if !outcome.grants() => Some(Needed::AdoptedResolution),
        Some(_) => None,
    };
    let cover = (!is_given(cover)).then_some(Needed::Cover);
    let reason = (!is_given(reason)).then_some(Needed::Reason);
    [cover, reason, granted].into_iter().flatten().collect()
}

/// Whether a new commitment may be booked on a year (DOMAIN BUD-7, BA-8): while its budget is provisional only for one of
/// three reasons; otherwise there is nothing to give a reason for.
///
/// # Errors
/// [`Refusal::InterimReasonRequired`]; a fault at `pointer` for a reason that has no use
pub fn check_interim(
    provisional: bool,
    reason: Option<InterimReason>,
    (line, year): (&str, i32),
    pointer: &str,
) -> Result<Option<Fault>, Refusal> {
    match (provisional, reason) {
        (true, None | Some(InterimReason::Reported)) => Err(Refusal::InterimReasonRequired {
            line: line.to_owned(),
            year,
        }),
        (false, Some(_)) => Ok(Some(Fault::new(pointer, FaultCode::Inconsistent))),
        _ => Ok(None),
    }
}

/// Reason of an entry that the finance system reports: what was ordered while the budget was provisional is a fact, and
/// shown as one (DOMAIN BUD-17, BA-8).
pub fn interim_of_reported(
    entry_type: EntryType,
    year: i32,
    provisional: &[i32],
) -> Option<InterimReason> {
    let is_order = entry_type == EntryType::Commitment && provisional.contains(&year);
    is_order.then_some(InterimReason::Reported)
}

/// Checks what can be told without the books.
///
/// # Errors
/// All faults with their places.
pub fn check(posting: &Posting, today: NaiveDate) -> Result<(), Vec<Fault>> {
    let mut faults = Faults::new();
    at_most(&mut faults, "/entries", posting.entries.len());
    at_most(&mut faults, "/reverses", posting.reverses.len());
    if posting.entries.is_empty() && posting.reverses.is_empty() {
        faults.push(Fault::new("/entries", FaultCode::Required));
    }
    for (index, entry) in posting.entries.iter().enumerate() {
        check_entry(&mut faults, &format!("/entries/{index}"), entry, today);
    }
    let mut seen = HashSet::new();
    for (index, reversal) in posting.reverses.iter().enumerate() {
        let at = format!("/reverses/{index}");
        faults.text(&format!("{at}/reason"), &reversal.reason, 1, 2000);
        faults.text(&format!("{at}/entry"), &reversal.entry, 1, 100);
        if !seen.insert(&reversal.entry) {
            let fault = Fault::new(format!("{at}/entry"), FaultCode::Duplicate);
            faults.push(fault.arg("value", &reversal.entry));
        }
    }
    faults.finish()
}

fn check_entry(faults: &mut Faults, at: &str, entry: &Entry, today: NaiveDate) {
    let is_authority = entry.entry_type == EntryType::CommitmentAuthority;
    let elsewhere = [
        EntryType::Cover,
        EntryType::CarryIn,
        EntryType::CarryOut,
        EntryType::AuthorityUse,
    ];
    if elsewhere.contains(&entry.entry_type) {
        let known = EntryType::ALL
            .iter()
            .filter(|known| !elsewhere.contains(known));
        let known: Vec<&str> = known.map(|known| known.as_str()).collect();
        let fault = Fault::new(format!("{at}/type"), FaultCode::UnknownWord);
        let fault = fault.arg("value", entry.entry_type);
        faults.push(fault.arg("known", known.join(", ")));
    }
    year(faults, &format!("{at}/year"), entry.year, *YEARS.end());
    let (min, max) = match entry.entry_type.sign() {
        Sign::Positive => (1, MAX_CENTS),
        Sign::Negative => (-MAX_CENTS, -1),
        Sign::Either => (-MAX_CENTS, MAX_CENTS),
    };
    cents(faults, &format!("{at}/cents"), entry.cents, min, max);
    if entry.line.is_none() && !is_authority {
        faults.push(Fault::new(format!("{at}/line"), FaultCode::Required));
    }
    match entry.pay_year {
        None if is_authority => {
            faults.push(Fault::new(format!("{at}/pay_year"), FaultCode::Required));
        }
        Some(_) if !is_authority => {
            faults.push(Fault::new(
                format!("{at}/pay_year"),
                FaultCode::Inconsistent,
            ));
        }
        // A grant burdens later years only.
        Some(pay_year) if pay_year <= entry.year || pay_year > *YEARS.end() => {
            let fault = Fault::new(format!("{at}/pay_year"), FaultCode::OutOfRange);
            let fault = fault.arg("min", entry.year.saturating_add(1));
            faults.push(fault.arg("max", YEARS.end()));
        }
        _ => {}
    }
    if entry.interim_reason.is_some() && entry.entry_type != EntryType::Commitment {
        faults.push(Fault::new(
            format!("{at}/interim_reason"),
            FaultCode::Inconsistent,
        ));
    }
    if let Some(day) = entry.booked_on {
        let at = format!("{at}/booked_on");
        faults.day(&at, day);
        if day > today {
            let fault = Fault::new(at, FaultCode::OutOfRange);
            faults.push(fault.arg("min", "1900-01-01").arg("max", today));
        }
    }
    faults.optional_text(&format!("{at}/cover"), entry.cover.as_deref(), 500);
    faults.optional_text(&format!("{at}/reason"), entry.reason.as_deref(), 2000);
    let needs_reason = matches!(
        entry.entry_type,
        EntryType::Block | EntryType::Release | EntryType::Cut
    );
    let has_reason = entry
        .reason
        .as_deref()
        .is_some_and(|reason| !reason.trim().is_empty());
    if needs_reason && !has_reason {
        faults.push(Fault::new(format!("{at}/reason"), FaultCode::Required));
    }
}

/// Checks a transfer: something on both sides, each line once, the same sum.
///
/// # Errors
/// All faults with their places.
pub fn check_transfer(transfer: &Transfer) -> Result<(), Vec<Fault>> {
    let mut faults = Faults::new();
    year(&mut faults, "/year", transfer.year, *YEARS.end());
    faults.text("/reason", &transfer.reason, 1, 2000);
    let mut seen = HashSet::new();
    for (side, shares) in [("/from", &transfer.from), ("/to", &transfer.to)] {
        at_most(&mut faults, side, shares.len());
        if shares.is_empty() {
            faults.push(Fault::new(side, FaultCode::Required));
        }
        for (index, share) in shares.iter().enumerate() {
            let at = format!("{side}/{index}");
            cents(
                &mut faults,
                &format!("{at}/cents"),
                share.cents,
                1,
                MAX_CENTS,
            );
            if !seen.insert(&share.line) {
                let fault = Fault::new(format!("{at}/line"), FaultCode::Duplicate);
                faults.push(fault.arg("value", &share.line));
            }
        }
    }
    let total = |shares: &[TransferShare]| sum(shares.iter().map(|share| share.cents)).ok();
    if total(&transfer.from) != total(&transfer.to) {
        faults.push(Fault::new("/to", FaultCode::Inconsistent));
    }
    faults.finish()
}

/// Checks a carry-over.
///
/// # Errors
/// All faults with their places.
pub fn check_carry_over(carry_over: &CarryOver) -> Result<(), Vec<Fault>> {
    let mut faults = Faults::new();
    let last = *YEARS.end() - 1;
    year(&mut faults, "/from_year", carry_over.from_year, last);
    cents(&mut faults, "/cents", carry_over.cents, 1, MAX_CENTS);
    faults.optional_text("/reason", carry_over.reason.as_deref(), 2000);
    faults.finish()
}

/// Checks the words of a completion.
///
/// # Errors
/// All faults with their places.
pub fn check_completion(completion: &Completion) -> Result<(), Vec<Fault>> {
    let mut faults = Faults::new();
    faults.optional_text("/cover", completion.cover.as_deref(), 500);
    faults.optional_text("/reason", completion.reason.as_deref(), 2000);
    faults.finish()
}

/// At most so many as one request may hold.
pub(super) fn at_most(faults: &mut Faults, at: &str, number: usize) {
    if number > MOST {
        faults.push(Fault::new(at, FaultCode::TooMany).arg("max", MOST));
    }
}

/// A budget year up to a last one.
pub(super) fn year(faults: &mut Faults, at: &str, year: i32, last: i32) {
    if !(*YEARS.start()..=last).contains(&year) {
        let fault = Fault::new(at, FaultCode::OutOfRange);
        faults.push(fault.arg("min", YEARS.start()).arg("max", last));
    }
}

/// An amount within limits, and never nothing.
pub(super) fn cents(faults: &mut Faults, at: &str, cents: i64, min: i64, max: i64) {
    if cents == 0 || !(min..=max).contains(&cents) {
        let fault = Fault::new(at, FaultCode::OutOfRange);
        faults.push(fault.arg("min", min).arg("max", max));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(entry_type: EntryType, cents: i64) -> Entry {
        Entry {
            line: Some("L".to_owned()),
            year: 2023,
            entry_type,
            cents,
            pay_year: (entry_type == EntryType::CommitmentAuthority).then_some(2024),
            booked_on: None,
            resolution: None,
            cover: None,
            reason: Some("Grund".to_owned()),
            interim_reason: None,
        }
    }

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2023, 6, 1).unwrap()
    }

    fn faults(entry: Entry) -> Vec<(String, FaultCode)> {
        let posting = Posting {
            entries: vec![entry],
            reverses: Vec::new(),
        };
        let faults = check(&posting, today()).err().unwrap_or_default();
        faults
            .into_iter()
            .map(|fault| (fault.pointer, fault.code))
            .collect()
    }

    #[test]
    fn each_type_takes_its_sign_and_never_nothing() {
        for entry_type in EntryType::ALL.iter().copied() {
            let elsewhere = ["cover", "carry_in", "carry_out", "authority_use"];
            if elsewhere.contains(&entry_type.as_str()) {
                let found = faults(entry(entry_type, entry_type_cents(entry_type)));
                assert!(found.contains(&("/entries/0/type".to_owned(), FaultCode::UnknownWord)));
                continue;
            }
            for (cents, fine) in [
                (0, false),
                (1, entry_type.sign() != Sign::Negative),
                (-1, entry_type.sign() != Sign::Positive),
                (MAX_CENTS, entry_type.sign() != Sign::Negative),
                (MAX_CENTS + 1, false),
                (i64::MIN, false),
            ] {
                let found = faults(entry(entry_type, cents));
                assert_eq!(found.is_empty(), fine, "{entry_type} {cents}: {found:?}");
            }
        }
    }

    fn entry_type_cents(entry_type: EntryType) -> i64 {
        if entry_type.sign() == Sign::Negative {
            -1
        } else {
            1
        }
    }

    #[test]
    fn places_of_faults() {
        type Change = fn(&mut Entry);
        let cases: &[(EntryType, Change, &str, FaultCode)] = &[
            (
                EntryType::Actual,
                |e| e.year = 0,
                "year",
                FaultCode::OutOfRange,
            ),
            (
                EntryType::Actual,
                |e| e.year = 9999,
                "year",
                FaultCode::OutOfRange,
            ),
            (
                EntryType::Actual,
                |e| e.line = None,
                "line",
                FaultCode::Required,
            ),
            (
                EntryType::Actual,
                |e| e.pay_year = Some(2024),
                "pay_year",
                FaultCode::Inconsistent,
            ),
            (
                EntryType::CommitmentAuthority,
                |e| e.pay_year = None,
                "pay_year",
                FaultCode::Required,
            ),
            (
                EntryType::CommitmentAuthority,
                |e| e.pay_year = Some(2023),
                "pay_year",
                FaultCode::OutOfRange,
            ),
            (
                EntryType::CommitmentAuthority,
                |e| e.pay_year = Some(2101),
                "pay_year",
                FaultCode::OutOfRange,
            ),
            (
                EntryType::Actual,
                |e| e.booked_on = NaiveDate::from_ymd_opt(2023, 6, 2),
                "booked_on",
                FaultCode::OutOfRange,
            ),
            (
                EntryType::Actual,
                |e| e.booked_on = NaiveDate::from_ymd_opt(0, 1, 1),
                "booked_on",
                FaultCode::OutOfRange,
            ),
            (
                EntryType::Actual,
                |e| e.interim_reason = Some(InterimReason::Continuation),
                "interim_reason",
                FaultCode::Inconsistent,
            ),
            (
                EntryType::Block,
                |e| e.reason = None,
                "reason",
                FaultCode::Required,
            ),
            (
                EntryType::Actual,
                |e| e.cover = Some("\0".to_owned()),
                "cover",
                FaultCode::ControlCharacters,
            ),
        ];
        for (entry_type, change, place, code) in cases {
            let mut entry = entry(*entry_type, 1);
            change(&mut entry);
            let expected = (format!("/entries/0/{place}"), *code);
            assert_eq!(faults(entry), [expected], "{entry_type} {place}");
        }
        let nothing = Posting {
            entries: Vec::new(),
            reverses: Vec::new(),
        };
        assert!(check(&nothing, today()).is_err());
        let many = Posting {
            entries: vec![entry(EntryType::Actual, 1); MOST + 1],
            reverses: Vec::new(),
        };
        assert_eq!(
            check(&many, today()).unwrap_err()[0].code,
            FaultCode::TooMany
        );
        let of_programme = Entry {
            line: None,
            ..entry(EntryType::CommitmentAuthority, 1)
        };
        assert_eq!(faults(of_programme), []);
    }

    #[test]
    fn money_beyond_the_plan_needs_cover_reason_and_resolution() {
        let of = missing;
        let adopted = Some(ResolutionOutcome::Adopted);
        for entry_type in [EntryType::Overplan, EntryType::Extraplan] {
            assert_eq!(
                of(entry_type, None, None, None),
                [Needed::Cover, Needed::Reason, Needed::Resolution]
            );
            assert_eq!(
                of(entry_type, Some("x"), Some(" "), adopted),
                [Needed::Reason]
            );
            for outcome in ResolutionOutcome::ALL.iter().copied() {
                let lacks = of(entry_type, Some("x"), Some("y"), Some(outcome));
                if outcome == ResolutionOutcome::Adopted {
                    assert_eq!(lacks, []);
                } else {
                    assert_eq!(lacks, [Needed::AdoptedResolution], "{outcome}");
                }
            }
        }
        assert_eq!(of(EntryType::Appropriation, None, None, None), []);
    }

    #[test]
    fn an_interim_needs_its_reason() {
        let reason = Some(InterimReason::LegallyObliged);
        let place = ("OG-K2", 2022);
        let fault = Fault::new("/x", FaultCode::Inconsistent);
        let refusal = Refusal::InterimReasonRequired {
            line: "OG-K2".to_owned(),
            year: 2022,
        };
        assert_eq!(check_interim(true, None, place, "/x"), Err(refusal));
        assert_eq!(check_interim(true, reason, place, "/x"), Ok(None));
        assert_eq!(check_interim(false, None, place, "/x"), Ok(None));
        assert_eq!(check_interim(false, reason, place, "/x"), Ok(Some(fault)));
    }

    #[test]
    fn transfers_balance() {
        let share = |line: &str, cents| TransferShare {
            line: line.to_owned(),
            cents,
        };
        let transfer = |from: Vec<TransferShare>, to: Vec<TransferShare>| Transfer {
            year: 2023,
            from,
            to,
            resolution: None,
            reason: "Grund".to_owned(),
        };
        let place = |transfer: &Transfer| {
            let faults = check_transfer(transfer).err().unwrap_or_default();
            faults
                .first()
                .map(|fault| (fault.pointer.clone(), fault.code))
        };
        let fine = transfer(vec![share("a", 3), share("b", 4)], vec![share("c", 7)]);
        assert_eq!(place(&fine), None);
        for (from, to, at, code) in [
            (
                vec![share("a", 3)],
                vec![share("b", 4)],
                "/to",
                FaultCode::Inconsistent,
            ),
            (vec![], vec![share("b", 4)], "/from", FaultCode::Required),
            (
                vec![share("a", 4)],
                vec![share("a", 4)],
                "/to/0/line",
                FaultCode::Duplicate,
            ),
            (
                vec![share("a", -4)],
                vec![share("b", -4)],
                "/from/0/cents",
                FaultCode::OutOfRange,
            ),
        ] {
            assert_eq!(place(&transfer(from, to)), Some((at.to_owned(), code)));
        }
    }
}
