//! Figures for whoever runs the service (Prometheus).

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{body::MessageBody, web};
use actix_web_prom::{PrometheusMetrics, PrometheusMetricsBuilder};
use prometheus::{IntGaugeVec, Opts};

use crate::actions::health;
use crate::app::App;
use crate::error::{Error, Result};

/// Path that they are read at.
pub const PATH: &str = "/metrics";

/// Counters of requests, and gauges that are read from the database when somebody asks.
#[derive(Clone)]
pub struct Metrics {
    /// Middleware that counts requests by route and status.
    pub requests: PrometheusMetrics,
    mails: IntGaugeVec,
}

impl Metrics {
    /// Registers all figures.
    ///
    /// # Errors
    /// When a name stands twice, which a start would show.
    pub fn new() -> Result<Self> {
        let fault = |error: &dyn std::fmt::Display| Error::bug(format!("metrics: {error}"));
        let requests = PrometheusMetricsBuilder::new("zinne")
            .endpoint(PATH)
            // What no route takes is one row, whatever people try.
            .mask_unmatched_patterns("unmatched")
            .build()
            .map_err(|error| fault(&error))?;
        let names = Opts::new("zinne_outbox_mails", "Mails in the outbox by state");
        let mails = IntGaugeVec::new(names, &["state"]).map_err(|error| fault(&error))?;
        requests
            .registry
            .register(Box::new(mails.clone()))
            .map_err(|error| fault(&error))?;
        Ok(Metrics { requests, mails })
    }
}

/// Middleware that brings the gauges up to date before they are read.
///
/// # Errors
/// None of its own: what cannot be read keeps its last value.
pub async fn refresh<B: MessageBody>(
    app: web::Data<App>,
    metrics: web::Data<Metrics>,
    request: ServiceRequest,
    next: Next<B>,
) -> std::result::Result<ServiceResponse<B>, actix_web::Error> {
    if request.path() == PATH
        && let Ok(states) = app.blocking(health::outbox_states).await
    {
        for (state, count) in states {
            metrics
                .mails
                .with_label_values(&[state.as_str()])
                .set(count);
        }
    }
    next.call(request).await
}
