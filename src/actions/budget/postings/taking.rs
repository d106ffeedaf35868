//! The rows of a file, some hundred at a time: found, compared with what was reported before, booked.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Datelike, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::import::{Order, PostingsReport};
use crate::actions::Scope;
use crate::app::App;
use crate::domain::budget::reported::{
    Accounts, Known, MatchedBy, NoLine, Reported, ReportedKind, Rule, month_number,
};
use crate::domain::fault::{CellFault, MOST_FAULTS};
use crate::domain::programme::{CentsOverflow, sum};
use crate::domain::text_enum;
use crate::error::{Code, Error, Result};
use crate::sheet::postings::{Field, Numbered, Postings};
use crate::sheet::{self, Columns, Record};
use crate::store::budget::LineFacts;
use crate::store::finance::{self, AccountLine, Posting};
use crate::store::programmes::Programme;
use crate::store::{Db, budget_periods, new_id, programmes};

mod books;
mod rows;

use books::Place;

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
    /// Years whose budget is provisional.
    provisional: Vec<i32>,
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
            provisional: budget_periods::provisional_years(db, institution_id)?,
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

    fn line(&self, place: usize) -> Result<&AccountLine> {
        let line = self.lines.get(place);
        line.ok_or_else(|| Error::bug("a line is not where it was found"))
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
