//! What somebody asks to be booked; [`super::posting`] says what has to hold of it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{EntryType, InterimReason};

/// An entry that is to be booked.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EntryInput)]
pub struct Entry {
    /// Key of the line; left out for a commitment authority of the programme as a whole.
    #[serde(default)]
    #[schema(example = "OG-K2")]
    pub line: Option<String>,
    /// Budget year. Of a commitment the year in which it is to be paid; of a commitment authority the year of the grant.
    #[schema(example = 2023, minimum = 1990, maximum = 2100)]
    pub year: i32,
    /// Type. Cover, carry-overs and the use of authorities have requests of their own or come by themselves.
    #[serde(rename = "type")]
    pub entry_type: EntryType,
    /// Cents, never 0; negative for cut, release, commitment_release and actual_reversal, either for supplementary.
    #[schema(example = 3_500_000)]
    pub cents: i64,
    /// Year of payment; of a commitment authority only, and there it must be given.
    #[serde(default)]
    pub pay_year: Option<i32>,
    /// Day of the booking, not after today; today if left out.
    #[serde(default)]
    pub booked_on: Option<NaiveDate>,
    /// Key of the resolution that it rests on. Over- and extra-plan money needs a decision.
    #[serde(default)]
    pub resolution: Option<String>,
    /// What covers over- and extra-plan money.
    #[serde(default)]
    #[schema(example = "höhere Gewerbesteuereinnahmen 2021", max_length = 500)]
    pub cover: Option<String>,
    /// Why; must be given for block, release and cut.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
    /// Why money is ordered although the budget of the year is provisional; of a commitment in such a year only, and there
    /// it must be given.
    #[serde(default)]
    pub interim_reason: Option<InterimReason>,
}

/// An entry that is to be taken back by a counter entry.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReversalInput)]
pub struct Reversal {
    /// Id of the entry; of a pair any, all of it is taken back.
    pub entry: String,
    /// Why.
    #[schema(max_length = 2000)]
    pub reason: String,
}

/// Entries that are booked together or not at all.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PostingInput)]
pub struct Posting {
    /// New entries, at most 200.
    #[serde(default)]
    pub entries: Vec<Entry>,
    /// Entries to be taken back, at most 200: an amount moves to another year by a reversal there and an entry here.
    #[serde(default)]
    pub reverses: Vec<Reversal>,
}

/// A line and what it gives or gets.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferShare {
    /// Key of the line.
    #[schema(example = "OG-K2")]
    pub line: String,
    /// Cents, more than 0.
    #[schema(example = 3_000_000, minimum = 1)]
    pub cents: i64,
}

/// Money of one year that moves between lines (Deckung); gives and gets must be the same in all.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TransferInput)]
pub struct Transfer {
    /// Budget year.
    #[schema(example = 2023, minimum = 1990, maximum = 2100)]
    pub year: i32,
    /// Lines that give.
    pub from: Vec<TransferShare>,
    /// Lines that get.
    pub to: Vec<TransferShare>,
    /// Key of a resolution, if it rests on one.
    #[serde(default)]
    pub resolution: Option<String>,
    /// Why.
    #[schema(max_length = 2000)]
    pub reason: String,
}

/// What is left of a line and goes into the next year (Haushaltsrest).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CarryOverInput)]
pub struct CarryOver {
    /// Key of the line.
    #[schema(example = "STG-2c")]
    pub line: String,
    /// Year that it comes from; it goes into the year after.
    #[schema(example = 2018, minimum = 1990, maximum = 2099)]
    pub from_year: i32,
    /// Cents, more than 0.
    #[schema(example = 3_000_000, minimum = 1)]
    pub cents: i64,
    /// Key of the resolution, if it rests on one.
    #[serde(default)]
    pub resolution: Option<String>,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
}

/// What a draft lacks; what is left out stays as the draft has it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CompletionInput)]
pub struct Completion {
    /// What covers it.
    #[serde(default)]
    pub cover: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
    /// Key of the decision.
    #[serde(default)]
    pub resolution: Option<String>,
}

/// How much of a line is for a measure: either basis points or cents.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AllocationInput)]
pub struct Allocation {
    /// Reference of a measure that the line pays for.
    #[schema(example = "M-2022-0007")]
    pub measure: String,
    /// Budget year; every year that has no allocations of its own if left out.
    #[serde(default)]
    #[schema(example = 2023, minimum = 1990, maximum = 2100)]
    pub year: Option<i32>,
    /// Basis points (hundredths of a percent) of the line.
    #[serde(default)]
    #[schema(example = 6000, minimum = 1, maximum = 10000)]
    pub share_bp: Option<i64>,
    /// Cents of what is authorised.
    #[serde(default)]
    #[schema(example = 1_500_000, minimum = 1)]
    pub cents: Option<i64>,
}

/// All that is fixed of a line; nothing means equal parts.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AllocationsInput)]
pub struct Allocations {
    /// The allocations, at most 200; of one year all in basis points or all in cents.
    pub allocations: Vec<Allocation>,
    /// Why; kept in the audit trail.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
}
