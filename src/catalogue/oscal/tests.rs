//! Tests on own samples, and on official files where they are at hand.

mod official;
mod reading;
mod resolving;
mod robust;
mod rules;
mod schema;
mod views;

use serde_json::{Value, json};

use super::profile::{Source, Stamp};
use super::*;
use crate::catalogue::testdata::official;

/// Official files by their short names here.
const KERNEL: &str = "bsi-gspp/2026-07-30/control_layer/Grundschutz++/sources/catalogs/Kernel/\
                      BSI-Stand-der-Technik-Kernel-catalog.json";
const METHOD: &str = "bsi-gspp/2026-07-30/control_layer/Grundschutz++/sources/catalogs/\
                      Methodik-Grundschutz++/BSI-Methodik-Grundschutz++-catalog.json";
const RISK: &str = "bsi-gspp/2026-07-30/control_layer/Risikomanagement/\
                    BSI-Anforderungen-zum-Risikomanagement-catalog.json";
const PROFILE: &str = "bsi-gspp/2026-07-30/control_layer/Grundschutz++/sources/profiles/\
                       Grundschutz++-profile.json";
const MAPPING: &str = "bsi-gspp/2026-07-30/control_layer/Mappings/IT-GS2023-zu-GSpp/\
                       ITGS-to-GS++-mapping_collection.json";
const PASSWORDS: &str = "bsi-gspp/2026-07-30/implementation_layer/Passwortrichtlinie/\
                         Passwortrichtlinie-component_definition.json";
const NETWORK: &str = "bsi-gspp/2026-07-30/implementation_layer/Netzarchitektur/\
                       Netzarchitektur-component_definition.json";
const JUNE_KERNEL: &str = "bsi-gspp/2026-06-30/Quellkataloge/Kernel/\
                           BSI-Stand-der-Technik-Kernel-catalog.json";
const JUNE_METHOD: &str = "bsi-gspp/2026-06-30/Quellkataloge/Methodik-Grundschutz++/\
                           BSI-Methodik-Grundschutz++-catalog.json";
const JUNE_RISK: &str = "bsi-gspp/2026-06-30/Quellkataloge/Risikomanagement/\
                         BSI-Anforderungen-zum-Risikomanagement-catalog.json";
const JUNE_PROFILE: &str = "bsi-gspp/2026-06-30/Quellkataloge/Methodik-Grundschutz++/\
                            Grundschutz++-profile.json";
const JUNE_RESULT: &str = "bsi-gspp/2026-06-30/Anwenderkataloge/Grundschutz++/\
                           Grundschutz++-catalog.json";
const APRIL_KERNEL: &str = "bsi-gspp/2026-04-23/BSI-Stand-der-Technik-Kernel-catalog.json";
const APRIL_METHOD: &str = "bsi-gspp/2026-04-23/BSI-Methodik-Grundschutz++-catalog.json";

fn document(bytes: &[u8]) -> Document {
    read(bytes, &Limits::default()).unwrap()
}

fn of(value: &Value) -> Document {
    document(&serde_json::to_vec(value).unwrap())
}

/// Documents with their files and the names of these, oldest first.
#[derive(Default)]
struct Shelf {
    items: Vec<(Document, Vec<u8>, Option<String>)>,
}

impl Shelf {
    fn add(&mut self, document: Document, bytes: Vec<u8>, file_name: Option<String>) {
        self.items.push((document, bytes, file_name));
    }

    fn find(&self, import: &ImportRef) -> Option<Source<'_>> {
        let mut search = Search::new();
        for item in &self.items {
            let (document, bytes, name) = item;
            let fit = import.fit(document.tree().uuid(), bytes, name.as_deref());
            search.offer(fit, item);
        }
        let (fit, (document, bytes, _)) = search.found()?;
        Some(Source {
            document,
            bytes: Some(bytes),
            by_name: fit == Fit::Name,
        })
    }
}

fn stamp() -> Stamp {
    Stamp {
        uuid: "00000000-0000-4000-8000-00000000000f".to_owned(),
        last_modified: "2026-09-01T08:00:00Z".to_owned(),
    }
}

fn uuid(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

fn metadata(oscal_version: &str) -> Value {
    json!({
        "title": "Muster",
        "last-modified": "2026-09-01T08:00:00+02:00",
        "version": "1",
        "oscal-version": oscal_version,
    })
}

/// A small catalog with all that a view looks at; written for these tests.
fn catalog() -> Value {
    json!({ "catalog": {
        "uuid": uuid(1),
        "metadata": metadata("1.1.3"),
        "params": [{ "id": "org", "label": "Stelle" }],
        "groups": [
            { "id": "A", "title": "Anlagen", "groups": [
                { "id": "A.1", "title": "Türen", "controls": [
                    { "id": "A.1.1", "class": "muster", "title": "Schließen",
                      "params": [
                        { "id": "a.1.1-p1", "label": "Uhrzeit" },
                        { "id": "a.1.1-p2", "select": { "how-many": "one",
                          "choice": ["abends", "um {{ insert: param, a.1.1-p1 }}"] } }],
                      "props": [
                        { "name": "alt-identifier", "value": "k-11" },
                        { "name": "sec_level", "value": "normal-SdT" },
                        { "name": "effort_level", "value": "2" },
                        { "name": "tags", "value": "Bau, Tür" }],
                      "links": [{ "rel": "required", "href": "#A.1.2" }],
                      "parts": [
                        { "id": "A.1.1_stm", "name": "statement",
                          "props": [
                            { "name": "modal_verb", "value": "SOLLTE" },
                            { "name": "action_word", "value": "schließen" },
                            { "name": "target_object_categories", "value": "Standorte, Räume" }],
                          "prose": "{{ insert: param, org }} SOLLTE {{ insert: param, a.1.1-p2 }} schließen." },
                        { "id": "A.1.1_gdn", "name": "guidance", "prose": "Auch im Winter." }],
                      "controls": [
                        { "id": "A.1.1.1", "title": "Doppelt",
                          "props": [{ "name": "alt-identifier", "value": "k-111" }] }] },
                    { "id": "A.1.2", "title": "Öffnen",
                      "props": [{ "name": "status", "value": "withdrawn" }] },
                    { "id": "A.1.10", "title": "Prüfen" }] }] },
            { "id": "B", "title": "Bauten", "controls": [{ "id": "B.1", "title": "Dach" }] }
        ],
        "back-matter": { "resources": [{ "uuid": uuid(9), "title": "Plan" }] }
    } })
}
