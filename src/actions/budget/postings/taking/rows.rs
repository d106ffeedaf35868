//! What a row is: a posting with a line, one without, or one that was reported before.

use super::{MOST_RESULTS, RowOutcome, RowResult, Taking};
use crate::actions::budget::postings::name_of;
use crate::domain::budget::reported::{Found, MatchedBy, NoLine, Reported};
use crate::sheet;
use crate::sheet::postings::Field;
use crate::store::finance::Posting;

impl Taking<'_> {
    /// The line of a row, or none where it is to be kept without one; nothing at all where a fault says why.
    pub(super) fn matched(
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

    pub(super) fn duplicate(&mut self, number: u32, first: u32) {
        let code = sheet::Code::DuplicatePosting;
        let fault = self.columns.fault(number, Field::PostingId, code);
        self.faults.push(fault.arg("first", first).into());
    }

    /// A posting that is there already, from this file or an earlier one.
    pub(super) fn compare(&mut self, number: u32, row: &Reported, known: &Posting) {
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
}
