//! `zinne demo`: three real programmes, the clock held at a Monday morning, and the mails that went out.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{Failure, Outcome, block_on, logging, remind, say, serve};
use crate::actions::{By, catalogue, institutions, programmes, reminders, users};
use crate::app::App;
use crate::auth::secret;
use crate::config::Config;
use crate::domain::access::{Grant, Role};
use crate::domain::holiday::Land;
use crate::domain::institution::InstitutionKind;
use crate::domain::programme_file::ProgrammeFile;
use crate::error::{Code, Error};
use crate::json;

/// Monday 2022-10-17, 07:00 in Berlin: some measures are done, some due, some overdue.
const HELD_AT: &str = "2022-10-17T05:00:00Z";

const INSTITUTIONS: [(&str, &str, InstitutionKind, &str); 3] = [
    (
        "stuttgart",
        "Landeshauptstadt Stuttgart",
        InstitutionKind::Municipality,
        include_str!("../../programmes/stuttgart.json"),
    ),
    (
        "offenburg",
        "Stadt Offenburg",
        InstitutionKind::Municipality,
        include_str!("../../programmes/offenburg.json"),
    ),
    (
        "konstanz",
        "Landkreis Konstanz",
        InstitutionKind::District,
        include_str!("../../programmes/konstanz.json"),
    ),
];

/// Made-up people, the same posts in each institution: local part, name, roles.
const PEOPLE: [(&str, &str, &[Role]); 10] = [
    ("isb", "Ines Brandt", &[Role::Isb]),
    ("leitung", "Lothar Engel", &[Role::Management]),
    ("it-leitung", "Ida Thoma", &[Role::Head, Role::Owner]),
    ("netz", "Nils Etter", &[Role::Owner]),
    ("arbeitsplatz", "Anke Reble", &[Role::Owner]),
    ("digital", "Dilan Iltis", &[Role::Owner]),
    ("kaemmerei", "Karin Emmer", &[Role::Finance]),
    ("revision", "Ruben Vison", &[Role::Auditor]),
    ("admin", "Adam Minge", &[Role::Admin]),
    ("rat", "Rita Attinger", &[Role::Council]),
];

/// An account as it stands in `demo-accounts.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Account {
    email: String,
    password: String,
    role: Role,
    institution: String,
}

/// Runs the demonstration.
pub fn run(data_dir: &Path, listen: &str) -> Outcome {
    // The port first: whoever has taken it has a reason, and nothing has been touched yet.
    let listener = serve::listen(listen)?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::Text(format!("cannot listen: {error}")))?;
    let folder = |error| {
        Failure::Text(format!(
            "cannot use the folder `{}`: {error}",
            data_dir.display()
        ))
    };
    crate::private::folder(data_dir).map_err(folder)?;
    let config = Config::load(None, settings(data_dir, &address.to_string()))?;
    logging(&config);
    let app = Arc::new(App::new(config)?);
    app.store.migrate()?;
    catalogue::ensure_built_in(&app)?;
    let (accounts, fresh) = accounts(data_dir)?;
    block_on(async {
        load(&app, &accounts, fresh).await?;
        app.blocking(reminders::plan_due).await?;
        let sent = remind::drain(&app).await?.sent;
        hints(data_dir, &format!("http://{address}"), &accounts, sent);
        serve::serve(Arc::clone(&app), listener).await
    })
}

/// Settings of the demonstration; the environment may add to them but not take it to another database.
fn settings(data_dir: &Path, address: &str) -> Vec<(String, String)> {
    let path = |name: &str| data_dir.join(name).display().to_string();
    let ours = [
        ("ZINNE_PROFILE", "demo".to_owned()),
        ("ZINNE_DATABASE_URL", format!("sqlite:{}", path("zinne.db"))),
        ("ZINNE_DATA_DIR", data_dir.display().to_string()),
        ("ZINNE_SMTP_URL", format!("file:{}", path("mail"))),
        ("ZINNE_FIXED_NOW", HELD_AT.to_owned()),
        ("ZINNE_LISTEN", address.to_owned()),
        ("ZINNE_PUBLIC_URL", format!("http://{address}")),
        // A demonstration that was killed goes on soon after it is started again.
        ("ZINNE_OUTBOX__TIMEOUT_SECONDS", "1".to_owned()),
        ("ZINNE_OUTBOX__LEASE_SECONDS", "5".to_owned()),
        ("ZINNE_OUTBOX__TICK_SECONDS", "2".to_owned()),
    ];
    let mut settings: Vec<(String, String)> = std::env::vars()
        .filter(|(name, _)| !ours.iter().any(|(known, _)| known == name))
        .collect();
    if !settings.iter().any(|(name, _)| name == "ZINNE_LOG__LEVEL") {
        settings.push(("ZINNE_LOG__LEVEL".to_owned(), "warn".to_owned()));
    }
    settings.extend(ours.map(|(name, value)| (name.to_owned(), value)));
    settings
}

/// Everybody of the demonstration: address, institution, roles.
fn expected() -> impl Iterator<Item = (String, &'static str, &'static [Role])> {
    INSTITUTIONS.into_iter().flat_map(|(slug, ..)| {
        PEOPLE
            .into_iter()
            .map(move |(local, _, roles)| (format!("{local}@{slug}.example"), slug, roles))
    })
}

/// The accounts of an earlier start, or new ones with random passwords; written before they are used.
///
/// Whether they are new ones comes with them.
fn accounts(data_dir: &Path) -> Result<(Vec<Account>, bool), Failure> {
    let path = data_dir.join("demo-accounts.json");
    let fail =
        |error: &dyn std::fmt::Display| Failure::Text(format!("`{}`: {error}", path.display()));
    if let Ok(text) = fs::read(&path) {
        let accounts: Vec<Account> = serde_json::from_slice(&text).map_err(|error| fail(&error))?;
        let missing = expected()
            .find(|(email, _, _)| !accounts.iter().any(|account| account.email == *email));
        if let Some((email, _, _)) = missing {
            return Err(fail(&format!(
                "`{email}` is missing; delete the file to get new passwords"
            )));
        }
        return Ok((accounts, false));
    }
    let mut accounts = Vec::new();
    for (email, institution, roles) in expected() {
        let password = secret::random_token().map_err(|error| fail(&error))?;
        // Short enough to copy; 96 random bits.
        let password: String = password.expose_secret().chars().take(16).collect();
        accounts.extend(roles.iter().map(|role| Account {
            email: email.clone(),
            password: password.clone(),
            role: *role,
            institution: institution.to_owned(),
        }));
    }
    let text = serde_json::to_string_pretty(&accounts).map_err(|error| fail(&error))?;
    let temporary = path.with_extension("json.part");
    let mut options = crate::private::options();
    options.write(true).create(true).truncate(true);
    let mut file = options.open(&temporary).map_err(|error| fail(&error))?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(|error| fail(&error))?;
    fs::rename(&temporary, &path).map_err(|error| fail(&error))?;
    Ok((accounts, true))
}

/// Puts into the database what is not there yet; a start that was cut off goes on where it was.
///
/// `fresh`: the passwords are new ones, and accounts that are there get them.
async fn load(app: &Arc<App>, accounts: &[Account], fresh: bool) -> Result<(), Error> {
    for (slug, name, kind, text) in INSTITUTIONS {
        let closure_days = ["12-24".to_owned(), "12-31".to_owned()];
        let create = move |app: &App| {
            institutions::create(
                app,
                slug,
                name,
                kind,
                Land::BadenWuerttemberg,
                &closure_days,
            )
        };
        unless_there(app.blocking(create).await)?;
        let there = app.blocking(users::list).await?;
        for (local, display_name, _) in PEOPLE {
            let email = format!("{local}@{slug}.example");
            let mine: Vec<&Account> = accounts.iter().filter(|a| a.email == email).collect();
            let Some(first) = mine.first() else { continue };
            let password = SecretString::from(first.password.as_str());
            let known = there.iter().find(|account| account.user.email == email);
            if known.is_none() {
                let name = display_name.to_owned();
                users::create(app, email.clone(), name, "de".to_owned(), password).await?;
            } else if fresh {
                users::set_password(app, email.clone(), password).await?;
            }
            for account in mine {
                let held = |(at, role, _): &(String, Role, Option<String>)| {
                    at == slug && *role == account.role
                };
                if known.is_some_and(|known| known.roles.iter().any(held)) {
                    continue;
                }
                let (email, role) = (email.clone(), account.role);
                let grant = Grant {
                    role,
                    org_unit: None,
                };
                app.blocking(move |app| users::set_role(app, &email, slug, &grant, true))
                    .await?;
            }
        }
        let file: ProgrammeFile = json::parse(text.as_bytes())?;
        unless_there(
            app.blocking(move |app| programmes::import(app, By::Operator, slug, &file, None))
                .await
                .map(|_| ()),
        )?;
    }
    Ok(())
}

fn unless_there(result: Result<(), Error>) -> Result<(), Error> {
    match result {
        Err(error) if matches!(error.code(), Code::AlreadyExists | Code::ProgrammeExists) => Ok(()),
        other => other,
    }
}

fn hints(data_dir: &Path, base: &str, accounts: &[Account], sent: usize) {
    let isb = accounts
        .iter()
        .find(|account| account.institution == "offenburg" && account.role == Role::Isb);
    let (email, password) = isb
        .map(|isb| (isb.email.as_str(), isb.password.as_str()))
        .unwrap_or_default();
    let folder = data_dir.display();
    // For the shell; the line has to work with blanks in the name, too.
    let quoted = format!("'{}'", folder.to_string().replace('\'', r"'\''"));
    let api = format!("{base}/api/v1/institutions/offenburg");
    say(&format!(
        r#"zinne demo is running on {base}. The clock is held at Monday 2022-10-17, 07:00 in Berlin.

Stuttgart, Offenburg and the Landkreis Konstanz are loaded from their council papers. People, due dates that a paper
does not give, and the state of the work are made up. {sent} mails were written now; all are in {folder}/mail.
Accounts with passwords are in {folder}/demo-accounts.json, the API is described at {base}/api/docs/.

Try as Offenburg's ISB:

TOKEN=$(curl -s {base}/api/v1/auth/login -H 'Content-Type: application/json' -d '{{"email":"{email}","password":"{password}"}}' | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
curl -s -H "Authorization: Bearer $TOKEN" '{api}/measures?overdue=true'
curl -s -H "Authorization: Bearer $TOKEN" '{api}/measures?module=SYS.3.2.2'
curl -s -H "Authorization: Bearer $TOKEN" '{api}/measures?module=OPS.1.1.4'
curl -s -H "Authorization: Bearer $TOKEN" '{api}/programmes/OG-2021-DIG/plan'
curl -s -H "Authorization: Bearer $TOKEN" '{api}/dashboard'
grep -l '^To:.*isb@offenburg.example' {quoted}/mail/*.eml

Stop with Ctrl-C; a second start reuses the data and sends nothing again."#
    ));
}
