//! Accounts: who holds value, the limits on it, its balances now and at any moment, and its
//! history with running balances.
//!
//! Reading order: `service` (one account), `history` (its entries), `moment` (its balances in
//! the past), `course` (its balances at many moments), `store` (SQL).

mod course;
mod history;
pub(crate) mod http;
mod moment;
mod service;
pub(crate) mod store;

use crate::engine::{Balances, Time};
use crate::transfers::Transfer;

/// How an account is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKey<'a> {
    Id(u128),
    Address(&'a str),
}

/// Which accounts to list. All conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountFilter {
    pub asset: Option<u32>,
    pub code: Option<u16>,
    pub address_prefix: Option<String>,
    pub closed: Option<bool>,
    pub created_from: Option<Time>,
    pub created_before: Option<Time>,
    /// A key and its value.
    pub metadata: Option<(String, String)>,
}

/// A transfer in the history of an account.
#[derive(Clone, Debug)]
pub struct Entry {
    pub transfer: Transfer,
    /// The account's balances after the transfer.
    pub balances: Balances,
}

/// In which order to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    NewestFirst,
    OldestFirst,
}

/// Which part of an account's history to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntriesQuery {
    pub order: Order,
    /// Go on after this sequence, in the order asked for.
    pub cursor: Option<i64>,
    /// Transfers at this time or later.
    pub from: Option<Time>,
    /// Transfers before this time.
    pub before: Option<Time>,
    pub limit: usize,
}

/// A moment at which to know balances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Now,
    /// Everything recorded at this time or before.
    At(Time),
    /// Everything that took effect at this time or before, whenever it was recorded.
    Effective(Time),
}
