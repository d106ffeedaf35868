//! Tables of measures that are taken out.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Seek as _};

use serde_json::{Value, json};

use super::list::{ListQuery, list_sight};
use super::table::{row_of, shown};
use super::{By, Scope};
use crate::actions::Entry;
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::calendar::berlin_day;
use crate::domain::measure::Modules;
use crate::error::{Error, Result};
use crate::sheet::{Field, Format, Writer};
use crate::store::measures::{self, Listed, Row};
use crate::store::{Db, measures::Sight};

/// Measures that are read at a time.
const PAGE: i64 = 200;

/// A table that was taken out.
#[derive(Debug)]
pub struct Export {
    /// What it holds; the file has no name and is gone with this.
    pub file: File,
    /// Size in bytes.
    pub bytes: u64,
    /// What it may be called.
    pub name: String,
}

/// Writes the measures of a list that the caller may see into a table, and records that. `filters` are the words of
/// the request, for the audit trail.
///
/// # Errors
/// `not_found`, `forbidden`, `session_ended`
pub fn export(
    app: &App,
    by: By<'_>,
    institution: &str,
    query: &ListQuery,
    format: Format,
    filters: &Value,
) -> Result<Export> {
    let now = app.clock.now();
    let (file, rows) = app.store.read(|db| {
        let scope = enter(db, app, by, institution)?;
        let sight = list_sight(app, &scope)?;
        write(db, app, &sight, query, format)
    })?;
    // Recorded before anything is handed out: nobody has a table that nobody knows of.
    app.store.write(|db| {
        let scope = enter(db, app, by, institution)?;
        let entry = Entry {
            action: Action::MeasureExport,
            entity_kind: "institution",
            entity_id: &scope.institution.id,
            reason: None,
            details: json!({ "format": format, "filters": filters, "rows": rows }),
        };
        scope.record(db, now, &entry)
    })?;
    let bytes = file.metadata().map_err(failed)?.len();
    Ok(Export {
        file,
        bytes,
        name: format!("massnahmen-{institution}-{}.{format}", berlin_day(now)),
    })
}

fn enter(db: &mut Db, app: &App, by: By<'_>, institution: &str) -> Result<Scope> {
    let scope = Scope::enter(db, app.clock.now(), by, institution)?;
    scope.require(app, Action::MeasureExport, &Resource::Institution)?;
    Ok(scope)
}

/// Page by page into a file, so that memory does not grow with the ledger.
fn write(
    db: &mut Db,
    app: &App,
    sight: &Sight<'_>,
    query: &ListQuery,
    format: Format,
) -> Result<(File, usize)> {
    let today = berlin_day(app.clock.now());
    let file = tempfile::tempfile_in(&app.config.data_dir).map_err(failed)?;
    let mut table =
        Writer::new(format, BufWriter::new(file), &Field::exported()).map_err(failed)?;
    let (mut count, mut after) = (0, None);
    loop {
        let (filter, sort) = (&query.filter, query.sort);
        let page = measures::page(db, sight, filter, today, sort, after, PAGE)?;
        let Some((last, _)) = page.last() else { break };
        after = Some(last.place());
        let rows = whole(db, &page)?;
        for dossier in measures::dossiers(db, rows)? {
            let state = shown(&dossier, &sight.visibility.programmes)?;
            let row = row_of(&dossier.row.measure, state);
            table.write(&row).map_err(failed)?;
            count += 1;
        }
    }
    let file = table.finish().map_err(failed)?.into_inner();
    let mut file = file.map_err(|error| failed(error.into_error()))?;
    file.rewind().map_err(failed)?;
    Ok((file, count))
}

/// The rows of a page with all their columns, in the order of the page.
fn whole(db: &mut Db, page: &[(Listed, Modules)]) -> Result<Vec<Row>> {
    let ids: Vec<&str> = page.iter().map(|(listed, _)| listed.id.as_str()).collect();
    let rows = measures::by_ids(db, &ids)?.into_iter();
    let mut rows: HashMap<String, Row> = rows.map(|row| (row.measure.id.clone(), row)).collect();
    Ok(ids.iter().filter_map(|id| rows.remove(*id)).collect())
}

fn failed(cause: io::Error) -> Error {
    Error::internal("the file of a table", cause)
}
