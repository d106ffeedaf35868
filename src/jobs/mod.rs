//! The loop and its jobs. Every job may run in any number of processes at the same time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::actions::{housekeeping, outbox, reminders, undelivered, webhooks};
use crate::app::App;

const HOUSEKEEPING: Duration = Duration::from_secs(3600);

/// Runs the jobs until `stop` says so; what is being sent then is finished. Mails and webhooks go out side by side: receivers
/// that are slow to answer must not keep a mail waiting.
pub async fn run(app: Arc<App>, stop: watch::Receiver<bool>) {
    futures_util::future::join(mails(Arc::clone(&app), stop.clone()), calls(app, stop)).await;
}

async fn mails(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut tick = interval(Duration::from_secs(app.config.outbox.tick_seconds));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut swept: Option<Instant> = None;
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            _ = stop.changed() => return,
        }
        round(&app, &stop).await;
        if swept.is_none_or(|at| at.elapsed() >= HOUSEKEEPING) {
            swept = Some(Instant::now());
            if let Err(error) = app.blocking(housekeeping::sweep).await {
                tracing::error!(cause = error.chain(), "housekeeping failed");
            }
        }
    }
}

/// Plans what is due and sends what is waiting.
async fn round(app: &Arc<App>, stop: &watch::Receiver<bool>) {
    if let Err(error) = app.blocking(reminders::plan_due).await {
        tracing::error!(cause = error.chain(), "planning reminders failed");
    }
    if let Err(error) = app.blocking(webhooks::plan_due).await {
        tracing::error!(cause = error.chain(), "planning webhooks failed");
    }
    if let Err(error) = app.blocking(undelivered::report_due).await {
        tracing::error!(
            cause = error.chain(),
            "reporting what could not be delivered failed"
        );
    }
    while !*stop.borrow() {
        match outbox::deliver(app).await {
            Ok(delivered) if !delivered.goes_on() => break,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(cause = error.chain(), "sending mails failed");
                break;
            }
        }
    }
}

/// Makes the calls that are waiting.
async fn calls(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut tick = interval(Duration::from_secs(app.config.outbox.tick_seconds));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            _ = stop.changed() => return,
        }
        while !*stop.borrow() {
            match webhooks::deliver(&app).await {
                Ok(delivered) if !delivered.goes_on() => break,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(cause = error.chain(), "calling webhooks failed");
                    break;
                }
            }
        }
    }
}
