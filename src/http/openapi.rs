//! The OpenAPI 3.1 document, made from the handlers.

use std::collections::BTreeMap;

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, Modify, OpenApi};
use utoipa_actix_web::AppExt as _;

use super::problem::Problem;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "zinne",
        description = "The security-measure ledger of German municipalities: measures, BSI IT-Grundschutz, budgets, deadlines. \
                       Money is integer cents (EUR), days are calendar days in Europe/Berlin, times are RFC 3339 in UTC. \
                       Errors are problem+json (RFC 9457), German or English by Accept-Language. \
                       Changes need If-Match with the ETag that was read.",
        license(name = "EUPL-1.2", identifier = "EUPL-1.2")
    ),
    components(schemas(Problem)),
    modifiers(&Bearer),
    tags(
        (name = "auth", description = "Signing in and out"),
        (name = "catalogue", description = "IT-Grundschutz: layers, modules, requirements"),
        (name = "institution", description = "Institution, dashboard, audit trail"),
        (name = "programme", description = "Council programmes, budgets, posts"),
        (name = "budget", description = "The ledger: entries, and the figures derived from them"),
        (name = "measure", description = "Security measures"),
        (name = "target_object", description = "What measures protect"),
        (name = "check", description = "Grundschutz check: how far requirements are met"),
        (name = "deadline", description = "Deadlines of every kind, pauses, absences, calendar feeds"),
        (name = "reminder", description = "What is mailed, and to whom"),
        (name = "webhook", description = "What other systems are told, signed by Standard Webhooks"),
        (name = "operation", description = "Health of the service"),
    )
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let mut http = Http::new(HttpAuthScheme::Bearer);
        http.bearer_format = Some("JWT".to_owned());
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(http));
    }
}

/// The document.
pub fn document() -> utoipa::openapi::OpenApi {
    let app = actix_web::App::new()
        .into_utoipa_app()
        .openapi(Document::openapi());
    app.configure(super::described_routes).split_for_parts().1
}

fn problem(description: &str) -> RefOr<Response> {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    RefOr::T(
        ResponseBuilder::new()
            .description(description)
            .content("application/problem+json", content)
            .build(),
    )
}

fn problems(of: &[(u16, &str)]) -> BTreeMap<String, RefOr<Response>> {
    let always = [
        (
            400,
            "The request cannot be read, or has unknown fields or parameters",
        ),
        (500, "An error of the service itself"),
        (503, "The database cannot be reached at the moment"),
    ];
    always
        .iter()
        .chain(of)
        .map(|(status, text)| (status.to_string(), problem(text)))
        .collect()
}

const UNAUTHENTICATED: (u16, &str) = (401, "No valid access token, or the session has ended");
const TIMEOUT: (u16, &str) = (408, "The body did not arrive in time");
const FORBIDDEN: (u16, &str) = (403, "The policy does not permit it");
const NOT_FOUND: (u16, &str) = (404, "Not there, or out of the caller's sight");

/// Problems of the sign-in.
pub struct SignInProblems;
impl IntoResponses for SignInProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            (401, "Address or password, or the refresh token, are wrong"),
            (403, "The account has been disabled"),
            TIMEOUT,
            (413, "The body is too large"),
            (415, "The body is not JSON"),
            (422, "The input breaks a rule"),
            (429, "Too many attempts; see Retry-After"),
        ])
    }
}

/// Problems of a calendar feed, which needs no token.
pub struct FeedProblems;
impl IntoResponses for FeedProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            (404, "No feed has this address, or none any more"),
            (429, "Too many requests; see Retry-After"),
        ])
    }
}

/// Problems of reading.
pub struct ReadProblems;
impl IntoResponses for ReadProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[UNAUTHENTICATED, FORBIDDEN, NOT_FOUND])
    }
}

/// Problems of adding.
pub struct CreateProblems;
impl IntoResponses for CreateProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            UNAUTHENTICATED,
            FORBIDDEN,
            NOT_FOUND,
            TIMEOUT,
            (
                409,
                "Something with this key is already there, or it does not fit how things stand",
            ),
            (413, "The body is too large"),
            (415, "The body is not JSON"),
            (422, "The input breaks a rule; `errors` says where"),
        ])
    }
}

/// Problems of changing.
pub struct ChangeProblems;
impl IntoResponses for ChangeProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            UNAUTHENTICATED,
            FORBIDDEN,
            NOT_FOUND,
            TIMEOUT,
            (
                409,
                "It is not possible as things stand; `detail` says why, or what is possible",
            ),
            (412, "Changed since it was read"),
            (413, "The body is too large"),
            (415, "The body is not JSON"),
            (422, "The input breaks a rule; `errors` says where"),
            (428, "If-Match is missing"),
        ])
    }
}
