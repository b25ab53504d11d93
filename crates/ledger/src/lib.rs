//! The ledger.
pub mod engine;
mod error;
mod journal;
