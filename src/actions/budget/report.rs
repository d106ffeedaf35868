//! What was planned, authorised, blocked, ordered and spent in a year, and what is left.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::measures::sight;
use crate::actions::{By, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::budget::Figures;
use crate::domain::programme::{CentsOverflow, LineKind};
use crate::domain::text_enum;
use crate::error::{Error, Result};
use crate::store::Db;
use crate::store::budget::{self, LineFilter, PayingFor, ReportLine};
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
        /// A measure each: the lines that pay for it, in full.
        Measure = "measure",
        /// An organisational unit each: the lines that pay for its measures, in full.
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
    fn new(figures: &Figures) -> Result<Self, CentsOverflow> {
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
    /// Key of the programme, group or line, reference of the measure, unit or kind; none for lines that no measure, or no
    /// unit, in the reader's sight is tied to.
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
    /// The rows in the order of the papers. By measure or unit, a line that pays for several stands in each of their rows.
    pub rows: Vec<ReportRow>,
    /// Sums of all lines, each counted once.
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
        let filter = LineFilter {
            programme: asked.programme.clone(),
            kind: asked.kind,
            own: own_units(app, &scope)?,
        };
        let sight = sight(app, &scope)?;
        let lines = budget::report_lines(db, &sight, &filter)?;
        let mut figures: HashMap<String, Figures> = HashMap::new();
        for (line, entry_type, cents) in budget::sums_of_year(db, &sight, &filter, asked.year)? {
            figures.entry(line).or_default().add(entry_type, cents)?;
        }
        let names = names(db, &sight, &filter, asked.by, &lines)?;
        view(asked, &lines, &figures, names)
    })
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

/// Names of rows, each with the ids of its lines, in the order in which they are shown.
fn names(
    db: &mut Db,
    sight: &Sight<'_>,
    filter: &LineFilter,
    by: Grouping,
    lines: &[ReportLine],
) -> Result<Vec<(Name, String)>> {
    let of = |name: fn(&ReportLine) -> Name| {
        let named = lines.iter().map(|line| (name(line), line.id.clone()));
        named.collect::<Vec<_>>()
    };
    Ok(match by {
        Grouping::Programme => of(|line| Name::within(line, &line.programme.0, &line.programme.1)),
        Grouping::Group => of(|line| Name::within(line, &line.group.0, &line.group.1)),
        Grouping::Line => of(|line| Name::within(line, &line.key, &line.title)),
        Grouping::Kind => {
            let mut by_kind: Vec<&ReportLine> = lines.iter().collect();
            by_kind.sort_by_key(|line| line.kind);
            let named = by_kind.into_iter();
            named
                .map(|line| (Name::alone(Some(line.kind.as_str())), line.id.clone()))
                .collect()
        }
        Grouping::Measure => paid(db, sight, filter, lines, |paying| Name {
            title: Some(paying.title.clone()),
            ..Name::alone(Some(&paying.reference))
        })?,
        Grouping::OrgUnit => {
            let unit = |paying: &PayingFor| Name::alone(paying.org_unit.as_deref());
            let mut named = paid(db, sight, filter, lines, unit)?;
            named.sort_by(|(one, _), (other, _)| {
                let place = |name: &Name| (name.key.is_none(), name.key.clone());
                place(one).cmp(&place(other))
            });
            named
        }
    })
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

/// Lines by what they pay for; those that pay for nothing in sight come last, without a name.
fn paid(
    db: &mut Db,
    sight: &Sight<'_>,
    filter: &LineFilter,
    lines: &[ReportLine],
    name: impl Fn(&PayingFor) -> Name,
) -> Result<Vec<(Name, String)>> {
    let paying = budget::paying_for(db, sight, filter)?;
    let paid: HashSet<&str> = paying.iter().map(|one| one.line_id.as_str()).collect();
    let rest = lines.iter().filter(|line| !paid.contains(line.id.as_str()));
    let rest = rest.map(|line| (Name::alone(None), line.id.clone()));
    let named = paying.iter().map(|one| (name(one), one.line_id.clone()));
    Ok(named.chain(rest).collect())
}

fn view(
    asked: &ReportFilter,
    lines: &[ReportLine],
    figures: &HashMap<String, Figures>,
    names: Vec<(Name, String)>,
) -> Result<ReportView> {
    let of = |line: &str| figures.get(line).copied().unwrap_or_default();
    let mut rows: Vec<(Name, Figures)> = Vec::new();
    let mut places: HashMap<Name, usize> = HashMap::new();
    let mut seen: HashSet<(usize, String)> = HashSet::new();
    for (name, line) in names {
        let place = *places.entry(name.clone()).or_insert(rows.len());
        if place == rows.len() {
            rows.push((name, Figures::default()));
        }
        // Two measures of one unit may be paid by the same line.
        if seen.insert((place, line.clone())) {
            let row = rows.get_mut(place);
            let (_, sum) = row.ok_or_else(|| Error::bug("a row is not where it was put"))?;
            sum.add_all(&of(&line))?;
        }
    }
    let mut totals = Figures::default();
    for line in lines {
        totals.add_all(&of(&line.id))?;
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
