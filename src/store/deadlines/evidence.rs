//! Evidence by the day on which it ends.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::sql_types::{Date, Text};

use super::{Ask, by_day, from_elsewhere};
use crate::domain::measure::{Confidentiality, Status};
use crate::error::Result;
use crate::store::db::{Db, MultiBackend};
use crate::store::expressions::row_after;
use crate::store::schema::{measure_evidence, measures};

/// A piece of evidence that ends, with its measure.
#[derive(Debug, Clone, Queryable)]
pub struct EvidenceRow {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Its class.
    pub confidentiality: Confidentiality,
    /// Its last day.
    pub valid_until: NaiveDate,
    /// Since (UTC).
    pub added_at: NaiveDateTime,
    /// Institution.
    pub institution_id: String,
    /// Reference of the measure.
    pub measure: String,
    /// Class of the measure.
    pub of_measure: Confidentiality,
    /// Whoever is responsible for the measure.
    pub owner_id: Option<String>,
    /// Whoever stands in for them.
    pub deputy_id: Option<String>,
    /// Unit of the measure.
    pub org_unit: Option<String>,
}

/// Evidence in the order of its last days: what was withdrawn ends for nobody, and nobody needs that of a measure that was
/// given up.
pub fn evidence(db: &mut Db, ask: &Ask<'_>) -> Result<Vec<EvidenceRow>> {
    let day = || measure_evidence::valid_until.assume_not_null();
    let mut query = measure_evidence::table
        .inner_join(measures::table)
        .select((
            measure_evidence::id,
            measure_evidence::title,
            measure_evidence::confidentiality,
            day(),
            measure_evidence::added_at,
            measures::institution_id,
            measures::reference,
            measures::confidentiality,
            measures::owner_id,
            measures::deputy_id,
            measures::org_unit,
        ))
        .into_boxed::<MultiBackend>();
    let over = [Status::Rejected, Status::Replaced];
    let mut query = by_day!(query, ask, day(), measure_evidence::id)
        .filter(measure_evidence::valid_until.is_not_null())
        .filter(measure_evidence::withdrawn_at.is_null())
        .filter(measures::status.ne_all(over));
    from_elsewhere!(db, query, ask);
    if let Some(reader) = ask.reader {
        let sight = &reader.measures;
        let concerned = measures::owner_id
            .eq(sight.user_id)
            .or(measures::deputy_id.eq(sight.user_id))
            .or(measures::verifier_id.eq(sight.user_id));
        let class = || measure_evidence::confidentiality;
        let own = concerned.and(class().eq_any(&sight.visibility.own));
        query = query.filter(class().eq_any(&sight.visibility.all).or(own));
    }
    if let Some(unit) = ask.org_unit {
        query = query.filter(measures::org_unit.eq(unit));
    }
    if let Some(answers) = ask.answers {
        query = query.filter(measures::owner_id.eq(&answers.user_id));
    }
    Ok(query.load(db)?)
}
