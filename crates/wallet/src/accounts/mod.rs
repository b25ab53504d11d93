//! A user's accounts: one for each asset, on the ledger. Their ids follow from user and asset.
//!
//! An account is closed by a pending ledger transfer that closes its debit side, linked with a probe
//! that fails unless nothing is available: no value is ever locked in. Opening it again voids that.

mod close;
pub(crate) mod http;
mod service;

use kernel::{Amount, Timestamp};
use ledger::AccountId;
use ledger::engine::Account;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WalletAccountStatus)]
pub enum AccountStatus {
    Open,
    Closed,
}

/// An account with its balances of this moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WalletAccount {
    pub id: AccountId,
    #[schema(example = "EUR")]
    pub asset: String,
    /// How many decimals the asset has.
    #[schema(minimum = 0, maximum = 18, example = 2)]
    pub scale: u8,
    pub status: AccountStatus,
    /// What can be sent.
    pub available: Amount,
    /// What others have sent and the owner has to accept.
    pub pending_in: Amount,
    /// What is held for others until they accept.
    pub pending_out: Amount,
    /// `available` and `pending_out`.
    pub total: Amount,
    pub created_at: Timestamp,
}

impl WalletAccount {
    pub(crate) fn new(account: &Account, asset: &ledger::Asset) -> Self {
        let balances = &account.balances;
        let total = balances.credits_posted.saturating_sub(balances.debits_posted);
        Self {
            id: AccountId::from_u128(account.id),
            asset: asset.code.to_string(),
            scale: asset.scale,
            status: if account.closed { AccountStatus::Closed } else { AccountStatus::Open },
            available: Amount::new(total.saturating_sub(balances.debits_pending)),
            pending_in: Amount::new(balances.credits_pending),
            pending_out: Amount::new(balances.debits_pending),
            total: Amount::new(total),
            created_at: Timestamp::from_micros(account.created_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use ledger::engine::Balances;

    use super::*;

    #[test]
    fn what_is_held_is_not_available() {
        let asset = ledger::Asset {
            no: 1,
            code: "EUR".into(),
            scale: 2,
            kind: "money".into(),
            name: None,
            metadata: None,
            created_at: 0,
        };
        let account = Account {
            id: 1,
            no: 1,
            asset: 1,
            code: 100,
            flags: ledger::engine::AccountFlags::default(),
            closed: false,
            version: 1,
            balances: Balances {
                debits_pending: 20,
                debits_posted: 30,
                credits_pending: 7,
                credits_posted: 100,
            },
            limits: ledger::engine::Limits::default(),
            created_at: 0,
            details: None,
        };
        let shown = WalletAccount::new(&account, &asset);
        let amounts = [shown.available, shown.pending_in, shown.pending_out, shown.total];
        assert_eq!(amounts.map(Amount::get), [50, 7, 20, 70]);
    }
}
