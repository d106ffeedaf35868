//! The official files, where they are at hand; nothing of them is in this project.

use std::io::Write as _;
use std::path::PathBuf;

/// Folder of the official files.
fn folder() -> PathBuf {
    match std::env::var_os("ZINNE_TEST_DATA") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
    }
}

/// An official file, or none with a plain word about it.
pub(super) fn official(path: &str) -> Option<Vec<u8>> {
    let path = folder().join(path);
    if path.exists() {
        return Some(std::fs::read(path).unwrap());
    }
    assert!(
        std::env::var_os("ZINNE_TEST_REQUIRE_DATA").is_none(),
        "{} is missing",
        path.display()
    );
    // Straight to standard error: what a passing test prints is not shown.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {} is missing", path.display());
    None
}

/// An official file that is text.
pub(super) fn official_text(path: &str) -> Option<String> {
    official(path).map(|bytes| String::from_utf8(bytes).unwrap())
}
