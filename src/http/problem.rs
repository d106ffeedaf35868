//! Errors as `application/problem+json` (RFC 9457), in the caller's language.

use std::sync::LazyLock;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ResourceDef, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, ResponseError, web};
use serde::Serialize;
use tracing_actix_web::RequestId;
use utoipa::ToSchema;

use crate::error::{Code, Error, Kind};
use crate::texts::{self, Language};

/// What went wrong (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Stable identifier of the sort of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:zinne:problem:stale")]
    pub problem_type: String,
    /// The same as one word.
    #[schema(example = "stale")]
    pub code: String,
    /// The sort of problem in the caller's language.
    #[schema(example = "Inzwischen geändert")]
    pub title: String,
    /// HTTP status.
    #[schema(example = 412)]
    pub status: u16,
    /// This very case in the caller's language.
    pub detail: String,
    /// Path of the request.
    #[schema(example = "/api/v1/institutions/offenburg/measures/M-2022-0007")]
    pub instance: String,
    /// Id of the request, also in the log.
    pub request_id: String,
    /// Each faulty place of the input.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemFault>,
}

/// A faulty place of the input.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemFault {
    /// JSON pointer into the body, `?name` for a query parameter, or the name of a header; in a table the number of the
    /// row and the heading: `/rows/17/Fällig`.
    #[schema(example = "/due/day")]
    pub pointer: String,
    /// Name of the cell, in a table.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "F17")]
    pub cell: Option<String>,
    /// Stable word.
    #[schema(example = "not_period_end")]
    pub code: String,
    /// In the caller's language.
    pub detail: String,
}

const fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Malformed => StatusCode::BAD_REQUEST,
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
        Kind::Stale => StatusCode::PRECONDITION_FAILED,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        status(self.code().kind())
    }

    // Only the status: the words need the request, which `render` has.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        HttpResponse::new(self.status_code())
    }
}

/// Middleware that gives every error its words, and every answer its request id.
///
/// # Errors
/// None of its own.
pub async fn render<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let language = language(request.request());
    let request_id = request_id(request.request());
    let mut response = next.call(request).await?;
    if let Ok(value) = header::HeaderValue::from_str(&request_id) {
        response
            .headers_mut()
            .insert(header::HeaderName::from_static("x-request-id"), value);
    }
    let status = response.status();
    let known = response
        .response()
        .error()
        .and_then(|error| error.as_error::<Error>())
        .map(Known::of);
    let problem = match known {
        Some(known) => known,
        // What a handler says on purpose (readiness) keeps its body.
        None if response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind == "application/json") =>
        {
            return Ok(response.map_into_left_body());
        }
        // What the framework refuses on its own.
        None if status.is_client_error() || status.is_server_error() => Known::of(&foreign(status)),
        None => return Ok(response.map_into_left_body()),
    };
    if let Some(cause) = &problem.cause {
        tracing::error!(cause, "request failed");
    }
    let path = response.request().path().to_owned();
    let (request, old) = response.into_parts();
    let mut builder = HttpResponse::build(status_of(&problem));
    for (name, value) in old.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            builder.append_header((name.clone(), value.clone()));
        }
    }
    builder.insert_header((header::CONTENT_LANGUAGE, language.as_str()));
    if let Some(seconds) = problem.retry_after {
        builder.insert_header((header::RETRY_AFTER, seconds));
    }
    if problem.code.kind() == Kind::Unauthenticated {
        builder.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"zinne\""));
    }
    let body = problem.words(language, path, request_id);
    let text = serde_json::to_string(&body).unwrap_or_default();
    let response = builder.content_type("application/problem+json").body(text);
    Ok(ServiceResponse::new(request, response).map_into_right_body())
}

/// Methods of HTTP (RFC 9110, 5789) that may get as far as the router.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Middleware that keeps odd requests from everything behind it: methods of the client's own invention, which
/// would be counted one by one for ever, and NUL in a path, which nothing is called by and PostgreSQL refuses to
/// compare with. HEAD is GET whose body the server leaves out.
///
/// # Errors
/// None of its own.
pub async fn refuse_odd<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    if request.path().contains("%00") {
        let refused = request.error_response(Error::new(Code::NotFound));
        return Ok(refused.map_into_right_body());
    }
    if !METHODS.contains(&request.method().as_str()) {
        let paths = request.app_data::<web::Data<KnownPaths>>();
        let refused = match paths.map(|paths| paths.wrong_method(request.path())) {
            Some(Ok(answer)) => request.into_response(answer),
            _ => request.error_response(Error::new(Code::NotFound)),
        };
        return Ok(refused.map_into_right_body());
    }
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    Ok(next.call(request).await?.map_into_left_body())
}

/// An error without its words.
struct Known {
    code: Code,
    args: crate::domain::fault::Args,
    faults: Vec<crate::domain::fault::Fault>,
    cells: Vec<crate::domain::fault::CellFault>,
    retry_after: Option<u64>,
    cause: Option<String>,
}

impl Known {
    fn of(error: &Error) -> Known {
        match error {
            Error::Problem(problem) => Known {
                code: problem.code,
                args: problem.args.clone(),
                faults: problem.faults.clone(),
                cells: problem.cells.clone(),
                retry_after: problem.retry_after,
                cause: None,
            },
            Error::Internal { .. } => Known {
                code: Code::Internal,
                args: Vec::new(),
                faults: Vec::new(),
                cells: Vec::new(),
                retry_after: None,
                cause: Some(error.chain()),
            },
        }
    }

    fn words(&self, language: Language, instance: String, request_id: String) -> Problem {
        let (title, detail) = texts::problem(language, self.code, &self.args);
        let faults = self.faults.iter().map(|fault| ProblemFault {
            pointer: fault.pointer.clone(),
            cell: None,
            code: fault.code.to_string(),
            detail: texts::fault(language, fault.code, &fault.args),
        });
        let cells = self.cells.iter().map(|fault| ProblemFault {
            pointer: fault.pointer.clone(),
            cell: fault.cell.clone(),
            code: fault.code.clone(),
            detail: texts::text(language, &fault.text_id, &fault.args),
        });
        Problem {
            problem_type: format!("urn:zinne:problem:{}", self.code),
            code: self.code.to_string(),
            title,
            status: status_of(self).as_u16(),
            detail,
            instance,
            request_id,
            errors: faults.chain(cells).collect(),
        }
    }
}

fn status_of(problem: &Known) -> StatusCode {
    status(problem.code.kind())
}

fn foreign(status: StatusCode) -> Error {
    let code = match status {
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
        StatusCode::REQUEST_TIMEOUT => Code::RequestTimeout,
        StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
        _ if status.is_client_error() => Code::Malformed,
        _ => Code::Internal,
    };
    Error::new(code)
}

/// The language that the caller wants.
pub fn language(request: &HttpRequest) -> Language {
    let header = request
        .headers()
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    Language::from_accept_language(header)
}

/// The id of a request.
pub fn request_id(request: &HttpRequest) -> String {
    request
        .extensions()
        .get::<RequestId>()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// Paths and methods that there are, to tell a wrong method from a wrong path. They are read from the OpenAPI document when
/// the first request needs them: most services never see one, and an idle one stays small.
#[derive(Debug)]
pub struct KnownPaths(LazyLock<Vec<(ResourceDef, String)>>);

impl Default for KnownPaths {
    fn default() -> Self {
        KnownPaths(LazyLock::new(|| {
            let document = super::openapi::document();
            document
                .paths
                .paths
                .iter()
                .map(|(path, item)| {
                    let methods = [
                        ("GET", item.get.is_some()),
                        ("HEAD", item.get.is_some()),
                        ("POST", item.post.is_some()),
                        ("PATCH", item.patch.is_some()),
                        ("PUT", item.put.is_some()),
                        ("DELETE", item.delete.is_some()),
                    ];
                    let allowed: Vec<&str> = methods
                        .iter()
                        .filter(|(_, there)| *there)
                        .map(|(name, _)| *name)
                        .collect();
                    (ResourceDef::new(path.as_str()), allowed.join(", "))
                })
                .collect()
        }))
    }
}

impl KnownPaths {
    /// What a path answers to a method that it does not have: 405 with those it has, or `not_found`.
    fn wrong_method(&self, path: &str) -> Result<HttpResponse, Error> {
        let known = self
            .0
            .iter()
            .find(|(definition, _)| definition.is_match(path));
        let Some((_, allowed)) = known else {
            return Err(Error::new(Code::NotFound));
        };
        Ok(HttpResponse::MethodNotAllowed()
            .insert_header((header::ALLOW, allowed.as_str()))
            .finish())
    }
}

/// Whatever no route has taken.
pub async fn nowhere(
    request: HttpRequest,
    paths: web::Data<KnownPaths>,
) -> Result<HttpResponse, Error> {
    paths.wrong_method(request.path())
}
