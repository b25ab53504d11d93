//! How the shop uses the ledger: the categories of its accounts and transfers. These numbers are in
//! the journal for ever.
//!
//! `goods` are the accounts of a variant, which the ledger counts as an asset of its own; `money`
//! are those of an order and of what the house earns.

pub(crate) mod goods;
pub(crate) mod money;
pub(crate) mod uses;

use hashbrown::HashSet;
use ledger::engine::{
    AMOUNT_MAX, AccountDetails, AccountStatus, Extra, Limits, NewAccount, NewTransfer,
    TransferFlags, TransferResult, TransferStatus,
};
use ledger::{Ledger, LedgerError};
use parking_lot::Mutex;

use crate::error::{Result, ShopError};
use crate::ids::account_id;

/// Codes of transfers.
pub(crate) mod code {
    pub(crate) const RECEIPT: u16 = 230;
    pub(crate) const MOVE: u16 = 231;
    pub(crate) const ADJUSTMENT: u16 = 232;
    pub(crate) const RESERVATION: u16 = 233;
    pub(crate) const ORDER_GOODS: u16 = 234;
    pub(crate) const RETURNED_GOODS: u16 = 235;
    pub(crate) const PAYMENT: u16 = 240;
    pub(crate) const SALE: u16 = 241;
    pub(crate) const TAX: u16 = 242;
    pub(crate) const SHIPPING: u16 = 243;
    pub(crate) const REFUND: u16 = 244;
    pub(crate) const PROMOTION_USE: u16 = 245;
    pub(crate) const SALES_ADJUSTMENT: u16 = 246;
}

/// The ledger, and the accounts of the shop that are known to be in it.
pub(crate) struct Books {
    pub(crate) ledger: Ledger,
    known: Mutex<HashSet<u128>>,
}

impl Books {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger, known: Mutex::default() }
    }

    /// Makes those of the accounts that aren't there. What is there keeps its limits.
    pub(crate) async fn ensure(&self, accounts: Vec<NewAccount>) -> Result<()> {
        let new = self.unknown(accounts);
        if new.is_empty() {
            return Ok(());
        }
        let statuses = self.ledger.create_accounts(new.clone()).await?;
        self.learn(&new, &statuses)
    }

    /// Makes all of the transfers or none, which are linked by this. A refusal is what the first
    /// attempt was told, and the place of the transfer that the ledger didn't like.
    ///
    /// A batch that was made before breaks at its first transfer, which exists: then all of it
    /// does. So the id of the first one must belong to this batch alone.
    pub(crate) async fn make_all(
        &self,
        transfers: Vec<NewTransfer>,
    ) -> Result<Result<(), Refusal>, LedgerError> {
        if transfers.is_empty() {
            return Ok(Ok(()));
        }
        Ok(outcome(&self.ledger.create_transfers(linked(transfers)).await?))
    }

    /// The same, with those of the accounts that aren't there: one commit for both.
    pub(crate) async fn open_and_make_all(
        &self,
        accounts: Vec<NewAccount>,
        transfers: Vec<NewTransfer>,
    ) -> Result<Result<(), Refusal>> {
        let new = self.unknown(accounts);
        if new.is_empty() || transfers.is_empty() {
            self.ensure(new).await?;
            return Ok(self.make_all(transfers).await?);
        }
        let (statuses, results) =
            self.ledger.create_accounts_and_transfers(new.clone(), linked(transfers)).await?;
        self.learn(&new, &statuses)?;
        Ok(outcome(&results))
    }

    fn unknown(&self, mut accounts: Vec<NewAccount>) -> Vec<NewAccount> {
        let known = self.known.lock();
        accounts.retain(|account| !known.contains(&account.id));
        accounts
    }

    fn learn(&self, accounts: &[NewAccount], statuses: &[AccountStatus]) -> Result<()> {
        const KNOWN_MAX: usize = 1_000_000;
        for (account, status) in accounts.iter().zip(statuses) {
            if !status.is_success() && *status != AccountStatus::ExistsWithDifferentLimits {
                let address = account.details.address.as_deref().unwrap_or_default().to_owned();
                return Err(ShopError::AccountRefused { address, status: *status });
            }
        }
        let mut known = self.known.lock();
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.extend(accounts.iter().map(|account| account.id));
        Ok(())
    }
}

/// All or none: each but the last is bound to the one behind it.
fn linked(mut transfers: Vec<NewTransfer>) -> Vec<NewTransfer> {
    if let Some((_, before)) = transfers.split_last_mut() {
        before.iter_mut().for_each(|it| it.flags.0 |= TransferFlags::LINKED);
    }
    transfers
}

fn outcome(results: &[TransferResult]) -> Result<(), Refusal> {
    if results[0].status == TransferStatus::Exists {
        return Ok(());
    }
    match results.iter().all(|result| result.status.is_success()) {
        true => Ok(()),
        false => Err(Refusal::of(results)),
    }
}

/// Which transfer of a batch the ledger refused, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) index: usize,
    pub(crate) status: TransferStatus,
}

impl Refusal {
    /// The item that broke the chain; the others say only that another one did.
    fn of(results: &[TransferResult]) -> Self {
        let said = |result: &TransferResult| result.first_failure.unwrap_or(result.status);
        let is_cause = |result: &TransferResult| {
            !result.status.is_success() && said(result) != TransferStatus::LinkedEventFailed
        };
        let index = results.iter().position(is_cause).unwrap_or(0);
        Self { index, status: said(&results[index]) }
    }
}

pub(crate) fn account(address: String, asset: u32, code: u16, floor: Option<i128>) -> NewAccount {
    let id = account_id(&address);
    let details = AccountDetails { address: Some(address.into()), ..AccountDetails::default() };
    let limits = Limits { floor, ceiling: None };
    NewAccount { id, asset, code, limits, details, ..NewAccount::default() }
}

/// Posts or voids the whole of what a pending transfer still holds.
pub(crate) fn resolution(id: u128, pending_id: u128, flag: u16) -> NewTransfer {
    let amount = if flag & TransferFlags::POST_PENDING != 0 { AMOUNT_MAX } else { 0 };
    NewTransfer {
        id,
        amount,
        flags: TransferFlags(flag),
        extra: Some(Box::new(Extra { pending_id, ..Extra::default() })),
        ..NewTransfer::default()
    }
}

/// Posts a part of a pending transfer and keeps the rest.
pub(crate) fn partial_post(id: u128, pending_id: u128, amount: u128) -> NewTransfer {
    let flags = TransferFlags::POST_PENDING | TransferFlags::PARTIAL;
    NewTransfer { amount, ..resolution(id, pending_id, flags) }
}
