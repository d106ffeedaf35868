//! Mails as `.eml` files, for the demo and for houses without a mail server.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use sha2::{Digest as _, Sha256};

use super::super::{Accepted, SendError};
use crate::private;

/// Longest part of a message id that becomes a file name.
const LONGEST_NAME: usize = 120;

/// Writes `DIR/<message id>.eml`, for the owner of the folder only: mails speak of what is not done yet. Each file whole or not at all; the same
/// message id overwrites its twin.
#[derive(Debug, Clone)]
pub struct File {
    dir: Arc<PathBuf>,
}

impl File {
    pub(crate) fn new(dir: PathBuf) -> Self {
        Self { dir: Arc::new(dir) }
    }

    /// The folder, made when the first mail is written.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) async fn send(
        &self,
        message_id: &str,
        bytes: Vec<u8>,
    ) -> Result<Accepted, SendError> {
        let path = self.dir.join(format!("{}.eml", file_name(message_id)));
        let target = path.clone();
        // Waiting for the disk must not hold up the async worker.
        let written = tokio::task::spawn_blocking(move || write_whole(&target, &bytes)).await;
        match written {
            Ok(Ok(())) => Ok(Accepted {
                reply: format!("written to {}", path.display()),
            }),
            Ok(Err(error)) => Err(failed(&path, &error.to_string())),
            Err(error) => Err(failed(&path, &error.to_string())),
        }
    }
}

fn failed(path: &Path, cause: &str) -> SendError {
    SendError::temporary(format!("cannot write {}: {cause}", path.display()))
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = path.parent().unwrap_or_else(|| Path::new("."));
    private::folder(dir)?;
    let draft = draft_path(path);
    let outcome = private::write_new(&draft, bytes).and_then(|()| fs::rename(&draft, path));
    if outcome.is_err() {
        // Best effort: the first error is the one worth telling.
        let _ = fs::remove_file(&draft);
    }
    outcome?;
    sync_dir(dir)
}

/// Same folder, so that the rename stays on one file system; not `.eml`, so
/// that nobody picks up half a mail.
fn draft_path(path: &Path) -> PathBuf {
    // Never the name of a draft that a killed process has left.
    path.with_extension(format!("{}.tmp", uuid::Uuid::new_v4().simple()))
}

/// Makes the new name survive a power cut; only Unix can open a folder.
fn sync_dir(dir: &Path) -> io::Result<()> {
    if cfg!(unix) {
        fs::File::open(dir)?.sync_all()?;
    }
    Ok(())
}

/// A harmless file name, different for different ids.
fn file_name(message_id: &str) -> String {
    let safe: String = message_id
        .chars()
        .take(LONGEST_NAME)
        .map(|c| match c {
            'a'..='z' | '0'..='9' | '.' | '_' | '-' | '@' => c,
            _ => '_',
        })
        .collect();
    if safe == message_id && !safe.starts_with('.') {
        return safe;
    }
    let mut hash = hex::encode(Sha256::digest(message_id.as_bytes()));
    hash.truncate(16);
    format!("{}-{hash}", safe.trim_start_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn the_folder_is_made_and_a_twin_overwrites() {
        let tmp = tempfile::tempdir().unwrap();
        let dir = tmp.path().join("a/mail");
        let file = File::new(dir.clone());
        assert!(!dir.exists());
        file.send("k1@example.org", b"one".to_vec()).await.unwrap();
        let accepted = file.send("k1@example.org", b"two".to_vec()).await.unwrap();
        assert!(accepted.reply.ends_with("k1@example.org.eml"));
        assert_eq!(names(&dir), ["k1@example.org.eml"]);
        #[cfg(unix)]
        for (path, mode) in [
            (dir.clone(), 0o700),
            (dir.join("k1@example.org.eml"), 0o600),
        ] {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                fs::metadata(path).unwrap().permissions().mode() & 0o777,
                mode
            );
        }
        assert_eq!(fs::read(dir.join("k1@example.org.eml")).unwrap(), b"two");
    }

    #[tokio::test]
    async fn an_unusable_folder_is_a_passing_failure_that_names_the_file() {
        let tmp = tempfile::tempdir().unwrap();
        fs::write(tmp.path().join("mail"), b"not a folder").unwrap();
        let file = File::new(tmp.path().join("mail"));
        let error = file
            .send("k1@example.org", b"x".to_vec())
            .await
            .unwrap_err();
        assert!(!error.permanent && !error.handed_over);
        assert!(error.reply.starts_with("cannot write "), "{}", error.reply);
        assert_eq!(names(tmp.path()), ["mail"]);
    }

    #[test]
    fn file_names_stay_inside_and_apart() {
        assert_eq!(file_name("zinne.01@a-b.example"), "zinne.01@a-b.example");
        for nasty in [
            "../../etc/passwd@x",
            "..@x",
            "a/b@x",
            "a\\b@x",
            ".@x",
            "A@x",
            "a\0@x",
        ] {
            let name = file_name(nasty);
            assert!(
                !name.contains(['/', '\\', '\0']) && !name.starts_with('.'),
                "{name}"
            );
        }
        assert_ne!(file_name("a/b@x"), file_name("a_b@x"));
        assert_ne!(file_name("A@x"), file_name("a@x"));
        assert!(file_name(&"a".repeat(900)).len() < 200);
    }
}
