//! Closing an account, and opening it again.
//!
//! The house has an account that takes nothing: its ceiling is zero. A transfer of "whatever is
//! available" to it succeeds only if that is nothing. Linked with the transfer that closes the account
//! it makes check and closing one. Holds are looked at before and after: one that came in between
//! undoes the closing. (A crash in between leaves a closed account with a hold; it runs out, or the
//! owner opens the account again.)

use identity::{Actor, UserId};
use kernel::bus;
use ledger::engine::{
    AMOUNT_MAX, Account, Balances, NewTransfer, PendingStatus, TransferFlags, TransferStatus,
};
use ledger::{AccountId, AccountKey, Asset, EntriesQuery, Order, TransferId};

use super::{AccountStatus, WalletAccount};
use crate::books;
use crate::error::{Result, WalletError};
use crate::events;
use crate::wallet::Wallet;

impl Wallet {
    /// Closes an empty account. Repeating it is harmless.
    pub(crate) async fn close(&self, actor: &Actor, id: AccountId) -> Result<WalletAccount> {
        let user = actor.require_active()?;
        let (account, asset) = self.own_account(user, id).await?;
        if account.closed {
            return Ok(WalletAccount::new(&account, &asset));
        }
        if !is_empty(&account.balances) {
            return Err(WalletError::AccountNotEmpty);
        }
        let closing = self.close_on_ledger(&account, &asset).await?;
        let after = self.ledger.account(AccountKey::Id(account.id)).await?;
        if after.is_some_and(|after| !is_empty(&after.balances)) {
            self.void(closing).await?;
            return Err(WalletError::AccountNotEmpty);
        }
        self.tell_closed(user, &asset.code).await?;
        let shown = self.account(user, id).await?;
        debug_assert_eq!(shown.status, AccountStatus::Closed);
        Ok(shown)
    }

    async fn close_on_ledger(&self, account: &Account, asset: &Asset) -> Result<u128> {
        let house = self.ensure_account(books::closing_account(&asset.code, asset.no)).await?;
        let transfer = |amount: u128, flags: u16| NewTransfer {
            id: TransferId::generate().as_u128(),
            debit_account: account.id,
            credit_account: house,
            amount,
            asset: asset.no,
            code: books::CLOSING,
            flags: TransferFlags(flags),
            ..NewTransfer::default()
        };
        let probe = transfer(AMOUNT_MAX, TransferFlags::BALANCING_DEBIT | TransferFlags::LINKED);
        let closing = transfer(0, TransferFlags::PENDING | TransferFlags::CLOSING_DEBIT);
        let id = closing.id;
        let results = self.ledger.create_transfers(vec![probe, closing]).await?;
        match results.iter().map(|result| result.status).collect::<Vec<_>>().as_slice() {
            [TransferStatus::Created, TransferStatus::Created] => Ok(id),
            [TransferStatus::ExceedsCeiling, _] => Err(WalletError::AccountNotEmpty),
            // Somebody else closed it at this moment.
            [TransferStatus::DebitAccountAlreadyClosed, _] => Err(WalletError::AccountClosed),
            [status, _] => Err(WalletError::Unexpected(*status)),
            _ => Err(WalletError::Corrupt("no answer for a closing")),
        }
    }

    /// Voids the transfer that closed an account: it is the newest of its kind.
    pub(super) async fn reopen(&self, account: &Account) -> Result<()> {
        const PAGE: usize = 50;
        let mut cursor = None;
        loop {
            let query = EntriesQuery {
                order: Order::NewestFirst,
                cursor,
                from: None,
                before: None,
                limit: PAGE,
            };
            let entries = self.ledger.entries(account, &query).await?;
            let closing = entries.iter().map(|entry| &entry.transfer).find(|transfer| {
                let is_open =
                    transfer.state.is_some_and(|state| state.status == PendingStatus::Pending);
                let is_ours = transfer.record.code == books::CLOSING
                    && transfer.record.flags.has(TransferFlags::CLOSING_DEBIT);
                is_ours && is_open
            });
            if let Some(closing) = closing {
                return self.void(closing.record.id).await;
            }
            let Some(last) = entries.last() else {
                // Closed in another way, which is not ours to undo.
                return Err(WalletError::AccountClosed);
            };
            cursor = Some(last.transfer.record.seq);
        }
    }

    async fn void(&self, closing: u128) -> Result<()> {
        let id = TransferId::generate().as_u128();
        let void = books::resolution(id, closing, TransferFlags::VOID_PENDING);
        let results = self.ledger.create_transfers(vec![void]).await?;
        match results.first().map(|result| result.status) {
            Some(TransferStatus::Created | TransferStatus::PendingTransferAlreadyVoided) => Ok(()),
            Some(status) => Err(WalletError::Unexpected(status)),
            None => Err(WalletError::Corrupt("no answer for a transfer")),
        }
    }

    async fn tell_closed(&self, user: UserId, asset: &str) -> Result<()> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let event = events::account_closed(user, asset);
        bus::publish_in_tx(&tx, &*self.clock, &[event]).await?;
        Ok(tx.commit().await?)
    }
}

fn is_empty(balances: &Balances) -> bool {
    balances.credits_posted == balances.debits_posted
        && balances.credits_pending == 0
        && balances.debits_pending == 0
}
