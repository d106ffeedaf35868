//! All that can change of a measure, in the words of the API: what its history is made of (DOMAIN AUD-3, AUD-4).
//!
//! A change is the set of fields that differ, each with its old and its new value. Taken back one after the
//! other, newest first, the changes lead from a measure as it is to the measure as it stood.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::measure::{
    Accompanying, Confidentiality, Cost, Milestone, Origin, Precision, Relevance, Status,
    VerificationMethod,
};
use super::order::ManualPlace;
use super::postponement::FixedBy;
use super::programme_file::Source;

/// A measure's fields. People are named by their addresses, other things by their keys and references.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the fields are those of the API, where they are explained"
)]
pub struct State {
    pub title: String,
    pub title_public: Option<String>,
    pub description: String,
    pub external_key: Option<String>,
    pub origin: Origin,
    pub relevance: Relevance,
    pub sources: Vec<Source>,
    pub initiator: Option<String>,
    pub initiator_role: Option<String>,
    pub owner: Option<String>,
    pub deputy: Option<String>,
    pub verifier: Option<String>,
    pub org_unit: Option<String>,
    pub status: Status,
    pub status_reason: Option<String>,
    pub priority: i32,
    pub place: Option<Place>,
    pub start_planned: Option<NaiveDate>,
    pub due: Option<NaiveDate>,
    pub due_precision: Option<Precision>,
    pub due_text: Option<String>,
    pub due_original: Option<NaiveDate>,
    pub due_assumed: bool,
    pub due_fixed_by: Option<FixedBy>,
    pub cost: Cost,
    pub budget_lines: Vec<String>,
    pub no_budget_reason: Option<String>,
    pub no_module_reason: Option<String>,
    pub fulfils: Vec<String>,
    pub applies: Vec<String>,
    pub target_objects: Vec<String>,
    pub requires: Vec<String>,
    pub accompanying: Vec<Accompanying>,
    pub milestones: Vec<Milestone>,
    pub progress_percent: i32,
    pub residual_risk: Option<String>,
    pub blocked_by: Option<String>,
    pub blocked_until: Option<NaiveDate>,
    pub completed_on: Option<NaiveDate>,
    pub reported_by: Option<String>,
    pub implementation_description: Option<String>,
    pub verified_on: Option<NaiveDate>,
    pub verified_by: Option<String>,
    pub verification_method: Option<VerificationMethod>,
    pub verification_result: Option<String>,
    pub review_on: Option<NaiveDate>,
    pub approved_on: Option<NaiveDate>,
    pub approved_by: Option<String>,
    pub needs_split: bool,
    pub confidentiality: Confidentiality,
    pub programme: Option<String>,
    pub note: Option<String>,
    pub replaced_by: Vec<String>,
}

/// A place in the order of implementation that somebody gave by hand (DOMAIN §2.6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ManualOrderPlace)]
pub struct Place {
    /// Before or after those that the rules place.
    pub place: ManualPlace,
    /// Order among those with the same place, lowest first.
    #[schema(minimum = 1, maximum = 10_000, example = 1)]
    pub number: i32,
    /// Why.
    #[schema(example = "Die Leitung zieht die Firewalls vor, weil der Vertrag ausläuft")]
    pub reason: String,
}

impl State {
    /// The fields by name.
    ///
    /// # Errors
    /// What serde says; it does not happen.
    pub fn fields(&self) -> Result<Map<String, Value>, serde_json::Error> {
        match serde_json::to_value(self)? {
            Value::Object(fields) => Ok(fields),
            _ => Ok(Map::new()),
        }
    }

    /// This state before some changes, which are given newest first; fields that they name and that do not exist
    /// any more are left out.
    ///
    /// # Errors
    /// What serde says of a value that is none of its field.
    pub fn before<'a>(
        &self,
        changes: impl IntoIterator<Item = &'a Map<String, Value>>,
    ) -> Result<State, serde_json::Error> {
        let mut fields = self.fields()?;
        for change in changes {
            for (name, values) in change {
                if let (Some(field), Some(old)) = (fields.get_mut(name), values.get("old")) {
                    field.clone_from(old);
                }
            }
        }
        serde_json::from_value(Value::Object(fields))
    }
}

/// Old and new value of every field that differs: `{"priority": {"old": 2, "new": 1}}`.
///
/// # Errors
/// What serde says; it does not happen.
pub fn differences(before: &State, after: &State) -> Result<Map<String, Value>, serde_json::Error> {
    let (before, after) = (before.fields()?, after.fields()?);
    let differ = after.into_iter().filter_map(|(name, new)| {
        let old = before.get(&name).cloned().unwrap_or_default();
        (old != new).then(|| (name, json!({ "old": old, "new": new })))
    });
    Ok(differ.collect())
}

/// What a new measure begins with: every field that says something, with nothing before it.
///
/// # Errors
/// What serde says; it does not happen.
pub fn first_values(state: &State) -> Result<Map<String, Value>, serde_json::Error> {
    let says_nothing = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    let fields = state.fields()?.into_iter();
    let said = fields.filter(|(_, value)| !says_nothing(value));
    let first = said.map(|(name, new)| (name, json!({ "old": null, "new": new })));
    Ok(first.collect())
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A proposed measure with little in it.
    pub(crate) fn state() -> State {
        State {
            title: "Netzzonen trennen".to_owned(),
            title_public: None,
            description: String::new(),
            external_key: None,
            origin: Origin::Audit,
            relevance: Relevance::Direct,
            sources: Vec::new(),
            initiator: None,
            initiator_role: None,
            owner: Some("netz@offenburg.example".to_owned()),
            deputy: None,
            verifier: None,
            org_unit: None,
            status: Status::Proposed,
            status_reason: None,
            priority: 2,
            place: None,
            start_planned: None,
            due: "2022-12-31".parse().ok(),
            due_precision: Some(Precision::Day),
            due_text: None,
            due_original: None,
            due_assumed: false,
            due_fixed_by: None,
            cost: Cost::default(),
            budget_lines: Vec::new(),
            no_budget_reason: None,
            no_module_reason: None,
            fulfils: vec!["NET.1.1.A4".to_owned()],
            applies: Vec::new(),
            target_objects: Vec::new(),
            requires: Vec::new(),
            accompanying: Vec::new(),
            milestones: Vec::new(),
            progress_percent: 0,
            residual_risk: None,
            blocked_by: None,
            blocked_until: None,
            completed_on: None,
            reported_by: None,
            implementation_description: None,
            verified_on: None,
            verified_by: None,
            verification_method: None,
            verification_result: None,
            review_on: None,
            approved_on: None,
            approved_by: None,
            needs_split: false,
            confidentiality: Confidentiality::Internal,
            programme: None,
            note: None,
            replaced_by: Vec::new(),
        }
    }

    #[test]
    fn a_change_names_old_and_new_of_what_differs() {
        let after = State {
            priority: 1,
            owner: None,
            fulfils: Vec::new(),
            ..state()
        };
        assert_eq!(
            Value::Object(differences(&state(), &after).unwrap()),
            json!({
                "priority": { "old": 2, "new": 1 },
                "owner": { "old": "netz@offenburg.example", "new": null },
                "fulfils": { "old": ["NET.1.1.A4"], "new": [] },
            })
        );
        assert!(differences(&state(), &state()).unwrap().is_empty());
    }

    #[test]
    fn what_older_programs_recorded_is_no_hindrance() {
        let Value::Object(old) = json!({
            "priority": { "old": 4, "new": 2 },
            "colour": { "old": "red", "new": "blue" },
            "title": "no pair",
        }) else {
            unreachable!()
        };
        let before = state().before([&old]).unwrap();
        assert_eq!((before.priority, before.title), (4, state().title));
    }

    proptest! {
        #[test]
        fn taking_all_changes_back_leads_to_where_they_began(
            steps in prop::collection::vec((1i32..5, 0i32..=100, any::<bool>(), "[a-z]{0,5}"), 0..12)
        ) {
            let mut states = vec![state()];
            for (priority, progress_percent, needs_split, title) in steps {
                let last = states.last().unwrap().clone();
                states.push(State { priority, progress_percent, needs_split, title, ..last });
            }
            let changes: Vec<_> = states
                .windows(2)
                .map(|pair| differences(&pair[0], &pair[1]).unwrap())
                .collect();
            let last = states.last().unwrap();
            for (index, state) in states.iter().enumerate() {
                prop_assert_eq!(&last.before(changes[index..].iter().rev()).unwrap(), state);
            }
        }
    }
}
