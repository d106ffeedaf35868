use proptest::prelude::*;

use super::*;
use crate::domain::budget::request::Allocation;

fn sharer(number: i64) -> Sharer {
    Sharer {
        id: format!("m{number}"),
        number,
        counts: true,
    }
}

fn fixed(number: i64, year: Option<i32>, share: Share) -> Fixed {
    Fixed {
        measure: format!("m{number}"),
        year,
        share,
    }
}

fn figures(authorised: i64, actual: i64) -> Figures {
    Figures {
        authorised,
        actual,
        ..Figures::default()
    }
}

/// Authorised and actual of each measure and of the rest.
fn parts(shares: &Shares, figures: &Figures) -> (Vec<(i64, i64)>, (i64, i64)) {
    let parts = shares.split(figures).unwrap();
    let both = |figures: &Figures| (figures.authorised, figures.actual);
    let measures = parts.measures.iter().map(|(_, part)| both(part));
    (measures.collect(), both(&parts.rest))
}

#[test]
fn cents_go_to_the_largest_remainders() {
    for (cents, weights, expected) in [
        (100, vec![1, 1, 1], vec![34, 33, 33]),
        (-100, vec![1, 1, 1], vec![-34, -33, -33]),
        (101, vec![1, 1, 1], vec![34, 34, 33]),
        (1, vec![1, 1], vec![1, 0]),
        (1, vec![1, 2], vec![0, 1]),
        (10, vec![0, 3, 7], vec![0, 3, 7]),
        (5_500_000, vec![3333, 6667], vec![1_833_150, 3_666_850]),
        (0, vec![1, 2], vec![0, 0]),
        (7, vec![], vec![]),
        (7, vec![0], vec![0]),
        (i64::MIN, vec![u64::MAX], vec![i64::MIN]),
        (i64::MAX, vec![1, 1], vec![i64::MAX / 2 + 1, i64::MAX / 2]),
    ] {
        assert_eq!(split(cents, &weights), Ok(expected), "{cents} {weights:?}");
    }
}

#[test]
fn who_shares_what() {
    use Share::{BasisPoints, Cents};
    let three = [sharer(3), sharer(1), sharer(2)];
    let line = figures(100, -50);
    let of = |sharers: &[Sharer], fixed: &[Fixed]| {
        parts(&Shares::of_year(sharers, fixed, 2023, 100), &line)
    };
    // Nothing is fixed: equal parts, in the order of the references.
    assert_eq!(
        of(&three, &[]),
        (vec![(34, -17), (33, -17), (33, -16)], (0, 0))
    );
    // Who was rejected or replaced has no part; without anybody nothing is allocated.
    let mut over = three.clone();
    over[1].counts = false;
    assert_eq!(of(&over, &[]), (vec![(50, -25), (50, -25)], (0, 0)));
    assert_eq!(of(&[], &[]), (vec![], (100, -50)));
    // Basis points; the rest is not allocated.
    let bp = |number, share| fixed(number, None, BasisPoints(share));
    assert_eq!(of(&three, &[bp(1, 6000)]), (vec![(60, -30)], (40, -20)));
    assert_eq!(
        of(&three, &[bp(2, 2500), bp(1, 7500)]),
        (vec![(75, -38), (25, -12)], (0, 0))
    );
    // The year's own set holds for it alone.
    let of_2023 = fixed(3, Some(2023), BasisPoints(10_000));
    let of_2022 = fixed(2, Some(2022), BasisPoints(10_000));
    let all = [bp(1, 6000), of_2023, of_2022];
    assert_eq!(of(&three, &all), (vec![(100, -50)], (0, 0)));
    let in_2024 = parts(&Shares::of_year(&three, &all, 2024, 100), &line);
    assert_eq!(in_2024, (vec![(60, -30)], (40, -20)));
    // Cents are of what is authorised; what was spent follows in proportion.
    let cents = |number, cents| fixed(number, None, Cents(cents));
    assert_eq!(
        of(&three, &[cents(1, 70), cents(2, 10)]),
        (vec![(70, -35), (10, -5)], (20, -10))
    );
    // More than there is: each gets less in proportion, and nothing is left.
    assert_eq!(
        of(&three, &[cents(1, 300), cents(2, 100)]),
        (vec![(75, -38), (25, -12)], (0, 0))
    );
    // Nothing is authorised, something is spent.
    let nothing = Shares::of_year(&three, &[cents(1, 3), cents(2, 1)], 2023, 0);
    assert_eq!(
        parts(&nothing, &figures(0, 8)),
        (vec![(0, 6), (0, 2)], (0, 0))
    );
}

#[test]
fn shares_go_along_with_the_measures() {
    use Share::{BasisPoints, Cents};
    let before = [
        fixed(1, None, BasisPoints(3000)),
        fixed(2, None, BasisPoints(2001)),
        fixed(3, None, BasisPoints(1)),
        fixed(1, Some(2023), Cents(7)),
        fixed(3, Some(2023), Cents(5)),
    ];
    // 1 and 3 go into 2: it has all of it.
    let merged = carried(&before, &["m1", "m3"], &[sharer(2)]).unwrap();
    assert_eq!(
        merged,
        [
            fixed(2, None, BasisPoints(5002)),
            fixed(2, Some(2023), Cents(12))
        ]
    );
    // 1 falls apart: the parts have what it had.
    let apart = carried(&before, &["m1"], &[sharer(5), sharer(4), sharer(6)]).unwrap();
    let of = |number: i64| {
        let own = apart
            .iter()
            .filter(|one| one.measure == format!("m{number}"));
        own.map(|one| (one.year, one.share.amount()))
            .collect::<Vec<_>>()
    };
    assert_eq!(of(4), [(None, 1000), (Some(2023), 3)]);
    assert_eq!(of(5), [(None, 1000), (Some(2023), 2)]);
    assert_eq!(of(6), [(None, 1000), (Some(2023), 2)]);
    assert_eq!(of(1), []);
    assert_eq!(of(2), [(None, 2001)]);
    // A share of one part of ten thousand goes to one of two.
    let one = carried(&before[2..3], &["m3"], &[sharer(5), sharer(4)]).unwrap();
    assert_eq!(one, [fixed(4, None, BasisPoints(1))]);
    let overflow = [fixed(1, None, Cents(i64::MAX)), fixed(2, None, Cents(1))];
    assert_eq!(
        carried(&overflow, &["m1", "m2"], &[sharer(3)]),
        Err(CentsOverflow)
    );
}

#[test]
fn spent_beyond_what_was_given() {
    for (given, spent, over) in [(5, 4, None), (5, 5, None), (5, 6, Some(1)), (0, 1, Some(1))] {
        assert_eq!(over_budget(&figures(given, spent)), Ok(over));
    }
    assert_eq!(over_budget(&figures(i64::MIN, 1)), Err(CentsOverflow));
}

#[test]
fn places_of_faults() {
    type Rows = Vec<(&'static str, Option<i32>, Option<i64>, Option<i64>)>;
    let cases: Vec<(Rows, Option<(&str, FaultCode)>)> = vec![
        (vec![], None),
        (
            vec![
                ("a", None, Some(10_000), None),
                ("a", Some(2023), Some(10_000), None),
            ],
            None,
        ),
        (
            vec![
                ("a", None, Some(4_000), None),
                ("b", None, Some(6_000), None),
            ],
            None,
        ),
        (
            vec![
                ("a", None, Some(4_000), None),
                ("b", None, Some(6_001), None),
            ],
            Some(("/1/share_bp", FaultCode::OverAllocated)),
        ),
        (
            vec![("a", None, Some(1), None), ("a", None, Some(1), None)],
            Some(("/1/measure", FaultCode::Duplicate)),
        ),
        (
            vec![("a", None, Some(0), None)],
            Some(("/0/share_bp", FaultCode::OutOfRange)),
        ),
        (
            vec![("a", None, Some(10_001), None)],
            Some(("/0/share_bp", FaultCode::OutOfRange)),
        ),
        (
            vec![("a", None, None, Some(0))],
            Some(("/0/cents", FaultCode::OutOfRange)),
        ),
        (
            vec![("a", None, None, Some(-1))],
            Some(("/0/cents", FaultCode::OutOfRange)),
        ),
        (
            vec![("a", None, None, None)],
            Some(("/0/share_bp", FaultCode::Required)),
        ),
        (
            vec![("a", None, Some(1), Some(1))],
            Some(("/0/cents", FaultCode::Inconsistent)),
        ),
        (
            vec![("a", None, Some(1), None), ("b", None, None, Some(1))],
            Some(("/1/cents", FaultCode::Inconsistent)),
        ),
        (
            vec![("a", None, Some(1), None), ("b", Some(2023), None, Some(1))],
            None,
        ),
        (
            vec![("", None, Some(1), None)],
            Some(("/0/measure", FaultCode::Required)),
        ),
        (
            vec![("a", Some(1989), Some(1), None)],
            Some(("/0/year", FaultCode::OutOfRange)),
        ),
        (
            vec![
                ("a", None, None, Some(MAX_CENTS)),
                ("b", None, None, Some(MAX_CENTS)),
            ],
            None,
        ),
    ];
    for (rows, expected) in cases {
        let row =
            |(measure, year, share_bp, cents): &(&str, Option<i32>, Option<i64>, Option<i64>)| {
                Allocation {
                    measure: (*measure).to_owned(),
                    year: *year,
                    share_bp: *share_bp,
                    cents: *cents,
                }
            };
        let input = Allocations {
            allocations: rows.iter().map(row).collect(),
            reason: None,
        };
        let faults = check(&input).err().unwrap_or_default();
        let found = faults
            .first()
            .map(|fault| (fault.pointer.as_str(), fault.code));
        let expected = expected.map(|(at, code)| (format!("/allocations{at}"), code));
        let expected = expected.as_ref().map(|(at, code)| (at.as_str(), *code));
        assert_eq!(found, expected, "{rows:?}");
    }
}

proptest! {
    #[test]
    fn parts_add_up_and_are_fair(cents: i64, weights in prop::collection::vec(prop_oneof![0u64..20, 0u64..=10_000, 0u64..1 << 50], 1..12)) {
        let parts = split(cents, &weights).unwrap();
        let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        let added: i128 = parts.iter().map(|part| i128::from(*part)).sum();
        prop_assert_eq!(added, if total == 0 { 0 } else { i128::from(cents) });
        let negated = cents.checked_neg().map(|negated| split(negated, &weights).unwrap());
        if let Some(negated) = negated {
            prop_assert!(parts.iter().zip(&negated).all(|(part, other)| *part == -*other));
        }
        for (part, weight) in parts.iter().zip(&weights) {
            // |part − cents · weight / total| < 1, without a fraction.
            let exact = i128::from(cents) * i128::from(*weight);
            prop_assert!(total == 0 || (i128::from(*part) * total - exact).abs() < total);
            for (other, lighter) in parts.iter().zip(&weights) {
                prop_assert!(weight <= lighter || part.unsigned_abs() >= other.unsigned_abs());
            }
        }
    }

    #[test]
    fn the_order_of_what_is_given_does_not_matter(
        cents in -1_000_000i64..1_000_000,
        given in prop::collection::vec((prop::option::of(1i64..2_000), any::<bool>()), 1..6),
        seed: u64
    ) {
        let mut sharers: Vec<Sharer> = Vec::new();
        let mut shares: Vec<Fixed> = Vec::new();
        for (number, (share, counts)) in given.iter().enumerate() {
            let number = i64::try_from(number).unwrap();
            sharers.push(Sharer { counts: *counts, ..sharer(number) });
            shares.extend(share.map(|share| fixed(number, None, Share::BasisPoints(share))));
        }
        let line = Figures { plan: cents, authorised: cents, blocked: cents / 3, committed: cents / 5, actual: cents / 7, forecast: 1 };
        let of = |sharers: &[Sharer], shares: &[Fixed]| Shares::of_year(sharers, shares, 2023, cents).split(&line).unwrap();
        let parts = of(&sharers, &shares);
        let mut whole = parts.rest;
        for (_, part) in &parts.measures {
            whole.add_all(part).unwrap();
        }
        prop_assert_eq!(whole, line);
        let turn = usize::try_from(seed % 6).unwrap();
        let at = turn % sharers.len();
        sharers.rotate_left(at);
        shares.reverse();
        prop_assert_eq!(of(&sharers, &shares), parts);
    }
}
