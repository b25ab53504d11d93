//! Records as messages. Statuses and flags have the engine's numbers, moved by one: zero means
//! "not given" in a contract.

use std::collections::BTreeMap;

use kernel::Amount;
use proto::Timestamp as WireTime;
use proto::ledger::v1 as api;

use crate::accounts::Entry;
use crate::assets::{Asset, KINDS};
use crate::engine::{
    Account, AccountDetails, AccountStatus, Balances, GroupStatus, PendingStatus, Time,
    TransferState, TransferStatus,
};
use crate::ids::{AccountId, GroupId, TransferId};
use crate::transfers::Transfer;

/// The number of a status in the contract.
pub(super) fn account_status(status: AccountStatus) -> i32 {
    i32::from(status.code()) + 1
}

/// The number of a status in the contract.
#[inline]
pub(super) fn transfer_status(status: TransferStatus) -> i32 {
    i32::from(status.code()) + 1
}

/// The number of a status in the contract.
pub(super) fn group_status(status: GroupStatus) -> i32 {
    i32::from(status.code()) + 1
}

/// The name of a kind of asset, if there is such a kind.
pub(super) fn asset_kind_name(kind: i32) -> Option<&'static str> {
    let index = usize::try_from(kind).ok()?.checked_sub(1)?;
    KINDS.get(index).copied()
}

/// The number of a kind of asset in the contract.
fn asset_kind(name: &str) -> i32 {
    let index = KINDS.iter().position(|kind| *kind == name);
    index.and_then(|index| i32::try_from(index + 1).ok()).unwrap_or_default()
}

/// The text of an account's id.
pub(super) fn account_id(id: u128) -> String {
    AccountId::from_u128(id).to_text().to_string()
}

/// The text of a transfer's id.
pub(super) fn transfer_id(id: u128) -> String {
    TransferId::from_u128(id).to_text().to_string()
}

fn given<T>(value: u128, text: impl FnOnce(u128) -> T) -> Option<T> {
    (value != 0).then(|| text(value))
}

fn number(value: u128) -> String {
    given(value, |value| value.to_string()).unwrap_or_default()
}

/// A time of the ledger.
pub(super) fn time(micros: Time) -> WireTime {
    let nanos = micros.rem_euclid(1_000_000) * 1_000;
    WireTime {
        seconds: micros.div_euclid(1_000_000),
        nanos: i32::try_from(nanos).expect("less than a second"),
    }
}

fn metadata(json: Option<&str>) -> BTreeMap<String, String> {
    let read = |json| serde_json::from_str(json).expect("stored metadata is a map of texts");
    json.map(read).unwrap_or_default()
}

/// The numbers of the flags whose bits are set.
fn flags(bits: u16) -> Vec<i32> {
    (0..16).filter(|bit| bits & (1 << bit) != 0).map(|bit| bit + 1).collect()
}

pub(super) fn asset(asset: &Asset) -> api::Asset {
    api::Asset {
        code: asset.code.to_string(),
        scale: asset.scale.into(),
        kind: asset_kind(&asset.kind),
        name: asset.name.as_deref().map(str::to_owned),
        metadata: metadata(asset.metadata.as_deref()),
        created_at: Some(time(asset.created_at)),
    }
}

pub(super) fn balances(balances: &Balances) -> api::Balances {
    api::Balances {
        debits_pending: balances.debits_pending.to_string(),
        debits_posted: balances.debits_posted.to_string(),
        credits_pending: balances.credits_pending.to_string(),
        credits_posted: balances.credits_posted.to_string(),
        balance: difference(balances.credits_posted, balances.debits_posted),
    }
}

/// Exact over the whole range, which is wider than the signed amounts.
fn difference(plus: u128, minus: u128) -> String {
    if plus >= minus { Amount::new(plus - minus).to_string() } else { format!("-{}", minus - plus) }
}

pub(super) fn account(account: &Account, asset: &Asset) -> api::Account {
    let nothing = AccountDetails::default();
    let details = account.details.as_deref().unwrap_or(&nothing);
    api::Account {
        id: account_id(account.id),
        address: details.address.as_deref().map(str::to_owned),
        asset: asset.code.to_string(),
        code: account.code.into(),
        flags: flags(account.flags.0),
        closed: account.closed,
        version: account.version,
        balances: Some(balances(&account.balances)),
        floor: account.limits.floor.map(|floor| floor.to_string()),
        ceiling: account.limits.ceiling.map(|ceiling| ceiling.to_string()),
        user_data_128: number(details.user_data_128),
        user_data_64: details.user_data_64,
        user_data_32: details.user_data_32,
        metadata: metadata(details.metadata.as_deref()),
        created_at: Some(time(account.created_at)),
    }
}

pub(super) fn transfer(transfer: &Transfer) -> api::Transfer {
    let (record, extra) = (&transfer.record, transfer.record.extra());
    api::Transfer {
        id: transfer_id(record.id),
        sequence: record.seq,
        debit_account_id: account_id(transfer.debit_account),
        credit_account_id: account_id(transfer.credit_account),
        amount: record.amount.to_string(),
        asset: transfer.asset.code.to_string(),
        code: record.code.into(),
        flags: flags(record.flags.0),
        created_at: Some(time(record.at)),
        pending_id: given(extra.pending_id, transfer_id),
        released: extra.released.map(|released| released.to_string()),
        timeout_s: extra.timeout_s,
        user_data_128: number(extra.user_data_128),
        user_data_64: extra.user_data_64,
        user_data_32: extra.user_data_32,
        group_id: given(extra.group, |id| GroupId::from_u128(id).to_text().to_string()),
        reverses: given(extra.reverses, transfer_id),
        effective_at: extra.effective_at.map(time),
        reference: extra.reference.as_deref().map(str::to_owned),
        metadata: metadata(extra.metadata.as_deref()),
        state: transfer.state.as_ref().map(state),
    }
}

fn state(state: &TransferState) -> api::TransferState {
    let status = match state.status {
        PendingStatus::None => api::PendingStatus::Unspecified,
        PendingStatus::Pending => api::PendingStatus::Pending,
        PendingStatus::Posted => api::PendingStatus::Posted,
        PendingStatus::Voided => api::PendingStatus::Voided,
        PendingStatus::Expired => api::PendingStatus::Expired,
    };
    api::TransferState {
        status: status.into(),
        remaining: state.remaining.to_string(),
        reversed: state.reversed.to_string(),
        expires_at: state.expires_at.map(time),
    }
}

pub(super) fn entry(entry: &Entry) -> api::Entry {
    api::Entry {
        transfer: Some(transfer(&entry.transfer)),
        balances: Some(balances(&entry.balances)),
    }
}

pub(super) fn event(event: &Transfer) -> api::Event {
    api::Event { sequence: event.record.seq, transfer: Some(transfer(event)) }
}
