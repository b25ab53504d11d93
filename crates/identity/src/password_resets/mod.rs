//! A new password for somebody who has forgotten theirs, by mail.
//!
//! Invariants: asking looks the same for known and unknown addresses, because the request only
//! leaves a job, which looks later; with an authenticator app the mail alone is not enough; a
//! reset ends all sessions, forgets all devices and unlocks the password.

pub(crate) mod http;
mod service;

pub(crate) use service::Reset;
