//! Measures: reading, listing, creating, changing, steps, new due dates, comments.

mod carry;
mod change;
mod change_status;
mod comments;
mod consolidate;
mod create;
mod evidence;
mod export;
mod facets;
mod fields;
mod history;
mod import;
mod list;
mod migrate;
mod names;
mod order;
mod postpone;
mod postponements;
mod split;
mod table;
mod update;
pub mod view;

pub use carry::OneMeasure;
pub use change_status::{StatusInput, change_status};
pub use comments::{CommentInput, CommentView, comment, comments_on};
pub use consolidate::{MergeInput, ReplacementInput, SeenMeasure, merge, replace};
pub use create::create;
pub use evidence::{
    EvidenceInput, EvidenceView, WithdrawalInput, add_evidence, list_evidence, withdraw_evidence,
};
pub use export::{Export, export};
pub use facets::{Facet, FacetValue, MeasureFacets, facets};
pub use fields::{DueInput, MeasureInput, MeasurePatch};
pub(super) use fields::{nullable, present};
pub use history::{AsOf, FieldChange, HistoryView, history, read_as_of};
pub use import::{ImportReport, RowAction, RowDifference, import, may_import};
pub use list::{ListQuery, Page, list};
pub use migrate::{
    LinkInput, LinkMigration, LinkRelation, MeasureMigration, MigrationInput, confirm_migration,
    proposed_migration,
};
pub use order::{Dependencies, Order, Ordered, Related, Warning, dependencies, order};
pub use postpone::{
    DecisionInput, PostponementInput, decide_postponement, request_postponement,
    withdraw_postponement,
};
pub use postponements::{
    PostponementQuery, PostponementView, list_postponements, postponements_of, read_postponement,
};
pub use split::{PartInput, SplitInput, split};
pub use update::update;

use std::collections::HashMap;

use chrono::NaiveDate;

use super::{By, Scope};
use crate::app::App;
use crate::domain::access::MeasureFacts;
use crate::domain::calendar::berlin_day;
use crate::domain::catalogue::Level;
use crate::domain::measure::{Confidentiality, LinkKind, Status};
use crate::domain::programme_file::Target;
use crate::error::{Code, Error, Result};
use crate::store::measures::{Link, Measure, NewLink, Row, Sight};
use crate::store::{Db, measures};
use view::MeasureView;

/// One measure with everything that belongs to it.
///
/// # Errors
/// `not_found` (also for what the caller may not see), `session_ended`
pub fn read(app: &App, by: By<'_>, institution: &str, measure: &str) -> Result<MeasureView> {
    let now = app.clock.now();
    app.store.look_up(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let row = visible(db, app, &scope, measure)?;
        view(db, app, &scope, row, berlin_day(now))
    })
}

/// A measure that the caller may see; what is out of sight does not exist (DOMAIN ROL-11).
///
/// The policy's answer is the one that lists go by: it is asked once for each set of roles.
fn visible(db: &mut Db, app: &App, scope: &Scope, measure: &str) -> Result<Row> {
    let row = measures::get(db, &scope.institution.id, measure)?;
    if classes_seen(app, scope, &row.measure)?.contains(&row.measure.confidentiality) {
        Ok(row)
    } else {
        Err(Error::new(Code::NotFound))
    }
}

/// Classes in which the caller sees a measure and what belongs to it: more of them where they are concerned.
fn classes_seen(app: &App, scope: &Scope, measure: &Measure) -> Result<Vec<Confidentiality>> {
    let person = scope.person()?;
    let sight = app.policy.visibility(person);
    let concerned = [&measure.owner_id, &measure.deputy_id, &measure.verifier_id];
    let mut classes = sight.all;
    if concerned.into_iter().flatten().any(|id| *id == person.id) {
        classes.extend(sight.own);
    }
    Ok(classes)
}

/// What the policy is told of a measure.
fn facts(measure: &Measure, to: Option<Status>, fulfils_basic: bool) -> MeasureFacts<'_> {
    MeasureFacts {
        confidentiality: measure.confidentiality,
        owner: measure.owner_id.as_deref(),
        deputy: measure.deputy_id.as_deref(),
        verifier: measure.verifier_id.as_deref(),
        org_unit: measure.org_unit.as_deref(),
        status: measure.status,
        to,
        tier: None,
        fulfils_basic,
        requested_by: &[],
    }
}

/// Whether a measure contributes to a basic requirement. A link to a module as a whole counts: nearly all
/// modules have one, and the stricter way is the safer one.
fn fulfils_basic(links: &[Link]) -> bool {
    let basic = |link: &Link| match &link.requirement {
        Some((_, level)) => *level == Level::Basic,
        None => link.module_id.is_some(),
    };
    links
        .iter()
        .any(|link| link.kind == LinkKind::Fulfils && basic(link))
}

/// What the caller may see of an institution's measures.
pub(super) fn sight<'a>(app: &App, scope: &'a Scope) -> Result<Sight<'a>> {
    let person = scope.person()?;
    Ok(Sight {
        institution_id: &scope.institution.id,
        user_id: &person.id,
        visibility: app.policy.visibility(person),
    })
}

/// Reads everything that belongs to a measure and puts it together.
fn view(db: &mut Db, app: &App, scope: &Scope, row: Row, today: NaiveDate) -> Result<MeasureView> {
    let programmes = app.policy.visibility(scope.person()?).programmes;
    let budget = measures::budget_of(db, &row.measure.id, &programmes)?;
    let dossier = measures::dossier(db, row)?;
    MeasureView::new(dossier, budget, &programmes, today)
}

/// Links in the form in which they are stored.
pub(super) fn stored_links(
    fulfils: &[String],
    applies: &[String],
    targets: &HashMap<String, Target>,
) -> Result<Vec<NewLink>> {
    let kinds = [(LinkKind::Fulfils, fulfils), (LinkKind::Applies, applies)];
    let all = kinds
        .into_iter()
        .flat_map(|(kind, references)| references.iter().map(move |text| (kind, text)));
    all.map(|(kind, text)| {
        let target = targets
            .get(text)
            .cloned()
            .ok_or_else(|| Error::bug("a checked link has no target"))?;
        Ok(NewLink {
            kind,
            target,
            provenance: None,
        })
    })
    .collect()
}
