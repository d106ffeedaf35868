//! Resolutions of councils and committees.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::db::{Db, MultiBackend};
use super::expressions::row_before;
use super::schema::resolutions;
use crate::domain::programme::{ResolutionKind, ResolutionOutcome};
use crate::error::{Code, Error, Result};

/// A resolution as it is stored.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = resolutions)]
pub struct Resolution {
    /// Id.
    pub id: String,
    /// Institution.
    pub institution_id: String,
    /// Key within the institution; never changes.
    pub key: String,
    /// Number of the paper.
    pub paper: String,
    /// Title of the paper.
    pub paper_title: String,
    /// Body.
    pub body: String,
    /// Day of the sitting.
    pub decided_on: NaiveDate,
    /// Public sitting.
    pub is_public: bool,
    /// What the sitting was for.
    pub kind: ResolutionKind,
    /// What came of it.
    pub outcome: ResolutionOutcome,
    /// Where that stands, as JSON.
    pub source: Option<String>,
    /// Counts changes, from 1.
    pub version: i32,
}

/// Resolutions of an institution, the newest first, those before a place first; all, or those of public sittings.
pub fn page(
    db: &mut Db,
    institution_id: &str,
    public_only: bool,
    before: Option<(NaiveDate, String)>,
    limit: i64,
) -> Result<Vec<Resolution>> {
    let mut query = resolutions::table
        .filter(resolutions::institution_id.eq(institution_id))
        .order((resolutions::decided_on.desc(), resolutions::id.desc()))
        .limit(limit)
        .into_boxed::<MultiBackend>();
    if public_only {
        query = query.filter(resolutions::is_public.eq(true));
    }
    if let Some((day, id)) = before {
        let here = (resolutions::decided_on, resolutions::id);
        query = query.filter(row_before(
            here,
            (
                day.into_sql::<diesel::sql_types::Date>(),
                id.into_sql::<diesel::sql_types::Text>(),
            ),
        ));
    }
    Ok(query.load(db)?)
}

/// A resolution of an institution by its id.
pub fn by_id(db: &mut Db, institution_id: &str, id: &str) -> Result<Option<Resolution>> {
    one(db, institution_id, |query| {
        query.filter(resolutions::id.eq(id.to_owned()))
    })
}

/// A resolution of an institution by its key.
pub fn by_key(db: &mut Db, institution_id: &str, key: &str) -> Result<Option<Resolution>> {
    one(db, institution_id, |query| {
        query.filter(resolutions::key.eq(key.to_owned()))
    })
}

type Boxed<'a> = resolutions::BoxedQuery<'a, MultiBackend>;

fn one<'a>(
    db: &mut Db,
    institution_id: &'a str,
    which: impl FnOnce(Boxed<'a>) -> Boxed<'a>,
) -> Result<Option<Resolution>> {
    let of_institution = resolutions::table
        .filter(resolutions::institution_id.eq(institution_id))
        .into_boxed::<MultiBackend>();
    Ok(which(of_institution).first(db).optional()?)
}

/// Adds a resolution.
///
/// # Errors
/// `already_exists` for a key that somebody else was faster with
pub fn insert(db: &mut Db, resolution: &Resolution) -> Result<()> {
    diesel::insert_into(resolutions::table)
        .values(resolution)
        .execute(db)?;
    Ok(())
}

/// Stores a changed resolution over the version it was made from.
///
/// # Errors
/// `stale` when somebody else was faster
pub fn replace(db: &mut Db, resolution: &mut Resolution) -> Result<()> {
    let seen = resolution.version;
    resolution.version = seen.saturating_add(1);
    let row = resolutions::table
        .find(&resolution.id)
        .filter(resolutions::version.eq(seen));
    let changed = diesel::update(row)
        .set((
            resolutions::paper.eq(&resolution.paper),
            resolutions::paper_title.eq(&resolution.paper_title),
            resolutions::body.eq(&resolution.body),
            resolutions::decided_on.eq(resolution.decided_on),
            resolutions::is_public.eq(resolution.is_public),
            resolutions::kind.eq(resolution.kind),
            resolutions::outcome.eq(resolution.outcome),
            resolutions::version.eq(resolution.version),
        ))
        .execute(db)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::new(Code::Stale))
    }
}
