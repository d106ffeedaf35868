//! The rows of a file, some hundred at a time: found, compared with what was reported before, booked.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Datelike, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::import::{Order, PostingsReport};
use super::name_of;
use crate::actions::Scope;
use crate::actions::budget::{Desk, book};
use crate::app::App;
use crate::domain::budget::reported::{
    Accounts, Found, Known, MatchedBy, NoLine, Reported, ReportedKind, Rule, is_of_later_year,
    month_number,
};
use crate::domain::budget::{EntryType, Figures, blocked};
use crate::domain::fault::{CellFault, MOST_FAULTS};
use crate::domain::programme::{CentsOverflow, sum};
use crate::domain::text_enum;
use crate::error::{Code, Error, Result};
use crate::sheet::postings::{Field, Numbered, Postings};
use crate::sheet::{self, Columns, Record};
use crate::store::budget::{self, Entry, LineFacts};
use crate::store::finance::{self, AccountLine, Posting};
use crate::store::programmes::Programme;
use crate::store::{Db, new_id, programmes};

/// Rows that are looked up together.
const CHUNK: usize = 1000;
/// Rows whose result is told.
const MOST_RESULTS: usize = 1000;

text_enum! {
    /// What became of a row of a file of postings.
    RowOutcome {
        /// An entry of its line.
        Booked = "booked",
        /// Waits for somebody who says which line it belongs to.
        Unmatched = "unmatched",
        /// Was reported before, with the same content.
        Unchanged = "unchanged",
    }
}

/// What became of a row of a file of postings.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RowResult {
    /// Number of the row as a spreadsheet shows it.
    #[schema(example = 17)]
    pub row: u32,
    /// Id of the posting in the finance system.
    #[schema(example = "5100004711")]
    pub posting_id: String,
    /// What became of it.
    pub outcome: RowOutcome,
    /// Signed cents.
    #[schema(example = 123_456)]
    pub cents: i64,
    /// Key of the programme.
    #[schema(example = "OG-2021-DIG")]
    pub programme: Option<String>,
    /// Key of the line.
    #[schema(example = "OG-K2")]
    pub line: Option<String>,
    /// How the line was found.
    pub matched_by: Option<MatchedBy>,
    /// Why none was found.
    pub no_line: Option<NoLine>,
}

/// What a file does to a line and year, by type, and how they stood before it.
struct Place {
    line: usize,
    before: Figures,
    changes: BTreeMap<EntryType, i64>,
    /// First row that is about it.
    row: u32,
}

/// A file while its rows are taken.
pub(super) struct Taking<'a> {
    scope: &'a Scope,
    now: DateTime<Utc>,
    order: &'a Order,
    import_id: &'a str,
    columns: Columns<Field>,
    lines: Vec<AccountLine>,
    facts: HashMap<String, LineFacts>,
    /// Places of the lines by their ids.
    by_id: HashMap<String, usize>,
    accounts: Accounts,
    programmes: HashMap<String, Programme>,
    locked: BTreeSet<String>,
    places: BTreeMap<(String, i32), Place>,
    faults: Vec<CellFault>,
    results: BTreeMap<RowOutcome, Vec<RowResult>>,
    counts: BTreeMap<RowOutcome, usize>,
    actual: i64,
    commitment: i64,
}

impl<'a> Taking<'a> {
    /// Reads what rows are compared with: lines and rules, and not more than there are of them.
    pub(super) fn new(
        db: &mut Db,
        app: &App,
        scope: &'a Scope,
        now: DateTime<Utc>,
        order: &'a Order,
        import_id: &'a str,
        table: &Postings<impl Iterator<Item = Result<Record, sheet::Fault>>>,
    ) -> Result<Self> {
        let institution_id = &scope.institution.id;
        let classes = app.policy.visibility(scope.person()?).programmes;
        let lines = finance::lines(db, institution_id, &classes)?;
        let places = lines.iter().enumerate();
        let places = places.map(|(place, line)| (line.facts.id.clone(), place));
        let by_id: HashMap<String, usize> = places.collect();
        let rules = finance::rules(db, institution_id)?.into_iter();
        let rules = rules.filter_map(|rule| {
            Some(Rule {
                kind: rule.kind,
                line: *by_id.get(&rule.line_id)?,
                pattern: rule.pattern,
            })
        });
        let known: Vec<Known> = lines.iter().map(known).collect();
        let accounts = Accounts::new(&known, rules);
        let all = programmes::all(db, institution_id)?.into_iter();
        let facts = lines
            .iter()
            .map(|line| (line.facts.id.clone(), line.facts.clone()));
        Ok(Taking {
            scope,
            now,
            order,
            import_id,
            columns: table.columns().clone(),
            facts: facts.collect(),
            by_id,
            accounts,
            programmes: all.map(|one| (one.id.clone(), one)).collect(),
            lines,
            locked: BTreeSet::new(),
            places: BTreeMap::new(),
            faults: Vec::new(),
            results: BTreeMap::new(),
            counts: BTreeMap::new(),
            actual: 0,
            commitment: 0,
        })
    }

    /// Takes all rows. Memory grows with the lines that the file is about, not with its rows.
    pub(super) fn run(
        mut self,
        db: &mut Db,
        table: Postings<impl Iterator<Item = Result<Record, sheet::Fault>>>,
    ) -> Result<Self> {
        let taken = self.take_all(db, table).and_then(|()| self.check_blocked());
        // What is wrong with cells is mended first; the books may say something else then.
        if !self.faults.is_empty() {
            self.faults.truncate(MOST_FAULTS);
            return Err(Error::new(Code::Invalid).cells(self.faults));
        }
        taken?;
        if self.counts.is_empty() {
            let fault = sheet::Fault::of_file(sheet::Code::NoRows);
            return Err(Error::new(Code::Invalid).cells(vec![fault.into()]));
        }
        Ok(self)
    }

    fn take_all(
        &mut self,
        db: &mut Db,
        table: Postings<impl Iterator<Item = Result<Record, sheet::Fault>>>,
    ) -> Result<()> {
        let mut chunk = Vec::with_capacity(CHUNK);
        for row in table {
            match row {
                Ok(row) => chunk.push(row),
                Err(faults) => self.faults.extend(faults.into_iter().map(CellFault::from)),
            }
            if chunk.len() == CHUNK {
                self.take(db, std::mem::take(&mut chunk))?;
            }
            if self.faults.len() >= MOST_FAULTS {
                return Ok(());
            }
        }
        self.take(db, chunk)
    }

    fn take(&mut self, db: &mut Db, rows: Vec<Numbered>) -> Result<()> {
        let ids: Vec<&str> = rows
            .iter()
            .map(|(_, row)| row.posting_id.as_str())
            .collect();
        let institution_id = &self.scope.institution.id;
        let there = finance::by_posting_id(db, institution_id, &self.order.source, &ids)?;
        let mut firsts: HashMap<String, u32> = HashMap::new();
        let (mut booked, mut postings) = (Vec::new(), Vec::new());
        for (number, row) in rows {
            self.count(&row)?;
            if let Some(first) = firsts.insert(row.posting_id.clone(), number) {
                self.duplicate(number, first);
                continue;
            }
            if let Some(known) = there.get(&row.posting_id) {
                self.compare(number, &row, known);
                continue;
            }
            let found = self.accounts.find(&row);
            let Some(matched) = self.matched(number, &row, found) else {
                continue;
            };
            if let Some((line, _)) = matched {
                booked.push((postings.len(), line));
            }
            postings.push(self.posting(number, row, matched)?);
        }
        self.book(db, &booked, &mut postings)?;
        finance::insert(db, &postings)
    }

    fn count(&mut self, row: &Reported) -> Result<(), CentsOverflow> {
        let of_kind = match row.kind {
            ReportedKind::Actual => &mut self.actual,
            ReportedKind::Commitment => &mut self.commitment,
        };
        *of_kind = sum([*of_kind, row.cents])?;
        Ok(())
    }

    /// The line of a row, or none where it is to be kept without one; nothing at all where a fault says why.
    fn matched(
        &mut self,
        number: u32,
        row: &Reported,
        found: Found,
    ) -> Option<Option<(usize, MatchedBy)>> {
        let (field, code, value, lines) = match found {
            Found::Line(line, matched_by) => {
                self.tell(
                    number,
                    row,
                    RowOutcome::Booked,
                    Some((line, matched_by)),
                    None,
                );
                return Some(Some((line, matched_by)));
            }
            Found::None(no_line, _) if self.order.keep_unmatched => {
                self.tell(number, row, RowOutcome::Unmatched, None, Some(no_line));
                return Some(None);
            }
            Found::None(NoLine::UnknownAccount, lines) => (
                Field::Account,
                sheet::Code::UnknownAccount,
                &row.account,
                lines,
            ),
            Found::None(NoLine::AmbiguousAccount, lines) => (
                Field::Account,
                sheet::Code::AmbiguousAccount,
                &row.account,
                lines,
            ),
            Found::UnknownLine => (Field::Line, sheet::Code::UnknownLine, &row.line, Vec::new()),
            Found::AmbiguousLine(lines) => {
                (Field::Line, sheet::Code::AmbiguousLine, &row.line, lines)
            }
        };
        let fault = self.columns.fault(number, field, code);
        let fault = fault.arg("value", value.as_deref().unwrap_or_default());
        let lines = lines.into_iter().take(10);
        let names: Vec<String> = lines
            .filter_map(|line| self.lines.get(line))
            .map(name_of)
            .collect();
        self.faults
            .push(fault.arg("known", names.join(", ")).into());
        None
    }

    fn duplicate(&mut self, number: u32, first: u32) {
        let code = sheet::Code::DuplicatePosting;
        let fault = self.columns.fault(number, Field::PostingId, code);
        self.faults.push(fault.arg("first", first).into());
    }

    /// A posting that is there already, from this file or an earlier one.
    fn compare(&mut self, number: u32, row: &Reported, known: &Posting) {
        if known.import_id == self.import_id {
            return self.duplicate(number, u32::try_from(known.row_number).unwrap_or_default());
        }
        let booked_on = known.line_id.as_ref();
        let line = booked_on.and_then(|id| self.by_id.get(id)).copied();
        let named = line.and_then(|line| self.lines.get(line)).map(name_of);
        let other_line = match (self.accounts.find(row), line) {
            (Found::Line(found, MatchedBy::LineKey), Some(line)) => found != line,
            (Found::UnknownLine | Found::AmbiguousLine(_), _) => true,
            _ => false,
        };
        let different = if row.kind != known.kind {
            Some((Field::Kind, known.kind.to_string()))
        } else if row.posted_on != known.posted_on {
            Some((Field::Date, known.posted_on.format("%d.%m.%Y").to_string()))
        } else if row.year != known.year {
            Some((Field::Year, known.year.to_string()))
        } else if row.account != known.account {
            Some((Field::Account, known.account.clone().unwrap_or_default()))
        } else if row.cents != known.cents {
            let euros = sheet::value::decimal(known.cents, 2, ',');
            Some((Field::Amount, euros))
        } else if row.text != known.text {
            Some((Field::Text, known.text.chars().take(60).collect()))
        } else if other_line {
            Some((Field::Line, named.unwrap_or_default()))
        } else {
            None
        };
        match different {
            Some((field, was)) => {
                let code = sheet::Code::PostingDiffers;
                let fault = self.columns.fault(number, field, code);
                self.faults.push(fault.arg("was", was).into());
            }
            None => {
                let matched = line.zip(known.matched_by);
                self.tell(number, row, RowOutcome::Unchanged, matched, None);
            }
        }
    }

    fn posting(
        &self,
        number: u32,
        row: Reported,
        matched: Option<(usize, MatchedBy)>,
    ) -> Result<Posting> {
        let line = matched.and_then(|(line, _)| self.lines.get(line));
        Ok(Posting {
            id: new_id(self.now),
            institution_id: self.scope.institution.id.clone(),
            import_id: self.import_id.to_owned(),
            source_system: self.order.source.clone(),
            posting_id: row.posting_id,
            row_number: i32::try_from(number).map_err(|cause| Error::internal("row", cause))?,
            kind: row.kind,
            posted_on: row.posted_on,
            month: month_number(row.posted_on.year(), row.posted_on.month()),
            year: row.year,
            account: row.account,
            cents: row.cents,
            text: row.text,
            line_id: line.map(|line| line.facts.id.clone()),
            entry_id: None,
            matched_by: matched.map(|(_, matched_by)| matched_by),
        })
    }

    /// Appends the entries of some postings, programme by programme, each of which is locked until the end. Blocked funds
    /// are checked once all rows are known: an order that becomes a payment takes nothing, in whatever row it stands.
    fn book(
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
    fn check_blocked(&self) -> Result<()> {
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

    fn line(&self, place: usize) -> Result<&AccountLine> {
        let line = self.lines.get(place);
        line.ok_or_else(|| Error::bug("a line is not where it was found"))
    }

    fn tell(
        &mut self,
        row: u32,
        posting: &Reported,
        outcome: RowOutcome,
        matched: Option<(usize, MatchedBy)>,
        no_line: Option<NoLine>,
    ) {
        *self.counts.entry(outcome).or_default() += 1;
        let line = matched.and_then(|(line, _)| self.lines.get(line));
        let told = self.results.entry(outcome).or_default();
        if told.len() < MOST_RESULTS {
            told.push(RowResult {
                row,
                posting_id: posting.posting_id.clone(),
                outcome,
                cents: posting.cents,
                programme: line.map(|line| line.programme.1.clone()),
                line: line.map(|line| line.facts.key.clone()),
                matched_by: matched.map(|(_, matched_by)| matched_by),
                no_line,
            });
        }
    }

    /// What became of the file.
    pub(super) fn report(mut self, order: &Order, sha256: &str) -> PostingsReport {
        let of = |outcome| self.counts.get(&outcome).copied().unwrap_or_default();
        let (booked, unmatched, unchanged) = (
            of(RowOutcome::Booked),
            of(RowOutcome::Unmatched),
            of(RowOutcome::Unchanged),
        );
        let mut results = Vec::new();
        for outcome in [
            RowOutcome::Unmatched,
            RowOutcome::Booked,
            RowOutcome::Unchanged,
        ] {
            results.extend(self.results.remove(&outcome).unwrap_or_default());
        }
        results.truncate(MOST_RESULTS);
        results.sort_by_key(|result| result.row);
        let rows = booked + unmatched + unchanged;
        PostingsReport {
            dry_run: order.dry_run,
            source: order.source.clone(),
            sha256: sha256.to_owned(),
            rows,
            booked,
            unmatched,
            unchanged,
            currency: "EUR".to_owned(),
            actual_cents: self.actual,
            commitment_cents: self.commitment,
            results_left_out: rows.saturating_sub(results.len()),
            results,
        }
    }
}

fn known(line: &AccountLine) -> Known {
    let accounts = [&line.profit_centre, &line.account, &line.investment_order];
    Known {
        key: line.facts.key.clone(),
        programme: line.programme.1.clone(),
        accounts: accounts.into_iter().flatten().cloned().collect(),
    }
}
