//! Passwords: argon2id (RFC 9106) in PHC form, never more than a few at the same time.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

/// Shortest password that is accepted (BSI ORP.4.A22 leaves the length to the institution; NIST SP 800-63B asks for 8, we for more).
pub const MIN_LENGTH: usize = 12;
/// Longest, so that nobody makes us hash a book.
pub const MAX_LENGTH: usize = 256;

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    slots: Arc<Semaphore>,
    dummy: Arc<str>,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passwords")
            .field("params", self.argon2.params())
            .finish_non_exhaustive()
    }
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Wrong password, or no such account.
    Wrong,
    /// Right.
    Right,
    /// Right, and the stored hash is weaker than today's: here is a new one.
    RightRehash(String),
}

/// A password could not be hashed.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// Too many are waiting for their turn.
    #[error("too many passwords are being checked")]
    Busy,
    /// Anything else.
    #[error("password hashing failed: {0}")]
    Failed(String),
}

/// How long a check waits for its turn.
const LONGEST_WAIT: std::time::Duration = std::time::Duration::from_secs(10);

impl Passwords {
    /// With these costs, `at_once` at the same time.
    ///
    /// # Errors
    /// [`HashError`] when the costs are outside what argon2 allows.
    pub fn new(
        memory_kib: u32,
        passes: u32,
        lanes: u32,
        at_once: usize,
    ) -> Result<Self, HashError> {
        let params = Params::new(memory_kib, passes, lanes, None).map_err(failed)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let dummy = hash_with(&argon2, "no account has this password")?;
        Ok(Passwords {
            argon2,
            slots: Arc::new(Semaphore::new(at_once)),
            dummy: dummy.into(),
        })
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// [`HashError`] when memory is short.
    pub async fn hash(&self, password: SecretString) -> Result<String, HashError> {
        self.blocking(move |argon2, _| hash_with(argon2, password.expose_secret()))
            .await
    }

    /// Checks a password against a stored hash; without one (`None`) it takes just as long.
    ///
    /// # Errors
    /// [`HashError`] when the stored hash cannot be read or memory is short.
    pub async fn verify(
        &self,
        password: SecretString,
        stored: Option<String>,
    ) -> Result<Verdict, HashError> {
        self.blocking(move |argon2, dummy| {
            verify_with(argon2, password.expose_secret(), stored.as_deref(), dummy)
        })
        .await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>, &str) -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashError> {
        let turn = Arc::clone(&self.slots).acquire_owned();
        let Ok(permit) = tokio::time::timeout(LONGEST_WAIT, turn).await else {
            return Err(HashError::Busy);
        };
        let permit = permit.map_err(failed)?;
        let (argon2, dummy) = (self.argon2.clone(), Arc::clone(&self.dummy));
        let done = tokio::task::spawn_blocking(move || {
            // Held by the thread and not by the request: a client that goes away does not free the core.
            let _permit = permit;
            work(&argon2, &dummy)
        });
        done.await.map_err(failed)?
    }
}

fn failed(error: impl std::fmt::Display) -> HashError {
    HashError::Failed(error.to_string())
}

fn hash_with(argon2: &Argon2<'_>, password: &str) -> Result<String, HashError> {
    let hash = argon2.hash_password(password.as_bytes()).map_err(failed)?;
    Ok(hash.to_string())
}

fn verify_with(
    argon2: &Argon2<'_>,
    password: &str,
    stored: Option<&str>,
    dummy: &str,
) -> Result<Verdict, HashError> {
    let parse = |text| PasswordHash::new(text).map_err(failed);
    let hash = parse(stored.unwrap_or(dummy))?;
    // The parameters are those of the stored hash, not ours.
    let right = argon2.verify_password(password.as_bytes(), &hash).is_ok();
    if stored.is_none() || !right {
        return Ok(Verdict::Wrong);
    }
    let params = Params::try_from(&hash).map_err(failed)?;
    let today = argon2.params();
    let weaker = hash.algorithm.as_str() != Algorithm::Argon2id.as_str()
        || params.m_cost() < today.m_cost()
        || params.t_cost() < today.t_cost();
    if weaker {
        Ok(Verdict::RightRehash(hash_with(argon2, password)?))
    } else {
        Ok(Verdict::Right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[tokio::test]
    async fn right_wrong_unknown_and_rehash() {
        let weak = Passwords::new(8, 1, 1, 2).unwrap();
        let hash = weak.hash(secret("richtig falsch egal")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        let verdict = |passwords: Passwords, password: &'static str, stored: Option<String>| async move {
            passwords.verify(secret(password), stored).await.unwrap()
        };
        assert_eq!(
            verdict(weak.clone(), "richtig falsch egal", Some(hash.clone())).await,
            Verdict::Right
        );
        assert_eq!(
            verdict(weak.clone(), "richtig falsch egal ", Some(hash.clone())).await,
            Verdict::Wrong
        );
        assert_eq!(
            verdict(weak.clone(), "no account has this password", None).await,
            Verdict::Wrong
        );
        let strong = Passwords::new(64, 2, 1, 2).unwrap();
        let Verdict::RightRehash(new) =
            verdict(strong.clone(), "richtig falsch egal", Some(hash)).await
        else {
            panic!("a weaker hash is replaced");
        };
        assert_eq!(
            verdict(strong, "richtig falsch egal", Some(new)).await,
            Verdict::Right
        );
    }

    #[tokio::test]
    async fn a_broken_hash_is_an_error_and_not_a_match() {
        let passwords = Passwords::new(8, 1, 1, 2).unwrap();
        assert!(
            passwords
                .verify(secret("x"), Some("$argon2id$kaputt".to_owned()))
                .await
                .is_err()
        );
    }
}
