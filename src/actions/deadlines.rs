//! Deadlines of every kind as they are on a day, derived from what is stored (DOMAIN §5.7).

mod complete;
mod derive;
mod list;
mod pause;
mod set;
mod sources;
mod view;

pub use complete::{CompletionInput, CompletionView, complete};
pub(super) use list::standing;
pub use list::{ListQuery, Whose, list, read};
pub use pause::{PauseInput, PauseView, pause, resume};
pub use set::{SetDeadlineInput, SetDeadlinePatch, create, remove, update};
pub use sources::Place;
pub use view::{DeadlineView, SetDeadlineView};

pub(super) use derive::Depth;
pub(super) use list::{page, reader};
pub(super) use sources::of_person;

use chrono::NaiveDate;

use crate::domain::deadline::{Deadline, Source};
use crate::error::Result;
use crate::store::Db;
use derive::derive;
use sources::{Query, Scoped, fetch};

/// Rows of a source that are derived at a time.
const PAGE: usize = 1000;

/// Hands all deadlines of an institution that somebody may have to be reminded of to `take`, a thousand at a time: memory and
/// the number of statements per thousand do not depend on how many there are.
pub(super) fn each_page(
    db: &mut Db,
    institution_id: &str,
    today: NaiveDate,
    mut take: impl FnMut(&mut Db, Vec<Deadline>) -> Result<()>,
) -> Result<()> {
    let scoped = Scoped {
        institution_id: Some(institution_id),
        ..Scoped::default()
    };
    for source in Source::ALL.iter().copied() {
        let mut query = Query {
            limit: PAGE,
            ..Query::default()
        };
        loop {
            let rows = fetch(db, source, &scoped, &query, today)?;
            let full = rows.len() == PAGE;
            let found = derive(db, rows, today, Depth::Deadline)?;
            query.after = found.last().map(|last| last.place.clone());
            if !found.is_empty() {
                take(db, found.into_iter().map(|one| one.deadline).collect())?;
            }
            if !full {
                break;
            }
        }
    }
    Ok(())
}

/// The deadlines of these ids that still run, as they are now.
pub(super) fn by_ids(db: &mut Db, ids: &[&str], today: NaiveDate) -> Result<Vec<Deadline>> {
    let scoped = Scoped::default();
    let rows = sources::by_ids(db, &scoped, ids)?;
    let found = derive(db, rows, today, Depth::Deadline)?;
    Ok(found.into_iter().map(|one| one.deadline).collect())
}
