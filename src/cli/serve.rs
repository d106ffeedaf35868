//! `zinne serve`

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::{Failure, Outcome, block_on, bring_up_to_date};
use crate::app::App;
use crate::http::server::{self, Shared};
use crate::jobs;

/// How long the jobs are given to finish what they are at.
const JOBS_AT_STOP: Duration = Duration::from_secs(30);

/// Runs the service until it is told to stop.
pub fn run(app: Arc<App>) -> Outcome {
    let listener = listen(&app.config.listen)?;
    bring_up_to_date(&app)?;
    if app.mailer.kind() == "file" {
        tracing::warn!("mails are written as files; set ZINNE_SMTP_URL to have them sent");
    }
    block_on(serve(app, listener))
}

/// Takes the port before anything else is done.
pub fn listen(address: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .map_err(|error| Failure::Text(format!("cannot listen on `{address}`: {error}")))
}

/// Serves requests and runs the jobs; at SIGTERM or SIGINT both finish what they are at.
pub async fn serve(app: Arc<App>, listener: TcpListener) -> Outcome {
    let text =
        |error: &dyn std::fmt::Display| Failure::Text(format!("cannot start the server: {error}"));
    let address = listener.local_addr().map_err(|error| text(&error))?;
    let shared = Shared::new(Arc::clone(&app)).map_err(|error| text(&error))?;
    let server = server::start(shared, listener).map_err(|error| text(&error))?;
    let handle = server.handle();
    let (stop, stopped) = watch::channel(false);
    let mut jobs = actix_web::rt::spawn(jobs::run(Arc::clone(&app), stopped));
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| text(&error))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| text(&error))?;
    tracing::info!(%address, engine = app.store.engine(), mail = app.mailer.kind(), "listening");
    let stopping = async {
        let jobs_died = tokio::select! {
            _ = terminate.recv() => false,
            _ = interrupt.recv() => false,
            // They only end when told. A service that no longer reminds anybody must not look healthy.
            _ = &mut jobs => true,
        };
        tracing::info!("stopping");
        let _ = stop.send(true);
        let finish = async {
            if !jobs_died {
                // A mail server that hangs does not keep us: what it has not confirmed goes out again at the next start.
                let _ = tokio::time::timeout(JOBS_AT_STOP, &mut jobs).await;
            }
        };
        tokio::join!(handle.stop(true), finish);
        jobs_died
    };
    let (served, jobs_died) = tokio::join!(server, stopping);
    tracing::info!("stopped");
    served.map_err(|error| Failure::Text(format!("the server failed: {error}")))?;
    if jobs_died {
        return Err(Failure::Text(
            "the jobs ended unexpectedly (see the log)".to_owned(),
        ));
    }
    Ok(())
}
