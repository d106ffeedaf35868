//! A cross table beside the facts of a catalogue.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::CrossTable;
use crate::catalogue::warnings::Warnings;
use crate::domain::catalogue::{Fact, Level};

impl CrossTable {
    /// What does not fit the facts of a catalogue, one line each.
    #[must_use]
    pub fn compare(&self, facts: &[Fact]) -> Vec<String> {
        let mut warnings = Warnings::default();
        let known = requirements(facts);
        let rows: HashSet<&str> = self.requirements.iter().map(String::as_str).collect();
        for id in &self.requirements {
            if !known.contains_key(id.as_str()) {
                warnings.add(format_args!("{id} is not in the catalogue"));
            }
        }
        let threatened: HashSet<&str> = self.pairs.iter().map(|p| p.requirement.as_str()).collect();
        let protecting: HashSet<&str> =
            self.values.iter().map(|v| v.requirement.as_str()).collect();
        for (id, (level, withdrawn)) in known {
            let (threats, values) = (threatened.contains(id), protecting.contains(id));
            if !rows.contains(id) {
                warnings.add(format_args!("{id} has no row"));
            } else if withdrawn && (threats || values) {
                warnings.add(format_args!("{id} is withdrawn and has marks"));
            } else if !withdrawn && !threats {
                warnings.add(format_args!("{id} counters no threat"));
            }
            if !withdrawn && values != (level == Level::Elevated) {
                let word = if values { "has" } else { "lacks" };
                warnings.add(format_args!(
                    "{id} is {level} and {word} marks of C, I and A"
                ));
            }
        }
        for threat in self.threats_missing_in(facts) {
            warnings.add(format_args!("{threat} is not in the catalogue"));
        }
        warnings.into_lines()
    }

    /// Threats that the facts do not name; none where the facts name no threat at all.
    fn threats_missing_in(&self, facts: &[Fact]) -> BTreeSet<&str> {
        let known: HashSet<&str> = facts
            .iter()
            .filter_map(|fact| match fact {
                Fact::Threat { id, .. } => Some(id.as_str()),
                _ => None,
            })
            .collect();
        let used = self.pairs.iter().map(|pair| pair.threat.as_str());
        let missing = used.filter(|threat| !known.is_empty() && !known.contains(threat));
        missing.collect()
    }
}

/// Level and withdrawal of every requirement.
fn requirements(facts: &[Fact]) -> BTreeMap<&str, (Level, bool)> {
    facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Requirement {
                id,
                level,
                withdrawn,
                ..
            } => Some((id.as_str(), (*level, *withdrawn))),
            _ => None,
        })
        .collect()
}
