//! What staff sees of the flows of all users.

use std::net::IpAddr;

use identity::{Actor, Permission, UserId};
use kernel::audit::{self, NewEntry};
use kernel::{Problem, Timestamp};
use serde_json::json;

use crate::deposits::{self, Deposit, DepositId, DepositStatus};
use crate::payments::Payments;
use crate::withdrawals::{self, Withdrawal, WithdrawalId, WithdrawalStatus};

/// Which flows to list. All that is given must hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct FlowFilter<S> {
    pub(crate) user: Option<UserId>,
    pub(crate) status: Option<S>,
    pub(crate) asset: Option<String>,
    pub(crate) provider: Option<String>,
}

/// Who looks, and from where: for the audit log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Viewer {
    pub(crate) actor: Actor,
    pub(crate) ip: Option<IpAddr>,
}

impl Payments {
    /// Deposits of all users, newest first. That they were looked at is recorded before.
    pub(crate) async fn user_deposits(
        &self,
        viewer: Viewer,
        filter: &FlowFilter<DepositStatus>,
        after: Option<(Timestamp, DepositId)>,
        limit: i64,
    ) -> Result<Vec<(UserId, Deposit)>, Problem> {
        if !self.record_view(viewer, "payments.deposits.viewed", filter).await? {
            return Ok(Vec::new());
        }
        let found = deposits::store::list_all(&self.database, filter, after, limit).await?;
        Ok(found.into_iter().filter_map(|it| Some((it.payee.owner()?, it))).collect())
    }

    /// Withdrawals of all users, newest first. That they were looked at is recorded before.
    pub(crate) async fn user_withdrawals(
        &self,
        viewer: Viewer,
        filter: &FlowFilter<WithdrawalStatus>,
        after: Option<(Timestamp, WithdrawalId)>,
        limit: i64,
    ) -> Result<Vec<Withdrawal>, Problem> {
        if !self.record_view(viewer, "payments.withdrawals.viewed", filter).await? {
            return Ok(Vec::new());
        }
        Ok(withdrawals::store::list_all(&self.database, filter, after, limit).await?)
    }

    /// Whether there can be such an asset and such a provider.
    fn may_match<S>(&self, filter: &FlowFilter<S>) -> bool {
        filter.asset.as_deref().is_none_or(ledger::is_asset_code)
            && filter.provider.as_deref().is_none_or(|name| self.provider(name).is_ok())
    }

    /// False if there is nothing to see.
    async fn record_view<S>(
        &self,
        viewer: Viewer,
        action: &'static str,
        filter: &FlowFilter<S>,
    ) -> Result<bool, Problem> {
        viewer.actor.require(Permission::PaymentsManage)?;
        if !self.may_match(filter) {
            return Ok(false);
        }
        let mut entry = NewEntry::new(viewer.actor.audit(), action)
            .data(json!({ "asset": filter.asset, "provider": filter.provider }));
        entry.ip = viewer.ip;
        entry.subject = filter.user.map(UserId::as_u128);
        audit::record(&self.database, &*self.clock, &[entry]).await?;
        Ok(true)
    }
}
