//! The programme file: a council paper in figures, `zinne-programme/1`.
//!
//! The form is documented by `programmes/programme-file.schema.json`. Every figure keeps file, line and
//! the words it was read from (DOMAIN SEED-R2).

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::measure::{Confidentiality, Origin, Precision, Relevance, Status};
use super::programme::{
    AmountBasis, EntryFlag, LineKind, PaperEntryType, ResolutionKind, ResolutionOutcome,
};

mod check;
mod duty;
mod post;
mod total;

pub use check::{MAX_LINKS, check, check_due, check_links, check_sizes};
pub use duty::{Condition, Duty};
pub use post::Post;
pub use total::{PostTotal, PrintedTotal};

/// The only form there is so far.
pub const FORMAT: &str = "zinne-programme/1";

/// Where a figure stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Name of the file.
    pub file: String,
    /// Line in that file, from 1.
    pub line: u32,
    /// The words themselves.
    pub text: String,
}

/// A file with the programmes of one institution.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgrammeFile {
    /// `zinne-programme/1`
    pub format: String,
    /// Slug of the institution.
    pub institution: String,
    /// Council papers.
    #[serde(default)]
    pub papers: Vec<Paper>,
    /// Sittings.
    #[serde(default)]
    pub resolutions: Vec<Resolution>,
    /// Programmes.
    pub programmes: Vec<Programme>,
}

/// A council paper (Drucksache).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FilePaper)]
pub struct Paper {
    /// Number of the paper.
    pub key: String,
    /// Title.
    pub title: String,
    /// Who issued it.
    pub body: String,
    /// Date of the paper.
    pub date: NaiveDate,
    /// File that the sources name.
    pub file: String,
}

/// A sitting that dealt with a paper.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FileResolution)]
pub struct Resolution {
    /// Key within the institution.
    pub key: String,
    /// Number of the paper.
    pub paper: String,
    /// Gemeinderat, Kreistag, Ausschuss.
    pub body: String,
    /// Day of the sitting.
    pub date: NaiveDate,
    /// Whether the sitting was public.
    pub public: bool,
    /// What it was for.
    pub kind: ResolutionKind,
    /// What came of it.
    pub outcome: ResolutionOutcome,
    /// Where that stands.
    pub source: Source,
}

/// A programme (Maßnahmenpaket).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FileProgramme)]
pub struct Programme {
    /// Key within the institution.
    pub key: String,
    /// Title.
    pub title: String,
    /// Title for the public, where the other one may not be.
    #[serde(default)]
    pub title_public: Option<String>,
    /// Budget period in words.
    pub period: String,
    /// With or without tax.
    pub amount_basis: AmountBasis,
    /// Class.
    pub confidentiality: Confidentiality,
    /// Key of the resolution that decides.
    #[serde(default)]
    pub resolution: Option<String>,
    /// Key of the programme that it is a part of: one of this file above it, or one that is there.
    #[serde(default)]
    pub parent: Option<String>,
    /// Budget years in order.
    pub years: Vec<i32>,
    /// Pairs of years that one budget covers (Doppelhaushalt).
    #[serde(default)]
    pub double_budgets: Vec<[i32; 2]>,
    /// Groups of lines in order.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// Obergrenzen.
    #[serde(default)]
    pub ceilings: Vec<Ceiling>,
    /// Lines in order.
    #[serde(default)]
    pub lines: Vec<Line>,
    /// Posts in order.
    #[serde(default)]
    pub posts: Vec<Post>,
    /// Totals that the paper prints, to be checked against the lines.
    #[serde(default)]
    pub printed_totals: Vec<PrintedTotal>,
    /// Numbers of posts that the paper prints, to be checked against the posts.
    #[serde(default)]
    pub post_totals: Vec<PostTotal>,
    /// Conditions that the paper sets.
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// Reporting duties and deadlines that the paper sets.
    #[serde(default)]
    pub duties: Vec<Duty>,
    /// Measures in order.
    #[serde(default)]
    pub measures: Vec<Measure>,
}

/// A group of lines.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FileGroup)]
pub struct Group {
    /// Key within the programme.
    pub key: String,
    /// Title.
    pub title: String,
}

/// What may be authorised at most in a span of years.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FileCeiling)]
pub struct Ceiling {
    /// First year.
    pub from_year: i32,
    /// Last year.
    pub to_year: i32,
    /// Cents.
    pub cents: i64,
    /// Refuses what exceeds it.
    pub hard: bool,
    /// Key of the group that it is for; for the programme as a whole if left out.
    #[serde(default)]
    pub group: Option<String>,
    /// Carry-overs count as well; otherwise only what was authorised for the years themselves.
    #[serde(default)]
    pub counts_carry_overs: bool,
    /// Where it stands.
    pub source: Source,
}

/// A budget line.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FileLine)]
pub struct Line {
    /// Key within the programme.
    pub key: String,
    /// Position as printed.
    pub position: String,
    /// Key of the group.
    pub group: String,
    /// Title.
    pub title: String,
    /// What it pays for.
    pub kind: LineKind,
    /// Contract before the budget is adopted.
    #[serde(default)]
    pub early_contract: bool,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
    /// Teilhaushalt.
    #[serde(default)]
    pub sub_budget: Option<String>,
    /// Profitcenter or Produkt.
    #[serde(default)]
    pub profit_centre: Option<String>,
    /// Sachkonto.
    #[serde(default)]
    pub account: Option<String>,
    /// Investitionsauftrag.
    #[serde(default)]
    pub investment_order: Option<String>,
    /// Deckungskreis: only lines of the same one cover each other.
    #[serde(default)]
    pub cover_group: Option<String>,
    /// Deckungsvermerk: consumptive money of the line may cover investments.
    #[serde(default)]
    pub cover_note: Option<String>,
    /// What is left of consumptive money may go into the next year.
    #[serde(default)]
    pub transferable: bool,
    /// Amounts per year; years without money are left out.
    pub amounts: Vec<Amount>,
    /// Where the line stands.
    pub source: Source,
}

/// An amount of a line in one year.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FileAmount)]
pub struct Amount {
    /// Year.
    pub year: i32,
    /// Type of entry.
    #[serde(rename = "type")]
    pub entry_type: PaperEntryType,
    /// Cents, not zero.
    pub cents: i64,
    /// What has to be known about it.
    #[serde(default)]
    pub flag: Option<EntryFlag>,
    /// Where it stands.
    pub source: Source,
}

/// When a measure is due.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FileDue)]
pub struct Due {
    /// Last day of the period.
    pub day: NaiveDate,
    /// How exactly it is known.
    pub precision: Precision,
    /// As the source puts it.
    pub text: String,
    /// Not from the paper: an assumption of whoever wrote the file.
    #[serde(default)]
    pub assumed: bool,
}

/// A measure.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FileMeasure)]
pub struct Measure {
    /// Key within the institution.
    pub key: String,
    /// Title.
    pub title: String,
    /// Title for the public, where the other one may not be.
    #[serde(default)]
    pub title_public: Option<String>,
    /// Description.
    #[serde(default)]
    pub description: String,
    /// What brought it about.
    pub origin: Origin,
    /// How near to information security it is.
    pub relevance: Relevance,
    /// Unit.
    #[serde(default)]
    pub org_unit: Option<String>,
    /// Address of whoever is responsible; an account of the institution.
    #[serde(default)]
    pub owner: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// 1 (highest) to 4.
    pub priority: i32,
    /// Planned start.
    #[serde(default)]
    pub start_planned: Option<NaiveDate>,
    /// When it is due.
    #[serde(default)]
    pub due: Option<Due>,
    /// Requirements or modules that it contributes to.
    #[serde(default)]
    pub fulfils: Vec<String>,
    /// Requirements or modules that it has to observe.
    #[serde(default)]
    pub applies: Vec<String>,
    /// Keys of the budget lines that pay for it.
    #[serde(default)]
    pub lines: Vec<String>,
    /// Day on which the work was reported done.
    #[serde(default)]
    pub completed_on: Option<NaiveDate>,
    /// Class.
    pub confidentiality: Confidentiality,
    /// It is more than one measure and has to be split (DOMAIN MAP-2).
    #[serde(default)]
    pub needs_split: bool,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
    /// Where it stands.
    pub source: Source,
}

/// What a link may point to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Id of the catalogue.
    pub catalogue: String,
    /// Id in the catalogue.
    pub id: String,
    /// Module; none of a control.
    pub module: Option<String>,
    /// Requirement, unless the link is to a module as a whole or to a control.
    pub requirement: Option<String>,
    /// ENTFALLEN.
    pub withdrawn: bool,
    /// Basis-Anforderung.
    pub basic: bool,
    /// Key of a control that survives a renumbering (`alt-identifier`).
    pub lasting_key: Option<String>,
}

/// What a file is checked against.
#[derive(Debug, Default)]
pub struct Known {
    /// Catalogue ids.
    pub targets: HashMap<String, Target>,
    /// User ids of accounts of the institution by lower-case address.
    pub people: HashMap<String, String>,
}
