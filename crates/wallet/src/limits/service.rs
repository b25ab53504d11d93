//! Reading one's own limits; staff reads and sets those of others.

use identity::{Actor, Permission, UserId};
use kernel::Amount;
use kernel::audit::{self, NewEntry};
use kernel::bus;
use kernel::http::IfMatch;
use kernel::text::is_line;
use ledger::Asset;
use serde_json::json;

use super::{Limits, OwnLimit, StoredLimits, day_of, start_of, store};
use crate::books;
use crate::error::{Result, WalletError};
use crate::events;
use crate::wallet::Wallet;

/// Limits to set, and why.
#[derive(Clone, Debug)]
pub(crate) struct LimitChange {
    pub(crate) limits: Limits,
    pub(crate) reason: String,
}

impl Wallet {
    /// A user's limits, with what is left of them today.
    pub(crate) async fn own_limits(&self, user: UserId) -> Result<Vec<OwnLimit>> {
        let client = self.database.client().await?;
        let own = store::of_user(&client, user).await?;
        drop(client);
        let defaults = self.default_limits().await?;
        let mut codes: Vec<String> = defaults.keys().chain(own.keys()).cloned().collect();
        codes.sort_unstable();
        codes.dedup();
        let mut limits = Vec::with_capacity(codes.len());
        for code in codes {
            let default = defaults.get(&code).copied().unwrap_or_default();
            let effective = own.get(&code).copied().unwrap_or_default().or(default);
            if effective != Limits::default()
                && let Some(asset) = self.ledger.asset(&code).await?
            {
                limits.push(self.own_limit(user, &asset, effective).await?);
            }
        }
        Ok(limits)
    }

    async fn own_limit(&self, user: UserId, asset: &Asset, limits: Limits) -> Result<OwnLimit> {
        let used = match limits.per_day {
            Some(_) => Some(Amount::new(self.used_today(user, asset).await?)),
            None => None,
        };
        let left = limits.per_day.zip(used);
        let left = left.map(|(limit, used)| limit.checked_sub(used).unwrap_or_default());
        Ok(OwnLimit {
            asset: asset.code.to_string(),
            scale: asset.scale,
            per_transfer: limits.per_transfer,
            per_day: limits.per_day,
            used_today: used,
            left_today: left,
            resets_at: start_of(day_of(self.clock.now()) + 1),
        })
    }

    /// What staff has set; for a user, or with `None` for everybody else.
    pub(crate) async fn set_limits(
        &self,
        actor: &Actor,
        user: Option<UserId>,
        asset: &str,
    ) -> Result<StoredLimits> {
        actor.require(Permission::LimitsWrite)?;
        self.check_limited(user, asset).await?;
        let client = self.database.client().await?;
        store::one(&client, user, asset).await
    }

    /// Sets limits. They hold from the next transfer on, with what was used today.
    pub(crate) async fn change_limits(
        &self,
        actor: &Actor,
        user: Option<UserId>,
        asset: &str,
        change: &LimitChange,
        expected: &IfMatch,
    ) -> Result<StoredLimits> {
        actor.require(Permission::LimitsWrite)?;
        let known = self.check_limited(user, asset).await?;
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        store::begin_change(&tx).await?;
        let before = store::one(&tx, user, asset).await?;
        if !expected.allows(before.version) {
            return Err(WalletError::LimitsChanged);
        }
        let after = StoredLimits { limits: change.limits, version: before.version + 1 };
        store::put_in_tx(&tx, user, asset, &after, now).await?;
        let entry = entry(actor, user, asset, &before.limits, change);
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        let event = events::limit_changed(user, asset, known.scale, &change.limits);
        bus::publish_in_tx(&tx, &*self.clock, &[event]).await?;
        tx.commit().await?;
        drop(client);
        self.limits.forget();
        if let Some(user) = user {
            self.apply_limit(user, &known).await?;
        }
        Ok(after)
    }

    async fn check_limited(
        &self,
        user: Option<UserId>,
        asset: &str,
    ) -> Result<std::sync::Arc<Asset>> {
        let known = self.asset_of_wallets(asset).await?;
        books::limit_asset(asset).ok_or(WalletError::LimitsUnsupported)?;
        match user {
            Some(user) if self.identity.user(user).await?.is_none() => {
                Err(WalletError::UserNotFound)
            }
            _ => Ok(known),
        }
    }
}

fn entry(
    actor: &Actor,
    user: Option<UserId>,
    asset: &str,
    before: &Limits,
    change: &LimitChange,
) -> NewEntry {
    let shown =
        |limits: &Limits| json!({ "per_transfer": limits.per_transfer, "per_day": limits.per_day });
    let data = json!({ "asset": asset, "before": shown(before), "after": shown(&change.limits) });
    let entry = NewEntry::new(actor.audit(), "wallet.limit.changed").object(asset);
    let entry = entry.reason(change.reason.clone()).data(data);
    match user {
        Some(user) => entry.subject(user.as_u128()),
        None => entry,
    }
}

impl LimitChange {
    /// Checks both; otherwise the field that is wrong, and why.
    pub(crate) fn try_new(
        limits: Limits,
        reason: &str,
    ) -> std::result::Result<Self, (&'static str, &'static str)> {
        const REASON_CHARS_MAX: usize = 500;
        let reason = reason.trim();
        if !is_line(reason, 1..=REASON_CHARS_MAX) {
            return Err(("/reason", "a reason has 1 to 500 characters on one line"));
        }
        // A limit is compared with signed balances.
        let fits =
            |limit: Option<Amount>| limit.is_none_or(|limit| i128::try_from(limit.get()).is_ok());
        if !fits(limits.per_transfer) {
            return Err(("/per_transfer", "a limit is at most 2^127-1"));
        }
        if !fits(limits.per_day) {
            return Err(("/per_day", "a limit is at most 2^127-1"));
        }
        Ok(Self { limits, reason: reason.to_owned() })
    }
}
