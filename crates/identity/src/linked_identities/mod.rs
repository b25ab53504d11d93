//! Who a user is at outside providers, with which they sign in.
//!
//! Invariants: who somebody is at a provider belongs to one user; the last way in is never taken
//! away; adding and removing is told to the user and recorded.

pub(crate) mod http;
mod service;
pub(crate) mod store;

use kernel::Timestamp;

kernel::define_id! {
    /// Who a user is at a provider.
    pub(crate) struct LinkedIdentityId = "lid";
}

/// Who a user is at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LinkedIdentity {
    pub(crate) id: LinkedIdentityId,
    pub(crate) provider: String,
    pub(crate) email: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
}
