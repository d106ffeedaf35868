//! Measures as the outside sees them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::catalogue::{Level, reference};
use crate::domain::measure::{
    Confidentiality, LinkKind, Origin, Precision, Relevance, Status, days_overdue,
};
use crate::domain::programme::EntryType;
use crate::domain::programme_file::Source;
use crate::error::Result;
use crate::store::measures::{Link, Row};
use crate::store::types::from_json;

/// Whoever is responsible.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OwnerView {
    /// Address.
    #[schema(example = "arbeitsplatz@offenburg.example")]
    pub email: String,
    /// Name.
    pub name: String,
}

/// When a measure is due.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DueView {
    /// Last day in time.
    #[schema(example = "2022-06-30")]
    pub day: NaiveDate,
    /// How exactly it is known.
    pub precision: Precision,
    /// In the words of its source.
    pub text: Option<String>,
    /// First binding due date; set at the approval, never changed.
    pub original: Option<NaiveDate>,
    /// An assumption, not from a paper.
    pub assumed: bool,
}

/// A link to a catalogue.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LinkView {
    /// Fulfils or applies.
    pub kind: LinkKind,
    /// Catalogue key.
    #[schema(example = "gs-2023")]
    pub catalogue: String,
    /// Edition of the catalogue.
    #[schema(example = "2023")]
    pub edition: String,
    /// Requirement, module or control.
    #[schema(example = "SYS.3.2.2.A1")]
    pub target: String,
    /// Module; null for a control.
    #[schema(example = "SYS.3.2.2")]
    pub module: Option<String>,
    /// Title of the requirement or control.
    pub title: Option<String>,
    /// Level of the requirement.
    pub level: Option<Level>,
    /// What it was carried over from, if it was.
    pub migrated: Option<MigratedView>,
}

/// What a link was carried over from (DOMAIN GPP-7).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MigratedView {
    /// Requirement or module of the older catalogue; with that catalogue's key, unless it is Edition 2023.
    #[schema(example = "SYS.3.2.2.A1")]
    pub from: String,
    /// Name of whoever confirmed it.
    pub confirmed_by: String,
    /// When.
    pub confirmed_at: DateTime<Utc>,
    /// SHA-256 of the mapping file that relates the two, hexadecimal; null where it was assigned by hand.
    pub mapping_sha256: Option<String>,
}

impl From<Link> for LinkView {
    fn from(link: Link) -> Self {
        let (from, confirmed) = (link.migrated_from, link.confirmed);
        let migrated = from.0.zip(from.1).zip(confirmed.0.zip(confirmed.1));
        let (title, level) = match (link.requirement, link.control) {
            (Some((title, level)), _) => (Some(title), Some(level)),
            (None, control) => (control, None),
        };
        LinkView {
            kind: link.kind,
            catalogue: link.catalogue.1,
            edition: link.catalogue.2,
            target: link.target,
            module: link.module_id,
            title,
            level,
            migrated: migrated.map(|((catalogue, target), (name, at))| MigratedView {
                from: reference(&catalogue, &target),
                confirmed_by: name,
                confirmed_at: at.and_utc(),
                mapping_sha256: link.mapping.map(hex::encode),
            }),
        }
    }
}

/// Money of one year.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BudgetYearView {
    /// Budget line.
    #[schema(example = "OG-K1")]
    pub line: String,
    /// Year.
    #[schema(example = 2023)]
    pub year: i32,
    /// Type of entry.
    #[serde(rename = "type")]
    pub entry_type: EntryType,
    /// Cents.
    #[schema(example = 5_500_000)]
    pub cents: i64,
}

/// What pays for a measure.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BudgetView {
    /// Always `EUR`.
    #[schema(example = "EUR")]
    pub currency: String,
    /// By year.
    pub years: Vec<BudgetYearView>,
}

/// A measure in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MeasureSummary {
    /// Id.
    pub id: String,
    /// Reference, never reused.
    #[schema(example = "M-2022-0007")]
    pub reference: String,
    /// Key in the file it came from.
    #[schema(example = "OG-K1")]
    pub external_key: Option<String>,
    /// Title.
    #[schema(example = "Einführung MDM")]
    pub title: String,
    /// Where it stands.
    pub status: Status,
    /// Whoever is responsible.
    pub owner: Option<OwnerView>,
    /// Organisational unit.
    pub org_unit: Option<String>,
    /// 1 (highest) to 4.
    #[schema(example = 1)]
    pub priority: i32,
    /// When it is due.
    pub due: Option<DueView>,
    /// Due date over and work not done.
    pub overdue: bool,
    /// Days since the due date, if overdue.
    pub days_overdue: Option<i64>,
    /// Day on which the work was reported done.
    pub completed_on: Option<NaiveDate>,
    /// Confidentiality class.
    pub confidentiality: Confidentiality,
    /// Programme key.
    #[schema(example = "OG-2021-DIG")]
    pub programme: Option<String>,
    /// Modules it is linked to.
    pub modules: Vec<String>,
    /// Counts changes; the ETag is made of it.
    pub version: i32,
}

/// A measure with everything that belongs to it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MeasureView {
    /// What a list shows.
    #[serde(flatten)]
    pub summary: MeasureSummary,
    /// Title for the public, where the other one may not be.
    pub title_public: Option<String>,
    /// Description.
    pub description: String,
    /// What brought it about.
    pub origin: Origin,
    /// How near to information security it is.
    pub relevance: Relevance,
    /// Reason of the last step.
    pub status_reason: Option<String>,
    /// When the last step was taken.
    pub status_changed_at: DateTime<Utc>,
    /// Steps that the status leads to; the policy decides who may take them.
    pub next_statuses: Vec<Status>,
    /// Planned start.
    pub start_planned: Option<NaiveDate>,
    /// Links to catalogues.
    pub links: Vec<LinkView>,
    /// What pays for it.
    pub budget: BudgetView,
    /// Remark.
    pub note: Option<String>,
    /// Where it stands in a council paper.
    pub source: Option<Source>,
    /// Since.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

impl MeasureSummary {
    /// Puts a row together with the modules it is linked to; `programmes` are the classes of programmes that
    /// the reader may see.
    pub fn new(
        row: Row,
        modules: Vec<String>,
        programmes: &[Confidentiality],
        today: NaiveDate,
    ) -> Self {
        let measure = row.measure;
        let days_overdue = days_overdue(measure.status, measure.due_current, today);
        let due = measure
            .due_current
            .zip(measure.due_precision)
            .map(|(day, precision)| DueView {
                day,
                precision,
                text: measure.due_text,
                original: measure.due_original,
                assumed: measure.due_assumed,
            });
        MeasureSummary {
            id: measure.id,
            reference: measure.reference,
            external_key: measure.external_key,
            title: measure.title,
            status: measure.status,
            owner: row.owner.map(|(email, name)| OwnerView { email, name }),
            org_unit: measure.org_unit,
            priority: measure.priority,
            due,
            overdue: days_overdue.is_some(),
            days_overdue,
            completed_on: measure.completed_on,
            confidentiality: measure.confidentiality,
            programme: row
                .programme
                .filter(|(_, class)| programmes.contains(class))
                .map(|(key, _)| key),
            modules,
            version: measure.version,
        }
    }
}

impl MeasureView {
    /// Puts a row together with links and money.
    ///
    /// # Errors
    /// `internal` when a column does not hold what was stored.
    pub fn new(
        row: Row,
        links: Vec<Link>,
        budget: Vec<(String, i32, EntryType, i64)>,
        programmes: &[Confidentiality],
        today: NaiveDate,
    ) -> Result<Self> {
        let mut modules: Vec<String> = links
            .iter()
            .filter_map(|link| link.module_id.clone())
            .collect();
        modules.sort();
        modules.dedup();
        let links = links.into_iter().map(LinkView::from);
        let years = budget
            .into_iter()
            .map(|(line, year, entry_type, cents)| BudgetYearView {
                line,
                year,
                entry_type,
                cents,
            });
        let measure = row.measure.clone();
        Ok(MeasureView {
            summary: MeasureSummary::new(row, modules, programmes, today),
            title_public: measure.title_public,
            description: measure.description,
            origin: measure.origin,
            relevance: measure.relevance,
            status_reason: measure.status_reason,
            status_changed_at: measure.status_changed_at.and_utc(),
            next_statuses: measure.status.next().to_vec(),
            start_planned: measure.start_planned,
            links: links.collect(),
            budget: BudgetView {
                currency: "EUR".to_owned(),
                years: years.collect(),
            },
            note: measure.note,
            source: measure.source.as_deref().map(from_json).transpose()?,
            created_at: measure.created_at.and_utc(),
            updated_at: measure.updated_at.and_utc(),
        })
    }

    /// Strong ETag of this version.
    pub fn etag(&self) -> String {
        etag(self.summary.version)
    }
}

/// Strong ETag of a version.
pub fn etag(version: i32) -> String {
    format!("\"v{version}\"")
}
