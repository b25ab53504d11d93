//! Opening and reading accounts.

use std::sync::Arc;

use identity::{Actor, UserId};
use ledger::engine::Account;
use ledger::{AccountId, AccountKey, Asset};

use super::WalletAccount;
use crate::books;
use crate::error::{Result, WalletError};
use crate::transfers::is_for_people;
use crate::wallet::Wallet;

impl Wallet {
    /// Opens an account of a user, also one that was closed; `true` if it wasn't open. Repeating it
    /// is harmless.
    pub async fn open(&self, user: UserId, asset: &str) -> Result<(WalletAccount, bool)> {
        let asset = self.asset_of_wallets(asset).await?;
        let changed = self.reopen_if_closed(user, &asset).await?;
        let id = AccountId::from_u128(user.account_id(&asset.code));
        Ok((self.account(user, id).await?, changed))
    }

    /// The same for a caller.
    pub(crate) async fn open_own(
        &self,
        actor: &Actor,
        asset: &str,
    ) -> Result<(WalletAccount, bool)> {
        let user = actor.require_active()?;
        self.open(user, asset).await
    }

    /// Sees to it that there is an open account; `true` if there wasn't.
    pub(crate) async fn reopen_if_closed(&self, user: UserId, asset: &Arc<Asset>) -> Result<bool> {
        let id = user.account_id(&asset.code);
        match self.ledger.account(AccountKey::Id(id)).await? {
            Some(account) if account.closed => {
                self.reopen(&account).await?;
                Ok(true)
            }
            Some(_) => Ok(false),
            None => {
                self.ensure_account(books::user_account(user, &asset.code, asset.no)).await?;
                Ok(true)
            }
        }
    }

    /// A user's account; somebody else's is not found.
    pub async fn account(&self, user: UserId, id: AccountId) -> Result<WalletAccount> {
        let (account, asset) = self.own_account(user, id).await?;
        Ok(WalletAccount::new(&account, &asset))
    }

    /// All accounts of a user, in the order in which they were opened first.
    pub async fn accounts_of(&self, user: UserId) -> Result<Vec<WalletAccount>> {
        let mut shown = Vec::new();
        for account in self.ledger_accounts(user).await? {
            let asset = self.asset_of_account(&account).await?;
            if is_for_people(&asset) {
                shown.push(WalletAccount::new(&account, &asset));
            }
        }
        Ok(shown)
    }

    pub(crate) async fn own_account(
        &self,
        user: UserId,
        id: AccountId,
    ) -> Result<(Account, Arc<Asset>)> {
        let account = self.ledger.account(AccountKey::Id(id.as_u128())).await?;
        let account = account.ok_or(WalletError::AccountNotFound)?;
        if self.owner_of(account.id).await? != Some(user) {
            return Err(WalletError::AccountNotFound);
        }
        let asset = self.asset_of_account(&account).await?;
        Ok((account, asset))
    }

    pub(crate) async fn asset_of_account(&self, account: &Account) -> Result<Arc<Asset>> {
        let asset = self.ledger.asset_by_no(account.asset).await?;
        asset.ok_or(WalletError::Corrupt("an account without its asset"))
    }
}
