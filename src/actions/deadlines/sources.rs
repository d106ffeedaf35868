//! Rows of the sources that deadlines are derived from: which ones, in the one order of all.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::access::Role;
use crate::domain::calendar::berlin_instant;
use crate::domain::deadline::{Kind, STALLED_AFTER, Source, State, UNDATED};
use crate::domain::duty::Recurrence;
use crate::error::Result;
use crate::store::Db;
use crate::store::deadlines::{
    self, Answers, Ask, CheckDay, CheckRow, DutyRow, EvidenceRow, MeasureDay, MeasureRow,
    MeasureState, PostRow, Reader, SetRow,
};
use crate::store::types::stored;

/// Where a deadline stands in the order of all: by date, then by source and within it as the source sorts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// When it is due.
    pub due: NaiveDate,
    /// What it is derived from.
    pub source: Source,
    /// The day that the source stores.
    pub stored: NaiveDate,
    /// Id of what it is derived from.
    pub id: String,
}

/// A row that gives a deadline.
#[derive(Debug)]
pub(super) enum Row {
    /// A measure, for one of its days.
    Measure(Source, MeasureRow),
    /// A check, for one of its days.
    Check(Source, CheckRow),
    /// A piece of evidence.
    Evidence(EvidenceRow),
    /// A post.
    Post(PostRow),
    /// What somebody set.
    Set(SetRow),
    /// A duty, on one of its dates.
    Duty(DutyRow, NaiveDate),
}

impl Row {
    /// Where its deadline stands in the order of all.
    pub(super) fn place(&self) -> Place {
        let (source, stored, id) = match self {
            Row::Measure(source, row) => {
                let day = match source {
                    Source::Start => row.start_planned,
                    Source::Verification => row.completed_on,
                    Source::Review => row.review_on,
                    _ => None,
                };
                // Each source brings rows with its day only.
                (*source, day.unwrap_or(row.due_sort), row.id.clone())
            }
            Row::Check(source, row) => {
                let day = match source {
                    Source::RiskAcceptance => row.risk_review_until,
                    _ => row.checked_on,
                };
                (
                    *source,
                    day.unwrap_or_else(|| row.updated_at.date()),
                    row.id.clone(),
                )
            }
            Row::Evidence(row) => (Source::Evidence, row.valid_until, row.id.clone()),
            Row::Post(row) => (Source::PostStart, row.starts_on, row.id.clone()),
            Row::Set(row) => (Source::Set, row.deadline.due_on, row.deadline.id.clone()),
            Row::Duty(row, day) => (Source::Duty, *day, format!("{}:{day}", row.id)),
        };
        Place {
            due: source.lag().due(stored),
            source,
            stored,
            id,
        }
    }
}

/// Of whom, and for whom.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Scoped<'a> {
    /// Of this institution; without one the ids say whose they are.
    pub institution_id: Option<&'a str>,
    /// What they may see; without anybody it is for the service itself.
    pub reader: Option<&'a Reader<'a>>,
}

/// Which deadlines.
#[derive(Debug, Default, Clone)]
pub(super) struct Query {
    /// In one of these states, if any.
    pub states: Vec<State>,
    /// Of one of these kinds, if any.
    pub kinds: Vec<Kind>,
    /// Due on or after.
    pub from: Option<NaiveDate>,
    /// Due on or before.
    pub to: Option<NaiveDate>,
    /// Measures that are over budget, where that state is asked for: ids.
    pub over_budget: Vec<String>,
    /// Only what they answer for.
    pub answers: Option<Answers>,
    /// Only of this unit.
    pub org_unit: Option<String>,
    /// Beyond this one.
    pub after: Option<Place>,
    /// At most so many of a source.
    pub limit: usize,
}

/// What somebody answers for.
pub(in crate::actions) fn of_person(user_id: &str, roles: Vec<Role>) -> Answers {
    Answers {
        user_id: user_id.to_owned(),
        roles,
    }
}

impl Query {
    fn kinds_of(&self, source: Source) -> Vec<Kind> {
        let asked = |kind: &Kind| self.kinds.is_empty() || self.kinds.contains(kind);
        let kinds = Kind::ALL.iter().copied();
        kinds
            .filter(|kind| source.brings(*kind) && asked(kind))
            .collect()
    }

    /// Days that a source stores, of deadlines of a kind in one of the states that days decide; `None`: whenever.
    fn spans(
        &self,
        source: Source,
        kind: Kind,
        today: NaiveDate,
    ) -> Option<Vec<(NaiveDate, NaiveDate)>> {
        let spans = self
            .states
            .iter()
            .filter_map(|state| state.span(kind, today));
        let stored = spans
            .map(|(first, last)| (first_stored(source, first), source.lag().last_stored(last)));
        (!self.states.is_empty()).then(|| stored.collect())
    }

    /// The window of the source's own days, and the row beyond which it begins.
    fn ask<'a>(
        &'a self,
        source: Source,
        scoped: &Scoped<'a>,
        spans: Option<&'a [(NaiveDate, NaiveDate)]>,
    ) -> Ask<'a> {
        let mut from = self.from.map(|day| first_stored(source, day));
        let mut after = None;
        if let Some(place) = &self.after {
            let beyond = match place.source.cmp(&source) {
                std::cmp::Ordering::Equal => {
                    after = Some((place.stored, place.id.as_str()));
                    None
                }
                // Sources before it have had their rows of this day.
                std::cmp::Ordering::Greater => Some(
                    place
                        .due
                        .succ_opt()
                        .map_or(UNDATED, |next| next.min(UNDATED)),
                ),
                std::cmp::Ordering::Less => Some(place.due),
            };
            from = from.max(beyond.map(|day| first_stored(source, day)));
        }
        Ask {
            institution_id: scoped.institution_id,
            reader: scoped.reader,
            ids: None,
            after,
            from,
            to: self.to.map(|day| source.lag().last_stored(day)),
            spans,
            answers: self.answers.as_ref(),
            org_unit: self.org_unit.as_deref(),
            limit: i64::try_from(self.limit).unwrap_or(i64::MAX),
        }
    }
}

/// The first day of a source that is due on or after a day.
fn first_stored(source: Source, due: NaiveDate) -> NaiveDate {
    let before = due.pred_opt().unwrap_or(due);
    let last = source.lag().last_stored(before);
    last.succ_opt().unwrap_or(last)
}

/// Ids that a statement names at most; either engine takes more.
const IDS_AT_A_TIME: usize = 10_000;

/// The next rows of a source; a measure in several of the states that are asked for may come more than once.
pub(super) fn fetch(
    db: &mut Db,
    source: Source,
    scoped: &Scoped<'_>,
    query: &Query,
    today: NaiveDate,
) -> Result<Vec<Row>> {
    let kinds = query.kinds_of(source);
    // Exceptions are accepted until a day, other dates that were set are not: their states are others.
    let (exceptions, others): (Vec<Kind>, Vec<Kind>) = kinds
        .iter()
        .partition(|kind| **kind == Kind::Exception && !query.states.is_empty());
    let mut found = Vec::new();
    for kinds in [exceptions, others] {
        let Some(kind) = kinds.first() else { continue };
        let states = measure_states(source, query, today);
        let spans = query.spans(source, *kind, today);
        if source == Source::Implementation {
            for ids in query.over_budget.chunks(IDS_AT_A_TIME) {
                let ask = query.ask(source, scoped, Some(&[]));
                let states = [MeasureState::OneOf(ids)];
                found.extend(rows(db, source, &kinds, &states, &ask)?);
            }
        }
        if spans.as_ref().is_some_and(Vec::is_empty) && states.is_empty() {
            continue;
        }
        let ask = query.ask(source, scoped, spans.as_deref());
        found.extend(rows(db, source, &kinds, &states, &ask)?);
    }
    Ok(found)
}

/// The rows of some deadlines.
pub(super) fn by_ids(db: &mut Db, scoped: &Scoped<'_>, ids: &[&str]) -> Result<Vec<Row>> {
    let mut found = Vec::new();
    for source in Source::ALL.iter().copied() {
        let named: Vec<&str> = ids.iter().filter_map(|id| id_in(source, id)).collect();
        if named.is_empty() {
            continue;
        }
        let rows_of: Vec<&str> = named
            .iter()
            .map(|id| id.split(':').next().unwrap_or(id))
            .collect();
        let ask = Ask {
            institution_id: scoped.institution_id,
            reader: scoped.reader,
            ..Ask::ids(&rows_of)
        };
        let rows = rows(db, source, Kind::ALL, &[], &ask)?;
        let is_named = |row: &Row| match row {
            Row::Duty(duty, day) => named.contains(&format!("{}:{day}", duty.id).as_str()),
            _ => true,
        };
        found.extend(rows.into_iter().filter(is_named));
    }
    Ok(found)
}

/// What follows the name of its source in an id.
pub(super) fn id_in(source: Source, id: &str) -> Option<&str> {
    id.strip_prefix(source.as_str())?.strip_prefix(':')
}

fn measure_states(source: Source, query: &Query, today: NaiveDate) -> Vec<MeasureState<'static>> {
    if source != Source::Implementation {
        return Vec::new();
    }
    let state = |state: &State| match state {
        State::Stalled => {
            let last = today.checked_sub_days(STALLED_AFTER).unwrap_or(today);
            let instant = berlin_instant(last, chrono::NaiveTime::MIN);
            Some(MeasureState::StalledSince(stored(instant)))
        }
        State::Blocked => Some(MeasureState::Blocked),
        State::Undated => Some(MeasureState::Undated),
        State::Unowned => Some(MeasureState::Unowned),
        _ => None,
    };
    query.states.iter().filter_map(state).collect()
}

fn rows(
    db: &mut Db,
    source: Source,
    kinds: &[Kind],
    states: &[MeasureState<'_>],
    ask: &Ask<'_>,
) -> Result<Vec<Row>> {
    let measure_day = match source {
        Source::Implementation => Some(MeasureDay::Due),
        Source::Start => Some(MeasureDay::Start),
        Source::Verification => Some(MeasureDay::Reported),
        Source::Review => Some(MeasureDay::Review),
        _ => None,
    };
    if let Some(day) = measure_day {
        let found = deadlines::measures(db, day, states, ask)?;
        return Ok(found
            .into_iter()
            .map(|row| Row::Measure(source, row))
            .collect());
    }
    let check_day = match source {
        Source::GsCheckRefresh => Some(CheckDay::Checked),
        Source::RiskAcceptance => Some(CheckDay::RiskReview),
        _ => None,
    };
    if let Some(day) = check_day {
        let found = deadlines::checks(db, day, ask)?;
        return Ok(found
            .into_iter()
            .map(|row| Row::Check(source, row))
            .collect());
    }
    match source {
        Source::Evidence => {
            let found = deadlines::evidence(db, ask)?;
            Ok(found.into_iter().map(Row::Evidence).collect())
        }
        Source::PostStart => {
            let found = deadlines::posts(db, ask)?;
            Ok(found.into_iter().map(Row::Post).collect())
        }
        Source::Set => {
            let found = deadlines::set(db, kinds, ask)?;
            Ok(found.into_iter().map(Row::Set).collect())
        }
        _ => duties(db, kinds, ask),
    }
}

/// What a duty is about: a paper's duty that comes again is a report.
pub(super) fn kind_of_duty(recurrence: Recurrence) -> Kind {
    match recurrence {
        Recurrence::Once => Kind::Duty,
        Recurrence::HalfYearly | Recurrence::Yearly => Kind::CouncilReport,
    }
}

/// Dates of duties that were not met, in the order of the other sources.
fn duties(db: &mut Db, kinds: &[Kind], ask: &Ask<'_>) -> Result<Vec<Row>> {
    let (found, met) = deadlines::duties(db, ask)?;
    let foreign = ask
        .answers
        .is_some_and(|answers| !answers.roles.contains(&Role::Isb));
    if foreign || ask.org_unit.is_some() {
        return Ok(Vec::new());
    }
    let met: std::collections::HashSet<(String, NaiveDate)> = met.into_iter().collect();
    let in_span = |day: NaiveDate| {
        ask.spans.is_none_or(|spans| {
            spans
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&day))
        })
    };
    let mut rows: Vec<(NaiveDate, DutyRow)> = Vec::new();
    for duty in found {
        if !kinds.contains(&kind_of_duty(duty.recurrence)) {
            continue;
        }
        for day in duty.recurrence.dates(duty.due_on, duty.until_on) {
            let beyond = ask
                .after
                .is_none_or(|(last, id)| (day, format!("{}:{day}", duty.id).as_str()) > (last, id));
            let open = !met.contains(&(duty.id.clone(), day));
            let window =
                ask.from.is_none_or(|first| day >= first) && ask.to.is_none_or(|last| day <= last);
            if beyond && open && window && in_span(day) {
                rows.push((day, duty.clone()));
            }
        }
    }
    rows.sort_by(|(day, duty), (other_day, other)| (day, &duty.id).cmp(&(other_day, &other.id)));
    rows.truncate(usize::try_from(ask.limit).unwrap_or(usize::MAX));
    Ok(rows
        .into_iter()
        .map(|(day, duty)| Row::Duty(duty, day))
        .collect())
}
