//! What deadlines are derived from: each source by the day that it stores, in pages.

mod checks;
mod duties;
mod evidence;
mod facts;
mod measures;
mod pauses;
mod posts;
mod set;

use chrono::NaiveDate;

use super::budget::LineFilter;
use super::requirement_checks::Sight as CheckSight;
use super::sight::Sight;
use crate::domain::access::{DeadlineVisibility, Role};

pub use checks::{CheckDay, CheckRow, checks};
pub use duties::{DutyRow, complete_duty, duties};
pub use evidence::{EvidenceRow, evidence};
pub use facts::{Facts, active_members, facts};
pub use measures::{MeasureDay, MeasureRow, MeasureState, measures};
pub use pauses::{Pause, active as active_pauses, insert as insert_pause, lift, of as pauses_of};
pub use posts::{PostRow, posts};
pub use set::{
    Completion, SetDeadline, SetRow, complete, completions, count_open, get as set_deadline,
    insert as insert_set, next_number, replace as replace_set, set,
};

/// What somebody may see of all that deadlines are derived from.
#[derive(Debug)]
pub struct Reader<'a> {
    /// Measures, their evidence, and programmes.
    pub measures: Sight<'a>,
    /// Checks of requirements.
    pub checks: CheckSight<'a>,
    /// Deadlines that were set.
    pub deadlines: DeadlineVisibility,
    /// Posts of the programmes in sight.
    pub posts: bool,
    /// The lines of whose money they may know, if of any.
    pub money: Option<LineFilter>,
}

/// Whoever has to answer: in person, or by a role where no person does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// User id.
    pub user_id: String,
    /// Their roles.
    pub roles: Vec<Role>,
}

/// Which rows of a source, and in which part of its order by day and id. Days are those that the source stores.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Of this institution; without one the ids say whose they are.
    pub institution_id: Option<&'a str>,
    /// Only what they may see.
    pub reader: Option<&'a Reader<'a>>,
    /// Only these.
    pub ids: Option<&'a [&'a str]>,
    /// Beyond this row.
    pub after: Option<(NaiveDate, &'a str)>,
    /// On or after this day.
    pub from: Option<NaiveDate>,
    /// On or before this day.
    pub to: Option<NaiveDate>,
    /// In one of these spans; `None`: whenever.
    pub spans: Option<&'a [(NaiveDate, NaiveDate)]>,
    /// Only what they answer for.
    pub answers: Option<&'a Answers>,
    /// Only of this unit.
    pub org_unit: Option<&'a str>,
    /// At most so many rows.
    pub limit: i64,
}

impl Ask<'_> {
    /// Everything in some ids.
    pub const fn ids<'a>(ids: &'a [&'a str]) -> Ask<'a> {
        Ask {
            institution_id: None,
            reader: None,
            ids: Some(ids),
            after: None,
            from: None,
            to: None,
            spans: None,
            answers: None,
            org_unit: None,
            limit: i64::MAX,
        }
    }
}

/// Narrows a boxed query, which has no condition yet but such as are alternatives to the spans, to a part of its order by a
/// day and an id.
macro_rules! by_day {
    ($query:ident, $ask:ident, $day:expr, $id:expr) => {{
        for (first, last) in $ask.spans.unwrap_or_default() {
            $query = $query.or_filter($day.between(*first, *last));
        }
        if let Some((day, id)) = $ask.after {
            $query = $query.filter(row_after(
                ($day, $id),
                (day.into_sql::<Date>(), id.into_sql::<Text>()),
            ));
        }
        if let Some(first) = $ask.from {
            $query = $query.filter($day.ge(first));
        }
        if let Some(last) = $ask.to {
            $query = $query.filter($day.le(last));
        }
        if let Some(ids) = $ask.ids {
            $query = $query.filter($id.eq_any(ids));
        }
        $query.order(($day.asc(), $id.asc())).limit($ask.limit)
    }};
}
use by_day;

/// Narrows a boxed query that comes to measures from another table to what a reader sees: as `seen_by`, but where the engine
/// plans without statistics the institution is compared in a way that no index knows. It would take the index of an institution's
/// measures for the narrowest one, and read all of them instead of the next few by day.
macro_rules! from_elsewhere {
    ($db:ident, $query:ident, $ask:ident) => {{
        let institutions = [
            $ask.institution_id,
            $ask.reader.map(|reader| reader.measures.institution_id),
        ];
        for id in institutions.into_iter().flatten() {
            $query = if $db.plans_without_statistics() {
                $query.filter(measures::institution_id.concat("").eq(id))
            } else {
                $query.filter(measures::institution_id.eq(id))
            };
        }
        if let Some(reader) = $ask.reader {
            let sight = &reader.measures;
            let concerned = measures::owner_id
                .eq(sight.user_id)
                .or(measures::deputy_id.eq(sight.user_id))
                .or(measures::verifier_id.eq(sight.user_id));
            let class = || measures::confidentiality;
            let own = concerned.and(class().eq_any(&sight.visibility.own));
            $query = $query.filter(class().eq_any(&sight.visibility.all).or(own));
        }
    }};
}
use from_elsewhere;
