//! What is remembered. Everything is bounded, and everything knows the generation of its user.

use std::sync::Arc;

use kernel::Timestamp;
use moka::sync::Cache;

use crate::ids::{SessionId, UserId};
use crate::sessions::Live;
use crate::users::User;

const TOKENS_MAX: u64 = 100_000;
const USERS_MAX: u64 = 100_000;

pub(crate) struct Caches {
    /// Verified tokens and cookies by their hash.
    pub(super) tokens: Cache<[u8; 32], Verified>,
    pub(super) sessions: Cache<SessionId, Arc<Live>>,
    pub(crate) users: Cache<UserId, (u64, Arc<User>)>,
    /// Whose a handle or an address was when it was last looked up.
    pub(crate) names: Cache<Box<str>, UserId>,
}

/// A token that was verified, or a cookie that was found.
#[derive(Clone)]
pub(super) struct Verified {
    /// Microseconds since 1970; a cookie ends with its session.
    pub(super) expires_at: i64,
    pub(super) session: SessionId,
    pub(super) live: Arc<Live>,
}

impl Caches {
    pub(crate) fn new() -> Self {
        Self {
            tokens: Cache::new(TOKENS_MAX),
            sessions: Cache::new(TOKENS_MAX),
            users: Cache::new(USERS_MAX),
            names: Cache::new(2 * USERS_MAX),
        }
    }

    /// When a session was last used, as far as this node knows.
    pub(crate) fn last_used(&self, session: SessionId) -> Timestamp {
        self.sessions.get(&session).map_or(Timestamp::MIN, |live| live.last_used())
    }

    /// A session was used, and that has been written.
    pub(crate) fn used(&self, session: SessionId, now: Timestamp) {
        if let Some(live) = self.sessions.get(&session) {
            live.touch(now);
        }
    }
}
