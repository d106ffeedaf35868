//! `zinne demo`: what a newcomer sees, by nothing but the printed lines.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::support::program::{Running, Stream, address_in, ran, zinne};
use crate::support::smtp::{python, python_has};

const FOLDER: &str = "zinne demo";

/// A started demonstration with what it has printed.
struct Demo {
    program: Running,
    base: String,
    folder: std::path::PathBuf,
}

impl Demo {
    fn command(below: &Path, listen: &str) -> Command {
        let mut command = zinne(&["demo", "--data-dir", FOLDER, "--listen", listen]);
        // Thirty people sign in within a second, from one address.
        command
            .current_dir(below)
            .env("ZINNE_AUTH__ATTEMPTS_PER_MINUTE", "1000");
        command.env("ZINNE_AUTH__ARGON2_MEMORY_KIB", "19456");
        command
    }

    fn start(below: &Path) -> Demo {
        let mut program = Running::start(Demo::command(below, "127.0.0.1:0"), Stream::Out);
        let line = program.wait_for("zinne demo is running on");
        program.wait_for("Stop with Ctrl-C");
        Demo {
            program,
            base: format!("http://{}", address_in(&line)),
            folder: below.join(FOLDER),
        }
    }

    /// The lines that are there to be pasted, run one after the other in one shell; gives what each printed.
    fn paste(&self) -> BTreeMap<String, String> {
        let lines: Vec<&String> = self
            .program
            .seen
            .iter()
            .filter(|line| {
                ["TOKEN=", "curl ", "grep "]
                    .iter()
                    .any(|start| line.starts_with(start))
            })
            .collect();
        assert_eq!(lines.len(), 7);
        let script: String = lines
            .iter()
            .map(|line| format!("{line}\nprintf '\\036'\n"))
            .collect();
        let mut bash = Command::new("bash");
        bash.args(["-c", &script])
            .current_dir(self.folder.parent().unwrap());
        let ran = ran(&mut bash);
        assert!(ran.err.is_empty(), "curl has to be installed: {ran:?}");
        let printed: Vec<&str> = ran.out.split('\u{1e}').collect();
        lines
            .iter()
            .zip(printed)
            .map(|(line, text)| {
                let name = line.trim_end_matches('\'').rsplit('/').next().unwrap();
                (
                    if line.starts_with("grep ") {
                        "grep"
                    } else if line.starts_with("TOKEN=") {
                        "login"
                    } else {
                        name
                    }
                    .to_owned(),
                    text.to_owned(),
                )
            })
            .collect()
    }

    fn accounts(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.join("demo-accounts.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// Name, time and bytes of each mail.
    fn mails(&self) -> BTreeMap<String, (SystemTime, Vec<u8>)> {
        let entries = fs::read_dir(self.folder.join("mail")).unwrap();
        entries
            .map(|entry| {
                let entry = entry.unwrap();
                let name = entry.file_name().into_string().unwrap();
                (
                    name,
                    (
                        entry.metadata().unwrap().modified().unwrap(),
                        fs::read(entry.path()).unwrap(),
                    ),
                )
            })
            .collect()
    }

    fn stop(mut self) {
        self.program.terminate();
        assert!(self.program.ended_within(Duration::from_secs(5)).success());
    }

    /// Signs in; gives the token.
    async fn sign_in(&self, account: &Value) -> String {
        let body = json!({ "email": account["email"], "password": account["password"] });
        let client = awc::Client::builder()
            .timeout(Duration::from_secs(30))
            .finish();
        let mut answer = client
            .post(format!("{}/api/v1/auth/login", self.base))
            .send_json(&body)
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{account}");
        let body: Value = serde_json::from_slice(&answer.body().await.unwrap()).unwrap();
        body["access_token"].as_str().unwrap().to_owned()
    }

    async fn get(&self, token: &str, path: &str) -> Value {
        let client = awc::Client::builder()
            .timeout(Duration::from_secs(30))
            .finish();
        let url = format!("{}/api/v1/institutions/offenburg/{path}", self.base);
        let mut answer = client.get(url).bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        serde_json::from_slice(&answer.body().limit(8 << 20).await.unwrap()).unwrap()
    }
}

fn keys(page: &str) -> Vec<String> {
    let page: Value = serde_json::from_str(page).unwrap();
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["external_key"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// Header fields, parts and plain text of a mail, read by a program that knows nothing of ours.
fn read_mail(path: &Path) -> Value {
    let script = "import email, email.policy, json, sys\n\
        mail = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)\n\
        text = mail.get_body(('plain',)).get_content()\n\
        raw = open(sys.argv[1], 'rb').read()\n\
        parts = [[part.get_content_type(), part.get_content_charset(), part['content-transfer-encoding']] for part in mail.iter_parts()]\n\
        html = mail.get_body(('html',)).get_content()\n\
        print(json.dumps({**{k.lower(): str(v) for k, v in mail.items()}, 'text': text, 'html': html, 'parts': parts,\n\
            'ascii': raw.isascii(), 'bare': raw.replace(b'\\r\\n', b'').count(b'\\n'),\n\
            'longest': max(len(line) for line in raw.split(b'\\r\\n\\r\\n', 1)[1].split(b'\\r\\n')), 'defects': len(mail.defects)}))";
    let ran = ran(Command::new(python()).args(["-c", script]).arg(path));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    serde_json::from_str(&ran.out).unwrap()
}

#[actix_web::test]
async fn everything_that_is_printed_works_and_a_second_start_sends_nothing_again() {
    let below = tempfile::tempdir().unwrap();
    let demo = Demo::start(below.path());
    assert!(!demo.base.ends_with(":0"), "the real port: {}", demo.base);
    assert!(
        demo.program
            .seen
            .iter()
            .any(|line| line.contains("30 mails were written now"))
    );

    let printed = demo.paste();
    assert_eq!(
        keys(&printed["measures?overdue=true"]),
        ["OG-K1", "OG-P3", "OG-K2", "OG-I7"]
    );
    let mdm = keys(&printed["measures?module=SYS.3.2.2"]);
    assert!(mdm.contains(&"OG-K1".to_owned()), "{mdm:?}");
    assert!(keys(&printed["measures?module=OPS.1.1.4"]).contains(&"OG-K2".to_owned()));
    let dashboard: Value = serde_json::from_str(&printed["dashboard"]).unwrap();
    assert_eq!(
        (&dashboard["institution"], &dashboard["as_of"]),
        (&json!("offenburg"), &json!("2022-10-17"))
    );
    assert_eq!(
        (
            &dashboard["overdue"]["total"],
            &dashboard["overdue"]["max_days"]
        ),
        (&json!(4), &json!(109))
    );
    assert_eq!(
        dashboard["mails"],
        json!({ "pending": 0, "sent": 14, "failed": 0 })
    );
    let plan: Value = serde_json::from_str(&printed["plan"]).unwrap();
    assert_eq!(plan["programme"], "OG-2021-DIG");

    money(&demo, &plan).await;
    mails(&demo, &printed["grep"]);
    let accounts = demo.accounts();
    everybody(&demo, &accounts).await;

    // The port is taken as long as it runs.
    let other = tempfile::tempdir().unwrap();
    let address = demo.base.trim_start_matches("http://").to_owned();
    let refused = ran(&mut Demo::command(other.path(), &address));
    assert_eq!(refused.code, Some(1));
    assert_eq!(refused.err.lines().count(), 1, "{}", refused.err);
    assert!(
        refused
            .err
            .starts_with(&format!("error: cannot listen on `{address}`: ")),
        "{}",
        refused.err
    );
    assert!(
        !other.path().join(FOLDER).exists(),
        "nothing has been touched"
    );

    let before = demo.mails();
    demo.stop();
    let again = Demo::start(below.path());
    assert!(
        again
            .program
            .seen
            .iter()
            .any(|line| line.contains(" 0 mails were written now"))
    );
    assert_eq!(again.accounts(), accounts);
    assert_eq!(keys(&again.paste()["measures?overdue=true"]).len(), 4);
    assert!(again.mails() == before, "no mail was written again");
    again.stop();
}

/// Both measures with their modules and their money, in their own document and in the plan table.
async fn money(demo: &Demo, plan: &Value) {
    let accounts = demo.accounts();
    let isb = accounts
        .iter()
        .find(|account| account["email"] == "isb@offenburg.example")
        .unwrap();
    let token = demo.sign_in(isb).await;
    let all = demo.get(&token, "measures?limit=200").await;
    for (key, module, years) in [("OG-K1", "SYS.3.2.2", MDM), ("OG-K2", "OPS.1.1.4", VIRUS)] {
        let items = all["items"].as_array().unwrap();
        let measure = items
            .iter()
            .find(|measure| measure["external_key"] == key)
            .unwrap();
        let measure = demo
            .get(
                &token,
                &format!("measures/{}", measure["reference"].as_str().unwrap()),
            )
            .await;
        let links = measure["links"].as_array().unwrap();
        let tied = |link: &Value| link["kind"] == "fulfils" && link["module"] == module;
        assert!(links.iter().any(tied), "{key}: {links:?}");
        let money = |entries: &Value| -> Vec<(i64, i64)> {
            let number = |entry: &Value, field: &str| entry[field].as_i64().unwrap();
            entries
                .as_array()
                .unwrap()
                .iter()
                .map(|entry| (number(entry, "year"), number(entry, "cents")))
                .collect()
        };
        assert_eq!(money(&measure["budget"]["years"]), years, "{key}");
        let groups = plan["groups"].as_array().unwrap();
        let mut lines = groups
            .iter()
            .flat_map(|group| group["lines"].as_array().unwrap());
        let line = lines.find(|line| line["key"] == key).unwrap();
        assert_eq!(money(&line["entries"]), years, "{key}");
        assert_eq!(line["measures"], json!([measure["reference"]]));
    }
}

/// Year and cents, as the council paper has them.
const MDM: &[(i64, i64)] = &[
    (2021, 5_500_000),
    (2023, 5_500_000),
    (2024, 4_500_000),
    (2025, 4_500_000),
];
const VIRUS: &[(i64, i64)] = &[(2023, 3_500_000), (2025, 1_200_000)];

/// The printed line finds the ISB's mails, and they are German.
fn mails(demo: &Demo, found: &str) {
    assert_eq!(demo.mails().len(), 30);
    let found: Vec<&str> = found.lines().collect();
    assert_eq!(found.len(), 5, "{found:?}");
    if !python_has("email") {
        return;
    }
    let read = |name: &&str| read_mail(&demo.folder.parent().unwrap().join(name));
    let mails: Vec<Value> = found.iter().map(read).collect();
    for mail in &mails {
        assert_eq!(mail["defects"], 0);
        let part = |kind: &str| json!([kind, "utf-8", "quoted-printable"]);
        assert_eq!(
            mail["parts"],
            json!([part("text/plain"), part("text/html")]),
            "the plainest first"
        );
        assert_eq!((&mail["ascii"], &mail["bare"]), (&json!(true), &json!(0)));
        assert!(
            mail["longest"].as_u64().unwrap() <= 78,
            "{}",
            mail["longest"]
        );
        assert_eq!(mail["auto-submitted"], "auto-generated");
        for header in ["date", "message-id", "reply-to"] {
            assert!(mail[header].is_string(), "{header}");
        }
        let regular = !mail["subject"]
            .as_str()
            .unwrap()
            .contains("überfällig seit");
        assert_eq!(
            mail["list-unsubscribe"].is_string(),
            regular,
            "{}",
            mail["subject"]
        );
        // Nothing that a mail program would fetch and somebody could count.
        for outside in ["<img", "src=", "<link", "<script", "@import", "url("] {
            assert!(
                !mail["html"].as_str().unwrap().contains(outside),
                "{outside}"
            );
        }
        assert_eq!(mail["to"], "Ines Brandt <isb@offenburg.example>");
    }
    let subject = "[Maßnahmen] Woche der Informationssicherheit, Stadt Offenburg: überfällig 10";
    let mail = mails
        .iter()
        .find(|mail| mail["subject"] == subject)
        .unwrap();
    let text = mail["text"].as_str().unwrap();
    for part in [
        "Guten Tag Ines Brandt,",
        "Einführung MDM (konsumtiv)",
        "Aktualisierung der Virenerkennungslösung",
        "Bessere physische und virtuelle Sicherung der IT-Systeme",
        "WLAN in der Stadtverwaltung",
        "seit 109 Tagen",
        &demo.base,
    ] {
        assert!(text.contains(part), "no `{part}`: {text}");
    }
}

/// The accounts are as the file says, and each signs in.
async fn everybody(demo: &Demo, accounts: &[Value]) {
    let file = demo.folder.join("demo-accounts.json");
    assert_eq!(
        fs::metadata(file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(
        accounts.len(),
        33,
        "ten people in each of three institutions, one of them in two roles"
    );
    for account in accounts {
        let keys: Vec<&String> = account.as_object().unwrap().keys().collect();
        assert_eq!(keys.len(), 4);
        for key in ["email", "password", "role", "institution"] {
            assert!(account[key].is_string(), "{account}");
        }
        demo.sign_in(account).await;
    }
}

#[actix_web::test]
async fn a_first_start_that_was_killed_is_completed_by_the_next() {
    // Killed as soon as this is there: while accounts are made, while programmes are imported, while mails go out.
    for sign in ["zinne.db", "demo-accounts.json", "mail"] {
        let below = tempfile::tempdir().unwrap();
        let mut first = Running::start(Demo::command(below.path(), "127.0.0.1:0"), Stream::Out);
        let begun = std::time::Instant::now();
        while !below.path().join(FOLDER).join(sign).exists() {
            assert!(begun.elapsed() < Duration::from_secs(60), "no {sign}");
            std::thread::sleep(Duration::from_millis(1));
        }
        first.kill();
        assert!(first.seen.is_empty(), "not ready yet: {:?}", first.seen);
        let demo = Demo::start(below.path());
        let accounts = demo.accounts();
        assert_eq!(accounts.len(), 33);
        let isb = accounts
            .iter()
            .find(|account| account["email"] == "isb@offenburg.example")
            .unwrap();
        demo.sign_in(isb).await;
        demo.sign_in(accounts.last().unwrap()).await;
        assert_eq!(
            keys(&demo.paste()["measures?overdue=true"]).len(),
            4,
            "killed at {sign}"
        );
        // What the first one had taken and not sent comes after its lease.
        let begun = std::time::Instant::now();
        while demo
            .mails()
            .keys()
            .filter(|name| name.ends_with(".eml"))
            .count()
            < 9
        {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "killed at {sign}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        demo.stop();
    }
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let below = tempfile::tempdir().unwrap();
    fs::write(below.path().join(FOLDER), "a file").unwrap();
    let refused = ran(&mut Demo::command(below.path(), "127.0.0.1:0"));
    assert_eq!(refused.code, Some(1));
    assert!(
        refused
            .err
            .starts_with(&format!("error: cannot use the folder `{FOLDER}`: ")),
        "{}",
        refused.err
    );
    let wrong = ran(&mut Demo::command(below.path(), "nowhere"));
    assert_eq!(wrong.code, Some(1));
    assert!(
        wrong.err.starts_with("error: cannot listen on `nowhere`: "),
        "{}",
        wrong.err
    );
}
