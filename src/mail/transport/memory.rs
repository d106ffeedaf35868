//! Mails kept in memory, for tests.

use std::sync::{Arc, Mutex, PoisonError};

use super::super::{Accepted, Message};

/// Remembers every mail it is given; clones share the memory.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    sent: Arc<Mutex<Vec<Message>>>,
}

impl Memory {
    pub(crate) fn send(&self, message: &Message) -> Accepted {
        self.lock().push(message.clone());
        Accepted {
            reply: "kept in memory".into(),
        }
    }

    pub(crate) fn sent(&self) -> Vec<Message> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Message>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
