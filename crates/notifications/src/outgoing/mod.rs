//! Requests to addresses that users chose: webhooks, and the push services of browsers.
//!
//! Invariant: no request goes to an address that `address_guard` refuses, whatever a name resolves
//! to, and none follows a redirect.

mod address_guard;
mod client;
mod resolver;

pub(crate) use address_guard::{AddressGuard, UrlRefusal};
pub(crate) use client::{GuardedClient, reason, retry_after};
pub use resolver::{Resolver, Resolving, SystemResolver};

#[cfg(test)]
pub(crate) use address_guard::Scheme;
