//! Reading the days of an account.

use identity::UserId;
use kernel::{Amount, Timestamp};
use ledger::AccountId;
use ledger::engine::Balances;

use super::{DayBalance, Days};
use crate::error::Result;
use crate::fields::Day;
use crate::wallet::Wallet;

impl Wallet {
    /// Today, in UTC.
    pub(crate) fn today(&self) -> Day {
        Day::of(self.clock.now())
    }

    /// What a user's account held at the end of each day, oldest first.
    pub(crate) async fn day_balances(
        &self,
        user: UserId,
        account: AccountId,
        days: Days,
    ) -> Result<Vec<DayBalance>> {
        let (account, _) = self.own_account(user, account).await?;
        let moments: Vec<i64> = days.bounds().map(Timestamp::as_micros).collect();
        let balances = self.ledger.balances_before(&account, &moments).await?;
        let shown = days.iter().zip(balances.windows(2)).map(|(day, around)| match around {
            [before, after] => DayBalance::new(day, before, after),
            _ => unreachable!("a window of two has two"),
        });
        Ok(shown.collect())
    }
}

impl DayBalance {
    fn new(day: Day, before: &Balances, after: &Balances) -> Self {
        Self {
            date: day.to_string(),
            balance: Amount::new(after.credits_posted.saturating_sub(after.debits_posted)),
            total_in: Amount::new(after.credits_posted - before.credits_posted),
            total_out: Amount::new(after.debits_posted - before.debits_posted),
        }
    }
}
