//! How often something may be tried: per address of the caller, and per account, whether it
//! exists or not.

use std::net::IpAddr;

use kernel::Timestamp;
use kernel::http::ClientInfo;
use kernel::rate_limit::{Quota, SharedRateLimiter, network};
use kernel::redis::Redis;

use crate::error::IdentityError;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Attempt {
    SignIn,
    Register,
    /// Whatever sends a mail.
    Mail,
    /// Codes, links and second factors.
    Confirm,
    /// Whatever sends a short message, which costs the bank money and could earn a caller some.
    ShortMessage,
}

/// The quotas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    pub sign_in_by_ip: Quota,
    pub sign_in_by_account: Quota,
    pub register_by_ip: Quota,
    pub register_by_account: Quota,
    pub mail_by_ip: Quota,
    pub mail_by_account: Quota,
    pub confirm_by_ip: Quota,
    pub confirm_by_account: Quota,
    pub short_message_by_ip: Quota,
    pub short_message_by_account: Quota,
}

const fn quota(burst: u32, per_period: u32, period_s: u32) -> Quota {
    Quota { burst, per_period, period_s }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Many people may share an address.
            sign_in_by_ip: quota(60, 120, 60),
            sign_in_by_account: quota(10, 20, 600),
            register_by_ip: quota(20, 60, 3_600),
            register_by_account: quota(5, 10, 3_600),
            mail_by_ip: quota(20, 60, 3_600),
            mail_by_account: quota(4, 8, 3_600),
            confirm_by_ip: quota(60, 120, 60),
            confirm_by_account: quota(15, 30, 600),
            short_message_by_ip: quota(10, 30, 24 * 3_600),
            short_message_by_account: quota(3, 6, 3_600),
        }
    }
}

impl Limits {
    /// So high that nothing meets them, for benchmarks and tests of other things.
    pub fn none() -> Self {
        let all = quota(1_000_000, 1_000_000, 1);
        Self {
            sign_in_by_ip: all,
            sign_in_by_account: all,
            register_by_ip: all,
            register_by_account: all,
            mail_by_ip: all,
            mail_by_account: all,
            confirm_by_ip: all,
            confirm_by_account: all,
            short_message_by_ip: all,
            short_message_by_account: all,
        }
    }
}

pub(crate) struct Limiters {
    by_ip: [SharedRateLimiter<IpAddr>; 5],
    /// By hash of the account's name, so that nobody makes us keep long texts.
    by_account: [SharedRateLimiter<u128>; 5],
}

impl Limiters {
    pub(crate) fn new(limits: &Limits, redis: Option<&Redis>) -> Self {
        let by_ip = [
            ("identity.sign_in.ip", limits.sign_in_by_ip),
            ("identity.register.ip", limits.register_by_ip),
            ("identity.mail.ip", limits.mail_by_ip),
            ("identity.confirm.ip", limits.confirm_by_ip),
            ("identity.short_message.ip", limits.short_message_by_ip),
        ];
        let by_account = [
            ("identity.sign_in.account", limits.sign_in_by_account),
            ("identity.register.account", limits.register_by_account),
            ("identity.mail.account", limits.mail_by_account),
            ("identity.confirm.account", limits.confirm_by_account),
            ("identity.short_message.account", limits.short_message_by_account),
        ];
        Self {
            by_ip: by_ip.map(|(name, quota)| SharedRateLimiter::new(name, quota, redis.cloned())),
            by_account: by_account
                .map(|(name, quota)| SharedRateLimiter::new(name, quota, redis.cloned())),
        }
    }

    /// Takes one attempt from the caller's address, and from the account if it is named.
    pub(crate) async fn take(
        &self,
        attempt: Attempt,
        client: &ClientInfo,
        account: Option<&str>,
        now: Timestamp,
    ) -> Result<(), IdentityError> {
        // In the order of the arrays above.
        let index = match attempt {
            Attempt::SignIn => 0,
            Attempt::Register => 1,
            Attempt::Mail => 2,
            Attempt::Confirm => 3,
            Attempt::ShortMessage => 4,
        };
        allow(self.by_ip[index].take(network(client.ip), now).await)?;
        let Some(account) = account else { return Ok(()) };
        let hash = blake3::hash(account.to_ascii_lowercase().as_bytes());
        let key = *hash.as_bytes().first_chunk().expect("a hash has 32 bytes");
        allow(self.by_account[index].take(u128::from_be_bytes(key), now).await)
    }
}

fn allow(decision: kernel::rate_limit::Decision) -> Result<(), IdentityError> {
    if decision.is_allowed {
        return Ok(());
    }
    Err(IdentityError::RateLimited { retry_after_s: decision.retry_after_s })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn line_07_addresses_and_accounts_are_limited_separately() {
        let limits = Limits { sign_in_by_account: quota(2, 1, 60), ..Limits::default() };
        let limiters = Limiters::new(&limits, None);
        let (client, now) = (ClientInfo::default(), Timestamp::UNIX_EPOCH);
        let take =
            async |account| limiters.take(Attempt::SignIn, &client, Some(account), now).await;
        assert!(take("ann").await.is_ok() && take("Ann").await.is_ok());
        let refused = take("ANN").await;
        assert!(matches!(refused, Err(IdentityError::RateLimited { retry_after_s: 60 })));
        assert!(take("bob").await.is_ok());
    }
}
