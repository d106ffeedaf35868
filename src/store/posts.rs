//! Posts, in hundredths of a full-time equivalent.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::db::{Db, MultiBackend};
use super::schema::{posts, programmes, resolutions};
use crate::domain::measure::Confidentiality;
use crate::domain::post::{Facts, Status};
use crate::domain::programme::{PostKind, ResolutionOutcome};
use crate::error::{Code, Error, Result};

/// A post as it is stored.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = posts)]
pub struct Post {
    /// Id; ids sort by the order in which posts were entered.
    pub id: String,
    /// Programme.
    pub programme_id: String,
    /// Budget line.
    pub line_id: Option<String>,
    /// Unit.
    pub org_unit: String,
    /// Pay grade.
    pub grade: Option<String>,
    /// Hundredths of a full-time equivalent.
    pub hundredths: i32,
    /// Of these, to be filled before the budget is adopted.
    pub early_hundredths: i32,
    /// Kind.
    pub kind: PostKind,
    /// Where it stands.
    pub status: Status,
    /// Of the hundredths, filled.
    pub filled_hundredths: i32,
    /// Start.
    pub starts_on: Option<NaiveDate>,
    /// Start of the early part.
    pub early_starts_on: Option<NaiveDate>,
    /// Day on which it falls away (kw).
    pub ends_on: Option<NaiveDate>,
    /// Year of the Stellenplan that it stands in.
    pub staffing_plan_year: Option<i32>,
    /// What it costs in a year, in cents.
    pub cost_year_cents: Option<i64>,
    /// Resolution that grants it.
    pub resolution_id: Option<String>,
    /// Remark.
    pub note: Option<String>,
    /// Place in the programme.
    pub position: i32,
    /// Where it stands in a paper, as JSON.
    pub source: Option<String>,
    /// Counts changes, from 1.
    pub version: i32,
}

impl Post {
    /// What has to be known to count it.
    pub const fn facts(&self) -> Facts {
        Facts {
            status: self.status,
            hundredths: self.hundredths,
            early_hundredths: self.early_hundredths,
            filled_hundredths: self.filled_hundredths,
            starts_on: self.starts_on,
            early_starts_on: self.early_starts_on,
            cost_year_cents: self.cost_year_cents,
        }
    }
}

/// A resolution that a post names.
#[derive(Debug, Clone, Queryable)]
pub struct Granting {
    /// Key.
    pub key: String,
    /// What came of it.
    pub outcome: ResolutionOutcome,
}

/// A post with the keys of what it names.
#[derive(Debug, Clone, Queryable)]
pub struct Row {
    /// The post.
    pub post: Post,
    /// Key of its programme.
    pub programme: String,
    /// Resolution that grants it.
    pub resolution: Option<Granting>,
}

/// Which posts: of an institution's programmes in these classes; a list cannot be asked for without them.
#[derive(Debug, Clone)]
pub struct Within<'a> {
    /// Institution.
    pub institution_id: &'a str,
    /// Classes of programmes that the reader sees.
    pub classes: &'a [Confidentiality],
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Key of a programme.
    pub programme: Option<String>,
    /// Unit.
    pub org_unit: Option<String>,
    /// One of these statuses, if any.
    pub status: Vec<Status>,
    /// Whether it is vacant: granted, its start has passed, and it is not filled.
    pub vacant: Option<bool>,
}

/// Posts that a filter leaves, those after an id first.
pub fn page(
    db: &mut Db,
    within: &Within<'_>,
    filter: &Filter,
    today: NaiveDate,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Row>> {
    let started = posts::starts_on
        .is_not_null()
        .and(posts::starts_on.assume_not_null().lt(today))
        .and(posts::filled_hundredths.lt(posts::hundredths));
    let early_started = posts::early_starts_on
        .is_not_null()
        .and(posts::early_starts_on.assume_not_null().lt(today))
        .and(posts::filled_hundredths.lt(posts::early_hundredths));
    let open = [Status::Granted, Status::Advertised];
    let vacant = posts::status.eq_any(open).and(started.or(early_started));
    let mut query = posts::table
        .inner_join(programmes::table)
        .left_join(resolutions::table)
        .filter(programmes::institution_id.eq(within.institution_id))
        .filter(programmes::confidentiality.eq_any(within.classes))
        .order(posts::id)
        .limit(limit)
        .select((
            posts::all_columns,
            programmes::key,
            (resolutions::key, resolutions::outcome).nullable(),
        ))
        .into_boxed::<MultiBackend>();
    if let Some(after) = after {
        query = query.filter(posts::id.gt(after));
    }
    if let Some(key) = &filter.programme {
        query = query.filter(programmes::key.eq(key));
    }
    if let Some(unit) = &filter.org_unit {
        query = query.filter(posts::org_unit.eq(unit));
    }
    if !filter.status.is_empty() {
        query = query.filter(posts::status.eq_any(&filter.status));
    }
    query = match filter.vacant {
        Some(true) => query.filter(vacant),
        Some(false) => query.filter(diesel::dsl::not(vacant)),
        None => query,
    };
    Ok(query.load(db)?)
}

/// One post that the reader sees.
///
/// # Errors
/// `not_found`
pub fn get(db: &mut Db, within: &Within<'_>, id: &str) -> Result<Row> {
    posts::table
        .inner_join(programmes::table)
        .left_join(resolutions::table)
        .filter(posts::id.eq(id))
        .filter(programmes::institution_id.eq(within.institution_id))
        .filter(programmes::confidentiality.eq_any(within.classes))
        .select((
            posts::all_columns,
            programmes::key,
            (resolutions::key, resolutions::outcome).nullable(),
        ))
        .first(db)
        .optional()?
        .ok_or_else(|| Error::new(Code::NotFound))
}

/// Posts of a programme in order.
pub fn of_programme(db: &mut Db, programme_id: &str) -> Result<Vec<Post>> {
    Ok(posts::table
        .filter(posts::programme_id.eq(programme_id))
        .order((posts::position, posts::id))
        .load(db)?)
}

/// Every post that the reader sees, as programme, unit and what counts; in one statement.
pub fn facts(db: &mut Db, within: &Within<'_>) -> Result<Vec<((String, String), Facts)>> {
    let rows: Vec<(String, Post)> = posts::table
        .inner_join(programmes::table)
        .filter(programmes::institution_id.eq(within.institution_id))
        .filter(programmes::confidentiality.eq_any(within.classes))
        .select((programmes::key, posts::all_columns))
        .load(db)?;
    let fact = |(programme, post): (String, Post)| {
        let facts = post.facts();
        ((programme, post.org_unit), facts)
    };
    Ok(rows.into_iter().map(fact).collect())
}

/// The place after the last one of a programme.
pub fn next_position(db: &mut Db, programme_id: &str) -> Result<i32> {
    let last: Option<i32> = posts::table
        .filter(posts::programme_id.eq(programme_id))
        .select(diesel::dsl::max(posts::position))
        .first(db)?;
    Ok(last.map_or(0, |last| last.saturating_add(1)))
}

/// Adds a post.
pub fn insert(db: &mut Db, post: &Post) -> Result<()> {
    diesel::insert_into(posts::table).values(post).execute(db)?;
    Ok(())
}

/// Stores a changed post over the version it was made from.
///
/// # Errors
/// `stale` when somebody else was faster
pub fn replace(db: &mut Db, post: &mut Post) -> Result<()> {
    let seen = post.version;
    post.version = seen.saturating_add(1);
    let row = posts::table.find(&post.id).filter(posts::version.eq(seen));
    let changed = diesel::update(row)
        .set((
            posts::org_unit.eq(&post.org_unit),
            posts::grade.eq(post.grade.as_deref()),
            posts::hundredths.eq(post.hundredths),
            posts::early_hundredths.eq(post.early_hundredths),
            posts::kind.eq(post.kind),
            posts::status.eq(post.status),
            posts::filled_hundredths.eq(post.filled_hundredths),
            posts::starts_on.eq(post.starts_on),
            posts::early_starts_on.eq(post.early_starts_on),
            posts::ends_on.eq(post.ends_on),
            posts::staffing_plan_year.eq(post.staffing_plan_year),
            posts::cost_year_cents.eq(post.cost_year_cents),
            posts::resolution_id.eq(post.resolution_id.as_deref()),
            posts::note.eq(post.note.as_deref()),
            posts::version.eq(post.version),
        ))
        .execute(db)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(Error::new(Code::Stale))
    }
}
