//! The statements that the service sends for a request, taken from PostgreSQL's own log, as a pgbench script.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, RunQueryDsl, dsl::sql, select};

const PREFIX: &str = "zinne-load ";

/// One transaction as the service ran it.
pub struct Transaction {
    pub statements: Vec<Statement>,
    /// How many of them were not kept prepared by the service.
    pub unprepared: usize,
}

/// A statement with its parameters.
pub struct Statement {
    text: String,
    /// None stands for null.
    parameters: Vec<Option<String>>,
}

/// A script for pgbench, and the values of its variables.
pub struct Script {
    pub text: String,
    pub variables: Vec<(String, String)>,
}

impl Transaction {
    /// What it asks first.
    pub fn first(&self) -> &str {
        self.statements
            .get(1)
            .map_or("", |statement| &statement.text)
    }

    /// As a script for pgbench; `name` keeps its variables apart from those of other scripts.
    ///
    /// The parameters stay parameters, so that PostgreSQL plans on both sides for what it gets to know on both sides.
    pub fn script(&self, name: &str) -> Script {
        let mut script = Script {
            text: String::new(),
            variables: Vec::new(),
        };
        for (number, statement) in self.statements.iter().enumerate() {
            let variable = |index: usize| format!("{name}s{number}p{index}");
            script.text.push_str(&statement.with(|index| {
                let parameter = statement.parameters[index - 1].as_ref();
                parameter.map_or_else(|| "NULL".to_owned(), |_| format!(":{}", variable(index)))
            }));
            script.text.push_str(";\n");
            let values = statement.parameters.iter().enumerate();
            script
                .variables
                .extend(values.filter_map(|(at, value)| Some((variable(at + 1), value.clone()?))));
        }
        script
    }
}

/// Reads what a server logs.
pub struct Log {
    admin: PgConnection,
    file: PathBuf,
}

impl Log {
    /// Of the server that the harness started: it logs beside its data.
    pub fn of(server: &str) -> Log {
        let mut admin = PgConnection::establish(server).unwrap();
        let data: String = select(sql::<Text>("current_setting('data_directory')"))
            .get_result(&mut admin)
            .unwrap();
        let file = PathBuf::from(data).with_file_name("server.log");
        assert!(file.is_file(), "no server log: unset TEST_DATABASE_URL");
        Log { admin, file }
    }

    /// The transactions of requests that `requests` sends one after the other.
    pub fn transactions(&mut self, requests: impl FnOnce()) -> Vec<Transaction> {
        let begin = fs::metadata(&self.file).unwrap().len();
        self.set(&[
            &format!("ALTER SYSTEM SET log_line_prefix = '{PREFIX}%p '"),
            "ALTER SYSTEM SET log_statement = 'all'",
        ]);
        requests();
        self.set(&[
            "ALTER SYSTEM RESET log_statement",
            "ALTER SYSTEM RESET log_line_prefix",
        ]);
        let log = fs::read(&self.file).unwrap();
        let log = String::from_utf8_lossy(&log[usize::try_from(begin).unwrap()..]).into_owned();
        transactions(&log)
    }

    fn set(&mut self, settings: &[&str]) {
        for setting in settings {
            self.admin.batch_execute(setting).unwrap();
        }
        self.admin.batch_execute("SELECT pg_reload_conf()").unwrap();
        // The backends are told by a signal.
        sleep(Duration::from_millis(500));
    }
}

/// A logged statement.
struct Logged {
    process: String,
    text: String,
    named: bool,
    parameters: String,
}

fn transactions(log: &str) -> Vec<Transaction> {
    let mut done = Vec::new();
    let mut open: HashMap<String, Vec<Logged>> = HashMap::new();
    for statement in statements(log) {
        if statement.text.starts_with("BEGIN") {
            open.insert(statement.process.clone(), vec![statement]);
            continue;
        }
        let ends = statement.text == "COMMIT";
        let Some(running) = open.get_mut(&statement.process) else {
            continue;
        };
        let process = statement.process.clone();
        running.push(statement);
        if ends {
            done.extend(open.remove(&process));
        }
    }
    // What jobs do at the same time does not ask who is signed in, or writes.
    let of_request = |statements: &Vec<Logged>| {
        let begun = statements.first();
        begun.is_some_and(|begin| begin.text.contains("READ ONLY"))
            && statements
                .iter()
                .any(|statement| statement.text.contains("\"sessions\""))
    };
    done.into_iter()
        .filter(of_request)
        .map(|statements| Transaction {
            unprepared: statements
                .iter()
                .filter(|statement| !statement.named)
                .count(),
            statements: statements.iter().map(Statement::from).collect(),
        })
        .collect()
}

fn statements(log: &str) -> Vec<Logged> {
    let mut lines: Vec<String> = Vec::new();
    for line in log.lines() {
        match (line.strip_prefix('\t'), lines.last_mut()) {
            (Some(more), Some(last)) => {
                last.push('\n');
                last.push_str(more);
            }
            _ => lines.push(line.to_owned()),
        }
    }
    let mut all: Vec<Logged> = Vec::new();
    for line in &lines {
        let Some((process, rest)) = line
            .strip_prefix(PREFIX)
            .and_then(|line| line.split_once(' '))
        else {
            continue;
        };
        if let Some(said) = rest.strip_prefix("LOG:  ") {
            let Some((how, text)) = said.split_once(": ") else {
                continue;
            };
            let simple = how == "statement";
            if !simple && !how.starts_with("execute ") {
                continue;
            }
            all.push(Logged {
                process: process.to_owned(),
                text: text.to_owned(),
                named: simple || !how.contains("<unnamed>"),
                parameters: String::new(),
            });
        } else if let Some(detail) = rest.strip_prefix("DETAIL:  ") {
            let parameters = detail
                .strip_prefix("parameters: ")
                .or_else(|| detail.strip_prefix("Parameters: "));
            let last = all
                .iter_mut()
                .rev()
                .find(|statement| statement.process == process);
            if let (Some(parameters), Some(last)) = (parameters, last) {
                last.parameters = parameters.to_owned();
            }
        }
    }
    all
}

impl Statement {
    /// The text with something else in place of `$1`, `$2`, …
    fn with(&self, parameter: impl Fn(usize) -> String) -> String {
        let mut text = String::new();
        let mut rest = self.text.chars().peekable();
        let mut quote = None;
        while let Some(c) = rest.next() {
            match (c, quote) {
                ('$', None) => {
                    let mut number = String::new();
                    while let Some(digit) = rest.next_if(char::is_ascii_digit) {
                        number.push(digit);
                    }
                    text.push_str(&parameter(number.parse().unwrap()));
                    continue;
                }
                ('\'' | '"', None) => quote = Some(c),
                (_, Some(open)) if c == open => quote = None,
                _ => {}
            }
            text.push(c);
        }
        text
    }
}

impl From<&Logged> for Statement {
    fn from(logged: &Logged) -> Self {
        Statement {
            text: logged.text.clone(),
            parameters: parameters(&logged.parameters),
        }
    }
}

/// `$1 = 'a', $2 = NULL` as values.
fn parameters(logged: &str) -> Vec<Option<String>> {
    let mut all = Vec::new();
    let mut rest = logged;
    while let Some((_, value)) = rest.split_once(" = ") {
        let Some(quoted) = value.strip_prefix('\'') else {
            all.push(None);
            rest = value;
            continue;
        };
        let mut text = String::new();
        let mut inside = quoted.char_indices().peekable();
        let mut end = quoted.len();
        while let Some((at, c)) = inside.next() {
            if c == '\'' && inside.next_if(|(_, next)| *next == '\'').is_none() {
                end = at + 1;
                break;
            }
            text.push(c);
        }
        all.push(Some(text));
        rest = &quoted[end..];
    }
    all
}
