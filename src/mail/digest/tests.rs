use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn item(reference: &str, days_overdue: i64) -> Item {
    let as_of = day("2022-10-17");
    let due = as_of - chrono::Duration::days(days_overdue);
    Item {
        reference: reference.into(),
        only_counted: false,
        title: Some(format!("Titel von {reference}")),
        kind: None,
        status: "in Umsetzung".into(),
        owner: Some("Karl Beispiel".into()),
        org_unit: Some("Fachbereich 3.5".into()),
        due,
        due_text: None,
        due_original: due,
        days_overdue,
        blocked: false,
    }
}

fn digest(overdue: Vec<Item>, due_soon: Vec<Item>) -> Digest {
    Digest {
        locale: Locale::De,
        audience: Audience::SecurityOfficer,
        institution: "Offenburg".into(),
        recipient: "Jana Groß".into(),
        as_of: day("2022-10-17"),
        overdue,
        due_soon,
        base_url: "https://zinne.example".into(),
        institution_slug: "offenburg".into(),
        security_officer: Some("Petra Sicher <isb@offenburg.example>".into()),
        occurrence_key: "0123456789abcdef".into(),
        policy_version: "2022.1".into(),
        due_soon_days: 30,
    }
}

fn text(digest: &Digest) -> String {
    render(digest).unwrap().text
}

/// The text without its line breaks, to look for whole sentences.
fn flowing(digest: &Digest) -> String {
    text(digest)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[track_caller]
fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is missing in:\n{text}");
    }
}

#[track_caller]
fn assert_lacks(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(!text.contains(part), "`{part}` is in:\n{text}");
    }
}

#[test]
fn one_is_singular() {
    let digest = digest(vec![item("M-2022-0007", 1)], vec![item("M-2022-0008", -1)]);
    let rendered = render(&digest).unwrap();
    assert_eq!(
        rendered.subject,
        "[Maßnahmen] Offenburg: 1 Maßnahme überfällig, 1 bald fällig"
    );
    assert_has(
        &flowing(&digest),
        &[
            "Guten Tag Jana Groß,",
            "Stand 17.10.2022: 1 Maßnahme ist überfällig, 1 Maßnahme wird in den nächsten 30 Tagen fällig.",
            "ÜBERFÄLLIG (1)",
            "Überfällig: seit 1 Tag",
            "Frist: noch 1 Tag",
        ],
    );
    assert_has(&rendered.html, &["<strong>1 Tag</strong>"]);
    assert_lacks(&rendered.html, &["1 Tagen", "1 Tage<"]);
}

#[test]
fn many_are_plural() {
    let overdue = vec![item("M-1", 109), item("M-2", 14), item("M-3", 2)];
    let due_soon = vec![item("M-4", -5), item("M-5", 0)];
    let digest = digest(overdue, due_soon);
    let rendered = render(&digest).unwrap();
    assert_eq!(
        rendered.subject,
        "[Maßnahmen] Offenburg: 3 Maßnahmen überfällig, 2 bald fällig"
    );
    assert_has(
        &flowing(&digest),
        &[
            "3 Maßnahmen sind überfällig, 2 Maßnahmen werden in den nächsten 30 Tagen fällig.",
            "seit 14 Tagen",
            "Fällig am: 22.10.2022 Frist: noch 5 Tage",
            "Fällig am: 17.10.2022 Frist: läuft heute ab",
        ],
    );
    assert_has(
        &rendered.html,
        &[
            "<strong>14 Tagen</strong>",
            "<strong>5 Tage</strong>",
            "<strong>läuft heute ab</strong>",
        ],
    );
}

#[test]
fn subjects_say_what_there_is() {
    for (overdue, soon, expected) in [
        (1, 0, "[Maßnahmen] Offenburg: 1 Maßnahme überfällig"),
        (4, 0, "[Maßnahmen] Offenburg: 4 Maßnahmen überfällig"),
        (0, 1, "[Maßnahmen] Offenburg: 1 Maßnahme bald fällig"),
        (0, 2, "[Maßnahmen] Offenburg: 2 Maßnahmen bald fällig"),
        (0, 0, "[Maßnahmen] Offenburg: nichts überfällig"),
    ] {
        let digest = digest(vec![item("M-1", 3); overdue], vec![item("M-2", -3); soon]);
        assert_eq!(render(&digest).unwrap().subject, expected);
    }
    let english = Digest {
        locale: Locale::En,
        ..digest(vec![item("M-1", 3)], vec![item("M-2", -3); 2])
    };
    assert_eq!(
        render(&english).unwrap().subject,
        "[Measures] Offenburg: 1 measure overdue, 2 due soon"
    );
}

#[test]
fn the_longest_overdue_comes_first_and_the_next_due_first() {
    let overdue = vec![
        item("M-3", 5),
        item("M-2", 109),
        item("M-1", 109),
        item("M-4", 30),
    ];
    let digest = digest(
        overdue,
        vec![item("M-6", -9), item("M-5", -9), item("M-7", -2)],
    );
    let rendered = render(&digest).unwrap();
    for body in [rendered.text, rendered.html] {
        let order: Vec<_> = ["M-1", "M-2", "M-4", "M-3", "M-7", "M-5", "M-6"]
            .iter()
            .map(|reference| body.find(&format!("Titel von {reference}")).unwrap())
            .collect();
        assert!(order.is_sorted(), "{order:?}\n{body}");
    }
}

#[test]
fn a_confidential_measure_shows_its_reference_and_dates_only() {
    let secret = Item {
        title: None,
        status: "geheimer Status".into(),
        owner: Some("geheime Person".into()),
        org_unit: Some("geheimes Amt".into()),
        due_text: Some("geheimer Termin".into()),
        due_original: day("2021-01-01"),
        blocked: true,
        ..item("M-2022-0011", 14)
    };
    let digest = digest(vec![secret.clone()], vec![secret]);
    let rendered = render(&digest).unwrap();
    for body in [&rendered.text, &rendered.html] {
        assert_has(
            body,
            &[
                "M-2022-0011",
                "vertraulich, Einzelheiten nach Anmeldung",
                "03.10.2022",
            ],
        );
        assert_lacks(
            body,
            &[
                "geheim",
                "01.01.2021",
                "ohne Verantwortliche</strong>",
                "blockiert<",
            ],
        );
    }
    assert_has(&rendered.text, &["seit 14 Tagen"]);
    assert_lacks(&rendered.subject, &["M-2022"]);
}

#[test]
fn dates_are_german_with_their_wording_and_the_first_date() {
    let moved = Item {
        due: day("2022-06-30"),
        due_text: Some("2. Quartal 2022".into()),
        due_original: day("2021-12-31"),
        blocked: true,
        owner: None,
        ..item("M-2022-0007", 109)
    };
    let rendered = render(&digest(vec![moved], Vec::new())).unwrap();
    assert_has(
        &rendered.text,
        &[
            "  Fällig war:      30.06.2022 (2. Quartal 2022), ursprünglich 31.12.2021\n",
            "  Überfällig:      seit 109 Tagen\n",
            "  Status:          in Umsetzung, blockiert\n",
            "  Verantwortlich:  ohne Verantwortliche, Fachbereich 3.5\n",
        ],
    );
    assert_has(
        &rendered.html,
        &[
            "<strong>ohne Verantwortliche</strong>",
            "in Umsetzung, blockiert",
        ],
    );
}

#[test]
fn blocked_is_not_said_twice() {
    let blocked = Item {
        status: "blockiert".into(),
        blocked: true,
        ..item("M-1", 3)
    };
    assert_has(
        &text(&digest(vec![blocked], Vec::new())),
        &["Status:          blockiert\n"],
    );
}

#[test]
fn officer_and_owner_are_told_why_and_what_to_do() {
    let officer = digest(vec![item("M-1", 3)], Vec::new());
    assert_has(
        &flowing(&officer),
        &[
            "für die Informationssicherheit zuständig sind",
            "Klären Sie umgehend mit den Verantwortlichen",
            "Bis ein neuer Termin eingetragen ist, gilt der bisherige.",
        ],
    );
    // Advice on what there is, and on nothing else.
    let advice = [
        "Eine Blockade hält die Frist nicht an.",
        "Lassen Sie eine verantwortliche Person benennen.",
    ];
    assert_lacks(&flowing(&officer), &advice);
    let blocked = Item {
        blocked: true,
        owner: None,
        ..item("M-1", 3)
    };
    assert_has(&flowing(&digest(vec![blocked], Vec::new())), &advice);
    assert_lacks(&text(&officer), &["isb@offenburg.example"]);
    let owner = Digest {
        audience: Audience::Owner,
        ..officer.clone()
    };
    assert_has(
        &flowing(&owner),
        &[
            "für die unten genannte Maßnahme verantwortlich sind",
            "Melden Sie die Maßnahme als umgesetzt",
            "Wenden Sie sich vor dem Termin, bei Überfälligem umgehend, mit einer Begründung an",
            "Eine Blockade hält die Frist nicht an.",
            "Petra Sicher <isb@offenburg.example>",
        ],
    );
    assert_has(
        &render(&owner).unwrap().html,
        &["Petra Sicher &#60;isb@offenburg.example&#62;"],
    );
    let several = Digest {
        overdue: vec![item("M-1", 3), item("M-2", 3)],
        security_officer: None,
        ..owner
    };
    assert_has(
        &flowing(&several),
        &["für die unten genannten Maßnahmen verantwortlich"],
    );
    assert_lacks(&text(&several), &["Fragen zur"]);
}

#[test]
fn links_and_footer() {
    let base = digest(vec![item("M-1", 3)], Vec::new());
    let link = "https://zinne.example/api/v1/institutions/offenburg/measures?overdue=true";
    let rendered = render(&base).unwrap();
    let docs = "https://zinne.example/api/docs/";
    assert_has(
        &rendered.text,
        &[
            &format!("im Browser:\n{docs}\n"),
            &format!("Anmeldung erforderlich):\n{link}\n"),
        ],
    );
    for address in [docs, link] {
        assert_has(&rendered.html, &[&format!("<a href=\"{address}\">")]);
    }
    for body in [&rendered.text, &rendered.html] {
        assert_has(
            body,
            &[
                "automatisch erzeugt",
                "Regelwerk: 2022.1",
                "Kennung: ",
                "0123456789abcdef",
            ],
        );
    }
    let below = Digest {
        base_url: "https://stadt.example/zinne/".into(),
        institution_slug: "a/b?c".into(),
        ..base.clone()
    };
    assert_has(
        &text(&below),
        &["https://stadt.example/zinne/api/v1/institutions/a%2Fb%3Fc/measures?overdue=true"],
    );
    for bad in ["", "zinne.example", "javascript:alert(1)", "file:///etc"] {
        let digest = Digest {
            base_url: bad.into(),
            ..base.clone()
        };
        assert!(
            matches!(render(&digest), Err(RenderError::BaseUrl(_))),
            "{bad}"
        );
    }
}

#[test]
fn every_value_is_escaped_and_stays_in_its_line() {
    let nasty = "<script>alert(1)</script>\r\n\"'&";
    let item = Item {
        title: Some(nasty.into()),
        status: nasty.into(),
        owner: Some(nasty.into()),
        org_unit: Some(nasty.into()),
        due_text: Some(nasty.into()),
        reference: nasty.into(),
        ..item("M-1", 3)
    };
    let digest = Digest {
        audience: Audience::Owner,
        institution: nasty.into(),
        recipient: nasty.into(),
        security_officer: Some(nasty.into()),
        occurrence_key: nasty.into(),
        policy_version: nasty.into(),
        ..digest(vec![item.clone()], vec![item])
    };
    for locale in [Locale::De, Locale::En] {
        let rendered = render(&Digest {
            locale,
            ..digest.clone()
        })
        .unwrap();
        assert_lacks(&rendered.html, &["<script", "\"'&"]);
        assert_lacks(&rendered.subject, &["\r", "\n"]);
        assert_lacks(&rendered.text, &["\r"]);
    }
}

#[test]
fn html_is_accessible_and_needs_nothing_from_outside() {
    let html = render(&digest(vec![item("M-1", 3)], vec![item("M-2", -3)]))
        .unwrap()
        .html;
    assert_has(
        &html,
        &[
            "<html lang=\"de\">",
            "<caption",
            "<th scope=\"col\"",
            "<th scope=\"row\"",
            "color-scheme",
        ],
    );
    assert_lacks(
        &html,
        &["<img", "<link", "<script", "<style", "src=", "url("],
    );
    assert_eq!(html.matches("http").count(), 2, "the two links");
}

#[test]
fn long_lists_are_cut_and_counted() {
    let many: Vec<_> = (1..=200).map(|n| item(&format!("M-{n:04}"), 3)).collect();
    let full = render(&digest(many.clone(), Vec::new())).unwrap();
    assert_lacks(&full.text, &["weitere"]);
    let mut more = many;
    more.push(item("M-0201", 2));
    more.push(item("M-0202", 1));
    let cut = render(&digest(more, Vec::new())).unwrap();
    for body in [&cut.text, &cut.html] {
        assert_has(
            body,
            &["M-0200", "… und 2 weitere", "202 Maßnahmen sind überfällig"],
        );
        assert_lacks(body, &["M-0201"]);
    }
}

#[test]
fn text_is_72_columns_wide_except_links() {
    let mut long = item("M-2022-0007", 109);
    long.title = Some("Erneuerung der Firewall und Zonierung des Verwaltungsnetzes ".repeat(4));
    for locale in [Locale::De, Locale::En] {
        let digest = Digest {
            locale,
            ..digest(vec![long.clone()], vec![long.clone()])
        };
        let text = text(&digest);
        let too_long = |line: &&str| line.chars().count() > 72 && !line.starts_with("https://");
        assert_eq!(text.lines().find(too_long), None);
        assert!(!text.contains("\n\n\n") && !text.contains(" \n"));
    }
}

#[test]
fn english_where_asked_for() {
    let english = Digest {
        locale: Locale::En,
        ..digest(vec![item("M-1", 1)], vec![item("M-2", -14)])
    };
    assert_has(
        &flowing(&english),
        &[
            "Dear Jana Groß,",
            "As of 17 October 2022: 1 measure is overdue, 1 measure falls due within 30 days.",
            "Overdue: for 1 day",
            "When: in 14 days",
            "This message was generated automatically.",
        ],
    );
    let html = render(&english).unwrap().html;
    assert_has(&html, &["<html lang=\"en\">", "Overdue (1)"]);
    for body in [html, flowing(&english)] {
        assert_lacks(&body, &["Maßnahme", "fällig", "Tage", "Anmeldung"]);
    }
}

#[test]
fn a_nameless_person_is_greeted_too() {
    for (locale, greeting) in [(Locale::De, "Guten Tag,\n"), (Locale::En, "Good day,\n")] {
        let digest = Digest {
            locale,
            recipient: " ".into(),
            ..digest(vec![item("M-1", 1)], Vec::new())
        };
        assert!(text(&digest).starts_with(greeting));
    }
}

#[test]
fn language_tags() {
    for tag in ["de", "de-DE", "", "fr", "xx-en"] {
        assert_eq!(Locale::from_tag(tag), Locale::De, "{tag}");
    }
    for tag in ["en", "en-GB", "EN_us", " en "] {
        assert_eq!(Locale::from_tag(tag), Locale::En, "{tag}");
    }
}

#[test]
fn message_ids_depend_on_the_key_alone() {
    let id = message_id("key", "Offenburg.Example");
    assert_eq!(
        id,
        "zinne.2c70e12b7a0646f92279f427c7b38e73@offenburg.example"
    );
    assert_eq!(id, message_id("key", "offenburg.example"));
    assert_ne!(id, message_id("key2", "offenburg.example"));
    assert_eq!(
        message_id("key", "x>\r\n.y"),
        "zinne.2c70e12b7a0646f92279f427c7b38e73@x.y"
    );
    assert!(message_id("key", "").ends_with("@zinne.invalid"));
}
