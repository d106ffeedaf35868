//! Programme files as tables.

use super::{Imported, import};
use crate::actions::By;
use crate::actions::idempotent::Answer;
use crate::app::App;
use crate::domain::programme_file::ProgrammeFile;
use crate::error::{Code, Error, Result};
use crate::sheet::programme;

/// Imports a programme file that is a table, CSV or XLSX, into the institution that it names; all of it or nothing.
/// Whatever is wrong is said with its place in the table.
///
/// # Errors
/// `invalid`, and those of [`import`]
pub fn import_table(app: &App, by: By<'_>, bytes: &[u8]) -> Result<Answer<Imported>> {
    let table = programme::read(bytes);
    let table = table.map_err(|cells| Error::new(Code::Invalid).cells(cells))?;
    let imported = import(app, by, &table.file.institution, &table.file, None);
    imported.map_err(|error| error.at(|pointer| table.places.of(pointer)))
}

/// A programme file as a table, CSV.
///
/// # Errors
/// `internal`, which does not happen
pub fn table(file: &ProgrammeFile) -> Result<Vec<u8>> {
    programme::write(file, Vec::new()).map_err(|cause| Error::internal("programme table", cause))
}
