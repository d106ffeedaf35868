//! The counts of Edition 2023 that every way to its facts has to reach.

use std::collections::BTreeMap;

use crate::domain::catalogue::{Fact, ImplementationOrder, Level};

/// Active requirements of a layer or module: basic, standard, elevated.
pub(super) type PerLevel = [usize; 3];

/// Active requirements per module id.
pub(super) fn per_module(facts: &[Fact]) -> BTreeMap<String, PerLevel> {
    let mut counts = BTreeMap::new();
    let mut module = String::new();
    for fact in facts {
        match fact {
            Fact::Module { id, .. } => {
                module.clone_from(id);
                counts.insert(id.clone(), PerLevel::default());
            }
            Fact::Requirement {
                id,
                level,
                withdrawn,
                ..
            } => {
                assert!(
                    id.starts_with(&format!("{module}.A")),
                    "{id} is in {module}"
                );
                let active = counts.entry(module.clone()).or_default();
                active[*level as usize] += usize::from(!withdrawn);
            }
            Fact::Edition { .. } | Fact::Threat { .. } | Fact::Layer { .. } => {}
        }
    }
    counts
}

/// Panics where the facts do not have the official counts.
pub(super) fn check(facts: &[Fact]) {
    assert_eq!(
        facts.first(),
        Some(&Fact::Edition {
            key: "gs-2023".into(),
            title: "IT-Grundschutz-Kompendium Edition 2023".into(),
            edition: "2023".into(),
        })
    );
    check_orders(facts);
    check_levels(facts);
    check_layers(facts);
}

fn check_orders(facts: &[Fact]) {
    let with = |wanted| {
        facts
            .iter()
            .filter(|f| matches!(f, Fact::Module { order, .. } if *order == wanted))
            .count()
    };
    assert_eq!(
        ImplementationOrder::ALL
            .iter()
            .map(|o| with(*o))
            .collect::<Vec<_>>(),
        [15, 80, 16]
    );
}

fn check_levels(facts: &[Fact]) {
    let mut active = PerLevel::default();
    let mut gone = 0;
    for fact in facts {
        if let Fact::Requirement {
            level, withdrawn, ..
        } = fact
        {
            active[*level as usize] += usize::from(!withdrawn);
            gone += usize::from(*withdrawn);
        }
    }
    assert_eq!(Level::ALL.len(), active.len());
    assert_eq!(active, [563, 867, 405]);
    assert_eq!(gone, 290);
}

fn check_layers(facts: &[Fact]) {
    let modules = per_module(facts);
    let layers: Vec<(&str, usize)> = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Layer { id, .. } => Some(id.as_str()),
            _ => None,
        })
        .map(|layer| (layer, active_in(layer, &modules)))
        .collect();
    assert_eq!(
        layers,
        [
            ("ISMS", 16),
            ("ORP", 54),
            ("CON", 114),
            ("OPS", 247),
            ("DER", 128),
            ("APP", 301),
            ("SYS", 460),
            ("IND", 69),
            ("NET", 227),
            ("INF", 219),
        ]
    );
    assert_eq!(modules.len(), 111);
}

fn active_in(layer: &str, modules: &BTreeMap<String, PerLevel>) -> usize {
    modules
        .iter()
        .filter(|(id, _)| id.split('.').next() == Some(layer))
        .map(|(_, active)| active.iter().sum::<usize>())
        .sum()
}
