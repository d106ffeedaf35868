//! Resolutions (Beschlüsse): listing, reading, entering, and filling in what came of them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::idempotent::{Answer, Request};
use super::measures::present;
use super::measures::view::etag;
use super::{By, Entry, Scope, versions};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::programme::{ResolutionKind, ResolutionOutcome};
use crate::domain::programme_file::Source;
use crate::error::{Code, Error, Result};
use crate::store::resolutions::{self, Resolution};
use crate::store::types::{from_json, to_json};
use crate::store::{Db, new_id};

/// A new resolution.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolutionInput {
    /// Key by which programmes and posts name it, 1 to 100 characters; never changes.
    #[schema(example = "201/21-GR")]
    pub key: String,
    /// Number of the paper.
    #[schema(example = "201/21")]
    pub paper: String,
    /// Title of the paper.
    #[serde(default)]
    pub paper_title: String,
    /// Council or committee.
    #[schema(example = "Gemeinderat")]
    pub body: String,
    /// Day of the sitting.
    pub date: NaiveDate,
    /// Whether the sitting is public.
    pub public: bool,
    /// What the sitting is for.
    pub kind: ResolutionKind,
    /// What came of it; open if left out.
    #[serde(default = "open")]
    pub outcome: ResolutionOutcome,
    /// Where that stands.
    #[serde(default)]
    pub source: Option<Source>,
}

const fn open() -> ResolutionOutcome {
    ResolutionOutcome::Open
}

/// What is to be changed: a field that is left out stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolutionPatch {
    /// Number of the paper.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub paper: Option<String>,
    /// Title of the paper.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub paper_title: Option<String>,
    /// Council or committee.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub body: Option<String>,
    /// Day of the sitting.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub date: Option<NaiveDate>,
    /// Whether the sitting is public.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub public: Option<bool>,
    /// What the sitting is for.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub kind: Option<ResolutionKind>,
    /// What came of it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub outcome: Option<ResolutionOutcome>,
    /// Why; kept in the audit trail.
    pub reason: Option<String>,
}

/// A resolution of a council or committee.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ResolutionView {
    /// Id.
    pub id: String,
    /// Key.
    #[schema(example = "201/21-GR")]
    pub key: String,
    /// Number of the paper.
    #[schema(example = "201/21")]
    pub paper: String,
    /// Title of the paper.
    pub paper_title: String,
    /// Council or committee.
    #[schema(example = "Gemeinderat")]
    pub body: String,
    /// Day of the sitting.
    pub date: NaiveDate,
    /// Public sitting.
    pub public: bool,
    /// What it was for.
    pub kind: ResolutionKind,
    /// What came of it, as far as it is known.
    pub outcome: ResolutionOutcome,
    /// Where that stands.
    pub source: Option<Source>,
    /// Counts changes; the ETag is made of it.
    pub version: i32,
}

impl TryFrom<Resolution> for ResolutionView {
    type Error = Error;

    fn try_from(resolution: Resolution) -> Result<Self> {
        Ok(ResolutionView {
            source: resolution.source.as_deref().map(from_json).transpose()?,
            id: resolution.id,
            key: resolution.key,
            paper: resolution.paper,
            paper_title: resolution.paper_title,
            body: resolution.body,
            date: resolution.decided_on,
            public: resolution.is_public,
            kind: resolution.kind,
            outcome: resolution.outcome,
            version: resolution.version,
        })
    }
}

impl ResolutionView {
    /// Strong ETag of this version.
    pub fn etag(&self) -> String {
        etag(self.version)
    }
}

fn may_read(app: &App, scope: &Scope, public: bool) -> bool {
    let resource = Resource::Resolution { public };
    app.policy
        .permits(&scope.actor, Action::ResolutionRead, &resource)
}

/// Resolutions that the caller may see, newest first, those before a place first; at most `limit`.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn list(
    app: &App,
    by: By<'_>,
    institution: &str,
    before: Option<(NaiveDate, String)>,
    limit: i64,
) -> Result<Vec<ResolutionView>> {
    let now = app.clock.now();
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let public = Resource::Resolution { public: true };
        scope.require(app, Action::ResolutionRead, &public)?;
        let public_only = !may_read(app, &scope, false);
        let found = resolutions::page(db, &scope.institution.id, public_only, before, limit)?;
        found.into_iter().map(ResolutionView::try_from).collect()
    })
}

/// One resolution.
///
/// # Errors
/// `not_found`, also for one that the caller may not see; `session_ended`
pub fn read(app: &App, by: By<'_>, institution: &str, id: &str) -> Result<ResolutionView> {
    let now = app.clock.now();
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        visible(db, app, &scope, id)?.try_into()
    })
}

/// Enters a resolution.
///
/// # Errors
/// `invalid`, `not_found`, `forbidden`, `session_ended`, `idempotency_key_reused`
pub fn create(
    app: &App,
    by: By<'_>,
    institution: &str,
    input: &ResolutionInput,
    key: Option<&str>,
) -> Result<Answer<ResolutionView>> {
    let mut faults = Faults::new();
    faults.text("/key", &input.key, 1, 100);
    if let Some(source) = &input.source {
        faults.text("/source/file", &source.file, 1, 200);
        faults.text("/source/text", &source.text, 0, 1000);
    }
    faults.finish()?;
    let target = format!("create_resolution {institution}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            scope.require(app, Action::ResolutionWrite, &Resource::Institution)?;
            request.once(db, now, &scope, input, |db| {
                let resolution = new_resolution(&scope, now, input)?;
                check(&resolution)?;
                if resolutions::by_key(db, &scope.institution.id, &resolution.key)?.is_some() {
                    let fault = Fault::new("/key", FaultCode::Duplicate);
                    return Err(vec![fault.arg("value", &resolution.key)].into());
                }
                resolutions::insert(db, &resolution)?;
                let view = ResolutionView::try_from(resolution)?;
                record(db, &scope, now, None, &view, None)?;
                Ok(view)
            })
        })
    })
}

/// Changes a resolution over the version that the caller has seen.
///
/// # Errors
/// `stale`, `invalid`, `not_found`, `forbidden`, `session_ended`
pub fn update(
    app: &App,
    by: By<'_>,
    institution: &str,
    id: &str,
    seen: &str,
    patch: &ResolutionPatch,
) -> Result<ResolutionView> {
    let mut faults = Faults::new();
    faults.optional_text("/reason", patch.reason.as_deref(), 2000);
    faults.finish()?;
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let before = visible(db, app, &scope, id)?;
        scope.require(app, Action::ResolutionWrite, &Resource::Institution)?;
        versions::require(seen, before.version)?;
        let mut after = patch.applied_to(&before);
        check(&after)?;
        let before = ResolutionView::try_from(before)?;
        if versions::changes(Some(&before), &ResolutionView::try_from(after.clone())?)?.is_empty() {
            return Ok(before);
        }
        resolutions::replace(db, &mut after)?;
        let after = ResolutionView::try_from(after)?;
        let reason = patch.reason.as_deref();
        record(db, &scope, now, Some(&before), &after, reason)?;
        Ok(after)
    })
}

fn visible(db: &mut Db, app: &App, scope: &Scope, id: &str) -> Result<Resolution> {
    resolutions::by_id(db, &scope.institution.id, id)?
        .filter(|resolution| may_read(app, scope, resolution.is_public))
        .ok_or_else(|| Error::new(Code::NotFound))
}

fn check(resolution: &Resolution) -> Result<()> {
    let mut faults = Faults::new();
    faults.text("/paper", &resolution.paper, 1, 100);
    faults.text("/paper_title", &resolution.paper_title, 0, 500);
    faults.text("/body", &resolution.body, 1, 200);
    faults.day("/date", resolution.decided_on);
    faults.finish()?;
    Ok(())
}

fn new_resolution(
    scope: &Scope,
    now: DateTime<Utc>,
    input: &ResolutionInput,
) -> Result<Resolution> {
    Ok(Resolution {
        id: new_id(now),
        institution_id: scope.institution.id.clone(),
        key: input.key.trim().to_owned(),
        paper: input.paper.trim().to_owned(),
        paper_title: input.paper_title.trim().to_owned(),
        body: input.body.trim().to_owned(),
        decided_on: input.date,
        is_public: input.public,
        kind: input.kind,
        outcome: input.outcome,
        source: input.source.as_ref().map(to_json).transpose()?,
        version: 1,
    })
}

impl ResolutionPatch {
    fn applied_to(&self, resolution: &Resolution) -> Resolution {
        let mut after = resolution.clone();
        for (field, new) in [
            (&mut after.paper, &self.paper),
            (&mut after.paper_title, &self.paper_title),
            (&mut after.body, &self.body),
        ] {
            if let Some(new) = new {
                new.trim().clone_into(field);
            }
        }
        after.decided_on = self.date.unwrap_or(after.decided_on);
        after.is_public = self.public.unwrap_or(after.is_public);
        after.kind = self.kind.unwrap_or(after.kind);
        after.outcome = self.outcome.unwrap_or(after.outcome);
        after
    }
}

fn record(
    db: &mut Db,
    scope: &Scope,
    now: DateTime<Utc>,
    before: Option<&ResolutionView>,
    after: &ResolutionView,
    reason: Option<&str>,
) -> Result<()> {
    let entry = Entry {
        action: Action::ResolutionWrite,
        entity_kind: "resolution",
        entity_id: &after.id,
        reason,
        details: json!({ "key": after.key, "changes": versions::changes(before, after)? }),
    };
    scope.record(db, now, &entry)
}
