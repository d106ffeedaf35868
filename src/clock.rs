//! Time, from outside. The only place that looks at a clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, SubsecRound, Utc};

/// Gives the time: of the business, which a demonstration may hold still, and of the machine.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    held: Option<Arc<AtomicI64>>,
    machine_held: bool,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Clock::default()
    }

    /// Business time stands still at `now`; leases, locks and back-off go on by the machine's clock.
    pub fn held(now: DateTime<Utc>) -> Self {
        Clock {
            held: Some(Arc::new(AtomicI64::new(now.timestamp_micros()))),
            machine_held: false,
        }
    }

    /// Everything stands still until [`Clock::set`] (tests).
    pub fn manual(now: DateTime<Utc>) -> Self {
        Clock {
            machine_held: true,
            ..Clock::held(now)
        }
    }

    /// Moves a clock that is held; a running one does not care.
    pub fn set(&self, now: DateTime<Utc>) {
        if let Some(held) = &self.held {
            held.store(now.timestamp_micros(), Ordering::SeqCst);
        }
    }

    /// What time it is for due dates, tokens, records.
    pub fn now(&self) -> DateTime<Utc> {
        match &self.held {
            Some(held) => {
                DateTime::from_timestamp_micros(held.load(Ordering::SeqCst)).unwrap_or_default()
            }
            None => machine_now(),
        }
    }

    /// What time it is for the machine: leases, locks, back-off.
    pub fn machine(&self) -> DateTime<Utc> {
        if self.machine_held {
            self.now()
        } else {
            machine_now()
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is where the clock comes from"
)]
fn machine_now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}
