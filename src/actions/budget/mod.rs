//! The ledger of a programme: booking, taking back, moving money, and what is left of it.

mod alarms;
mod allocations;
mod book;
mod booked;
mod correct;
mod coverage;
mod entries;
mod moves;
mod post;
pub mod postings;
mod reconciliation;
mod report;
mod shares;
mod tables;
mod view;

pub use alarms::{Alarm, AlarmFilter, AlarmKey, Place, alarms};
pub(in crate::actions) use alarms::{
    found as found_alarms, found_in_sight as alarms_in_sight, overspent,
};
pub use allocations::{
    AllocationView, AllocationsView, PayeeView, YearPartView, YearSharesView, allocate, allocations,
};
pub(in crate::actions) use booked::over_budget;
pub use correct::{complete, reverse};
pub use coverage::{
    LapsingFunds, LapsingLine, ProgrammeShare, SecurityShare, ShareView, UnfundedMeasure,
    UnfundedMeasures, lapsing, security_share, unfunded,
};
pub use entries::entries;
pub use moves::{carry_over, transfer};
pub use post::post;
pub use reconciliation::{LastImport, MonthAsked, MonthLine, MonthView, UnmatchedView, reconcile};
pub use report::{FiguresView, Grouping, ReportFilter, ReportRow, ReportView, report};
pub(in crate::actions) use report::{known_lines, of_year as report_of_year};
pub(super) use shares::{carry_allocations, drop_allocations};
pub use tables::{Tabular, plan_grid};
pub use view::{EntryView, PostedView};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::idempotent::{Answer, Request};
use super::{By, Scope, programmes};
use crate::app::App;
use crate::domain::access::{Action, Resource};
use crate::domain::budget::{EntryState, EntryType};
use crate::domain::calendar::berlin_day;
use crate::error::Result;
use crate::store::budget::{self, Entry, LineFacts};
use crate::store::programmes::Programme;
use crate::store::types::stored;
use crate::store::{Db, new_id};

/// Where a request is booked: who, when, in which programme.
struct Desk<'a> {
    scope: &'a Scope,
    now: DateTime<Utc>,
    programme: &'a Programme,
}

impl Desk<'_> {
    /// An entry of today that counts; the caller fills in what else there is.
    fn entry(
        &self,
        line: Option<&LineFacts>,
        year: i32,
        entry_type: EntryType,
        cents: i64,
    ) -> Entry {
        Entry {
            id: new_id(self.now),
            programme_id: self.programme.id.clone(),
            line_id: line.map(|line| line.id.clone()),
            year,
            entry_type,
            state: EntryState::Effective,
            cents,
            pay_year: None,
            booked_on: berlin_day(self.now),
            booked_at: stored(self.now),
            booked_by: self.scope.actor.id().map(str::to_owned),
            resolution_id: None,
            pair_id: None,
            reverses: None,
            completes: None,
            cover: None,
            reason: None,
            flag: None,
            source: None,
            interim_reason: None,
        }
    }
}

/// What somebody wants to book, and on which programme.
struct Order<'a, I> {
    /// Name of the operation.
    operation: &'a str,
    institution: &'a str,
    programme: &'a str,
    input: &'a I,
    key: Option<&'a str>,
}

/// Books what `work` makes of a request, all of it or nothing. The programme is locked first: what is checked against
/// the books still holds when it is written, whoever else is booking.
fn at_the_desk<I: Serialize>(
    app: &App,
    by: By<'_>,
    order: &Order<'_, I>,
    work: impl Fn(&mut Db, &Desk<'_>) -> Result<Vec<Entry>>,
) -> Result<Answer<PostedView>> {
    let target = format!(
        "{} {} {}",
        order.operation, order.institution, order.programme
    );
    let request = Request {
        key: order.key,
        target: &target,
    };
    request.run(|| {
        let now = app.clock.now();
        app.store.write(|db| {
            let scope = Scope::enter(db, now, by, order.institution)?;
            scope.require(app, Action::BudgetPost, &Resource::Institution)?;
            let programme = programmes::visible(db, app, &scope, order.programme)?;
            budget::lock(db, &programme.id)?;
            request.once(db, now, &scope, order.input, |db| {
                let desk = Desk {
                    scope: &scope,
                    now,
                    programme: &programme,
                };
                let entries = work(db, &desk)?;
                book::book(db, &desk, entries)
            })
        })
    })
}
