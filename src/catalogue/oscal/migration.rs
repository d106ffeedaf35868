//! Rules for moving from one catalogue to another: proposals, which a person confirms
//! (DOMAIN GPP-4 to GPP-6), and the effective status of dependent controls (GPP-2).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::mapping::Relation;
use crate::domain::text_enum;

text_enum! {
    /// Status of a requirement in the catalogue that is left (DOMAIN §2.4).
    SourceStatus {
        /// `ja`
        Yes = "yes",
        /// `teilweise`
        Partial = "partial",
        /// `nein`, and `unbearbeitet`, which counts as not met.
        No = "no",
        /// `entbehrlich`
        Dispensable = "dispensable",
    }
}

text_enum! {
    /// Status proposed for a control of the catalogue that is entered, from the weakest to the strongest claim
    /// (DOMAIN GPP-6).
    ProposedStatus {
        /// A person must find the control: "manuell zuordnen".
        Assign = "assign",
        /// A person must decide what becomes of `entbehrlich`.
        Decide = "decide",
        /// "nicht umgesetzt"
        NotImplemented = "not_implemented",
        /// "zu prüfen"
        ToCheck = "to_check",
        /// "umgesetzt"
        Implemented = "implemented",
    }
}

/// A proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// Status proposed.
    pub status: ProposedStatus,
    /// Open measures of the source are to be linked to the target too.
    pub carry_measures: bool,
}

/// Proposal for a target that one source reaches (table of DOMAIN GPP-6).
#[must_use]
pub const fn propose(relation: &Relation, source: SourceStatus) -> Proposal {
    use Relation as R;
    use SourceStatus as S;
    let status = match (relation, source) {
        (R::NoRelationship | R::Other(_), _) => ProposedStatus::Assign,
        (_, S::Dispensable) => ProposedStatus::Decide,
        (R::EqualTo | R::EquivalentTo | R::SupersetOf, S::Yes) => ProposedStatus::Implemented,
        (R::EqualTo | R::EquivalentTo | R::SubsetOf, S::Partial | S::No) => {
            ProposedStatus::NotImplemented
        }
        (R::SubsetOf | R::IntersectsWith, S::Yes)
        | (R::SupersetOf | R::IntersectsWith, S::Partial | S::No) => ProposedStatus::ToCheck,
    };
    let related = !matches!(status, ProposedStatus::Assign);
    Proposal {
        status,
        carry_measures: related && matches!(source, S::Partial | S::No),
    }
}

/// Proposal for a target that several sources reach.
///
/// It is "umgesetzt" only if every source that covers the whole target (equal, equivalent,
/// superset) is `ja`, there is one, and no other source contradicts; otherwise the weakest claim
/// counts. Without a related source a person must find one.
#[must_use]
pub fn combine(sources: &[(Relation, SourceStatus)]) -> Proposal {
    let related = sources.iter().map(|(relation, status)| {
        let covers = matches!(
            relation,
            Relation::EqualTo | Relation::EquivalentTo | Relation::SupersetOf
        );
        (covers, *status, propose(relation, *status))
    });
    let related: Vec<_> = related
        .filter(|(.., proposal)| proposal.status != ProposedStatus::Assign)
        .collect();
    let covered = related.iter().any(|(covers, ..)| *covers);
    let all_yes = related
        .iter()
        .all(|(_, status, _)| *status == SourceStatus::Yes);
    let weakest = related.iter().map(|(.., proposal)| proposal.status).min();
    let covering_yes = related
        .iter()
        .filter(|(covers, ..)| *covers)
        .all(|(_, status, _)| *status == SourceStatus::Yes);
    let status = match weakest {
        None => ProposedStatus::Assign,
        Some(ProposedStatus::Decide) => ProposedStatus::Decide,
        // What covers the target is met: a source that shares less and is met too adds no doubt.
        Some(_) if covered && all_yes => ProposedStatus::Implemented,
        // Met as a whole and not met in part cannot both be true.
        Some(_) if covered && covering_yes => ProposedStatus::ToCheck,
        Some(weakest) => weakest,
    };
    Proposal {
        status,
        carry_measures: related.iter().any(|(.., proposal)| proposal.carry_measures),
    }
}

/// Status of a control on its own and with what it depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Effective {
    /// Its own status is `umgesetzt`.
    pub own: bool,
    /// It and all it requires, directly or not, are `umgesetzt`.
    pub effective: bool,
    /// Controls it requires directly that are not effective.
    pub blocked_by: Vec<String>,
}

/// Effective status of all controls (DOMAIN GPP-2): own status and that of all `required` ones.
///
/// A required control without a status counts as not met. Controls that require each other are
/// effective together or not at all.
#[must_use]
pub fn effective(
    statuses: &BTreeMap<String, bool>,
    required: &BTreeMap<String, Vec<String>>,
) -> BTreeMap<String, Effective> {
    let mut dependents: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (control, needs) in required {
        for need in needs {
            dependents.entry(need).or_default().push(control);
        }
    }
    // What is not met spreads to all that requires it; each control is visited once, so a cycle
    // ends by itself.
    let own = |id: &str| statuses.get(id).copied().unwrap_or(false);
    let named = statuses.keys().chain(required.values().flatten());
    let mut open: Vec<&str> = named.map(String::as_str).filter(|id| !own(id)).collect();
    let mut failing: BTreeSet<&str> = open.iter().copied().collect();
    while let Some(id) = open.pop() {
        for dependent in dependents.get(id).into_iter().flatten() {
            if failing.insert(dependent) {
                open.push(dependent);
            }
        }
    }
    let entry = |(id, own): (&String, &bool)| {
        let needs = required.get(id).into_iter().flatten();
        let blocked_by = needs.filter(|need| failing.contains(need.as_str()));
        let effective = Effective {
            own: *own,
            effective: !failing.contains(id.as_str()),
            blocked_by: blocked_by.cloned().collect(),
        };
        (id.clone(), effective)
    };
    statuses.iter().map(entry).collect()
}
