//! `zinne catalogue`, `zinne programme`, `zinne openapi`: what has to do with files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::{Failure, Outcome, say};
use crate::actions::catalogue::{ImportFile, ImportReport};
use crate::actions::{By, catalogue, programmes};
use crate::app::App;
use crate::catalogue::{crossref, detect, docbook, facts};
use crate::domain::programme_file::ProgrammeFile;
use crate::{http, json};

/// Catalogues.
#[derive(Debug, Subcommand)]
pub enum CatalogueCommand {
    /// Make the facts file from BSI's XML of the Kompendium and its cross table (ids, titles, levels, order, threats and
    /// which requirements counter them; no text).
    Facts {
        /// XML_Kompendium_2023.xml
        xml: PathBuf,
        /// krt2023_Excel.xlsx
        cross_table: PathBuf,
        /// Where to write; standard output if left out.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Import official files, each as a whole or not at all; the same bytes again change nothing.
    Import(ImportArguments),
}

/// Options of `zinne catalogue import`.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// Files, recognised by their content: the Kompendium as XML, its cross table and checklists as xlsx, OSCAL as JSON.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print JSON: edition, counts, warnings.
    #[arg(long)]
    json: bool,
    /// Let a file in that breaks the schema of its format; its defects are recorded.
    #[arg(long)]
    accept_defects: bool,
}

/// Programmes.
#[derive(Debug, Subcommand)]
pub enum ProgrammeCommand {
    /// Import a programme file, as a whole or not at all: JSON (programmes/programme-file.schema.json), or the same as a
    /// table, CSV or XLSX (docs/handbuch.md).
    Import {
        /// File.
        file: PathBuf,
    },
    /// Write a programme file in JSON as a table, CSV: to go on with in a spreadsheet, or to see what a table looks like.
    Table {
        /// File.
        file: PathBuf,
        /// Where to write; standard output if left out.
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

fn named(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::Text(format!("`{}`: {error}", path.display()))
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| named(path, &error))
}

/// Runs `zinne catalogue facts`.
pub fn catalogue_facts(xml: &Path, cross_table: &Path, out: Option<&Path>) -> Outcome {
    let book = docbook::read(&read(xml)?).map_err(|error| named(xml, &error))?;
    let bytes = std::fs::read(cross_table).map_err(|error| named(cross_table, &error))?;
    let table = crossref::read(&bytes).map_err(|error| named(cross_table, &error))?;
    for warning in book.warnings.iter().chain(&table.warnings) {
        tracing::warn!("{warning}");
    }
    let facts = facts::of_files(&book, &table).map_err(|error| named(cross_table, &error))?;
    let text = facts::print(&facts);
    match out {
        Some(path) => std::fs::write(path, text).map_err(|error| named(path, &error)),
        None => {
            say(text.trim_end());
            Ok(())
        }
    }
}

/// Runs `zinne catalogue import`.
///
/// A profile stands for what it selects from catalogues: whichever way the files are given, it comes last.
pub fn catalogue_import(app: &Arc<App>, arguments: &ImportArguments) -> Outcome {
    let mut files = Vec::new();
    for path in &arguments.files {
        let bytes = std::fs::read(path).map_err(|error| named(path, &error))?;
        files.push((detect::kind(&bytes).rank(), path));
    }
    files.sort_by_key(|(rank, _)| *rank);
    let mut reports = Vec::new();
    for (_, path) in files {
        // Again, so that no more than one file is held at a time.
        let bytes = std::fs::read(path).map_err(|error| named(path, &error))?;
        let file = ImportFile {
            bytes: &bytes,
            name: path.file_name().and_then(|name| name.to_str()),
            accept_defects: arguments.accept_defects,
        };
        let report = catalogue::import(app, By::Operator, file)
            .map_err(|error| named(path, &Failure::Action(error)))?;
        if !arguments.json {
            tell(path, &report);
        }
        reports.push(report);
    }
    if arguments.json {
        let text = serde_json::to_string_pretty(&reports);
        say(&text.map_err(|error| Failure::Text(format!("json: {error}")))?);
    }
    Ok(())
}

fn tell(path: &Path, report: &ImportReport) {
    let state = if report.already_there {
        "was there already"
    } else {
        "imported"
    };
    let into = report.catalogue.as_deref().unwrap_or("no catalogue");
    say(&format!(
        "`{}`: {state}, {} ({into}), {} warnings",
        path.display(),
        report.kind,
        report.warnings.len()
    ));
}

/// Runs `zinne programme import`.
pub fn programme_import(app: &Arc<App>, path: &Path) -> Outcome {
    let bytes = std::fs::read(path).map_err(|error| named(path, &error))?;
    // What does not start as a JSON object does is a table.
    let imported = if bytes.trim_ascii_start().starts_with(b"{") {
        let file: ProgrammeFile = json::parse(&bytes)?;
        programmes::import(app, By::Operator, &file.institution, &file, None)?
    } else {
        programmes::import_table(app, By::Operator, &bytes)?
    };
    let imported = imported.body;
    say(&format!(
        "imported {}: {} budget lines, {} measures",
        imported.programmes.join(", "),
        imported.lines,
        imported.measures
    ));
    Ok(())
}

/// Runs `zinne programme table`.
pub fn programme_table(path: &Path, out: Option<&Path>) -> Outcome {
    let file: ProgrammeFile = json::parse(read(path)?.as_bytes())?;
    let table = programmes::table(&file)?;
    match out {
        Some(path) => std::fs::write(path, table).map_err(|error| named(path, &error)),
        None => {
            say(String::from_utf8_lossy(&table).trim_end());
            Ok(())
        }
    }
}

/// Runs `zinne openapi`.
pub fn openapi() -> Outcome {
    let document = http::openapi::document().to_pretty_json();
    say(&document.map_err(|error| Failure::Text(format!("openapi document: {error}")))?);
    Ok(())
}
