//! Creating and changing accounts.

use super::account::{
    Account, AccountDetails, AccountFlags, AccountUpdate, Balances, Limits, NewAccount,
};
use super::chain::Undo;
use super::status::{AccountStatus, UpdateStatus};
use super::{Engine, Response};

impl Engine {
    pub(super) fn create_account(&mut self, new: &NewAccount) -> AccountStatus {
        match self.check_account(new) {
            Ok(()) => {
                self.insert_account(new);
                AccountStatus::Created
            }
            Err(status) => status,
        }
    }

    fn check_account(&self, new: &NewAccount) -> Result<(), AccountStatus> {
        if new.flags.has_unknown() {
            return Err(AccountStatus::ReservedFlag);
        }
        if new.id == 0 {
            return Err(AccountStatus::IdMustNotBeZero);
        }
        if new.id == u128::MAX {
            return Err(AccountStatus::IdMustNotBeIntMax);
        }
        if let Some(existing) = self.accounts.by_id(new.id) {
            return Err(repeated(new, existing));
        }
        let both = AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS
            | AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS;
        if new.flags.has(both) {
            return Err(AccountStatus::FlagsAreMutuallyExclusive);
        }
        if new.asset == 0 {
            return Err(AccountStatus::AssetMustNotBeZero);
        }
        if !self.assets.contains(&new.asset) {
            return Err(AccountStatus::AssetNotFound);
        }
        if new.code == 0 {
            return Err(AccountStatus::CodeMustNotBeZero);
        }
        if new.limits.are_contradictory() {
            return Err(AccountStatus::LimitsAreContradictory);
        }
        let address = new.details.address.as_deref();
        if address.is_some_and(|address| self.accounts.id_of_address(address).is_some()) {
            return Err(AccountStatus::AddressAlreadyTaken);
        }
        if new.flags.has(AccountFlags::IMPORTED) && new.timestamp <= self.last_account_at {
            return Err(AccountStatus::ImportedEventTimestampMustNotRegress);
        }
        Ok(())
    }

    fn insert_account(&mut self, new: &NewAccount) {
        let imported = new.flags.has(AccountFlags::IMPORTED);
        let created_at = if imported { new.timestamp } else { self.now };
        let details =
            (new.details != AccountDetails::default()).then(|| Box::new(new.details.clone()));
        let no = self.accounts.next_no();
        self.accounts.insert(Account {
            id: new.id,
            no,
            asset: new.asset,
            code: new.code,
            flags: new.flags,
            closed: new.flags.has(AccountFlags::CLOSED),
            version: 1,
            balances: Balances::default(),
            limits: new.limits,
            created_at,
            details,
        });
        self.last_account_at = self.last_account_at.max(created_at);
        self.accounts_created.push(no);
        if let Some(undo) = &mut self.undo {
            undo.push(Undo::AccountCreated);
        }
    }

    pub(super) fn update_account(&mut self, update: &AccountUpdate) -> Response {
        match self.try_update_account(update) {
            Ok(account) => Response::Update(UpdateStatus::Updated, Some(Box::new(account))),
            Err(status) => {
                let account = self.accounts.by_id(update.id).cloned().map(Box::new);
                Response::Update(status, account)
            }
        }
    }

    fn try_update_account(&mut self, update: &AccountUpdate) -> Result<Account, UpdateStatus> {
        let slot = self.accounts.slot_of_id(update.id).ok_or(UpdateStatus::AccountNotFound)?;
        let account = self.accounts.at(slot);
        if update.expected_version.is_some_and(|version| version != account.version) {
            return Err(UpdateStatus::VersionConflict);
        }
        let limits = Limits {
            floor: update.floor.unwrap_or(account.limits.floor),
            ceiling: update.ceiling.unwrap_or(account.limits.ceiling),
        };
        if limits.are_contradictory() {
            return Err(UpdateStatus::LimitsAreContradictory);
        }
        let account = self.accounts.at_mut(slot);
        account.limits = limits;
        account.version += 1;
        if let Some(metadata) = &update.metadata {
            account.details.get_or_insert_default().metadata.clone_from(metadata);
        }
        self.accounts_changed.push(account.no);
        Ok(account.clone())
    }
}

/// How a repeated creation compares with the account that is there. Limits and metadata can
/// change; they are compared only while they never did, so that a late retry still succeeds.
fn repeated(new: &NewAccount, existing: &Account) -> AccountStatus {
    let nothing = AccountDetails::default();
    let details = existing.details.as_deref().unwrap_or(&nothing);
    let unchanged = existing.version == 1;
    if new.flags != existing.flags {
        AccountStatus::ExistsWithDifferentFlags
    } else if new.details.user_data_128 != details.user_data_128 {
        AccountStatus::ExistsWithDifferentUserData128
    } else if new.details.user_data_64 != details.user_data_64 {
        AccountStatus::ExistsWithDifferentUserData64
    } else if new.details.user_data_32 != details.user_data_32 {
        AccountStatus::ExistsWithDifferentUserData32
    } else if new.asset != existing.asset {
        AccountStatus::ExistsWithDifferentAsset
    } else if new.code != existing.code {
        AccountStatus::ExistsWithDifferentCode
    } else if new.details.address != details.address {
        AccountStatus::ExistsWithDifferentAddress
    } else if unchanged && new.limits != existing.limits {
        AccountStatus::ExistsWithDifferentLimits
    } else if unchanged && new.details.metadata != details.metadata {
        AccountStatus::ExistsWithDifferentMetadata
    } else {
        AccountStatus::Exists
    }
}
