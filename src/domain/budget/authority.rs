//! Commitment authorities (VE): a commitment of a later year takes from what was granted for it (DOMAIN BUD-5, BA-6).

use std::collections::BTreeMap;

use super::{Line, Refusal};
use crate::domain::programme::{CentsOverflow, LineKind};

/// Authority that no commitment has taken yet: cents by line (none: of the programme as a whole) and year of payment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unused(BTreeMap<(Option<String>, i32), i64>);

/// A part that a commitment takes: from the line's own authority, or from that of the programme as a whole (none).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Id of the line.
    pub line: Option<String>,
    /// Cents.
    pub cents: i64,
}

/// Refuses authorities, and commitments of later years, on lines that are no investments.
///
/// # Errors
/// [`Refusal::AuthorityNotInvestive`]; lines that a paper does not split (mixed, undetermined) pass.
pub fn check_kind(line: &Line<'_>) -> Result<(), Refusal> {
    match line.kind {
        LineKind::Consumptive | LineKind::Staff => Err(Refusal::AuthorityNotInvestive {
            line: line.key.to_owned(),
        }),
        LineKind::Investive | LineKind::Mixed | LineKind::Undetermined => Ok(()),
    }
}

impl Unused {
    /// Adds what was granted, or with a minus what was taken.
    ///
    /// # Errors
    /// [`CentsOverflow`]
    pub fn add(
        &mut self,
        line: Option<&str>,
        pay_year: i32,
        cents: i64,
    ) -> Result<(), CentsOverflow> {
        let left = self
            .0
            .entry((line.map(str::to_owned), pay_year))
            .or_default();
        *left = left.checked_add(cents).ok_or(CentsOverflow)?;
        Ok(())
    }

    /// Takes what a commitment needs: the line's own authority first, then that of the programme.
    ///
    /// # Errors
    /// [`Refusal::AuthorityNotInvestive`], or [`Refusal::CommitmentWithoutAuthority`] with what is missing
    pub fn take(
        &mut self,
        line: &Line<'_>,
        pay_year: i32,
        cents: i64,
    ) -> Result<Vec<Part>, Refusal> {
        check_kind(line)?;
        let mut parts = Vec::new();
        let mut short = cents;
        for of in [Some(line.id.to_owned()), None] {
            let Some(left) = self.0.get_mut(&(of.clone(), pay_year)) else {
                continue;
            };
            let cents = short.min(*left);
            if cents > 0 {
                *left -= cents;
                short -= cents;
                parts.push(Part { line: of, cents });
            }
        }
        if short > 0 {
            return Err(Refusal::CommitmentWithoutAuthority {
                line: Some(line.key.to_owned()),
                year: pay_year,
                short,
            });
        }
        Ok(parts)
    }

    /// Refuses to take back an authority that commitments have taken already.
    ///
    /// # Errors
    /// [`Refusal::CommitmentWithoutAuthority`] with what would be missing
    pub fn check_taken_back(&self, before: &Unused) -> Result<(), Refusal> {
        let worse = self.0.iter().find(|(place, left)| {
            **left < 0 && before.0.get(*place).is_none_or(|before| *left < before)
        });
        match worse {
            None => Ok(()),
            Some(((_, year), left)) => Err(Refusal::CommitmentWithoutAuthority {
                line: None,
                year: *year,
                short: left.checked_neg().ok_or(CentsOverflow)?,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: LineKind) -> Line<'static> {
        Line {
            id: "i7",
            key: "OG-I7",
            group_id: "g",
            kind,
        }
    }

    #[test]
    fn a_commitment_takes_the_lines_own_authority_first() {
        let mut unused = Unused::default();
        unused.add(Some("i7"), 2022, 30).unwrap();
        unused.add(None, 2022, 100).unwrap();
        unused.add(None, 2023, 7).unwrap();
        unused.add(Some("i8"), 2022, 1000).unwrap();
        let of = |line: Option<&str>, cents| Part {
            line: line.map(str::to_owned),
            cents,
        };
        let i7 = line(LineKind::Investive);
        assert_eq!(unused.take(&i7, 2022, 20), Ok(vec![of(Some("i7"), 20)]));
        assert_eq!(
            unused.take(&i7, 2022, 50),
            Ok(vec![of(Some("i7"), 10), of(None, 40)])
        );
        let short = |year, short| {
            Err(Refusal::CommitmentWithoutAuthority {
                line: Some("OG-I7".to_owned()),
                year,
                short,
            })
        };
        assert_eq!(unused.clone().take(&i7, 2022, 61), short(2022, 1));
        assert_eq!(unused.clone().take(&i7, 2023, 8), short(2023, 1));
        assert_eq!(unused.take(&i7, 2024, 8), short(2024, 8));
        assert_eq!(unused.take(&i7, 2022, 60), Ok(vec![of(None, 60)]));
    }

    #[test]
    fn there_is_none_for_what_is_no_investment() {
        for kind in LineKind::ALL.iter().copied() {
            let mut unused = Unused::default();
            unused.add(None, 2022, 100).unwrap();
            let refused = matches!(kind, LineKind::Consumptive | LineKind::Staff);
            assert_eq!(
                unused.take(&line(kind), 2022, 1).is_err(),
                refused,
                "{kind}"
            );
        }
    }

    #[test]
    fn what_is_in_use_is_not_taken_back() {
        let mut before = Unused::default();
        before.add(None, 2022, 40).unwrap();
        let mut after = before.clone();
        after.add(None, 2022, -40).unwrap();
        assert_eq!(after.check_taken_back(&before), Ok(()));
        after.add(None, 2022, -60).unwrap();
        let refused = after.check_taken_back(&before);
        let expected = Refusal::CommitmentWithoutAuthority {
            line: None,
            year: 2022,
            short: 60,
        };
        assert_eq!(refused, Err(expected));
        let worse = after.clone();
        after.add(None, 2022, 10).unwrap();
        assert_eq!(after.check_taken_back(&worse), Ok(()), "less is missing");
    }
}
