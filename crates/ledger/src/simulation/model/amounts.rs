//! Sums that may exceed 128 bits.

use crate::engine::{Account, AccountFlags, Balances};

/// How often 2^128 fits, and the rest. Compares as the number does.
pub(super) type Wide = (u32, u128);

pub(super) fn sum(parts: &[u128]) -> Wide {
    parts.iter().fold((0, 0), |(high, low), part| {
        let (low, carried) = low.overflowing_add(*part);
        (high + u32::from(carried), low)
    })
}

pub(super) fn overflows(parts: &[u128]) -> bool {
    sum(parts).0 > 0
}

/// By how much one sum exceeds another; at most the largest amount.
fn excess(more: &[u128], less: &[u128]) -> u128 {
    let (more, less) = (sum(more), sum(less));
    if more <= less {
        return 0;
    }
    let (low, borrowed) = more.1.overflowing_sub(less.1);
    if more.0 - less.0 > u32::from(borrowed) { u128::MAX } else { low }
}

/// A bound as what it adds to the one side or to the other.
fn sides(bound: i128) -> (u128, u128) {
    if bound >= 0 { (bound.unsigned_abs(), 0) } else { (0, bound.unsigned_abs()) }
}

/// Whether a debit would take an account under its floor.
pub(super) fn breaks_floor(account: &Account, has: &Balances, amount: u128) -> bool {
    account.limits.floor.is_some_and(|floor| {
        let (above, below) = sides(floor);
        let used = sum(&[has.debits_pending, has.debits_posted, amount, above]);
        amount > 0 && used > sum(&[has.credits_posted, below])
    })
}

/// Whether a credit would take an account over its ceiling.
pub(super) fn breaks_ceiling(account: &Account, has: &Balances, amount: u128) -> bool {
    account.limits.ceiling.is_some_and(|ceiling| {
        let (above, below) = sides(ceiling);
        let used = sum(&[has.credits_pending, has.credits_posted, amount, below]);
        amount > 0 && used > sum(&[has.debits_posted, above])
    })
}

pub(super) fn breaks_credits(account: &Account, has: &Balances, amount: u128) -> bool {
    account.flags.has(AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS)
        && sum(&[has.debits_pending, has.debits_posted, amount]) > (0, has.credits_posted)
}

pub(super) fn breaks_debits(account: &Account, has: &Balances, amount: u128) -> bool {
    account.flags.has(AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS)
        && sum(&[has.credits_pending, has.credits_posted, amount]) > (0, has.debits_posted)
}

/// The most that a balancing debit takes: to the floor, or to zero without one, and never so
/// much that the sum of debits would overflow.
pub(super) fn debit_room(account: &Account, has: &Balances) -> u128 {
    let debits = [has.debits_pending, has.debits_posted];
    let to_zero = excess(&[has.credits_posted], &debits);
    let Some(floor) = account.limits.floor else { return to_zero };
    let (above, below) = sides(floor);
    let room = excess(&[has.credits_posted, below], &[debits[0], debits[1], above]);
    let room = room.min(excess(&[u128::MAX], &debits));
    let strict = account.flags.has(AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS);
    if strict { room.min(to_zero) } else { room }
}

/// The most that a balancing credit brings: to the ceiling, or to zero without one.
pub(super) fn credit_room(account: &Account, has: &Balances) -> u128 {
    let credits = [has.credits_pending, has.credits_posted];
    let to_zero = excess(&[has.debits_posted], &credits);
    let Some(ceiling) = account.limits.ceiling else { return to_zero };
    let (above, below) = sides(ceiling);
    let room = excess(&[has.debits_posted, above], &[credits[0], credits[1], below]);
    let room = room.min(excess(&[u128::MAX], &credits));
    let strict = account.flags.has(AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS);
    if strict { room.min(to_zero) } else { room }
}
