use super::*;

fn notice() -> Notice {
    Notice {
        language: Language::De,
        subject: "[Maßnahmen] überfällig\r\nBcc: x@y.example".to_owned(),
        recipient: "Anna <b>Muster</b>".to_owned(),
        intro: vec!["Warum Sie das lesen.".to_owned()],
        sections: vec![
            Section {
                heading: "Überfällig".to_owned(),
                rows: vec![
                    Row {
                        reference: "M-2026-0001".to_owned(),
                        title: Some("WLAN & <Netz>".to_owned()),
                        facts: vec![
                            ("Fällig war".to_owned(), "31.03.2026".to_owned()),
                            ("Leer".to_owned(), " ".to_owned()),
                        ],
                    },
                    Row {
                        reference: "M-2026-0002".to_owned(),
                        title: None,
                        facts: Vec::new(),
                    },
                ],
                more: 3,
                points: Vec::new(),
                counted: true,
            },
            Section {
                heading: "Nichts".to_owned(),
                ..Section::default()
            },
            Section {
                heading: "Was zu tun ist".to_owned(),
                points: vec!["Melden.".to_owned()],
                ..Section::default()
            },
        ],
        links: vec![(
            "Nachsehen".to_owned(),
            "https://zinne.example/a?b=1&c=2".to_owned(),
        )],
        contact: Some("isb <isb@stadt.example>".to_owned()),
        occurrence_key: "abc".to_owned(),
        policy_version: "2026-12".to_owned(),
    }
}

#[test]
fn text_and_html_say_the_same() {
    let mail = notice().render().unwrap();
    insta::assert_snapshot!("notice_text", mail.text);
    insta::assert_snapshot!("notice_html", mail.html);
    assert_eq!(mail.subject, "[Maßnahmen] überfällig Bcc: x@y.example");
    assert!(
        mail.text.lines().all(|line| line.chars().count() <= 72),
        "{}",
        mail.text
    );
    assert!(
        !mail.html.contains("<b>Muster") && !mail.html.contains("<Netz>"),
        "what people write is text"
    );
    for outside in ["<img", "src=", "<script", "<link", "@import", "url("] {
        assert!(
            !mail.html.contains(outside),
            "{outside}: nothing is fetched from outside"
        );
    }
    assert!(
        !mail.text.contains("Nichts") && !mail.text.contains("NICHTS"),
        "an empty section is left out"
    );
}

#[test]
fn the_fixed_words_are_in_the_readers_language() {
    let english = Notice {
        language: Language::En,
        recipient: String::new(),
        ..notice()
    };
    let mail = english.render().unwrap();
    assert!(mail.text.starts_with("Good day,\n"), "{}", mail.text);
    assert!(mail.text.contains("… and 3 more"));
    assert!(mail.html.contains("<html lang=\"en\">"));
}

#[test]
fn a_long_section_is_cut_and_counted() {
    let mut long = notice();
    long.sections[0].rows = vec![
        Row {
            reference: "M-1".to_owned(),
            ..Row::default()
        };
        MOST_ROWS + 7
    ];
    let text = long.render().unwrap().text;
    assert_eq!(text.matches("M-1 ").count(), MOST_ROWS);
    assert!(
        text.contains("… und 10 weitere") && text.contains(&format!("({})", MOST_ROWS + 10)),
        "{text}"
    );
}
