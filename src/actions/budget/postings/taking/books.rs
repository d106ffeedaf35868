//! Entries of a file, and what they do to their lines and years.

use std::collections::{BTreeMap, BTreeSet};

use super::Taking;
use crate::actions::budget::{Desk, book};
use crate::domain::budget::posting::interim_of_reported;
use crate::domain::budget::reported::is_of_later_year;
use crate::domain::budget::{EntryType, Figures, blocked};
use crate::domain::programme::sum;
use crate::error::{Error, Result};
use crate::sheet;
use crate::store::Db;
use crate::store::budget::{self, Entry};
use crate::store::finance::Posting;

/// What a file does to a line and year, by type, and how they stood before it.
pub(super) struct Place {
    line: usize,
    before: Figures,
    changes: BTreeMap<EntryType, i64>,
    /// First row that is about it.
    row: u32,
}

impl Taking<'_> {
    /// Appends the entries of some postings, programme by programme, each of which is locked until the end. Blocked funds
    /// are checked once all rows are known: an order that becomes a payment takes nothing, in whatever row it stands.
    pub(super) fn book(
        &mut self,
        db: &mut Db,
        booked: &[(usize, usize)],
        postings: &mut [Posting],
    ) -> Result<()> {
        let mut by_programme: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
        for (posting, line) in booked {
            let programme = self.line(*line)?.programme.0.clone();
            by_programme
                .entry(programme)
                .or_default()
                .push((*posting, *line));
        }
        for (programme, rows) in by_programme {
            if self.locked.insert(programme.clone()) {
                budget::lock(db, &programme)?;
            }
            self.remember(db, &rows, postings)?;
            let programme = self.programmes.get(&programme);
            let programme = programme.ok_or_else(|| Error::bug("a line without programme"))?;
            let desk = Desk {
                scope: self.scope,
                now: self.now,
                programme,
            };
            let mut entries: Vec<Entry> = Vec::with_capacity(rows.len());
            for (posting, line) in &rows {
                let line = self.line(*line)?;
                let posting = postings.get_mut(*posting);
                let posting = posting.ok_or_else(|| Error::bug("a posting is not there"))?;
                let entry_type = posting.kind.entry_type(posting.cents);
                let entry = Entry {
                    booked_on: posting.posted_on,
                    reason: Some(posting.text.clone()).filter(|text| !text.is_empty()),
                    interim_reason: interim_of_reported(
                        entry_type,
                        posting.year,
                        &self.provisional,
                    ),
                    ..desk.entry(Some(&line.facts), posting.year, entry_type, posting.cents)
                };
                posting.entry_id = Some(entry.id.clone());
                entries.push(entry);
            }
            let uses = book::use_authorities(db, &desk, &mut entries, &self.facts)
                .map_err(|error| self.at_row(error, &rows, postings))?;
            entries.extend(uses);
            budget::insert(db, &entries)?;
        }
        Ok(())
    }

    /// Notes what rows do to their lines, and how the lines stand before the first of them.
    fn remember(
        &mut self,
        db: &mut Db,
        rows: &[(usize, usize)],
        postings: &[Posting],
    ) -> Result<()> {
        let mut new: BTreeSet<(String, i32)> = BTreeSet::new();
        for (posting, line) in rows {
            let posting = postings.get(*posting);
            let posting = posting.ok_or_else(|| Error::bug("a posting is not there"))?;
            let at = (self.line(*line)?.facts.id.clone(), posting.year);
            if !self.places.contains_key(&at) {
                new.insert(at.clone());
            }
            let place = self.places.entry(at).or_insert_with(|| Place {
                line: *line,
                before: Figures::default(),
                changes: BTreeMap::new(),
                row: u32::try_from(posting.row_number).unwrap_or_default(),
            });
            let entry_type = posting.kind.entry_type(posting.cents);
            let changed = place.changes.entry(entry_type).or_default();
            *changed = sum([*changed, posting.cents])?;
        }
        let lines: BTreeSet<&str> = new.iter().map(|(line, _)| line.as_str()).collect();
        let years: BTreeSet<i32> = new.iter().map(|(_, year)| *year).collect();
        if lines.is_empty() {
            return Ok(());
        }
        let lines: Vec<&str> = lines.into_iter().collect();
        let years: Vec<i32> = years.into_iter().collect();
        let mut before = budget::line_figures(db, &lines, &years)?;
        for at in new {
            if let (Some(place), Some(figures)) = (self.places.get_mut(&at), before.remove(&at)) {
                place.before = figures;
            }
        }
        Ok(())
    }

    /// DOMAIN BA-9. Overspending alone is a finding (BA-2), no refusal.
    pub(super) fn check_blocked(&self) -> Result<()> {
        for ((_, year), place) in &self.places {
            let changes: Vec<(EntryType, i64)> = place
                .changes
                .iter()
                .map(|(of, cents)| (*of, *cents))
                .collect();
            let key = &self.line(place.line)?.facts.key;
            if let Err(refusal) = blocked::check(key, *year, &place.before, &changes) {
                let fault = sheet::Fault::of_row(place.row, sheet::Code::Refused);
                return Err(Error::from(refusal).cells(vec![fault.into()]));
            }
        }
        Ok(())
    }

    /// Names the first order of a later year on the line that the books refuse.
    fn at_row(&self, error: Error, rows: &[(usize, usize)], postings: &[Posting]) -> Error {
        let key = match &error {
            Error::Problem(problem) => {
                let line = problem.args.iter().find(|(name, _)| *name == "line");
                line.map(|(_, key)| key.clone())
            }
            Error::Internal { .. } => None,
        };
        let row = rows.iter().find_map(|(posting, line)| {
            let posting = postings.get(*posting)?;
            let entry_type = posting.kind.entry_type(posting.cents);
            let is_later = is_of_later_year(entry_type, posting.year, posting.posted_on);
            let of_line = self.lines.get(*line)?.facts.key == *key.as_ref()?;
            (is_later && of_line).then_some(posting.row_number)
        });
        match row.and_then(|row| u32::try_from(row).ok()) {
            Some(row) => {
                let fault = sheet::Fault::of_row(row, sheet::Code::Refused);
                error.cells(vec![fault.into()])
            }
            None => error,
        }
    }
}
