//! The world of the tests: made once for each engine, copied for each test.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use secrecy::SecretString;
use zinne::actions::{By, catalogue, institutions, programmes, users};
use zinne::app::App;
use zinne::domain::access::{Grant, Role};
use zinne::domain::holiday::Land;
use zinne::domain::institution::InstitutionKind;
use zinne::domain::programme_file::ProgrammeFile;

use super::postgres::Database;

/// Password of everybody.
pub const PASSWORD: &str = "Probe-Kennwort-2022";

const INSTITUTIONS: [(&str, &str, InstitutionKind); 3] = [
    (
        "stuttgart",
        "Landeshauptstadt Stuttgart",
        InstitutionKind::Municipality,
    ),
    (
        "offenburg",
        "Stadt Offenburg",
        InstitutionKind::Municipality,
    ),
    ("konstanz", "Landkreis Konstanz", InstitutionKind::District),
];

const PEOPLE: [(&str, &[Role]); 10] = [
    ("isb", &[Role::Isb]),
    ("leitung", &[Role::Management]),
    ("it-leitung", &[Role::Head, Role::Owner]),
    ("netz", &[Role::Owner]),
    ("arbeitsplatz", &[Role::Owner]),
    ("digital", &[Role::Owner]),
    ("kaemmerei", &[Role::Finance]),
    ("revision", &[Role::Auditor]),
    ("admin", &[Role::Admin]),
    ("rat", &[Role::Council]),
];

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// An application on a database, with a clock that stands still and a mailer that remembers.
pub fn app(database_url: &str, folder: &Path, settings: &[(&str, &str)]) -> App {
    let data_dir = folder.join("data").display().to_string();
    let mut all = vec![
        ("ZINNE_PROFILE", "test"),
        ("ZINNE_DATABASE_URL", database_url),
        ("ZINNE_DATA_DIR", &data_dir),
        ("ZINNE_HTTP__WORKERS", "1"),
        ("ZINNE_DATABASE__POOL_SIZE", "8"),
        ("ZINNE_DATABASE__SQLITE_FULL_SYNC", "false"),
        ("ZINNE_AUTH__ARGON2_MEMORY_KIB", "8"),
        ("ZINNE_AUTH__ATTEMPTS_PER_MINUTE", "10000"),
        ("ZINNE_MAIL_FROM", "zinne <zinne@test.example>"),
        ("ZINNE_PUBLIC_URL", "https://zinne.test.example"),
    ];
    all.retain(|(name, _)| !settings.iter().any(|(other, _)| other == name));
    all.extend_from_slice(settings);
    let config = super::config(
        all.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    let mut app = App::new(config).unwrap_or_else(|error| panic!("{error}"));
    super::held(&mut app);
    app
}

/// URL of a database that no other test has, filled with the world, and what has to be kept for it.
pub fn fresh_database(engine: Engine, folder: &Path) -> Option<(String, Option<Database>)> {
    match engine {
        Engine::Sqlite => {
            let path = folder.join("test.db");
            std::fs::write(&path, sqlite_template()).unwrap();
            Some((format!("sqlite:{}", path.display()), None))
        }
        Engine::Postgres => {
            let database = Database::create(Some(postgres_template()?))?;
            Some((database.url.clone(), Some(database)))
        }
    }
}

fn sqlite_template() -> &'static [u8] {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("template.db");
        fill(app(
            &format!("sqlite:{}", path.display()),
            folder.path(),
            &[],
        ));
        // Everything into the one file that is copied.
        let mut conn = diesel::SqliteConnection::establish(path.to_str().unwrap()).unwrap();
        conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;")
            .unwrap();
        drop(conn);
        std::fs::read(path).unwrap()
    })
}

fn postgres_template() -> Option<&'static str> {
    static TEMPLATE: OnceLock<Option<String>> = OnceLock::new();
    let template = TEMPLATE.get_or_init(|| {
        let database = Database::create(None)?;
        let folder = tempfile::tempdir().unwrap();
        fill(app(&database.url, folder.path(), &[]));
        Some(database.into_template())
    });
    template.as_deref()
}

fn fill(app: App) {
    app.store.migrate().unwrap();
    let app = Arc::new(app);
    // A thread of its own: a test's runtime is already running on this one.
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            catalogue::ensure_built_in(&app).unwrap();
            for (slug, name, kind) in INSTITUTIONS {
                let closed = ["12-24".to_owned(), "12-31".to_owned()];
                institutions::create(&app, slug, name, kind, Land::BadenWuerttemberg, &closed)
                    .unwrap();
                for (local, roles) in PEOPLE {
                    let email = format!("{local}@{slug}.example");
                    let password = SecretString::from(PASSWORD);
                    let name = format!("{local} {slug}");
                    users::create(&app, email.clone(), name, "de".to_owned(), password)
                        .await
                        .unwrap();
                    for role in roles {
                        let grant = Grant {
                            role: *role,
                            org_unit: None,
                        };
                        users::set_role(&app, &email, slug, &grant, true).unwrap();
                    }
                }
                let path = format!("{}/programmes/{slug}.json", env!("CARGO_MANIFEST_DIR"));
                let file: ProgrammeFile =
                    zinne::json::parse(&std::fs::read(path).unwrap()).unwrap();
                programmes::import(&app, By::Operator, slug, &file, None).unwrap();
            }
        });
    })
    .join()
    .unwrap();
}
