//! How much a user may put upon others, and upon the jobs. Requests and invitations are mail to
//! somebody who did not ask for it, so each costs its sender a place among those of a day.

use std::time::Duration;

use deadpool_postgres::Transaction;
use identity::UserId;
use kernel::Timestamp;
use kernel::db::Statements as _;

use crate::error::{Result, WalletError};

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// What is counted, and how much of it there may be.
pub(crate) struct Quota {
    /// In the plural, for the refusal.
    what: &'static str,
    max: u32,
    /// Of the user `$1`; `$2` is the beginning of the last 24 hours.
    sql: &'static str,
}

pub(crate) const REQUESTS: Quota = Quota {
    what: "requests a day",
    max: 1_000,
    sql: "select count(*) from wallet.requests where payee = $1 and created_at > $2",
};

/// Few, because anybody's address can be written to.
pub(crate) const INVITATIONS: Quota = Quota {
    what: "invitations a day",
    max: 100,
    sql: "select count(*) from wallet.invitations where sender = $1 and created_at > $2",
};

pub(crate) const SCHEDULES: Quota = Quota {
    what: "schedules that go on",
    max: 500,
    sql: "select count(*) from wallet.schedules
           where owner = $1 and state in ('active', 'paused') and $2::timestamptz is not null",
};

impl Quota {
    /// Refuses what was written in `tx` if it is one too many. Those of one user wait for each
    /// other from here on, so none is left out of the count.
    pub(crate) async fn check_in_tx(
        &self,
        tx: &Transaction<'_>,
        user: UserId,
        now: Timestamp,
    ) -> Result<()> {
        let lock = "select pg_advisory_xact_lock(hashtextextended('wallet quotas ' || $1, 0))";
        tx.execute_prepared(lock, &[&user.to_string()]).await?;
        let count = tx.query_one_prepared(self.sql, &[&user, &now.saturating_sub(DAY)]).await?;
        if count.get::<_, i64>(0) > i64::from(self.max) {
            return Err(WalletError::QuotaExceeded { max: self.max, what: self.what });
        }
        Ok(())
    }
}
