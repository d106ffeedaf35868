use chrono::{TimeZone as _, Utc};

use super::*;

fn message() -> Message {
    Message {
        message_id: "zinne.0123@offenburg.example".into(),
        from: "zinne Offenburg <zinne@offenburg.example>".into(),
        reply_to: Some("isb@offenburg.example".into()),
        to: "anna@offenburg.example".into(),
        to_name: "Anna Müller, Dr.".into(),
        date: Utc.with_ymd_and_hms(2022, 10, 17, 5, 0, 0).unwrap(),
        resent: false,
        subject: "[zinne] Offenburg: 4 Maßnahmen überfällig".into(),
        text: "Guten Tag,\nzwei Zeilen über Maßnahmen\n.\nEnde\n".into(),
        html: "<p>Maßnahme</p>\n".into(),
        regular: false,
    }
}

fn written(message: &Message) -> String {
    String::from_utf8(build(message).unwrap().bytes).unwrap()
}

fn header<'a>(mail: &'a str, name: &str) -> Vec<&'a str> {
    let head = mail.split("\r\n\r\n").next().unwrap();
    let prefix = format!("{}: ", name.to_lowercase());
    head.split("\r\n")
        .filter(|line| line.to_lowercase().starts_with(&prefix))
        .map(|line| &line[prefix.len()..])
        .collect()
}

#[test]
fn headers_say_who_when_and_that_a_machine_wrote_it() {
    let mail = written(&message());
    assert_eq!(
        header(&mail, "Message-ID"),
        ["<zinne.0123@offenburg.example>"]
    );
    assert_eq!(header(&mail, "Date"), ["Mon, 17 Oct 2022 05:00:00 +0000"]);
    assert_eq!(
        header(&mail, "From"),
        ["\"zinne Offenburg\" <zinne@offenburg.example>"]
    );
    assert_eq!(header(&mail, "Reply-To"), ["isb@offenburg.example"]);
    assert_eq!(header(&mail, "Auto-Submitted"), ["auto-generated"]);
    assert_eq!(header(&mail, "X-Auto-Response-Suppress"), [SUPPRESS]);
    assert_eq!(header(&mail, "MIME-Version"), ["1.0"]);
    assert!(header(&mail, "Precedence").is_empty());
    assert!(header(&mail, "X-Zinne-Resent").is_empty());
    let to = header(&mail, "To").concat();
    assert!(
        to.starts_with("=?utf-8?b?") || to.starts_with("\"=?utf-8"),
        "{to}"
    );
    assert!(mail.contains("<anna@offenburg.example>"));
}

#[test]
fn what_comes_regularly_says_whom_to_ask() {
    assert!(header(&written(&message()), "List-Unsubscribe").is_empty());
    let regular = Message {
        regular: true,
        reply_to: Some("Ines Brandt <isb@offenburg.example>".into()),
        ..message()
    };
    let unfolded = written(&regular).replace("\r\n ", " ");
    assert_eq!(
        header(&unfolded, "List-Unsubscribe"),
        ["<mailto:isb@offenburg.example?subject=unsubscribe%20zinne.0123@offenburg.example>"]
    );
    let nobody = Message {
        reply_to: None,
        ..regular
    };
    assert!(written(&nobody).contains("<mailto:zinne@offenburg.example?subject="));
}

#[test]
fn a_resent_mail_says_so_and_is_otherwise_the_same() {
    let first = written(&message());
    let twin = written(&Message {
        resent: true,
        ..message()
    });
    assert_eq!(header(&twin, "X-Zinne-Resent"), ["true"]);
    assert_eq!(twin.replace("X-Zinne-Resent: true\r\n", ""), first);
}

#[test]
fn text_comes_before_html_and_all_is_short_ascii_lines() {
    let mut long = message();
    long.html = format!("<p>{}</p>", "ä".repeat(5_000));
    let mail = written(&long);
    assert!(mail.is_ascii());
    assert!(
        mail.split("\r\n")
            .all(|line| line.len() <= 78 && !line.contains(['\r', '\n']))
    );
    assert!(mail.contains("multipart/alternative"));
    let text = mail.find("text/plain; charset=utf-8").unwrap();
    let html = mail.find("text/html; charset=utf-8").unwrap();
    assert!(text < html);
    assert_eq!(
        mail.matches("Content-Transfer-Encoding: quoted-printable")
            .count(),
        2
    );
}

#[test]
fn line_breaks_in_names_and_subject_cannot_start_a_header() {
    for bad in [
        "x\r\nBcc: evil@example.org",
        "x\nBcc: evil@example.org",
        "x\rBcc: evil@example.org",
    ] {
        let attack = Message {
            subject: bad.into(),
            to_name: bad.into(),
            from: format!("{bad} <zinne@offenburg.example>"),
            reply_to: Some(format!("{bad} <isb@offenburg.example>")),
            ..message()
        };
        let mail = build(&attack).unwrap();
        let bytes = String::from_utf8(mail.bytes).unwrap();
        assert!(header(&bytes, "Bcc").is_empty(), "{bytes}");
        assert_eq!(mail.envelope.to().len(), 1);
        assert_eq!(header(&bytes, "Subject"), ["x Bcc: evil@example.org"]);
    }
}

#[test]
fn a_display_name_cannot_pose_as_another_address() {
    let mail = build(&Message {
        to_name: "chef@example.org>, <evil".into(),
        ..message()
    })
    .unwrap();
    assert_eq!(mail.envelope.to().len(), 1);
    assert_eq!(mail.envelope.to()[0].to_string(), "anna@offenburg.example");
    let bytes = String::from_utf8(mail.bytes).unwrap();
    // The name is one encoded word, so its brackets are not syntax.
    assert_eq!(
        header(&bytes, "To"),
        ["=?utf-8?b?Y2hlZkBleGFtcGxlLm9yZz4sIDxldmls?= <anna@offenburg.example>"]
    );
}

#[test]
fn bad_addresses_are_refused_in_one_line() {
    for bad in [
        "",
        "anna",
        "anna@",
        "anna@offenburg.example\r\nRCPT TO:evil@example.org",
        "anna@offenburg.example, evil@example.org",
        "<anna@offenburg.example> SIZE=1",
        "anna müller@offenburg.example",
        "änna@offenburg.example",
    ] {
        for case in [
            Message {
                to: bad.into(),
                ..message()
            },
            Message {
                from: bad.into(),
                ..message()
            },
            Message {
                reply_to: Some(bad.into()),
                ..message()
            },
        ] {
            let error = build(&case)
                .err()
                .map(|e| e.to_string())
                .unwrap_or_default();
            assert!(error.contains("is not a mail address"), "{bad}: {error}");
            assert!(!error.contains(['\r', '\n']));
        }
    }
}

#[test]
fn bad_message_ids_are_refused() {
    for bad in [
        "",
        "a",
        "@b",
        "a@",
        "a@b>\r\nX: y",
        "a b@c",
        "<a@b>",
        "a@b@c",
    ] {
        let error = build(&Message {
            message_id: bad.into(),
            ..message()
        })
        .err()
        .unwrap();
        assert!(matches!(error, MimeError::MessageId(_)), "{bad}");
    }
}

#[test]
fn a_lone_carriage_return_never_leaves() {
    let mail = written(&Message {
        text: "a\rb\r\nc\n\rd".into(),
        ..message()
    });
    assert!(mail.contains("a\r\nb\r\nc\r\n\r\nd"));
    assert!(!mail.replace("\r\n", "").contains(['\r', '\n']));
}
