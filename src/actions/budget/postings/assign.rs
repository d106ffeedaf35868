//! A posting without a line gets one, and is booked on it.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::PostingView;
use crate::actions::budget::post::find_line;
use crate::actions::budget::{Desk, book};
use crate::actions::idempotent::{Answer, Request};
use crate::actions::{By, Entry as Event, Scope, programmes};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::budget::posting::interim_of_reported;
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::error::{Code, Error, Result};
use crate::store::budget::{self, Entry};
use crate::store::{Db, budget_periods, finance};

/// The line that a posting belongs to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssignmentInput)]
pub struct Assignment {
    /// Key of the programme.
    #[schema(example = "OG-2021-DIG")]
    pub programme: String,
    /// Key of the line.
    #[schema(example = "OG-K2")]
    pub line: String,
}

/// Says which line a posting belongs to and books it there, once.
///
/// # Errors
/// `invalid`, `posting_booked`, `blocked_funds`, `commitment_without_authority`, `authority_not_investive`,
/// `not_found`, `forbidden`, `session_ended`, `idempotency_key_reused`
pub fn assign(
    app: &App,
    by: By<'_>,
    institution: &str,
    id: &str,
    input: &Assignment,
    key: Option<&str>,
) -> Result<Answer<PostingView>> {
    let target = format!("assign_budget_posting {institution} {id}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            scope.require(app, Action::PostingAssign, &Resource::Institution)?;
            // There at all, before anything is said of the input.
            finance::get(db, &scope.institution.id, id)?;
            let named = programmes::visible(db, app, &scope, &input.programme);
            let programme = named.map_err(|error| unknown_programme(error, input))?;
            budget::lock(db, &programme.id)?;
            request.once(db, now, &scope, input, |db| {
                let desk = Desk {
                    scope: &scope,
                    now,
                    programme: &programme,
                };
                booked(db, &desk, id, &input.line)
            })
        })
    })
}

fn unknown_programme(error: Error, input: &Assignment) -> Error {
    if error.code() != Code::NotFound {
        return error;
    }
    let fault = Fault::new("/programme", FaultCode::UnknownReference);
    vec![fault.arg("value", &input.programme)].into()
}

fn booked(db: &mut Db, desk: &Desk<'_>, id: &str, line: &str) -> Result<PostingView> {
    let institution_id = &desk.scope.institution.id;
    // Read under the lock of the programme, and written only where nobody was faster.
    let (posting, _) = finance::get(db, institution_id, id)?;
    if posting.entry_id.is_some() {
        return Err(Error::new(Code::PostingBooked));
    }
    let lines = budget::lines_by_key(db, &desk.programme.id, &[line])?;
    let mut faults = Faults::new();
    let line = find_line(&mut faults, "/line", Some(line), &lines);
    faults.finish()?;
    let line = line.ok_or_else(|| Error::bug("a line without fault is not there"))?;
    let entry_type = posting.kind.entry_type(posting.cents);
    let provisional = budget_periods::provisional_years(db, institution_id)?;
    let entry = Entry {
        booked_on: posting.posted_on,
        reason: Some(posting.text.clone()).filter(|text| !text.is_empty()),
        interim_reason: interim_of_reported(entry_type, posting.year, &provisional),
        ..desk.entry(Some(line), posting.year, entry_type, posting.cents)
    };
    let entry_id = entry.id.clone();
    book::append(db, desk, vec![entry])?;
    finance::assign(db, id, &line.id, &entry_id)?;
    let event = Event {
        action: Action::PostingAssign,
        entity_kind: "posting",
        entity_id: id,
        reason: None,
        details: json!({
            "source": posting.source_system, "posting_id": posting.posting_id, "type": entry_type, "year": posting.year,
            "cents": posting.cents,
            "line": { "old": null, "new": format!("{}:{}", desk.programme.key, line.key) }, "entry": entry_id,
        }),
    };
    desk.scope.record(db, desk.now, &event)?;
    Ok(finance::get(db, institution_id, id)?.into())
}
