//! Whom we may call. A webhook is an address that somebody typed in; without a guard it would be a way into the city's own
//! networks and to the machine itself (server-side request forgery). Names are resolved once per call, every address that comes
//! back is looked at, and the connection goes to an address that was looked at: a name that changes its mind in between
//! (DNS rebinding) gains nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// What of IPv4 is not the public internet (IANA special-purpose registry, RFC 6890), and multicast.
const NOT_PUBLIC_V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// What of IPv6 is given out to anybody; everything else is private, local, multicast or nobody's.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Exceptions in there: protocol assignments with Teredo, documentation, 6to4 (an IPv4 address in disguise), documentation.
const NOT_PUBLIC_V6: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Prefix under which a translator reaches IPv4 (RFC 6052).
const NAT64: (Ipv6Addr, u32) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// Why something is not called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No URL that can be called at all.
    #[error("the url cannot be called: {0}")]
    Url(&'static str),
    /// Not a public address, and none that the settings allow.
    #[error("{0} is not a public address and not allowed by the settings")]
    Private(IpAddr),
    /// Without TLS only what the settings allow is called.
    #[error("{0} may not be called without tls")]
    Plain(IpAddr),
}

/// Where a call goes, as its URL says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The host; a name is in lower case.
    pub host: Host<String>,
    /// The port.
    pub port: u16,
    /// Whether it is called by TLS.
    pub tls: bool,
    /// Path and query.
    pub path: String,
    /// Scheme, host and port: what may be shown, for path and query may hold a secret.
    pub origin: String,
}

/// The rules and their exceptions.
#[derive(Debug, Clone)]
pub struct Guard {
    networks: Vec<(IpAddr, u32)>,
    names: Vec<String>,
    http: bool,
}

impl Guard {
    /// Reads exceptions such as `10.1.0.0/16`, `10.1.2.3`, `fd00::/8` and `hook.stadt.example`. `http`: they may be called
    /// without TLS.
    ///
    /// # Errors
    /// The entry that is none of these.
    pub fn new(allow: &[String], http: bool) -> Result<Guard, String> {
        let mut guard = Guard {
            networks: Vec::new(),
            names: Vec::new(),
            http,
        };
        for entry in allow {
            if let Some(network) = network(entry) {
                guard.networks.push(network);
            } else if is_name(entry) {
                guard.names.push(entry.to_ascii_lowercase());
            } else {
                return Err(entry.clone());
            }
        }
        Ok(guard)
    }

    /// Takes a URL apart and refuses what is wrong with it whatever its name stands for.
    ///
    /// # Errors
    /// [`Refusal`]
    pub fn target(&self, url: &str) -> Result<Target, Refusal> {
        let url = Url::parse(url).map_err(|_error| Refusal::Url("it is not a url"))?;
        let tls = match url.scheme() {
            "https" => true,
            "http" if self.http => false,
            _ => return Err(Refusal::Url("it must begin with https://")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Url("user and password do not belong into a url"));
        }
        if url.fragment().is_some() {
            return Err(Refusal::Url("a fragment is not sent"));
        }
        let host = match url.host() {
            Some(Host::Domain(name)) => Host::Domain(name.trim_end_matches('.').to_owned()),
            Some(Host::Ipv4(ip)) => Host::Ipv4(ip),
            Some(Host::Ipv6(ip)) => Host::Ipv6(ip),
            None => return Err(Refusal::Url("the host is missing")),
        };
        if matches!(&host, Host::Domain(name) if name.is_empty()) {
            return Err(Refusal::Url("the host is missing"));
        }
        let port = match url.port_or_known_default() {
            Some(0) | None => return Err(Refusal::Url("port 0 is not a port")),
            Some(port) => port,
        };
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let target = Target {
            host,
            port,
            tls,
            path,
            origin: url.origin().ascii_serialization(),
        };
        match &target.host {
            Host::Ipv4(ip) => self.admit(&target, (*ip).into())?,
            Host::Ipv6(ip) => self.admit(&target, (*ip).into())?,
            // What is always this machine need not be asked for.
            Host::Domain(name) if name == "localhost" || name.ends_with(".localhost") => {
                self.admit(&target, Ipv4Addr::LOCALHOST.into())?;
            }
            Host::Domain(_) => {}
        }
        Ok(target)
    }

    /// Whether an address that a target's name stands for may be called.
    ///
    /// # Errors
    /// [`Refusal`]
    pub fn admit(&self, target: &Target, ip: IpAddr) -> Result<(), Refusal> {
        if matches!(&target.host, Host::Domain(name) if self.names.contains(name)) {
            return Ok(());
        }
        let plain = ip.to_canonical();
        let within = |(network, prefix): &(IpAddr, u32)| is_within(plain, *network, *prefix);
        if self.networks.iter().any(within) {
            return Ok(());
        }
        if !is_public(plain) {
            return Err(Refusal::Private(ip));
        }
        if !target.tls {
            return Err(Refusal::Plain(ip));
        }
        Ok(())
    }
}

/// Whether an address is on the public internet.
pub fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => !NOT_PUBLIC_V4
            .iter()
            .any(|(network, prefix)| is_within_v4(ip, *network, *prefix)),
        IpAddr::V6(ip) if is_within_v6(ip, NAT64.0, NAT64.1) => {
            let [.., a, b, c, d] = ip.octets();
            is_public(Ipv4Addr::new(a, b, c, d).into())
        }
        IpAddr::V6(ip) => {
            is_within_v6(ip, GLOBAL_V6.0, GLOBAL_V6.1)
                && !NOT_PUBLIC_V6
                    .iter()
                    .any(|(network, prefix)| is_within_v6(ip, *network, *prefix))
        }
    }
}

fn is_within(ip: IpAddr, network: IpAddr, prefix: u32) -> bool {
    match (ip, network) {
        (IpAddr::V4(ip), IpAddr::V4(network)) => is_within_v4(ip, network, prefix),
        (IpAddr::V6(ip), IpAddr::V6(network)) => is_within_v6(ip, network, prefix),
        _ => false,
    }
}

fn is_within_v4(ip: Ipv4Addr, network: Ipv4Addr, prefix: u32) -> bool {
    let host = u32::MAX.checked_shr(prefix).unwrap_or(0);
    ip.to_bits() | host == network.to_bits() | host
}

fn is_within_v6(ip: Ipv6Addr, network: Ipv6Addr, prefix: u32) -> bool {
    let host = u128::MAX.checked_shr(prefix).unwrap_or(0);
    ip.to_bits() | host == network.to_bits() | host
}

/// `10.1.0.0/16`, or a single address.
fn network(entry: &str) -> Option<(IpAddr, u32)> {
    let (ip, prefix) = match entry.split_once('/') {
        Some((ip, prefix)) => (ip, Some(prefix)),
        None => (entry, None),
    };
    let ip: IpAddr = ip.parse().ok()?;
    let most = if ip.is_ipv4() { 32 } else { 128 };
    let prefix = match prefix {
        Some(prefix) => prefix.parse().ok().filter(|prefix| *prefix <= most)?,
        None => most,
    };
    Some((ip, prefix))
}

fn is_name(text: &str) -> bool {
    let label = |label: &str| {
        let inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (1..=63).contains(&label.len()) && label.bytes().all(inside)
    };
    // Digits and dots alone are an address, or a faulty one.
    let letters = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    text.len() <= 253 && letters && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(allow: &[&str], http: bool) -> Guard {
        let allow: Vec<String> = allow.iter().map(|entry| (*entry).to_owned()).collect();
        Guard::new(&allow, http).unwrap()
    }

    #[test]
    fn what_is_public() {
        for (address, public) in [
            ("8.8.8.8", true),
            ("193.99.144.80", true),
            ("9.255.255.255", true),
            ("11.0.0.0", true),
            ("100.63.255.255", true),
            ("100.128.0.0", true),
            ("172.15.255.255", true),
            ("172.32.0.0", true),
            ("192.167.255.255", true),
            ("223.255.255.255", true),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("10.0.0.0", false),
            ("10.255.255.255", false),
            ("100.64.0.1", false),
            ("100.127.255.255", false),
            ("127.0.0.1", false),
            ("127.255.255.254", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("192.0.0.8", false),
            ("192.0.2.1", false),
            ("192.88.99.1", false),
            ("192.168.0.1", false),
            ("198.18.0.1", false),
            ("198.19.255.255", false),
            ("198.51.100.7", false),
            ("203.0.113.7", false),
            ("224.0.0.1", false),
            ("239.255.255.255", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("2a00:1450:4001:80b::200e", true),
            ("2003:e0::1", true),
            ("2600::1", true),
            ("::", false),
            ("::1", false),
            ("::7f00:1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:8.8.8.8", true),
            ("64:ff9b::808:808", true),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b::a00:1", false),
            ("64:ff9b:1::1", false),
            ("100::1", false),
            ("2001::1", false),
            ("2001:1ff::1", false),
            ("2001:200::1", true),
            ("2001:db8::1", false),
            ("2002:7f00:1::", false),
            ("3fff::1", false),
            ("3fff:1000::1", true),
            ("4000::1", false),
            ("5f00::1", false),
            ("fc00::1", false),
            ("fd12:3456::1", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
        ] {
            assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
        }
    }

    #[test]
    fn urls_that_are_taken_and_refused() {
        let guard = guard(&["10.1.0.0/16", "hook.stadt.example", "fd00:1::/32"], false);
        for url in [
            "https://hooks.example.org/in?key=1",
            "https://hooks.example.org:8443",
            "https://8.8.8.8/",
            "https://10.1.2.3/in",
            "https://[fd00:1::5]/in",
            "https://[::ffff:10.1.2.3]/in",
            "https://HOOK.stadt.example/",
            "https://bücher.example/",
        ] {
            assert!(guard.target(url).is_ok(), "{url}: {:?}", guard.target(url));
        }
        for url in [
            "",
            "hooks.example.org",
            "ftp://hooks.example.org",
            "file:///etc/passwd",
            "http://hooks.example.org",
            "http://10.1.2.3/in",
            "https://user@hooks.example.org",
            "https://user:word@hooks.example.org",
            "https://:word@hooks.example.org",
            "https://hooks.example.org/#part",
            "https://hooks.example.org:0/",
            "https://",
            "https://./",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://0/",
            "https://１２７.０.０.１/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://a.localhost/",
            "https://10.2.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/",
            "https://[::ffff:7f00:1]/",
            "https://[fd00:2::5]/in",
            "https://[fe80::1]/",
        ] {
            assert!(guard.target(url).is_err(), "{url} was taken");
        }
    }

    #[test]
    fn every_address_of_a_name_is_looked_at() {
        let guard = guard(&["10.1.0.0/16", "hook.stadt.example"], true);
        let admits = |url: &str, ip: &str| {
            let target = guard.target(url).unwrap();
            guard.admit(&target, ip.parse().unwrap())
        };
        for (url, ip, admitted) in [
            ("https://a.example/", "8.8.8.8", true),
            ("https://a.example/", "10.1.9.9", true),
            ("https://a.example/", "10.2.9.9", false),
            ("https://a.example/", "127.0.0.1", false),
            ("https://a.example/", "::ffff:127.0.0.1", false),
            ("https://hook.stadt.example/", "127.0.0.1", true),
            ("https://hook.stadt.example./", "10.9.9.9", true),
            ("https://other.hook.stadt.example/", "10.9.9.9", false),
            ("http://a.example/", "8.8.8.8", false),
            ("http://a.example/", "10.1.9.9", true),
            ("http://hook.stadt.example/", "8.8.8.8", true),
        ] {
            assert_eq!(admits(url, ip).is_ok(), admitted, "{url} at {ip}");
        }
    }

    #[test]
    fn exceptions_are_networks_addresses_or_names() {
        for entry in [
            "10.1.0.0/33",
            "10.1.0",
            "fd00::/129",
            "a b",
            "https://a.example",
            "",
            "*.example",
            "1.2.3.4.5",
        ] {
            assert!(Guard::new(&[entry.to_owned()], false).is_err(), "{entry}");
        }
        let all = guard(&["0.0.0.0/0", "::/0"], false);
        assert!(all.target("https://127.0.0.1/").is_ok());
        assert!(all.target("https://[::1]/").is_ok());
    }

    #[test]
    fn path_and_query_are_not_part_of_what_is_shown() {
        let target = guard(&[], false)
            .target("https://hooks.example.org:8443/in/geheim?key=geheim")
            .unwrap();
        assert_eq!(target.origin, "https://hooks.example.org:8443");
        assert_eq!(target.path, "/in/geheim?key=geheim");
    }
}
