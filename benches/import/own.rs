//! Files of about the size and shape of the official ones, for whoever does not have those.

use std::fmt::Write as _;

const WORDS: [&str; 24] = [
    "Zugbrücke",
    "Tor",
    "Graben",
    "Wache",
    "Vogt",
    "MUSS",
    "SOLLTE",
    "prüfen",
    "schließen",
    "Turm",
    "Fackel",
    "nachts",
    "Schlüssel",
    "Mauer",
    "über",
    "große",
    "Kette",
    "Riegel",
    "täglich",
    "Zinne",
    "Küche",
    "und",
    "der",
    "am",
];

/// Words in no order that anybody would notice.
struct Words(usize);

impl Words {
    fn some(&mut self, count: usize) -> String {
        let mut text = String::new();
        for _ in 0..count {
            self.0 = (self.0 * 1_103 + 12_345) % 1_000_003;
            text.push_str(WORDS[self.0 % WORDS.len()]);
            text.push(' ');
        }
        text.trim_end().to_owned()
    }
}

/// Ten layers with 110 modules and 1,980 requirements.
pub fn kompendium() -> String {
    let mut words = Words(1);
    let mut modelling = String::new();
    let mut layers = String::new();
    for layer in 0..10_u8 {
        let id = format!("AB{}", char::from(b'A' + layer));
        write!(layers, "<chapter>\n<title>{id} {}</title>\n", words.some(2)).unwrap();
        for module in 1..=11 {
            module_of(
                &mut layers,
                &mut modelling,
                &mut words,
                &format!("{id}.{module}"),
            );
        }
        layers.push_str("</chapter>\n");
    }
    let mut threats = String::new();
    for number in 1..=47 {
        let title = words.some(3);
        section(
            &mut threats,
            &format!("G 0.{number} {title}"),
            &paras(&mut words, 6),
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <book xmlns=\"http://docbook.org/ns/docbook\" version=\"5.0\">\n<info><title>Burgkunde Edition 1402</title></info>\n\
         <chapter><title>Modellierung</title><section><title>Tabelle</title><informaltable><tbody>\n{modelling}\
         </tbody></informaltable></section></chapter>\n\
         <chapter><title>Elementare Gefährdungen</title>\n{threats}</chapter>\n{layers}</book>\n"
    )
}

fn module_of(layers: &mut String, modelling: &mut String, words: &mut Words, id: &str) {
    let title = words.some(3);
    writeln!(
        modelling,
        "<tr><td><para>{id} {title}</para></td><td><para>R2</para></td><td><para>Netz</para></td></tr>"
    )
    .unwrap();
    let mut below = "<informaltable><tbody><tr><td>Grundsätzlich zuständig</td><td>Vogt</td></tr>\
                     </tbody></informaltable>\n"
        .to_owned();
    for heading in [
        "Einleitung",
        "Zielsetzung",
        "Abgrenzung",
        "Gefährdungslage",
        "Weiteres",
    ] {
        section(&mut below, heading, &paras(words, 6));
    }
    let mut number = 0;
    for level in [
        "Basis-Anforderungen",
        "Standard-Anforderungen",
        "Anforderungen bei erhöhtem Schutzbedarf",
    ] {
        let mut requirements = String::new();
        for _ in 0..6 {
            number += 1;
            let heading = format!("{id}.A{number} {} [Vogt, Wache]", words.some(3));
            section(&mut requirements, &heading, &paras(words, 3));
        }
        section(&mut below, level, &requirements);
    }
    section(layers, &format!("{id} {title}"), &below);
}

fn section(text: &mut String, heading: &str, inner: &str) {
    writeln!(
        text,
        "<section>\n<title>{heading}</title>\n{inner}</section>"
    )
    .unwrap();
}

fn paras(words: &mut Words, count: usize) -> String {
    let mut text = String::new();
    for _ in 0..count {
        let (before, strong, after) = (words.some(22), words.some(2), words.some(22));
        writeln!(
            text,
            "<para>{before} <emphasis role=\"strong\">{strong}</emphasis>\n{after}.</para>"
        )
        .unwrap();
    }
    text
}

/// Twenty groups of groups with 900 controls, pretty-printed.
pub fn catalog() -> String {
    let mut words = Words(2);
    let mut number = 0_u64;
    let mut uuid = || {
        number += 1;
        format!("3d7a0f4e-6f7b-4a0e-9d51-{number:012x}")
    };
    let ns = "https://example.org/eine/lange/adresse/der/burg/namensraum.csv";
    let prop =
        |name: &str, value: &str| serde_json::json!({ "name": name, "ns": ns, "value": value });
    let mut groups = Vec::new();
    for outer in 0..20 {
        let mut inner = Vec::new();
        for group in 0..5 {
            let mut controls = Vec::new();
            for control in 0..9 {
                let id = format!("B{outer}.{group}.{control}");
                let verbs: Vec<_> = [
                    "modal_verb",
                    "action_word",
                    "documentation",
                    "result",
                    "target",
                ]
                .map(|name| prop(name, &words.some(3)))
                .into();
                controls.push(serde_json::json!({
                    "id": id, "class": "burg", "title": words.some(4),
                    "props": [prop("alt-identifier", &uuid()), prop("sec_level", "normal-SdT"),
                        prop("effort_level", "2"), prop("tags", &words.some(4))],
                    "parts": [
                        { "id": format!("{id}_stm"), "name": "statement", "props": verbs, "prose": words.some(35) },
                        { "id": format!("{id}_gdn"), "name": "guidance", "prose": words.some(110) },
                    ],
                }));
            }
            inner.push(serde_json::json!({
                "id": format!("B{outer}.{group}"), "title": words.some(2), "controls": controls,
            }));
        }
        groups.push(serde_json::json!({ "id": format!("B{outer}"), "title": words.some(2), "groups": inner }));
    }
    let catalog = serde_json::json!({ "catalog": {
        "uuid": uuid(),
        "metadata": { "title": "Burgordnung", "last-modified": "1402-05-01T08:00:00Z", "version": "1", "oscal-version": "1.1.3" },
        "groups": groups,
    } });
    serde_json::to_string_pretty(&catalog).unwrap()
}
