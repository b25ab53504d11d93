//! Transfers and their results in answers.

use kernel::{Amount, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::engine::{PendingStatus, TransferFlags, TransferResult, TransferState, TransferStatus};
use crate::http::fields::{
    CodeOf, Sequence, StoredMetadata, TransferStatusName, UserData64, given, time,
};
use crate::ids::{AccountId, GroupId, TransferId};
use crate::text::{Kind, Sides, transfer_detail};
use crate::transfers::Transfer;

/// A transfer that happened. Fields that were not given are left out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Transfer)]
pub(crate) struct TransferJson {
    id: TransferId,
    /// Position in the journal, which counts from 1 without gaps.
    #[schema(value_type = Sequence)]
    seq: i64,
    #[schema(value_type = RecordedKind)]
    kind: &'static str,
    /// The account that value left.
    debit_account: AccountId,
    /// The account that value reached.
    credit_account: AccountId,
    /// What was moved or reserved; of a void or an expiry, what was released.
    amount: Amount,
    asset: CodeOf,
    /// How many decimals the asset has.
    #[schema(minimum = 0, maximum = 18)]
    scale: u8,
    /// The caller's category.
    code: u16,
    /// When the transfer was recorded.
    at: Timestamp,
    /// State of a pending transfer: `pending`, `posted`, `voided` or `expired`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<PendingStatusName>)]
    status: Option<&'static str>,
    /// What a pending transfer still reserves.
    #[serde(skip_serializing_if = "Option::is_none")]
    remaining: Option<Amount>,
    /// When a pending transfer expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    /// How much of the transfer was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    reversed: Option<Amount>,
    /// The pending transfer that this one posts, voids, extends or expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending_id: Option<TransferId>,
    /// How much this transfer took off the reserved amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    released: Option<Amount>,
    /// The time limit as it was given, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_s: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<GroupId>,
    /// The transfer that this one takes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    reverses: Option<TransferId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    balancing: Option<Sides>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closing: Option<Sides>,
    /// The rest stayed reserved.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    partial: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    linked: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    imported: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    reference: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<StoredMetadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_data_128: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_data_64: Option<UserData64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_data_32: Option<u32>,
}

/// Names of kinds, for the API document.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum RecordedKind {
    Single,
    Pending,
    Post,
    Void,
    Extend,
    Expire,
    Reverse,
}

/// Names of states, for the API document.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum PendingStatusName {
    Pending,
    Posted,
    Voided,
    Expired,
}

impl TransferJson {
    /// The transfer with what became of it.
    pub(crate) fn now(transfer: Transfer) -> Self {
        let state = transfer.state;
        Self::with_state(transfer, state)
    }

    /// The transfer as it was recorded: the same at any time.
    pub(crate) fn as_recorded(transfer: Transfer) -> Self {
        let state = initial_state(&transfer);
        Self::with_state(transfer, state)
    }

    fn with_state(transfer: Transfer, state: Option<TransferState>) -> Self {
        let Transfer { record, debit_account, credit_account, asset, .. } = transfer;
        let (kind, flags) = (Kind::of(&record), record.flags);
        let hold = state.filter(|state| state.status != PendingStatus::None);
        let mut extra = record.extra.unwrap_or_default();
        Self {
            id: TransferId::from_u128(record.id),
            seq: record.seq,
            kind: kind.as_str(),
            debit_account: AccountId::from_u128(debit_account),
            credit_account: AccountId::from_u128(credit_account),
            amount: Amount::new(record.amount),
            scale: asset.scale,
            asset: CodeOf(asset),
            code: record.code,
            at: time(record.at),
            status: hold.and_then(|state| state.status.name()),
            remaining: hold.map(|state| Amount::new(state.remaining)),
            expires_at: hold.and_then(|state| state.expires_at).map(time),
            reversed: state.and_then(|state| given(state.reversed)).map(Amount::new),
            pending_id: given(extra.pending_id).map(TransferId::from_u128),
            released: extra.released.map(Amount::new),
            timeout_s: given(extra.timeout_s),
            group: given(extra.group).map(GroupId::from_u128),
            reverses: given(extra.reverses).map(TransferId::from_u128),
            balancing: Sides::of(
                flags,
                TransferFlags::BALANCING_DEBIT,
                TransferFlags::BALANCING_CREDIT,
            ),
            closing: Sides::of(flags, TransferFlags::CLOSING_DEBIT, TransferFlags::CLOSING_CREDIT),
            partial: flags.has(TransferFlags::PARTIAL),
            linked: flags.has(TransferFlags::LINKED),
            imported: flags.has(TransferFlags::IMPORTED),
            effective_at: extra.effective_at.map(time),
            reference: extra.reference.take(),
            metadata: extra.metadata.take().map(StoredMetadata),
            user_data_128: given(extra.user_data_128).map(Amount::new),
            user_data_64: given(extra.user_data_64).map(UserData64),
            user_data_32: given(extra.user_data_32),
        }
    }
}

/// State of a transfer when it was recorded.
fn initial_state(transfer: &Transfer) -> Option<TransferState> {
    let record = &transfer.record;
    if !record.flags.has(TransferFlags::PENDING) {
        return None;
    }
    let timeout_s = record.extra().timeout_s;
    Some(TransferState {
        status: PendingStatus::Pending,
        remaining: record.amount,
        expires_at: (timeout_s > 0).then(|| record.at + i64::from(timeout_s) * 1_000_000),
        ..TransferState::default()
    })
}

/// What became of one transfer of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TransferResult)]
pub(crate) struct TransferResultJson {
    /// `created`, `exists`, or why it failed.
    #[schema(value_type = TransferStatusName)]
    status: &'static str,
    /// Why it failed, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    detail: Option<&'static str>,
    /// Of an id that failed before: how.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TransferStatusName>)]
    first_failure: Option<&'static str>,
    /// The transfer, when it was created or exists. One that was just created is shown as it was
    /// recorded, one that existed with what has become of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer: Option<TransferJson>,
}

/// What became of the transfers of a request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TransferResults)]
pub(crate) struct TransferResultsJson {
    /// One for each transfer of the request, in its order.
    results: Vec<TransferResultJson>,
    /// How many were created.
    created: usize,
    /// How many existed before.
    existing: usize,
    /// How many failed.
    failed: usize,
}

impl TransferResultsJson {
    /// `transfers` are those of the successful results, in their order.
    pub(crate) fn new(results: &[TransferResult], transfers: Vec<Transfer>) -> Self {
        let mut transfers = transfers.into_iter().peekable();
        let (mut created, mut existing) = (0, 0);
        let result = |result: &TransferResult| {
            let seq = result.seq;
            let transfer =
                seq.and_then(|seq| transfers.next_if(|transfer| transfer.record.seq == seq));
            match result.status {
                TransferStatus::Created => created += 1,
                TransferStatus::Exists => existing += 1,
                _ => {}
            }
            TransferResultJson::new(result, transfer)
        };
        let results: Vec<_> = results.iter().map(result).collect();
        let failed = results.len() - created - existing;
        Self { results, created, existing, failed }
    }
}

impl TransferResultJson {
    fn new(result: &TransferResult, transfer: Option<Transfer>) -> Self {
        let status = result.status;
        let transfer = if status == TransferStatus::Created {
            transfer.map(TransferJson::as_recorded)
        } else {
            transfer.map(TransferJson::now)
        };
        Self {
            status: status.as_str(),
            detail: (!status.is_success()).then(|| transfer_detail(status)),
            first_failure: result.first_failure.map(TransferStatus::as_str),
            transfer,
        }
    }
}

/// What a repeated request answered the first time, where its ids follow from a key: what exists
/// was created then, and what failed then fails in the same way.
pub(crate) fn as_at_first(result: &mut TransferResult) -> bool {
    match (result.status, result.first_failure.take()) {
        (TransferStatus::Exists, _) => result.status = TransferStatus::Created,
        (TransferStatus::IdAlreadyFailed, Some(first)) => result.status = first,
        (_, first) => {
            result.first_failure = first;
            return false;
        }
    }
    true
}
