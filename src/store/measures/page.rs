//! Pages of measures.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::connection::DefaultLoadingMode;
use diesel::dsl::SqlTypeOf;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use super::filter::{Filter, matching};
use super::{Row, Sight, due_sort};
use crate::domain::measure::{Confidentiality, Modules, Precision, Status};
use crate::domain::text_enum;
use crate::error::Result;
use crate::store::db::{Db, both};
use crate::store::expressions::{first_rows, row_after, row_before};
use crate::store::schema::{measure_links, measures, programmes, users};
use crate::store::sight::seen_by;

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

/// What a list shows of a measure: half of its columns, and none of the long ones.
#[derive(Debug, Clone, Queryable)]
pub struct Listed {
    /// Id.
    pub id: String,
    /// `M-2022-0007`
    pub reference: String,
    /// Key in the file it came from.
    pub external_key: Option<String>,
    /// Title.
    pub title: String,
    /// Where it stands.
    pub status: Status,
    /// Unit.
    pub org_unit: Option<String>,
    /// Due date.
    pub due_current: Option<NaiveDate>,
    /// How exactly it is known.
    pub due_precision: Option<Precision>,
    /// In the words of its source.
    pub due_text: Option<String>,
    /// First binding due date.
    pub due_original: Option<NaiveDate>,
    /// An assumption, not from a paper.
    pub due_assumed: bool,
    /// Day on which the work was reported done.
    pub completed_on: Option<NaiveDate>,
    /// Class.
    pub confidentiality: Confidentiality,
    /// Counts changes, from 1.
    pub version: i32,
    /// 1 (highest) to 4.
    pub priority: i32,
    /// When it was changed last (UTC).
    pub updated_at: NaiveDateTime,
    /// Its reference number.
    pub reference_seq: i64,
    /// Address and name of whoever is responsible.
    pub owner: Option<(String, String)>,
    /// Key and class of the programme; whether the reader may know of it is for the caller to ask.
    pub programme: Option<(String, Confidentiality)>,
}

impl Listed {
    /// Where it stands in every order.
    pub fn place(&self) -> After {
        After {
            priority: self.priority,
            due_sort: due_sort(self.due_current),
            updated_at: self.updated_at,
            reference_seq: self.reference_seq,
        }
    }
}

impl From<Row> for Listed {
    fn from(row: Row) -> Self {
        let measure = row.measure;
        Listed {
            id: measure.id,
            reference: measure.reference,
            external_key: measure.external_key,
            title: measure.title,
            status: measure.status,
            org_unit: measure.org_unit,
            due_current: measure.due_current,
            due_precision: measure.due_precision,
            due_text: measure.due_text,
            due_original: measure.due_original,
            due_assumed: measure.due_assumed,
            completed_on: measure.completed_on,
            confidentiality: measure.confidentiality,
            version: measure.version,
            priority: measure.priority,
            updated_at: measure.updated_at,
            reference_seq: measure.reference_seq,
            owner: row.owner,
            programme: row.programme,
        }
    }
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// All values in one text, in no order; null for none.
    #[aggregate]
    fn string_agg(value: Nullable<Text>, separator: Text) -> Nullable<Text>;
}

/// A row: a measure, and the modules of its links in one text.
type Found = (Listed, Option<String>);

/// What a page holds of the measures of which a condition holds.
///
/// A macro, like the order, so that a page without filters is a query for one engine: where one connection stands for two,
/// diesel writes the words of every statement three times and looks at every value twice.
macro_rules! listed {
    ($condition:expr) => {{
        let modules = measure_links::table
            .filter(measure_links::measure_id.eq(measures::id))
            .select(string_agg(measure_links::module_id, Modules::SEPARATOR))
            .single_value();
        measures::table
            .left_join(users::table)
            .left_join(programmes::table)
            .filter($condition)
            .select((
                (
                    measures::id,
                    measures::reference,
                    measures::external_key,
                    measures::title,
                    measures::status,
                    measures::org_unit,
                    measures::due_current,
                    measures::due_precision,
                    measures::due_text,
                    measures::due_original,
                    measures::due_assumed,
                    measures::completed_on,
                    measures::confidentiality,
                    measures::version,
                    measures::priority,
                    measures::updated_at,
                    measures::reference_seq,
                    (users::email, users::display_name).nullable(),
                    (programmes::key, programmes::confidentiality).nullable(),
                ),
                modules.nullable(),
            ))
            .into_boxed()
    }};
}

/// The order and the place in it, both by the columns of one index.
macro_rules! sorted {
    ($query:expr, $sort:expr, $after:expr) => {
        match $sort {
            Sort::Due => sorted!($query, $after, row_after, asc: due_sort, reference_seq),
            Sort::DueDescending => sorted!($query, $after, row_before, desc: due_sort, reference_seq),
            Sort::Reference => sorted!($query, $after, row_after, asc: reference_seq),
            Sort::ReferenceDescending => sorted!($query, $after, row_before, desc: reference_seq),
            Sort::Priority => {
                sorted!($query, $after, row_after, asc: priority, due_sort, reference_seq)
            }
            Sort::PriorityDescending => {
                sorted!($query, $after, row_before, desc: priority, due_sort, reference_seq)
            }
            Sort::Updated => sorted!($query, $after, row_after, asc: updated_at, reference_seq),
            Sort::UpdatedDescending => {
                sorted!($query, $after, row_before, desc: updated_at, reference_seq)
            }
        }
    };
    ($query:expr, $after:expr, $beyond:ident, $direction:ident: $($column:ident),+) => {{
        let query = match $after {
            Some(after) => $query.filter($beyond(
                ($(measures::$column,)+),
                ($(after.$column.into_sql::<SqlTypeOf<measures::$column>>(),)+),
            )),
            None => $query,
        };
        query.order(($(measures::$column.$direction(),)+))
    }};
}

/// A page of measures with their modules: at least `limit` of them, at most 201, if there are so many.
pub fn page(
    db: &mut Db,
    sight: &Sight<'_>,
    filter: &Filter,
    today: NaiveDate,
    sort: Sort,
    after: Option<After>,
    limit: i64,
) -> Result<Vec<(Listed, Modules)>> {
    // A page of everything has one good plan. What filters find differs by their values, and is planned for them.
    if filter.finds_all() {
        both!(db, conn => {
            let all = listed!(seen_by(sight));
            let page = first_rows(sorted!(all, sort, after), limit);
            rows(page.load_iter::<Found, DefaultLoadingMode>(conn)?, limit)
        })
    } else {
        let found = listed!(matching(sight, filter, today));
        rows(
            sorted!(found, sort, after).limit(limit).load_iter(db)?,
            limit,
        )
    }
}

/// Takes the rows one by one into room that is there already: they are wide.
fn rows(
    found: impl Iterator<Item = QueryResult<Found>>,
    limit: i64,
) -> Result<Vec<(Listed, Modules)>> {
    let mut rows = Vec::with_capacity(usize::try_from(limit).unwrap_or_default());
    for row in found {
        let (listed, joined) = row?;
        rows.push((listed, Modules::joined(joined.unwrap_or_default())));
    }
    Ok(rows)
}
