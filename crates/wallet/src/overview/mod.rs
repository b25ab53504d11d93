//! The transfers of all users, for staff.
//!
//! They are read from the ledger's journal, newest first. The ledger seeks by period and filters by
//! asset and amount; what is no transfer between people is passed over, and how much is looked at for
//! one page is bounded. What people wrote to each other isn't shown: it is nobody's business.

pub(crate) mod http;
mod service;

use identity::UserId;
use kernel::{Amount, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::transfers::{Status, Transfer};

/// Which transfers to list. All conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OverviewQuery {
    pub(crate) status: Option<Status>,
    pub(crate) asset: Option<String>,
    pub(crate) from: Option<Timestamp>,
    pub(crate) before: Option<Timestamp>,
    pub(crate) amount_min: Option<Amount>,
    pub(crate) amount_max: Option<Amount>,
    /// Go on after this sequence.
    pub(crate) cursor: Option<i64>,
    pub(crate) limit: usize,
}

/// A transfer, and between whom it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct UserTransfer {
    pub(crate) sender: UserId,
    /// Nobody yet, while it waits for somebody to register.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recipient: Option<UserId>,
    /// As its sender sees it, without what they wrote.
    pub(crate) transfer: Transfer,
}

impl UserTransfer {
    fn new(sender: UserId, recipient: Option<UserId>, transfer: Transfer) -> Self {
        Self { sender, recipient, transfer: Transfer { message: None, ..transfer } }
    }
}
