//! `zinne catalogue`, `zinne programme`, `zinne openapi`: what has to do with files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Subcommand;

use super::{Failure, Outcome, say};
use crate::actions::{By, programmes};
use crate::app::App;
use crate::catalogue::{docbook, facts};
use crate::domain::programme_file::ProgrammeFile;
use crate::{http, json};

/// Catalogues.
#[derive(Debug, Subcommand)]
pub enum CatalogueCommand {
    /// Make the facts file from BSI's XML of the Kompendium (ids, titles, levels, order; no text).
    Facts {
        /// XML_Kompendium_2023.xml
        xml: PathBuf,
        /// Where to write; standard output if left out.
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

/// Programmes.
#[derive(Debug, Subcommand)]
pub enum ProgrammeCommand {
    /// Import a programme file (JSON, see programmes/programme-file.schema.json), as a whole or not at all.
    Import {
        /// File.
        file: PathBuf,
    },
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|error| Failure::Text(format!("`{}`: {error}", path.display())))
}

/// Runs `zinne catalogue …`.
pub fn catalogue(command: CatalogueCommand) -> Outcome {
    let CatalogueCommand::Facts { xml, out } = command;
    let reading = docbook::facts(&read(&xml)?)
        .map_err(|error| Failure::Text(format!("`{}`: {error}", xml.display())))?;
    for warning in &reading.warnings {
        tracing::warn!("{warning}");
    }
    let text = facts::print(&reading.facts);
    match out {
        Some(path) => std::fs::write(&path, text)
            .map_err(|error| Failure::Text(format!("`{}`: {error}", path.display()))),
        None => {
            say(text.trim_end());
            Ok(())
        }
    }
}

/// Runs `zinne programme …`.
pub fn programme(app: &Arc<App>, command: ProgrammeCommand) -> Outcome {
    let ProgrammeCommand::Import { file: path } = command;
    let file: ProgrammeFile = json::parse(read(&path)?.as_bytes())?;
    let imported = programmes::import(app, By::Operator, &file.institution, &file, None)?.body;
    say(&format!(
        "imported {}: {} budget lines, {} measures",
        imported.programmes.join(", "),
        imported.lines,
        imported.measures
    ));
    Ok(())
}

/// Runs `zinne openapi`.
pub fn openapi() -> Outcome {
    let document = http::openapi::document().to_pretty_json();
    say(&document.map_err(|error| Failure::Text(format!("openapi document: {error}")))?);
    Ok(())
}
