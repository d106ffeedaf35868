//! Deadlines as the outside sees them.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::complete::CompletionView;
use super::derive::Derived;
use crate::actions::measures::view::OwnerView;
use crate::auth::secret;
use crate::domain::access::Role;
use crate::domain::deadline::{Kind, Rhythm, State, UNDATED, states};
use crate::domain::measure::{Confidentiality, Status};
use crate::error::Result;
use crate::store::deadlines::{Reader, SetRow};
use crate::store::types::to_json;
use crate::store::{Db, users};

/// A deadline.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeadlineView {
    /// Id: what it is derived from, and the id of that.
    #[schema(example = "implementation:01850b6e-5d00-7c1a-8a00-3f0d1c2b4a55")]
    pub id: String,
    /// What it is about.
    pub kind: Kind,
    /// How it stands today; several may hold at once.
    pub states: Vec<State>,
    /// What people call its subject: a measure, a requirement, the key of a duty.
    #[schema(example = "M-2022-0007")]
    pub reference: String,
    /// Title of its subject.
    #[schema(example = "Einführung MDM")]
    pub title: String,
    /// Status of the measure, where it is about one.
    pub status: Option<Status>,
    /// Class of its subject.
    pub confidentiality: Confidentiality,
    /// Whoever answers for it.
    pub owner: Option<OwnerView>,
    /// Whoever stands in for them.
    pub deputy: Option<OwnerView>,
    /// The role that answers for it where no person does.
    pub role: Option<Role>,
    /// Unit.
    pub org_unit: Option<String>,
    /// Last day in time (Europe/Berlin); null for a measure without a date.
    #[schema(example = "2022-06-30")]
    pub due: Option<NaiveDate>,
    /// The first day that was set.
    pub due_original: Option<NaiveDate>,
    /// The day in the words of its source.
    pub due_text: Option<String>,
    /// Since when this date binds this person.
    pub since: NaiveDate,
    /// Days since the last day in time; null as long as it is in time.
    #[schema(example = 109)]
    pub days_overdue: Option<i64>,
    /// Priority 1, or a basic requirement is linked: reminders come closer together.
    pub urgent: bool,
    /// How often the date was moved.
    #[schema(example = 0)]
    pub postponements: u32,
    /// The ISB lets it rest until the end of this day.
    pub paused_until: Option<NaiveDate>,
    /// Path of its subject.
    #[schema(example = "/api/v1/institutions/offenburg/measures/M-2022-0007")]
    pub link: String,
    /// How it was set, where somebody set it.
    pub set: Option<SetDeadlineView>,
}

/// What a deadline that was set has besides.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SetDeadlineView {
    /// Title for the public, where the other one may not be.
    pub title_public: Option<String>,
    /// The date by the rule; `due` differs where it moved to the next working day.
    #[schema(example = "2022-12-31")]
    pub date: NaiveDate,
    /// Sitting before which a paper has to be handed in.
    pub sitting: Option<NaiveDate>,
    /// How often it comes.
    pub recurrence: Rhythm,
    /// Last day on which it may come again.
    pub until: Option<NaiveDate>,
    /// A date that is no working day moves to the next one.
    pub shift_to_next_workday: bool,
    /// Key of the programme.
    #[schema(example = "OG-2021-DIG")]
    pub programme: Option<String>,
    /// Remark.
    pub note: Option<String>,
    /// Its dates that were met, newest first, at most 100; only where one deadline is read.
    pub completions: Vec<CompletionView>,
}

impl DeadlineView {
    /// Strong ETag. It is made of all that is shown: nobody moves or completes another date than they have seen.
    ///
    /// # Errors
    /// `internal`, which does not happen
    pub fn etag(&self) -> Result<String> {
        let mut hash = hex::encode(secret::hash(&to_json(self)?));
        hash.truncate(32);
        Ok(format!("\"{hash}\""))
    }
}

/// Deadlines as the outside sees them, with one more statement for the people.
pub(super) fn views(
    db: &mut Db,
    reader: &Reader<'_>,
    slug: &str,
    found: Vec<Derived>,
    today: NaiveDate,
) -> Result<Vec<DeadlineView>> {
    let people = found
        .iter()
        .flat_map(|one| [&one.deadline.owner, &one.deadline.deputy]);
    let people: BTreeSet<&str> = people.flatten().map(String::as_str).collect();
    let accounts = users::accounts(db, &people.into_iter().collect::<Vec<_>>())?;
    let account = |id: &Option<String>| accounts.get(id.as_ref()?).map(OwnerView::from);
    let view = |one: Derived| {
        let states = states(&one.deadline, &one.circumstances, today);
        let deadline = one.deadline;
        let dated = deadline.due != UNDATED;
        let late = deadline.days_overdue(today);
        DeadlineView {
            states,
            owner: account(&deadline.owner),
            deputy: account(&deadline.deputy),
            due: dated.then_some(deadline.due),
            due_original: dated.then_some(deadline.due_original),
            days_overdue: (late > 0).then_some(late),
            link: format!("/api/v1/institutions/{slug}/{}", one.path),
            set: one.set.map(|row| SetDeadlineView::new(row, reader)),
            id: deadline.id,
            kind: deadline.kind,
            reference: deadline.reference,
            title: deadline.title,
            status: deadline.status,
            confidentiality: deadline.confidentiality,
            role: deadline.role,
            org_unit: deadline.org_unit,
            due_text: deadline.due_text,
            since: deadline.since,
            urgent: deadline.urgent,
            postponements: deadline.postponements,
            paused_until: deadline.paused_until,
        }
    };
    Ok(found.into_iter().map(view).collect())
}

impl SetDeadlineView {
    fn new(row: SetRow, reader: &Reader<'_>) -> Self {
        let classes = &reader.measures.visibility.programmes;
        let programme = row.programme.filter(|(_, class)| classes.contains(class));
        let set = row.deadline;
        SetDeadlineView {
            title_public: set.title_public,
            date: set.scheduled_on,
            sitting: set.sitting_on,
            recurrence: set.rhythm,
            until: set.until_on,
            shift_to_next_workday: set.shift_to_next_workday,
            programme: programme.map(|(key, _)| key),
            note: set.note,
            completions: Vec::new(),
        }
    }
}
