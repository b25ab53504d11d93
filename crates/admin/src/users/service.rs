//! Finding users, looking at them, and helping them.

use std::sync::Arc;

use identity::{Permission, Session, User, UserFilter, UserId};
use kernel::{Limit, Problem};
use ledger::engine::Account;
use ledger::{AccountFilter, AccountKey, Asset, LedgerError, Order, TransferFilter, TransferId};
use serde_json::{Value, json};

use super::clue::{self, Clue};
use crate::caller::Caller;
use crate::error::reason;
use crate::{Admin, AdminError};

/// Category of the accounts in which users hold value.
const ACCOUNT_CODE: u16 = 100;
/// More assets than one user will ever hold.
const ACCOUNTS_MAX: usize = 1_000;
/// Transfers that are looked at because of their reference.
const REFERENCES_MAX: usize = 20;

/// A user with what there is of them.
#[derive(Debug)]
pub(crate) struct Details {
    pub(crate) user: Arc<User>,
    pub(crate) sessions: usize,
    pub(crate) accounts: usize,
}

impl Admin {
    /// Users whom a text leads to; one more than the limit if there are more. Whom was found by
    /// what is recorded first.
    pub(crate) async fn search_users(
        &self,
        caller: &Caller,
        text: &str,
        before: Option<UserId>,
        limit: Limit,
    ) -> Result<Vec<Arc<User>>, Problem> {
        caller.may(Permission::UsersRead)?;
        let text = clue::recordable(text).ok_or_else(|| {
            let (min, max) = (clue::CHARS_MIN, clue::CHARS_MAX);
            let detail = format!("{min} to {max} characters, and neither a token nor a cookie");
            crate::http::invalid_query("q", &detail)
        })?;
        let found = match Clue::of(&text) {
            None => self.users_by_text(&text, before, limit).await?,
            Some(_) if before.is_some() => Vec::new(),
            Some(clue) => {
                let ids = self.owners(clue).await?;
                self.users_of(&ids).await?
            }
        };
        self.record_search(caller, &text, &found).await?;
        Ok(found)
    }

    /// One user with what there is of them.
    pub(crate) async fn user_details(
        &self,
        caller: &Caller,
        id: UserId,
    ) -> Result<Details, Problem> {
        caller.may(Permission::UsersRead)?;
        let user = self.known_user(id).await?;
        let sessions = self.identity.sessions_of(id).await?.len();
        let accounts = self.holdings(id).await?.len();
        self.record_view(caller, id, json!({ "seen": "profile" })).await?;
        Ok(Details { user, sessions, accounts })
    }

    pub(crate) async fn user_sessions(
        &self,
        caller: &Caller,
        id: UserId,
    ) -> Result<Vec<Session>, Problem> {
        caller.may(Permission::UsersRead)?;
        self.known_user(id).await?;
        let sessions = self.identity.sessions_of(id).await?;
        self.record_view(caller, id, json!({ "seen": "sessions" })).await?;
        Ok(sessions)
    }

    pub(crate) async fn user_accounts(
        &self,
        caller: &Caller,
        id: UserId,
    ) -> Result<Vec<(Account, Arc<Asset>)>, Problem> {
        caller.may(Permission::UsersRead)?;
        self.known_user(id).await?;
        let mut accounts = Vec::new();
        for account in self.holdings(id).await? {
            let asset = self.ledger.asset_by_no(account.asset).await?;
            let asset = asset.ok_or(LedgerError::Unavailable)?;
            accounts.push((account, asset));
        }
        self.record_view(caller, id, json!({ "seen": "accounts" })).await?;
        Ok(accounts)
    }

    /// Lets a user look, but not move anything, and signs them out.
    pub(crate) async fn freeze_user(
        &self,
        caller: &Caller,
        id: UserId,
        why: &str,
    ) -> Result<Arc<User>, Problem> {
        let reason = self.check_act(caller, Permission::UsersFreeze, id, why).await?;
        self.identity.freeze(id, caller.actor.audit(), &reason).await?;
        self.known_user(id).await
    }

    pub(crate) async fn unfreeze_user(
        &self,
        caller: &Caller,
        id: UserId,
        why: &str,
    ) -> Result<Arc<User>, Problem> {
        let reason = self.check_act(caller, Permission::UsersFreeze, id, why).await?;
        self.identity.unfreeze(id, caller.actor.audit(), &reason).await?;
        self.known_user(id).await
    }

    /// Signs a user out everywhere; answers with how many sessions ended.
    pub(crate) async fn end_user_sessions(
        &self,
        caller: &Caller,
        id: UserId,
        why: &str,
    ) -> Result<usize, Problem> {
        let reason = self.check_act(caller, Permission::UsersFreeze, id, why).await?;
        // Each session's end is recorded with it; the reason is known only here, and comes first.
        let entry = caller.entry("admin.user.sessions_ended").subject(id.as_u128());
        self.record(&[entry.reason(reason)]).await?;
        Ok(self.identity.end_sessions(id, caller.actor.audit()).await?)
    }

    pub(super) async fn known_user(&self, id: UserId) -> Result<Arc<User>, Problem> {
        Ok(self.identity.user(id).await?.ok_or(AdminError::UserNotFound)?)
    }

    /// Accounts in which a user holds value, by their age.
    pub(super) async fn holdings(&self, user: UserId) -> Result<Vec<Account>, LedgerError> {
        let filter = AccountFilter {
            code: Some(ACCOUNT_CODE),
            address_prefix: Some(user.account_address("")),
            ..AccountFilter::default()
        };
        self.ledger.accounts(&filter, None, ACCOUNTS_MAX).await
    }

    /// Records that somebody looked at a user; before the data goes out.
    pub(super) async fn record_view(
        &self,
        caller: &Caller,
        user: UserId,
        data: Value,
    ) -> Result<(), Problem> {
        let entry = caller.entry("admin.user.viewed").subject(user.as_u128()).data(data);
        Ok(self.record(&[entry]).await?)
    }

    /// An entry for each user who was found, so that it is known who looked at whom.
    async fn record_search(
        &self,
        caller: &Caller,
        text: &str,
        found: &[Arc<User>],
    ) -> Result<(), Problem> {
        let data = json!({ "seen": "search", "search": text });
        let viewed = |user: &Arc<User>| {
            let entry = caller.entry("admin.user.viewed").data(&data);
            entry.subject(user.id.as_u128())
        };
        let mut entries: Vec<_> = found.iter().map(viewed).collect();
        if entries.is_empty() {
            entries.push(caller.entry("admin.user.searched").data(json!({ "search": text })));
        }
        Ok(self.record(&entries).await?)
    }

    async fn check_act(
        &self,
        caller: &Caller,
        permission: Permission,
        user: UserId,
        why: &str,
    ) -> Result<String, Problem> {
        caller.staff(permission)?;
        let reason = reason(why)?;
        if caller.actor.user() == Some(user) {
            let entry = caller.entry("admin.user.refused").subject(user.as_u128());
            self.record(&[entry.data(json!({ "code": "admin.user.own" }))]).await?;
            return Err(AdminError::OwnUser.into());
        }
        self.known_user(user).await?;
        Ok(reason)
    }

    /// By e-mail, handle or name, or else by the reference of a transfer.
    async fn users_by_text(
        &self,
        text: &str,
        before: Option<UserId>,
        limit: Limit,
    ) -> Result<Vec<Arc<User>>, Problem> {
        // People write handles with an @, which is no part of them.
        let name = text.strip_prefix('@').unwrap_or(text).to_owned();
        let filter = UserFilter { text: Some(name), ..UserFilter::default() };
        let mut found = self.identity.search(&filter, before, limit).await?;
        if before.is_some() || !found.is_empty() {
            return Ok(found);
        }
        let filter =
            TransferFilter { reference: Some(text.to_owned()), ..TransferFilter::default() };
        let transfers =
            self.ledger.transfers(&filter, Order::NewestFirst, None, REFERENCES_MAX).await?;
        let parties: Vec<u128> =
            transfers.iter().flat_map(|it| [it.debit_account, it.credit_account]).collect();
        let ids = self.owners_of_accounts(&parties).await?;
        found.extend(self.users_of(&ids).await?);
        Ok(found)
    }

    /// Whose something is: at most two for a transfer, some for the first characters of a key.
    async fn owners(&self, clue: Clue) -> Result<Vec<UserId>, Problem> {
        Ok(match clue {
            Clue::User(id) => vec![id],
            Clue::Session(id) => self.identity.owner_of_session(id).await?.into_iter().collect(),
            Clue::Key(id) => self.identity.owner_of_api_key(id).await?.into_iter().collect(),
            Clue::KeyStart(start) => self.identity.owners_of_api_keys(&start).await?,
            Clue::Account(id) => self.owners_of_accounts(&[id.as_u128()]).await?,
            Clue::Transfer(id) => self.parties(id).await?,
            Clue::Deposit(id) => self.payments.owner_of_deposit(id).await?.into_iter().collect(),
            Clue::Withdrawal(id) => {
                self.payments.owner_of_withdrawal(id).await?.into_iter().collect()
            }
        })
    }

    async fn parties(&self, transfer: TransferId) -> Result<Vec<UserId>, LedgerError> {
        match self.ledger.transfer(transfer.as_u128()).await? {
            Some(found) => {
                self.owners_of_accounts(&[found.debit_account, found.credit_account]).await
            }
            None => Ok(Vec::new()),
        }
    }

    async fn owners_of_accounts(&self, ids: &[u128]) -> Result<Vec<UserId>, LedgerError> {
        let mut owners = Vec::new();
        for id in ids {
            let account = self.ledger.account(AccountKey::Id(*id)).await?;
            let details = account.and_then(|account| account.details);
            let address = details.and_then(|details| details.address);
            let owner = address.as_deref().and_then(UserId::of_account_address);
            owners.extend(owner.filter(|owner| !owners.contains(owner)));
        }
        Ok(owners)
    }

    async fn users_of(&self, ids: &[UserId]) -> Result<Vec<Arc<User>>, Problem> {
        let mut users = self.identity.users(ids).await?;
        Ok(ids.iter().filter_map(|id| users.remove(id)).collect())
    }
}
