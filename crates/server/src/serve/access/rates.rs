//! How often somebody may call. Everybody who is known has a rate of their own, everybody else
//! one for each address, which with IPv6 is a network of 64 bits. The operator has none. What a
//! caller has left stands in every answer (draft-ietf-httpapi-ratelimit-headers-10). Processes that
//! share a Redis share these limits.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use identity::{Actor, UserId};
use kernel::Clock;
use kernel::rate_limit::{Decision, Quota, SharedRateLimiter, network};
use kernel::redis::Redis;

use super::super::refusal::Refusal;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// Strangers do little but sign up and sign in.
const STRANGERS: Quota = Quota { burst: 60, per_period: 20, period_s: 1 };

/// Counts calls.
pub(crate) struct Rates {
    users: Option<SharedRateLimiter<UserId>>,
    strangers: Option<SharedRateLimiter<IpAddr>>,
    clock: Arc<dyn Clock>,
}

/// What a caller has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate(Option<(Quota, Decision)>);

impl Rates {
    /// `per_second` for each user, twice as much at once; zero for no limits at all.
    pub(crate) fn new(per_second: u32, clock: Arc<dyn Clock>, redis: Option<&Redis>) -> Self {
        let users = Quota { burst: per_second * 2, per_period: per_second, period_s: 1 };
        let is_on = per_second > 0;
        let shared = || redis.cloned();
        Self {
            users: is_on.then(|| SharedRateLimiter::new("users", users, shared())),
            strangers: is_on.then(|| SharedRateLimiter::new("strangers", STRANGERS, shared())),
            clock,
        }
    }

    /// Whether what one process takes, the others know of.
    pub(super) fn are_shared(&self) -> bool {
        self.users.as_ref().is_some_and(SharedRateLimiter::is_shared)
    }

    /// Takes one call.
    pub(super) async fn take(&self, actor: Option<&Actor>, ip: IpAddr) -> Result<Rate, Refusal> {
        let now = self.clock.now();
        let taken = match (actor, &self.users, &self.strangers) {
            (Some(actor), Some(users), _) => match actor.user() {
                None => return Ok(Rate(None)),
                Some(user) => (users.quota(), users.take(user, now).await),
            },
            (None, _, Some(strangers)) => {
                (strangers.quota(), strangers.take(network(ip), now).await)
            }
            _ => return Ok(Rate(None)),
        };
        match taken {
            (_, decision) if decision.is_allowed => Ok(Rate(Some(taken))),
            (_, decision) => Err(Refusal::RateLimited(decision.retry_after_s)),
        }
    }
}

impl Rate {
    /// Nothing is counted, and nothing said.
    pub(super) const NONE: Self = Self(None);

    /// Says what is left.
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        let Some((quota, decision)) = self.0 else { return };
        let policy = format!("\"default\";q={};w={}", quota.burst, quota.period_s);
        let left = format!("\"default\";r={};t={}", decision.remaining, decision.reset_s);
        for (name, text) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, left)] {
            headers.insert(name, HeaderValue::try_from(text).expect("numbers in ASCII"));
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::MockClock;

    use super::*;

    const IP: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[tokio::test]
    async fn line_07_strangers_are_limited_by_address_and_told_when_to_come_back() {
        let rates = Rates::new(10, Arc::new(MockClock::default()), None);
        let mut headers = HeaderMap::new();
        for _ in 0..STRANGERS.burst {
            rates.take(None, IP).await.unwrap().write(&mut headers);
        }
        assert_eq!(headers[RATE_LIMIT_POLICY], "\"default\";q=60;w=1");
        assert_eq!(headers[RATE_LIMIT], "\"default\";r=0;t=3");
        assert_eq!(rates.take(None, IP).await, Err(Refusal::RateLimited(1)));
        assert!(rates.take(None, "10.0.0.1".parse().unwrap()).await.is_ok());
    }

    #[tokio::test]
    async fn line_07_a_whole_network_of_ipv6_is_one_stranger() {
        let rates = Rates::new(10, Arc::new(MockClock::default()), None);
        let at = |network: u128, host: u32| IpAddr::V6((network << 64 | u128::from(host)).into());
        for host in 0..STRANGERS.burst {
            assert!(rates.take(None, at(0x2001_0db8_0000_0001, host)).await.is_ok());
        }
        let next = rates.take(None, at(0x2001_0db8_0000_0001, STRANGERS.burst)).await;
        assert_eq!(next, Err(Refusal::RateLimited(1)));
        assert!(rates.take(None, at(0x2001_0db8_0000_0002, 0)).await.is_ok());
    }

    #[tokio::test]
    async fn operator_and_those_without_limits_are_not_counted() {
        let rates = Rates::new(1, Arc::new(MockClock::default()), None);
        for _ in 0..100 {
            assert_eq!(rates.take(Some(&Actor::OPERATOR), IP).await, Ok(Rate(None)));
        }
        let unlimited = Rates::new(0, Arc::new(MockClock::default()), None);
        for _ in 0..1_000 {
            assert_eq!(unlimited.take(None, IP).await, Ok(Rate(None)));
        }
    }
}
