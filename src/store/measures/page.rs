//! Pages of measures.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::SqlTypeOf;
use diesel::prelude::*;

use super::filter::{Filter, matching};
use super::{Measure, Row, Sight};
use crate::domain::text_enum;
use crate::error::Result;
use crate::store::db::{Db, MultiBackend};
use crate::store::expressions::{row_after, row_before};
use crate::store::schema::{measures, programmes, users};

text_enum! {
    /// How a list is sorted; with `-`, the other way round from the first row to the last.
    Sort {
        /// Earliest due first, undated last; the oldest reference first among equals.
        Due = "due",
        /// The other way round.
        DueDescending = "-due",
        /// Oldest reference first.
        Reference = "reference",
        /// Newest reference first.
        ReferenceDescending = "-reference",
        /// Highest priority (1) first; among equals as with `due`.
        Priority = "priority",
        /// The other way round.
        PriorityDescending = "-priority",
        /// Changed longest ago first; the oldest reference first among equals.
        Updated = "updated",
        /// The other way round.
        UpdatedDescending = "-updated",
    }
}

/// Place of the last row of a page, whatever the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    /// Its priority.
    pub priority: i32,
    /// Its due date to sort by.
    pub due_sort: NaiveDate,
    /// When it was changed last (UTC).
    pub updated_at: NaiveDateTime,
    /// Its reference number.
    pub reference_seq: i64,
}

impl From<&Measure> for After {
    fn from(measure: &Measure) -> Self {
        After {
            priority: measure.priority,
            due_sort: measure.due_sort,
            updated_at: measure.updated_at,
            reference_seq: measure.reference_seq,
        }
    }
}

/// A page of measures.
pub fn page(
    db: &mut Db,
    sight: &Sight<'_>,
    filter: &Filter,
    today: NaiveDate,
    sort: Sort,
    after: Option<After>,
    limit: i64,
) -> Result<Vec<Row>> {
    let query = measures::table
        .left_join(users::table)
        .left_join(programmes::table)
        .filter(matching(sight, filter, today))
        .select((
            measures::all_columns,
            (users::email, users::display_name).nullable(),
            (programmes::key, programmes::confidentiality).nullable(),
        ))
        .limit(limit)
        .into_boxed::<MultiBackend>();
    // The order and the place in it, both by the columns of one index.
    macro_rules! sorted {
        ($beyond:ident, $direction:ident: $($column:ident),+) => {{
            let query = match after {
                Some(after) => query.filter($beyond(
                    ($(measures::$column,)+),
                    ($(after.$column.into_sql::<SqlTypeOf<measures::$column>>(),)+),
                )),
                None => query,
            };
            query.order(($(measures::$column.$direction(),)+))
        }};
    }
    let query = match sort {
        Sort::Due => sorted!(row_after, asc: due_sort, reference_seq),
        Sort::DueDescending => sorted!(row_before, desc: due_sort, reference_seq),
        Sort::Reference => sorted!(row_after, asc: reference_seq),
        Sort::ReferenceDescending => sorted!(row_before, desc: reference_seq),
        Sort::Priority => sorted!(row_after, asc: priority, due_sort, reference_seq),
        Sort::PriorityDescending => sorted!(row_before, desc: priority, due_sort, reference_seq),
        Sort::Updated => sorted!(row_after, asc: updated_at, reference_seq),
        Sort::UpdatedDescending => sorted!(row_before, desc: updated_at, reference_seq),
    };
    Ok(query.load(db)?)
}
