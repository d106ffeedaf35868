//! Random secrets and the key that signs access tokens.

use std::fs;
use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRng as _;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::{Digest, Sha256};

use crate::private;

/// 256 random bits as text that fits into a URL.
///
/// # Errors
/// When the operating system gives no random bytes.
pub fn random_token() -> io::Result<SecretString> {
    Ok(SecretString::from(
        URL_SAFE_NO_PAD.encode(random_bytes::<32>()?),
    ))
}

/// 256 random bits.
///
/// # Errors
/// When the operating system gives no random bytes.
pub fn random_key() -> io::Result<SecretSlice<u8>> {
    Ok(random_bytes::<32>()?.to_vec().into())
}

fn random_bytes<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::rngs::SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(io::Error::other)?;
    Ok(bytes)
}

/// How a random secret is stored. It has 256 bits of its own, so a plain hash is enough.
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// The key that signs access tokens, with an id that tokens name.
#[derive(Clone)]
pub struct SigningKey {
    /// First 64 bits of the key's SHA-256 in hexadecimal.
    pub id: String,
    bytes: SecretSlice<u8>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    fn new(bytes: Vec<u8>) -> Self {
        let mut id = hex::encode(Sha256::digest(&bytes));
        id.truncate(16);
        SigningKey {
            id,
            bytes: bytes.into(),
        }
    }

    /// The key itself.
    pub fn expose(&self) -> &[u8] {
        self.bytes.expose_secret()
    }

    /// A key for this process only.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn random() -> io::Result<Self> {
        Ok(SigningKey::new(random_bytes::<32>()?.to_vec()))
    }

    /// The key in a file; a new one is made, readable by its owner only, if there is no file.
    ///
    /// # Errors
    /// When the file can be neither read nor made, or does not hold 64 hexadecimal digits.
    pub fn load_or_create(path: &Path) -> io::Result<Self> {
        match fs::read_to_string(path) {
            Ok(text) => SigningKey::parse(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => SigningKey::create(path),
            Err(error) => Err(error),
        }
    }

    fn parse(text: &str) -> io::Result<Self> {
        let digits = text.trim().as_bytes();
        let bytes: Option<Vec<u8>> = digits
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        match bytes {
            Some(bytes) if bytes.len() == 32 && digits.len() == 64 => Ok(SigningKey::new(bytes)),
            _ => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the token key file must hold 64 hexadecimal digits",
            )),
        }
    }

    /// The file appears whole: another process that starts at the same moment finds all of it or nothing.
    fn create(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            private::folder(folder)?;
        }
        let bytes = random_bytes::<32>()?;
        let draft = path.with_extension(format!("{}.tmp", uuid::Uuid::new_v4().simple()));
        let outcome = private::write_new(&draft, hex::encode(bytes.as_slice()).as_bytes())
            .and_then(|()| fs::hard_link(&draft, path));
        let _ = fs::remove_file(&draft);
        match outcome {
            Ok(()) => Ok(SigningKey::new(bytes.to_vec())),
            // The other one was faster: its key counts.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                SigningKey::parse(&fs::read_to_string(path)?)
            }
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/token.key");
        let first = SigningKey::load_or_create(&path).unwrap();
        let second = SigningKey::load_or_create(&path).unwrap();
        assert_eq!(first.expose(), second.expose());
        assert_eq!(first.id, second.id);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        assert!(!format!("{first:?}").contains(&fs::read_to_string(&path).unwrap()));
    }

    #[test]
    fn of_many_processes_that_start_at_once_all_get_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token.key");
        let ids: Vec<String> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..16)
                .map(|_| scope.spawn(|| SigningKey::load_or_create(&path).unwrap().id))
                .collect();
            starts
                .into_iter()
                .map(|start| start.join().unwrap())
                .collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "no draft is left"
        );
    }

    #[test]
    fn a_broken_key_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token.key");
        for text in ["", "abc", &"0".repeat(63), &"0".repeat(66), &"g".repeat(64)] {
            fs::write(&path, text).unwrap();
            assert!(SigningKey::load_or_create(&path).is_err(), "{text}");
        }
    }

    #[test]
    fn tokens_differ() {
        let (a, b) = (random_token().unwrap(), random_token().unwrap());
        assert_eq!(a.expose_secret().len(), 43);
        assert_ne!(a.expose_secret(), b.expose_secret());
    }
}
