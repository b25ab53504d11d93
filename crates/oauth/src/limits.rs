//! How often something may be tried that could be guessed. Client secrets and tokens have 256
//! random bits, so that what is counted is noise; user codes are short.

use std::net::IpAddr;

use identity::UserId;
use kernel::Timestamp;
use kernel::http::ClientInfo;
use kernel::rate_limit::{Quota, RateLimiter, network};

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
    client_failures: RateLimiter<IpAddr>,
    user_codes: RateLimiter<UserId>,
}

impl Limiters {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            client_failures: RateLimiter::new(limits.client_failures_by_ip),
            user_codes: RateLimiter::new(limits.user_codes_by_user),
        }
    }

    /// Seconds to wait, if too many failures came from there.
    pub(crate) fn client_wait_s(&self, client: &ClientInfo, now: Timestamp) -> Option<u64> {
        self.client_failures.wait_s(&network(client.ip), now)
    }

    pub(crate) fn client_failed(&self, client: &ClientInfo, now: Timestamp) {
        self.client_failures.take(network(client.ip), now);
    }

    /// Seconds to wait, if this user guessed too often.
    pub(crate) fn user_code_wait_s(&self, user: UserId, now: Timestamp) -> Option<u64> {
        self.user_codes.wait_s(&user, now)
    }

    pub(crate) fn user_code_missed(&self, user: UserId, now: Timestamp) {
        self.user_codes.take(user, now);
    }
}
