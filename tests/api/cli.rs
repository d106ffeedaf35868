//! The command line: exit codes 0, 1 and 2, one clear sentence per fault, never a panic, never a secret.

use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::NOW;
use crate::support::postgres::Database;
use crate::support::program::{Ran, Running, Stream, address_in, ran, write, zinne};
use crate::support::smtp::Certificates;

/// A folder of its own with a database that is up to date.
struct Place {
    folder: TempDir,
}

impl Place {
    /// Without a database.
    fn empty() -> Place {
        Place {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn new() -> Place {
        static DATABASE: OnceLock<Vec<u8>> = OnceLock::new();
        let database = DATABASE.get_or_init(|| {
            let place = Place::empty();
            place.good(&["migrate"]);
            std::fs::read(place.path("zinne.db")).unwrap()
        });
        let place = Place::empty();
        std::fs::write(place.path("zinne.db"), database).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = zinne(arguments);
        command.current_dir(self.folder.path()).envs([
            ("ZINNE_PROFILE", "test"),
            ("ZINNE_DATABASE_URL", "sqlite:zinne.db"),
            ("ZINNE_DATA_DIR", "data"),
            ("ZINNE_AUTH__ARGON2_MEMORY_KIB", "8"),
            ("ZINNE_LOG__LEVEL", "warn"),
        ]);
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        ran(&mut self.command(arguments))
    }

    /// Runs what has to succeed without a word on standard error; gives what it printed.
    #[track_caller]
    fn good(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
        ran.out
    }

    /// Runs what has to fail; gives the sentences.
    #[track_caller]
    fn bad(&self, arguments: &[&str]) -> Vec<String> {
        failed(&self.run(arguments))
    }

    #[track_caller]
    fn bad_with(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Vec<String> {
        failed(&ran(self.command(arguments).envs(settings.iter().copied())))
    }

    fn with_offenburg(self) -> Place {
        self.good(&[
            "institution",
            "add",
            "offenburg",
            "--name",
            "Stadt Offenburg",
            "--closed",
            "12-24",
        ]);
        self
    }
}

/// The sentences of a run that ended with 1. Logs (which start with a time) are left out.
#[track_caller]
fn failed(ran: &Ran) -> Vec<String> {
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(ran.out, "", "{ran:?}");
    let sentences: Vec<String> = ran
        .err
        .lines()
        .filter_map(|line| line.strip_prefix("error: "))
        .map(str::to_owned)
        .collect();
    assert!(!sentences.is_empty(), "{ran:?}");
    sentences
}

#[track_caller]
fn has(sentences: &[String], part: &str) {
    assert!(
        sentences.iter().any(|sentence| sentence.contains(part)),
        "no `{part}` in {sentences:#?}"
    );
}

fn programme(slug: &str) -> String {
    format!("{}/programmes/{slug}.json", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn wrong_usage_is_two_and_help_is_not_wrong() {
    let place = Place::empty();
    for arguments in [
        &[][..],
        &["nonsense"],
        &["serve", "--nonsense"],
        &[
            "user",
            "grant",
            "a@b.example",
            "king",
            "--institution",
            "offenburg",
        ],
        &["user", "grant", "a@b.example", "isb"],
        &[
            "institution",
            "add",
            "x",
            "--name",
            "X",
            "--kind",
            "kingdom",
        ],
        &["institution", "add", "x", "--name", "X", "--land", "XX"],
        &["remind", "--at", "2022-10-17T07:00:00+02:00"],
        &["remind", "--at", "tomorrow", "--dry-run"],
        &["remind", "--json"],
        &["programme", "import"],
    ] {
        let ran = place.run(arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}: {ran:?}");
        assert_eq!(ran.out, "");
        assert!(
            ran.err.contains("Usage:") || ran.err.starts_with("error: "),
            "{ran:?}"
        );
    }
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["serve", "--help"],
        &["user", "add", "--help"],
    ] {
        let ran = place.run(arguments);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{arguments:?}");
        assert!(!ran.out.is_empty());
    }
    assert_eq!(
        std::fs::read_dir(place.folder.path()).unwrap().count(),
        0,
        "nothing has been touched"
    );
}

#[test]
fn check_config_reports_every_fault_at_once_and_no_secret() {
    let place = Place::empty();
    assert_eq!(
        place.good(&["check-config"]),
        "settings, policies and key are right: database sqlite, mail file\n"
    );
    let sentences = place.bad_with(
        &["check-config"],
        &[
            ("ZINNE_LISTEN", "localhost"),
            ("ZINNE_PUBLIC_URL", "zinne"),
            ("ZINNE_DATABASE_URL", "mysql://root:geheim1@db/zinne"),
            ("ZINNE_SMTP_URL", "smtp://zinne:geheim2@mail.example:xx"),
            ("ZINNE_MAIL_FROM", "nobody"),
            ("ZINNE_LOG__FORMAT", "xml"),
            ("ZINNE_AUTH__LOCK_MINUTES", "never"),
            ("ZINNE_LISTEM", "127.0.0.1:1"),
            ("ZINNE_OUTBOX__LEASE_SECONDS", "10"),
        ],
    );
    for part in [
        "`listen` must be",
        "`public_url` must be",
        "`database_url`: ",
        "`smtp_url`: ",
        "`mail_from` must be",
        "`log.format` must be",
        "`ZINNE_AUTH__LOCK_MINUTES` must be of type integer",
        "`ZINNE_LISTEM` does not name a setting",
        "`outbox.lease_seconds` must be more than",
    ] {
        has(&sentences, part);
    }
    assert_eq!(sentences.len(), 9, "{sentences:#?}");
    assert!(!sentences.concat().contains("geheim"), "{sentences:#?}");
}

#[test]
fn a_settings_file_is_read_and_its_faults_are_told() {
    let place = Place::empty();
    let good = write(
        place.folder.path(),
        "good.toml",
        "listen = \"127.0.0.1:9\"\n[log]\nformat = \"json\"\n",
    );
    place.good(&["check-config", "--config", &good]);
    let ran = ran(place.command(&["check-config"]).env("ZINNE_CONFIG", &good));
    assert_eq!(ran.code, Some(0));
    let bad = write(
        place.folder.path(),
        "bad.toml",
        "listem = 1\nlisten = 2\n[http]\nworkers = \"many\"\n",
    );
    let sentences = place.bad(&["check-config", "--config", &bad]);
    for part in [
        "`listem` is not a setting",
        "`listen` must be of type string",
        "`http.workers` must be of type integer",
    ] {
        has(&sentences, part);
    }
    let broken = write(place.folder.path(), "broken.toml", "listen = \n");
    has(
        &place.bad(&["check-config", "--config", &broken]),
        "settings file: ",
    );
    has(
        &place.bad(&["check-config", "--config", "absent.toml"]),
        "settings file `absent.toml`: ",
    );
}

#[test]
fn the_clock_is_not_held_in_production() {
    let place = Place::empty();
    let sentences = place.bad_with(
        &["serve"],
        &[
            ("ZINNE_PROFILE", "production"),
            ("ZINNE_AUTH__ARGON2_MEMORY_KIB", "19456"),
            ("ZINNE_FIXED_NOW", "2022-10-17T05:00:00Z"),
        ],
    );
    assert_eq!(
        sentences,
        ["`fixed_now` is allowed only where `profile` is `demo` or `test`"]
    );
    let sentences = place.bad_with(&["serve"], &[("ZINNE_FIXED_NOW", "Montag")]);
    has(&sentences, "`fixed_now` must be an instant");
}

#[test]
fn a_bad_key_file_and_a_bad_data_folder_are_named() {
    let place = Place::empty();
    let production = [
        ("ZINNE_PROFILE", "production"),
        ("ZINNE_AUTH__ARGON2_MEMORY_KIB", "19456"),
    ];
    write(place.folder.path(), "short.key", "abc");
    let short = [
        &production[..],
        &[("ZINNE_AUTH__TOKEN_KEY_FILE", "short.key")],
    ]
    .concat();
    has(
        &place.bad_with(&["check-config"], &short),
        "token key file `short.key`: ",
    );
    let folder = [&production[..], &[("ZINNE_AUTH__TOKEN_KEY_FILE", ".")]].concat();
    has(
        &place.bad_with(&["check-config"], &folder),
        "token key file `.`: ",
    );
    write(place.folder.path(), "file", "");
    let file = [&production[..], &[("ZINNE_DATA_DIR", "file/data")]].concat();
    has(&place.bad_with(&["check-config"], &file), "`file/data");
    let key = [&production[..], &[("ZINNE_DATA_DIR", "fresh")]].concat();
    assert_eq!(
        ran(place.command(&["check-config"]).envs(key)).code,
        Some(0)
    );
    let mode = std::fs::metadata(place.path("fresh/token.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_broken_policy_folder_stops_the_start() {
    let place = Place::empty();
    let sentences = place.bad_with(&["check-config"], &[("ZINNE_POLICY_DIR", "absent")]);
    for name in [
        "access.cedar",
        "access.cedarschema",
        "reminders.toml",
        "budget.toml",
    ] {
        has(&sentences, &format!("policy file `absent/{name}`: "));
    }
    let copy = |to: &str, name: &str, text: Option<&str>| {
        let from = format!("{}/policies/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = text.map_or_else(|| std::fs::read_to_string(from).unwrap(), str::to_owned);
        std::fs::create_dir_all(place.path(to)).unwrap();
        write(&place.path(to), name, &text);
    };
    for (folder, broken, text, sentence) in [
        ("fine", "", "", ""),
        ("syntax", "access.cedar", "permit (principal", "policy"),
        (
            "unknown",
            "access.cedar",
            "permit (principal, action == Action::\"measure.eat\", resource);",
            "policy",
        ),
        ("schema", "access.cedarschema", "entity", "schema"),
        (
            "hour",
            "reminders.toml",
            "version = \"1\"\nrun_at = \"7 Uhr\"\ndue_soon_days = 30",
            "reminder policy: ",
        ),
        (
            "threshold",
            "budget.toml",
            "version = \"1\"",
            "budget policy: ",
        ),
    ] {
        for name in [
            "access.cedar",
            "access.cedarschema",
            "reminders.toml",
            "budget.toml",
        ] {
            copy(folder, name, (name == broken).then_some(text));
        }
        if broken.is_empty() {
            let ran = ran(place
                .command(&["check-config"])
                .env("ZINNE_POLICY_DIR", folder));
            assert_eq!(ran.code, Some(0), "{ran:?}");
        } else {
            let sentences = place.bad_with(&["serve"], &[("ZINNE_POLICY_DIR", folder)]);
            assert!(
                sentences
                    .iter()
                    .any(|s| s.to_lowercase().contains(sentence)),
                "{folder}: {sentences:#?}"
            );
        }
    }
}

#[test]
fn migrating_twice_changes_nothing_the_second_time() {
    let place = Place::empty();
    let first = place.good(&["migrate"]);
    assert!(
        first.contains("migrated ") && first.contains("stored the catalogue gs-2023"),
        "{first}"
    );
    assert_eq!(place.good(&["migrate"]), "the database is up to date\n");
    let nowhere = place.bad_with(
        &["migrate"],
        &[
            ("ZINNE_DATABASE_URL", "sqlite:absent/zinne.db"),
            ("ZINNE_DATABASE__WAIT_MS", "200"),
        ],
    );
    assert_eq!(nowhere.len(), 1);
    write(
        place.folder.path(),
        "text.db",
        &"this is no database ".repeat(500),
    );
    let text = [
        ("ZINNE_DATABASE_URL", "sqlite:text.db"),
        ("ZINNE_DATABASE__WAIT_MS", "200"),
    ];
    assert_eq!(place.bad_with(&["migrate"], &text).len(), 1);
    assert_eq!(place.bad_with(&["serve"], &text).len(), 1);
}

#[test]
fn accounts_are_added_changed_and_listed() {
    let place = Place::new().with_offenburg();
    let added = place.good(&[
        "user",
        "add",
        "isb@offenburg.example",
        "--name",
        "Ines Brandt",
    ]);
    let password = added
        .lines()
        .find_map(|line| line.strip_prefix("password: "))
        .unwrap();
    assert!(password.len() >= 20, "made up and printed once");
    place.good(&[
        "user",
        "grant",
        "isb@offenburg.example",
        "isb",
        "--institution",
        "offenburg",
    ]);
    place.good(&[
        "user",
        "grant",
        "isb@offenburg.example",
        "head",
        "--institution",
        "offenburg",
        "--org-unit",
        "FB 9",
    ]);
    let list = place.good(&["user", "list"]);
    assert_eq!(
        list,
        "isb@offenburg.example\tInes Brandt\tactive\thead@offenburg (FB 9), isb@offenburg\n"
    );
    place.good(&[
        "user",
        "revoke",
        "isb@offenburg.example",
        "head",
        "--institution",
        "offenburg",
    ]);
    place.good(&["user", "disable", "isb@offenburg.example"]);
    let list = place.good(&["user", "list"]);
    assert_eq!(
        list,
        "isb@offenburg.example\tInes Brandt\tdisabled\tisb@offenburg\n"
    );
    place.good(&["user", "enable", "isb@offenburg.example"]);

    let with_password = |arguments: &[&str], password: &str| {
        let mut command = place.command(arguments);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(password.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    };
    let set = with_password(
        &[
            "user",
            "password",
            "isb@offenburg.example",
            "--password-stdin",
        ],
        "ein langes Kennwort\n",
    );
    assert_eq!(
        (set.code, set.out.as_str()),
        (Some(0), "set the password of isb@offenburg.example\n")
    );
    let short = failed(&with_password(
        &[
            "user",
            "password",
            "isb@offenburg.example",
            "--password-stdin",
        ],
        "kurz\n",
    ));
    has(&short, "/password: ");
    assert!(!short.concat().contains("kurz"));
    let add = [
        "user",
        "add",
        "neu@offenburg.example",
        "--name",
        "Neu",
        "--password-stdin",
    ];
    assert_eq!(
        with_password(&add, "ein langes Kennwort").out,
        "added neu@offenburg.example\n"
    );

    has(
        &place.bad(&["user", "add", "isb@offenburg.example", "--name", "Zweite"]),
        "already there",
    );
    let wrong = place.bad(&["user", "add", "kein Mensch", "--name", "", "--locale", "fr"]);
    for pointer in ["/email: ", "/display_name: ", "/locale: "] {
        has(&wrong, pointer);
    }
    for arguments in [
        &["user", "disable", "nobody@offenburg.example"][..],
        &["user", "password", "nobody@offenburg.example"],
        &[
            "user",
            "grant",
            "nobody@offenburg.example",
            "isb",
            "--institution",
            "offenburg",
        ],
        &[
            "user",
            "grant",
            "isb@offenburg.example",
            "isb",
            "--institution",
            "nowhere",
        ],
        &[
            "user",
            "revoke",
            "isb@offenburg.example",
            "council",
            "--institution",
            "offenburg",
        ],
    ] {
        assert_eq!(place.bad(arguments).len(), 1, "{arguments:?}");
    }
}

#[test]
fn roles_that_must_not_meet_in_one_person_are_refused() {
    let place = Place::new().with_offenburg();
    place.good(&[
        "institution",
        "add",
        "konstanz",
        "--name",
        "Landkreis Konstanz",
        "--kind",
        "district",
    ]);
    place.good(&["user", "add", "a@offenburg.example", "--name", "A"]);
    place.good(&["user", "add", "b@offenburg.example", "--name", "B"]);
    place.good(&[
        "user",
        "grant",
        "a@offenburg.example",
        "admin",
        "--institution",
        "offenburg",
    ]);
    place.good(&[
        "user",
        "grant",
        "b@offenburg.example",
        "auditor",
        "--institution",
        "offenburg",
    ]);
    for (email, role) in [
        ("a@offenburg.example", "isb"),
        ("b@offenburg.example", "owner"),
        ("b@offenburg.example", "admin"),
    ] {
        let refused = place.bad(&["user", "grant", email, role, "--institution", "offenburg"]);
        has(&refused, "/role: ");
        has(&refused, &format!("{role} and "));
    }
    // Elsewhere it is another matter.
    place.good(&[
        "user",
        "grant",
        "a@offenburg.example",
        "isb",
        "--institution",
        "konstanz",
    ]);
    let list = place.good(&["user", "list"]);
    assert!(
        list.contains("admin@offenburg, isb@konstanz")
            || list.contains("isb@konstanz, admin@offenburg"),
        "{list}"
    );
}

#[test]
fn an_institution_with_a_bad_slug_or_day_is_refused() {
    let place = Place::new();
    let wrong = place.bad(&[
        "institution",
        "add",
        "Bad Slug!",
        "--name",
        "",
        "--closed",
        "24.12.",
        "--closed",
        "12-31",
    ]);
    for pointer in ["/slug: ", "/name: ", "/closure_days/0: "] {
        has(&wrong, pointer);
    }
    assert!(!wrong.concat().contains("/closure_days/1"));
    place.good(&[
        "institution",
        "add",
        "offenburg",
        "--name",
        "Stadt Offenburg",
    ]);
    has(
        &place.bad(&[
            "institution",
            "add",
            "offenburg",
            "--name",
            "Stadt Offenburg",
        ]),
        "already there",
    );
}

#[test]
fn each_institution_keeps_the_holidays_of_its_land() {
    let place = Place::new().with_offenburg();
    let add = ["institution", "add", "bremen", "--name", "Bremen", "--land"];
    place.good(&[&add[..], &["HB"]].concat());
    for (day, offenburg, bremen) in [
        (
            "2022-10-31",
            "nothing is to be said",
            "nothing goes out (Reformationstag)",
        ),
        (
            "2022-11-01",
            "nothing goes out (Allerheiligen)",
            "nothing is to be said",
        ),
        (
            "2022-11-02",
            "nothing is to be said",
            "nothing is to be said",
        ),
    ] {
        let at = format!("{day}T07:00:00+01:00");
        let text = place.good(&["remind", "--at", &at, "--dry-run"]);
        assert!(
            text.contains(&format!("offenburg: {offenburg}")),
            "{day}: {text}"
        );
        assert!(text.contains(&format!("bremen: {bremen}")), "{day}: {text}");
    }
}

#[test]
fn a_programme_file_is_imported_as_a_whole_or_not_at_all() {
    let place = Place::new().with_offenburg();
    let people = ["isb", "it-leitung", "netz", "arbeitsplatz", "digital"];
    let stored =
        |place: &Place| place.good(&["remind", "--at", "2022-10-17T07:00:00+02:00", "--dry-run"]);

    let file = programme("offenburg");
    let unknown = place.bad(&["programme", "import", &file]);
    has(&unknown, "/owner: ");
    has(&unknown, "/programmes/0/measures/");
    for local in people {
        let email = format!("{local}@offenburg.example");
        place.good(&["user", "add", &email, "--name", local]);
        place.good(&[
            "user",
            "grant",
            &email,
            "owner",
            "--institution",
            "offenburg",
        ]);
    }
    let text = std::fs::read_to_string(&file).unwrap();
    for (name, broken, pointer) in [
        ("cut.json", text[..text.len() / 2].to_owned(), "line "),
        (
            "field.json",
            text.replacen("\"title\"", "\"titel\"", 1),
            "titel",
        ),
        (
            "module.json",
            text.replacen("SYS.3.2.2.A1\"", "SYS.3.2.2.A99\"", 1),
            "/programmes/0/measures/",
        ),
        (
            "status.json",
            text.replacen("\"in_progress\"", "\"fast_fertig\"", 1),
            "/programmes/0/measures/",
        ),
        (
            "town.json",
            text.replacen("\"offenburg\"", "\"nirgendwo\"", 1),
            "",
        ),
    ] {
        assert_ne!(broken, text, "{name} is not broken");
        let path = write(place.folder.path(), name, &broken);
        has(&place.bad(&["programme", "import", &path]), pointer);
        assert_eq!(
            stored(&place),
            "offenburg: nothing is to be said\n",
            "{name} stored something"
        );
    }
    has(
        &place.bad(&["programme", "import", "absent.json"]),
        "`absent.json`: ",
    );

    let table = place.good(&["programme", "table", &file]);
    let town = table.replacen(";offenburg;", ";nirgendwo;", 1);
    let path = write(place.folder.path(), "town.csv", &town);
    has(&place.bad(&["programme", "import", &path]), "");
    let module = table.replacen("SYS.3.2.2.A1,", "SYS.3.2.2.A99,", 1);
    assert_ne!(table, module);
    let path = write(place.folder.path(), "module.csv", &module);
    has(&place.bad(&["programme", "import", &path]), "/Erfüllt: ");
    let cell = table.replacen(";Ansatz;", ";Geschenk;", 1);
    assert_ne!(table, cell);
    let path = write(place.folder.path(), "cell.csv", &cell);
    has(&place.bad(&["programme", "import", &path]), "/Art): ");
    assert_eq!(stored(&place), "offenburg: nothing is to be said\n");

    let path = write(place.folder.path(), "offenburg.csv", &table);
    let imported = place.good(&["programme", "import", &path]);
    assert!(
        imported.starts_with("imported OG-2021-DIG, OG-2021-FB9: "),
        "{imported}"
    );
    assert!(stored(&place).contains("Einführung MDM (konsumtiv)"));
    has(&place.bad(&["programme", "import", &file]), "already there");
}

#[test]
fn reminders_can_be_looked_at_and_sent() {
    let place = Place::new().with_offenburg();
    for (local, role) in [
        ("isb", "isb"),
        ("it-leitung", "owner"),
        ("netz", "owner"),
        ("arbeitsplatz", "owner"),
        ("digital", "owner"),
    ] {
        let email = format!("{local}@offenburg.example");
        place.good(&["user", "add", &email, "--name", local]);
        place.good(&["user", "grant", &email, role, "--institution", "offenburg"]);
    }
    place.good(&["programme", "import", &programme("offenburg")]);
    let dry = |at: &str, more: &[&str]| {
        place.good(&[&["remind", "--at", at, "--dry-run"], more].concat())
    };
    let text = dry("2022-10-17T07:00:00+02:00", &[]);
    for part in [
        "offenburg: weekly to isb <isb@offenburg.example>",
        "offenburg: single to isb <isb@offenburg.example>",
        "  O4 as isb, without O2, O3  implementation  M-",
        "overdue 109 days since 2022-06-30  Einführung MDM (konsumtiv)",
    ] {
        assert!(text.contains(part), "no {part}: {text}");
    }
    assert!(
        dry("2022-11-01T07:00:00+01:00", &[])
            .starts_with("offenburg: nothing goes out (Allerheiligen); next run ")
    );
    assert!(dry("2022-10-17T06:59:00+02:00", &[]).starts_with("offenburg: not yet; next run "));
    let json: Value = serde_json::from_str(&dry(
        "2022-10-17T07:00:00+02:00",
        &["--json", "--institution", "offenburg"],
    ))
    .unwrap();
    let mails = json[0]["mails"].as_array().unwrap();
    assert_eq!(json[0]["institution"], "offenburg");
    let first = mails
        .iter()
        .find(|mail| mail["to"] == "isb@offenburg.example" && mail["kind"] == "single")
        .unwrap();
    assert_eq!(first["items"][0]["days_overdue"], 109);
    assert_eq!(first["items"][0]["title"], "Einführung MDM (konsumtiv)");
    assert_eq!(first["items"][0]["suppressed"], json!(["O2", "O3"]));
    assert_eq!(
        place
            .bad(&["remind", "--dry-run", "--institution", "nowhere"])
            .len(),
        1
    );

    assert!(
        !place.path("data/mail").exists(),
        "a dry run writes nothing"
    );
    let send = || {
        let ran = ran(place
            .command(&["remind"])
            .env("ZINNE_FIXED_NOW", "2022-10-17T05:00:00Z"));
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
        ran.out
    };
    let sent = send();
    let files = std::fs::read_dir(place.path("data/mail")).unwrap().count();
    assert_eq!(sent, format!("{files} planned, {files} sent\n"));
    assert!(files > 4, "{files}");
    assert_eq!(send(), "0 planned, 0 sent\n");
    assert!(
        dry("2022-10-17T07:00:00+02:00", &[]).starts_with("offenburg: everything has been said")
    );
}

#[test]
fn facts_come_from_xml_and_broken_xml_has_a_place() {
    let place = Place::empty();
    for (name, text) in [
        ("broken.xml", "<book>\n  <chapter>\n</book>\n"),
        ("empty.xml", ""),
        ("other.xml", "<html><body/></html>"),
        (
            "entity.xml",
            "<!DOCTYPE b [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n<book>&x;</book>",
        ),
    ] {
        let path = write(place.folder.path(), name, text);
        let sentences = place.bad(&["catalogue", "facts", &path, "absent.xlsx"]);
        assert_eq!(sentences.len(), 1, "{sentences:?}");
        assert!(
            sentences[0].starts_with(&format!("`{path}`: ")),
            "{sentences:?}"
        );
        assert!(!sentences[0].contains("root:"));
        if name == "broken.xml" {
            let numbers = sentences[0]
                .trim_start_matches(&format!("`{path}`: "))
                .to_owned();
            assert!(numbers.contains("3:"), "line and column: {numbers}");
        }
    }
    has(
        &place.bad(&["catalogue", "facts", "absent.xml", "absent.xlsx"]),
        "`absent.xml`: ",
    );
    std::fs::write(place.path("latin.xml"), b"<book>\xfc</book>").unwrap();
    has(
        &place.bad(&["catalogue", "facts", "latin.xml", "absent.xlsx"]),
        "`latin.xml`: ",
    );
    let good = write(
        place.folder.path(),
        "good.xml",
        include_str!("../samples/kompendium.xml"),
    );
    let no_workbook = place.bad(&["catalogue", "facts", &good, &good]);
    has(&no_workbook, &format!("`{good}`: "));
    let table = place.path("table.xlsx");
    std::fs::write(&table, crate::support::workbook(CROSS_TABLE)).unwrap();
    let table = table.to_str().unwrap();
    let made = ran(zinne(&["catalogue", "facts", &good, table]).current_dir(place.folder.path()));
    assert_eq!(made.code, Some(0), "{made:?}");
    let lines: Vec<Value> = made
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        lines[1],
        json!({ "kind": "threat", "id": "G 0.1", "title": "Feuer" })
    );
    let countered = lines.iter().find(|line| line["id"] == "XYZ.1.A10").unwrap();
    assert_eq!(countered["threats"], json!(["G 0.1", "G 0.2"]));
}

/// A cross table of the Kompendium among the samples.
const CROSS_TABLE: &[&[&str]] = &[
    &["XYZ.1", "Name", "CIA", "G 0.1", "G 0.2"],
    &["XYZ.1.A10", "Fackeln", "", "X", "X"],
];

#[test]
fn an_empty_database_is_made_by_what_needs_one_and_profiles_wait_for_their_files() {
    let place = Place::empty();
    has(
        &place.bad(&["remind", "--at", "2022-10-17T07:00:00+02:00", "--dry-run"]),
        "run `zinne migrate`",
    );
    let profile = json!({ "profile": {
        "uuid": "3d7a0f4e-6f7b-4a0e-9d51-0a6d8a1f0c25",
        "metadata": { "title": "Torordnung", "last-modified": "2026-05-02T08:00:00+02:00", "version": "1", "oscal-version": "1.1.3" },
        "imports": [{ "href": "burg.json", "include-controls": [{ "with-ids": ["TOR.1"] }] }],
    }});
    let profile = write(place.folder.path(), "profile.json", &profile.to_string());
    let catalog = write(
        place.folder.path(),
        "burg.json",
        include_str!("../samples/catalog.json"),
    );
    let out = place.good(&["catalogue", "import", &profile, &catalog, "--json"]);
    let reports: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(reports[0]["catalogue"], "burgordnung-2026-05-01");
    assert_eq!(reports[1]["kind"], "oscal_profile");
    assert_eq!(reports[1]["counts"]["controls"], 1);
    assert!(
        reports[1]["warnings"][0]
            .as_str()
            .unwrap()
            .contains("by its file name alone")
    );
}

#[test]
fn openapi_needs_no_settings() {
    let place = Place::empty();
    let ran = ran(zinne(&["openapi"])
        .current_dir(place.folder.path())
        .env("ZINNE_NONSENSE", "1"));
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
}

#[test]
fn a_service_without_its_database_says_so_and_ends() {
    let place = Place::empty();
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    for address in [nobody, silent.local_addr().unwrap()] {
        let url = format!("postgres://zinne:streng-geheim@{address}/zinne");
        let begun = Instant::now();
        let ran = ran(place.command(&["serve"]).envs([
            ("ZINNE_DATABASE_URL", url.as_str()),
            ("ZINNE_DATABASE__WAIT_MS", "500"),
            ("ZINNE_LISTEN", "127.0.0.1:0"),
            ("ZINNE_LOG__LEVEL", "trace"),
        ]));
        assert_eq!(failed(&ran).len(), 1);
        assert!(!ran.err.contains("streng-geheim"), "{}", ran.err);
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "{:?}",
            begun.elapsed()
        );
    }
}

#[test]
fn a_service_does_not_start_on_another_schema() {
    let place = Place::empty();
    let sentences = place.bad_with(
        &["serve"],
        &[
            ("ZINNE_DATABASE__MIGRATE_AT_START", "false"),
            ("ZINNE_LISTEN", "127.0.0.1:0"),
        ],
    );
    assert_eq!(
        sentences,
        ["the database's schema is not this program's; run `zinne migrate`"]
    );
}

#[test]
fn a_taken_port_is_named_before_anything_is_done() {
    let place = Place::empty();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let sentences = place.bad_with(&["serve"], &[("ZINNE_LISTEN", &address)]);
    assert_eq!(sentences.len(), 1);
    has(&sentences, &format!("cannot listen on `{address}`: "));
    assert!(!place.path("zinne.db").exists());
}

#[test]
fn a_service_starts_answers_and_stops_at_once_when_told() {
    let place = Place::new();
    let (mut program, address) = serving(&place, &[]);
    let runtime = actix_web::rt::System::new();
    let status = runtime.block_on(async {
        awc::Client::default()
            .get(format!("http://{address}/readyz"))
            .send()
            .await
            .unwrap()
            .status()
    });
    assert_eq!(status.as_u16(), 200);
    let begun = Instant::now();
    program.terminate();
    assert!(program.ended_within(Duration::from_secs(10)).success());
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "{:?}",
        begun.elapsed()
    );
}

/// `serve` with these settings on top; gives the running program, its address, and where it is.
fn serving(place: &Place, settings: &[(&str, &str)]) -> (Running, String) {
    let mut command = place.command(&["serve"]);
    command
        .envs([
            ("ZINNE_LISTEN", "127.0.0.1:0"),
            ("ZINNE_LOG__LEVEL", "info"),
            ("ZINNE_LOG__FORMAT", "json"),
        ])
        .envs(settings.iter().copied());
    let mut program = Running::start(command, Stream::Err);
    let line = program.wait_for("listening");
    let log: Value = serde_json::from_str(&line).unwrap();
    let address = address_in(log["address"].as_str().unwrap());
    (program, address)
}

#[test]
fn every_request_has_an_id_in_answer_and_log_and_nothing_private() {
    let place = Place::new();
    let (mut program, address) = serving(&place, &[]);
    let id = actix_web::rt::System::new().block_on(async {
        let url = format!("http://{address}/api/v1/me?owner=geheim@offenburg.example");
        let request = awc::Client::default()
            .get(url)
            .insert_header(("authorization", "Bearer streng.geheimes.token"))
            .insert_header(("x-forwarded-for", "203.0.113.66"));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 401);
        answer
            .headers()
            .get("x-request-id")
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    });
    let line = program.wait_for("\"message\":\"request\"");
    let log: Value = serde_json::from_str(&line).unwrap();
    let span = &log["span"];
    assert_eq!(
        (&span["request_id"], &log["status"]),
        (&Value::from(id), &Value::from(401))
    );
    assert_eq!(
        (&span["method"], &span["path"]),
        (&Value::from("GET"), &Value::from("/api/v1/me"))
    );
    assert_eq!(
        span["client"], "127.0.0.1",
        "nobody trusts the header of a stranger"
    );
    assert!(!line.contains("geheim"), "{line}");
}

#[test]
fn a_request_under_way_is_finished_when_the_service_stops() {
    let place = Place::new().with_offenburg();
    // Slow enough to be under way: twenty passes over 64 MiB.
    let slow = [
        ("ZINNE_AUTH__ARGON2_MEMORY_KIB", "65536"),
        ("ZINNE_AUTH__ARGON2_PASSES", "20"),
    ];
    let (mut program, address) = serving(&place, &slow);
    let idle = program.processor_ticks();
    let status = actix_web::rt::System::new().block_on(async {
        let body = r#"{"email":"niemand@offenburg.example","password":"Probe-Kennwort-2022"}"#;
        let login = awc::Client::builder()
            .timeout(Duration::from_secs(60))
            .finish()
            .post(format!("http://{address}/api/v1/auth/login"))
            .insert_header(("content-type", "application/json"))
            .send_body(body);
        let stop = async {
            // Its hash is under way once it has taken more time than the rest of a request and the first round of the jobs
            // together; before that, it may not even be accepted.
            while program.processor_ticks() < idle + 60 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            program.terminate();
        };
        let (answer, ()) = tokio::join!(login, stop);
        answer.unwrap().status()
    });
    assert_eq!(status.as_u16(), 401, "answered, not cut off");
    program.wait_for("\"stopped\"");
    assert!(program.ended_within(Duration::from_secs(30)).success());
    let seen = program.seen.join("\n");
    let (stopping, answered) = (seen.find("\"stopping\""), seen.find("\"status\":401"));
    assert!(
        stopping.unwrap() < answered.unwrap(),
        "it was still under way: {seen}"
    );
}

#[test]
fn a_service_starts_without_its_mail_server_and_keeps_the_mails() {
    let place = Place::new();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let smtp = format!("smtp://127.0.0.1:{port}");
    let address = ["isb", "offenburg.example"].join("@");
    place.good(&[
        "institution",
        "add",
        "offenburg",
        "--name",
        "Stadt Offenburg",
    ]);
    place.good(&["user", "add", &address, "--name", "Ines Brandt"]);
    place.good(&[
        "user",
        "grant",
        &address,
        "isb",
        "--institution",
        "offenburg",
    ]);
    let file = overdue_programme(&place, &address);
    place.good(&["programme", "import", &file]);
    let held = [
        ("ZINNE_FIXED_NOW", NOW),
        ("ZINNE_SMTP_URL", smtp.as_str()),
        ("ZINNE_MAIL_FROM", "zinne@test.example"),
    ];
    let (mut program, at) = serving(&place, &held);
    program.wait_for("mail not sent");
    let status = actix_web::rt::System::new().block_on(async {
        let answer = awc::Client::default()
            .get(format!("http://{at}/readyz"))
            .send()
            .await;
        answer.unwrap().status()
    });
    assert_eq!(
        status.as_u16(),
        200,
        "the mail server is no part of being ready"
    );
    program.terminate();
    assert!(program.ended_within(Duration::from_secs(30)).success());
    let ran = ran(place.command(&["remind"]).envs(held));
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (Some(0), "0 planned, 0 sent\n"),
        "it waits for its next attempt: {ran:?}"
    );
}

/// A programme file with one overdue measure of `owner`.
fn overdue_programme(place: &Place, owner: &str) -> String {
    let source = serde_json::json!({ "file": "vorlage.txt", "line": 1, "text": "Probe" });
    let measure = serde_json::json!({
        "key": "P-1", "title": "Probe", "origin": "audit", "relevance": "direct", "org_unit": "IT", "owner": owner,
        "status": "approved", "priority": 1, "fulfils": ["OPS.1.1.4.A1"], "applies": [], "lines": [],
        "confidentiality": "internal", "source": source,
        "due": { "day": "2022-09-30", "precision": "day", "text": "30.09.2022", "assumed": false },
    });
    let file = serde_json::json!({
        "format": "zinne-programme/1", "institution": "offenburg",
        "programmes": [{
            "key": "PROBE", "title": "Probe", "period": "2022", "amount_basis": "gross", "confidentiality": "internal",
            "years": [2022], "double_budgets": [], "groups": [], "ceilings": [], "lines": [], "posts": [],
            "printed_totals": [], "measures": [measure],
        }],
    });
    write(place.folder.path(), "probe.json", &file.to_string())
}

#[test]
fn everything_works_on_postgres_and_over_tls() {
    let Some(database) = Database::create(None) else {
        return;
    };
    let place = Place::empty();
    let certificates = encrypted(&database);
    let verified = |certificates: &Certificates| {
        let url = database
            .url
            .replace("sslmode=disable", "sslmode=verify-full");
        let ca = certificates.path("ca.pem");
        format!(
            "{}&sslrootcert={}",
            url.replace("127.0.0.1", "localhost"),
            ca.display()
        )
    };
    let url = certificates
        .as_ref()
        .map_or_else(|| database.url.clone(), verified);
    let good = |arguments: &[&str]| {
        let ran = ran(place.command(arguments).env("ZINNE_DATABASE_URL", &url));
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
        ran.out
    };
    assert!(good(&["migrate"]).ends_with("the database is up to date\n"));
    assert_eq!(good(&["migrate"]), "the database is up to date\n");
    good(&[
        "institution",
        "add",
        "offenburg",
        "--name",
        "Stadt Offenburg",
    ]);
    good(&[
        "user",
        "add",
        "isb@offenburg.example",
        "--name",
        "Ines Brandt",
    ]);
    good(&[
        "user",
        "grant",
        "isb@offenburg.example",
        "isb",
        "--institution",
        "offenburg",
    ]);
    assert!(good(&["user", "list"]).contains("isb@offenburg"));
    let file = overdue_programme(&place, "isb@offenburg.example");
    assert_eq!(
        good(&["programme", "import", &file]),
        "imported PROBE: 0 budget lines, 1 measures\n"
    );
    let settings = [
        ("ZINNE_DATABASE_URL", url.as_str()),
        ("ZINNE_FIXED_NOW", NOW),
    ];
    let remind = |arguments: &[&str]| ran(place.command(arguments).envs(settings)).out;
    assert!(remind(&["remind", "--dry-run"]).contains("overdue 17 days"));
    assert_eq!(remind(&["remind"]), "2 planned, 2 sent\n");
    assert_eq!(remind(&["remind"]), "0 planned, 0 sent\n");
    assert_eq!(
        std::fs::read_dir(place.path("data/mail")).unwrap().count(),
        2
    );
    let (mut program, _) = serving(&place, &settings);
    program.terminate();
    assert!(program.ended_within(Duration::from_secs(30)).success());
    if certificates.is_some() {
        let stranger = verified(&Certificates::issue());
        let ran = ran(place
            .command(&["migrate"])
            .env("ZINNE_DATABASE_URL", stranger));
        assert_eq!(
            failed(&ran).len(),
            1,
            "a server of another authority is not spoken to"
        );
    }
}

/// Lets the server speak TLS, with a certificate for `localhost`; one that is not ours stays as it is.
fn encrypted(database: &Database) -> Option<Certificates> {
    if std::env::var_os("TEST_DATABASE_URL").is_some() {
        return None;
    }
    let certificates = Certificates::issue();
    let mut admin = PgConnection::establish(&database.url).unwrap();
    let mut run = |sql: &str| admin.batch_execute(sql).unwrap();
    for name in ["cert", "key"] {
        let pem = std::fs::read_to_string(certificates.path(&format!("{name}.pem"))).unwrap();
        // Written by the server itself: the key has to be its own.
        run(&format!(
            "COPY (SELECT unnest(string_to_array($${pem}$$, chr(10)))) TO PROGRAM 'umask 077; cat >test-{name}.pem'"
        ));
        run(&format!(
            "ALTER SYSTEM SET ssl_{name}_file = 'test-{name}.pem'"
        ));
    }
    run("ALTER SYSTEM SET ssl = on");
    run("SELECT pg_reload_conf()");
    Some(certificates)
}

#[test]
fn a_closed_pipe_is_no_fault() {
    let script = format!(
        "'{}' openapi | head -c 10 >/dev/null; exit ${{PIPESTATUS[0]}}",
        env!("CARGO_BIN_EXE_zinne")
    );
    let ran = ran(Command::new("bash")
        .args(["-c", &script])
        .current_dir(Path::new("/")));
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
}
