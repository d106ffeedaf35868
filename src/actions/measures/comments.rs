//! Comments on measures: written once, read by everybody who sees the measure.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::view::OwnerView;
use super::{By, Scope, facts, fulfils_basic, visible};
use crate::actions::Entry;
use crate::actions::idempotent::{Answer, Request};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::fault::Faults;
use crate::error::Result;
use crate::store::comments::{self, Comment};
use crate::store::measures::{self, Row};
use crate::store::types::stored;
use crate::store::users::{self, Account};
use crate::store::{Db, new_id};

/// Most characters of a comment.
const MAX_TEXT: usize = 5000;

/// A new comment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentInput {
    /// 1 to 5000 characters; lines may be broken.
    #[schema(
        min_length = 1,
        max_length = 5000,
        example = "Die Ausschreibung ist veröffentlicht"
    )]
    pub text: String,
}

/// A comment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CommentView {
    /// Id.
    pub id: String,
    /// Whoever wrote it.
    pub author: Option<OwnerView>,
    /// What they wrote.
    #[schema(example = "Die Ausschreibung ist veröffentlicht")]
    pub text: String,
    /// When.
    pub written_at: DateTime<Utc>,
}

impl CommentView {
    fn new(comment: Comment, author: Option<&Account>) -> Self {
        CommentView {
            id: comment.id,
            author: author.map(OwnerView::from),
            text: comment.text,
            written_at: comment.written_at.and_utc(),
        }
    }
}

/// Comments on a measure, oldest first, beyond `after`.
///
/// # Errors
/// `not_found`, `session_ended`
pub fn comments_on(
    app: &App,
    by: By<'_>,
    institution: &str,
    measure: &str,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<CommentView>> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        let measure = visible(db, app, &scope, measure)?.measure;
        let found = comments::page(db, &measure.id, after, limit)?.into_iter();
        Ok(found
            .map(|(comment, author)| CommentView::new(comment, author.as_ref()))
            .collect())
    })
}

/// Writes a comment; nobody changes or deletes it.
///
/// # Errors
/// `invalid`, `forbidden`, `not_found`, `session_ended`, `idempotency_key_reused`
pub fn comment(
    app: &App,
    by: By<'_>,
    institution: &str,
    measure: &str,
    input: &CommentInput,
    key: Option<&str>,
) -> Result<Answer<CommentView>> {
    let mut faults = Faults::new();
    faults.text("/text", &input.text, 1, MAX_TEXT);
    faults.finish()?;
    let target = format!("comment_on_measure {institution} {measure}");
    let request = Request {
        key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, institution)?;
            let row = visible(db, app, &scope, measure)?;
            request.once(db, now, &scope, input, |db| {
                write(db, app, &scope, now, row, &input.text)
            })
        })
    })
}

fn write(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    now: DateTime<Utc>,
    row: Row,
    text: &str,
) -> Result<CommentView> {
    let measure = row.measure;
    let basic = fulfils_basic(&measures::links(db, &measure.id)?);
    let resource = Resource::Measure(facts(&measure, None, basic));
    scope.require(app, Action::MeasureComment, &resource)?;
    let author = &scope.person()?.id;
    let comment = Comment {
        id: new_id(now),
        measure_id: measure.id.clone(),
        author_id: Some(author.clone()),
        text: text.trim().to_owned(),
        written_at: stored(now),
    };
    comments::insert(db, &comment)?;
    let entry = Entry {
        action: Action::MeasureComment,
        entity_kind: "measure",
        entity_id: &measure.id,
        reason: None,
        details: json!({ "reference": measure.reference, "comment": comment.id }),
    };
    scope.record(db, now, &entry)?;
    let accounts = users::accounts(db, &[author])?;
    Ok(CommentView::new(comment, accounts.get(author)))
}
