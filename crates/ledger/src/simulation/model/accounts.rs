//! Creating and changing accounts.

use super::{Broken, Model, TIME_MAX};
use crate::engine::{
    Account, AccountDetails, AccountFlags, AccountStatus, AccountUpdate, Balances, Limits,
    NewAccount, Response, UpdateStatus,
};

impl Model {
    pub(super) fn create_account(&mut self, new: &NewAccount, imported: bool) -> AccountStatus {
        if let Some(status) = self.broken_by_account(new, imported).first() {
            return status;
        }
        let created_at = if imported { new.timestamp } else { self.now };
        let details = Some(Box::new(new.details.clone()));
        self.last_account_at = self.last_account_at.max(created_at);
        self.book.push_account(Account {
            id: new.id,
            no: self.book.accounts.len() as i64 + 1,
            asset: new.asset,
            code: new.code,
            flags: new.flags,
            closed: false,
            version: 1,
            balances: Balances::default(),
            limits: new.limits,
            created_at,
            details: details.filter(|details| **details != AccountDetails::default()),
        });
        AccountStatus::Created
    }

    fn broken_by_account(&self, new: &NewAccount, imported: bool) -> Broken<AccountStatus> {
        use AccountStatus as Status;
        let mut broken = Broken::none();
        let is_imported = new.flags.has(AccountFlags::IMPORTED);
        broken.when(imported && !is_imported, Status::ImportedEventExpected);
        broken.when(!imported && is_imported, Status::ImportedEventNotExpected);
        broken.when(!is_imported && new.timestamp != 0, Status::TimestampMustBeZero);
        let out_of_range = new.timestamp <= 0 || new.timestamp > TIME_MAX;
        broken.when(is_imported && out_of_range, Status::ImportedEventTimestampOutOfRange);
        let in_future = new.timestamp >= self.now;
        broken.when(is_imported && in_future, Status::ImportedEventTimestampMustNotAdvance);
        broken.when(new.flags.0 >= 1 << 6, Status::ReservedFlag);
        broken.when(new.id == 0, Status::IdMustNotBeZero);
        broken.when(new.id == u128::MAX, Status::IdMustNotBeIntMax);
        if let Some(existing) = self.book.account(new.id) {
            repeated(new, existing, &mut broken);
        }
        let both = AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS
            | AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS;
        broken.when(new.flags.0 & both == both, Status::FlagsAreMutuallyExclusive);
        broken.when(new.asset == 0, Status::AssetMustNotBeZero);
        broken.when(!self.assets.contains(&new.asset), Status::AssetNotFound);
        broken.when(new.code == 0, Status::CodeMustNotBeZero);
        broken.when(contradictory(&new.limits), Status::LimitsAreContradictory);
        let address = new.details.address.as_deref();
        let taken = address.is_some_and(|address| self.book.account_of_address(address).is_some());
        broken.when(taken, Status::AddressAlreadyTaken);
        let regresses = new.timestamp <= self.last_account_at;
        broken.when(is_imported && regresses, Status::ImportedEventTimestampMustNotRegress);
        broken
    }

    pub(super) fn update_account(&mut self, update: &AccountUpdate) -> Response {
        let status = self.try_update(update);
        let account = self.book.account(update.id).map(|account| Box::new(self.seen(account)));
        Response::Update(status, account)
    }

    fn try_update(&mut self, update: &AccountUpdate) -> UpdateStatus {
        let Some(account) = self.book.account_mut(update.id) else {
            return UpdateStatus::AccountNotFound;
        };
        let limits = Limits {
            floor: update.floor.unwrap_or(account.limits.floor),
            ceiling: update.ceiling.unwrap_or(account.limits.ceiling),
        };
        let mut broken = Broken::none();
        let conflicts = update.expected_version.is_some_and(|version| version != account.version);
        broken.when(conflicts, UpdateStatus::VersionConflict);
        broken.when(contradictory(&limits), UpdateStatus::LimitsAreContradictory);
        if let Some(status) = broken.first() {
            return status;
        }
        account.limits = limits;
        account.version += 1;
        if let Some(metadata) = update.metadata.clone() {
            account.details.get_or_insert_default().metadata = metadata;
        }
        UpdateStatus::Updated
    }

    /// An account with its balances and openness, as callers see it.
    pub(crate) fn seen(&self, account: &Account) -> Account {
        Account {
            balances: self.book.balances(account.no),
            closed: self.book.is_closed(account.no),
            ..account.clone()
        }
    }
}

fn contradictory(limits: &Limits) -> bool {
    limits.floor.zip(limits.ceiling).is_some_and(|(floor, ceiling)| floor > ceiling)
}

fn repeated(new: &NewAccount, existing: &Account, broken: &mut Broken<AccountStatus>) {
    use AccountStatus as Status;
    let (given, there) = (&new.details, existing.details.clone().unwrap_or_default());
    let unchanged = existing.version == 1;
    broken.when(given.user_data_128 != there.user_data_128, Status::ExistsWithDifferentUserData128);
    broken.when(given.user_data_64 != there.user_data_64, Status::ExistsWithDifferentUserData64);
    broken.when(given.user_data_32 != there.user_data_32, Status::ExistsWithDifferentUserData32);
    broken.when(new.flags != existing.flags, Status::ExistsWithDifferentFlags);
    broken.when(new.asset != existing.asset, Status::ExistsWithDifferentAsset);
    broken.when(new.code != existing.code, Status::ExistsWithDifferentCode);
    broken.when(given.address != there.address, Status::ExistsWithDifferentAddress);
    let limits = new.limits != existing.limits;
    broken.when(unchanged && limits, Status::ExistsWithDifferentLimits);
    let metadata = given.metadata != there.metadata;
    broken.when(unchanged && metadata, Status::ExistsWithDifferentMetadata);
    broken.when(true, Status::Exists);
}
