//! The server: middleware, limits, shutdown.

use std::net::TcpListener;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::{Compress, DefaultHeaders, from_fn};
use actix_web::{HttpMessage as _, HttpResponse, HttpServer, web};
use tracing_actix_web::{RequestId, RootSpanBuilder, TracingLogger};
use utoipa_swagger_ui::{Config as SwaggerConfig, SwaggerUi};

use super::address::Limiter;
use super::calendar_feeds;
use super::metrics::{Metrics, refresh};
use super::problem::{KnownPaths, nowhere, refuse_odd, render};
use super::{openapi, routes};
use crate::app::App;
use crate::error::Error;

/// Seconds that requests under way are given at shutdown.
const SHUTDOWN_SECONDS: u64 = 30;

/// What every worker shares.
#[derive(Clone)]
pub struct Shared {
    app: web::Data<App>,
    limiter: web::Data<Limiter>,
    paths: web::Data<KnownPaths>,
    description: web::Data<Description>,
    metrics: web::Data<Metrics>,
}

impl Shared {
    /// From the application.
    ///
    /// # Errors
    /// When a figure cannot be registered.
    pub fn new(app: Arc<App>) -> Result<Self, Error> {
        let limiter = Limiter::new(
            app.config.auth.attempts_per_minute,
            &app.config.http.trusted_proxies,
        );
        Ok(Shared {
            app: web::Data::from(app),
            limiter: web::Data::new(limiter),
            paths: web::Data::new(KnownPaths::default()),
            description: web::Data::new(Description::default()),
            metrics: web::Data::new(Metrics::new()?),
        })
    }
}

/// The router with all middleware; tests send their requests to this very thing.
pub fn router(
    shared: &Shared,
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    let https = shared.app.config.public_url.starts_with("https:");
    // Swagger UI styles its elements from its script; everything else comes from us, and nothing from outside.
    let docs_policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";
    let docs = web::scope("/api/docs")
        .wrap(DefaultHeaders::new().add((header::CONTENT_SECURITY_POLICY, docs_policy)))
        .service(SwaggerUi::new("/{_:.*}").config(SwaggerConfig::new(["/api/openapi.json"])));
    actix_web::App::new()
        .app_data(shared.app.clone())
        .app_data(shared.limiter.clone())
        .app_data(shared.paths.clone())
        .app_data(shared.description.clone())
        .app_data(shared.metrics.clone())
        .configure(routes)
        .route("/api/openapi.json", web::get().to(openapi_json))
        // Answered by the middleware; the route keeps it from being a wrong path first.
        .route(super::metrics::PATH, web::get().to(HttpResponse::Ok))
        .route("/api/docs", web::get().to(to_docs))
        .service(docs)
        .default_service(web::to(nowhere))
        // The innermost first. Whatever is counted, refused or answered gets its headers and words further out.
        .wrap(shared.metrics.requests.clone())
        .wrap(from_fn(refresh))
        .wrap(from_fn(refuse_odd))
        .wrap(security_headers(https))
        .wrap(from_fn(render))
        .wrap(TracingLogger::<RequestLog>::new())
        .wrap(Compress::default())
}

/// The page finds its pieces only below the slash.
async fn to_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, "/api/docs/"))
        .finish()
}

/// The OpenAPI document as JSON, put together when somebody asks for it first.
struct Description(LazyLock<serde_json::Result<String>>);

impl Default for Description {
    fn default() -> Self {
        Description(LazyLock::new(|| openapi::document().to_json()))
    }
}

async fn openapi_json(description: web::Data<Description>) -> Result<HttpResponse, Error> {
    match &*description.0 {
        Ok(text) => Ok(HttpResponse::Ok()
            .content_type("application/json")
            .body(text.clone())),
        Err(error) => Err(Error::internal("openapi document", error.to_string())),
    }
}

fn security_headers(https: bool) -> DefaultHeaders {
    let headers = DefaultHeaders::new()
        .add((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ))
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add((header::X_FRAME_OPTIONS, "DENY"))
        .add((header::REFERRER_POLICY, "no-referrer"))
        .add((header::CACHE_CONTROL, "no-store"))
        .add(("cross-origin-resource-policy", "same-origin"))
        .add(("cross-origin-opener-policy", "same-origin"))
        .add((
            "permissions-policy",
            "camera=(), geolocation=(), microphone=()",
        ));
    if https {
        headers.add((header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"))
    } else {
        headers
    }
}

/// A path as it may stand in the log: whoever knows the address of a calendar reads it.
fn logged(path: &str) -> &str {
    if path.starts_with(calendar_feeds::PATH) {
        calendar_feeds::PATH
    } else {
        path
    }
}

/// One line in the log for each request, and its id in every other line that it causes.
#[derive(Debug)]
struct RequestLog;

impl RootSpanBuilder for RequestLog {
    fn on_request_start(request: &ServiceRequest) -> tracing::Span {
        request.extensions_mut().insert(Instant::now());
        let id = request.extensions().get::<RequestId>().copied();
        let limiter = request.app_data::<web::Data<Limiter>>();
        // Neither query (it may name people) nor user agent, and no address but one that we believe.
        tracing::info_span!(
            "request",
            request_id = id.map(tracing::field::display),
            method = %request.method(),
            path = logged(request.path()),
            client = limiter.map(|limiter| tracing::field::display(limiter.client(request.request()))),
        )
    }

    fn on_request_end<B: MessageBody>(
        span: tracing::Span,
        outcome: &Result<ServiceResponse<B>, actix_web::Error>,
    ) {
        // Not the library's own ending: it logs errors in full, and a faulty body is quoted in its error.
        let Ok(response) = outcome else { return };
        let started = response.request().extensions().get::<Instant>().copied();
        let micros = started.map_or(0, |started| started.elapsed().as_micros());
        tracing::info!(parent: &span, status = response.status().as_u16(), micros, "request");
    }
}

/// Starts to listen.
///
/// # Errors
/// When the listener cannot be used.
pub fn start(shared: Shared, listener: TcpListener) -> std::io::Result<Server> {
    let settings = shared.app.config.http.clone();
    let time = Duration::from_secs(settings.request_seconds);
    let mut server = HttpServer::new(move || router(&shared))
        .keep_alive(Duration::from_secs(75))
        .client_request_timeout(time)
        .client_disconnect_timeout(Duration::from_secs(5))
        .shutdown_timeout(SHUTDOWN_SECONDS)
        // Signals are the command's, which stops the jobs as well.
        .disable_signals();
    if settings.workers > 0 {
        server = server.workers(settings.workers);
    }
    Ok(server.listen(listener)?.run())
}
