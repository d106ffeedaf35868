//! The three ways out: a mail server, a folder, memory.

mod file;
mod memory;
mod smtp;
pub(super) mod target;

use std::{io, path::PathBuf};

pub use file::File;
pub use memory::Memory;
pub use smtp::Smtp;

/// What is wrong with the mail settings. Never quotes the address, which may
/// hold a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The address names no known way out.
    #[error(
        "the mail address must begin with `smtps://`, `smtp+starttls://`, `smtp://` or `file:`"
    )]
    Scheme,
    /// The address is malformed.
    #[error("the mail address is not valid: {0}")]
    Address(&'static str),
    /// The address asks for a password in plain text.
    #[error(
        "the mail address has a password but no encryption; use `smtps://` or `smtp+starttls://`"
    )]
    PasswordInClear,
    /// No time at all to send a mail.
    #[error("the mail timeout must be longer than zero")]
    Timeout,
    /// The CA file cannot be read.
    #[error("the mail ca file `{}` cannot be read: {source}", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The CA file holds no usable certificate.
    #[error("the mail ca file `{}` holds no valid certificate in pem form", path.display())]
    CaContent {
        /// The file.
        path: PathBuf,
    },
    /// TLS cannot be set up.
    #[error("tls for mail cannot be set up: {0}")]
    Tls(#[source] lettre::transport::smtp::Error),
}
