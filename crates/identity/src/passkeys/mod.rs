//! Passkeys (WebAuthn Level 3): signing in with a device instead of a password.
//!
//! - A passkey is a whole sign-in: the authenticator has to have verified its user (by a finger, a
//!   face or a PIN), each time. So it stands for two factors, and no code is asked besides.
//! - A challenge is answered once, within five minutes, by the origin that asked for it.
//! - A counter that goes back means a copy of the key: the answer is refused and the user told.
//! - Adding one needs a session that is ten minutes old at most, or the password.
//!
//! Reading order: `relying_party` (the only file that knows the library), `service`, `sign_in`.

pub(crate) mod http;
mod relying_party;
mod service;
mod sign_in;
pub(crate) mod store;

pub(crate) use relying_party::RelyingParty;
pub(crate) use service::{Challenge, NewPasskey};
pub(crate) use sign_in::PasskeyAnswer;

use std::time::Duration;

use kernel::Timestamp;
use serde_json::Value;

kernel::define_id! {
    /// A credential that an authenticator keeps.
    pub(crate) struct PasskeyId = "passkey";
}
kernel::define_id! {
    /// A challenge that waits for an authenticator's answer.
    pub(crate) struct CeremonyId = "cer";
}

/// Passkeys that a user may have.
const PASSKEYS_MAX: usize = 25;
/// How long an answer may take.
const ANSWER_MAX: Duration = Duration::from_secs(5 * 60);

/// A passkey as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passkey {
    pub(crate) id: PasskeyId,
    pub(crate) name: String,
    /// It may be on several devices.
    pub(crate) is_synced: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
}

/// What an answer is checked against.
#[derive(Debug, Clone, PartialEq)]
struct StoredPasskey {
    id: PasskeyId,
    name: String,
    /// Public key and counter, as the library keeps them.
    credential: Value,
}
