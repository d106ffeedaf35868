//! The grammar against NIST's own schemas, where they are at hand.
//!
//! Known differences, each on purpose:
//! - The schemas of 1.2 were generated without some rules of the metaschema they come from: the
//!   `id` of a parameter, `uuid` and `type` of a party, `href` of an import and `param-id` of a
//!   setting are not required, and `combine` has no `method`. The grammar keeps all of these.
//! - Ids, roles and UUIDs must be unique here; JSON schema cannot say so.
//! - A mapping collection that claims to be 1.1 is refused: the model came with 1.2.
//! - `protocol.name` was required up to 1.1.2 only.
//! - Unicode: a token may hold what Unicode calls alphabetic here, in NIST's pattern only letters.
//! - E-mail addresses are checked by their shape; quoted local parts and bare IP hosts are not.

use std::collections::BTreeMap;

use std::io::Write as _;

use super::*;

/// NIST's schema of a model for a version.
fn schema(model: Model, version: Version) -> Option<jsonschema::Validator> {
    let folder = match version {
        Version::V1_1 => "v1.1.3",
        Version::V1_2 => "v1.2.2",
    };
    let name = match model {
        Model::Catalog => "catalog",
        Model::Profile => "profile",
        Model::MappingCollection => "mapping",
        Model::ComponentDefinition => "component",
    };
    let path = format!("nist-oscal-schemas/{folder}/oscal_{name}_schema.json");
    let schema: Value = serde_json::from_slice(&official(&path)?).unwrap();
    let options = jsonschema::options().should_validate_formats(true);
    Some(options.build(&schema).unwrap())
}

const SAMPLES: [&str; 18] = [
    KERNEL,
    METHOD,
    RISK,
    PROFILE,
    MAPPING,
    PASSWORDS,
    NETWORK,
    JUNE_KERNEL,
    JUNE_METHOD,
    JUNE_RISK,
    JUNE_PROFILE,
    JUNE_RESULT,
    APRIL_KERNEL,
    APRIL_METHOD,
    "samples/stadt_profile.json",
    "samples/itgs-gspp_mapping-collection.json",
    "samples/itgs2023-excerpt_catalog.json",
    "samples/massnahmenkatalog_component-definition.json",
];

#[test]
fn official_files_have_the_same_verdict() {
    for path in SAMPLES {
        let Some(bytes) = official(path) else {
            return;
        };
        let (document, defects) = read_with_defects(&bytes, &Limits::default()).unwrap();
        let tree = document.tree();
        let Some(schema) = schema(tree.model(), tree.version()) else {
            return;
        };
        let theirs: Vec<String> = schema
            .iter_errors(tree.whole())
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(
            theirs.is_empty(),
            defects.is_empty(),
            "{path}\n{theirs:?}\n{defects:?}"
        );
        assert!(defects.is_empty(), "{path}: {defects:?}");
    }
}

#[test]
fn all_of_a_file_is_kept() {
    for path in SAMPLES {
        let Some(bytes) = official(path) else {
            return;
        };
        let bare: Value = serde_json::from_slice(&bytes).unwrap();
        let kept = document(&bytes);
        // As text: the order of the fields counts too.
        let [kept, bare] = [kept.tree().whole(), &bare].map(Value::to_string);
        assert!(kept == bare, "{path}");
    }
}

/// Random changes, the same in every run (a linear congruential generator is random enough).
struct Mutation(u64);

impl Mutation {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }

    /// Walks down to a random object or list and changes something in it.
    fn change(&mut self, value: &mut Value, depth: usize) -> String {
        let deeper = depth > 0 && (depth < 3 || self.below(5) > 0);
        match value {
            Value::Object(map) if !map.is_empty() => {
                let at = self.below(map.len());
                let key = map.keys().nth(at).unwrap().clone();
                let below = map.get_mut(&key).unwrap();
                if (deeper || depth == 0) && (below.is_object() || below.is_array()) {
                    return format!("/{key}{}", self.change(below, depth + 1));
                }
                let kind = self.below(4);
                match kind {
                    0 => {
                        map.shift_remove(&key);
                    }
                    1 => {
                        let value = map.shift_remove(&key).unwrap();
                        map.insert(format!("{key}x"), value);
                    }
                    2 => *below = self.other(),
                    _ => *below = self.spoilt(below),
                }
                format!("/{key} {kind}")
            }
            Value::Array(list) if !list.is_empty() => {
                let at = self.below(list.len());
                let below = list.get_mut(at).unwrap();
                if below.is_object() || below.is_array() {
                    return format!("/{at}{}", self.change(below, depth + 1));
                }
                *below = self.other();
                format!("/{at} other")
            }
            other => {
                *other = self.other();
                " other".to_owned()
            }
        }
    }

    fn other(&mut self) -> Value {
        let values = [
            json!(null),
            json!(true),
            json!(7),
            json!(-1.5),
            json!("text"),
            json!(""),
            json!([]),
            json!({}),
            json!(["a"]),
            json!([{}]),
            json!(" x"),
            json!("a b"),
            json!("zwei\nzeilen"),
            json!("ä-1"),
            json!("1a"),
            json!("yes"),
            json!("MD5"),
        ];
        values[self.below(values.len())].clone()
    }

    /// A text a little beside what it was.
    fn spoilt(&mut self, value: &Value) -> Value {
        let Value::String(text) = value else {
            return self.other();
        };
        Value::String(match self.below(10) {
            0 => format!("{text} "),
            1 => format!(" {text}"),
            2 => text.replace('-', "_"),
            3 => text.replace(':', ""),
            4 => format!("{text}\n"),
            5 => text.replace("00:00", "07:30"),
            6 => text.to_uppercase(),
            7 => text.replace('4', "3"),
            8 => format!("{text}%zz"),
            _ => format!("#{text}#"),
        })
    }
}

/// Changes that the two are known to see differently; see the head of this file.
fn is_known_difference(defects: &Defects) -> bool {
    let known = |what: &str| {
        what.ends_with("is given a second time")
            || [
                "`id` is missing in a parameter",
                "`uuid` is missing in a party",
                "`type` is missing in a party",
                "`href` is missing in an import",
                "`param-id` is missing in a parameter setting",
            ]
            .contains(&what)
    };
    defects.list.iter().all(|defect| known(&defect.what))
}

#[test]
fn changed_files_have_the_same_verdict_nearly_always() {
    const RUNS: usize = 1_500;
    // The large ones would only repeat what these have.
    let mut texts: Vec<Value> = vec![
        catalog(),
        super::resolving::profile(),
        super::rules::mapping(),
    ];
    for path in [
        RISK,
        PROFILE,
        PASSWORDS,
        JUNE_PROFILE,
        "samples/itgs-gspp_mapping-collection.json",
        "samples/itgs2023-excerpt_catalog.json",
        "samples/massnahmenkatalog_component-definition.json",
    ] {
        let Some(bytes) = official(path) else {
            return;
        };
        texts.push(serde_json::from_slice(&bytes).unwrap());
    }
    texts.extend(rich());
    let mut mutation = Mutation(7);
    let mut schemas: BTreeMap<String, jsonschema::Validator> = BTreeMap::new();
    let (mut invalid, mut compared, mut known) = (0, 0, 0);
    let mut differences: Vec<String> = Vec::new();
    for version in ["1.1.3", "1.2.2"] {
        for run in 0..RUNS {
            let mut value = texts[run % texts.len()].clone();
            let root = value
                .as_object()
                .unwrap()
                .keys()
                .find(|k| *k != "$schema")
                .unwrap()
                .clone();
            if root == "mapping-collection" && version == "1.1.3" {
                continue;
            }
            let place = format!("/{root}/metadata/oscal-version");
            *value.pointer_mut(&place).unwrap() = json!(version);
            let content = value.get_mut(&root).unwrap();
            let what = mutation.change(content, 0);
            let bytes = serde_json::to_vec(&value).unwrap();
            let Ok((document, defects)) = read_with_defects(&bytes, &Limits::default()) else {
                continue;
            };
            let tree = document.tree();
            let key = format!("{root} {version}");
            if !schemas.contains_key(&key) {
                let Some(schema) = schema(tree.model(), tree.version()) else {
                    return;
                };
                schemas.insert(key.clone(), schema);
            }
            let valid = schemas[&key].is_valid(&value);
            compared += 1;
            invalid += usize::from(!valid);
            if valid == defects.is_empty() {
                continue;
            }
            if valid && is_known_difference(&defects) {
                known += 1;
            } else {
                differences.push(format!(
                    "{version} {root}{what}: valid {valid}, {defects:?}"
                ));
            }
        }
    }
    let _ = writeln!(
        std::io::stderr(),
        "{compared} changed documents, {invalid} invalid to NIST, {known} known differences, {} others: {differences:#?}",
        differences.len()
    );
    assert!(compared > RUNS && invalid > compared / 3);
    assert!(
        differences.len() * 200 < compared,
        "{}",
        differences.join("\n")
    );
}

/// Documents with the fields that BSI's files do not use.
fn rich() -> Vec<Value> {
    let metadata = json!({
        "title": "Reich", "published": "2026-02-28T00:00:00.5Z",
        "last-modified": "2026-09-01T08:00:00+02:00", "version": "1", "oscal-version": "1.2.2",
        "revisions": [{ "version": "0", "published": "2024-02-29T23:59:59-03:30" }],
        "document-ids": [{ "scheme": "http://www.doi.org/", "identifier": "10.1/x" }],
        "roles": [{ "id": "r", "title": "R", "short-name": "r", "description": "d" }],
        "locations": [{ "uuid": uuid(21), "address": { "type": "work", "addr-lines": ["Markt 1"],
            "city": "Musterstadt", "country": "DE" }, "urls": ["https://stadt.example:8443/a?b=c#d"],
            "telephone-numbers": [{ "type": "office", "number": "+49 1" }] }],
        "parties": [
            { "uuid": uuid(22), "type": "organization", "name": "Stadt",
              "external-ids": [{ "scheme": "http://orcid.org/", "id": "1" }],
              "email-addresses": ["post@stadt.example"], "location-uuids": [uuid(21)],
              "member-of-organizations": [uuid(23)] },
            { "uuid": uuid(24), "type": "person", "addresses": [{ "city": "M" }] }],
        "responsible-parties": [{ "role-id": "r", "party-uuids": [uuid(22)] }],
        "actions": [{ "uuid": uuid(25), "type": "approval", "system": "http://a.example",
            "date": "2026-09-01T08:00:00Z" }],
        "remarks": "zwei\nZeilen" });
    let back_matter = json!({ "resources": [{ "uuid": uuid(31), "citation": { "text": "t" },
        "rlinks": [{ "href": "../a%20b.json", "media-type": "application/json",
            "hashes": [{ "algorithm": "SHA-256", "value": "00" }] }],
        "base64": { "filename": "f", "value": "QUJD" } }] });
    let select = json!([{ "with-ids": ["a"], "with-child-controls": "yes",
        "matching": [{ "pattern": "a*" }] }]);
    let catalog = json!({ "catalog": { "uuid": uuid(41), "metadata": metadata, "controls": [
        { "id": "a", "title": "A", "params": [{ "id": "p", "usage": "u",
            "constraints": [{ "description": "d", "tests": [{ "expression": "e" }] }],
            "guidelines": [{ "prose": "g" }], "values": ["v"] },
            { "id": "q", "select": { "how-many": "one", "choice": ["c"] } }],
          "links": [{ "href": "#a", "rel": "related", "text": "t", "resource-fragment": "f" }],
          "parts": [{ "name": "item", "ns": "http://n.example", "parts": [{ "name": "x" }] }] }],
        "back-matter": back_matter } });
    let profile = json!({ "profile": { "uuid": uuid(42), "metadata": metadata,
        "imports": [{ "href": "a.json", "include-controls": select, "exclude-controls": select }],
        "merge": { "custom": { "groups": [{ "title": "G",
            "insert-controls": [{ "order": "keep", "include-controls": select }] }] } },
        "modify": { "set-parameters": [{ "param-id": "p", "values": ["v"], "usage": "u" }],
          "alters": [{ "control-id": "a", "removes": [{ "by-name": "x", "by-item-name": "part" }],
            "adds": [{ "position": "after", "by-id": "b", "props": [{ "name": "n", "value": "v" }] }] }] },
        "back-matter": back_matter } });
    let component = json!({ "component-definition": { "uuid": uuid(43), "metadata": metadata,
        "import-component-definitions": [{ "href": "x.json" }],
        "components": [{ "uuid": uuid(51), "type": "software", "title": "T", "description": "d",
            "purpose": "p", "responsible-roles": [{ "role-id": "r", "party-uuids": [uuid(22)] }],
            "protocols": [{ "uuid": uuid(52), "name": "https", "port-ranges": [
                { "start": 1, "end": 2, "transport": "TCP" }] }],
            "control-implementations": [{ "uuid": uuid(53), "source": "#x", "description": "d",
                "set-parameters": [{ "param-id": "p", "values": ["v"] }],
                "implemented-requirements": [{ "uuid": uuid(54), "control-id": "a", "description": "d",
                    "statements": [{ "uuid": uuid(55), "statement-id": "s", "description": "d" }] }] }] }],
        "capabilities": [{ "uuid": uuid(56), "name": "n", "description": "d",
            "incorporates-components": [{ "component-uuid": uuid(51), "description": "d" }] }] } });
    let mapping = json!({ "mapping-collection": { "uuid": uuid(44), "metadata": metadata,
        "provenance": { "method": "human", "matching-rationale": "semantic", "status": "draft",
            "mapping-description": "d", "confidence-score": { "percentage": 0.5 },
            "coverage": { "target-coverage": 0.5, "generation-method": "arbitrary" } },
        "mappings": [{ "uuid": uuid(61),
            "source-resource": { "type": "catalog", "href": "a" },
            "target-resource": { "type": "catalog", "href": "b", "ns": "http://n.example" },
            "source-gap-summary": { "uuid": uuid(62), "unmapped-controls": select },
            "maps": [{ "uuid": uuid(63), "relationship": "equal-to", "ns": "http://n.example",
                "sources": [{ "type": "control", "id-ref": "a" }],
                "targets": [{ "type": "statement", "id-ref": "b" }],
                "confidence-score": { "category": "high" },
                "qualifiers": [{ "subject": "both", "predicate": "has-requirement",
                    "category": "blocked", "description": "d" }] }] }] } });
    vec![catalog, profile, component, mapping]
}
