//! Customers: who buys. A user has one for ever; a guest has one for each order, because nobody
//! proved to be the owner of an address.

pub(crate) mod store;

use identity::UserId;

use crate::ids::CustomerId;

/// Who buys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewCustomer {
    pub(crate) id: CustomerId,
    pub(crate) user: Option<UserId>,
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
    /// Its number in another system.
    pub(crate) external_ref: Option<String>,
}
