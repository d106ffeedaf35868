//! Where a request comes from, and how often.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;

use actix_web::HttpRequest;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::{Code, Error, Result};

/// Addresses above which old ones are forgotten at once.
const MANY: usize = 10_000;
/// A town hall behind one address refreshes more often than it signs in, and a refresh token cannot be guessed.
const REFRESHES_PER_SIGN_IN: u32 = 20;

/// Limits sign-ins, refreshes and readings of calendars per address, each by itself: whoever guesses passwords keeps nobody from working.
#[derive(Debug)]
pub struct Limiter {
    sign_ins: DefaultKeyedRateLimiter<IpAddr>,
    refreshes: DefaultKeyedRateLimiter<IpAddr>,
    feeds: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
    trusted: Vec<IpAddr>,
}

impl Limiter {
    /// So many a minute; addresses in `trusted` are reverse proxies.
    pub fn new(per_minute: u32, trusted: &[String]) -> Self {
        let limiter = |per_minute: u32| {
            let per_minute = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
            RateLimiter::keyed(Quota::per_minute(per_minute))
        };
        Limiter {
            sign_ins: limiter(per_minute),
            refreshes: limiter(per_minute.saturating_mul(REFRESHES_PER_SIGN_IN)),
            feeds: limiter(per_minute.saturating_mul(REFRESHES_PER_SIGN_IN)),
            clock: DefaultClock::default(),
            trusted: trusted
                .iter()
                .filter_map(|address| address.parse().ok())
                .map(|address: IpAddr| address.to_canonical())
                .collect(),
        }
    }

    /// Counts a sign-in.
    ///
    /// # Errors
    /// `rate_limited` with the seconds after which another try makes sense
    pub fn count_sign_in(&self, request: &HttpRequest) -> Result<()> {
        self.count(&self.sign_ins, request)
    }

    /// Counts a refresh.
    ///
    /// # Errors
    /// `rate_limited` with the seconds after which another try makes sense
    pub fn count_refresh(&self, request: &HttpRequest) -> Result<()> {
        self.count(&self.refreshes, request)
    }

    /// Counts a reading of a calendar feed, whose secret cannot be guessed either.
    ///
    /// # Errors
    /// `rate_limited` with the seconds after which another try makes sense
    pub fn count_feed(&self, request: &HttpRequest) -> Result<()> {
        self.count(&self.feeds, request)
    }

    fn count(
        &self,
        limiter: &DefaultKeyedRateLimiter<IpAddr>,
        request: &HttpRequest,
    ) -> Result<()> {
        // Looking through all of them costs as much as there are: not for every request.
        if limiter.len() > MANY && rand::random_ratio(1, 256) {
            limiter.retain_recent();
        }
        limiter
            .check_key(&network(self.client(request)))
            .map_err(|until| {
                let wait = until.wait_time_from(self.clock.now()).as_secs() + 1;
                Error::new(Code::RateLimited).retry_after(wait)
            })
    }

    /// The client's address: the peer's, or what the last proxy that is trusted says of its peer.
    pub fn client(&self, request: &HttpRequest) -> IpAddr {
        let peer = request
            .peer_addr()
            .map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip())
            // A socket for both families shows an IPv4 peer as ::ffff:192.0.2.7.
            .to_canonical();
        let forwarded = request
            .headers()
            .get_all("x-forwarded-for")
            .filter_map(|value| value.to_str().ok());
        let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).collect();
        let mut client = peer;
        for hop in hops.into_iter().rev() {
            if !self.trusted.contains(&client) {
                break;
            }
            // What a trusted proxy cannot name in a form we read may be anybody; what stands further left is
            // the client's own invention.
            let Ok(address) = hop.trim().parse::<IpAddr>() else {
                break;
            };
            client = address.to_canonical();
        }
        client
    }
}

/// Whoever has one IPv6 address has a /64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
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
        network(limiter.client(&request.to_http_request())).to_string()
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
            client(&limiter, "[::ffff:10.0.0.1]:1", &["198.51.100.1"]),
            "198.51.100.1",
            "a proxy that comes by a socket for both families"
        );
        for unreadable in ["198.51.100.1:5555", "unknown", ""] {
            assert_eq!(
                client(
                    &limiter,
                    "10.0.0.1:1",
                    &[&format!("203.0.113.9, {unreadable}")]
                ),
                "10.0.0.1",
                "the client's own word is not believed"
            );
        }
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
        assert!(limiter.count_sign_in(&request).is_ok());
        assert!(limiter.count_refresh(&request).is_ok());
        let Err(Error::Problem(problem)) = limiter.count_sign_in(&request) else {
            panic!("not refused")
        };
        assert_eq!(problem.code, Code::RateLimited);
        assert!((1..=61).contains(&problem.retry_after.unwrap()));
        assert!(
            limiter.count_refresh(&request).is_ok(),
            "counted by themselves"
        );
    }
}
