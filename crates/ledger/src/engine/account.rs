//! An account as the engine sees it: who it is, what limits it, and its four balances.

use super::Time;

/// Flags given when an account is created; they never change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AccountFlags(pub u16);

impl AccountFlags {
    /// The next account of the request succeeds or fails together with this one.
    pub const LINKED: u16 = 1;
    /// Debits, holds counted, never exceed posted credits.
    pub const DEBITS_MUST_NOT_EXCEED_CREDITS: u16 = 1 << 1;
    /// Credits, holds counted, never exceed posted debits.
    pub const CREDITS_MUST_NOT_EXCEED_DEBITS: u16 = 1 << 2;
    /// Accepted for compatibility: Bushel keeps the history of every account.
    pub const HISTORY: u16 = 1 << 3;
    /// The caller gives the account's time of creation.
    pub const IMPORTED: u16 = 1 << 4;
    /// The account is created closed.
    pub const CLOSED: u16 = 1 << 5;
    const KNOWN: u16 = (1 << 6) - 1;

    /// Whether all bits of `flag` are set.
    pub fn has(self, flag: u16) -> bool {
        self.0 & flag == flag
    }

    /// Whether bits are set that have no meaning.
    pub fn has_unknown(self) -> bool {
        self.0 & !Self::KNOWN != 0
    }
}

/// The four balances of an account, in the asset's minor unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balances {
    pub debits_pending: u128,
    pub debits_posted: u128,
    pub credits_pending: u128,
    pub credits_posted: u128,
}

/// What an account may reach, as credits minus debits. Both bounds count holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Posted credits minus all debits never fall below this by a debit.
    pub floor: Option<i128>,
    /// All credits minus posted debits never rise above this by a credit.
    pub ceiling: Option<i128>,
}

impl Limits {
    /// Whether no balance could satisfy both bounds.
    pub fn are_contradictory(&self) -> bool {
        matches!((self.floor, self.ceiling), (Some(floor), Some(ceiling)) if floor > ceiling)
    }
}

/// What an account carries beside its numbers. Boxed, because most accounts carry nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountDetails {
    pub user_data_128: u128,
    pub user_data_64: u64,
    pub user_data_32: u32,
    /// A unique, readable name such as `users/usr_1/EUR`.
    pub address: Option<Box<str>>,
    /// The caller's metadata as canonical JSON.
    pub metadata: Option<Box<str>>,
}

/// An account to create.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewAccount {
    pub id: u128,
    /// Number of the asset; zero is refused, an unknown one is not found.
    pub asset: u32,
    /// The caller's category, not zero.
    pub code: u16,
    pub flags: AccountFlags,
    pub limits: Limits,
    pub details: AccountDetails,
    /// Time of creation, only with [`AccountFlags::IMPORTED`]; zero otherwise.
    pub timestamp: Time,
}

/// A change of an account. `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountUpdate {
    pub id: u128,
    /// The version that the caller saw; another one is a conflict.
    pub expected_version: Option<u32>,
    pub floor: Option<Option<i128>>,
    pub ceiling: Option<Option<i128>>,
    pub metadata: Option<Option<Box<str>>>,
}

/// An account that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: u128,
    /// Dense number used inside the journal.
    pub no: i64,
    pub asset: u32,
    pub code: u16,
    /// The flags as given at creation.
    pub flags: AccountFlags,
    /// Whether the account rejects new transfers.
    pub closed: bool,
    /// Starts at 1; every change of limits or metadata adds one.
    pub version: u32,
    pub balances: Balances,
    pub limits: Limits,
    pub created_at: Time,
    pub details: Option<Box<AccountDetails>>,
}

impl Account {
    /// How much may still be debited under the account's own floor. `None`: no floor is set.
    pub fn debit_room(&self) -> Option<u128> {
        let floor = self.limits.floor?;
        let above = if floor >= 0 {
            self.balances.credits_posted.saturating_sub(floor.unsigned_abs())
        } else {
            self.balances.credits_posted.saturating_add(floor.unsigned_abs())
        };
        Some(above.saturating_sub(self.balances.debits()))
    }

    /// How much may still be credited under the account's own ceiling. `None`: none is set.
    pub fn credit_room(&self) -> Option<u128> {
        let ceiling = self.limits.ceiling?;
        let below = if ceiling >= 0 {
            self.balances.debits_posted.saturating_add(ceiling.unsigned_abs())
        } else {
            self.balances.debits_posted.saturating_sub(ceiling.unsigned_abs())
        };
        Some(below.saturating_sub(self.balances.credits()))
    }

    /// The most that a balancing debit may take: down to the floor, or to zero without one.
    pub fn balancing_debit_room(&self) -> u128 {
        let to_zero = self.balances.credits_posted.saturating_sub(self.balances.debits());
        match self.debit_room() {
            Some(room) if self.flags.has(AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS) => {
                room.min(to_zero)
            }
            Some(room) => room,
            None => to_zero,
        }
    }

    /// The most that a balancing credit may bring: up to the ceiling, or to zero without one.
    pub fn balancing_credit_room(&self) -> u128 {
        let to_zero = self.balances.debits_posted.saturating_sub(self.balances.credits());
        match self.credit_room() {
            Some(room) if self.flags.has(AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS) => {
                room.min(to_zero)
            }
            Some(room) => room,
            None => to_zero,
        }
    }

    /// Whether debiting `amount` would break `debits_must_not_exceed_credits`.
    /// The caller has checked that the sum of debits can't overflow.
    pub fn debits_exceed_credits(&self, amount: u128) -> bool {
        self.flags.has(AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS)
            && self.balances.debits() + amount > self.balances.credits_posted
    }

    /// Whether crediting `amount` would break `credits_must_not_exceed_debits`.
    /// The caller has checked that the sum of credits can't overflow.
    pub fn credits_exceed_debits(&self, amount: u128) -> bool {
        self.flags.has(AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS)
            && self.balances.credits() + amount > self.balances.debits_posted
    }
}

impl Balances {
    /// All debits, holds counted. The engine keeps this sum within `u128`.
    pub fn debits(&self) -> u128 {
        self.debits_pending + self.debits_posted
    }

    /// All credits, holds counted. The engine keeps this sum within `u128`.
    pub fn credits(&self) -> u128 {
        self.credits_pending + self.credits_posted
    }
}
