//! What would be mailed, and what was.

use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::Query;
use super::openapi::ReadProblems;
use super::page;
use crate::actions::reminders::{self, Preview, PreviewedItem, PreviewedMail};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::domain::calendar::{QuietDay, berlin_day};
use crate::domain::deadline::Kind;
use crate::domain::measure::{Confidentiality, Status};
use crate::domain::reminder::ladder::Capacity;
use crate::error::{Fault, FaultCode, Result};
use crate::store::outbox::MailKind;

/// When.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PreviewParams {
    /// Instant (RFC 3339); now if left out.
    #[param(example = "2022-10-17T07:00:00+02:00")]
    at: Option<DateTime<Utc>>,
}

/// What would go out at an instant.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewView {
    /// Slug.
    #[schema(example = "offenburg")]
    pub institution: String,
    /// Instant that was asked for.
    pub at: DateTime<Utc>,
    /// Working day in the Land and at the institution.
    pub working_day: bool,
    /// Why it is none: `weekend`, `closed`, or the name of the holiday.
    pub quiet: Option<String>,
    /// Working day, but before the time of the run.
    pub too_early: bool,
    /// The run of that day has been: what is still here goes out with the next one.
    pub run_done: bool,
    /// The next run after that instant.
    pub next_run: DateTime<Utc>,
    /// The mails.
    pub mails: Vec<PreviewMail>,
}

/// A mail that would go out.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewMail {
    /// What it is.
    #[schema(example = "digest")]
    pub kind: MailKind,
    /// Address.
    pub to: String,
    /// Name.
    pub name: String,
    /// Names the mail for ever; the Message-ID is made of it.
    pub occurrence_key: String,
    /// How many deadlines it is about; 0 for what sums up a week or a month.
    pub total: usize,
    /// The deadlines, most overdue first, at most 200.
    pub items: Vec<PreviewItem>,
}

/// What a mail would say of one deadline, and why to this person.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewItem {
    /// Names the deadline for ever.
    #[schema(example = "implementation:0199e0a1-5b7c-7000-8000-000000000001")]
    pub deadline: String,
    /// What it is about.
    pub kind: Kind,
    /// Stage of the ladder in `policies/reminders.toml`.
    #[schema(example = "O2")]
    pub code: String,
    /// As what they are told.
    pub told_as: Vec<Capacity>,
    /// Lower stages that were missed and are left out for this one.
    pub suppressed: Vec<String>,
    /// What people call its subject.
    #[schema(example = "M-2022-0007")]
    pub reference: String,
    /// Title, unless the class forbids it to leave the house.
    pub title: Option<String>,
    /// Class.
    pub confidentiality: Confidentiality,
    /// Status of the measure, where it is about one.
    pub status: Option<Status>,
    /// Unit.
    pub org_unit: Option<String>,
    /// Name of whoever is responsible; null where mail reaches nobody.
    pub owner: Option<String>,
    /// The day that counts.
    pub due: NaiveDate,
    /// The first day that was set.
    pub due_original: NaiveDate,
    /// The day in the words of its source.
    pub due_text: Option<String>,
    /// By the stricter ladder.
    pub urgent: bool,
    /// Days overdue (positive) or left (zero or negative).
    pub days_overdue: i64,
}

impl PreviewView {
    /// From the plan.
    pub fn new(preview: Preview, at: DateTime<Utc>) -> Self {
        let quiet = preview.quiet.map(|why| match why {
            QuietDay::Weekend => "weekend".to_owned(),
            QuietDay::Closed => "closed".to_owned(),
            QuietDay::Holiday(name) => name.to_owned(),
        });
        let today = berlin_day(at);
        let item = |item: PreviewedItem| PreviewItem {
            title: item.deadline.title_outside().map(str::to_owned),
            days_overdue: item.deadline.days_overdue(today),
            deadline: item.deadline.id,
            kind: item.deadline.kind,
            code: item.code,
            told_as: item.told_as,
            suppressed: item.suppressed,
            reference: item.deadline.reference,
            confidentiality: item.deadline.confidentiality,
            status: item.deadline.status,
            org_unit: item.deadline.org_unit,
            owner: item.owner,
            due: item.deadline.due,
            due_original: item.deadline.due_original,
            due_text: item.deadline.due_text,
            urgent: item.deadline.urgent,
        };
        let mail = |mail: PreviewedMail| PreviewMail {
            kind: mail.kind,
            to: mail.recipient.email,
            name: mail.recipient.name,
            occurrence_key: mail.occurrence_key,
            total: mail.total,
            items: mail.items.into_iter().map(item).collect(),
        };
        PreviewView {
            institution: preview.institution,
            at,
            working_day: quiet.is_none(),
            quiet,
            too_early: preview.too_early,
            run_done: preview.run_done,
            next_run: preview.next_run,
            mails: preview.mails.into_iter().map(mail).collect(),
        }
    }
}

/// Who would get which mail at an instant, and why nobody would.
#[utoipa::path(tag = "reminder", operation_id = "preview_reminders", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), PreviewParams),
    responses((status = 200, description = "What would go out", body = PreviewView), ReadProblems))]
#[get("/institutions/{institution}/reminders/preview")]
pub async fn preview_reminders(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<PreviewParams>,
) -> Result<HttpResponse> {
    let at = params.0.at.unwrap_or_else(|| app.clock.now());
    if !(1900..=2199).contains(&at.year()) {
        let range = |fault: Fault| fault.arg("min", "1900").arg("max", "2199");
        return Err(page::bad("?at", FaultCode::OutOfRange, range));
    }
    let preview = app
        .blocking(move |app| reminders::preview(app, By::Caller(&caller), &path, at))
        .await?;
    Ok(HttpResponse::Ok().json(PreviewView::new(preview, at)))
}
