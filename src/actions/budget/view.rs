//! Entries as they are shown.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::measures::view::OwnerView;
use crate::domain::budget::posting::{self, Needed};
use crate::domain::budget::{EntryState, EntryType, InterimReason};
use crate::domain::programme::EntryFlag;
use crate::domain::programme_file::Source;
use crate::error::Result;
use crate::store::Db;
use crate::store::budget::{self, NamedEntry};
use crate::store::types::from_json;

/// An entry of the ledger.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EntryView {
    /// Id; ids of one programme sort in the order of the bookings.
    pub id: String,
    /// Key of the line; none of an authority of the programme as a whole.
    #[schema(example = "OG-I7")]
    pub line: Option<String>,
    /// Budget year; of a commitment the year of payment, of an authority the year of the grant.
    #[schema(example = 2023)]
    pub year: i32,
    /// Type.
    #[serde(rename = "type")]
    pub entry_type: EntryType,
    /// Whether it counts.
    pub state: EntryState,
    /// What a draft lacks to count; nothing where only somebody has to complete it.
    pub missing: Vec<Needed>,
    /// Signed cents.
    #[schema(example = 12_500_000)]
    pub cents: i64,
    /// Year of payment of an authority.
    pub pay_year: Option<i32>,
    /// Day of the booking.
    pub booked_on: NaiveDate,
    /// When it came in.
    pub booked_at: DateTime<Utc>,
    /// Whoever booked it; nobody where the operator imported it.
    pub booked_by: Option<OwnerView>,
    /// Key of the resolution that it rests on.
    pub resolution: Option<String>,
    /// The same for entries that stand and fall together.
    pub pair: Option<String>,
    /// Id of the entry that it takes back.
    pub reverses: Option<String>,
    /// Id of the draft that it completes.
    pub completes: Option<String>,
    /// Id of the entry that took it back or completed it.
    pub closed_by: Option<String>,
    /// What covers it.
    pub cover: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Why it was ordered while the budget of its year was provisional.
    #[serde(default)]
    pub interim_reason: Option<InterimReason>,
    /// What has to be known about it.
    pub flag: Option<EntryFlag>,
    /// Where it stands in a paper.
    pub source: Option<Source>,
}

/// What a request has booked.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PostedView {
    /// The entries in the order of the booking.
    pub entries: Vec<EntryView>,
}

/// Entries with what became of them.
pub(super) fn entries(db: &mut Db, named: Vec<NamedEntry>) -> Result<Vec<EntryView>> {
    let ids: Vec<&str> = named.iter().map(|(entry, ..)| entry.id.as_str()).collect();
    let mut closed = budget::closed(db, &ids)?;
    let views = named.into_iter().map(|(entry, line, resolution, account)| {
        let closed_by = closed.remove(&entry.id);
        let missing = match entry.state {
            EntryState::Effective => Vec::new(),
            EntryState::Draft => posting::missing(
                entry.entry_type,
                entry.cover.as_deref(),
                entry.reason.as_deref(),
                resolution.as_ref().map(|(_, outcome)| *outcome),
            ),
        };
        Ok(EntryView {
            id: entry.id,
            line,
            year: entry.year,
            entry_type: entry.entry_type,
            state: entry.state,
            missing,
            cents: entry.cents,
            pay_year: entry.pay_year,
            booked_on: entry.booked_on,
            booked_at: entry.booked_at.and_utc(),
            booked_by: account.as_ref().map(OwnerView::from),
            resolution: resolution.map(|(key, _)| key),
            pair: entry.pair_id,
            reverses: entry.reverses,
            completes: entry.completes,
            closed_by,
            cover: entry.cover,
            reason: entry.reason,
            interim_reason: entry.interim_reason,
            flag: entry.flag,
            source: entry.source.as_deref().map(from_json).transpose()?,
        })
    });
    views.collect()
}
