//! Shares of a line between the measures that it pays for: reading and fixing them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shares::{Change, record};
use crate::actions::measures::sight;
use crate::actions::measures::view::etag;
use crate::actions::{By, Scope, programmes, versions};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::budget::Figures;
use crate::domain::budget::allocation::{self, Fixed, Share, Sharer, Shares};
use crate::domain::budget::request::Allocations;
use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::measure::Confidentiality;
use crate::error::{Code, Error, Result};
use crate::store::budget::{self, LineFacts, Payee, allocations as rows};
use crate::store::{Db, institutions};

/// A measure that a line pays for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PayeeView {
    /// Reference.
    #[schema(example = "M-2022-0007")]
    pub measure: String,
    /// Title; none where its class is above internal and the reader does not see the measure.
    pub title: Option<String>,
    /// Neither rejected nor replaced: it has a part where nothing is fixed.
    pub shares: bool,
}

/// A share that was fixed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AllocationView {
    /// Reference of the measure.
    #[schema(example = "M-2022-0007")]
    pub measure: String,
    /// Budget year; none for every year that has no allocations of its own.
    #[schema(example = 2023)]
    pub year: Option<i32>,
    /// Basis points (hundredths of a percent) of the line.
    #[schema(example = 6000)]
    pub share_bp: Option<i64>,
    /// Cents of what is authorised.
    pub cents: Option<i64>,
}

/// What a measure has of a line in a year.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct YearPartView {
    /// Reference of the measure.
    #[schema(example = "M-2022-0007")]
    pub measure: String,
    /// Its part of what is authorised, in cents.
    #[schema(example = 3_300_000)]
    pub authorised_cents: i64,
    /// Its part of what is spent, in cents.
    #[schema(example = 0)]
    pub actual_cents: i64,
}

/// A line in a year.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct YearSharesView {
    /// Budget year.
    #[schema(example = 2023)]
    pub year: i32,
    /// Authorised in all, in cents.
    #[schema(example = 5_500_000)]
    pub authorised_cents: i64,
    /// Of this no measure has, in cents.
    #[schema(example = 2_200_000)]
    pub not_allocated_cents: i64,
    /// The parts by reference; with what is not allocated they add up to what is authorised.
    pub parts: Vec<YearPartView>,
}

/// How a line is shared.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AllocationsView {
    /// Key of the programme.
    #[schema(example = "OG-2021-DIG")]
    pub programme: String,
    /// Key of the line.
    #[schema(example = "OG-K1")]
    pub line: String,
    /// Always `EUR`.
    #[schema(example = "EUR")]
    pub currency: String,
    /// The measures that the line pays for.
    pub measures: Vec<PayeeView>,
    /// What is fixed; nothing: equal parts of the measures that share.
    pub allocations: Vec<AllocationView>,
    /// Every year that has entries.
    pub years: Vec<YearSharesView>,
    /// Counts changes; the ETag is made of it.
    pub version: i32,
}

impl AllocationsView {
    /// Strong ETag of this version.
    pub fn etag(&self) -> String {
        etag(self.version)
    }
}

/// How a line is shared between the measures that it pays for.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn allocations(
    app: &App,
    by: By<'_>,
    institution: &str,
    programme: &str,
    line: &str,
) -> Result<AllocationsView> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        let line = find(db, app, &scope, programme, line)?;
        view(db, app, &scope, programme, &line)
    })
}

/// Fixes how a line is shared, as a whole, over the version that the caller has seen.
///
/// # Errors
/// `stale`, `invalid` with the places, `not_found`, `forbidden`, `session_ended`
pub fn allocate(
    app: &App,
    by: By<'_>,
    institution: &str,
    (programme, line): (&str, &str),
    seen: &str,
    input: &Allocations,
) -> Result<AllocationsView> {
    allocation::check(input)?;
    let now = app.clock.now();
    app.store.write(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let line = find(db, app, &scope, programme, line)?;
        scope.require(app, Action::BudgetAllocate, &Resource::Institution)?;
        // No measure may leave the line meanwhile.
        institutions::lock(db, &scope.institution.id)?;
        let version = rows::version(db, &line.id)?;
        versions::require(seen, version)?;
        let payees = rows::payees(db, &[&line.id])?;
        let before = rows::fixed(db, &[&line.id])?.remove(&line.id);
        let before = before.unwrap_or_default();
        let after = named(input, &payees)?;
        let change = Change {
            line_id: &line.id,
            before: &before,
            after: &after,
        };
        if change.touched().is_empty() {
            return view(db, app, &scope, programme, &line);
        }
        rows::replace(db, &line.id, version, &after)?;
        record(db, &scope, now, &[change], input.reason.as_deref())?;
        view(db, app, &scope, programme, &line)
    })
}

/// A line of a programme in sight, for whoever reads the budget.
fn find(db: &mut Db, app: &App, scope: &Scope, programme: &str, line: &str) -> Result<LineFacts> {
    scope.require(app, Action::BudgetRead, &Resource::Institution)?;
    let programme = programmes::visible(db, app, scope, programme)?;
    let found = budget::lines_by_key(db, &programme.id, &[line])?.remove(line);
    found.ok_or_else(|| Error::new(Code::NotFound))
}

/// The shares of a request by the ids of the measures, which the line has to pay for.
fn named(input: &Allocations, payees: &[Payee]) -> Result<Vec<Fixed>> {
    let mut faults = Faults::new();
    let mut all = Vec::with_capacity(input.allocations.len());
    for (index, one) in input.allocations.iter().enumerate() {
        let Some(payee) = payees.iter().find(|payee| payee.reference == one.measure) else {
            let at = format!("/allocations/{index}/measure");
            faults.push(Fault::new(at, FaultCode::UnknownReference).arg("value", &one.measure));
            continue;
        };
        let share = match (one.share_bp, one.cents) {
            (Some(share), _) => Share::BasisPoints(share),
            (None, cents) => Share::Cents(cents.unwrap_or_default()),
        };
        let fixed = Fixed {
            measure: payee.id.clone(),
            year: one.year,
            share,
        };
        all.push((payee.number, fixed));
    }
    faults.finish()?;
    all.sort_by_key(|(number, fixed)| (*number, fixed.year));
    Ok(all.into_iter().map(|(_, fixed)| fixed).collect())
}

fn view(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    programme: &str,
    line: &LineFacts,
) -> Result<AllocationsView> {
    let sight = sight(app, scope)?;
    let payees = rows::payees(db, &[&line.id])?;
    let fixed = rows::fixed(db, &[&line.id])?.remove(&line.id);
    let fixed = fixed.unwrap_or_default();
    let references: HashMap<&str, &str> = payees
        .iter()
        .map(|payee| (payee.id.as_str(), payee.reference.as_str()))
        .collect();
    let sharers: Vec<Sharer> = payees.iter().map(Payee::sharer).collect();
    let mut years = Vec::new();
    for (year, figures) in budget::years_of_line(db, &line.id)? {
        years.push(year_view(year, &figures, &sharers, &fixed, &references)?);
    }
    // Whoever deals with the money has to know what it is for; not more of it than its class allows.
    let title = |payee: &Payee| {
        let is_open = payee.confidentiality <= Confidentiality::Internal;
        (is_open || payee.is_seen(&sight)).then(|| payee.title.clone())
    };
    let measures = payees.iter().map(|payee| PayeeView {
        measure: payee.reference.clone(),
        title: title(payee),
        shares: payee.sharer().counts,
    });
    Ok(AllocationsView {
        programme: programme.to_owned(),
        line: line.key.clone(),
        currency: "EUR".to_owned(),
        measures: measures.collect(),
        allocations: fixed
            .iter()
            .map(|one| shown(one, references.get(one.measure.as_str()).copied()))
            .collect(),
        years,
        version: rows::version(db, &line.id)?,
    })
}

fn year_view(
    year: i32,
    figures: &Figures,
    sharers: &[Sharer],
    fixed: &[Fixed],
    references: &HashMap<&str, &str>,
) -> Result<YearSharesView> {
    let parts = Shares::of_year(sharers, fixed, year, figures.authorised).split(figures)?;
    let part = |(id, part): &(String, Figures)| {
        Some(YearPartView {
            measure: (*references.get(id.as_str())?).to_owned(),
            authorised_cents: part.authorised,
            actual_cents: part.actual,
        })
    };
    Ok(YearSharesView {
        year,
        authorised_cents: figures.authorised,
        not_allocated_cents: parts.rest.authorised,
        parts: parts.measures.iter().filter_map(part).collect(),
    })
}

/// A share under the reference of its measure.
pub(super) fn shown(one: &Fixed, reference: Option<&str>) -> AllocationView {
    let (share_bp, cents) = match one.share {
        Share::BasisPoints(share) => (Some(share), None),
        Share::Cents(cents) => (None, Some(cents)),
    };
    AllocationView {
        measure: reference.unwrap_or_default().to_owned(),
        year: one.year,
        share_bp,
        cents,
    }
}
