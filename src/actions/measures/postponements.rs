//! Requests for new due dates as the outside sees them, one by one and in lists (DOMAIN §5.4).

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::OwnerView;
use super::{By, Scope, fulfils_basic, sight, visible};
use crate::app::App;
use crate::auth::secret;
use crate::domain::measure::Precision;
use crate::domain::postponement::{Approval, Cause, Facts, State, Tier, TierReason, judge, judged};
use crate::error::{Code, Error, Result};
use crate::store::measures::{self, Measure};
use crate::store::postponements::{self, Postponement};
use crate::store::types::to_json;
use crate::store::{Db, users};

/// A request for a new due date.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PostponementView {
    /// Id.
    pub id: String,
    /// Reference of the measure.
    #[schema(example = "M-2022-0007")]
    pub measure: String,
    /// Title of the measure.
    #[schema(example = "Einführung MDM")]
    pub title: String,
    /// The date that held when it was made.
    #[schema(example = "2022-06-30")]
    pub from: NaiveDate,
    /// The date that is asked for.
    #[schema(example = "2022-12-31")]
    pub to: NaiveDate,
    /// How exactly that is known.
    pub to_precision: Precision,
    /// Calendar days between the two.
    #[schema(example = 184)]
    pub days: i64,
    /// Calendar days by which the measure is late against its first date, should this be approved.
    #[schema(example = 184)]
    pub days_in_all: i64,
    /// 1 for the first postponement of the measure; those that were not approved do not count.
    #[schema(example = 1)]
    pub number: u32,
    /// Who has to decide: as things stand, while it waits; as they stood, once it is closed.
    pub tier: Tier,
    /// What asks for more than the ISB.
    pub tier_reasons: Vec<TierReason>,
    /// Why, as a word.
    pub cause: Cause,
    /// Why, in a sentence.
    pub reason: String,
    /// Whoever asked.
    pub requested_by: OwnerView,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// What became of it.
    pub state: State,
    /// Whoever decided, or took it back.
    pub decided_by: Option<OwnerView>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why.
    pub decision_reason: Option<String>,
    /// Days by which the old date had been missed when the new one was approved; they stay in the history.
    #[schema(example = 10)]
    pub days_overdue: Option<i32>,
}

impl PostponementView {
    /// Strong ETag. It is made of all that is shown: nobody decides on other facts than they have seen.
    ///
    /// # Errors
    /// `internal`, which does not happen
    pub fn etag(&self) -> Result<String> {
        let mut hash = hex::encode(secret::hash(&to_json(self)?));
        hash.truncate(32);
        Ok(format!("\"{hash}\""))
    }
}

/// What a list of requests is asked for, checked.
#[derive(Debug)]
pub struct PostponementQuery {
    /// In one of these states; none: in any.
    pub states: Vec<State>,
    /// Older than this one.
    pub before: Option<String>,
    /// At most so many.
    pub limit: i64,
}

/// Requests for the measures that the caller may see, newest first.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn list_postponements(
    app: &App,
    by: By<'_>,
    institution: &str,
    query: &PostponementQuery,
) -> Result<Vec<PostponementView>> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        let sight = sight(app, &scope)?;
        if sight.visibility.all.is_empty() && sight.visibility.own.is_empty() {
            return Err(Error::with(Code::Forbidden, "action", "measure.read"));
        }
        let before = query.before.as_deref();
        let found = postponements::page(db, &sight, None, &query.states, before, query.limit)?;
        views(db, found)
    })
}

/// Requests for one measure, newest first.
///
/// # Errors
/// `not_found`, `session_ended`
pub fn postponements_of(
    app: &App,
    by: By<'_>,
    institution: &str,
    measure: &str,
    query: &PostponementQuery,
) -> Result<Vec<PostponementView>> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        let measure = visible(db, app, &scope, measure)?.measure;
        let sight = sight(app, &scope)?;
        let (of, before) = (Some(measure.id.as_str()), query.before.as_deref());
        let found = postponements::page(db, &sight, of, &query.states, before, query.limit)?;
        views(db, found)
    })
}

/// One request.
///
/// # Errors
/// `not_found`, `session_ended`
pub fn read_postponement(
    app: &App,
    by: By<'_>,
    institution: &str,
    measure: &str,
    id: &str,
) -> Result<PostponementView> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        let measure = visible(db, app, &scope, measure)?.measure;
        let found = postponements::get(db, &measure.id, id)?;
        view(db, &found, &measure)
    })
}

/// One request as the outside sees it.
pub(super) fn view(
    db: &mut Db,
    postponement: &Postponement,
    measure: &Measure,
) -> Result<PostponementView> {
    let mut views = views(db, vec![(postponement.clone(), measure.clone())])?;
    views.pop().ok_or_else(|| Error::bug("no view"))
}

/// Requests as the outside sees them, in a number of statements that does not depend on how many they are.
fn views(db: &mut Db, found: Vec<(Postponement, Measure)>) -> Result<Vec<PostponementView>> {
    let ids: BTreeSet<&str> = found.iter().map(|(_, m)| m.id.as_str()).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let people = found
        .iter()
        .flat_map(|(p, _)| [Some(&p.requested_by), p.decided_by.as_ref()]);
    let people: BTreeSet<&str> = people.flatten().map(String::as_str).collect();
    let accounts = users::accounts(db, &people.into_iter().collect::<Vec<_>>())?;
    // A part of a measure that was split goes on where that one stood.
    let families = measures::ancestries(db, &ids)?;
    let all: BTreeSet<&str> = families.values().flatten().map(String::as_str).collect();
    let approved = postponements::approved(db, &all.into_iter().collect::<Vec<_>>())?;
    let links = measures::links_of(db, &ids)?;
    let account = |id: &String| accounts.get(id).map(OwnerView::from);
    let views = found.into_iter().map(|(postponement, measure)| {
        // One waits at a time, so those approved before it are those that were made before it.
        let family = families.get(&measure.id);
        let earlier = |(of, id): &&(String, String)| {
            family.is_some_and(|family| family.contains(of)) && *id < postponement.id
        };
        let facts = Facts {
            status: measure.status,
            due_original: measure.due_original,
            due_current: measure.due_current,
            approved_before: count(approved.iter().filter(earlier).count())?,
            fulfils_basic: links.get(&measure.id).is_some_and(|all| fulfils_basic(all)),
            fixed_by: None,
        };
        let requested_by =
            account(&postponement.requested_by).ok_or_else(|| Error::bug("a request of nobody"))?;
        let approval = as_it_stands(&facts, &postponement);
        Ok(PostponementView {
            id: postponement.id,
            measure: measure.reference,
            title: measure.title,
            from: postponement.from_day,
            to: postponement.to_day,
            to_precision: postponement.to_precision,
            days: approval.days,
            days_in_all: approval.days_in_all,
            number: approval.number,
            tier: approval.tier,
            tier_reasons: approval.reasons,
            cause: postponement.cause,
            reason: postponement.reason,
            requested_by,
            requested_at: postponement.requested_at.and_utc(),
            state: postponement.state,
            decided_by: postponement.decided_by.as_ref().and_then(account),
            decided_at: postponement.decided_at.map(|at| at.and_utc()),
            decision_reason: postponement.decision_reason,
            days_overdue: postponement.days_overdue,
        })
    });
    views.collect()
}

fn as_it_stands(facts: &Facts, postponement: &Postponement) -> Approval {
    let (from, to) = (postponement.from_day, postponement.to_day);
    match postponement.state {
        State::Pending => judge(facts, from, to),
        _ => judged(facts, from, to, postponement.tier),
    }
}

/// A number of rows as the domain counts.
pub(super) fn count(rows: usize) -> Result<u32> {
    u32::try_from(rows).map_err(|cause| Error::internal("number of postponements", cause))
}
