//! The program under test, its clients, and what the system says about its process.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::world::{PASSWORD, email};

const START_LIMIT: Duration = Duration::from_secs(60);

/// What the service is started with.
pub struct Site {
    pub program: PathBuf,
    /// Where its database, its key and its log are.
    pub folder: PathBuf,
    pub settings: Vec<(String, String)>,
}

/// `zinne serve`; ended with it.
pub struct Service {
    child: Child,
    pub address: SocketAddr,
    started: Instant,
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer: status and body.
pub type Answer = (u16, String);

impl Service {
    /// Starts it and does not wait for it.
    pub fn spawn(site: &Site) -> Service {
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let log = File::options()
            .create(true)
            .append(true)
            .open(site.folder.join("service.log"))
            .unwrap();
        let mut command = Command::new(&site.program);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ZINNE_")) {
            command.env_remove(name);
        }
        command
            .arg("serve")
            .envs(site.settings.iter().cloned())
            .env("ZINNE_LISTEN", address.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        let started = Instant::now();
        let child = command.spawn().unwrap();
        Service {
            child,
            address,
            started,
        }
    }

    /// Starts it and waits until it answers.
    pub fn start(site: &Site) -> Service {
        let mut service = Service::spawn(site);
        service.answers("/healthz", None);
        service
    }

    /// Time from the start of the process to the first good answer to this request.
    pub fn answers(&mut self, path: &str, token: Option<&str>) -> Duration {
        loop {
            if let Some((200, _)) = self.send("GET", path, token, None) {
                return self.started.elapsed();
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("zinne serve ended: {status}");
            }
            assert!(self.started.elapsed() < START_LIMIT, "no answer to {path}");
            sleep(Duration::from_millis(1));
        }
    }

    /// Reads; fails unless the answer is good.
    pub fn get(&self, path: &str, token: &str) -> String {
        match self.send("GET", path, Some(token), None) {
            Some((200, body)) => body,
            other => panic!("GET {path}: {other:?}"),
        }
    }

    /// Signs in; gives the access token.
    pub fn sign_in(&self, local: &str) -> String {
        let body = json!({ "email": email(local), "password": PASSWORD }).to_string();
        match self.send("POST", "/api/v1/auth/login", None, Some(&body)) {
            Some((200, body)) => {
                let body: Value = serde_json::from_str(&body).unwrap();
                body["access_token"].as_str().unwrap().to_owned()
            }
            other => panic!("login of {local}: {other:?}"),
        }
    }

    /// One request on a connection of its own. `None`: nobody listens yet.
    fn send(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<&str>,
    ) -> Option<Answer> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        let authorization = token.map_or_else(String::new, |token| {
            format!("Authorization: Bearer {token}\r\n")
        });
        let body = body.unwrap_or_default();
        let content = if body.is_empty() {
            String::new()
        } else {
            format!(
                "Content-Type: application/json\r\nContent-Length: {}\r\n",
                body.len()
            )
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{authorization}{content}\r\n",
            self.address
        );
        stream.write_all(format!("{head}{body}").as_bytes()).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        let answer = String::from_utf8(answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, body.to_owned()))
    }

    /// Memory in KiB as it is now (`VmRSS`) or has been at most (`VmHWM`).
    pub fn memory(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|rest| rest.trim_start_matches(':').split_whitespace().next());
        number.unwrap().parse().unwrap()
    }

    /// Lets the highest memory count from now on.
    pub fn forget_peak(&self) {
        fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").unwrap();
    }

    /// Waits until it has no work of its own, and gives what that work took of a processor: a service that finds a new day plans
    /// its reminders and sends them.
    pub fn settle(&self) -> Duration {
        let began = Instant::now();
        let mut quiet = 0;
        while quiet < 3 {
            assert!(
                began.elapsed() < Duration::from_secs(600),
                "the service does not come to rest"
            );
            let before = self.processor();
            sleep(Duration::from_secs(1));
            let used = self.processor() - before;
            quiet = if used < Duration::from_millis(50) {
                quiet + 1
            } else {
                0
            };
        }
        self.processor()
    }

    /// Processor time that it has used so far.
    pub fn processor(&self) -> Duration {
        processor_of(&self.child.id().to_string())
    }
}

/// Processor time that a process has used so far.
pub fn processor_of(process: &str) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let ticks = fields
        .split(' ')
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u64>().unwrap());
    // USER_HZ is 100 on every Linux that Rust runs on.
    Duration::from_millis(ticks.sum::<u64>() * 10)
}
