//! One call: resolve, look at every address, connect to one of them, POST, read a little of the answer.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, HeaderMap, RETRY_AFTER, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use url::Host;

use super::guard::{Guard, Refusal, Target};
use super::signature::sign;
use super::{Settings, SettingsError};

/// For one connection to one address.
const CONNECT: Duration = Duration::from_secs(5);

/// Bytes that the head of an answer may have.
const HEAD: usize = 16 * 1024;

/// Bytes of an answer that are read, and for how long; the rest is left.
const ANSWER: usize = 4096;
const ANSWER_TIME: Duration = Duration::from_secs(2);

/// Characters of an answer that are kept.
const SHOWN: usize = 200;

/// Makes calls.
#[derive(Clone)]
pub struct Client {
    guard: Guard,
    tls: TlsConnector,
    timeout: Duration,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("guard", &self.guard)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// What is to be called with what.
pub struct Call<'a> {
    /// URL.
    pub url: &'a str,
    /// `webhook-id`, the same at every attempt.
    pub id: &'a str,
    /// `webhook-timestamp`, of this attempt, in seconds since 1970.
    pub timestamp: i64,
    /// JSON.
    pub body: &'a str,
    /// Each signs.
    pub secrets: &'a [&'a str],
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status of HTTP.
    pub status: u16,
    /// `Retry-After` as it stands.
    pub retry_after: Option<String>,
    /// Status in words, and where it is no good one the beginning of what was said; one line.
    pub line: String,
}

/// No answer came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reply}")]
pub struct CallError {
    /// The call may have arrived.
    pub handed_over: bool,
    /// Why, in one line.
    pub reply: String,
}

impl From<Refusal> for CallError {
    fn from(refusal: Refusal) -> Self {
        CallError::before(refusal)
    }
}

impl CallError {
    fn before(cause: impl std::fmt::Display) -> Self {
        CallError {
            handed_over: false,
            reply: one_line(&cause.to_string()),
        }
    }
}

impl Client {
    /// Reads the settings.
    ///
    /// # Errors
    /// [`SettingsError`]
    pub fn new(settings: &Settings) -> Result<Client, SettingsError> {
        let guard =
            Guard::new(&settings.allow, settings.allow_http).map_err(SettingsError::Allow)?;
        let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        if let Some(path) = &settings.ca_file {
            trust(&mut roots, path).map_err(|why| SettingsError::CaFile {
                path: path.clone(),
                why,
            })?;
        }
        // The provider is named, as it is for mail: nobody has to install one for the whole process.
        let provider = Arc::new(crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| SettingsError::Tls(error.to_string()))?;
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Client {
            guard,
            tls: TlsConnector::from(Arc::new(config)),
            timeout: settings.timeout,
        })
    }

    /// Takes a URL apart and refuses what can be refused before its name is asked for.
    ///
    /// # Errors
    /// [`Refusal`]
    pub fn target(&self, url: &str) -> Result<Target, Refusal> {
        self.guard.target(url)
    }

    /// Makes a call. Redirects are not followed: they are an answer.
    ///
    /// # Errors
    /// [`CallError`], where no answer came back
    pub async fn call(&self, call: &Call<'_>) -> Result<Answer, CallError> {
        let handed_over = AtomicBool::new(false);
        match timeout(self.timeout, self.exchange(call, &handed_over)).await {
            Ok(answered) => answered,
            Err(_) => Err(CallError {
                handed_over: handed_over.load(Ordering::SeqCst),
                reply: format!("no end after {} s", self.timeout.as_secs()),
            }),
        }
    }

    async fn exchange(
        &self,
        call: &Call<'_>,
        handed_over: &AtomicBool,
    ) -> Result<Answer, CallError> {
        let target = self.guard.target(call.url)?;
        let request = request(&target, call)?;
        let stream = self.connect(&target).await?;
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(HEAD)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(CallError::before)?;
        // Ends with this call, whatever becomes of it.
        let mut driver = JoinSet::new();
        driver.spawn(connection);
        handed_over.store(true, Ordering::SeqCst);
        let lost = |error: hyper::Error| CallError {
            handed_over: true,
            reply: one_line(&format!("no answer: {}", chain(&error))),
        };
        let response = sender.send_request(request).await.map_err(lost)?;
        Ok(answer(response).await)
    }

    /// A connection to an address that was looked at.
    async fn connect(&self, target: &Target) -> Result<Box<dyn Stream>, CallError> {
        let mut last = CallError::before("the name stands for no address");
        for address in self.addresses(target).await? {
            match timeout(CONNECT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return self.secured(target, stream).await,
                Ok(Err(error)) => last = CallError::before(format!("{address}: {error}")),
                Err(_) => {
                    last = CallError::before(format!(
                        "{address}: no connection within {} s",
                        CONNECT.as_secs()
                    ));
                }
            }
        }
        Err(last)
    }

    /// What a target stands for; refused as a whole where one of its addresses is.
    async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, CallError> {
        let found: Vec<SocketAddr> = match &target.host {
            Host::Ipv4(ip) => vec![(*ip, target.port).into()],
            Host::Ipv6(ip) => vec![(*ip, target.port).into()],
            Host::Domain(name) => lookup_host((name.as_str(), target.port))
                .await
                .map_err(|error| CallError::before(format!("{name}: {error}")))?
                .collect(),
        };
        for address in &found {
            self.guard.admit(target, address.ip())?;
        }
        Ok(found)
    }

    async fn secured(
        &self,
        target: &Target,
        stream: TcpStream,
    ) -> Result<Box<dyn Stream>, CallError> {
        if !target.tls {
            return Ok(Box::new(stream));
        }
        let name = match &target.host {
            Host::Domain(name) => ServerName::try_from(name.clone()).map_err(CallError::before)?,
            Host::Ipv4(ip) => ServerName::from(IpAddr::from(*ip)),
            Host::Ipv6(ip) => ServerName::from(IpAddr::from(*ip)),
        };
        let secured = self.tls.connect(name, stream).await;
        Ok(Box::new(secured.map_err(|error| {
            CallError::before(format!("tls: {error}"))
        })?))
    }
}

/// TCP, or TLS over it.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

fn request(target: &Target, call: &Call<'_>) -> Result<Request<Full<Bytes>>, CallError> {
    let signature = sign(call.secrets, call.id, call.timestamp, call.body);
    // Of the origin, so that a port that is not the scheme's own is named.
    let host = target.origin.split_once("://").map(|(_, host)| host);
    Request::post(&target.path)
        .header(HOST, host.unwrap_or_default())
        .header(CONNECTION, "close")
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, concat!("zinne/", env!("CARGO_PKG_VERSION")))
        .header("webhook-id", call.id)
        .header("webhook-timestamp", call.timestamp)
        .header("webhook-signature", signature.map_err(CallError::before)?)
        .body(Full::new(Bytes::from(call.body.to_owned())))
        .map_err(CallError::before)
}

async fn answer(response: Response<Incoming>) -> Answer {
    let (head, mut body) = response.into_parts();
    let mut said = Vec::new();
    let read = async {
        while let Some(Ok(frame)) = body.frame().await {
            if let Some(data) = frame.data_ref() {
                said.extend(data.iter().take(ANSWER.saturating_sub(said.len())));
            }
            if said.len() >= ANSWER {
                break;
            }
        }
    };
    // What was said is for whoever looks for a fault; where it breaks off or stalls, the status still counts.
    let _ = timeout(ANSWER_TIME, read).await;
    let mut line = head.status.to_string();
    if !head.status.is_success() {
        let said = one_line(&String::from_utf8_lossy(&said));
        if !said.is_empty() {
            line.push_str(": ");
            line.push_str(&said);
        }
    }
    Answer {
        status: head.status.as_u16(),
        retry_after: retry_after(&head.headers),
        line,
    }
}

fn retry_after(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?;
    Some(value.trim().to_owned())
}

fn trust(roots: &mut RootCertStore, path: &Path) -> Result<(), String> {
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| error.to_string())?;
    let mut found = 0;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
        found += 1;
    }
    if found == 0 {
        return Err("it holds no certificate in pem form".to_owned());
    }
    Ok(())
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// What fits into a cell of a table: no control characters, and not too much.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").chars().take(SHOWN).collect()
}
