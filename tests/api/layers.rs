//! The direction of imports: outside → actions → store, auth, mail, webhook, sheet, catalogue → domain. Never sideways, never back.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each module may name; its own parts always. A module that is missing here fails the test.
const MAY_NAME: &[(&str, &[&str])] = &[
    // -- base: known to all, knows nothing above it
    ("domain", &[]),
    ("clock", &[]),
    // The words of errors and faults are the domain's.
    ("error", &["domain"]),
    ("json", &["error"]),
    ("private", &[]),
    ("texts", &["domain", "error"]),
    // -- one engine room each, none knows another
    ("store", &["domain", "error", "private"]),
    ("auth", &["private"]),
    ("mail", &["private", "texts"]),
    ("webhook", &[]),
    ("catalogue", &["domain"]),
    // Reads tables through the catalogue's bounded reader of workbooks.
    ("sheet", &["catalogue", "domain"]),
    ("ics", &[]),
    // Translates settings into what store, mail and webhook ask for; never opens any.
    ("config", &["store", "mail", "webhook"]),
    // -- wiring
    (
        "app",
        &[
            "auth", "clock", "config", "domain", "error", "mail", "private", "store", "webhook",
        ],
    ),
    // -- use cases
    (
        "actions",
        &[
            "app",
            "auth",
            "catalogue",
            "domain",
            "error",
            "ics",
            "mail",
            "sheet",
            "store",
            "texts",
            "webhook",
        ],
    ),
    // -- outside. `auth`, `sheet` and `store` are named for their types (token errors, kinds of files, rows that become views); a transaction
    // is opened by actions only, see below.
    (
        "http",
        &[
            "actions", "app", "auth", "domain", "error", "json", "sheet", "store", "texts",
        ],
    ),
    ("jobs", &["actions", "app"]),
    // `serve` and `openapi` start the server; `remind` prints what the API would answer.
    (
        "cli",
        &[
            "actions",
            "app",
            "auth",
            "catalogue",
            "config",
            "domain",
            "error",
            "http",
            "jobs",
            "json",
            "private",
            "texts",
        ],
    ),
    // Calls the library by its name.
    ("main", &[]),
    ("lib", &[]),
];

/// Words that only the named modules may use.
const RESERVED: &[(&[&str], &[&str])] = &[
    (&["diesel::", "diesel_migrations::"], &["store"]),
    (&["lettre::"], &["mail"]),
    (&["hyper::", "tokio_rustls::", "TcpStream"], &["webhook"]),
    (&["jsonwebtoken::", "argon2::"], &["auth"]),
    (&["cedar_policy::"], &["domain"]),
    (&["actix_web::"], &["http", "cli"]),
    (&["roxmltree::"], &["catalogue"]),
    (&["icalendar::"], &["ics"]),
    (
        &[
            "csv::WriterBuilder",
            "csv::ReaderBuilder",
            "rust_xlsxwriter::",
        ],
        &["sheet"],
    ),
    // The clock enters in one place.
    (
        &["Utc::now(", "Local::now(", "SystemTime::now("],
        &["clock"],
    ),
    // Transactions belong to use cases.
    (
        &["store.read(", "store.write(", ".read(|db|", ".write(|db|"],
        &["actions"],
    ),
];

/// What a pure domain does not know.
const NOT_IN_DOMAIN: &[&str] = &[
    "diesel",
    "actix",
    "tokio",
    "lettre",
    "std::fs",
    "std::env",
    "std::net",
    "std::thread",
    "std::process",
    "std::io",
    "SystemTime",
    "Instant::now",
    "rand::",
    "tracing::",
];

#[test]
fn imports_run_one_way() {
    let mut complaints = Vec::new();
    for source in sources() {
        let Some((_, may)) = MAY_NAME.iter().find(|(module, _)| *module == source.top()) else {
            complaints.push(format!("{}: no row in MAY_NAME", source.shown()));
            continue;
        };
        for (line, named) in source.names() {
            if named != source.top() && !may.contains(&named.as_str()) {
                complaints.push(format!(
                    "{}:{line}: {} may not name {named}",
                    source.shown(),
                    source.top()
                ));
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn every_permission_to_import_is_used() {
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources() {
        used.entry(source.top().to_owned())
            .or_default()
            .extend(source.names().into_iter().map(|(_, named)| named));
    }
    let idle: Vec<String> = MAY_NAME
        .iter()
        .flat_map(|(module, may)| may.iter().map(move |named| (*module, *named)))
        .filter(|(module, named)| !used.get(*module).is_some_and(|all| all.contains(*named)))
        .map(|(module, named)| format!("{module} does not name {named} any more"))
        .collect();
    assert!(idle.is_empty(), "\n{}\n", idle.join("\n"));
}

#[test]
fn engines_stay_in_their_rooms() {
    let mut complaints = Vec::new();
    for source in sources() {
        for (words, rooms) in RESERVED {
            if !rooms.contains(&source.top()) {
                complaints.extend(source.mentions(words));
            }
        }
        if source.top() == "domain" {
            complaints.extend(source.mentions(NOT_IN_DOMAIN));
        }
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn the_reader_of_sources_sees_what_it_should() {
    let text = "use crate::store::{Db, sessions};\n// use crate::mail;\nuse crate::{app::App,\n    texts};\n\
                let x = $crate::domain::y; // crate::jobs\nuse super::super::clock::Clock;\nuse super::own;\n\
                #[cfg(test)]\nmod tests { use crate::cli; }\n";
    let source = Source {
        path: PathBuf::from("src/http/auth.rs"),
        text: without_tests_and_comments(text),
    };
    let named: Vec<(usize, String)> = source.names();
    let expected = [
        (1, "store"),
        (3, "app"),
        (3, "texts"),
        (5, "domain"),
        (6, "clock"),
    ];
    assert_eq!(named, expected.map(|(line, name)| (line, name.to_owned())));
}

/// A file of the program without comments and tests.
struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    fn shown(&self) -> std::path::Display<'_> {
        self.path.display()
    }

    /// Names of the module: `src/store/db.rs` is store, db.
    fn module(&self) -> Vec<&str> {
        let inside = self.path.strip_prefix("src").unwrap_or(&self.path);
        let parts = inside
            .iter()
            .map(|part| part.to_str().unwrap().trim_end_matches(".rs"));
        parts.filter(|part| *part != "mod").collect()
    }

    fn top(&self) -> &str {
        self.module()[0]
    }

    /// Modules at the root that it names, with the line: through `crate::` and through `super::` up to the root.
    fn names(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        let to_root = "super::".repeat(self.module().len());
        for (at, _) in self.text.match_indices("crate::") {
            let line = self.text[..at].matches('\n').count() + 1;
            let rest = &self.text[at + "crate::".len()..];
            found.extend(first_names(rest).into_iter().map(|name| (line, name)));
        }
        for (at, _) in self.text.match_indices(&to_root) {
            let line = self.text[..at].matches('\n').count() + 1;
            let rest = &self.text[at + to_root.len()..];
            if !self.text[..at].ends_with("super::") && !rest.starts_with("super::") {
                found.extend(first_names(rest).into_iter().map(|name| (line, name)));
            }
        }
        let roots: BTreeSet<&str> = MAY_NAME.iter().map(|(module, _)| *module).collect();
        found.retain(|(_, name)| roots.contains(name.as_str()));
        found.sort();
        found
    }

    fn mentions(&self, words: &[&str]) -> Vec<String> {
        let lines = self.text.lines().enumerate();
        lines
            .flat_map(|(number, line)| words.iter().map(move |word| (number, line, word)))
            .filter(|(_, line, word)| line.contains(**word))
            .map(|(number, _, word)| format!("{}:{}: names {word}", self.shown(), number + 1))
            .collect()
    }
}

/// `a::b` gives a; `{a::{b, c}, d}` gives a and d.
fn first_names(rest: &str) -> Vec<String> {
    let word = |text: &str| {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let Some(list) = rest.strip_prefix('{') else {
        return vec![word(rest)];
    };
    let (mut depth, mut start, mut names) = (0_i32, 0, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            ',' if depth == 0 => {
                names.push(word(&list[start..at]));
                start = at + 1;
            }
            '}' if depth == 0 => {
                names.push(word(&list[start..at]));
                break;
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    names
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    assert!(files.len() > 50, "only {} files", files.len());
    files.sort();
    let read = |path: PathBuf| Source {
        text: without_tests_and_comments(&fs::read_to_string(&path).unwrap()),
        path: path.strip_prefix(root).unwrap().to_owned(),
    };
    files.into_iter().map(read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != "tests" {
            collect(&path, files);
        } else if name.ends_with(".rs") && name != "tests.rs" && !name.ends_with("_tests.rs") {
            files.push(path);
        }
    }
}

/// Unit tests stand at the end of a file. Comments go as far as they can be told from text with `//` in it.
fn without_tests_and_comments(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests").unwrap_or(text.len());
    let mut plain = String::new();
    for line in text[..end].lines() {
        let comment = line
            .match_indices("//")
            .find(|(at, _)| !line[..*at].ends_with(':'));
        plain.push_str(&line[..comment.map_or(line.len(), |(at, _)| at)]);
        plain.push('\n');
    }
    plain
}
