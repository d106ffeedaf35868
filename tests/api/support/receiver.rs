//! A receiver of webhooks for the tests: notes what it is told and answers as it is asked to.

use std::collections::{BTreeMap, VecDeque};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned, crypto};

/// What came in.
#[derive(Debug, Clone)]
pub struct Received {
    pub line: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }
}

/// What goes out.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A status, and further lines of the head.
    Status(u16, &'static str),
    /// Hangs up without a word.
    HangUp,
    /// Says nothing for so long.
    Stall(Duration),
    /// An answer to the letter.
    Raw(String),
}

/// Listens until the test process ends.
#[derive(Clone)]
pub struct Receiver {
    pub port: u16,
    received: Arc<Mutex<Vec<Received>>>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    connections: Arc<AtomicUsize>,
}

impl Receiver {
    /// By plain HTTP.
    pub fn start() -> Receiver {
        Receiver::listen(None)
    }

    /// By TLS, with `cert.pem` and `key.pem` of a folder.
    pub fn start_tls(folder: &Path) -> Receiver {
        let chain: Vec<CertificateDer<'static>> =
            CertificateDer::pem_file_iter(folder.join("cert.pem"))
                .unwrap()
                .map(Result::unwrap)
                .collect();
        let key = PrivateKeyDer::from_pem_file(folder.join("key.pem")).unwrap();
        let provider = Arc::new(crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        Receiver::listen(Some(Arc::new(config)))
    }

    fn listen(tls: Option<Arc<ServerConfig>>) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let receiver = Receiver {
            port: listener.local_addr().unwrap().port(),
            received: Arc::default(),
            replies: Arc::default(),
            connections: Arc::default(),
        };
        let this = receiver.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                this.connections.fetch_add(1, Ordering::SeqCst);
                let (this, tls) = (this.clone(), tls.clone());
                std::thread::spawn(move || match tls {
                    Some(config) => {
                        let connection = ServerConnection::new(config).unwrap();
                        this.converse(StreamOwned::new(connection, stream));
                    }
                    None => this.converse::<TcpStream>(stream),
                });
            }
        });
        receiver
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/in?key=geheim", self.port)
    }

    /// Answers so, one call after the other; then 204.
    pub fn answer(&self, replies: impl IntoIterator<Item = Reply>) {
        self.replies.lock().unwrap().extend(replies);
    }

    /// What came in so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Takes what came in out.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut *self.received.lock().unwrap())
    }

    /// Connections so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    fn converse<S: Read + Write>(&self, mut stream: S) {
        let Some(received) = read(&mut stream) else {
            return;
        };
        self.received.lock().unwrap().push(received);
        let reply = self.replies.lock().unwrap().pop_front();
        let text = match reply.unwrap_or(Reply::Status(204, "")) {
            Reply::Status(status, head) => {
                format!(
                    "HTTP/1.1 {status} Said\r\n{head}Content-Length: 0\r\nConnection: close\r\n\r\n"
                )
            }
            Reply::HangUp => return,
            Reply::Stall(time) => {
                std::thread::sleep(time);
                return;
            }
            Reply::Raw(text) => text,
        };
        let _ = stream.write_all(text.as_bytes());
        let _ = stream.flush();
    }
}

fn read(stream: &mut impl Read) -> Option<Received> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let line = lines.next()?.to_owned();
            let headers: BTreeMap<String, String> = lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect();
            let length: usize = headers.get("content-length")?.parse().ok()?;
            if body.len() >= length {
                return Some(Received {
                    line,
                    headers,
                    body: body.to_owned(),
                });
            }
        }
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
    }
}

/// Whether Python's own HMAC finds each of these secrets, and no other, among the signatures of a call.
pub fn python_verifies(received: &Received, secrets: &[&str]) -> bool {
    const SCRIPT: &str = r#"
import base64, hashlib, hmac, json, sys
call = json.load(sys.stdin)
head = call["headers"]
text = ".".join([head["webhook-id"], head["webhook-timestamp"], call["body"]]).encode()
def signature(secret):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    assert 24 <= len(key) <= 64
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
sys.exit(head["webhook-signature"].split(" ") != [signature(secret) for secret in call["secrets"]])
"#;
    let call = json!({ "headers": received.headers, "body": received.body, "secrets": secrets });
    let mut python = Command::new(super::smtp::python())
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = python.stdin.take().unwrap();
    input.write_all(call.to_string().as_bytes()).unwrap();
    drop(input);
    python.wait().unwrap().success()
}
