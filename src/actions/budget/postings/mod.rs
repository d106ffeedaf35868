//! Postings of the finance system: taken file by file, matched to lines, booked once (DOMAIN BUD-17).

mod assign;
mod import;
mod list;
mod rules;
mod taking;

pub use assign::{Assignment, assign};
pub use import::{Order, PostingsReport, import, may_import};
pub use list::{PostingView, get, list};
pub use rules::{RuleInput, RuleView, delete_rule, list_rules, read_rule, set_rule};
pub use taking::{RowOutcome, RowResult};

use crate::store::finance::AccountLine;

/// A line by the keys of its programme and its own: `OG-2021-DIG:OG-K2`, as measures name it.
fn name_of(line: &AccountLine) -> String {
    format!("{}:{}", line.programme.1, line.facts.key)
}
