//! Texts: their form, and whose they are.

use super::*;

/// A requirement section.
fn requirement(heading: &str, body: &str) -> String {
    format!("<section><title>{heading}</title>{body}</section>")
}

/// A book of `XYZ.1` whose section of basic requirements holds the given sections.
fn with(sections: &str) -> String {
    let basic = format!("<section><title>Basis-Anforderungen</title>{sections}</section>");
    book(&module("XYZ.1 Turm", ROLES, &basic))
}

/// Text of a requirement with the given body.
fn text(body: &str) -> String {
    let xml = with(&requirement("XYZ.1.A1 Zinnen (B)", body));
    let mut texts = read(&xml).unwrap().texts;
    assert_eq!(texts.len(), 1);
    texts.remove(0).text
}

/// Depths, headings and texts of the first module.
fn sections(xml: &str) -> Vec<(u8, String, String)> {
    let module = read(xml).unwrap().module_texts.remove(0);
    assert_eq!(module.id, "XYZ.1");
    let sections = module.sections.into_iter();
    sections.map(|s| (s.depth, s.heading, s.text)).collect()
}

/// A book without modules to speak of and the given chapters.
fn with_chapters(chapters: &str) -> Book {
    let xml = basic(&[]).replace("</book>", &format!("{chapters}</book>"));
    read(&xml).unwrap()
}

fn texts_of(xml: &str) -> Vec<(String, String)> {
    let texts = read(xml).unwrap().texts.into_iter();
    texts.map(|text| (text.id, text.text)).collect()
}

#[test]
fn paragraphs_are_parted_by_an_empty_line_and_white_space_is_one_blank() {
    let body = "<para> Die\n\u{a0} Zinnen </para>\n<para>\n</para><simpara>stehen.<?linebreak?>Noch.</simpara>";
    assert_eq!(text(body), "Die Zinnen\n\nstehen. Noch.");
}

#[test]
fn emphasis_and_links_part_no_words() {
    let body = "<para>Tor<emphasis role=\"strong\">wa<emphasis>che</emphasis></emphasis>, siehe \
                <link>https://burg.example</link> (<email>wache@burg.example</email>)</para>";
    let expected = "Torwache, siehe https://burg.example (wache@burg.example)";
    assert_eq!(text(body), expected);
}

#[test]
fn entities_of_xml_and_cdata_are_characters() {
    assert_eq!(
        text("<para>&lt;A&gt; &amp; <![CDATA[<b>]]></para>"),
        "<A> & <b>"
    );
}

#[test]
fn words_outside_of_a_paragraph_are_not_lost() {
    let body =
        "Vor<para>der</para>Burg<note><para>liegt</para></note> der <emphasis>Graben</emphasis>";
    assert_eq!(text(body), "Vor\n\nder\n\nBurg\n\nliegt\n\nder Graben");
}

#[test]
fn list_items_are_lines_with_a_mark() {
    let body = "<para>Zu zählen sind:</para><itemizedlist>\n<listitem><para>Zinnen,</para></listitem>\n\
                <listitem/><listitem>Tore.</listitem></itemizedlist><para>Jährlich.</para>";
    assert_eq!(
        text(body),
        "Zu zählen sind:\n\n- Zinnen,\n- Tore.\n\nJährlich."
    );
}

#[test]
fn lists_in_lists_and_further_paragraphs_are_indented_by_two_blanks() {
    let inner = "<orderedlist><listitem><para>links</para><itemizedlist><listitem>oben</listitem>\
                 </itemizedlist></listitem><listitem>rechts</listitem></orderedlist>";
    let body = format!(
        "<itemizedlist><title>Türme</title><listitem><para>Torturm</para>{inner}<para>am Tor</para>\
         </listitem><listitem>Bergfried</listitem></itemizedlist>"
    );
    let lines = [
        "Türme",
        "- Torturm",
        "  1. links",
        "    - oben",
        "  2. rechts",
        "  am Tor",
        "- Bergfried",
    ];
    assert_eq!(text(&body), lines.join("\n"));
}

#[test]
fn a_list_in_a_paragraph_ends_it() {
    let body =
        "<para>Zinnen: <itemizedlist><listitem>vorn</listitem></itemizedlist> und mehr</para>";
    assert_eq!(text(body), "Zinnen:\n\n- vorn\n\nund mehr");
}

#[test]
fn tables_are_read_row_by_row() {
    let body = "<para>Wachen</para><informaltable><colgroup><col/></colgroup><thead><tr><td>Turm</td>\
        <td>Wache</td><td/></tr></thead><tbody><tr>\n<td><para>Nord</para><para>ost</para></td>\n\
        <td><itemizedlist><listitem>Tag</listitem><listitem>Nacht</listitem></itemizedlist></td>\
        <td>2</td></tr><tr><td/><td> </td></tr><tr><td/><td>ab</td></tr></tbody></informaltable>";
    let rows = "Turm | Wache |\nNord ost | - Tag - Nacht | 2\n| ab";
    assert_eq!(text(body), format!("Wachen\n\n{rows}"));
    let empty = "<informaltable><colgroup><col/></colgroup></informaltable><para>A</para>";
    assert_eq!(text(empty), "A");
    let other = "<table><title>T</title><tgroup><tbody><row><entry>a</entry><entry>b</entry></row>\
                 </tbody></tgroup></table>";
    assert_eq!(text(other), "T\na | b");
}

#[test]
fn a_requirement_holds_the_sections_in_it_but_no_other_requirement() {
    let inner = requirement("XYZ.1.A2 Tore (B)", "<para>Zwei.</para>");
    let part = format!("<section><title>Teil</title><para>Mehr.</para>{inner}</section>");
    let outer = requirement("XYZ.1.A1 Zinnen (B)", &format!("<para>Eins.</para>{part}"));
    let xml = with(&outer);
    let expected = [
        ("XYZ.1.A1", "Eins.\n\nTeil\n\nMehr."),
        ("XYZ.1.A2", "Zwei."),
    ];
    let expected = expected.map(|(id, text)| (id.to_owned(), text.to_owned()));
    assert_eq!(texts_of(&xml), expected);
    let headings: Vec<_> = sections(&xml).into_iter().map(|row| row.1).collect();
    assert_eq!(headings, ["Anforderungen", "Basis-Anforderungen"]);
}

#[test]
fn each_requirement_has_a_text_even_if_it_is_empty_or_withdrawn() {
    let gone = requirement("XYZ.1.A3 ENTFALLEN (B) ", "<para>Entfallen.</para>");
    let empty = requirement("XYZ.1A2 Tore (B)", "<para>\n</para>");
    let book = read(&with(&(gone + &empty))).unwrap();
    let texts: Vec<_> = book.texts.iter().map(|t| (&*t.id, &*t.text)).collect();
    assert_eq!(texts, [("XYZ.1.A3", "Entfallen."), ("XYZ.1.A2", "")]);
}

#[test]
fn files_with_crlf_give_the_same_texts() {
    let body =
        "<para>Die\nZinnen</para>\n<itemizedlist>\n<listitem>a\nb</listitem>\n</itemizedlist>";
    let xml = with(&requirement("XYZ.1.A1 Zinnen (B)", body));
    assert_eq!(read(&xml.replace('\n', "\r\n")), read(&xml));
}

#[test]
fn a_module_holds_its_sections_in_order() {
    let levels = level("Basis-Anforderungen", &["XYZ.1.A1 Zinnen (B)"])
        + &level("Standard-Anforderungen", &[]);
    let xml = book(&module("XYZ.1 Turm", ROLES, &levels)).replace(
        "<section><title>Anforderungen</title>",
        "<para>Vorab.</para><section><title>Beschreibung</title><section><title>Einleitung </title>\
         <para>Ein Turm.</para></section></section><section><title>Anforderungen</title>\
         <para>Zuständig:</para>",
    );
    let expected = [
        (0, "XYZ.1 Turm", "Vorab."),
        (1, "Beschreibung", ""),
        (2, "Einleitung", "Ein Turm."),
        (
            1,
            "Anforderungen",
            "Zuständig:\n\nGrundsätzlich zuständig | Vogt",
        ),
        (2, "Basis-Anforderungen", ""),
        (2, "Standard-Anforderungen", ""),
    ];
    let expected = expected.map(|(depth, heading, text)| (depth, heading.into(), text.into()));
    assert_eq!(sections(&xml), expected);
}

#[test]
fn a_requirement_that_is_left_out_stays_as_text_of_the_module() {
    let real = requirement("XYZ.1.A1 Echt (B)", "<para>Echt.</para>");
    let part = "<section><title>Teil</title><para>Mehr.</para></section>";
    let again = requirement(
        "XYZ.1.A1 Doppelt (B)",
        &format!("<para>Doppelt.</para>{part}"),
    );
    let typo = requirement("XYZ1.A2 Vertippt (B)", "<para>Vertippt.</para>");
    let xml = with(&(real + &again + &typo));
    assert_eq!(texts_of(&xml), [("XYZ.1.A1".into(), "Echt.".into())]);
    let doubled = "Doppelt.\n\nTeil\n\nMehr.".to_owned();
    assert_eq!(
        sections(&xml)[2..],
        [
            (3, "XYZ.1.A1 Doppelt (B)".into(), doubled),
            (3, "XYZ1.A2 Vertippt (B)".into(), "Vertippt.".into()),
        ]
    );
}

#[test]
fn elementary_threats_are_read_from_the_chapter_that_has_them() {
    let sections = [
        "G 0.1 Drachen ",
        "G0.02\u{a0}Riesen (groß)",
        "G 0.1 Zwerge",
        "G 1.1 Feen",
    ]
    .map(|heading| format!("<section><title>{heading}</title><para>Text.</para></section>"));
    let chapter = format!(
        "\n<chapter><title>Gefahren</title><para/>{}</chapter>",
        sections.join("\n")
    );
    let book = with_chapters(&chapter);
    let threat = |id: &str, title: &str| Threat {
        id: id.into(),
        title: title.into(),
        text: "Text.".into(),
    };
    assert_eq!(
        book.threats,
        [threat("G 0.1", "Drachen"), threat("G 0.2", "Riesen (groß)")]
    );
    let is_of_threats = |line: &&String| line.contains("threat");
    let lines: Vec<_> = book.warnings.iter().filter(is_of_threats).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].ends_with(": threat G 0.1 repeats an id: left out"));
    assert!(lines[1].ends_with(": section `G 1.1 Feen` is no threat: left out"));
}

#[test]
fn entries_start_with_a_strong_paragraph_or_a_section() {
    let strong = |text: &str| format!("<para><emphasis role=\"strong\">{text}</emphasis></para>");
    let chapter = format!(
        "<chapter><title>5 Rollen </title><para>Einleitung.</para>{}<para>Hält <emphasis \
         role=\"strong\">Wache</emphasis>.</para><itemizedlist><listitem>tags</listitem>\
         </itemizedlist>{}<section><title>Amt</title><para>Schreibt.</para></section>{}</chapter>",
        strong("Wache (Tag, <emphasis>Nacht</emphasis>").replace("</para>", ")</para>"),
        strong("Vogt"),
        strong("Vogt"),
    );
    let role = |title: &str, text: &str| RoleText {
        title: title.into(),
        text: text.into(),
    };
    let book = with_chapters(&chapter);
    // The sample has a chapter of roles of its own, with one section.
    assert_eq!(book.roles[0], role("Wache", ""));
    assert_eq!(
        book.roles[1..],
        [
            role("Wache (Tag, Nacht)", "Hält Wache.\n\n- tags"),
            role("Vogt", ""),
            role("Amt", "Schreibt."),
        ]
    );
    let twice = |line: &&String| line.ends_with(": `Vogt` stands twice in `Rollen`: left out");
    assert_eq!(book.warnings.iter().filter(twice).count(), 1);
}

#[test]
fn the_glossary_is_read_like_the_roles() {
    let chapter = "<chapter><info><title>Glossar</title></info><para><emphasis role=\"strong\">Zinne\
                   </emphasis></para><para>Ein Stein.</para><para>Ein Spalt.</para></chapter>";
    let term = Term {
        term: "Zinne".into(),
        text: "Ein Stein.\n\nEin Spalt.".into(),
    };
    assert_eq!(with_chapters(chapter).glossary, [term]);
}

#[test]
fn missing_chapters_are_warnings_of_the_texts_alone() {
    let xml = basic(&[]).replace("<title>Rollen", "<title>Rolle");
    let book = read(&xml).unwrap();
    let reading = facts(&xml).unwrap();
    assert_eq!(book.facts, reading.facts);
    let expected = [
        "2:1: no chapter holds elementary threats",
        "2:1: no chapter `Rollen` holds entries",
        "2:1: no chapter `Glossar` holds entries",
    ];
    let (of_facts, of_texts) = book.warnings.split_at(reading.warnings.len());
    assert_eq!(of_facts, reading.warnings);
    assert_eq!(of_texts, expected);
}
