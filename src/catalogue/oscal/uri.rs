//! URIs and relative references (RFC 3986), by their characters and their shape.

/// A URI as OSCAL wants it: a scheme of two characters or more, and something after it.
pub(super) fn is_uri(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.len() > 1 && is_scheme(scheme) && !rest.is_empty() && is_hierarchy(rest)
    })
}

/// A URI, or a reference relative to the place of the document.
pub(super) fn is_reference(text: &str) -> bool {
    let colon = text.find(':');
    let end = text.find(['/', '?', '#']).unwrap_or(text.len());
    match colon.filter(|colon| *colon < end) {
        // A colon before any slash ends a scheme, or stands where it may not.
        Some(colon) => {
            let (scheme, rest) = text.split_at(colon);
            is_scheme(scheme) && rest.get(1..).is_some_and(is_hierarchy)
        }
        None => is_hierarchy(text),
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

/// What may follow the scheme: authority, path, query, fragment.
fn is_hierarchy(text: &str) -> bool {
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (text, query) = text.split_once('?').unwrap_or((text, ""));
    let (authority, path) = match text.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", text),
    };
    is_made_of(fragment, b":@/?")
        && is_made_of(query, b":@/?")
        && is_made_of(path, b":@/")
        && is_authority(authority)
}

fn is_authority(text: &str) -> bool {
    let (user, host) = text.rsplit_once('@').unwrap_or(("", text));
    let (host, port) = match host.rfind(']') {
        Some(end) => host.split_at(end + 1),
        None => host.split_at(host.rfind(':').unwrap_or(host.len())),
    };
    let address = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    let is_host = match address {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => is_made_of(host, b""),
    };
    let digits = |port: &str| port.bytes().all(|b| b.is_ascii_digit());
    let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(digits);
    is_host && is_made_of(user, b":") && is_port
}

/// Unreserved characters, sub-delimiters, escapes, and some more.
fn is_made_of(text: &str, more: &[u8]) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let allowed = match byte {
            b'%' => [bytes.next(), bytes.next()]
                .iter()
                .all(|digit| digit.is_some_and(|d| d.is_ascii_hexdigit())),
            _ => {
                byte.is_ascii_alphanumeric()
                    || b"-._~!$&'()*+,;=".contains(&byte)
                    || more.contains(&byte)
            }
        };
        if !allowed {
            return false;
        }
    }
    true
}
