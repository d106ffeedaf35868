//! Rules of migration, effective status and joining, as tables.

use std::collections::BTreeMap;

use super::super::mapping::{Fate, Relation};
use super::super::migration::{Proposal, ProposedStatus, SourceStatus};
use super::*;

/// A mapping of its own with a right, a moved and a lost target, and one without a key.
pub(super) fn mapping() -> Value {
    let item = |id: &str, key: Option<&str>| {
        let mut item = json!({ "type": "control", "id-ref": id });
        if let Some(key) = key {
            item["props"] = json!([{ "name": "oscal_uuid", "value": key }]);
        }
        item
    };
    let map = |number: u32, source: &str, target: Value| {
        json!({ "uuid": uuid(number), "relationship": "subset-of",
            "sources": [item(source, None)], "targets": [target] })
    };
    json!({ "mapping-collection": {
        "uuid": uuid(2),
        "metadata": metadata("1.2.1"),
        "provenance": { "method": "human", "matching-rationale": "semantic", "status": "draft",
            "mapping-description": "Muster" },
        "mappings": [{
            "uuid": uuid(3),
            "source-resource": { "type": "catalog", "href": "a.json" },
            "target-resource": { "type": "catalog", "href": "b.json",
                "props": [{ "name": "catalog_uuid", "value": uuid(1) }] },
            "maps": [
                map(11, "X.1.A1-UA.1", item("A.1.1", Some("k-11"))),
                map(12, "X.1.A1-UA.2", item("A.1.1", Some("k-111"))),
                map(13, "X.1.A2-UA.1", item("A.1.1", Some("k-lost"))),
                map(14, "X.1.A3", item("A.1.1", None)),
            ]
        }]
    } })
}

#[test]
fn targets_are_joined_by_key_and_never_by_id() {
    let collection = of(&mapping()).mapping_collection().unwrap();
    let mapping = &collection.mappings[0];
    assert_eq!(mapping.target.uuid.as_deref(), Some(uuid(1).as_str()));
    let requirements: Vec<_> = mapping
        .maps
        .iter()
        .map(|m| m.sources[0].requirement.as_str())
        .collect();
    assert_eq!(requirements, ["X.1.A1", "X.1.A1", "X.1.A2", "X.1.A3"]);
    let report = join(mapping, &[of(&catalog()).catalogue().unwrap()]);
    let fates: Vec<_> = report
        .entries
        .iter()
        .map(|entry| entry.fate.clone())
        .collect();
    let id = |id: &str| id.to_owned();
    assert_eq!(
        fates,
        [
            Fate::Right { id: id("A.1.1") },
            Fate::Moved { id: id("A.1.1.1") },
            Fate::Gone,
            Fate::NoKey
        ]
    );
    assert_eq!(report.count(|fate| fate.id().is_some()), 2);
}

#[test]
fn a_single_mapping_needs_no_list() {
    let mut value = mapping();
    let mappings = &mut value["mapping-collection"]["mappings"];
    *mappings = mappings[0].clone();
    let collection = of(&value).mapping_collection().unwrap();
    assert_eq!(collection.mappings[0].maps.len(), 4);
}

use ProposedStatus::{Assign, Decide, Implemented, NotImplemented, ToCheck};
use Relation::{EqualTo, EquivalentTo, IntersectsWith, NoRelationship, SubsetOf, SupersetOf};
use SourceStatus::{Dispensable, No, Partial, Yes};

const fn proposal(status: ProposedStatus, carry_measures: bool) -> Proposal {
    Proposal {
        status,
        carry_measures,
    }
}

#[test]
fn a_relation_proposes_as_the_rule_book_has_it() {
    // T32 is the first line of subset-of.
    for (relation, yes, not, dispensable) in [
        (EqualTo, Implemented, NotImplemented, Decide),
        (EquivalentTo, Implemented, NotImplemented, Decide),
        (SupersetOf, Implemented, ToCheck, Decide),
        (SubsetOf, ToCheck, NotImplemented, Decide),
        (IntersectsWith, ToCheck, ToCheck, Decide),
    ] {
        assert_eq!(
            propose(&relation, Yes),
            proposal(yes, false),
            "{relation:?}"
        );
        assert_eq!(
            propose(&relation, Partial),
            proposal(not, true),
            "{relation:?}"
        );
        assert_eq!(propose(&relation, No), proposal(not, true), "{relation:?}");
        assert_eq!(
            propose(&relation, Dispensable),
            proposal(dispensable, false)
        );
    }
    for relation in [NoRelationship, Relation::Other("kin-of".to_owned())] {
        for status in [Yes, Partial, No, Dispensable] {
            assert_eq!(propose(&relation, status), proposal(Assign, false));
        }
    }
}

#[test]
fn several_sources_propose_together() {
    for (sources, status, carry) in [
        (vec![], Assign, false),
        (vec![(NoRelationship, Yes)], Assign, false),
        (vec![(EqualTo, Yes)], Implemented, false),
        (vec![(EqualTo, Yes), (SupersetOf, Yes)], Implemented, false),
        (
            vec![(EqualTo, Yes), (SubsetOf, Yes), (IntersectsWith, Yes)],
            Implemented,
            false,
        ),
        (
            vec![(EqualTo, Yes), (NoRelationship, No)],
            Implemented,
            false,
        ),
        // Every covering source must be met.
        (
            vec![(EqualTo, Yes), (EquivalentTo, No)],
            NotImplemented,
            true,
        ),
        (vec![(EqualTo, Yes), (SupersetOf, Partial)], ToCheck, true),
        // Sources that cover it and are met, one that shares something and is not.
        (vec![(EqualTo, Yes), (SubsetOf, No)], ToCheck, true),
        (
            vec![(EqualTo, Yes), (IntersectsWith, Partial)],
            ToCheck,
            true,
        ),
        // No source covers it: never met.
        (vec![(SubsetOf, Yes), (SubsetOf, Yes)], ToCheck, false),
        (vec![(SubsetOf, Yes), (IntersectsWith, Yes)], ToCheck, false),
        (vec![(SubsetOf, Yes), (SubsetOf, No)], NotImplemented, true),
        (vec![(EqualTo, Yes), (SubsetOf, Dispensable)], Decide, false),
    ] {
        assert_eq!(combine(&sources), proposal(status, carry), "{sources:?}");
    }
}

fn effects(own: &[(&str, bool)], links: &[(&str, &[&str])]) -> Vec<(String, bool, Vec<String>)> {
    let own = own
        .iter()
        .map(|(id, met)| ((*id).to_owned(), *met))
        .collect();
    let links: BTreeMap<String, Vec<String>> = links
        .iter()
        .map(|(id, needs)| {
            (
                (*id).to_owned(),
                needs.iter().map(|n| (*n).to_owned()).collect(),
            )
        })
        .collect();
    let found = effective(&own, &links).into_iter();
    found
        .map(|(id, e)| (id, e.effective, e.blocked_by))
        .collect()
}

#[test]
fn a_control_is_met_with_all_it_requires() {
    let row = |id: &str, met: bool, blocked: &[&str]| {
        (
            id.to_owned(),
            met,
            blocked.iter().map(|b| (*b).to_owned()).collect::<Vec<_>>(),
        )
    };
    // T30
    assert_eq!(
        effects(&[("a", true), ("b", false)], &[("a", &["b"])]),
        [row("a", false, &["b"]), row("b", false, &[])]
    );
    // Through others.
    assert_eq!(
        effects(
            &[("a", true), ("b", true), ("c", false)],
            &[("a", &["b"]), ("b", &["c"])]
        ),
        [
            row("a", false, &["b"]),
            row("b", false, &["c"]),
            row("c", false, &[])
        ]
    );
    // In a circle, met together or not at all.
    assert_eq!(
        effects(&[("a", true), ("b", true)], &[("a", &["b"]), ("b", &["a"])]),
        [row("a", true, &[]), row("b", true, &[])]
    );
    assert_eq!(
        effects(
            &[("a", true), ("b", true), ("c", false)],
            &[("a", &["b"]), ("b", &["a", "c"])]
        ),
        [
            row("a", false, &["b"]),
            row("b", false, &["a", "c"]),
            row("c", false, &[])
        ]
    );
    // What has no status is not met.
    assert_eq!(
        effects(&[("a", true)], &[("a", &["z"])]),
        [row("a", false, &["z"])]
    );
    assert_eq!(
        effects(&[("a", true)], &[("a", &["a"])]),
        [row("a", true, &[])]
    );
}
