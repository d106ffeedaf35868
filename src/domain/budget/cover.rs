//! Money that moves: between lines of a year (Deckung, DOMAIN BUD-8, BA-12) and into the next year (BUD-9).

use super::Refusal;
use crate::domain::programme::LineKind;

/// What the rules of moving ask of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mover<'a> {
    /// Key within the programme.
    pub key: &'a str,
    /// What it pays for.
    pub kind: LineKind,
    /// Deckungskreis; lines without one cover each other.
    pub cover_group: Option<&'a str>,
    /// Deckungsvermerk: it may cover investments although it is consumptive.
    pub cover_note: Option<&'a str>,
    /// Übertragbar.
    pub transferable: bool,
}

/// Whether it is spent and gone, and no investment.
pub const fn is_consumptive(kind: LineKind) -> bool {
    matches!(kind, LineKind::Consumptive | LineKind::Staff)
}

/// Whether what is left of a line lapses at the end of its year (DOMAIN BUD-9).
pub const fn lapses(kind: LineKind, transferable: bool) -> bool {
    is_consumptive(kind) && !transferable
}

/// Whether one line may cover another: inside one cover group; never from an investment to consumption, the other way
/// round only with a note. Lines that a paper does not split (mixed, undetermined) pass.
///
/// # Errors
/// [`Refusal::OutsideCoverGroup`], [`Refusal::CrossKindTransfer`]
pub fn check(from: &Mover<'_>, to: &Mover<'_>) -> Result<(), Refusal> {
    let names = || (from.key.to_owned(), to.key.to_owned());
    if from.cover_group != to.cover_group {
        let (from, to) = names();
        return Err(Refusal::OutsideCoverGroup { from, to });
    }
    let to_consumption = from.kind == LineKind::Investive && is_consumptive(to.kind);
    let to_investment = is_consumptive(from.kind) && to.kind == LineKind::Investive;
    if to_consumption || (to_investment && from.cover_note.is_none()) {
        let (from, to) = names();
        return Err(Refusal::CrossKindTransfer { from, to });
    }
    Ok(())
}

/// Whether what is left of a line may go into the next year: investments, and consumptive lines that were declared
/// transferable. Lines that a paper does not split pass.
///
/// # Errors
/// [`Refusal::NotTransferable`]
pub fn check_carry_over(line: &Mover<'_>) -> Result<(), Refusal> {
    if lapses(line.kind, line.transferable) {
        return Err(Refusal::NotTransferable {
            line: line.key.to_owned(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(key: &str, kind: LineKind) -> Mover<'_> {
        Mover {
            key,
            kind,
            cover_group: None,
            cover_note: None,
            transferable: false,
        }
    }

    #[test]
    fn from_investment_to_consumption_never_and_back_with_a_note() {
        let i9 = line("OG-I9", LineKind::Investive);
        let k2 = line("OG-K2", LineKind::Consumptive);
        let noted = Mover {
            cover_note: Some("zugunsten von I9"),
            ..k2
        };
        let refused = |from: &str, to: &str| {
            Err(Refusal::CrossKindTransfer {
                from: from.to_owned(),
                to: to.to_owned(),
            })
        };
        assert_eq!(check(&i9, &k2), refused("OG-I9", "OG-K2"));
        assert_eq!(check(&i9, &noted), refused("OG-I9", "OG-K2"));
        assert_eq!(check(&k2, &i9), refused("OG-K2", "OG-I9"));
        assert_eq!(check(&noted, &i9), Ok(()));
    }

    #[test]
    fn kinds() {
        use LineKind::*;
        for (from, to, allowed) in [
            (Investive, Staff, false),
            (Staff, Investive, false),
            (Staff, Consumptive, true),
            (Investive, Investive, true),
            (Mixed, Consumptive, true),
            (Investive, Undetermined, true),
        ] {
            let result = check(&line("a", from), &line("b", to));
            assert_eq!(result.is_ok(), allowed, "{from} {to}");
        }
    }

    #[test]
    fn groups_keep_to_themselves() {
        let free = line("a", LineKind::Consumptive);
        let of = |group| Mover {
            cover_group: Some(group),
            ..free
        };
        assert_eq!(check(&of("1"), &of("1")), Ok(()));
        for (from, to) in [(of("1"), of("2")), (of("1"), free), (free, of("1"))] {
            assert!(matches!(
                check(&from, &to),
                Err(Refusal::OutsideCoverGroup { .. })
            ));
        }
    }

    #[test]
    fn consumptive_money_lapses_unless_declared_transferable() {
        for kind in LineKind::ALL.iter().copied() {
            let kept = line("a", kind);
            let lapses = matches!(kind, LineKind::Consumptive | LineKind::Staff);
            assert_eq!(check_carry_over(&kept).is_err(), lapses, "{kind}");
            let declared = Mover {
                transferable: true,
                ..kept
            };
            assert_eq!(check_carry_over(&declared), Ok(()));
        }
    }
}
