//! Whatever is done to a document, reading it ends with a book or a refusal.

use proptest::prelude::*;

use super::*;

/// A book with something for each part of the reader.
fn sample() -> String {
    let tables = format!("{ROLES}<table><tr><td>a<para>b</para></td><td/></tr></table>");
    let lists = "<orderedlist><listitem><para>c</para><itemizedlist><listitem>d</listitem>\
                 </itemizedlist></listitem></orderedlist>";
    let levels = level(
        "Basis-Anforderungen",
        &["XYZ.1.A1 Zinnen (B) [Vogt, Wache]"],
    ) + &level("Standard-Anforderungen", &["XYZ.1A2 ENTFALLEN (S)"]);
    let levels = levels.replace("<para>Text", &format!("{lists}<para>Te<?linebreak?>xt"));
    let chapters = "<chapter><title>Gefahren</title><section><title>G 0.1 Drachen</title>\
                    <para>e</para></section></chapter><chapter><title>Glossar</title><para>\
                    <emphasis role=\"strong\">Zinne</emphasis></para><para>f</para></chapter></book>";
    book(&module("XYZ.1 Turm", &tables, &levels)).replace("</book>", chapters)
}

/// What is done, at a place in thousandths of the document.
#[derive(Debug, Clone)]
enum Change {
    /// Some characters are gone.
    Cut { at: usize, length: usize },
    /// A tag is gone, or stands twice.
    Tag { at: usize, times: usize },
    /// A character is another one.
    Put { at: usize, with: char },
}

fn change() -> impl Strategy<Value = Change> {
    let at = 0..1000_usize;
    prop_oneof![
        (at.clone(), 1..40_usize).prop_map(|(at, length)| Change::Cut { at, length }),
        (at.clone(), prop_oneof![Just(0), Just(2_usize)])
            .prop_map(|(at, times)| Change::Tag { at, times }),
        (
            at,
            prop_oneof![any::<char>(), Just('<'), Just('['), Just('.')]
        )
            .prop_map(|(at, with)| Change::Put { at, with }),
    ]
}

fn apply(xml: &mut String, change: &Change) {
    let start = |at: usize, xml: &str| {
        let places = xml.char_indices().map(|(place, _)| place);
        places.clone().nth(at * places.count() / 1000).unwrap_or(0)
    };
    match *change {
        Change::Cut { at, length } => {
            let start = start(at, xml);
            let cut: String = xml[start..].chars().take(length).collect();
            xml.replace_range(start..start + cut.len(), "");
        }
        Change::Tag { at, times } => {
            let from = start(at, xml);
            let Some(tag) = xml[from..].find('<').map(|open| from + open) else {
                return;
            };
            let end = xml[tag..].find('>').map_or(xml.len(), |end| tag + end + 1);
            let again = xml[tag..end].repeat(times);
            xml.replace_range(tag..end, &again);
        }
        Change::Put { at, with } => {
            let start = start(at, xml);
            let old = xml[start..].chars().next().map_or(0, char::len_utf8);
            xml.replace_range(start..start + old, with.encode_utf8(&mut [0; 4]));
        }
    }
}

/// The texts that belong to the facts are there, and the facts do not depend on the texts.
fn check(xml: &str) {
    let book = match read(xml) {
        Ok(book) => book,
        Err(refusal) => return assert_eq!(facts(xml), Err(refusal)),
    };
    assert_eq!(book.facts, facts(xml).unwrap().facts);
    let mut requirements = Vec::new();
    let mut modules = Vec::new();
    for fact in &book.facts {
        match fact {
            Fact::Requirement { id, .. } => requirements.push(id),
            Fact::Module { id, .. } => modules.push(id),
            Fact::Edition { .. } | Fact::Threat { .. } | Fact::Layer { .. } => {}
        }
    }
    assert!(book.texts.iter().map(|text| &text.id).eq(requirements));
    assert!(book.module_texts.iter().map(|text| &text.id).eq(modules));
}

#[test]
fn the_sample_is_read_whole() {
    let book = read(&sample()).unwrap();
    assert_eq!((book.texts.len(), book.module_texts.len()), (2, 1));
    assert_eq!((book.threats.len(), book.glossary.len()), (1, 1));
    assert_eq!(book.texts[0].text, "1. c\n  - d\n\nTe xt MUSS.");
}

proptest! {
    #[test]
    fn a_changed_document_is_read_or_refused(changes in prop::collection::vec(change(), 1..4)) {
        let mut xml = sample();
        changes.iter().for_each(|change| apply(&mut xml, change));
        check(&xml);
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".*") {
        check(&text);
    }

    /// Mutations above mostly break the XML; here it stays well-formed and its words change.
    #[test]
    fn any_headings_are_read_or_refused(headings in prop::collection::vec("[A-Z]{2}Z(\\.[0-9]{1,6}){0,3}\\.? ?A?[0-9]{0,6} ?[\\PC&&[^<&]]{0,12}[(\\[]?[BSH,]{0,2}[)\\]]?", 1..4)) {
        let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
        check(&basic(&headings));
    }
}
