//! How often something may be tried that could be guessed. Client secrets and tokens have 256
//! random bits, so that what is counted is noise; user codes are short.

use std::net::IpAddr;

use identity::UserId;
use kernel::Timestamp;
use kernel::http::ClientInfo;
use kernel::rate_limit::{Quota, SharedRateLimiter, network};
use kernel::redis::Redis;

/// The quotas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Failures of applications to authenticate, from one address.
    pub client_failures_by_ip: Quota,
    /// Codes that a user types in and that are no device's.
    pub user_codes_by_user: Quota,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            client_failures_by_ip: Quota { burst: 30, per_period: 60, period_s: 600 },
            user_codes_by_user: Quota { burst: 10, per_period: 20, period_s: 600 },
        }
    }
}

pub(crate) struct Limiters {
    client_failures: SharedRateLimiter<IpAddr>,
    user_codes: SharedRateLimiter<UserId>,
}

impl Limiters {
    pub(crate) fn new(limits: &Limits, redis: Option<&Redis>) -> Self {
        let (by_ip, by_user) = (limits.client_failures_by_ip, limits.user_codes_by_user);
        let (one, other) = (redis.cloned(), redis.cloned());
        Self {
            client_failures: SharedRateLimiter::new("oauth.client_failure.ip", by_ip, one),
            user_codes: SharedRateLimiter::new("oauth.user_code.user", by_user, other),
        }
    }

    /// Seconds to wait, if too many failures came from there.
    pub(crate) async fn client_wait_s(&self, client: &ClientInfo, now: Timestamp) -> Option<u64> {
        self.client_failures.wait_s(&network(client.ip), now).await
    }

    pub(crate) async fn client_failed(&self, client: &ClientInfo, now: Timestamp) {
        self.client_failures.take(network(client.ip), now).await;
    }

    /// Seconds to wait, if this user guessed too often.
    pub(crate) async fn user_code_wait_s(&self, user: UserId, now: Timestamp) -> Option<u64> {
        self.user_codes.wait_s(&user, now).await
    }

    pub(crate) async fn user_code_missed(&self, user: UserId, now: Timestamp) {
        self.user_codes.take(user, now).await;
    }
}
