//! What was planned, authorised, blocked, ordered and spent in a year, and what is left.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::measures::sight;
use crate::actions::{By, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::budget::Figures;
use crate::domain::budget::allocation::{Sharer, Shares};
use crate::domain::programme::{CentsOverflow, LineKind};
use crate::domain::text_enum;
use crate::error::{Error, Result};
use crate::store::Db;
use crate::store::budget::{self, LineFilter, Payee, ReportLine};
use crate::store::measures::Sight;

text_enum! {
    /// What the rows of a report stand for.
    Grouping {
        /// A programme each.
        Programme = "programme",
        /// A group of lines each.
        Group = "group",
        /// A line each.
        Line = "line",
        /// A measure each: its shares of the lines that pay for it.
        Measure = "measure",
        /// An organisational unit each: the shares of its measures.
        OrgUnit = "org_unit",
        /// A kind of line each.
        Kind = "kind",
    }
}

/// What a report is asked for.
#[derive(Debug, Clone)]
pub struct ReportFilter {
    /// Budget year.
    pub year: i32,
    /// Key of the programme.
    pub programme: Option<String>,
    /// What the lines pay for.
    pub kind: Option<LineKind>,
    /// What the rows stand for.
    pub by: Grouping,
}

/// Sums of effective entries.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct FiguresView {
    /// Appropriation, over-plan and financial plan, as plan tables print them, in cents.
    #[schema(example = 3_500_000)]
    pub plan_cents: i64,
    /// What may be spent, in cents.
    #[schema(example = 3_500_000)]
    pub authorised_cents: i64,
    /// What of it is blocked, in cents.
    #[schema(example = 500_000)]
    pub blocked_cents: i64,
    /// Ordered, in cents.
    #[schema(example = 1_200_000)]
    pub committed_cents: i64,
    /// Spent, in cents.
    #[schema(example = 800_000)]
    pub actual_cents: i64,
    /// Authorised less blocked, ordered and spent, in cents; negative when overspent.
    #[schema(example = 1_000_000)]
    pub available_cents: i64,
    /// What is expected on top of what is spent and ordered, in cents.
    #[schema(example = 0)]
    pub forecast_cents: i64,
}

impl FiguresView {
    pub(super) fn new(figures: &Figures) -> Result<Self, CentsOverflow> {
        Ok(FiguresView {
            plan_cents: figures.plan,
            authorised_cents: figures.authorised,
            blocked_cents: figures.blocked,
            committed_cents: figures.committed,
            actual_cents: figures.actual,
            available_cents: figures.available()?,
            forecast_cents: figures.forecast,
        })
    }
}

/// What a row stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Name {
    programme: Option<String>,
    key: Option<String>,
    title: Option<String>,
}

/// A row of a report.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportRow {
    /// Key of the programme, of rows for programmes, groups and lines.
    #[schema(example = "OG-2021-DIG")]
    pub programme: Option<String>,
    /// Key of the programme, group or line, reference of the measure, unit or kind; none for what no measure, or no unit,
    /// in the reader's sight has a share of.
    #[schema(example = "OG-K2")]
    pub key: Option<String>,
    /// Title of the programme, group, line or measure.
    pub title: Option<String>,
    /// Sums.
    #[serde(flatten)]
    pub figures: FiguresView,
}

/// A report of a year.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportView {
    /// Budget year.
    #[schema(example = 2023)]
    pub year: i32,
    /// What the rows stand for.
    pub by: Grouping,
    /// Always `EUR`.
    #[schema(example = "EUR")]
    pub currency: String,
    /// The rows in the order of the papers. They add up to the totals: by measure or unit, each has its share of a line,
    /// and what is not allocated stands in the row without a key.
    pub rows: Vec<ReportRow>,
    /// Sums of all lines.
    pub totals: FiguresView,
}

/// Derived figures of the lines that the caller may see.
///
/// # Errors
/// `forbidden`, `not_found`, `sum_out_of_range`, `session_ended`
pub fn report(
    app: &App,
    by: By<'_>,
    institution: &str,
    asked: &ReportFilter,
) -> Result<ReportView> {
    app.store.read(|db| {
        let scope = Scope::enter(db, app.clock.now(), by, institution)?;
        of_year(db, app, &scope, asked)
    })
}

/// Derived figures of the lines that somebody may see.
///
/// # Errors
/// `forbidden`, `sum_out_of_range`
pub(in crate::actions) fn of_year(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    asked: &ReportFilter,
) -> Result<ReportView> {
    let filter = LineFilter {
        programme: asked.programme.clone(),
        kind: asked.kind,
        own: own_units(app, scope)?,
        ..LineFilter::default()
    };
    let sight = sight(app, scope)?;
    let lines = budget::report_lines(db, &sight, &filter)?;
    let mut figures: HashMap<String, Figures> = HashMap::new();
    for (line, entry_type, cents) in budget::sums_of_year(db, &sight, &filter, asked.year)? {
        figures.entry(line).or_default().add(entry_type, cents)?;
    }
    let rows = rows(db, &sight, &filter, asked, &lines, &figures)?;
    view(asked, &lines, &figures, rows)
}

/// The lines of whose money somebody may know; none at all without a right to read budgets.
///
/// # Errors
/// `forbidden` when nobody in person asks
pub(in crate::actions) fn known_lines(app: &App, scope: &Scope) -> Result<Option<LineFilter>> {
    let may = |action| {
        app.policy
            .permits(&scope.actor, action, &Resource::Institution)
    };
    if !may(Action::BudgetRead) && !may(Action::BudgetReadOwn) {
        return Ok(None);
    }
    Ok(Some(LineFilter {
        own: own_units(app, scope)?,
        ..LineFilter::default()
    }))
}

/// Whose lines the caller sees: all of them, or with their units those of their own measures.
pub(super) fn own_units(app: &App, scope: &Scope) -> Result<Option<Vec<String>>> {
    let whole = Resource::Institution;
    if app.policy.permits(&scope.actor, Action::BudgetRead, &whole) {
        return Ok(None);
    }
    scope.require(app, Action::BudgetReadOwn, &whole)?;
    Ok(scope.person()?.head_of())
}

/// What goes into a row, in the order in which rows are shown.
type Entry = (Name, Figures);

fn rows(
    db: &mut Db,
    sight: &Sight<'_>,
    filter: &LineFilter,
    asked: &ReportFilter,
    lines: &[ReportLine],
    figures: &HashMap<String, Figures>,
) -> Result<Vec<Entry>> {
    let of = |name: fn(&ReportLine) -> Name| {
        let named = lines
            .iter()
            .map(|line| (name(line), of_line(figures, line)));
        named.collect::<Vec<_>>()
    };
    Ok(match asked.by {
        Grouping::Programme => of(|line| Name::within(line, &line.programme.0, &line.programme.1)),
        Grouping::Group => of(|line| Name::within(line, &line.group.0, &line.group.1)),
        Grouping::Line => of(|line| Name::within(line, &line.key, &line.title)),
        Grouping::Kind => {
            let mut by_kind: Vec<&ReportLine> = lines.iter().collect();
            by_kind.sort_by_key(|line| line.kind);
            let named = by_kind.into_iter().map(|line| {
                let name = Name::alone(Some(line.kind.as_str()));
                (name, of_line(figures, line))
            });
            named.collect()
        }
        Grouping::Measure => {
            let name = |payee: &Payee| Name {
                title: Some(payee.title.clone()),
                ..Name::alone(Some(&payee.reference))
            };
            let mut shared = shares(db, sight, filter, asked.year, lines, figures)?;
            shared.sort_by_key(|(payee, _)| payee.as_ref().map_or(i64::MAX, |one| one.number));
            named(&shared, name)
        }
        Grouping::OrgUnit => {
            let name = |payee: &Payee| Name::alone(payee.org_unit.as_deref());
            let mut named = named(
                &shares(db, sight, filter, asked.year, lines, figures)?,
                name,
            );
            named.sort_by(|(one, _), (other, _)| {
                let place = |name: &Name| (name.key.is_none(), name.key.clone());
                place(one).cmp(&place(other))
            });
            named
        }
    })
}

fn of_line(figures: &HashMap<String, Figures>, line: &ReportLine) -> Figures {
    figures.get(&line.id).copied().unwrap_or_default()
}

/// A share with the measure that has it; none where it is not allocated, or allocated to one out of sight.
type Shared = (Option<Payee>, Figures);

fn named(shared: &[Shared], name: impl Fn(&Payee) -> Name) -> Vec<Entry> {
    let named = shared.iter().map(|(payee, figures)| {
        let name = payee.as_ref().map_or_else(|| Name::alone(None), &name);
        (name, *figures)
    });
    named.collect()
}

/// The shares of all lines in a year.
fn shares(
    db: &mut Db,
    sight: &Sight<'_>,
    filter: &LineFilter,
    year: i32,
    lines: &[ReportLine],
    figures: &HashMap<String, Figures>,
) -> Result<Vec<Shared>> {
    let mut payees: HashMap<String, Vec<Payee>> = HashMap::new();
    for payee in budget::paid_for(db, sight, filter)? {
        payees.entry(payee.line_id.clone()).or_default().push(payee);
    }
    let fixed = budget::fixed_shares(db, sight, filter)?;
    let mut shared = Vec::new();
    for line in lines {
        let payees = payees.remove(&line.id).unwrap_or_default();
        let sharers: Vec<Sharer> = payees.iter().map(Payee::sharer).collect();
        let fixed = fixed.get(&line.id).map(Vec::as_slice).unwrap_or_default();
        let figures = of_line(figures, line);
        let shares = Shares::of_year(&sharers, fixed, year, figures.authorised);
        let parts = shares.split(&figures)?;
        let mut payees: HashMap<String, Payee> = payees
            .into_iter()
            .map(|payee| (payee.id.clone(), payee))
            .collect();
        for (measure, part) in parts.measures {
            let payee = payees.remove(&measure);
            shared.push((payee.filter(|payee| payee.is_seen(sight)), part));
        }
        if parts.has_rest {
            shared.push((None, parts.rest));
        }
    }
    Ok(shared)
}

impl Name {
    fn within(line: &ReportLine, key: &str, title: &str) -> Self {
        Name {
            programme: Some(line.programme.0.clone()),
            key: Some(key.to_owned()),
            title: Some(title.to_owned()),
        }
    }

    fn alone(key: Option<&str>) -> Self {
        Name {
            programme: None,
            key: key.map(str::to_owned),
            title: None,
        }
    }
}

fn view(
    asked: &ReportFilter,
    lines: &[ReportLine],
    figures: &HashMap<String, Figures>,
    entries: Vec<Entry>,
) -> Result<ReportView> {
    let mut rows: Vec<Entry> = Vec::new();
    let mut places: HashMap<Name, usize> = HashMap::new();
    for (name, figures) in entries {
        let place = *places.entry(name.clone()).or_insert(rows.len());
        if place == rows.len() {
            rows.push((name, Figures::default()));
        }
        let row = rows.get_mut(place);
        let (_, sum) = row.ok_or_else(|| Error::bug("a row is not where it was put"))?;
        sum.add_all(&figures)?;
    }
    let mut totals = Figures::default();
    for line in lines {
        totals.add_all(&of_line(figures, line))?;
    }
    let rows = rows.into_iter().map(|(name, figures)| {
        Ok(ReportRow {
            programme: name.programme,
            key: name.key,
            title: name.title,
            figures: FiguresView::new(&figures)?,
        })
    });
    Ok(ReportView {
        year: asked.year,
        by: asked.by,
        currency: "EUR".to_owned(),
        rows: rows.collect::<Result<_>>()?,
        totals: FiguresView::new(&totals)?,
    })
}
