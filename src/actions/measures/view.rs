//! Measures as the outside sees them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::budget::EntryType;
use crate::domain::catalogue::{Level, reference};
use crate::domain::measure::{
    Accompanying, Confidentiality, Cost, LinkKind, Milestone, Modules, Origin, Precision,
    Relevance, Status, SuccessionKind, VerificationMethod, days_overdue, verification_due,
};
use crate::domain::measure_state::Place;
use crate::domain::measure_step::missing_for_approval;
use crate::domain::postponement::FixedBy;
use crate::domain::programme_file::Source;
use crate::domain::written_day;
use crate::error::Result;
use crate::store::measures::{Dossier, Line, Link, Listed, Succession};
use crate::store::users::Account;

/// Whoever is responsible.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OwnerView {
    /// Address.
    #[schema(example = "arbeitsplatz@offenburg.example")]
    pub email: String,
    /// Name.
    pub name: String,
}

impl From<&Account> for OwnerView {
    fn from(account: &Account) -> Self {
        OwnerView {
            email: account.email.clone(),
            name: account.name.clone(),
        }
    }
}

/// When a measure is due.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DueView {
    /// Last day in time.
    #[schema(example = "2022-06-30")]
    #[serde(serialize_with = "written_day::day")]
    pub day: NaiveDate,
    /// How exactly it is known.
    pub precision: Precision,
    /// In the words of its source.
    pub text: Option<String>,
    /// First binding due date; set at the approval, never changed.
    #[serde(serialize_with = "written_day::optional_day")]
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
    #[serde(serialize_with = "written_day::optional_day")]
    pub completed_on: Option<NaiveDate>,
    /// Confidentiality class.
    pub confidentiality: Confidentiality,
    /// Programme key.
    #[schema(example = "OG-2021-DIG")]
    pub programme: Option<String>,
    /// Modules it is linked to.
    #[schema(value_type = Vec<String>)]
    pub modules: Modules,
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
    /// What is missing for an approval, by the names of the fields.
    #[schema(example = json!(["deputy", "cost"]))]
    pub missing_for_approval: Vec<String>,
    /// Where it stands in papers.
    pub sources: Vec<Source>,
    /// Whoever brought it up.
    pub initiator: Option<OwnerView>,
    /// In which capacity.
    pub initiator_role: Option<String>,
    /// Whoever stands in for the one responsible.
    pub deputy: Option<OwnerView>,
    /// Whoever is to check it; null: the ISB.
    pub verifier: Option<OwnerView>,
    /// Place in the order of implementation that was given by hand.
    pub place: Option<Place>,
    /// Planned start.
    pub start_planned: Option<NaiveDate>,
    /// What fixed the due date, so that it is not postponed here.
    pub due_fixed_by: Option<FixedBy>,
    /// What it costs.
    pub cost: Cost,
    /// Budget lines that pay for it.
    #[schema(example = json!(["OG-2021-DIG:OG-K1"]))]
    pub budget_lines: Vec<String>,
    /// Why it needs no budget.
    pub no_budget_reason: Option<String>,
    /// Why no module fits.
    pub no_module_reason: Option<String>,
    /// Links to catalogues.
    pub links: Vec<LinkView>,
    /// Keys of target objects that it protects.
    pub target_objects: Vec<String>,
    /// References of measures that it needs.
    pub requires: Vec<String>,
    /// What goes along with it.
    pub accompanying: Vec<Accompanying>,
    /// Steps on the way.
    pub milestones: Vec<Milestone>,
    /// 0 to 100; says nothing of whether it is overdue.
    pub progress_percent: i32,
    /// What stays open, and why.
    pub residual_risk: Option<String>,
    /// What holds it up, while blocked.
    pub blocked_by: Option<String>,
    /// Until when, as far as one knows.
    pub blocked_until: Option<NaiveDate>,
    /// When it was approved.
    pub approved_on: Option<NaiveDate>,
    /// By whom.
    pub approved_by: Option<OwnerView>,
    /// What was done (Umsetzungserläuterung).
    pub implementation_description: Option<String>,
    /// Whoever reported it done.
    pub reported_by: Option<OwnerView>,
    /// Last day for the check, 30 days after it was reported done.
    pub verification_due: Option<NaiveDate>,
    /// When it was checked.
    pub verified_on: Option<NaiveDate>,
    /// By whom.
    pub verified_by: Option<OwnerView>,
    /// How.
    pub verification_method: Option<VerificationMethod>,
    /// With which result.
    pub verification_result: Option<String>,
    /// When it is looked at again.
    pub review_on: Option<NaiveDate>,
    /// It is more than one measure and has to be split.
    pub needs_split: bool,
    /// What pays for it.
    pub budget: BudgetView,
    /// Measures that it was made of.
    pub predecessors: Vec<SuccessionView>,
    /// Measures that it went into.
    pub successors: Vec<SuccessionView>,
    /// Remark.
    pub note: Option<String>,
    /// Since.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

/// That one measure went into another.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SuccessionView {
    /// Reference of the other one.
    #[schema(example = "M-2022-0007")]
    pub reference: String,
    /// How.
    pub kind: SuccessionKind,
    /// Why.
    pub reason: String,
    /// When.
    pub decided_at: DateTime<Utc>,
}

impl From<Succession> for SuccessionView {
    fn from(succession: Succession) -> Self {
        SuccessionView {
            reference: succession.reference,
            kind: succession.kind,
            reason: succession.reason,
            decided_at: succession.decided_at.and_utc(),
        }
    }
}

impl MeasureSummary {
    /// Puts a row together with the modules it is linked to; `programmes` are the classes of programmes that
    /// the reader may see.
    pub fn new(
        listed: Listed,
        modules: Modules,
        programmes: &[Confidentiality],
        today: NaiveDate,
    ) -> Self {
        let days_overdue = days_overdue(listed.status, listed.due_current, today);
        let due = listed
            .due_current
            .zip(listed.due_precision)
            .map(|(day, precision)| DueView {
                day,
                precision,
                text: listed.due_text,
                original: listed.due_original,
                assumed: listed.due_assumed,
            });
        MeasureSummary {
            id: listed.id,
            reference: listed.reference,
            external_key: listed.external_key,
            title: listed.title,
            status: listed.status,
            owner: listed.owner.map(|(email, name)| OwnerView { email, name }),
            org_unit: listed.org_unit,
            priority: listed.priority,
            due,
            overdue: days_overdue.is_some(),
            days_overdue,
            completed_on: listed.completed_on,
            confidentiality: listed.confidentiality,
            programme: listed
                .programme
                .filter(|(_, class)| programmes.contains(class))
                .map(|(key, _)| key),
            modules,
            version: listed.version,
        }
    }
}

impl MeasureView {
    /// Puts everything together; `programmes` are the classes of programmes that the reader may see.
    ///
    /// # Errors
    /// `internal` when a column does not hold what was stored.
    pub fn new(
        dossier: Dossier,
        budget: Vec<(String, i32, EntryType, i64)>,
        programmes: &[Confidentiality],
        today: NaiveDate,
    ) -> Result<Self> {
        let state = dossier.state()?;
        let account = |id: &Option<String>| dossier.account(id.as_ref()).map(OwnerView::from);
        let (measure, details) = (&dossier.row.measure, &dossier.details);
        let (initiator, deputy) = (account(&details.initiator_id), account(&measure.deputy_id));
        let (verifier, reported_by) =
            (account(&measure.verifier_id), account(&details.reported_by));
        let (verified_by, approved_by) =
            (account(&details.verified_by), account(&details.approved_by));
        let seen = dossier
            .lines
            .iter()
            .filter(|line| programmes.contains(&line.programme.1));
        let budget_lines = seen.map(Line::name).collect();
        let modules = dossier
            .links
            .iter()
            .filter_map(|link| link.module_id.as_deref());
        let modules = modules.collect();
        let years = budget
            .into_iter()
            .map(|(line, year, entry_type, cents)| BudgetYearView {
                line,
                year,
                entry_type,
                cents,
            });
        let times = (
            measure.status_changed_at,
            measure.created_at,
            measure.updated_at,
        );
        let undecided = [Status::Proposed, Status::Deferred].contains(&state.status);
        let missing = if undecided {
            missing_for_approval(&state)
        } else {
            Vec::new()
        };
        Ok(MeasureView {
            summary: MeasureSummary::new(dossier.row.into(), modules, programmes, today),
            title_public: state.title_public,
            description: state.description,
            origin: state.origin,
            relevance: state.relevance,
            status_reason: state.status_reason,
            status_changed_at: times.0.and_utc(),
            next_statuses: state.status.next().to_vec(),
            missing_for_approval: missing.into_iter().map(str::to_owned).collect(),
            sources: state.sources,
            initiator,
            initiator_role: state.initiator_role,
            deputy,
            verifier,
            place: state.place,
            start_planned: state.start_planned,
            due_fixed_by: state.due_fixed_by,
            cost: state.cost,
            budget_lines,
            no_budget_reason: state.no_budget_reason,
            no_module_reason: state.no_module_reason,
            links: dossier.links.into_iter().map(LinkView::from).collect(),
            target_objects: state.target_objects,
            requires: state.requires,
            accompanying: state.accompanying,
            milestones: state.milestones,
            progress_percent: state.progress_percent,
            residual_risk: state.residual_risk,
            blocked_by: state.blocked_by,
            blocked_until: state.blocked_until,
            approved_on: state.approved_on,
            approved_by,
            implementation_description: state.implementation_description,
            reported_by,
            verification_due: verification_due(state.status, state.completed_on),
            verified_on: state.verified_on,
            verified_by,
            verification_method: state.verification_method,
            verification_result: state.verification_result,
            review_on: state.review_on,
            needs_split: state.needs_split,
            budget: BudgetView {
                currency: "EUR".to_owned(),
                years: years.collect(),
            },
            predecessors: dossier
                .predecessors
                .into_iter()
                .map(SuccessionView::from)
                .collect(),
            successors: dossier
                .successors
                .into_iter()
                .map(SuccessionView::from)
                .collect(),
            note: state.note,
            created_at: times.1.and_utc(),
            updated_at: times.2.and_utc(),
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
