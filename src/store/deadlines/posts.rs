//! Posts by the day from which they are to be filled.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::sql_types::{Date, Text};

use super::{Ask, by_day};
use crate::domain::access::Role;
use crate::domain::measure::Confidentiality;
use crate::domain::post::Status;
use crate::error::Result;
use crate::store::db::{Db, MultiBackend};
use crate::store::expressions::row_after;
use crate::store::schema::{posts, programmes};

/// A post that is to be filled.
#[derive(Debug, Clone, Queryable)]
pub struct PostRow {
    /// Id.
    pub id: String,
    /// Institution.
    pub institution_id: String,
    /// Key of the programme.
    pub programme: String,
    /// Class of the programme.
    pub confidentiality: Confidentiality,
    /// When the programme came in (UTC).
    pub imported_at: NaiveDateTime,
    /// Unit.
    pub org_unit: String,
    /// Pay grade.
    pub grade: Option<String>,
    /// From when on.
    pub starts_on: NaiveDate,
    /// Counts changes.
    pub version: i32,
}

/// Posts that were granted and are not filled, in the order of their first days.
pub fn posts(db: &mut Db, ask: &Ask<'_>) -> Result<Vec<PostRow>> {
    let finance = |roles: &[Role]| roles.contains(&Role::Finance);
    if ask.reader.is_some_and(|reader| !reader.posts)
        || ask.answers.is_some_and(|answers| !finance(&answers.roles))
    {
        return Ok(Vec::new());
    }
    let day = || posts::starts_on.assume_not_null();
    let mut query = posts::table
        .inner_join(programmes::table)
        .select((
            posts::id,
            programmes::institution_id,
            programmes::key,
            programmes::confidentiality,
            programmes::imported_at,
            posts::org_unit,
            posts::grade,
            day(),
            posts::version,
        ))
        .into_boxed::<MultiBackend>();
    let open = Status::ALL.iter().filter(|status| status.is_open());
    let mut query = by_day!(query, ask, day(), posts::id)
        .filter(posts::starts_on.is_not_null())
        .filter(posts::status.eq_any(open))
        .filter(posts::filled_hundredths.lt(posts::hundredths));
    if let Some(id) = ask.institution_id {
        query = query.filter(programmes::institution_id.eq(id));
    }
    if let Some(reader) = ask.reader {
        let sight = &reader.measures;
        query = query
            .filter(programmes::institution_id.eq(sight.institution_id))
            .filter(programmes::confidentiality.eq_any(&sight.visibility.programmes));
    }
    if let Some(unit) = ask.org_unit {
        query = query.filter(posts::org_unit.eq(unit));
    }
    Ok(query.load(db)?)
}
