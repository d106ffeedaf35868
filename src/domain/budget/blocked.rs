//! Blocked funds are not used (DOMAIN BUD-12, BA-9). Overspending beyond them is a finding (BA-2), no refusal.

use super::entry::Takes;
use super::{EntryType, Figures, Refusal};
use crate::domain::programme::{CentsOverflow, sum};

/// Refuses entries of one line and year that together use blocked funds. An order that becomes a payment takes nothing
/// more; a cut or a block takes nothing at all.
///
/// # Errors
/// [`Refusal::BlockedFunds`] with how much of the blocked funds would be used
pub fn check(
    line: &str,
    year: i32,
    before: &Figures,
    changes: &[(EntryType, i64)],
) -> Result<(), Refusal> {
    let mut after = *before;
    let mut taken = 0_i64;
    for (entry_type, cents) in changes.iter().copied() {
        after.add(entry_type, cents)?;
        let takes = match entry_type.takes() {
            Takes::Amount => cents,
            Takes::Opposite => cents.checked_neg().ok_or(CentsOverflow)?,
            Takes::Nothing => 0,
        };
        taken = sum([taken, takes])?;
    }
    let missing = after.available()?.checked_neg().ok_or(CentsOverflow)?;
    let over = missing.min(after.blocked);
    if taken > 0 && over > 0 {
        return Err(Refusal::BlockedFunds {
            line: line.to_owned(),
            year,
            over,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use EntryType::*;

    fn figures(authorised: i64, blocked: i64, committed: i64) -> Figures {
        Figures {
            authorised,
            blocked,
            committed,
            ..Figures::default()
        }
    }

    #[test]
    fn blocked_funds_are_out_of_reach() {
        for (before, changes, over) in [
            (figures(100, 30, 0), vec![(Commitment, 70)], None),
            (figures(100, 30, 0), vec![(Commitment, 71)], Some(1)),
            (figures(100, 30, 0), vec![(Actual, 90)], Some(20)),
            (figures(100, 30, 0), vec![(Actual, 200)], Some(30)),
            // Nothing is blocked: overspending is a finding.
            (figures(100, 0, 0), vec![(Actual, 200)], None),
            (figures(0, 0, 0), vec![(Actual, 1)], None),
            // An order becomes a payment.
            (
                figures(100, 30, 70),
                vec![(CommitmentRelease, -70), (Actual, 70)],
                None,
            ),
            (
                figures(100, 30, 70),
                vec![(CommitmentRelease, -70), (Actual, 71)],
                Some(1),
            ),
            // Released first, in the same request.
            (
                figures(100, 30, 70),
                vec![(Release, -10), (Actual, 10)],
                None,
            ),
            // Given away to another line or year.
            (figures(100, 30, 70), vec![(Cover, -1)], Some(1)),
            (figures(100, 30, 70), vec![(CarryOut, -1)], Some(1)),
            (figures(100, 30, 70), vec![(Cover, 1)], None),
            // Blocking, cutting and paying back use nothing.
            (figures(100, 0, 90), vec![(Block, 50)], None),
            (figures(100, 30, 70), vec![(Cut, -30)], None),
            (figures(100, 30, 90), vec![(ActualReversal, -5)], None),
        ] {
            let refused = check("L", 2023, &before, &changes);
            let expected = over.map(|over| Refusal::BlockedFunds {
                line: "L".to_owned(),
                year: 2023,
                over,
            });
            assert_eq!(refused.err(), expected, "{before:?} {changes:?}");
        }
    }
}
