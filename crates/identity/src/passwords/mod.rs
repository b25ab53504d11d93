//! Passwords: what is acceptable, and how they are hashed.
//!
//! A password is verified exactly as it was sent; nothing is cut off or changed. Clients should
//! normalise to NFC (RFC 8265), so that the same keys give the same bytes on every device.
//!
//! Hashing is slow on purpose. It has threads of its own ([`Pool`]), so that a flood of sign-ins
//! slows nothing but sign-ins.

mod policy;
mod pool;
mod worker;

pub use policy::PasswordFlaw;
pub(crate) use policy::{Strength, check, is_enough_alone, is_possible};
pub(crate) use pool::{Pool, Verdict};

#[cfg(test)]
mod tests;
