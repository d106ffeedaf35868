//! Signatures by <https://www.standardwebhooks.com>: HMAC-SHA256 over id, time and body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// What a secret begins with.
pub const PREFIX: &str = "whsec_";

/// A secret that signs nothing: its words are not base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret of the webhook cannot be read")]
pub struct BadSecret;

/// A secret of these bytes, in the form in which people hand it on.
pub fn secret(bytes: &[u8]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(bytes))
}

/// `webhook-signature`: one signature per secret, so that a receiver may know either of two.
///
/// # Errors
/// [`BadSecret`]
pub fn sign<S: AsRef<str>>(
    secrets: &[S],
    id: &str,
    timestamp: i64,
    body: &str,
) -> Result<String, BadSecret> {
    let signatures = secrets.iter().map(|secret| {
        let secret = secret.as_ref();
        let key = secret.strip_prefix(PREFIX).unwrap_or(secret);
        let key = STANDARD.decode(key).map_err(|_error| BadSecret)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_error| BadSecret)?;
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        Ok(format!("v1,{signature}"))
    });
    let signatures: Vec<String> = signatures.collect::<Result<_, BadSecret>>()?;
    Ok(signatures.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the standard's own libraries, and one that Svix publishes.
    #[test]
    fn published_vectors() {
        let first = sign(
            &["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(
            first.as_deref(),
            Ok("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        );
        let second = sign(
            &["plJ3nmyCDGBKInavdOK15jsl"],
            "msg_loFOjxBNrRLzqYUf",
            1_731_705_121,
            r#"{"event_type":"ping","data":{"success":true}}"#,
        );
        assert_eq!(
            second.as_deref(),
            Ok("v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=")
        );
    }

    #[test]
    fn two_secrets_sign_side_by_side() {
        let (old, new) = (secret(&[1; 32]), secret(&[2; 32]));
        let one = |secret: &String| sign(&[secret], "id", 1, "{}").unwrap();
        let both = sign(&[&new, &old], "id", 1, "{}").unwrap();
        assert_eq!(both, format!("{} {}", one(&new), one(&old)));
        assert_eq!(sign(&["whsec_%"], "id", 1, "{}"), Err(BadSecret));
    }
}
