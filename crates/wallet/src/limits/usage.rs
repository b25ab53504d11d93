//! The use of a daily limit on the ledger. See the text of the folder's `mod.rs`.

use std::sync::Arc;

use identity::UserId;
use kernel::Amount;
use ledger::engine::{
    AMOUNT_MAX, AccountUpdate, NewTransfer, TransferFlags, TransferStatus, UpdateStatus,
};
use ledger::{AccountKey, Asset, AssetStatus, NewAsset};

use super::{Limits, day_of, start_of};
use crate::books;
use crate::error::{LimitKind, Result, WalletError};
use crate::ids::{Purpose, derived};
use crate::transfers::Payment;
use crate::wallet::Wallet;

/// The use that goes with a payment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Use {
    pub(crate) allowance: u128,
    control: u128,
    asset: u32,
    per_day: u128,
}

impl Use {
    /// The second transfer of the pair.
    pub(crate) fn transfer(&self, payment: &Payment) -> NewTransfer {
        NewTransfer {
            id: derived(Purpose::LimitUse, payment.id, 0),
            debit_account: self.allowance,
            credit_account: self.control,
            amount: payment.amount,
            asset: self.asset,
            code: books::LIMIT_USE,
            ..NewTransfer::default()
        }
    }

    pub(crate) fn exceeded(&self, left: u128) -> WalletError {
        let (limit, left) = (Amount::new(self.per_day), Amount::new(left));
        WalletError::LimitExceeded { kind: LimitKind::PerDay, limit, left }
    }
}

impl Wallet {
    /// What a payment uses of a daily limit; `None` without one. Refuses what is above the limit of
    /// a single transfer.
    pub(crate) async fn limit_use(&self, payment: &Payment) -> Result<Option<Use>> {
        let limits = self.limits_of(payment.sender, &payment.asset).await?;
        if let Some(limit) = limits.per_transfer.filter(|limit| payment.amount > limit.get()) {
            let kind = LimitKind::PerTransfer;
            return Err(WalletError::LimitExceeded { kind, limit, left: limit });
        }
        match limits.per_day {
            None => Ok(None),
            Some(per_day) => {
                self.ready_use(payment.sender, &payment.asset, per_day.get()).await.map(Some)
            }
        }
    }

    /// The limits that hold for a user. In the usual case nothing is asked.
    pub(super) async fn limits_of(&self, user: UserId, asset: &Asset) -> Result<Limits> {
        let generation = self.limits.generation();
        let default = self.default_limits().await?.get(&*asset.code).copied().unwrap_or_default();
        if let Some(own) = self.limits.user(user, asset.no) {
            return Ok(own.or(default));
        }
        let client = self.database.client().await?;
        let own = super::store::one(&client, Some(user), &asset.code).await?.limits;
        self.limits.put_user(generation, user, asset.no, own);
        Ok(own.or(default))
    }

    pub(super) async fn default_limits(&self) -> Result<super::cache::Defaults> {
        if let Some(known) = self.limits.defaults() {
            return Ok(known);
        }
        let generation = self.limits.generation();
        let client = self.database.client().await?;
        let read = Arc::new(super::store::defaults(&client).await?);
        self.limits.put_defaults(generation, Arc::clone(&read));
        Ok(read)
    }

    /// Makes an allowance ready for today: its accounts, its floor, the reset at the day's begin.
    async fn ready_use(&self, user: UserId, asset: &Asset, per_day: u128) -> Result<Use> {
        let limit_asset = self.limit_asset(asset).await?;
        let allowance = books::allowance_account(user, &asset.code, limit_asset, per_day);
        let control = books::control_account(&asset.code, limit_asset);
        let limit_use =
            Use { allowance: allowance.id, control: control.id, asset: limit_asset, per_day };
        let day = day_of(self.clock.now());
        if self.limits.is_ready(user, asset.no, day, per_day) {
            return Ok(limit_use);
        }
        self.ensure_account(control).await?;
        self.ensure_account(allowance).await?;
        self.set_floor(limit_use.allowance, per_day).await?;
        self.reset(&limit_use, day).await?;
        self.limits.put_ready(user, asset.no, day, per_day);
        Ok(limit_use)
    }

    /// Number of the asset in which the use is counted.
    async fn limit_asset(&self, asset: &Asset) -> Result<u32> {
        let code = books::limit_asset(&asset.code).ok_or(WalletError::LimitsUnsupported)?;
        if let Some(known) = self.ledger.asset(&code).await? {
            return Ok(known.no);
        }
        let new =
            NewAsset { code, scale: asset.scale, kind: "other".to_owned(), ..NewAsset::default() };
        match self.ledger.create_asset(new).await? {
            (AssetStatus::Created | AssetStatus::Exists, Some(created)) => Ok(created.no),
            _ => Err(WalletError::LimitsUnsupported),
        }
    }

    /// Lets the account of an allowance go down to the limit. What was used stays.
    async fn set_floor(&self, allowance: u128, per_day: u128) -> Result<()> {
        let floor = Some(books::floor_of(per_day));
        let there = self.ledger.account(AccountKey::Id(allowance)).await?;
        if there.is_some_and(|account| account.limits.floor == floor) {
            return Ok(());
        }
        let update =
            AccountUpdate { id: allowance, floor: Some(floor), ..AccountUpdate::default() };
        match self.ledger.update_account(update).await? {
            (UpdateStatus::Updated, _) => Ok(()),
            _ => Err(WalletError::Corrupt("an allowance can't be changed")),
        }
    }

    /// Gives back what was used before today, once a day.
    async fn reset(&self, limit_use: &Use, day: i64) -> Result<()> {
        let reset = NewTransfer {
            id: reset_id(limit_use.allowance, day),
            debit_account: limit_use.control,
            credit_account: limit_use.allowance,
            amount: AMOUNT_MAX,
            asset: limit_use.asset,
            code: books::LIMIT_RESET,
            flags: TransferFlags(TransferFlags::BALANCING_CREDIT),
            ..NewTransfer::default()
        };
        let results = self.ledger.create_transfers(vec![reset]).await?;
        match results.first().map(|result| result.status) {
            Some(TransferStatus::Created | TransferStatus::Exists) => Ok(()),
            Some(status) => Err(WalletError::Unexpected(status)),
            None => Err(WalletError::Corrupt("no answer for a transfer")),
        }
    }

    /// What is left of an allowance.
    pub(crate) async fn allowance_left(&self, allowance: u128) -> Result<u128> {
        let account = self.ledger.account(AccountKey::Id(allowance)).await?;
        Ok(account.and_then(|account| account.debit_room()).unwrap_or(0))
    }

    /// What a user has used of a limit today.
    pub(super) async fn used_today(&self, user: UserId, asset: &Asset) -> Result<u128> {
        // The id follows from the address alone.
        let allowance = books::allowance_account(user, &asset.code, 0, 0).id;
        let today = reset_id(allowance, day_of(self.clock.now()));
        if self.ledger.transfer(today).await?.is_none() {
            return Ok(0);
        }
        let account = self.ledger.account(AccountKey::Id(allowance)).await?;
        Ok(account.map_or(0, |account| {
            account.balances.debits_posted.saturating_sub(account.balances.credits_posted)
        }))
    }

    /// A limit that was changed holds at once, also for transfers that are under way.
    pub(super) async fn apply_limit(&self, user: UserId, asset: &Asset) -> Result<()> {
        let Some(per_day) = self.limits_of(user, asset).await?.per_day else { return Ok(()) };
        let allowance = books::allowance_account(user, &asset.code, 0, 0).id;
        if self.ledger.account(AccountKey::Id(allowance)).await?.is_none() {
            return Ok(());
        }
        self.set_floor(allowance, per_day.get()).await
    }
}

/// At the day's first moment, so that it lies among the ids of its time.
fn reset_id(allowance: u128, day: i64) -> u128 {
    let ms = u128::try_from(start_of(day).as_millis()).unwrap_or(0) & ((1 << 48) - 1);
    derived(Purpose::LimitReset, ms << 80, allowance)
}
