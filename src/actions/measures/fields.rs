//! The fields of a measure as they come in: new ones, and changes of those that are there.

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::domain::fault::{Fault, FaultCode, Faults};
use crate::domain::measure::{
    Accompanying, Confidentiality, Cost, Milestone, Origin, Precision, Relevance,
};
use crate::domain::measure_state::{Place, State};
use crate::domain::order::check_manual_reason;
use crate::domain::postponement::FixedBy;
use crate::domain::programme_file::{MAX_LINKS, Source, check_due};

/// Most entries of a list that belongs to one measure.
const MAX_ENTRIES: usize = 100;
/// Most target objects of one measure.
const MAX_TARGET_OBJECTS: usize = 1000;

/// When a measure is to be done.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DueInput {
    /// Last day of the period.
    #[schema(example = "2022-12-31")]
    pub day: NaiveDate,
    /// How exactly it is known; a day if left out.
    #[serde(default = "to_the_day")]
    pub precision: Precision,
    /// In the words of its source.
    #[serde(default)]
    pub text: Option<String>,
}

const fn to_the_day() -> Precision {
    Precision::Day
}

/// A new measure.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasureInput {
    /// Title, 1 to 300 characters.
    #[schema(example = "Netzzonen im Rathaus trennen")]
    pub title: String,
    /// Title for the public, where the other one may not be.
    #[serde(default)]
    pub title_public: Option<String>,
    /// Description, at most 10,000 characters.
    #[serde(default)]
    pub description: String,
    /// Key that the institution or another program gave it; no two measures have the same.
    #[serde(default)]
    pub external_key: Option<String>,
    /// What brought it about.
    pub origin: Origin,
    /// How near to information security it is; direct if left out.
    #[serde(default = "direct")]
    pub relevance: Relevance,
    /// Where it stands in papers.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// Address of whoever brought it up; whoever creates it, if left out.
    #[serde(default)]
    pub initiator: Option<String>,
    /// In which capacity.
    #[serde(default)]
    #[schema(example = "IT-Leitung")]
    pub initiator_role: Option<String>,
    /// Address of whoever is responsible.
    #[serde(default)]
    #[schema(example = "netz@offenburg.example")]
    pub owner: Option<String>,
    /// Address of whoever stands in for them.
    #[serde(default)]
    pub deputy: Option<String>,
    /// Address of whoever is to check it; the ISB, if left out.
    #[serde(default)]
    pub verifier: Option<String>,
    /// Organisational unit.
    #[serde(default)]
    pub org_unit: Option<String>,
    /// 1 (highest) to 4.
    #[schema(minimum = 1, maximum = 4, example = 2)]
    pub priority: i32,
    /// Place in the order of implementation, if not by the rules.
    #[serde(default)]
    pub place: Option<Place>,
    /// Planned start.
    #[serde(default)]
    pub start_planned: Option<NaiveDate>,
    /// When it is due.
    #[serde(default)]
    pub due: Option<DueInput>,
    /// What fixed that date, so that it is not postponed here.
    #[serde(default)]
    pub due_fixed_by: Option<FixedBy>,
    /// What it costs.
    #[serde(default)]
    pub cost: Cost,
    /// Budget lines that pay for it: `PROGRAMME:LINE`.
    #[serde(default)]
    #[schema(example = json!(["OG-2021-DIG:OG-K1"]))]
    pub budget_lines: Vec<String>,
    /// Why it needs no budget.
    #[serde(default)]
    pub no_budget_reason: Option<String>,
    /// Why no module fits.
    #[serde(default)]
    pub no_module_reason: Option<String>,
    /// Requirements, modules or controls that it contributes to: an id of Edition 2023, or the key of another catalogue,
    /// a colon and the id.
    #[serde(default)]
    #[schema(example = json!(["NET.1.1.A4"]))]
    pub fulfils: Vec<String>,
    /// Requirements, modules or controls that it has to observe.
    #[serde(default)]
    pub applies: Vec<String>,
    /// Keys of target objects that it protects.
    #[serde(default)]
    pub target_objects: Vec<String>,
    /// References of measures that it needs.
    #[serde(default)]
    pub requires: Vec<String>,
    /// What goes along with it: training, information.
    #[serde(default)]
    pub accompanying: Vec<Accompanying>,
    /// Steps on the way.
    #[serde(default)]
    pub milestones: Vec<Milestone>,
    /// What stays open, and why.
    #[serde(default)]
    pub residual_risk: Option<String>,
    /// It is more than one measure and has to be split.
    #[serde(default)]
    pub needs_split: bool,
    /// Confidentiality class; internal if left out.
    #[serde(default = "internal")]
    pub confidentiality: Confidentiality,
    /// Programme key.
    #[serde(default)]
    pub programme: Option<String>,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
}

const fn direct() -> Relevance {
    Relevance::Direct
}

const fn internal() -> Confidentiality {
    Confidentiality::Internal
}

/// What is to be changed: a field that is left out stays, `null` empties it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasurePatch {
    /// Title.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub title: Option<String>,
    /// Title for the public.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub title_public: Option<Option<String>>,
    /// Description.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub description: Option<String>,
    /// Key that the institution or another program gave it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub external_key: Option<Option<String>>,
    /// What brought it about.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub origin: Option<Origin>,
    /// How near to information security it is.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub relevance: Option<Relevance>,
    /// Where it stands in papers; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub sources: Option<Vec<Source>>,
    /// Address of whoever brought it up.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub initiator: Option<Option<String>>,
    /// In which capacity.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub initiator_role: Option<Option<String>>,
    /// Address of whoever is responsible.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub owner: Option<Option<String>>,
    /// Address of whoever stands in for them.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub deputy: Option<Option<String>>,
    /// Address of whoever is to check it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub verifier: Option<Option<String>>,
    /// Organisational unit.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub org_unit: Option<Option<String>>,
    /// 1 (highest) to 4.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub priority: Option<i32>,
    /// Place in the order of implementation, if not by the rules.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Place>)]
    pub place: Option<Option<Place>>,
    /// Planned start.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<NaiveDate>)]
    pub start_planned: Option<Option<NaiveDate>>,
    /// When it is due. Once approved, it is moved by a postponement only.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<DueInput>)]
    pub due: Option<Option<DueInput>>,
    /// What fixed that date, so that it is not postponed here.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<FixedBy>)]
    pub due_fixed_by: Option<Option<FixedBy>>,
    /// What it costs; replaces all of it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub cost: Option<Cost>,
    /// Budget lines that pay for it; replaces all of them that the caller sees.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub budget_lines: Option<Vec<String>>,
    /// Why it needs no budget.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub no_budget_reason: Option<Option<String>>,
    /// Why no module fits.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub no_module_reason: Option<Option<String>>,
    /// Requirements, modules or controls that it contributes to, as in a new measure; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub fulfils: Option<Vec<String>>,
    /// Requirements, modules or controls that it has to observe; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub applies: Option<Vec<String>>,
    /// Keys of target objects that it protects; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub target_objects: Option<Vec<String>>,
    /// References of measures that it needs; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub requires: Option<Vec<String>>,
    /// What goes along with it; replaces all of it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub accompanying: Option<Vec<Accompanying>>,
    /// Steps on the way; replaces all of them.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub milestones: Option<Vec<Milestone>>,
    /// 0 to 100; says nothing of whether it is overdue.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, minimum = 0, maximum = 100)]
    pub progress_percent: Option<i32>,
    /// What stays open, and why.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub residual_risk: Option<Option<String>>,
    /// It is more than one measure and has to be split.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub needs_split: Option<bool>,
    /// Confidentiality class.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub confidentiality: Option<Confidentiality>,
    /// Programme key.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub programme: Option<Option<String>>,
    /// Remark.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub note: Option<Option<String>>,
    /// Why; kept in the history.
    pub reason: Option<String>,
}

/// Refuses `null` for a field that cannot be empty.
pub(in crate::actions) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// Tells `null` from a field that is left out.
pub(in crate::actions) fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

impl From<&MeasureInput> for MeasurePatch {
    fn from(input: &MeasureInput) -> Self {
        let input = input.clone();
        MeasurePatch {
            title: Some(input.title),
            title_public: Some(input.title_public),
            description: Some(input.description),
            external_key: Some(input.external_key),
            origin: Some(input.origin),
            relevance: Some(input.relevance),
            sources: Some(input.sources),
            // Left out, it is whoever creates the measure.
            initiator: input.initiator.map(Some),
            initiator_role: Some(input.initiator_role),
            owner: Some(input.owner),
            deputy: Some(input.deputy),
            verifier: Some(input.verifier),
            org_unit: Some(input.org_unit),
            priority: Some(input.priority),
            place: Some(input.place),
            start_planned: Some(input.start_planned),
            due: Some(input.due),
            due_fixed_by: Some(input.due_fixed_by),
            cost: Some(input.cost),
            budget_lines: Some(input.budget_lines),
            no_budget_reason: Some(input.no_budget_reason),
            no_module_reason: Some(input.no_module_reason),
            fulfils: Some(input.fulfils),
            applies: Some(input.applies),
            target_objects: Some(input.target_objects),
            requires: Some(input.requires),
            accompanying: Some(input.accompanying),
            milestones: Some(input.milestones),
            progress_percent: None,
            residual_risk: Some(input.residual_risk),
            needs_split: Some(input.needs_split),
            confidentiality: Some(input.confidentiality),
            programme: Some(input.programme),
            note: Some(input.note),
            reason: None,
        }
    }
}

impl MeasurePatch {
    /// Checks all that can be checked without knowing the ledger.
    ///
    /// # Errors
    /// Every fault, with its place.
    pub fn check(&self) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::new();
        if let Some(title) = &self.title {
            faults.text("/title", title, 1, 300);
        }
        faults.optional_text("/description", self.description.as_deref(), 10_000);
        faults.optional_text("/reason", self.reason.as_deref(), 2000);
        for (pointer, field, min, max) in [
            ("/title_public", &self.title_public, 0, 300),
            ("/external_key", &self.external_key, 1, 100),
            ("/initiator_role", &self.initiator_role, 1, 200),
            ("/org_unit", &self.org_unit, 1, 200),
            ("/no_budget_reason", &self.no_budget_reason, 1, 2000),
            ("/no_module_reason", &self.no_module_reason, 1, 2000),
            ("/residual_risk", &self.residual_risk, 1, 2000),
            ("/note", &self.note, 0, 2000),
        ] {
            if let Some(Some(text)) = field {
                faults.text(pointer, text, min, max);
            }
        }
        in_range(&mut faults, "/priority", self.priority, 1, 4);
        in_range(
            &mut faults,
            "/progress_percent",
            self.progress_percent,
            0,
            100,
        );
        if let Some(Some(day)) = self.start_planned {
            faults.day("/start_planned", day);
        }
        if let Some(Some(due)) = &self.due {
            let text = due.text.as_deref();
            check_due(&mut faults, "/due", due.day, due.precision, text);
        }
        if let Some(Some(place)) = &self.place {
            in_range(&mut faults, "/place/number", Some(place.number), 1, 10_000);
            check_manual_reason(&mut faults, "/place/reason", &place.reason);
        }
        self.check_cost(&mut faults);
        self.check_lists(&mut faults);
        faults.finish()
    }

    fn check_cost(&self, faults: &mut Faults) {
        let Some(cost) = &self.cost else { return };
        for (name, cents) in [
            ("once_material_cents", cost.once_material_cents),
            ("yearly_material_cents", cost.yearly_material_cents),
        ] {
            in_range(faults, &format!("/cost/{name}"), cents, 0, Cost::MAX_CENTS);
        }
        for (name, work) in [
            ("once_staff_tenth_days", cost.once_staff_tenth_days),
            ("yearly_staff_tenth_days", cost.yearly_staff_tenth_days),
        ] {
            in_range(
                faults,
                &format!("/cost/{name}"),
                work,
                0,
                Cost::MAX_TENTH_DAYS,
            );
        }
    }

    fn check_lists(&self, faults: &mut Faults) {
        for (pointer, names, max) in [
            ("/fulfils", &self.fulfils, MAX_LINKS),
            ("/applies", &self.applies, MAX_LINKS),
            ("/budget_lines", &self.budget_lines, MAX_ENTRIES),
            ("/requires", &self.requires, MAX_ENTRIES),
            ("/target_objects", &self.target_objects, MAX_TARGET_OBJECTS),
        ] {
            at_most(faults, pointer, names.as_ref(), max);
        }
        for (index, source) in at_most(faults, "/sources", self.sources.as_ref(), MAX_ENTRIES)
            .iter()
            .enumerate()
        {
            faults.text(&format!("/sources/{index}/file"), &source.file, 1, 200);
            faults.text(&format!("/sources/{index}/text"), &source.text, 0, 1000);
        }
        let accompanying = self.accompanying.as_ref();
        for (index, entry) in at_most(faults, "/accompanying", accompanying, MAX_ENTRIES)
            .iter()
            .enumerate()
        {
            faults.text(&format!("/accompanying/{index}/text"), &entry.text, 1, 300);
            if let Some(day) = entry.done_on {
                faults.day(&format!("/accompanying/{index}/done_on"), day);
            }
        }
        let milestones = self.milestones.as_ref();
        for (index, entry) in at_most(faults, "/milestones", milestones, MAX_ENTRIES)
            .iter()
            .enumerate()
        {
            faults.text(&format!("/milestones/{index}/title"), &entry.title, 1, 300);
            for (name, day) in [("due", entry.due), ("done_on", entry.done_on)] {
                if let Some(day) = day {
                    faults.day(&format!("/milestones/{index}/{name}"), day);
                }
            }
        }
    }

    /// The state with these changes made.
    #[must_use]
    pub fn applied_to(&self, state: &State) -> State {
        fn set<T: Clone>(field: &mut T, new: Option<&T>) {
            if let Some(new) = new {
                field.clone_from(new);
            }
        }
        fn set_text(field: &mut Option<String>, new: Option<&Option<String>>) {
            if let Some(new) = new {
                *field = new.as_deref().map(|text| text.trim().to_owned());
            }
        }
        let mut after = state.clone();
        let title = self.title.as_deref().map(|title| title.trim().to_owned());
        set(&mut after.title, title.as_ref());
        set(&mut after.title_public, self.title_public.as_ref());
        set(&mut after.description, self.description.as_ref());
        set_text(&mut after.external_key, self.external_key.as_ref());
        set(&mut after.origin, self.origin.as_ref());
        set(&mut after.relevance, self.relevance.as_ref());
        set(&mut after.sources, self.sources.as_ref());
        set_text(&mut after.initiator, self.initiator.as_ref());
        set_text(&mut after.initiator_role, self.initiator_role.as_ref());
        set_text(&mut after.owner, self.owner.as_ref());
        set_text(&mut after.deputy, self.deputy.as_ref());
        set_text(&mut after.verifier, self.verifier.as_ref());
        set_text(&mut after.org_unit, self.org_unit.as_ref());
        set(&mut after.priority, self.priority.as_ref());
        set(&mut after.place, self.place.as_ref());
        set(&mut after.start_planned, self.start_planned.as_ref());
        if let Some(due) = &self.due {
            let due = due.as_ref();
            let text = due.and_then(|due| due.text.clone());
            let (day, precision) = (due.map(|due| due.day), due.map(|due| due.precision));
            // The same date again is no new one, and stays the assumption that it may be.
            if (day, precision, &text) != (after.due, after.due_precision, &after.due_text) {
                after.due_assumed = false;
            }
            (after.due, after.due_precision, after.due_text) = (day, precision, text);
        }
        set(&mut after.due_fixed_by, self.due_fixed_by.as_ref());
        set(&mut after.cost, self.cost.as_ref());
        set(&mut after.budget_lines, self.budget_lines.as_ref());
        set_text(&mut after.no_budget_reason, self.no_budget_reason.as_ref());
        set_text(&mut after.no_module_reason, self.no_module_reason.as_ref());
        set(&mut after.fulfils, self.fulfils.as_ref());
        set(&mut after.applies, self.applies.as_ref());
        set(&mut after.target_objects, self.target_objects.as_ref());
        set(&mut after.requires, self.requires.as_ref());
        set(&mut after.accompanying, self.accompanying.as_ref());
        set(&mut after.milestones, self.milestones.as_ref());
        set(&mut after.progress_percent, self.progress_percent.as_ref());
        set_text(&mut after.residual_risk, self.residual_risk.as_ref());
        set(&mut after.needs_split, self.needs_split.as_ref());
        set(&mut after.confidentiality, self.confidentiality.as_ref());
        set_text(&mut after.programme, self.programme.as_ref());
        set(&mut after.note, self.note.as_ref());
        after
    }
}

fn in_range<T: PartialOrd + std::fmt::Display>(
    faults: &mut Faults,
    pointer: &str,
    value: Option<T>,
    min: T,
    max: T,
) {
    if value.is_some_and(|value| value < min || value > max) {
        let fault = Fault::new(pointer, FaultCode::OutOfRange);
        faults.push(fault.arg("min", min).arg("max", max));
    }
}

/// The entries of a list; of one that is too long none, for a fault says so.
fn at_most<'a, T>(
    faults: &mut Faults,
    pointer: &str,
    list: Option<&'a Vec<T>>,
    max: usize,
) -> &'a [T] {
    let list = list.map(Vec::as_slice).unwrap_or_default();
    if list.len() <= max {
        return list;
    }
    faults.push(Fault::new(pointer, FaultCode::TooLong).arg("max", max));
    &[]
}
