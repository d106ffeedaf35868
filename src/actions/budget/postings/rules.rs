//! Which accounts of the finance system belong to which line. A rule is not changed: it goes, and another one comes.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::actions::idempotent::{Answer, Request};
use crate::actions::measures::view::etag;
use crate::actions::{By, Entry as Event, Scope, programmes, versions};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::budget::reported::{MAX_ACCOUNT, MatchKind};
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::error::{Code, Error, Result};
use crate::store::finance::{self, Rule};
use crate::store::{Db, budget, institutions};

/// Rules of one institution; all of them are read for every file.
const MOST: i64 = 5000;

/// A rule that is set.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PostingRuleInput)]
pub struct RuleInput {
    /// How the account is compared.
    #[serde(rename = "match")]
    pub kind: MatchKind,
    /// Account, or its beginning, 1 to 100 characters; each once per kind.
    #[schema(example = "7.1040", min_length = 1, max_length = 100)]
    pub pattern: String,
    /// Key of the programme.
    #[schema(example = "OG-2021-DIG")]
    pub programme: String,
    /// Key of the line.
    #[schema(example = "OG-K2")]
    pub line: String,
}

/// A rule as it holds.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PostingRuleView)]
pub struct RuleView {
    /// Id.
    pub id: String,
    /// How the account is compared.
    #[serde(rename = "match")]
    pub kind: MatchKind,
    /// Account, or its beginning.
    #[schema(example = "7.1040")]
    pub pattern: String,
    /// Key of the programme.
    #[schema(example = "OG-2021-DIG")]
    pub programme: String,
    /// Key of the line.
    #[schema(example = "OG-K2")]
    pub line: String,
    /// Since.
    pub created_at: DateTime<Utc>,
}

/// The only version that a rule has.
const VERSION: i32 = 1;

impl RuleView {
    /// Strong ETag.
    pub fn etag(&self) -> String {
        etag(VERSION)
    }
}

impl From<Rule> for RuleView {
    fn from(rule: Rule) -> Self {
        RuleView {
            id: rule.id,
            kind: rule.kind,
            pattern: rule.pattern,
            programme: rule.line.0,
            line: rule.line.1,
            created_at: rule.created_at.and_utc(),
        }
    }
}

/// All rules, by kind and pattern.
///
/// # Errors
/// `forbidden`, `not_found`, `session_ended`
pub fn list_rules(app: &App, by: By<'_>, institution: &str) -> Result<Vec<RuleView>> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        scope.require(app, Action::BudgetRead, &Resource::Institution)?;
        let all = finance::rules(db, &scope.institution.id)?;
        Ok(all.into_iter().map(RuleView::from).collect())
    })
}

/// One rule.
///
/// # Errors
/// `forbidden`, `not_found`, `session_ended`
pub fn read_rule(app: &App, by: By<'_>, institution: &str, id: &str) -> Result<RuleView> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        scope.require(app, Action::BudgetRead, &Resource::Institution)?;
        Ok(finance::rule(db, &scope.institution.id, id)?.into())
    })
}

/// Sets a rule.
///
/// # Errors
/// `invalid`, `already_exists`, `forbidden`, `not_found`, `session_ended`, `idempotency_key_reused`
pub fn set_rule(
    app: &App,
    by: By<'_>,
    institution: &str,
    input: &RuleInput,
    key: Option<&str>,
) -> Result<Answer<RuleView>> {
    let mut faults = Faults::new();
    faults.text("/pattern", &input.pattern, 1, MAX_ACCOUNT);
    faults.finish()?;
    let target = format!("create_posting_rule {institution}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            scope.require(app, Action::PostingRuleWrite, &Resource::Institution)?;
            // One after the other, so that they can be counted.
            institutions::lock(db, &scope.institution.id)?;
            request.once(db, now, &scope, input, |db| {
                let institution_id = &scope.institution.id;
                if finance::count_rules(db, institution_id)? >= MOST {
                    let fault = Fault::new("", FaultCode::TooMany).arg("max", MOST);
                    return Err(vec![fault].into());
                }
                let line_id = line_of(db, app, &scope, input)?;
                // As files are read: blanks around an account do not count.
                let pattern = input.pattern.trim();
                let id =
                    finance::insert_rule(db, now, institution_id, input.kind, pattern, &line_id)?;
                let rule: RuleView = finance::rule(db, institution_id, &id)?.into();
                record(db, &scope, now, &rule, json!({ "old": null, "new": &rule }))?;
                Ok(rule)
            })
        })
    })
}

fn line_of(db: &mut Db, app: &App, scope: &Scope, input: &RuleInput) -> Result<String> {
    let unknown = |at: &str, key: &String| -> Error {
        let fault = Fault::new(at, FaultCode::UnknownReference);
        vec![fault.arg("value", key)].into()
    };
    let programme = programmes::visible(db, app, scope, &input.programme);
    let programme = programme.map_err(|error| match error.code() {
        Code::NotFound => unknown("/programme", &input.programme),
        _ => error,
    })?;
    let mut lines = budget::lines_by_key(db, &programme.id, &[&input.line])?;
    let line = lines.remove(&input.line);
    line.map(|line| line.id)
        .ok_or_else(|| unknown("/line", &input.line))
}

/// Gives up a rule. What was booked by it stays.
///
/// # Errors
/// `stale`, `forbidden`, `not_found`, `session_ended`
pub fn delete_rule(app: &App, by: By<'_>, institution: &str, id: &str, seen: &str) -> Result<()> {
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        scope.require(app, Action::PostingRuleWrite, &Resource::Institution)?;
        let rule: RuleView = finance::rule(db, &scope.institution.id, id)?.into();
        versions::require(seen, VERSION)?;
        finance::delete_rule(db, &rule.id)?;
        record(db, &scope, now, &rule, json!({ "old": &rule, "new": null }))
    })
}

fn record(
    db: &mut Db,
    scope: &Scope,
    now: DateTime<Utc>,
    rule: &RuleView,
    details: serde_json::Value,
) -> Result<()> {
    let event = Event {
        action: Action::PostingRuleWrite,
        entity_kind: "posting_rule",
        entity_id: &rule.id,
        reason: None,
        details,
    };
    scope.record(db, now, &event)
}
