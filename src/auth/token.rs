//! Access tokens: JWT (RFC 7519) with one algorithm, one purpose and ten minutes to live.
//!
//! A token names user and session and nothing else; what somebody may do is read in the transaction
//! that it guards.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::secret::SigningKey;

const ISSUER: &str = "zinne";
/// No other token of ours may be used as an access token.
const AUDIENCE: &str = "zinne:access";
const ALGORITHM: Algorithm = Algorithm::HS256;
/// How far the clocks of two replicas may be apart.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    iat: i64,
    exp: i64,
}

/// Who a token speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// User id.
    pub user_id: String,
    /// Session id.
    pub session_id: String,
}

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not ours, forged, for another purpose, or not a token at all.
    #[error("the access token is not valid")]
    Invalid,
    /// Its time is over.
    #[error("the access token has expired")]
    Expired,
}

/// Signs and checks access tokens.
#[derive(Clone)]
pub struct Tokens {
    key_id: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    lifetime: TimeDelta,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens")
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

impl Tokens {
    /// With this key; a token lives for `minutes`.
    pub fn new(key: &SigningKey, minutes: i64) -> Self {
        let mut validation = Validation::new(ALGORITHM);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // The library looks at the machine's clock; ours may be held.
        validation.validate_exp = false;
        Tokens {
            key_id: key.id.clone(),
            encoding: EncodingKey::from_secret(key.expose()),
            decoding: DecodingKey::from_secret(key.expose()),
            validation,
            lifetime: TimeDelta::minutes(minutes),
        }
    }

    /// Seconds that a token lives.
    pub fn lifetime_seconds(&self) -> i64 {
        self.lifetime.num_seconds()
    }

    /// Signs a token.
    ///
    /// # Errors
    /// What the library says; it does not happen with a key of the right length.
    pub fn issue(
        &self,
        subject: &Subject,
        now: DateTime<Utc>,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let mut header = Header::new(ALGORITHM);
        header.kid = Some(self.key_id.clone());
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: subject.user_id.clone(),
            sid: subject.session_id.clone(),
            iat: now.timestamp(),
            exp: (now + self.lifetime).timestamp(),
        };
        jsonwebtoken::encode(&header, &claims, &self.encoding)
    }

    /// Checks a token.
    ///
    /// # Errors
    /// [`TokenError`]
    pub fn check(&self, token: &str, now: DateTime<Utc>) -> Result<Subject, TokenError> {
        let token = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation)
            .map_err(|error| {
                tracing::debug!(cause = %error, "access token refused");
                TokenError::Invalid
            })?;
        let claims = token.claims;
        if token.header.kid.as_deref() != Some(&self.key_id)
            || claims.iat > (now + LEEWAY).timestamp()
        {
            return Err(TokenError::Invalid);
        }
        if claims.exp <= now.timestamp() {
            return Err(TokenError::Expired);
        }
        Ok(Subject {
            user_id: claims.sub,
            session_id: claims.sid,
        })
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2022-10-17T05:00:00Z".parse().unwrap()
    }

    fn subject() -> Subject {
        Subject {
            user_id: "u".to_owned(),
            session_id: "s".to_owned(),
        }
    }

    #[test]
    fn a_token_is_good_for_its_time() {
        let tokens = Tokens::new(&SigningKey::random().unwrap(), 10);
        let token = tokens.issue(&subject(), now()).unwrap();
        assert_eq!(tokens.check(&token, now()), Ok(subject()));
        assert_eq!(
            tokens.check(&token, now() + TimeDelta::seconds(599)),
            Ok(subject())
        );
        assert_eq!(
            tokens.check(&token, now() + TimeDelta::seconds(600)),
            Err(TokenError::Expired)
        );
        assert_eq!(
            tokens.check(&token, now() - TimeDelta::seconds(31)),
            Err(TokenError::Invalid)
        );
    }

    #[test]
    fn forged_tokens_are_refused() {
        let key = SigningKey::random().unwrap();
        let tokens = Tokens::new(&key, 10);
        let token = tokens.issue(&subject(), now()).unwrap();
        let [head, claims, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        let hs384 = Header {
            kid: Some(key.id.clone()),
            ..Header::new(Algorithm::HS384)
        };
        let good: Claims =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        let other_purpose = Claims {
            aud: "zinne:feed".to_owned(),
            ..serde_json::from_value(serde_json::to_value(&good).unwrap()).unwrap()
        };
        let with_kid = Header {
            kid: Some(key.id.clone()),
            ..Header::new(ALGORITHM)
        };
        let sign = |header: &Header, claims: &Claims, key: &SigningKey| {
            jsonwebtoken::encode(header, claims, &EncodingKey::from_secret(key.expose())).unwrap()
        };
        let altered = URL_SAFE_NO_PAD.encode(
            serde_json::to_vec(&Claims {
                sub: "x".to_owned(),
                ..good
            })
            .unwrap(),
        );
        let good = |sub: &str| Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: sub.to_owned(),
            sid: "s".to_owned(),
            iat: now().timestamp(),
            exp: now().timestamp() + 60,
        };
        for forged in [
            String::new(),
            "a.b.c".to_owned(),
            format!("{none}.{claims}."),
            format!("{none}.{claims}.{signature}"),
            format!("{head}.{altered}.{signature}"),
            format!("{head}.{claims}."),
            sign(&hs384, &good("u"), &key),
            sign(&with_kid, &other_purpose, &key),
            sign(&with_kid, &good("u"), &SigningKey::random().unwrap()),
            sign(&Header::new(ALGORITHM), &good("u"), &key),
        ] {
            assert_eq!(
                tokens.check(&forged, now()),
                Err(TokenError::Invalid),
                "{forged}"
            );
        }
        assert_eq!(
            tokens.check(&sign(&with_kid, &good("u"), &key), now()),
            Ok(subject())
        );
    }
}
