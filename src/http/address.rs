//! Where a request comes from, and how often.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;

use actix_web::HttpRequest;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::{Code, Error, Result};

/// Addresses above which old ones are forgotten at once.
const MANY: usize = 10_000;

/// Limits sign-ins per address.
#[derive(Debug)]
pub struct Limiter {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
    trusted: Vec<IpAddr>,
}

impl Limiter {
    /// So many a minute; addresses in `trusted` are reverse proxies.
    pub fn new(per_minute: u32, trusted: &[String]) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        Limiter {
            limiter: RateLimiter::keyed(quota),
            clock: DefaultClock::default(),
            trusted: trusted
                .iter()
                .filter_map(|address| address.parse().ok())
                .collect(),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// `rate_limited` with the seconds after which another try makes sense
    pub fn count(&self, request: &HttpRequest) -> Result<()> {
        if self.limiter.len() > MANY {
            self.limiter.retain_recent();
        }
        self.limiter
            .check_key(&self.client(request))
            .map_err(|until| {
                let wait = until.wait_time_from(self.clock.now()).as_secs() + 1;
                Error::new(Code::RateLimited).retry_after(wait)
            })
    }

    /// The client's address: the peer's, or what the last proxy that is trusted says of its peer.
    fn client(&self, request: &HttpRequest) -> IpAddr {
        let peer = request
            .peer_addr()
            .map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip());
        if !self.trusted.contains(&peer) {
            return network(peer);
        }
        let forwarded = request
            .headers()
            .get_all("x-forwarded-for")
            .filter_map(|value| value.to_str().ok());
        let hops: Vec<IpAddr> = forwarded
            .flat_map(|value| value.split(','))
            .filter_map(|hop| hop.trim().parse().ok())
            .collect();
        let client = hops
            .into_iter()
            .rev()
            .find(|hop| !self.trusted.contains(hop));
        network(client.unwrap_or(peer))
    }
}

/// Whoever has one IPv6 address has a /64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        },
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn client(limiter: &Limiter, peer: &str, forwarded: &[&str]) -> String {
        let mut request = TestRequest::default().peer_addr(peer.parse().unwrap());
        for value in forwarded {
            request = request.append_header(("x-forwarded-for", *value));
        }
        limiter.client(&request.to_http_request()).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let limiter = Limiter::new(1, &["10.0.0.1".to_owned(), "10.0.0.2".to_owned()]);
        assert_eq!(
            client(&limiter, "192.0.2.7:1", &["198.51.100.1"]),
            "192.0.2.7"
        );
        assert_eq!(
            client(
                &limiter,
                "10.0.0.1:1",
                &["203.0.113.9, 198.51.100.1, 10.0.0.2"]
            ),
            "198.51.100.1"
        );
        assert_eq!(
            client(&limiter, "10.0.0.1:1", &["203.0.113.9", "198.51.100.1"]),
            "198.51.100.1"
        );
        assert_eq!(client(&limiter, "10.0.0.1:1", &["nonsense"]), "10.0.0.1");
        assert_eq!(
            client(&limiter, "[2001:db8:1:2:3:4:5:6]:1", &[]),
            "2001:db8:1:2::"
        );
        assert_eq!(client(&limiter, "[::ffff:192.0.2.7]:1", &[]), "192.0.2.7");
    }

    #[test]
    fn the_second_of_one_a_minute_is_refused() {
        let limiter = Limiter::new(1, &[]);
        let request = TestRequest::default()
            .peer_addr("192.0.2.7:1".parse().unwrap())
            .to_http_request();
        assert!(limiter.count(&request).is_ok());
        let Err(Error::Problem(problem)) = limiter.count(&request) else {
            panic!("not refused")
        };
        assert_eq!(problem.code, Code::RateLimited);
        assert!((1..=61).contains(&problem.retry_after.unwrap()));
    }
}
