//! The order of implementation, and what measures need each other.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer;
use super::extract::{NoQuery, Query};
use super::openapi::ReadProblems;
use super::problem::language;
use crate::actions::measures::{self, Dependencies, Order, Ordered, Related, Warning};
use crate::actions::{By, Caller};
use crate::app::App;
use crate::domain::measure::Status;
use crate::domain::measure_state::Place;
use crate::domain::order::{Leading, Rule};
use crate::error::Result;
use crate::texts::{self, Language};

/// Which of the first two rules leads.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrderParams {
    /// `level` (basic before standard before elevated), if left out, or `module_order` (R1 before R2 before R3).
    leading: Option<Leading>,
}

/// Why a measure does not stand elsewhere: the rule that parts it from the neighbour before it (the first one of a
/// layer that follows none: from the one after it).
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderReason {
    /// The rule.
    rule: Rule,
    /// Value of the measure under this rule; null where it is not known, and for `only` and `dependency`.
    #[schema(example = "basic")]
    value: Option<String>,
    /// Reference of the neighbour; null for `only`.
    #[schema(example = "M-2022-0007")]
    neighbour: Option<String>,
    /// Value of the neighbour under this rule.
    #[schema(example = "standard")]
    neighbour_value: Option<String>,
    /// In words, by Accept-Language.
    #[schema(example = "Stärkste offene Stufe: Basis; bei M-2022-0007: Standard")]
    text: String,
}

/// A measure in its place.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderedMeasure {
    /// Reference.
    #[schema(example = "M-2022-0004")]
    reference: String,
    /// Title.
    title: String,
    /// Where it stands.
    status: Status,
    /// When it is due.
    due: Option<NaiveDate>,
    /// 1 is to be implemented first.
    rank: usize,
    /// How many measures have to be done one after the other before it.
    layer: usize,
    /// The one that it has to wait for longest; null in layer 0.
    waits_for: Option<String>,
    /// Place that was given by hand.
    place: Option<Place>,
    /// Why it stands here.
    reason: OrderReason,
}

/// A measure that is due before one it needs.
#[derive(Debug, Serialize, ToSchema)]
pub struct DueTooEarlyView {
    /// Reference of the measure that has to wait.
    #[schema(example = "M-2022-0004")]
    measure: String,
    /// When it is due.
    due: NaiveDate,
    /// Reference of the measure that it needs.
    #[schema(example = "M-2022-0007")]
    requires: String,
    /// When that one is due.
    required_due: NaiveDate,
    /// Calendar days by which it is due too early.
    days: i64,
    /// In words, by Accept-Language.
    text: String,
}

/// The order of implementation.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderView {
    /// Which of the first two rules leads.
    leading: Leading,
    /// The measures in order.
    items: Vec<OrderedMeasure>,
    /// Dates that contradict what needs what.
    warnings: Vec<DueTooEarlyView>,
}

/// In which order measures are to be implemented, and why.
///
/// All measures that are proposed, approved, in progress or blocked and that the caller sees; others count as absent. What
/// a measure needs comes first; inside a layer one rule after the other decides: place by hand, strongest unmet level of
/// what it fulfils, R1 to R3 of its best module, highest protection need and number of its target objects, density of gaps
/// in its module, cost that arises once, due date, reference. A requirement counts as met if a verified measure fulfils
/// it; in scope are basic and standard requirements that are not withdrawn.
#[utoipa::path(tag = "measure", operation_id = "get_measure_order", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"), OrderParams),
    responses((status = 200, description = "The order", body = OrderView), ReadProblems))]
#[get("/institutions/{institution}/measures/order")]
pub async fn get_measure_order(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<String>,
    params: Query<OrderParams>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let language = language(&request);
    let leading = params.0.leading.unwrap_or(Leading::Level);
    let found: Order = app
        .blocking(move |app| measures::order(app, By::Caller(&caller), &path, leading))
        .await?;
    let view = OrderView {
        leading,
        items: found
            .items
            .into_iter()
            .map(|item| ordered(language, item))
            .collect(),
        warnings: found
            .warnings
            .into_iter()
            .map(|one| warning(language, one))
            .collect(),
    };
    let mut response = answer::resource(&view)?;
    let value = header::HeaderValue::from_static(language.as_str());
    response
        .headers_mut()
        .insert(header::CONTENT_LANGUAGE, value);
    Ok(response)
}

fn ordered(language: Language, item: Ordered) -> OrderedMeasure {
    let text = sentence(language, &item);
    OrderedMeasure {
        reference: item.measure.reference,
        title: item.measure.title,
        status: item.measure.status,
        due: item.measure.due,
        rank: item.rank,
        layer: item.layer,
        waits_for: item.waits_for,
        place: item.place,
        reason: OrderReason {
            rule: item.rule,
            value: item.value,
            neighbour: item.neighbour,
            neighbour_value: item.neighbour_value,
            text,
        },
    }
}

fn sentence(language: Language, item: &Ordered) -> String {
    let words = |value: Option<&String>| words(language, item.rule, value.map(String::as_str));
    let mut args = vec![("neighbour_value", words(item.neighbour_value.as_ref()))];
    args.push(("value", words(item.value.as_ref())));
    args.extend(item.neighbour.clone().map(|other| ("neighbour", other)));
    args.extend(item.waits_for.clone().map(|other| ("waits_for", other)));
    let reason = item.place.as_ref().map(|place| place.reason.clone());
    args.extend(reason.map(|reason| ("place_reason", reason)));
    texts::text(language, &format!("order-{}", item.rule), &args)
}

/// A value under a rule as people read it.
fn words(language: Language, rule: Rule, value: Option<&str>) -> String {
    let Some(value) = value else {
        return texts::text(language, "order-unknown", &Vec::new());
    };
    match rule {
        Rule::Level => texts::label(language, "level", value),
        Rule::ProtectionNeed => texts::label(language, "protection-need", value),
        Rule::Manual => {
            let (place, number) = value.split_once(' ').unwrap_or((value, ""));
            let number = vec![("number", number.to_owned())];
            texts::text(language, &format!("order-place-{place}"), &number)
        }
        _ => value.to_owned(),
    }
}

fn warning(language: Language, one: Warning) -> DueTooEarlyView {
    let args = vec![
        ("measure", one.measure.clone()),
        ("due", one.due.to_string()),
        ("requires", one.requires.clone()),
        ("required_due", one.required_due.to_string()),
    ];
    DueTooEarlyView {
        text: texts::text(language, "order-due_too_early", &args),
        measure: one.measure,
        due: one.due,
        requires: one.requires,
        required_due: one.required_due,
        days: one.days,
    }
}

/// A measure at the other end of a dependency.
#[derive(Debug, Serialize, ToSchema)]
pub struct RelatedMeasure {
    /// Reference.
    #[schema(example = "M-2022-0007")]
    reference: String,
    /// Title.
    title: String,
    /// Where it stands.
    status: Status,
    /// When it is due.
    due: Option<NaiveDate>,
    /// Of the two the one that has to wait is due before the one it needs.
    due_too_early: bool,
}

impl From<Related> for RelatedMeasure {
    fn from(related: Related) -> Self {
        RelatedMeasure {
            reference: related.measure.reference,
            title: related.measure.title,
            status: related.measure.status,
            due: related.measure.due,
            due_too_early: related.due_too_early,
        }
    }
}

/// What a measure needs and what needs it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DependenciesView {
    /// What it needs.
    requires: Vec<RelatedMeasure>,
    /// What needs it.
    required_by: Vec<RelatedMeasure>,
}

/// What a measure needs and what needs it, as far as the caller sees it.
#[utoipa::path(tag = "measure", operation_id = "get_measure_dependencies", security(("bearer" = [])),
    params(("institution" = String, Path, description = "Slug", example = "offenburg"),
        ("measure" = String, Path, description = "Reference or id", example = "M-2022-0007")),
    responses((status = 200, description = "Dependencies in both directions", body = DependenciesView), ReadProblems))]
#[get("/institutions/{institution}/measures/{measure}/dependencies")]
pub async fn get_measure_dependencies(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    _: Query<NoQuery>,
) -> Result<HttpResponse> {
    let (institution, measure) = path.into_inner();
    let found: Dependencies = app
        .blocking(move |app| {
            measures::dependencies(app, By::Caller(&caller), &institution, &measure)
        })
        .await?;
    let related = |all: Vec<Related>| all.into_iter().map(RelatedMeasure::from).collect();
    answer::resource(&DependenciesView {
        requires: related(found.requires),
        required_by: related(found.required_by),
    })
}
