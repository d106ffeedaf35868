//! The same request again gets the first answer (`Idempotency-Key`).

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Scope;
use crate::auth::secret;
use crate::domain::fault::Faults;
use crate::error::{Code, Error, Result};
use crate::store::types::{from_json, to_json};
use crate::store::{Db, idempotency};

/// An answer that was made now, or for an earlier request with the same key.
#[derive(Debug)]
pub struct Answer<T> {
    /// The answer as it was given first.
    pub body: T,
    /// It was there already.
    pub replayed: bool,
}

/// A request that may come twice.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Key of the client's choice, if it wants this at all.
    pub key: Option<&'a str>,
    /// Operation and path.
    pub target: &'a str,
}

impl Request<'_> {
    /// Runs `attempt`; once more if a request with the same key was faster by a moment: its answer is there then.
    ///
    /// # Errors
    /// `invalid` for a key that cannot be one; what `attempt` returns
    pub fn run<T>(&self, attempt: impl Fn() -> Result<Answer<T>>) -> Result<Answer<T>> {
        if let Some(key) = self.key {
            let mut faults = Faults::new();
            faults.text("Idempotency-Key", key, 1, 255);
            faults.finish()?;
        }
        match attempt() {
            Err(error) if self.key.is_some() && error.code() == Code::AlreadyExists => attempt(),
            other => other,
        }
    }

    /// The first answer to this request, or that of `work`, which is kept with what it writes.
    ///
    /// # Errors
    /// `idempotency_key_reused` for another request with the same key; what `work` returns
    pub fn once<T: Serialize + DeserializeOwned>(
        &self,
        db: &mut Db,
        now: DateTime<Utc>,
        scope: &Scope,
        input: &impl Serialize,
        work: impl FnOnce(&mut Db) -> Result<T>,
    ) -> Result<Answer<T>> {
        let Some(key) = self.key else {
            let body = work(db)?;
            return Ok(Answer {
                body,
                replayed: false,
            });
        };
        let user_id = &scope.person()?.id;
        let hash = secret::hash(&format!("{}\n{}", self.target, to_json(input)?));
        if let Some((first, answer)) = idempotency::find(db, user_id, key)? {
            if first != hash {
                return Err(Error::new(Code::IdempotencyKeyReused));
            }
            return Ok(Answer {
                body: from_json(&answer)?,
                replayed: true,
            });
        }
        let body = work(db)?;
        idempotency::keep(db, now, user_id, key, &hash, &to_json(&body)?)?;
        Ok(Answer {
            body,
            replayed: false,
        })
    }
}
