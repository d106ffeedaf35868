//! What the money is for, and for what there is too little of it.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use utoipa::ToSchema;

use super::alarms::Books;
use super::report::own_units;
use crate::actions::measures::sight;
use crate::actions::{By, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::budget::coverage::{Shares, Shortage, needs_money, purpose, shortage};
use crate::domain::budget::{Figures, cover};
use crate::domain::measure::Status;
use crate::domain::programme::{CentsOverflow, LineKind, sum};
use crate::error::Result;
use crate::store::Db;
use crate::store::budget::{self, LineFilter};

/// What money is for, once as planned and once as authorised.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ShareView {
    /// As plan tables print it.
    pub plan: Shares,
    /// What may be spent.
    pub authorised: Shares,
    /// Of what is planned, directly for security, in per mille, rounded down; none where nothing is planned.
    #[schema(example = 72)]
    pub plan_per_mille: Option<i64>,
    /// The same of what is authorised.
    #[schema(example = 72)]
    pub authorised_per_mille: Option<i64>,
}

impl ShareView {
    fn new(plan: Shares, authorised: Shares) -> Self {
        ShareView {
            plan,
            authorised,
            plan_per_mille: plan.direct_per_mille(),
            authorised_per_mille: authorised.direct_per_mille(),
        }
    }
}

/// What the money of a programme is for.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgrammeShare {
    /// Key.
    #[schema(example = "OG-2021-DIG")]
    pub programme: String,
    /// Title.
    pub title: String,
    /// Sums.
    #[serde(flatten)]
    pub share: ShareView,
}

/// The share of security in the money of a year.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecurityShare {
    /// Budget year.
    #[schema(example = 2023)]
    pub year: i32,
    /// Always `EUR`.
    #[schema(example = "EUR")]
    pub currency: String,
    /// Programmes by key.
    pub rows: Vec<ProgrammeShare>,
    /// All programmes.
    pub totals: ShareView,
}

/// How much of a year's money goes to lines that pay for measures of security.
///
/// # Errors
/// `forbidden`, `not_found`, `sum_out_of_range`, `session_ended`
pub fn security_share(
    app: &App,
    by: By<'_>,
    institution: &str,
    year: i32,
) -> Result<SecurityShare> {
    app.store.read(|db| {
        let scope = enter(db, app, by, institution)?;
        let (sight, all) = (sight(app, &scope)?, LineFilter::default());
        let figures = of_year(db, &sight, &all, year)?;
        let paid = budget::paid_measures(db, &sight, &all)?;
        let mut by_programme: BTreeMap<(String, String), [Shares; 2]> = BTreeMap::new();
        let mut totals = [Shares::default(); 2];
        for line in budget::report_lines(db, &sight, &all)? {
            let purpose = purpose(paid.get(&line.id).map_or(&[], Vec::as_slice));
            let of_line = figures.get(&line.id).copied().unwrap_or_default();
            let of_programme = by_programme.entry(line.programme).or_default();
            for of in [of_programme, &mut totals] {
                let [plan, authorised] = of;
                plan.add(purpose, of_line.plan)?;
                authorised.add(purpose, of_line.authorised)?;
            }
        }
        let rows = by_programme.into_iter();
        let rows = rows.map(|((programme, title), [plan, authorised])| ProgrammeShare {
            programme,
            title,
            share: ShareView::new(plan, authorised),
        });
        let [plan, authorised] = totals;
        Ok(SecurityShare {
            year,
            currency: "EUR".to_owned(),
            rows: rows.collect(),
            totals: ShareView::new(plan, authorised),
        })
    })
}

/// Both are read from all measures: whoever sees some of them only would read wrong figures.
fn enter(db: &mut Db, app: &App, by: By<'_>, institution: &str) -> Result<Scope> {
    let scope = Scope::enter(db, app.clock.now(), by, institution)?;
    for action in [Action::BudgetRead, Action::DashboardRead] {
        scope.require(app, action, &Resource::Institution)?;
    }
    Ok(scope)
}

fn of_year(
    db: &mut Db,
    sight: &crate::store::measures::Sight<'_>,
    filter: &LineFilter,
    year: i32,
) -> Result<HashMap<String, Figures>> {
    let mut figures: HashMap<String, Figures> = HashMap::new();
    for (line, entry_type, cents) in budget::sums_of_year(db, sight, filter, year)? {
        figures.entry(line).or_default().add(entry_type, cents)?;
    }
    Ok(figures)
}

/// A measure without enough money.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnfundedMeasure {
    /// Reference.
    #[schema(example = "M-2022-0007")]
    pub measure: String,
    /// Title.
    pub title: String,
    /// Where it stands.
    pub status: Status,
    /// Its unit.
    pub org_unit: Option<String>,
    /// What it lacks.
    pub shortage: Shortage,
    /// Lines that pay for it, as `programme:line`.
    #[schema(example = json!(["OG-2021-DIG:OG-I8"]))]
    pub lines: Vec<String>,
    /// What it needs once and for one year, in cents, as far as it is known.
    #[schema(example = 5_500_000)]
    pub need_cents: i64,
    /// What its shares of them may spend in all years together, in cents.
    #[schema(example = 5_000_000)]
    pub authorised_cents: i64,
    /// What is missing, in cents.
    #[schema(example = 500_000)]
    pub missing_cents: i64,
}

/// Measures without enough money.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnfundedMeasures {
    /// Always `EUR`.
    #[schema(example = "EUR")]
    pub currency: String,
    /// Measures by reference.
    pub rows: Vec<UnfundedMeasure>,
    /// All that is missing, in cents.
    pub missing_cents: i64,
}

/// Measures that were agreed to and that no line pays for, or not enough.
///
/// # Errors
/// `forbidden`, `not_found`, `sum_out_of_range`, `session_ended`
pub fn unfunded(app: &App, by: By<'_>, institution: &str) -> Result<UnfundedMeasures> {
    let running = Status::ALL.iter().copied();
    let running: Vec<Status> = running.filter(|status| needs_money(*status)).collect();
    app.store.read(|db| {
        let scope = enter(db, app, by, institution)?;
        let (sight, all) = (sight(app, &scope)?, LineFilter::default());
        let books = Books::read(db, &sight, &all)?;
        let name = |id: &String| {
            let line = books.line(id)?;
            Some(format!("{}:{}", line.programme.0, line.key))
        };
        let mut by_measure: HashMap<String, Vec<String>> = HashMap::new();
        for (measure, line) in budget::lines_of_measures(db, &sight, &running)? {
            by_measure.entry(measure).or_default().push(line);
        }
        let mut rows = Vec::new();
        for measure in budget::needing(db, &sight, &running)? {
            let lines = by_measure.remove(&measure.id).unwrap_or_default();
            let shares = books.of_measures.get(&measure.id).into_iter().flatten();
            let authorised = sum(shares.map(|(_, figures)| figures.authorised))?;
            let costs = [measure.once_cents, measure.yearly_cents];
            let need_cents = sum(costs.into_iter().flatten())?;
            let given = (!lines.is_empty()).then_some(authorised);
            let Some(shortage) = shortage(need_cents, given, measure.no_budget_reason.is_some())
            else {
                continue;
            };
            let missing = need_cents.checked_sub(authorised).ok_or(CentsOverflow)?;
            rows.push(UnfundedMeasure {
                measure: measure.reference,
                title: measure.title,
                status: measure.status,
                org_unit: measure.org_unit,
                shortage,
                lines: lines.iter().filter_map(name).collect(),
                need_cents,
                authorised_cents: authorised,
                missing_cents: missing,
            });
        }
        Ok(UnfundedMeasures {
            currency: "EUR".to_owned(),
            missing_cents: sum(rows.iter().map(|row| row.missing_cents))?,
            rows,
        })
    })
}

/// A line whose money lapses.
#[derive(Debug, Serialize, ToSchema)]
pub struct LapsingLine {
    /// Key of the programme.
    #[schema(example = "OG-2021-DIG")]
    pub programme: String,
    /// Key of the line.
    #[schema(example = "OG-K2")]
    pub line: String,
    /// Title.
    pub title: String,
    /// What it pays for.
    pub kind: LineKind,
    /// What may be spent, in cents.
    #[schema(example = 3_500_000)]
    pub authorised_cents: i64,
    /// What is ordered, in cents: what is not paid by the end of the year lapses as well.
    #[schema(example = 0)]
    pub committed_cents: i64,
    /// What is left and lapses, in cents.
    #[schema(example = 1_000_000)]
    pub lapsing_cents: i64,
}

/// Money that lapses at the end of a year.
#[derive(Debug, Serialize, ToSchema)]
pub struct LapsingFunds {
    /// Budget year.
    #[schema(example = 2023)]
    pub year: i32,
    /// Always `EUR`.
    #[schema(example = "EUR")]
    pub currency: String,
    /// Lines in the order of the papers.
    pub rows: Vec<LapsingLine>,
    /// All that lapses, in cents.
    pub lapsing_cents: i64,
}

/// What is left of lines that cannot be carried over (DOMAIN BUD-9), of those that the caller may see.
///
/// # Errors
/// `forbidden`, `not_found`, `sum_out_of_range`, `session_ended`
pub fn lapsing(app: &App, by: By<'_>, institution: &str, year: i32) -> Result<LapsingFunds> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        let filter = LineFilter {
            own: own_units(app, &scope)?,
            ..LineFilter::default()
        };
        let sight = sight(app, &scope)?;
        let figures = of_year(db, &sight, &filter, year)?;
        let facts = budget::facts_in_sight(db, &sight, &filter)?;
        let mut rows = Vec::new();
        for line in budget::report_lines(db, &sight, &filter)? {
            let of_line = figures.get(&line.id).copied().unwrap_or_default();
            let lapsing_cents = of_line.available()?;
            let stays = facts
                .get(&line.id)
                .is_none_or(|facts| cover::check_carry_over(&facts.mover()).is_ok());
            if stays || lapsing_cents <= 0 {
                continue;
            }
            rows.push(LapsingLine {
                programme: line.programme.0,
                line: line.key,
                title: line.title,
                kind: line.kind,
                authorised_cents: of_line.authorised,
                committed_cents: of_line.committed,
                lapsing_cents,
            });
        }
        Ok(LapsingFunds {
            year,
            currency: "EUR".to_owned(),
            lapsing_cents: sum(rows.iter().map(|row| row.lapsing_cents))?,
            rows,
        })
    })
}
