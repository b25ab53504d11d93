//! Whether an e-mail address is the user's: answered with the code or link of a mail.
//!
//! Invariants: what was given at a registration counts when the mail of that very registration is
//! answered; asking for another mail looks the same for known and unknown addresses, because the
//! request only leaves a job, which looks later.

pub(crate) mod http;
mod service;
pub(crate) mod store;

pub(crate) use service::Reply;
