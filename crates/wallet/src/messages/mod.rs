//! What people write with a transfer. Kept outside of the ledger, so that it can be erased; written
//! before the ledger is called, so that no transfer is without its message.
//!
//! A transfer that was refused leaves its message behind only if the process died; the job sweeps
//! those up.

mod jobs;
mod service;
mod store;

pub(crate) use jobs::{SWEEP, Sweep};
pub(crate) use service::NewMessage;
pub(crate) use store::{erase_in_tx, insert};
