//! Tables of measures: out, in, there and back.

use actix_web::http::Method;
use serde_json::{Value, json};
use zinne::actions::users;
use zinne::domain::access::{Grant, Role};

use crate::support::{Answer, Client, Engine, TestApp, workbook};

const ALL: &str = "institutions/offenburg/measures";
const ISB: &str = "isb@offenburg.example";
const HEAD: &str = "it-leitung@offenburg.example";

/// A client that waits for large tables.
fn patient() -> awc::Client {
    awc::Client::builder()
        .timeout(std::time::Duration::from_secs(300))
        .finish()
}

/// Takes a table out; the bytes as they are.
async fn exported(client: &Client<'_>, query: &str) -> Vec<u8> {
    let http = patient();
    let url = format!("{}/api/v1/{ALL}/export?{query}", client.app.base);
    let request = http.get(url).bearer_auth(&client.access);
    let mut response = request.send().await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    response.body().limit(64 << 20).await.unwrap().to_vec()
}

async fn csv(client: &Client<'_>, query: &str) -> String {
    String::from_utf8(exported(client, query).await).unwrap()
}

async fn imported(client: &Client<'_>, bytes: &[u8], query: &str, language: &str) -> Answer {
    let headers = [
        ("content-type", "application/octet-stream"),
        ("accept-language", language),
    ];
    let path = format!("{ALL}/import{query}");
    let body = Some(bytes.to_vec());
    client.send_bytes(Method::POST, &path, &headers, body).await
}

/// Brings a table in for good.
async fn import(client: &Client<'_>, text: &str) -> Answer {
    imported(client, text.as_bytes(), "", "de").await
}

/// Cell, code and text of each fault.
#[track_caller]
fn faults(answer: &Answer) -> Vec<(String, String, String)> {
    let problem = answer.problem(422, "invalid");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let errors = problem["errors"].as_array().unwrap().iter();
    errors
        .map(|error| {
            (
                text(&error["cell"]),
                text(&error["code"]),
                text(&error["detail"]),
            )
        })
        .collect()
}

#[track_caller]
fn codes(answer: &Answer) -> Vec<(String, String)> {
    let faults = faults(answer).into_iter();
    faults.map(|(cell, code, _)| (cell, code)).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = pairs.iter();
    owned
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect()
}

/// Number, kind and details of the events, newest first.
async fn events(app: &TestApp) -> Vec<(i64, String, Value)> {
    let isb = app.sign_in(ISB).await;
    let page = isb
        .get("institutions/offenburg/audit-events?limit=200")
        .await
        .ok(200);
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|event| {
            let action = event["action"].as_str().unwrap().to_owned();
            (
                event["seq"].as_i64().unwrap(),
                action,
                event["details"].clone(),
            )
        })
        .filter(|(_, action, _)| action.starts_with("measure."))
        .collect()
}

/// All measures of the caller with everything that belongs to them.
async fn ledger(client: &Client<'_>) -> Vec<Value> {
    let page = client.get(&format!("{ALL}?limit=200")).await.ok(200);
    let mut all = Vec::new();
    for item in page["items"].as_array().unwrap() {
        let path = format!("{ALL}/{}", item["reference"].as_str().unwrap());
        all.push(client.get(&path).await.ok(200));
    }
    all
}

/// Measures with texts that break what is not careful.
async fn nasty(isb: &Client<'_>) -> usize {
    let texts = [
        "=HYPERLINK(\"https://x.example\";\"hier\")",
        "+49 781 82-0",
        "-2 Tage; @SUM(A1)",
        "@cmd|' /C calc'!A0",
        "'=schon geschützt",
        "''",
        "a\"b\"\"c;d,e",
        "Zeile 1\nZeile 2\n\n  eingerückt\tTabulator",
        "\u{202E}rechts nach links \u{5D0}\u{5D1} 👩‍🚒🏳️‍🌈 e\u{301}",
        "_x000D_ <b>&amp;</b> %s {$x}",
        "1.234,56",
        "31.12.2026",
        "WAHR",
    ];
    for (index, text) in texts.iter().enumerate() {
        let body = json!({
            "title": text, "title_public": format!(" {text} "), "description": format!("\t {text}\n"),
            "external_key": format!("K {index} {}", text.chars().filter(|c| *c != '\n' && *c != '\t').take(20).collect::<String>().trim()),
            "origin": "audit", "priority": 2, "note": format!("{text}\n"), "initiator_role": text.trim(),
            "owner": "netz@offenburg.example", "deputy": "digital@offenburg.example", "org_unit": text.trim(),
            "due": { "day": "2023-06-30", "precision": "quarter", "text": text }, "due_fixed_by": "law",
            "cost": { "once_material_cents": 1_234_567_890_123_i64, "once_staff_tenth_days": 125, "yearly_material_cents": 1,
                "yearly_staff_tenth_days": 0, "quality": "rough" },
            "no_budget_reason": text.trim(), "no_module_reason": text.trim(), "residual_risk": text.trim(),
            "fulfils": ["NET.1.1.A4", "NET.1.1"], "applies": ["SYS.3.2.2.A1"], "needs_split": index % 2 == 0,
        });
        isb.post(ALL, body).await.ok(201);
    }
    let long = "Ünïcödé ".repeat(1250);
    let body = json!({ "title": "lang", "description": long, "origin": "law", "priority": 4, "requires": ["M-2022-0001"] });
    isb.post(ALL, body).await.ok(201);
    texts.len() + 1
}

both_engines! {
    async fn an_unchanged_export_changes_nothing(app) {
        let isb = app.sign_in(ISB).await;
        nasty(&isb).await;
        let before = ledger(&isb).await;
        for format in ["csv", "xlsx"] {
            let file = exported(&isb, &format!("format={format}")).await;
            let seen = events(app).await;
            for query in ["?dry_run=true", ""] {
                let report = imported(&isb, &file, query, "de").await.ok(200);
                assert_eq!((&report["created"], &report["updated"]), (&json!(0), &json!(0)), "{format} {report}");
                assert_eq!(report["unchanged"], before.len(), "{format}");
                assert_eq!(report["differences"][0]["action"], "unchanged");
            }
            assert_eq!(events(app).await, seen, "{format}");
        }
        assert_eq!(ledger(&isb).await, before);
        // Whoever may change little may bring an unchanged table in as well.
        let grant = Grant { role: Role::Head, org_unit: Some("Bauamt".to_owned()) };
        users::set_role(&app.app, HEAD, "offenburg", &grant, true).unwrap();
        let head = app.sign_in(HEAD).await;
        let report = imported(&head, &exported(&head, "format=csv").await, "", "de").await.ok(200);
        assert_eq!((&report["created"], &report["updated"]), (&json!(0), &json!(0)));
    }

    // T35 of the rule book.
    async fn formulas_are_guarded(app) {
        let isb = app.sign_in(ISB).await;
        nasty(&isb).await;
        let text = csv(&isb, "format=csv").await;
        assert!(text.starts_with("\u{FEFF}Kennung;Externe Kennung;Titel;"), "{}", &text[..60]);
        assert!(text.contains("\"'=HYPERLINK(\"\"https://x.example\"\";\"\"hier\"\")\""), "{text}");
        assert!(text.contains(";'+49 781 82-0;") && text.contains("\"'-2 Tage; @SUM(A1)\"") && text.contains(";'@cmd|"));
        assert!(text.contains(";12345678901,23;12,5;0,01;0,0;grob;"));
        for start in ["\r\n=", ";=", ";\"=", ";+", ";\"+", ";@", ";\"@", ";\t", ";\"\t"] {
            assert!(!text.contains(start), "{start:?}");
        }
    }

    async fn a_table_is_what_a_list_shows(app) {
        let isb = app.sign_in(ISB).await;
        let list = isb.get(&format!("{ALL}?overdue=true&sort=-due&limit=200")).await.ok(200);
        let references = |text: &str| -> Vec<String> {
            text.lines().skip(1).map(|line| line.split(';').next().unwrap().to_owned()).filter(|cell| cell.starts_with("M-20")).collect()
        };
        let listed: Vec<&str> = list["items"].as_array().unwrap().iter().map(|item| item["reference"].as_str().unwrap()).collect();
        assert_eq!(references(&csv(&isb, "overdue=true&sort=-due").await), listed);
        let answer = isb.get(&format!("{ALL}/export?format=csv&status=approved")).await;
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
        assert_eq!(answer.header("content-disposition"), "attachment; filename=\"massnahmen-offenburg-2022-10-17.csv\"");
        let (_, action, details) = events(app).await.remove(0);
        assert_eq!(action, "measure.exported");
        let rows = references(&answer.text).len();
        assert_eq!(details, json!({ "format": "csv", "filters": { "status": "approved" }, "rows": rows }));
        for (query, pointer) in [("limit=5", "?limit"), ("cursor=x", "?cursor"), ("format=ods", "?format"), ("colour=red", "?colour"), ("format=csv&format=csv", "?format"), ("format=csv,xlsx", "?format")] {
            let problem = isb.get(&format!("{ALL}/export?{query}")).await.problem(400, "malformed");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
        }
        // Nothing of what a reader does not see.
        let hidden = isb.reference_of("offenburg", "OG-I8").await;
        isb.patch(&format!("{ALL}/{hidden}"), "*", json!({ "confidentiality": "confidential" })).await.ok(200);
        assert!(csv(&isb, "").await.contains(&format!("\n{hidden};")));
        let head = app.sign_in(HEAD).await;
        assert!(!csv(&head, "").await.contains(&format!("\n{hidden};")));
    }

    async fn all_columns_come_in(app) {
        let isb = app.sign_in(ISB).await;
        let table = "Externe Kennung;Titel;Öffentlicher Titel;Beschreibung;Status;Priorität;Initiiert durch;Rolle bei der Initiierung;\
            Verantwortlich;Vertretung;Prüfung durch;OE;Beginn;Fällig;Termin laut Quelle;Termin festgelegt durch;Einmalkosten;Einmalaufwand;\
            Jährliche Kosten;Jährlicher Aufwand;Schätzqualität;Haushaltszeilen;Erfüllt;Zu beachten;Setzt voraus;Programm;Vertraulichkeit;\
            Herkunft;Sicherheitsbezug;Restrisiko;Aufteilen;Bemerkung;Begründung\n\
            T-1;'=1+1;Öffentlich;Text;vorgeschlagen;1;leitung@offenburg.example;IT-Leitung;NETZ@offenburg.example;digital@offenburg.example;\
            revision@offenburg.example;FB DigIT;1.11.2022;Q2 2023;bis Sommer;Gesetz;55.000,00 €;12,5;1.000;2;Angebot;OG-2021-DIG:OG-K1;\
            NET.1.1.A4, NET.1.1;SYS.3.2.2.A1;M-2022-0001;OG-2021-DIG;vertraulich;Revision;mittelbar;bleibt;ja;Notiz;wie besprochen\n";
        let table = table.replace("revision@", "it-leitung@");
        let report = import(&isb, &table).await.ok(200);
        assert_eq!((&report["created"], &report["differences_left_out"]), (&json!(1), &json!(0)), "{report}");
        let reference = report["differences"][0]["reference"].as_str().unwrap();
        let measure = isb.get(&format!("{ALL}/{reference}")).await.ok(200);
        for (pointer, value) in [
            ("/title", json!("=1+1")), ("/status", json!("proposed")), ("/priority", json!(1)), ("/initiator/email", json!("leitung@offenburg.example")),
            ("/owner/email", json!("netz@offenburg.example")), ("/deputy/email", json!("digital@offenburg.example")), ("/verifier/email", json!("it-leitung@offenburg.example")),
            ("/start_planned", json!("2022-11-01")), ("/due/day", json!("2023-06-30")), ("/due/precision", json!("quarter")), ("/due/text", json!("bis Sommer")),
            ("/due_fixed_by", json!("law")), ("/cost/once_material_cents", json!(5_500_000)), ("/cost/once_staff_tenth_days", json!(125)),
            ("/cost/yearly_material_cents", json!(100_000)), ("/cost/yearly_staff_tenth_days", json!(20)), ("/cost/quality", json!("offer")),
            ("/budget_lines", json!(["OG-2021-DIG:OG-K1"])), ("/requires", json!(["M-2022-0001"])), ("/programme", json!("OG-2021-DIG")),
            ("/confidentiality", json!("confidential")), ("/origin", json!("audit")), ("/relevance", json!("indirect")), ("/residual_risk", json!("bleibt")),
            ("/needs_split", json!(true)), ("/note", json!("Notiz")), ("/links/1/target", json!("NET.1.1")), ("/links/2/target", json!("SYS.3.2.2.A1")),
        ] {
            assert_eq!(measure.pointer(pointer), Some(&value), "{pointer}");
        }
        // The same file again: nothing. A column that is not there stays, an empty cell empties.
        let again = import(&isb, &table).await.ok(200);
        assert_eq!((&again["unchanged"], &again["updated"], &again["created"]), (&json!(1), &json!(0), &json!(0)), "{again}");
        let report = import(&isb, "Externe Kennung;Bemerkung;Einmalkosten\nT-1;;60000\n").await.ok(200);
        assert_eq!(report["differences"][0]["action"], "update");
        assert_eq!(report["differences"][0]["changes"]["note"], json!({ "old": "Notiz", "new": null }));
        let measure = isb.get(&format!("{ALL}/{reference}")).await.ok(200);
        assert_eq!((&measure["note"], &measure["cost"]["once_material_cents"], &measure["cost"]["once_staff_tenth_days"]), (&json!(null), &json!(6_000_000), &json!(125)));
        let events = events(app).await;
        let actions: Vec<&str> = events.iter().map(|(_, action, _)| action.as_str()).take(4).collect();
        assert_eq!(actions, ["measure.imported", "measure.updated", "measure.imported", "measure.created"]);
        assert_eq!((&events[0].2["updated"], events[0].2["sha256"].as_str().unwrap().len()), (&json!(1), 64));
    }

    async fn a_dry_run_and_a_faulty_last_row_leave_nothing_behind(app) {
        let isb = app.sign_in(ISB).await;
        let (before, seen) = (ledger(&isb).await, events(app).await);
        let reference = before[0]["reference"].as_str().unwrap();
        let good = format!("Kennung;Externe Kennung;Titel;Herkunft;Prio\n{reference};;Anders;;\n;T-1;Neu;Audit;2\n").replace("Anders;;", "Anders;Audit;1");
        let report = imported(&isb, good.as_bytes(), "?dry_run=true", "de").await.ok(200);
        assert_eq!((&report["dry_run"], &report["created"], &report["updated"]), (&json!(true), &json!(1), &json!(1)));
        assert_eq!(report["differences"][1]["reference"], json!(null));
        assert_eq!(report["differences"][0]["changes"]["title"]["new"], "Anders");
        let answer = import(&isb, &format!("{good};T-2;;Audit;5\n")).await;
        assert_eq!(codes(&answer), pairs(&[("C4", "required"), ("E4", "out_of_range")]));
        let answer = import(&isb, &format!("{good};T-2;Neu;Audit;2\n\"x")).await;
        assert_eq!(codes(&answer), pairs(&[("A5", "unclosed_quote")]));
        assert_eq!((ledger(&isb).await, events(app).await), (before, seen));
        // No number was lost on the way.
        let report = import(&isb, &good).await.ok(200);
        let last = isb.post(ALL, json!({ "title": "x", "origin": "law", "priority": 1 })).await.ok(201);
        let number = |value: &Value| value.as_str().unwrap()[7..].parse::<i32>().unwrap();
        assert_eq!(number(&last["reference"]), number(&report["differences"][1]["reference"]) + 1);
    }

    async fn faulty_cells_are_named_in_german_and_english(app) {
        let isb = app.sign_in(ISB).await;
        let table = "Externe Kennung;Titel;Herkunft;Prio;Fällig;Verantwortlich;Erfüllt;Einmalkosten\n\
            T-1;Neu;Audit;2;31.02.2023;;;\n\nT-2;Neu;Audit;2;;niemand@offenburg.example;NET.9.9;12,345\nT-3;Neu;Audit;2;;niemand@offenburg.example;NET.9.9;\n";
        let answer = import(&isb, table).await;
        let problem = answer.problem(422, "invalid");
        assert_eq!(problem["errors"][0], json!({
            "pointer": "/rows/2/Fällig", "cell": "E2", "code": "no_such_day", "detail": "„31.02.2023“ gibt es im Kalender nicht"
        }));
        assert_eq!(codes(&answer), pairs(&[("E2", "no_such_day"), ("H4", "too_many_decimals"), ("F5", "not_assignable"), ("G5", "unknown_reference")]));
        let texts: Vec<String> = faults(&answer).into_iter().map(|(_, _, text)| text).collect();
        assert!(texts[3].contains("`NET.9.9` gibt es nicht"), "{texts:?}");
        let english = imported(&isb, table.as_bytes(), "", "en").await;
        assert_eq!(faults(&english)[0].2, "“31.02.2023” is not in the calendar");
        // At most a hundred.
        let many = "x;Neu;Audit;9;;;;\n".repeat(300);
        let answer = import(&isb, &format!("{}{many}", table.lines().next().unwrap().to_owned() + "\n")).await;
        assert_eq!(codes(&answer).len(), 100);
    }

    async fn what_a_table_may_not_say(app) {
        let isb = app.sign_in(ISB).await;
        let all = ledger(&isb).await;
        let running = all.iter().find(|one| one["status"] == "approved" || one["status"] == "in_progress").unwrap();
        let (reference, version) = (running["reference"].as_str().unwrap(), running["version"].as_i64().unwrap());
        for (table, found) in [
            (format!("Kennung;Status\n{reference};umgesetzt\n"), vec![("B2", "steps_only")]),
            (format!("Kennung;Ursprünglich fällig;Geprüft am\n{reference};1.1.2030;1.1.2030\n"), vec![("B2", "read_only"), ("C2", "read_only")]),
            (format!("Kennung;Fällig\n{reference};31.12.2030\n"), vec![("B2", "fixed")]),
            (format!("Kennung;Version;Bemerkung\n{reference};{};neu\n", version + 1), vec![("B2", "stale_version")]),
            (format!("Kennung;Bemerkung\n{reference};a\n{reference};b\n"), vec![("A3", "duplicate_row")]),
            ("Externe Kennung;Titel;Herkunft;Prio\nT-1;a;Audit;1\nT-1;b;Audit;1\n".to_owned(), vec![("A3", "duplicate_row")]),
            ("Kennung;Titel;Herkunft;Prio\nM-2022-9999;a;Audit;1\n".to_owned(), vec![("A2", "unknown_reference")]),
            ("Externe Kennung;Titel;Herkunft;Prio;Status\nT-1;a;Audit;1;genehmigt\n".to_owned(), vec![("E2", "not_proposed")]),
            ("Externe Kennung;Titel\nT-1;a\n".to_owned(), vec![("", "required"), ("", "required")]),
            (format!("Kennung;Prio;Herkunft\n{reference};;\n"), vec![("B2", "required"), ("C2", "required")]),
            (format!("Kennung;Externe Kennung\n{reference};{}\n", all.iter().find(|one| one["reference"] != reference && !one["external_key"].is_null()).unwrap()["external_key"].as_str().unwrap()), vec![("B2", "duplicate")]),
            ("Externe Kennung;Titel;Herkunft;Prio;Termin laut Quelle\nT-1;a;Audit;1;bald\n".to_owned(), vec![("E2", "text_without_due")]),
        ] {
            assert_eq!(codes(&import(&isb, &table).await), pairs(&found), "{table}");
        }
        // What is said again is no fault, however old the file is.
        let table = format!("Kennung;Version;Status;Priorität\n{reference};{};{};{}\n", version + 1, running["status"].as_str().unwrap(), running["priority"]);
        let report = import(&isb, &table).await.ok(200);
        assert_eq!(report["unchanged"], 1);
        // What was decided on stays known.
        let table = format!("Kennung;OE\n{reference};\n");
        if !running["org_unit"].is_null() {
            assert_eq!(codes(&import(&isb, &table).await), pairs(&[("B2", "required")]));
        }
    }

    async fn rights_are_those_of_single_writes(app) {
        let isb = app.sign_in(ISB).await;
        let new = "Externe Kennung;Titel;Herkunft;Prio;OE\n";
        for email in ["netz@offenburg.example", "revision@offenburg.example", "leitung@offenburg.example", "admin@offenburg.example", "rat@offenburg.example"] {
            let client = app.sign_in(email).await;
            import(&client, &format!("{new}T-1;a;Audit;1;Bauamt\n")).await.problem(403, "forbidden");
        }
        for email in ["netz@offenburg.example", "kaemmerei@offenburg.example", "admin@offenburg.example", "rat@offenburg.example"] {
            app.sign_in(email).await.get(&format!("{ALL}/export")).await.problem(403, "forbidden");
        }
        let grant = Grant { role: Role::Head, org_unit: Some("Bauamt".to_owned()) };
        users::set_role(&app.app, HEAD, "offenburg", &grant, true).unwrap();
        let head = app.sign_in(HEAD).await;
        let answer = import(&head, &format!("{new}T-1;a;Audit;1;Bauamt\nT-2;b;Audit;1;FB DigIT\n")).await;
        assert_eq!(answer.problem(422, "invalid")["errors"][0]["pointer"], "/rows/3");
        assert_eq!(codes(&answer), pairs(&[("", "not_permitted")]));
        import(&head, &format!("{new}T-1;a;Audit;1;Bauamt\n")).await.ok(200);
        // Their own may change, but not leave; a foreign one may not change.
        import(&head, "Externe Kennung;Prio\nT-1;2\n").await.ok(200);
        assert_eq!(codes(&import(&head, "Externe Kennung;OE\nT-1;FB DigIT\n").await), pairs(&[("", "not_permitted")]));
        assert_eq!(codes(&import(&head, "Externe Kennung;Bemerkung\nOG-I8;x\n").await), pairs(&[("", "not_permitted")]));
        // What is out of sight is not there.
        let hidden = isb.reference_of("offenburg", "OG-I8").await;
        isb.patch(&format!("{ALL}/{hidden}"), "*", json!({ "confidentiality": "strictly_confidential" })).await.ok(200);
        let unknown = |reference: &str| format!("Kennung;Titel\n{reference};x\n");
        let answer = import(&head, &unknown(&hidden)).await;
        assert_eq!(codes(&answer), pairs(&[("A2", "unknown_reference")]));
        let nowhere = import(&head, &unknown("M-2022-9999")).await;
        assert_eq!(faults(&answer)[0].2.replace(&hidden, ""), faults(&nowhere)[0].2.replace("M-2022-9999", ""));
        // Names are no secret of those who may not write.
        let table = "Externe Kennung;Titel;Herkunft;Prio;OE;Verantwortlich\nT-9;a;Audit;1;FB DigIT;niemand@offenburg.example\n";
        assert_eq!(codes(&import(&head, table).await), pairs(&[("", "not_permitted")]));
    }

    async fn broken_files_are_refused(app) {
        let isb = app.sign_in(ISB).await;
        let before = ledger(&isb).await;
        let bomb = bomb();
        let zeros: &[u8] = b"PK\x03\x04 no archive";
        for (bytes, found) in [
            (&b""[..], ("", "no_rows")),
            (b"\n;;\n", ("", "no_rows")),
            (b"Titel;Prio\na;1\n", ("", "missing_heading")),
            (b"Kennung;Farbe\nM-2022-0001;rot\n", ("B1", "unknown_heading")),
            (b"Kennung;ID\nM-2022-0001;x\n", ("B1", "duplicate_heading")),
            (b"Kennung;Titel\nM-2022-0001;M\xFCll\n", ("B2", "not_utf8")),
            (b"\xFF\xFEK\0e\0", ("", "utf16")),
            (b"Kennung;Titel\nM-2022-0001;a\0b\n", ("B2", "control_characters")),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", ("", "unreadable")),
            (zeros, ("", "unreadable")),
            (&bomb, ("", "unreadable")),
        ] {
            let answer = imported(&isb, bytes, "", "de").await;
            assert_eq!(codes(&answer), pairs(&[found]), "{}", answer.text);
        }
        let book = workbook(&[&["Kennung", "Titel"], &["M-2022-0001", "Neu"]]);
        let report = imported(&isb, &book, "?dry_run=true", "de").await.ok(200);
        assert_eq!(report["updated"], 1);
        imported(&isb, &book, "?dry_run=vielleicht", "de").await.problem(400, "malformed");
        assert_eq!(ledger(&isb).await, before);
    }

    async fn two_imports_at_once_do_not_mix(app) {
        let isb = app.sign_in(ISB).await;
        let rows: String = (0..30).map(|n| format!("T-{n};Neu {n};Audit;2\n")).collect();
        let table = format!("Externe Kennung;Titel;Herkunft;Prio\n{rows}");
        let (first, second) = futures_util::future::join(import(&isb, &table), import(&isb, &table)).await;
        let (first, second) = (first.ok(200), second.ok(200));
        let sum = |name: &str| first[name].as_i64().unwrap() + second[name].as_i64().unwrap();
        assert_eq!((sum("created"), sum("unchanged"), sum("updated")), (30, 30, 0));
        let events = events(app).await;
        assert_eq!(events.iter().filter(|(_, action, _)| action == "measure.imported").count(), 1);
    }
}

/// A workbook whose sheet inflates to far more than it has.
fn bomb() -> Vec<u8> {
    use std::io::Write as _;
    let book = workbook(&[&["Kennung"], &["M-2022-0001"]]);
    let mut old = zip::ZipArchive::new(std::io::Cursor::new(book)).unwrap();
    let mut new = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for index in 0..old.len() {
        let entry = old.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        new.start_file(&name, zip::write::SimpleFileOptions::default())
            .unwrap();
        if name.contains("sheet1") {
            for _ in 0..100 {
                new.write_all(&vec![b' '; 1 << 20]).unwrap();
            }
        } else {
            let text = std::io::read_to_string(entry).unwrap();
            new.write_all(text.as_bytes()).unwrap();
        }
    }
    new.finish().unwrap().into_inner()
}

/// The figures are for `cargo bench --bench sheets`; here it only has to work.
#[actix_web::test]
async fn ten_thousand_rows_come_in_and_go_out_and_in_again() {
    let app = TestApp::start_with(Engine::Sqlite, &[("ZINNE_HTTP__REQUEST_SECONDS", "300")])
        .await
        .unwrap();
    let isb = app.sign_in(ISB).await;
    let mut table =
        "Externe Kennung;Titel;Beschreibung;Herkunft;Prio;Verantwortlich;OE;Fällig;Erfüllt\n"
            .to_owned();
    for number in 0..10_000 {
        table.push_str(&format!("T-{number};Maßnahme {number};Text;Audit;2;netz@offenburg.example;FB DigIT;31.12.2026;\"NET.1.1.A4, NET.1.1\"\n"));
    }
    let report = load(&app, &isb, table.into_bytes()).await;
    assert_eq!(
        (
            report["created"].as_i64(),
            report["differences_left_out"].as_i64()
        ),
        (Some(10_000), Some(9_000))
    );
    for format in ["csv", "xlsx"] {
        let file = exported(&isb, &format!("format={format}")).await;
        let report = load(&app, &isb, file).await;
        assert_eq!(
            (&report["created"], &report["updated"]),
            (&json!(0), &json!(0)),
            "{format}"
        );
        assert!(report["unchanged"].as_i64() > Some(10_000));
    }
}

/// Brings in what may take longer than the other client waits.
async fn load(app: &TestApp, client: &Client<'_>, file: Vec<u8>) -> Value {
    let http = patient();
    let url = format!("{}/api/v1/{ALL}/import", app.base);
    let request = http.post(url).bearer_auth(&client.access);
    let mut response = request.send_body(file).await.unwrap();
    let body = response.body().limit(64 << 20).await.unwrap();
    assert_eq!(response.status().as_u16(), 200, "{body:?}");
    serde_json::from_slice(&body).unwrap()
}
