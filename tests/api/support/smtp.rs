//! A real mail server for the tests: `tests/smtp/server.py` with aiosmtpd, one per test.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// A mail server of its own; ends with it.
pub struct MailServer {
    child: Child,
    pub port: u16,
    pub dir: TempDir,
}

/// The Python that has aiosmtpd and the OpenAPI generator: `ZINNE_TEST_PYTHON`, or what is in the path.
pub fn python() -> String {
    std::env::var("ZINNE_TEST_PYTHON").unwrap_or_else(|_| "python3".into())
}

/// Whether Python can import `module`; if not, says loudly that tests are skipped, or fails where all is required.
pub fn python_has(module: &str) -> bool {
    let found = Command::new(python())
        .args(["-c", &format!("import {module}")])
        .stderr(Stdio::null())
        .status();
    if found.is_ok_and(|status| status.success()) {
        return true;
    }
    let missing = format!(
        "`{}` has no module {module}; scripts/test-tools.sh installs it",
        python()
    );
    let required = std::env::var("ZINNE_TEST_REQUIRE_ALL").is_ok_and(|value| value == "1");
    assert!(!required, "{missing}");
    super::skipped(&missing);
    false
}

impl MailServer {
    /// Starts one. `None`: aiosmtpd is not there (said loudly; fails where all is required).
    pub fn start(arguments: &[&str]) -> Option<Self> {
        static THERE: OnceLock<bool> = OnceLock::new();
        if !THERE.get_or_init(|| python_has("aiosmtpd")) {
            return None;
        }
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smtp/server.py");
        let dir = tempfile::tempdir().unwrap();
        let mut child = Command::new(python())
            .arg(script)
            .args(["--port", "0", "--dir"])
            .arg(dir.path())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let port = listening_port(&mut child);
        Some(Self { child, port, dir })
    }

    /// With a certificate for `localhost`; gives the CA file.
    pub fn start_tls(arguments: &[&str]) -> Option<(Self, Certificates)> {
        let certificates = Certificates::issue();
        let (cert, key) = (certificates.path("cert.pem"), certificates.path("key.pem"));
        let mut all = arguments.to_vec();
        all.extend([
            "--cert",
            cert.to_str().unwrap(),
            "--key",
            key.to_str().unwrap(),
        ]);
        Some((Self::start(&all)?, certificates))
    }

    /// Its address as a setting.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Every mail the server stored, in order.
    pub fn mails(&self) -> Vec<String> {
        (1..)
            .map(|n| self.dir.path().join(format!("{n}.eml")))
            .map_while(|path| fs::read_to_string(path).ok())
            .collect()
    }

    /// Ends it and waits until its port is free.
    pub fn stop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn listening_port(child: &mut Child) -> u16 {
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    let port = line
        .trim()
        .strip_prefix("LISTENING ")
        .and_then(|port| port.parse().ok());
    port.unwrap_or_else(|| {
        let mut error = String::new();
        let _ = child.stderr.take().unwrap().read_to_string(&mut error);
        panic!("the mail server did not start: {line}{error}")
    })
}

/// A CA of its own and a server certificate for `localhost`.
pub struct Certificates {
    dir: TempDir,
}

impl Certificates {
    pub fn issue() -> Self {
        let ca_key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap();
        // Names of their own: OpenSSL takes a certificate whose issuer has its very name for self-signed.
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "Probe-CA");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let ca = params.self_signed(&ca_key).unwrap();
        let issuer = rcgen::Issuer::new(params, ca_key);
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "localhost");
        let cert = params.signed_by(&key, &issuer).unwrap();
        let this = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        fs::write(this.path("ca.pem"), ca.pem()).unwrap();
        fs::write(this.path("cert.pem"), cert.pem()).unwrap();
        fs::write(this.path("key.pem"), key.serialize_pem()).unwrap();
        this
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

/// Value of a header of a mail, unfolded.
pub fn header(mail: &str, name: &str) -> Option<String> {
    let (head, _) = mail.split_once("\r\n\r\n")?;
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    head.lines().find_map(|line| {
        line.strip_prefix(name)?
            .strip_prefix(": ")
            .map(str::to_owned)
    })
}
