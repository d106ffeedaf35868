//! BSI's files, where they are at hand.

use std::collections::{BTreeMap, BTreeSet};

use super::super::catalogue::Control;
use super::super::mapping::{Fate, Relation};
use super::*;

fn catalogue(path: &str) -> Option<Catalogue> {
    document(&official(path)?).catalogue()
}

fn shelf(paths: &[&str]) -> Option<Shelf> {
    let mut shelf = Shelf::default();
    for path in paths {
        let bytes = official(path)?;
        shelf.add(document(&bytes), bytes, None);
    }
    Some(shelf)
}

#[test]
fn the_catalogues_of_july_have_the_published_counts() {
    for (path, controls, nested) in [(KERNEL, 901, 305), (METHOD, 95, 43), (RISK, 10, 0)] {
        let Some(catalogue) = catalogue(path) else {
            return;
        };
        assert_eq!(catalogue.controls.len(), controls, "{path}");
        let below = catalogue.controls.iter().filter(|c| c.parent.is_some());
        assert_eq!(below.count(), nested, "{path}");
        for control in &catalogue.controls {
            assert!(!control.statement.is_empty() && !control.statement.contains("{{"));
            assert!(control.alt_identifier.is_some() && control.group.is_some());
            assert!(control.modal_verb.is_some() && control.action_word.is_some());
            assert!(control.sec_level.is_some() && control.effort_level.is_some());
        }
    }
}

#[test]
fn the_levels_and_links_are_those_of_the_rule_book() {
    let mut all: Vec<Control> = Vec::new();
    for path in [KERNEL, METHOD, RISK] {
        let Some(catalogue) = catalogue(path) else {
            return;
        };
        all.extend(catalogue.controls);
    }
    let verbs = |verb: &str| {
        all.iter()
            .filter(|c| c.modal_verb.as_deref() == Some(verb))
            .count()
    };
    assert_eq!(
        [verbs("MUSS"), verbs("SOLLTE"), verbs("KANN")],
        [154, 628, 224]
    );
    let elevated = all
        .iter()
        .filter(|c| c.sec_level.as_deref() == Some("erhöht"));
    assert_eq!(elevated.count(), 227);
    let with_params = all.iter().filter(|c| !c.params.is_empty()).count();
    assert_eq!(with_params, 209);
    let ids: BTreeSet<&str> = all.iter().map(|c| c.id.as_str()).collect();
    let required: usize = all.iter().map(|c| c.required().count()).sum();
    assert_eq!(required, 67);
    assert!(
        all.iter()
            .flat_map(Control::required)
            .all(|id| ids.contains(id))
    );
    // No cycle: were all controls met, none would be blocked.
    let statuses = all.iter().map(|c| (c.id.clone(), true)).collect();
    let links = all
        .iter()
        .map(|c| (c.id.clone(), c.required().map(str::to_owned).collect()));
    let links: BTreeMap<_, _> = links.collect();
    assert!(effective(&statuses, &links).values().all(|e| e.effective));
}

#[test]
fn the_profile_of_june_resolves_to_the_published_catalogue() {
    let Some(shelf) = shelf(&[JUNE_METHOD, JUNE_RISK, JUNE_KERNEL]) else {
        return;
    };
    let (Some(profile), Some(published)) = (official(JUNE_PROFILE), official(JUNE_RESULT)) else {
        return;
    };
    let profile = document(&profile);
    let resolution = resolve(&profile, &|import| shelf.find(import), &stamp()).unwrap();
    assert_eq!(resolution.warnings, Vec::<String>::new());
    assert!(validate(resolution.catalog.tree()).is_empty());
    let published = document(&published);
    let ours = resolution.catalog.catalogue().unwrap();
    let theirs = published.catalogue().unwrap();
    assert_eq!((ours.controls.len(), ours.groups.len()), (989, 159));
    assert_eq!(ours.groups, theirs.groups);
    for (ours, theirs) in ours.controls.iter().zip(&theirs.controls) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours.controls.len(), theirs.controls.len());
    // Not only the view: whole groups and back matter, whatever the order of the fields.
    for field in ["groups", "back-matter", "params", "controls"] {
        let content = |document: &Document| document.tree().content().get(field).cloned();
        assert!(
            content(&resolution.catalog) == content(&published),
            "{field}"
        );
    }
}

#[test]
fn the_profile_of_july_names_the_catalogue_that_is_absent() {
    let Some(shelf) = shelf(&[METHOD, RISK, KERNEL]) else {
        return;
    };
    let Some(profile) = official(PROFILE) else {
        return;
    };
    let error = resolve(&document(&profile), &|import| shelf.find(import), &stamp()).unwrap_err();
    let ResolveError::Missing { import, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(import.href, "#41fb0187-c393-4342-827f-173e6323a6c0");
    let text = error.to_string();
    assert!(
        text.contains("BSI-Stand-der-Technik-Kernel-G0-catalog.json"),
        "{text}"
    );
    assert!(text.contains("b6fa1738b8ad1db8a6f3efe1de4fdeec"), "{text}");
}

#[test]
fn the_mapping_is_joined_by_key() {
    let Some(mapping) = official(MAPPING) else {
        return;
    };
    let (Some(kernel), Some(method), Some(risk)) =
        (catalogue(KERNEL), catalogue(METHOD), catalogue(RISK))
    else {
        return;
    };
    let collection = document(&mapping).mapping_collection().unwrap();
    assert_eq!(collection.status.as_deref(), Some("draft"));
    let maps: Vec<_> = collection.mappings.iter().flat_map(|m| &m.maps).collect();
    let sources = || maps.iter().flat_map(|map| &map.sources);
    let targets = maps.iter().flat_map(|map| &map.targets);
    let ids: BTreeSet<_> = sources().map(|s| &s.id).collect();
    let requirements: BTreeSet<_> = sources().map(|s| &s.requirement).collect();
    let keys: BTreeSet<_> = targets.map(|t| &t.oscal_uuid).collect();
    assert_eq!(
        [maps.len(), ids.len(), requirements.len(), keys.len()],
        [1185, 824, 510, 339]
    );
    let relations = |relation| maps.iter().filter(|m| m.relationship == relation).count();
    assert_eq!(relations(Relation::SubsetOf), 464);
    assert_eq!(relations(Relation::IntersectsWith), 395);
    assert_eq!(relations(Relation::SupersetOf), 187);
    assert_eq!(relations(Relation::EquivalentTo), 118);
    assert_eq!(relations(Relation::EqualTo), 21);

    let catalogues = [kernel, method, risk];
    let entries: Vec<_> = collection
        .mappings
        .iter()
        .flat_map(|mapping| join(mapping, &catalogues).entries)
        .collect();
    let count = |is: fn(&Fate) -> bool| entries.iter().filter(|e| is(&e.fate)).count();
    assert_eq!(count(|f| matches!(f, Fate::Right { .. })), 1039);
    assert_eq!(count(|f| matches!(f, Fate::Moved { .. })), 130);
    assert_eq!(count(|f| matches!(f, Fate::Gone)), 16);
    // T31: the id of the file is that of another control today.
    let moved: BTreeSet<_> = entries
        .iter()
        .filter(|e| e.target == "GC.8.1.1.1")
        .map(|e| e.fate.id())
        .collect();
    assert_eq!(moved, BTreeSet::from([Some("GC.9.1.1.1")]));
    let gone = entries.iter().filter(|e| e.fate == Fate::Gone);
    let gone: BTreeSet<_> = gone.map(|e| e.target.as_str()).collect();
    assert!(gone.contains("VRB.1.2"), "{gone:?}");
}

#[test]
fn editions_are_compared_by_key() {
    for (old, new, counts) in [
        (JUNE_KERNEL, KERNEL, [13, 2, 69, 126, 0]),
        (JUNE_METHOD, METHOD, [0, 0, 0, 22, 0]),
        (APRIL_KERNEL, KERNEL, [14, 2, 90, 141, 19]),
        (APRIL_METHOD, METHOD, [0, 10, 67, 73, 6]),
    ] {
        let (Some(old), Some(new)) = (catalogue(old), catalogue(new)) else {
            return;
        };
        let diff = diff(&old, &new);
        let found = [
            diff.added.len(),
            diff.removed.len(),
            diff.renamed.len(),
            diff.text_changed.len(),
            diff.level_changed.len(),
        ];
        let grown = new.controls.len() + diff.removed.len();
        assert_eq!(grown, old.controls.len() + diff.added.len());
        assert_eq!(found, counts, "{} {}", new.title, old.last_modified);
    }
}

#[test]
fn the_component_definitions_are_read() {
    for (path, components, requirements) in [(PASSWORDS, 7, 17), (NETWORK, 9, 85)] {
        let Some(bytes) = official(path) else {
            return;
        };
        let view = document(&bytes).component_definition().unwrap();
        let implementations = view.components.iter().flat_map(|c| &c.implementations);
        let found: usize = implementations.map(|i| i.requirements.len()).sum();
        assert_eq!(
            (view.components.len(), found),
            (components, requirements),
            "{path}"
        );
    }
}
