//! No input makes a reader panic; what is made to hurt comes to an end.

use proptest::prelude::*;

use super::super::profile::Source;
use super::*;

/// Everything that can be done with a document.
fn use_all(bytes: &[u8]) {
    let Ok((document, _)) = read_with_defects(bytes, &Limits::default()) else {
        return;
    };
    let known = of(&catalog()).catalogue().unwrap();
    if let Some(catalogue) = document.catalogue() {
        let _ = diff(&known, &catalogue);
        let _ = diff(&catalogue, &known);
    }
    if let Some(collection) = document.mapping_collection() {
        for mapping in &collection.mappings {
            let _ = join(mapping, std::slice::from_ref(&known));
        }
    }
    let _ = document.component_definition();
    let samples = [of(&catalog()), document.clone()];
    for source in &samples {
        let find = |_: &ImportRef| {
            Some(Source {
                document: source,
                bytes: Some(bytes),
                by_name: false,
            })
        };
        if let Ok(result) = resolve(&document, &find, &stamp()) {
            let _ = result.catalog.catalogue();
        }
        let profile = of(&super::resolving::profile());
        if let Ok(result) = resolve(&profile, &find, &stamp()) {
            let _ = result.catalog.catalogue();
        }
    }
}

fn samples() -> Vec<Vec<u8>> {
    let values = [
        catalog(),
        super::resolving::profile(),
        super::rules::mapping(),
    ];
    values
        .iter()
        .map(|value| serde_json::to_vec(value).unwrap())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn changed_bytes_never_panic(which in 0..3_usize, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = samples()[which].clone();
        for (place, byte) in changes {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        use_all(&bytes);
    }

    #[test]
    fn swapped_values_never_panic(which in 0..3_usize, swaps in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6)) {
        let mut value: Value = serde_json::from_slice(&samples()[which]).unwrap();
        let version = format!("/{}/metadata/oscal-version", value.as_object().unwrap().keys().next().unwrap());
        for (from, to) in swaps {
            let places = places(&value);
            let copy = value.pointer(&places[from.index(places.len())]).cloned().unwrap();
            let to = &places[to.index(places.len())];
            if !version.starts_with(to.as_str()) {
                *value.pointer_mut(to).unwrap() = copy;
            }
        }
        use_all(&serde_json::to_vec(&value).unwrap());
    }

    #[test]
    fn any_text_is_split_and_put_together(text in "(\\{\\{|\\}\\}| insert: param, |a|ä|\\{|\\}){0,20}") {
        use super::super::prose::{Piece, pieces};
        let whole: String = pieces(&text).into_iter().map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Parameter(id) => { assert!(!id.is_empty()); String::new() }
        }).collect();
        prop_assert!(whole.len() <= text.len());
    }

    #[test]
    fn the_order_of_ids_is_total(ids in prop::collection::vec("[A.0-9]{0,6}", 3)) {
        let compare = |a: usize, b: usize| order::compare(&ids[a], &ids[b]);
        prop_assert_eq!(compare(0, 1), compare(1, 0).reverse());
        if compare(0, 1).is_le() && compare(1, 2).is_le() {
            prop_assert!(compare(0, 2).is_le());
        }
    }
}

/// Pointers of all values below the root.
fn places(value: &Value) -> Vec<String> {
    fn collect(value: &Value, at: &str, places: &mut Vec<String>) {
        let below: Vec<(String, &Value)> = match value {
            Value::Object(map) => map.iter().map(|(key, v)| (key.clone(), v)).collect(),
            Value::Array(list) => list
                .iter()
                .enumerate()
                .map(|(i, v)| (i.to_string(), v))
                .collect(),
            _ => Vec::new(),
        };
        for (step, value) in below {
            let step = step.replace('~', "~0").replace('/', "~1");
            let place = format!("{at}/{step}");
            places.push(place.clone());
            collect(value, &place, places);
        }
    }
    let mut places = Vec::new();
    collect(value, "", &mut places);
    places
}

/// Files of some megabytes made to hurt; a reader that is quadratic would take minutes.
#[test]
fn hostile_files_come_to_an_end() {
    let control = |n: usize| {
        json!({ "id": format!("c{n}"), "title": "t", "parts": [
        { "id": format!("p{n}"), "name": "statement", "prose": "{{ insert: param, org }}" }] })
    };
    let many: Vec<Value> = (0..20_000).map(control).collect();
    let mut value = catalog();
    value["catalog"]["controls"] = json!(many);
    value["catalog"]["params"] = json!(
        (0..20_000)
            .map(|n| json!({ "id": format!("q{n}"), "label": "l" }))
            .collect::<Vec<_>>()
    );
    use_all(&serde_json::to_vec(&value).unwrap());
    // One control with a very long text of openings.
    value["catalog"]["controls"] = json!([{ "id": "c", "title": "t", "parts": [
        { "name": "statement", "prose": "{{ ".repeat(500_000) + "}}" }] }]);
    use_all(&serde_json::to_vec(&value).unwrap());
    // One list with very many properties.
    let props: Vec<Value> = (0..30_000)
        .map(|n| json!({ "name": format!("n{n}"), "value": "v" }))
        .collect();
    value["catalog"]["controls"] = json!([{ "id": "c", "title": "t", "props": props }]);
    use_all(&serde_json::to_vec(&value).unwrap());
    // A profile that names very many controls and alterations.
    let mut profile = super::resolving::profile();
    let ids: Vec<String> = (0..50_000).map(|n| format!("c{n}")).collect();
    profile["profile"]["imports"][0]["include-controls"][0]["with-ids"] = json!(ids);
    let adds: Vec<Value> = (0..1_000)
        .map(|_| json!({ "position": "starting", "props": [{ "name": "n", "value": "v" }] }))
        .collect();
    profile["profile"]["modify"]["alters"][0]["adds"] = json!(adds);
    use_all(&serde_json::to_vec(&profile).unwrap());
}
