//! Postings as they were reported, and what became of them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::{By, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::budget::reported::{MatchedBy, ReportedKind};
use crate::error::Result;
use crate::store::finance::{self, NamedPosting, PostingFilter};

/// A posting of the finance system.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PostingView {
    /// Id; ids sort in the order in which postings came.
    pub id: String,
    /// Name of the finance system.
    #[schema(example = "SAP")]
    pub source: String,
    /// Id there.
    #[schema(example = "5100004711")]
    pub posting_id: String,
    /// What it reports.
    pub kind: ReportedKind,
    /// Day of the posting.
    pub posted_on: NaiveDate,
    /// Budget year.
    #[schema(example = 2023)]
    pub year: i32,
    /// Account.
    #[schema(example = "1007410")]
    pub account: Option<String>,
    /// Signed cents.
    #[schema(example = 123_456)]
    pub cents: i64,
    /// What it is for.
    #[schema(example = "Rechnung 4711")]
    pub text: String,
    /// Key of the programme of its line.
    #[schema(example = "OG-2021-DIG")]
    pub programme: Option<String>,
    /// Key of its line; none while it waits for one.
    #[schema(example = "OG-K2")]
    pub line: Option<String>,
    /// How the line was found.
    pub matched_by: Option<MatchedBy>,
    /// Id of the entry that books it.
    pub entry: Option<String>,
    /// Id of the file that it came with.
    pub import: String,
    /// Row of that file.
    #[schema(example = 17)]
    pub row: i32,
}

impl From<NamedPosting> for PostingView {
    fn from((posting, line): NamedPosting) -> Self {
        let (programme, line) = line.unzip();
        PostingView {
            id: posting.id,
            source: posting.source_system,
            posting_id: posting.posting_id,
            kind: posting.kind,
            posted_on: posting.posted_on,
            year: posting.year,
            account: posting.account,
            cents: posting.cents,
            text: posting.text,
            programme,
            line,
            matched_by: posting.matched_by,
            entry: posting.entry_id,
            import: posting.import_id,
            row: posting.row_number,
        }
    }
}

/// Postings, newest first, beyond `before`.
///
/// # Errors
/// `forbidden`, `not_found`, `session_ended`
pub fn list(
    app: &App,
    by: By<'_>,
    institution: &str,
    filter: &PostingFilter,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<PostingView>> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        scope.require(app, Action::BudgetRead, &Resource::Institution)?;
        let found = finance::page(db, &scope.institution.id, filter, before, limit)?;
        Ok(found.into_iter().map(PostingView::from).collect())
    })
}

/// One posting.
///
/// # Errors
/// `forbidden`, `not_found`, `session_ended`
pub fn get(app: &App, by: By<'_>, institution: &str, id: &str) -> Result<PostingView> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        scope.require(app, Action::BudgetRead, &Resource::Institution)?;
        Ok(finance::get(db, &scope.institution.id, id)?.into())
    })
}
