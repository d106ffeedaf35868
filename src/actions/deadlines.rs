//! Deadlines as they are on a day, derived from what is stored (DOMAIN §5.7).

use chrono::NaiveDate;

use crate::domain::calendar::berlin_day;
use crate::domain::deadline::{Deadline, Kind};
use crate::error::Result;
use crate::store::Db;
use crate::store::deadlines::{self, MeasureFacts};

/// Measures whose deadlines are derived at a time.
const PAGE: i64 = 1000;

/// Hands all deadlines of an institution that somebody may have to be reminded of to `take`, a thousand measures at a
/// time: memory and the number of statements per thousand do not depend on how many there are.
pub(super) fn each_page(
    db: &mut Db,
    institution_id: &str,
    today: NaiveDate,
    mut take: impl FnMut(&mut Db, Vec<Deadline>) -> Result<()>,
) -> Result<()> {
    let mut after = String::new();
    loop {
        let page = deadlines::running_measures(db, institution_id, &after, PAGE)?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after.clone_from(&last.measure.id);
        take(
            db,
            page.iter()
                .filter_map(|facts| implementation(facts, today))
                .collect(),
        )?;
    }
}

/// The deadlines of these ids that still run, as they are now.
pub(super) fn by_ids(db: &mut Db, ids: &[&str], today: NaiveDate) -> Result<Vec<Deadline>> {
    let measures: Vec<&str> = ids
        .iter()
        .filter_map(|id| id.strip_prefix("implementation:"))
        .collect();
    let found = deadlines::measures_by_id(db, &measures)?;
    Ok(found
        .iter()
        .filter_map(|facts| implementation(facts, today))
        .collect())
}

fn implementation(facts: &MeasureFacts, _today: NaiveDate) -> Option<Deadline> {
    let measure = &facts.measure;
    let due = measure.due_current.filter(|_| measure.status.runs())?;
    Some(Deadline {
        id: format!("{}:{}", Kind::Implementation, measure.id),
        kind: Kind::Implementation,
        reference: measure.reference.clone(),
        title: measure.title.clone(),
        title_public: measure.title_public.clone(),
        confidentiality: measure.confidentiality,
        status: Some(measure.status),
        due,
        due_original: measure.due_original.unwrap_or(due),
        due_text: measure.due_text.clone(),
        since: berlin_day(measure.created_at.and_utc()),
        urgent: measure.priority == 1 || facts.fulfils_basic,
        owner: measure.owner_id.clone(),
        deputy: measure.deputy_id.clone(),
        role: None,
        org_unit: measure.org_unit.clone(),
        postponements: 0,
        paused_until: None,
    })
}
