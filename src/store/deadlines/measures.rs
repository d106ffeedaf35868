//! Measures by their days: due, start, reported done, Wiedervorlage.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::{Date, Text};

use super::{Ask, by_day, from_elsewhere};
use crate::domain::access::Role;
use crate::domain::deadline::UNDATED;
use crate::domain::measure::{Confidentiality, Status};
use crate::error::Result;
use crate::store::db::{Db, MultiBackend};
use crate::store::expressions::{is_one_of, is_word, row_after};
use crate::store::schema::{measure_dependencies, measure_details, measures, memberships, users};
use crate::store::sight::seen_by;

/// Which day of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasureDay {
    /// Due date, while it runs.
    Due,
    /// Planned start, while it is approved.
    Start,
    /// Day on which it was reported done, until it is checked.
    Reported,
    /// Wiedervorlage, unless it was rejected or replaced.
    Review,
}

/// How a running measure stands, apart from its date; alternatives to the spans of [`Ask`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasureState<'a> {
    /// In progress, and without progress since before an instant (UTC).
    StalledSince(NaiveDateTime),
    /// Blocked, or something that it needs is not done.
    Blocked,
    /// One of these: ids.
    OneOf(&'a [String]),
    /// Without a date.
    Undated,
    /// Without anybody who answers for it and can sign in.
    Unowned,
}

impl MeasureState<'_> {
    /// Whether it holds of measures without a date as well.
    const fn needs_no_date(&self) -> bool {
        matches!(
            self,
            MeasureState::OneOf(_) | MeasureState::Undated | MeasureState::Unowned
        )
    }
}

/// A measure, as far as its deadlines depend on it.
#[derive(Debug, Clone, Queryable)]
pub struct MeasureRow {
    /// Id.
    pub id: String,
    /// Institution.
    pub institution_id: String,
    /// `M-2022-0007`
    pub reference: String,
    /// Title.
    pub title: String,
    /// Title for the public, where the other one may not be.
    pub title_public: Option<String>,
    /// Class.
    pub confidentiality: Confidentiality,
    /// Whoever is responsible.
    pub owner_id: Option<String>,
    /// Whoever stands in for them.
    pub deputy_id: Option<String>,
    /// Whoever is to check it.
    pub verifier_id: Option<String>,
    /// Unit.
    pub org_unit: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// When the last step was taken (UTC).
    pub status_changed_at: NaiveDateTime,
    /// 1 (highest) to 4.
    pub priority: i32,
    /// Planned start.
    pub start_planned: Option<NaiveDate>,
    /// First binding due date.
    pub due_original: Option<NaiveDate>,
    /// Due date; [`UNDATED`] without one.
    pub due_sort: NaiveDate,
    /// In the words of its source.
    pub due_text: Option<String>,
    /// Day on which it was reported done.
    pub completed_on: Option<NaiveDate>,
    /// Counts changes.
    pub version: i32,
    /// Since (UTC).
    pub created_at: NaiveDateTime,
    /// Last change (UTC).
    pub updated_at: NaiveDateTime,
    /// Wiedervorlage.
    pub review_on: Option<NaiveDate>,
    /// Since when its date binds its owner.
    pub bound_since: Option<NaiveDate>,
    /// Last progress (UTC).
    pub last_progress_at: Option<NaiveDateTime>,
}

/// Measures in the order of one of their days. `states` are alternatives to the spans; only those that ask for it bring
/// measures without a date.
pub fn measures(
    db: &mut Db,
    which: MeasureDay,
    states: &[MeasureState<'_>],
    ask: &Ask<'_>,
) -> Result<Vec<MeasureRow>> {
    let mut query = measures::table
        .inner_join(measure_details::table)
        .select((
            measures::id,
            measures::institution_id,
            measures::reference,
            measures::title,
            measures::title_public,
            measures::confidentiality,
            measures::owner_id,
            measures::deputy_id,
            measures::verifier_id,
            measures::org_unit,
            measures::status,
            measures::status_changed_at,
            measures::priority,
            measures::start_planned,
            measures::due_original,
            measures::due_sort,
            measures::due_text,
            measures::completed_on,
            measures::version,
            measures::created_at,
            measures::updated_at,
            measure_details::review_on,
            measure_details::bound_since,
            measure_details::last_progress_at,
        ))
        .into_boxed::<MultiBackend>();
    for state in states {
        query = match state {
            MeasureState::StalledSince(instant) => query.or_filter(
                measures::status
                    .eq(Status::InProgress)
                    .and(measure_details::last_progress_at.lt(*instant)),
            ),
            MeasureState::Blocked => {
                let required = diesel::alias!(measures as required);
                let done: Vec<Status> = Status::done().collect();
                let is_required = required
                    .field(measures::id)
                    .eq(measure_dependencies::requires_id);
                let waits = measure_dependencies::table
                    .inner_join(required.on(is_required))
                    .filter(measure_dependencies::measure_id.eq(measures::id))
                    .filter(required.field(measures::status).ne_all(done));
                query.or_filter(measures::status.eq(Status::Blocked).or(exists(waits)))
            }
            MeasureState::OneOf(ids) => query.or_filter(measures::id.eq_any(*ids)),
            MeasureState::Undated => query.or_filter(measures::due_sort.eq(UNDATED)),
            MeasureState::Unowned => {
                let can_act = memberships::table
                    .inner_join(users::table)
                    .filter(memberships::institution_id.eq(measures::institution_id))
                    .filter(memberships::user_id.nullable().eq(measures::owner_id))
                    .filter(users::active.eq(true));
                query.or_filter(measures::owner_id.is_null().or(not(exists(can_act))))
            }
        };
    }
    // The words of the partial indexes, written out as they stand there.
    let mut query = match which {
        MeasureDay::Due => {
            let query = by_day!(query, ask, measures::due_sort, measures::id).filter(is_one_of(
                measures::status,
                "('approved', 'in_progress', 'blocked')",
            ));
            if states.iter().any(MeasureState::needs_no_date) {
                query
            } else {
                query.filter(measures::due_sort.lt(UNDATED))
            }
        }
        MeasureDay::Start => by_day!(
            query,
            ask,
            measures::start_planned.assume_not_null(),
            measures::id
        )
        .filter(is_word(measures::status, "'approved'"))
        .filter(measures::start_planned.is_not_null()),
        MeasureDay::Reported => by_day!(
            query,
            ask,
            measures::completed_on.assume_not_null(),
            measures::id
        )
        .filter(is_word(measures::status, "'implemented'"))
        .filter(measures::completed_on.is_not_null()),
        MeasureDay::Review => {
            let over = [Status::Rejected, Status::Replaced];
            by_day!(
                query,
                ask,
                measure_details::review_on.assume_not_null(),
                measure_details::measure_id
            )
            .filter(measure_details::review_on.is_not_null())
            .filter(measures::status.ne_all(over))
        }
    };
    if which == MeasureDay::Review {
        from_elsewhere!(db, query, ask);
    } else {
        if let Some(id) = ask.institution_id {
            query = query.filter(measures::institution_id.eq(id));
        }
        if let Some(reader) = ask.reader {
            query = query.filter(seen_by(&reader.measures));
        }
    }
    if let Some(unit) = ask.org_unit {
        query = query.filter(measures::org_unit.eq(unit));
    }
    if let Some(answers) = ask.answers {
        let isb = answers.roles.contains(&Role::Isb);
        let user_id = &answers.user_id;
        query = match which {
            MeasureDay::Due | MeasureDay::Start => query.filter(measures::owner_id.eq(user_id)),
            MeasureDay::Reported if isb => query.filter(
                measures::verifier_id
                    .eq(user_id)
                    .or(measures::verifier_id.is_null()),
            ),
            MeasureDay::Reported => query.filter(measures::verifier_id.eq(user_id)),
            MeasureDay::Review if isb => query,
            // It is nobody's but the ISB's.
            MeasureDay::Review => return Ok(Vec::new()),
        };
    }
    Ok(query.load(db)?)
}
