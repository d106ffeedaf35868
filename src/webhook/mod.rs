//! Calls of webhooks: whom we may call ([`guard`]), how a call is signed ([`signature`]), and the call itself. Knows neither
//! database nor what is told.

mod call;
pub mod guard;
pub mod signature;

use std::path::PathBuf;
use std::time::Duration;

pub use call::{Answer, Call, CallError, Client};

/// How calls go out.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Networks and names that may be called although they are not public.
    pub allow: Vec<String>,
    /// Those may be called without TLS, too.
    pub allow_http: bool,
    /// Certificates (PEM) that are trusted beside the public ones.
    pub ca_file: Option<PathBuf>,
    /// For a whole call.
    pub timeout: Duration,
}

/// What is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// An entry is neither a network nor a name.
    #[error("`{0}` is neither a network such as `10.1.0.0/16` nor a host name")]
    Allow(String),
    /// The CA file cannot be read.
    #[error("the ca file `{}` cannot be read: {why}", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// TLS cannot be set up.
    #[error("tls cannot be set up: {0}")]
    Tls(String),
}
