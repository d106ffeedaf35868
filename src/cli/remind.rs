//! `zinne remind`

use std::sync::Arc;

use chrono::{DateTime, Datelike as _, Utc};
use clap::Args;

use super::{Failure, Outcome, block_on, say};
use crate::actions::outbox::Delivered;
use crate::actions::{By, outbox, reminders, undelivered, webhooks};
use crate::app::App;
use crate::error::Error;
use crate::http::reminders::{PreviewItem, PreviewMail, PreviewView};

/// Which instant, and whether anything is sent.
#[derive(Debug, Args)]
pub struct RemindArguments {
    /// Instant (RFC 3339), such as 2022-10-17T07:00:00+02:00; only together with --dry-run.
    #[arg(long, requires = "dry_run")]
    at: Option<DateTime<Utc>>,
    /// Show who would get what; write and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print JSON.
    #[arg(long, requires = "dry_run")]
    json: bool,
    /// Only this institution.
    #[arg(long, requires = "dry_run")]
    institution: Option<String>,
}

/// Runs `zinne remind`.
pub fn run(app: &Arc<App>, arguments: &RemindArguments) -> Outcome {
    if arguments.dry_run {
        dry_run(app, arguments)
    } else {
        block_on(send(app))
    }
}

async fn send(app: &Arc<App>) -> Outcome {
    let planned = app.blocking(reminders::plan_due).await?;
    let calls = app.blocking(webhooks::plan_due).await?;
    let mut delivered = drain(app).await?;
    let called = rounds(|| webhooks::deliver(app)).await?;
    // What was given up by now is reported at once, if nothing was today and it is a working day.
    let reports = app.blocking(undelivered::report_due).await?;
    delivered += drain(app).await?;
    let mails = format!(
        "{} planned, {} sent",
        planned.mails + reports,
        delivered.sent
    );
    if calls.calls + called.leased > 0 {
        say(&format!(
            "{mails}; {} calls planned, {} made",
            calls.calls, called.sent
        ));
    } else {
        say(&mails);
    }
    let mut faults = Vec::new();
    let failed = planned.failed.max(calls.failed);
    if failed > 0 {
        faults.push(format!(
            "{failed} institutions could not be planned (see the log)"
        ));
    }
    if called.waiting + called.failed > 0 {
        let count = called.waiting + called.failed;
        faults.push(format!(
            "{count} calls of webhooks were not accepted (see the log)"
        ));
    }
    if delivered.waiting > 0 {
        let count = delivered.waiting;
        faults.push(format!(
            "{count} mails were not accepted and will be tried again"
        ));
    }
    if delivered.failed > 0 {
        faults.push(format!("{} mails were given up", delivered.failed));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Failure::Text(faults.join("\n")))
    }
}

/// Sends what is waiting until nothing is due any more.
pub async fn drain(app: &Arc<App>) -> Result<Delivered, Error> {
    rounds(|| outbox::deliver(app)).await
}

async fn rounds<F: Future<Output = Result<Delivered, Error>>>(
    round: impl Fn() -> F,
) -> Result<Delivered, Error> {
    let mut total = Delivered::default();
    loop {
        let delivered = round().await?;
        total += delivered;
        if !delivered.goes_on() {
            return Ok(total);
        }
    }
}

fn dry_run(app: &App, arguments: &RemindArguments) -> Outcome {
    let at = arguments.at.unwrap_or_else(|| app.clock.now());
    if !(1900..=2199).contains(&at.year()) {
        return Err(Failure::Text(
            "--at must lie between 1900 and 2199".to_owned(),
        ));
    }
    let institutions = match &arguments.institution {
        Some(slug) => vec![slug.clone()],
        None => reminders::institutions(app)?,
    };
    let mut views = Vec::new();
    for slug in institutions {
        let preview = reminders::preview(app, By::Operator, &slug, at)?;
        views.push(PreviewView::new(preview, at));
    }
    if arguments.json {
        let text = serde_json::to_string_pretty(&views);
        say(&text.map_err(|error| Failure::Text(format!("json: {error}")))?);
    } else {
        views.iter().for_each(print);
    }
    Ok(())
}

fn print(view: &PreviewView) {
    if let Some(why) = &view.quiet {
        say(&format!(
            "{}: nothing goes out ({why}); next run {}",
            view.institution, view.next_run
        ));
        return;
    }
    if view.too_early {
        say(&format!(
            "{}: not yet; next run {}",
            view.institution, view.next_run
        ));
        return;
    }
    if view.mails.is_empty() {
        let why = if view.run_done {
            "everything has been said"
        } else {
            "nothing is to be said"
        };
        say(&format!("{}: {why}", view.institution));
    }
    for mail in &view.mails {
        let PreviewMail { kind, name, to, .. } = mail;
        say(&format!("{}: {kind} to {name} <{to}>", view.institution));
        mail.items.iter().for_each(print_item);
        if mail.total > mail.items.len() {
            say(&format!("  … and {} more", mail.total - mail.items.len()));
        }
    }
}

fn print_item(item: &PreviewItem) {
    let PreviewItem {
        code,
        reference,
        due,
        ..
    } = item;
    let when = match item.days_overdue {
        days if days > 0 => format!("overdue {days} days since {due}"),
        days => format!("due in {} days on {due}", -days),
    };
    let told_as: Vec<&str> = item
        .told_as
        .iter()
        .map(|capacity| capacity.as_str())
        .collect();
    let left_out = match item.suppressed.as_slice() {
        [] => String::new(),
        codes => format!(", without {}", codes.join(", ")),
    };
    say(&format!(
        "  {code} as {}{left_out}  {}  {reference}  {when}  {}",
        told_as.join(", "),
        item.kind,
        item.title.as_deref().unwrap_or("(confidential)")
    ));
}
