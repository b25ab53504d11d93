//! Transfers: creating them, resolving pending ones, finding them again.
//!
//! Reading order: `service` (create, resolve, find), `list` (filters), `complete` (what a record
//! leaves out), `store` (SQL).

mod complete;
pub(crate) mod http;
mod list;
mod service;
mod store;

use std::sync::Arc;

pub(crate) use complete::AccountNames;

use crate::assets::Asset;
use crate::engine::{Record, Time, TransferState};

/// A transfer as callers see it.
#[derive(Clone, Debug)]
pub struct Transfer {
    pub record: Record,
    /// What became of a pending transfer, or how much of a posted one was reversed.
    pub state: Option<TransferState>,
    pub debit_account: u128,
    pub credit_account: u128,
    pub asset: Arc<Asset>,
}

/// Which transfers to list. All conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransferFilter {
    /// Debited or credited.
    pub account: Option<u128>,
    pub asset: Option<u32>,
    pub code: Option<u16>,
    pub reference: Option<String>,
    pub group: Option<u128>,
    pub pending_id: Option<u128>,
    pub reverses: Option<u128>,
    /// All of these flags are set.
    pub flags_all: u16,
    pub from: Option<Time>,
    pub before: Option<Time>,
    pub amount_min: Option<u128>,
    pub amount_max: Option<u128>,
    /// A key and its value.
    pub metadata: Option<(String, String)>,
}
