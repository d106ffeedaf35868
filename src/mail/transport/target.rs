//! Reading the mail address of the settings.
//!
//! No error here repeats a part of the address: with a character that should
//! have been percent-encoded, any part of it can be part of the password.

use std::{net::IpAddr, path::PathBuf};

use lettre::transport::smtp::extension::ClientId;
use secrecy::SecretString;
use url::Url;

use super::SettingsError;

/// Where the address points.
#[derive(Debug)]
pub(crate) enum Target {
    Smtp(Server),
    File(PathBuf),
}

/// A mail server and how to speak to it.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) encryption: Encryption,
    pub(crate) login: Option<Login>,
    pub(crate) hello: ClientId,
}

/// How the conversation is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// Not at all.
    None,
    /// STARTTLS before anything else is said, or no mail.
    StartTls,
    /// TLS from the first byte.
    Implicit,
}

/// Name and password at the mail server.
#[derive(Debug)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: SecretString,
}

#[derive(Default)]
struct Options {
    plain: bool,
    hello: Option<String>,
}

impl Target {
    pub(crate) fn parse(address: &str) -> Result<Self, SettingsError> {
        let address = address.trim();
        match address.split_once(':') {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => folder(rest),
            Some((scheme, _)) if scheme.to_ascii_lowercase().starts_with("smtp") => {
                server(address).map(Self::Smtp)
            }
            _ => Err(SettingsError::Scheme),
        }
    }
}

fn folder(rest: &str) -> Result<Target, SettingsError> {
    let dir = match rest.strip_prefix("//") {
        Some(path) if path.starts_with('/') => path,
        Some(_) => {
            return Err(invalid(
                "`file://` names a host; write `file:DIR` or `file:///DIR`",
            ));
        }
        None => rest,
    };
    if dir.is_empty() {
        return Err(invalid("no folder after `file:`"));
    }
    Ok(Target::File(PathBuf::from(dir)))
}

fn server(address: &str) -> Result<Server, SettingsError> {
    let url = Url::parse(address).map_err(explain)?;
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(invalid(
            "nothing may follow the port; write `/`, `?` and `#` in a password as `%2F`, `%3F`, `%23`",
        ));
    }
    let options = options(&url)?;
    let host = host(&url)?;
    let encryption = encryption(url.scheme(), &host, &options)?;
    let login = login(&url)?;
    if login.is_some() && encryption == Encryption::None && !is_local(&host) {
        return Err(SettingsError::PasswordInClear);
    }
    let port = match url.port() {
        Some(0) => return Err(invalid("port 0 is not a port")),
        Some(port) => port,
        None => default_port(url.scheme()),
    };
    let hello = hello(options.hello)?;
    Ok(Server {
        host,
        port,
        encryption,
        login,
        hello,
    })
}

fn default_port(scheme: &str) -> u16 {
    match scheme {
        "smtps" => 465,
        "smtp+starttls" => 587,
        _ => 25,
    }
}

fn encryption(scheme: &str, host: &str, options: &Options) -> Result<Encryption, SettingsError> {
    match scheme {
        "smtps" | "smtp+starttls" if options.plain => {
            Err(invalid("`tls=none` contradicts the encrypted scheme"))
        }
        "smtps" => Ok(Encryption::Implicit),
        "smtp+starttls" => Ok(Encryption::StartTls),
        "smtp" if options.plain || is_local(host) => Ok(Encryption::None),
        "smtp" => Ok(Encryption::StartTls),
        _ => Err(SettingsError::Scheme),
    }
}

fn is_local(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn host(url: &Url) -> Result<String, SettingsError> {
    let host = url.host_str().unwrap_or_default();
    let bare = host
        .strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
        .unwrap_or(host);
    if bare.is_empty() {
        return Err(invalid("the host is missing"));
    }
    if bare.parse::<IpAddr>().is_ok() || is_domain(bare) {
        return Ok(bare.to_owned());
    }
    Err(invalid("the host is neither a name nor an ip address"))
}

fn is_domain(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    name.len() <= 253 && name.trim_end_matches('.').split('.').all(label)
}

fn options(url: &Url) -> Result<Options, SettingsError> {
    let mut options = Options::default();
    for (key, value) in url.query_pairs() {
        match (key.as_ref(), value.as_ref()) {
            ("tls", "none") => options.plain = true,
            ("tls", _) => return Err(invalid("the only value of `tls` is `none`")),
            ("ehlo", name) => options.hello = Some(name.to_owned()),
            _ => return Err(invalid("the only parameters are `tls` and `ehlo`")),
        }
    }
    Ok(options)
}

fn hello(name: Option<String>) -> Result<ClientId, SettingsError> {
    match name {
        Some(name) if is_domain(&name) => Ok(ClientId::Domain(name)),
        Some(_) => Err(invalid("the value of `ehlo` is not a host name")),
        None => Ok(own_name()),
    }
}

fn own_name() -> ClientId {
    match ClientId::default() {
        ClientId::Domain(name) if !is_domain(&name) => ClientId::Ipv4([127, 0, 0, 1].into()),
        id => id,
    }
}

fn login(url: &Url) -> Result<Option<Login>, SettingsError> {
    let user = decode(url.username())?;
    let password = decode(url.password().unwrap_or_default())?;
    match (user.is_empty(), password.is_empty()) {
        (true, true) => Ok(None),
        (false, false) => Ok(Some(Login {
            user,
            password: password.into(),
        })),
        (true, false) => Err(invalid("there is a password but no user")),
        (false, true) => Err(invalid("there is a user but no password")),
    }
}

/// Percent-decoding that refuses what it does not understand.
fn decode(text: &str) -> Result<String, SettingsError> {
    const FAULT: SettingsError =
        SettingsError::Address("user or password is not percent-encoded utf-8 text");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = rest.next().and_then(hex).ok_or(FAULT)?;
            let low = rest.next().and_then(hex).ok_or(FAULT)?;
            bytes.push(high << 4 | low);
        } else {
            bytes.push(byte);
        }
    }
    let text = String::from_utf8(bytes).ok().ok_or(FAULT)?;
    if text.chars().any(char::is_control) {
        return Err(invalid("user or password has a control character"));
    }
    Ok(text)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

fn explain(error: url::ParseError) -> SettingsError {
    invalid(match error {
        url::ParseError::InvalidPort => {
            "the port is not a number up to 65535; write `:`, `/`, `?`, `#` and `@` in a password percent-encoded"
        }
        url::ParseError::EmptyHost => "the host is missing",
        _ => "it is not a url",
    })
}

const fn invalid(why: &'static str) -> SettingsError {
    SettingsError::Address(why)
}

#[cfg(test)]
#[path = "target_tests.rs"]
mod tests;
