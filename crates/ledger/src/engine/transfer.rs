//! Transfers: the command, the record that it leaves in the journal, and what a record does to
//! the balances. A record says everything that is needed to replay it: nothing else is looked up.

use super::Time;
use super::account::Balances;

/// Flags of a transfer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TransferFlags(pub u16);

impl TransferFlags {
    /// The next transfer of the request succeeds or fails together with this one.
    pub const LINKED: u16 = 1;
    /// Reserve the amount; a post, a void or the time limit resolves it.
    pub const PENDING: u16 = 1 << 1;
    /// Post what `pending_id` reserved, up to `amount`; the rest is released.
    pub const POST_PENDING: u16 = 1 << 2;
    /// Release what `pending_id` reserved.
    pub const VOID_PENDING: u16 = 1 << 3;
    /// Move at most `amount`: what the debit account has.
    pub const BALANCING_DEBIT: u16 = 1 << 4;
    /// Move at most `amount`: what the credit account takes.
    pub const BALANCING_CREDIT: u16 = 1 << 5;
    /// Close the debit account (pending only; a void opens it again).
    pub const CLOSING_DEBIT: u16 = 1 << 6;
    /// Close the credit account (pending only; a void opens it again).
    pub const CLOSING_CREDIT: u16 = 1 << 7;
    /// The caller gives the transfer's time.
    pub const IMPORTED: u16 = 1 << 8;
    /// Bushel, with `POST_PENDING`: keep the rest reserved for further captures.
    pub const PARTIAL: u16 = 1 << 9;
    /// Bushel: give `pending_id` a new time limit of `timeout` seconds from now.
    pub const EXTEND_PENDING: u16 = 1 << 10;
    /// Bushel, only in the journal: the time limit of `pending_id` has passed.
    pub const EXPIRE_PENDING: u16 = 1 << 11;
    /// What a caller may set.
    const CALLER: u16 = (1 << 11) - 1;
    /// Flags that refer to a pending transfer.
    pub const RESOLVING: u16 = Self::POST_PENDING | Self::VOID_PENDING | Self::EXTEND_PENDING;

    /// Whether all bits of `flag` are set.
    pub fn has(self, flag: u16) -> bool {
        self.0 & flag == flag
    }

    /// Whether one of the bits of `flags` is set.
    pub fn any(self, flags: u16) -> bool {
        self.0 & flags != 0
    }

    /// Whether bits are set that a caller may not set.
    pub fn has_reserved(self) -> bool {
        self.0 & !Self::CALLER != 0
    }
}

/// What a transfer carries beside its movement. Boxed, because most carry nothing.
/// Zero and `None` mean "not given".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extra {
    /// The pending transfer that this one posts, voids, extends or expires.
    pub pending_id: u128,
    /// Journal only: how much a post, void or expiry takes off the pending balances.
    pub released: Option<u128>,
    /// Time limit of a pending transfer in seconds.
    pub timeout_s: u32,
    pub user_data_128: u128,
    pub user_data_64: u64,
    pub user_data_32: u32,
    /// Pending transfers of one group can be posted or voided together.
    pub group: u128,
    /// The transfer that this one takes back, wholly or in part.
    pub reverses: u128,
    /// When the transfer took effect in the caller's world, if not at its own time.
    pub effective_at: Option<Time>,
    /// The caller's own reference, such as an invoice number.
    pub reference: Option<Box<str>>,
    /// The caller's metadata as canonical JSON.
    pub metadata: Option<Box<str>>,
}

/// A transfer to create.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewTransfer {
    pub id: u128,
    pub debit_account: u128,
    pub credit_account: u128,
    pub amount: u128,
    pub asset: u32,
    pub code: u16,
    pub flags: TransferFlags,
    /// Time of the transfer, only with [`TransferFlags::IMPORTED`]; zero otherwise.
    pub timestamp: Time,
    pub extra: Option<Box<Extra>>,
}

/// One row of the journal: a transfer that happened. It never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Position in the journal: gap-free, from 1.
    pub seq: i64,
    pub id: u128,
    /// Number of the debited account.
    pub debit: i64,
    /// Number of the credited account.
    pub credit: i64,
    pub amount: u128,
    pub at: Time,
    pub code: u16,
    pub flags: TransferFlags,
    pub extra: Option<Box<Extra>>,
}

/// What a record does to its two accounts: `pending` and `posted` are added to the debit
/// account's debits and to the credit account's credits; `released` is taken off both pendings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    pub pending: u128,
    pub posted: u128,
    pub released: u128,
}

static NOTHING: Extra = Extra {
    pending_id: 0,
    released: None,
    timeout_s: 0,
    user_data_128: 0,
    user_data_64: 0,
    user_data_32: 0,
    group: 0,
    reverses: 0,
    effective_at: None,
    reference: None,
    metadata: None,
};

impl NewTransfer {
    /// The extra fields, empty when there are none.
    pub fn extra(&self) -> &Extra {
        self.extra.as_deref().unwrap_or(&NOTHING)
    }
}

impl Record {
    /// The extra fields, empty when there are none.
    pub fn extra(&self) -> &Extra {
        self.extra.as_deref().unwrap_or(&NOTHING)
    }

    /// What this record does to the balances of its accounts.
    pub fn effect(&self) -> Effect {
        let flags = self.flags;
        if flags.any(TransferFlags::RESOLVING | TransferFlags::EXPIRE_PENDING) {
            let posted = if flags.has(TransferFlags::POST_PENDING) { self.amount } else { 0 };
            return Effect { pending: 0, posted, released: self.extra().released.unwrap_or(0) };
        }
        if flags.has(TransferFlags::PENDING) {
            return Effect { pending: self.amount, ..Effect::default() };
        }
        Effect { posted: self.amount, ..Effect::default() }
    }

    /// Whether the record moved value for good, so that it can be reversed.
    pub fn has_posted(&self) -> bool {
        let other = TransferFlags::PENDING
            | TransferFlags::VOID_PENDING
            | TransferFlags::EXTEND_PENDING
            | TransferFlags::EXPIRE_PENDING;
        !self.flags.any(other)
    }
}

impl Balances {
    /// Adds a record's effect to its debit account.
    pub fn debit(&mut self, effect: Effect) {
        self.debits_pending = self.debits_pending + effect.pending - effect.released;
        self.debits_posted += effect.posted;
    }

    /// Adds a record's effect to its credit account.
    pub fn credit(&mut self, effect: Effect) {
        self.credits_pending = self.credits_pending + effect.pending - effect.released;
        self.credits_posted += effect.posted;
    }

    /// Takes a record's effect off its debit account again.
    pub fn undo_debit(&mut self, effect: Effect) {
        self.debits_pending = self.debits_pending + effect.released - effect.pending;
        self.debits_posted -= effect.posted;
    }

    /// Takes a record's effect off its credit account again.
    pub fn undo_credit(&mut self, effect: Effect) {
        self.credits_pending = self.credits_pending + effect.released - effect.pending;
        self.credits_posted -= effect.posted;
    }
}
