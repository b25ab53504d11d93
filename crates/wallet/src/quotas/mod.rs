//! How much a user may put upon others, and upon the jobs. Requests and invitations are mail to
//! somebody who did not ask for it, so each costs its sender a place among those of a day.

mod store;

use std::time::Duration;

use deadpool_postgres::Transaction;
use identity::UserId;
use kernel::Timestamp;
use kernel::db::lock_name_in_tx;

use crate::error::{Result, WalletError};

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// What is counted for each user.
#[derive(Clone, Copy)]
pub(crate) enum Quota {
    Requests,
    Invitations,
    Schedules,
}

impl Quota {
    /// How many there may be.
    const fn max(self) -> u32 {
        match self {
            Self::Requests => 1_000,
            // Anybody's address can be written to.
            Self::Invitations => 100,
            Self::Schedules => 500,
        }
    }

    const fn noun(self) -> &'static str {
        match self {
            Self::Requests => "requests a day",
            Self::Invitations => "invitations a day",
            Self::Schedules => "schedules that go on",
        }
    }

    /// Refuses what was written in `tx` if it is one too many. Those of one user wait for each
    /// other from here on, so none is left out of the count.
    pub(crate) async fn check_in_tx(
        self,
        tx: &Transaction<'_>,
        user: UserId,
        now: Timestamp,
    ) -> Result<()> {
        lock_name_in_tx(tx, &format!("wallet quotas {user}")).await?;
        let day = now.saturating_sub(DAY);
        let count = match self {
            Self::Requests => store::requests_since_in_tx(tx, user, day).await?,
            Self::Invitations => store::invitations_since_in_tx(tx, user, day).await?,
            Self::Schedules => store::schedules_in_tx(tx, user).await?,
        };
        if count > i64::from(self.max()) {
            return Err(WalletError::QuotaExceeded { max: self.max(), what: self.noun() });
        }
        Ok(())
    }
}
