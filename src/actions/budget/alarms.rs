//! The alarms of all budgets of an institution, as the books stand now (DOMAIN §4.4).

mod books;
mod entries;
mod lines;
mod programmes;

use std::cmp::Reverse;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub(super) use self::books::Books;
use super::report::own_units;
use crate::actions::measures::sight;
use crate::actions::{By, Scope};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::budget::alarm::{AlarmPolicy, Code, Hit, Severity};
use crate::domain::calendar::berlin_day;
use crate::domain::fault::Args;
use crate::error::Result;
use crate::store::Db;
use crate::store::budget::alarms::Costs;
use crate::store::budget::{LineFilter, ReportLine};
use crate::store::measures::{self, Sight};
use crate::texts::{self, Language};

/// Which alarms.
#[derive(Debug, Clone, Default)]
pub struct AlarmFilter {
    /// Of this year, or of no year in particular.
    pub year: Option<i32>,
    /// Of one of these checks.
    pub code: Vec<Code>,
    /// Of the programme with this key.
    pub programme: Option<String>,
    /// As severe as one of these.
    pub severity: Vec<Severity>,
}

/// Where an alarm is; what does not apply is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Key of the programme.
    pub programme: Option<String>,
    /// Key of the group.
    pub group: Option<String>,
    /// Key of the line.
    pub line: Option<String>,
    /// Reference of the measure.
    pub measure: Option<String>,
    /// Budget year, or the first of several.
    pub year: Option<i32>,
    /// The last of several.
    pub to_year: Option<i32>,
    /// Id of the entry.
    pub entry: Option<String>,
    /// Name of the printed total.
    pub total: Option<String>,
}

/// An alarm with its place.
#[derive(Debug, Clone)]
pub struct Alarm {
    /// What was found.
    pub hit: Hit,
    /// Where.
    pub place: Place,
    /// Values for its sentence besides place and amount.
    pub args: Args,
    /// Place among alarms that are the same in all else.
    nth: usize,
}

/// Where a list goes on: alarms are sorted by it, and no two have the same.
pub type AlarmKey = (Severity, Code, Place, usize);

impl Alarm {
    fn new(hit: Hit, place: Place) -> Self {
        Alarm {
            hit,
            place,
            args: Args::new(),
            nth: 0,
        }
    }

    fn arg(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// What alarms are sorted by: the worst first, then by check and place.
    pub fn key(&self) -> AlarmKey {
        (
            self.hit.severity,
            self.hit.code,
            self.place.clone(),
            self.nth,
        )
    }

    /// What it says, in words.
    pub fn sentence(&self, language: Language) -> String {
        let (hit, place) = (&self.hit, &self.place);
        let mut args = self.args.clone();
        args.push(("amount", hit.cents.to_string()));
        for (name, value) in [
            ("line", &place.line),
            ("measure", &place.measure),
            ("total", &place.total),
            ("year", &place.year.map(|year| year.to_string())),
            ("until", &hit.until.map(|day| texts::day(language, day))),
        ] {
            args.extend(value.clone().map(|value| (name, value)));
        }
        texts::text(language, &format!("alarm-{}", hit.sentence), &args)
    }

    fn matches(&self, filter: &AlarmFilter) -> bool {
        let (first, last) = (self.place.year, self.place.to_year.or(self.place.year));
        let of_year = |year: i32| match (first, last) {
            (Some(first), Some(last)) => (first..=last).contains(&year),
            _ => true,
        };
        let programme = &filter.programme;
        (filter.code.is_empty() || filter.code.contains(&self.hit.code))
            && (filter.severity.is_empty() || filter.severity.contains(&self.hit.severity))
            && filter.year.is_none_or(of_year)
            && (programme.is_none() || self.place.programme == *programme)
    }
}

impl Place {
    fn of_line(line: &ReportLine, year: Option<i32>) -> Self {
        Place {
            programme: Some(line.programme.0.clone()),
            group: Some(line.group.0.clone()),
            line: Some(line.key.clone()),
            year,
            ..Place::default()
        }
    }

    fn of_measure(costs: &Costs, year: i32) -> Self {
        Place {
            programme: costs.programme.as_ref().map(|(key, _)| key.clone()),
            measure: Some(costs.reference.clone()),
            year: Some(year),
            ..Place::default()
        }
    }
}

/// Alarms that the caller may see, the worst first, beyond `after`: those of all budgets, or of the lines and measures that
/// concern the caller. All of them are found anew, in the same number of statements however many there are.
///
/// # Errors
/// `forbidden`, `not_found`, `sum_out_of_range`, `session_ended`
pub fn alarms(
    app: &App,
    by: By<'_>,
    institution: &str,
    filter: &AlarmFilter,
    after: Option<&AlarmKey>,
    limit: usize,
) -> Result<Vec<Alarm>> {
    let now = app.clock.now();
    app.store.read(|db| {
        let scope = Scope::enter(db, now, by, institution)?;
        let mut found = found(db, app, &scope, berlin_day(now))?;
        found.retain(|alarm| alarm.matches(filter));
        Ok(cut(found, after, limit))
    })
}

/// All alarms that somebody may see on a day, in no order.
///
/// # Errors
/// `forbidden`, `sum_out_of_range`
pub(in crate::actions) fn found(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    today: NaiveDate,
) -> Result<Vec<Alarm>> {
    let lines = LineFilter {
        own: own_units(app, scope)?,
        ..LineFilter::default()
    };
    let sight = sight(app, scope)?;
    find(db, &Rules::of(app, scope, &sight, &lines, today), &lines)
}

/// What is overspent (BA-2) of what somebody may see on a day, the dearest first: everything, or at one place, for which no
/// other lines are read than its own. A mail asks for each.
///
/// # Errors
/// `forbidden`, `sum_out_of_range`
pub(in crate::actions) fn overspent(
    db: &mut Db,
    app: &App,
    scope: &Scope,
    today: NaiveDate,
    at: Option<&Place>,
) -> Result<Vec<Alarm>> {
    let mut lines = LineFilter {
        own: own_units(app, scope)?,
        ..LineFilter::default()
    };
    if let Some(place) = at {
        match &place.measure {
            Some(reference) => {
                let measures =
                    measures::by_references(db, &scope.institution.id, &[reference.as_str()])?;
                lines.pays_for = Some(measures.into_iter().map(|measure| measure.id).collect());
            }
            None => {
                lines.programme.clone_from(&place.programme);
                lines.line.clone_from(&place.line);
            }
        }
    }
    let sight = sight(app, scope)?;
    let rules = Rules::of(app, scope, &sight, &lines, today);
    let mut found = lines::overspent(db, &rules, &lines)?;
    found.retain(|alarm| at.is_none_or(|place| alarm.place == *place));
    found.sort_by_cached_key(|alarm| (Reverse(alarm.hit.cents), alarm.key()));
    Ok(found)
}

/// All alarms of what a sight reaches, in no order; for the program itself.
///
/// # Errors
/// `sum_out_of_range`
pub(in crate::actions) fn found_in_sight(
    db: &mut Db,
    app: &App,
    sight: &Sight<'_>,
    today: NaiveDate,
) -> Result<Vec<Alarm>> {
    let rules = Rules {
        policy: &app.alarms,
        today,
        sight,
        sees_all: false,
        own: None,
    };
    find(db, &rules, &LineFilter::default())
}

fn find(db: &mut Db, rules: &Rules<'_>, lines: &LineFilter) -> Result<Vec<Alarm>> {
    let books = Books::read(db, rules.sight, lines)?;
    let mut found = lines::find(rules, &books)?;
    found.extend(entries::find(db, rules.sight, lines, &books)?);
    if lines.own.is_none() {
        found.extend(programmes::find(db, rules.sight, &books)?);
    }
    Ok(found)
}

/// What the rules go by, and for whom.
struct Rules<'a> {
    policy: &'a AlarmPolicy,
    today: NaiveDate,
    sight: &'a Sight<'a>,
    /// Answers for all of the money, or checks it: knows every measure by its number.
    sees_all: bool,
    /// Only what concerns the reader, as head of these units or in person.
    own: Option<&'a [String]>,
}

impl<'a> Rules<'a> {
    fn of(
        app: &'a App,
        scope: &Scope,
        sight: &'a Sight<'a>,
        lines: &'a LineFilter,
        today: NaiveDate,
    ) -> Self {
        Rules {
            policy: &app.alarms,
            today,
            sight,
            sees_all: app
                .policy
                .permits(&scope.actor, Action::BudgetRead, &Resource::Institution),
            own: lines.own.as_deref(),
        }
    }

    /// Whether alarms of a measure are for the reader.
    fn names(&self, costs: &Costs) -> bool {
        self.sees_all || costs.concerns(self.sight, self.own)
    }
}

/// Sorts alarms and gives at most `limit` of those beyond a place.
fn cut(mut found: Vec<Alarm>, after: Option<&AlarmKey>, limit: usize) -> Vec<Alarm> {
    found.sort_by_cached_key(Alarm::key);
    let mut before: Option<AlarmKey> = None;
    for alarm in &mut found {
        let (severity, code, place, _) = alarm.key();
        if let Some((other_severity, other_code, other_place, nth)) = &before
            && (*other_severity, *other_code, other_place) == (severity, code, &place)
        {
            alarm.nth = nth.saturating_add(1);
        }
        before = Some(alarm.key());
    }
    let beyond = found
        .into_iter()
        .filter(|alarm| after.is_none_or(|after| alarm.key() > *after));
    beyond.take(limit).collect()
}
