//! A filled database: one institution, its people, its programme and many generated measures.

use std::path::Path;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use secrecy::SecretString;
use zinne::actions::{By, catalogue, institutions, programmes, users};
use zinne::app::App;
use zinne::config::Config;
use zinne::domain::access::{Grant, Role};
use zinne::domain::holiday::Land;
use zinne::domain::institution::InstitutionKind;
use zinne::domain::measure::{Confidentiality, Precision, Status};
use zinne::domain::programme_file::{Due, ProgrammeFile};

/// The institution.
pub const INSTITUTION: &str = "offenburg";
/// Password of everybody.
pub const PASSWORD: &str = "Mess-Kennwort-2022";

/// Everybody in it; the first one reads.
pub const PEOPLE: [(&str, &[Role]); 8] = [
    ("isb", &[Role::Isb]),
    ("it-leitung", &[Role::Head, Role::Owner]),
    ("netz", &[Role::Owner]),
    ("arbeitsplatz", &[Role::Owner]),
    ("digital", &[Role::Owner]),
    ("leitung", &[Role::Management]),
    ("kaemmerei", &[Role::Finance]),
    ("revision", &[Role::Auditor]),
];

/// Links of each generated measure: requirements that it fulfils, and that it has to observe.
const FULFILS: usize = 6;
const APPLIES: usize = 4;

/// Address of one of [`PEOPLE`].
pub fn email(local: &str) -> String {
    format!("{local}@{INSTITUTION}.example")
}

/// Settings of the service on a database: the defaults apart from places.
pub fn settings(database_url: &str, folder: &Path) -> Vec<(String, String)> {
    let data_dir = folder.join("data").display().to_string();
    [
        ("ZINNE_PROFILE", "production"),
        ("ZINNE_DATABASE_URL", database_url),
        ("ZINNE_DATA_DIR", &data_dir),
        ("ZINNE_LOG__LEVEL", "warn"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// Fills a database; gives references of measures from all over it.
pub async fn fill(settings: &[(String, String)], measures: usize) -> Vec<String> {
    let config = Config::load(None, settings.to_vec()).unwrap_or_else(|error| panic!("{error}"));
    let app = Arc::new(App::new(config).unwrap_or_else(|error| panic!("{error}")));
    app.store.migrate().unwrap();
    catalogue::ensure_built_in(&app).unwrap();
    let kind = InstitutionKind::Municipality;
    institutions::create(
        &app,
        INSTITUTION,
        "Stadt Offenburg",
        kind,
        Land::BadenWuerttemberg,
        &[],
    )
    .unwrap();
    for (local, roles) in PEOPLE {
        let password = SecretString::from(PASSWORD);
        let name = format!("{local} {INSTITUTION}");
        users::create(&app, email(local), name, "de".to_owned(), password)
            .await
            .unwrap();
        for role in roles {
            let grant = Grant {
                role: *role,
                org_unit: None,
            };
            users::set_role(&app, &email(local), INSTITUTION, &grant, true).unwrap();
        }
    }
    let file = programme_file(measures);
    let imported = programmes::import(&app, By::Operator, INSTITUTION, &file, None).unwrap();
    let every = (imported.body.references.len() / PATHS).max(1);
    let some = imported
        .body
        .references
        .into_iter()
        .step_by(every)
        .take(PATHS);
    some.map(|(_, reference)| reference).collect()
}

/// Books entries of 2023 on all lines in turn: orders, payments, and what takes them back.
pub fn book(admin: &mut PgConnection, entries: usize) {
    let sql = format!(
        "INSERT INTO budget_entries (id, programme_id, line_id, year, entry_type, state, cents, booked_on, booked_at)
         SELECT gen_random_uuid()::text, lines.programme_id, lines.id, 2023, types.name, 'effective',
             types.sign * (1 + n % 9973), date '2023-01-01' + (n % 365)::integer, timestamp '2023-01-01 08:00'
         FROM generate_series(1, {entries}) n
         JOIN (SELECT id, programme_id, row_number() OVER (ORDER BY id) - 1 AS number, count(*) OVER () AS many FROM budget_lines) lines
             ON lines.number = n % lines.many
         JOIN (VALUES (0, 'commitment', 1), (1, 'commitment_release', -1), (2, 'actual', 1), (3, 'actual_reversal', -1)) types (number, name, sign)
             ON types.number = n / lines.many % 4"
    );
    admin.batch_execute(&sql).unwrap();
}

/// Number of different measures that are read.
pub const PATHS: usize = 10;

/// The programme of Offenburg with `measures` more, made after the pattern of its own.
fn programme_file(measures: usize) -> ProgrammeFile {
    let mut file: ProgrammeFile =
        zinne::json::parse(include_bytes!("../../programmes/offenburg.json")).unwrap();
    let requirements = requirements();
    let programme = &mut file.programmes[0];
    let patterns = programme.measures.clone();
    let statuses = [
        Status::Proposed,
        Status::Approved,
        Status::InProgress,
        Status::InProgress,
        Status::Blocked,
        Status::Implemented,
        Status::Verified,
        Status::Verified,
    ];
    let first_day = NaiveDate::from_ymd_opt(2022, 1, 1).unwrap();
    for number in 0..measures {
        let mut measure = patterns[number % patterns.len()].clone();
        let day = first_day + Days::new(u64::try_from(number * 37 % 2500).unwrap());
        let links: Vec<String> = (0..FULFILS + APPLIES)
            .map(|link| requirements[(number * 13 + link * 5) % requirements.len()].clone())
            .collect();
        measure.key = format!("LOAD-{number}");
        measure.title = format!("{} ({number})", measure.title);
        measure.title_public = None;
        measure.owner = Some(email(PEOPLE[1 + number % 4].0));
        measure.status = statuses[number % statuses.len()];
        // Some proposals are not thought through yet.
        if number % 24 == 0 {
            measure.owner = None;
        }
        measure.completed_on = measure.status.finished().then_some(day);
        measure.priority = i32::try_from(1 + number % 4).unwrap();
        measure.start_planned = None;
        measure.due = Some(Due {
            day,
            precision: Precision::Day,
            text: "generated".to_owned(),
            assumed: true,
        });
        if number % 40 == 0 {
            measure.due = None;
        }
        measure.fulfils = links[..FULFILS].to_vec();
        measure.applies = links[FULFILS..].to_vec();
        measure.confidentiality = match number % 20 {
            0 => Confidentiality::Confidential,
            1..=4 => Confidentiality::Public,
            _ => Confidentiality::Internal,
        };
        programme.measures.push(measure);
    }
    file
}

/// Requirements of the catalogue that a measure may be linked to.
fn requirements() -> Vec<String> {
    let catalogue = include_str!("../../catalogue/gs-2023.jsonl");
    let facts = catalogue.lines().map(|line| {
        let fact: serde_json::Value = serde_json::from_str(line).unwrap();
        fact
    });
    facts
        .filter(|fact| fact["kind"] == "requirement" && fact["withdrawn"] != true)
        .map(|fact| fact["id"].as_str().unwrap().to_owned())
        .collect()
}
