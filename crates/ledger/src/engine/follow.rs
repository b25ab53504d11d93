//! How a record changes the state of the transfer it speaks of. A pure function of the record
//! and the state before, so that the engine, the committed view, recovery and verification all
//! follow the same rule.

use super::Time;
use super::state::{PendingStatus, TransferState};
use super::transfer::{Record, TransferFlags};

impl TransferState {
    /// The transfer whose state a record changes, if it changes one.
    pub fn target(record: &Record) -> Option<u128> {
        let extra = record.extra.as_deref();
        if record.flags.has(TransferFlags::PENDING) {
            return Some(record.id);
        }
        let extra = extra?;
        if extra.pending_id != 0 {
            return Some(extra.pending_id);
        }
        (extra.reverses != 0 && record.amount != 0).then_some(extra.reverses)
    }

    /// The state of [`TransferState::target`] after a record. `before` is the state before, or
    /// for the first reversal of a transfer a new state with that transfer's sequence.
    pub fn after(record: &Record, before: TransferState) -> TransferState {
        let (flags, extra) = (record.flags, record.extra());
        let timeout = Time::from(extra.timeout_s) * 1_000_000;
        let expires_at = (timeout > 0).then_some(record.at + timeout);
        let mut state = TransferState { changed_seq: record.seq, ..before };
        if flags.has(TransferFlags::PENDING) {
            state.status = PendingStatus::Pending;
            state.remaining = record.amount;
            state.seq = record.seq;
            state.group = extra.group;
            state.expires_at = expires_at;
        } else if extra.pending_id == 0 {
            state.reversed += record.amount;
        } else {
            state.remaining -= extra.released.unwrap_or(0);
            if flags.has(TransferFlags::EXTEND_PENDING) {
                state.expires_at = expires_at;
            } else if flags.has(TransferFlags::VOID_PENDING) {
                state.status = PendingStatus::Voided;
            } else if flags.has(TransferFlags::EXPIRE_PENDING) {
                state.status = PendingStatus::Expired;
            } else if !flags.has(TransferFlags::PARTIAL) || state.remaining == 0 {
                state.status = PendingStatus::Posted;
            }
        }
        state
    }
}
