//! What a request with a key goes through. A key is remembered together with the generation of its
//! owner, so a revocation counts within a second everywhere; what depends on the moment and on
//! the caller is checked each time.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use ipnet::IpNet;
use kernel::Timestamp;
use kernel::http::ClientInfo;
use kernel::secret::SecretToken;
use moka::sync::Cache;

use super::{PREFIX, is_allowed, store};
use crate::actor::{Actor, ActorKind};
use crate::authentication::AuthError;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::ids::{ApiKeyId, UserId};
use crate::permissions::PermissionSet;
use crate::users::UserStatus;

/// The use of a key is written at most this often.
pub(super) const WRITTEN_EVERY: Duration = Duration::from_secs(60);
const KEYS_REMEMBERED_MAX: u64 = 100_000;

/// What has to be known of a key to let it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyRow {
    pub(super) id: ApiKeyId,
    pub(super) user: UserId,
    /// What its scopes and its owner's roles have in common.
    pub(super) permissions: PermissionSet,
    pub(super) status: UserStatus,
    pub(super) allowed_ips: Vec<IpNet>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) revoked_at: Option<Timestamp>,
    /// As it was noted last.
    pub(super) last_used_at: Option<Timestamp>,
}

/// A key that was looked up.
#[derive(Debug)]
struct Known {
    row: KeyRow,
    /// Of its owner, from before it was read.
    generation: u64,
    /// When its use was last noted, in microseconds since 1970.
    used_at: AtomicI64,
}

/// The keys that were looked up, by their hash.
pub(crate) struct KnownKeys(Cache<[u8; 32], Arc<Known>>);

impl KnownKeys {
    pub(crate) fn new() -> Self {
        Self(Cache::new(KEYS_REMEMBERED_MAX))
    }
}

impl KeyRow {
    /// Who calls with it, if it is good at this moment from this address.
    pub(super) fn actor(&self, now: Timestamp, ip: IpAddr) -> Result<Actor, AuthError> {
        if self.revoked_at.is_some() || self.status == UserStatus::Deleted {
            return Err(AuthError::Invalid);
        }
        if self.expires_at.is_some_and(|end| end <= now) {
            return Err(AuthError::Expired);
        }
        // From elsewhere it looks like a key that there isn't: whoever found it learns nothing.
        if !is_allowed(&self.allowed_ips, ip) {
            return Err(AuthError::Invalid);
        }
        Ok(Actor {
            kind: ActorKind::ApiKey { user: self.user, key: self.id },
            permissions: self.permissions,
            is_frozen: self.status == UserStatus::Frozen,
        })
    }
}

impl Known {
    fn new(row: KeyRow, generation: u64) -> Self {
        let used_at = row.last_used_at.map_or(i64::MIN, Timestamp::as_micros);
        Self { row, generation, used_at: AtomicI64::new(used_at) }
    }

    /// Whether this use is to be written. Says so at most once a minute.
    fn note_use(&self, now: Timestamp) -> bool {
        let (now, step) = (now.as_micros(), WRITTEN_EVERY.as_micros() as i64);
        let before = self.used_at.load(Ordering::Relaxed);
        let is_due = now.saturating_sub(before) >= step;
        // Of many requests at a time one writes.
        is_due
            && self
                .used_at
                .compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}

/// Who calls with this key. Whoever asks has made sure that changes are known.
pub(crate) async fn authenticate(
    identity: &Identity,
    text: &str,
    client: &ClientInfo,
) -> Result<Actor, AuthError> {
    let hash = *blake3::hash(text.as_bytes()).as_bytes();
    let remembered = identity.known_keys.0.get(&hash);
    let is_current =
        |known: &Arc<Known>| identity.changes.generation(known.row.user) == known.generation;
    let known = match remembered.filter(is_current) {
        Some(known) => known,
        None => {
            SecretToken::parse(PREFIX, text).ok_or(AuthError::Invalid)?;
            let known = look_up(identity, &hash).await.map_err(|error| {
                tracing::warn!(%error, "an API key could not be checked");
                AuthError::Unavailable
            })?;
            known.ok_or(AuthError::Invalid)?
        }
    };
    let now = identity.clock.now();
    let actor = known.row.actor(now, client.ip)?;
    if known.note_use(now) {
        write_use(identity, known.row.id, client.ip, now);
    }
    Ok(actor)
}

async fn look_up(
    identity: &Identity,
    hash: &[u8; 32],
) -> Result<Option<Arc<Known>>, IdentityError> {
    let client = identity.database.client().await?;
    let Some(user) = store::owner(&client, hash).await? else { return Ok(None) };
    // What changes from here on makes what is read next out of date.
    let generation = identity.changes.generation(user);
    let Some(row) = store::by_hash(&client, hash).await? else { return Ok(None) };
    let known = Arc::new(Known::new(row, generation));
    identity.known_keys.0.insert(*hash, Arc::clone(&known));
    Ok(Some(known))
}

/// The request doesn't wait for it, and doesn't fail if it fails.
fn write_use(identity: &Identity, key: ApiKeyId, ip: IpAddr, now: Timestamp) {
    let database = identity.database.clone();
    tokio::spawn(async move {
        if let Err(error) = store::touch(&database, key, ip, now).await {
            tracing::warn!(%error, "the use of an API key could not be noted");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api_keys::parse_network;
    use crate::permissions::Permission;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn row(networks: &[&str]) -> KeyRow {
        KeyRow {
            id: ApiKeyId::from_u128(1),
            user: UserId::from_u128(2),
            permissions: PermissionSet::default().with(Permission::WalletRead),
            status: UserStatus::Active,
            allowed_ips: networks.iter().map(|text| parse_network(text).unwrap()).collect(),
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
        }
    }

    #[test]
    fn line_11_a_key_is_good_until_it_expires_or_is_revoked() {
        let local = IpAddr::from([127, 0, 0, 1]);
        let refusal = |row: KeyRow, seconds: i64| row.actor(at(seconds), local).err();
        assert_eq!(row(&[]).actor(Timestamp::MAX, local).unwrap().user(), Some(row(&[]).user));
        let ending = KeyRow { expires_at: Some(at(10)), ..row(&[]) };
        assert_eq!(refusal(ending.clone(), 9), None);
        assert_eq!(refusal(ending, 10), Some(AuthError::Expired));
        let revoked = KeyRow { revoked_at: Some(at(1)), ..row(&[]) };
        assert_eq!(refusal(revoked, 0), Some(AuthError::Invalid));
        let of_nobody = KeyRow { status: UserStatus::Deleted, ..row(&[]) };
        assert_eq!(refusal(of_nobody, 0), Some(AuthError::Invalid));
        let frozen = KeyRow { status: UserStatus::Frozen, ..row(&[]) };
        assert!(frozen.actor(at(0), local).unwrap().is_frozen);
    }

    #[test]
    fn a_key_is_good_only_from_its_networks() {
        let row = row(&["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"]);
        let check = |ip: &str, is_good: bool| {
            assert_eq!(row.actor(at(0), ip.parse().unwrap()).is_ok(), is_good, "{ip}");
        };
        for ip in ["10.255.0.1", "192.0.2.7", "::ffff:10.0.0.1", "2001:db8:1::1"] {
            check(ip, true);
        }
        for ip in ["11.0.0.1", "192.0.2.8", "::ffff:11.0.0.1", "2001:db9::1", "::1"] {
            check(ip, false);
        }
    }

    #[test]
    fn a_use_is_written_once_a_minute() {
        let uses = |known: Known| {
            [1000, 1001, 1059, 1060, 1061].map(|seconds| known.note_use(at(seconds)))
        };
        assert_eq!(uses(Known::new(row(&[]), 0)), [true, false, false, true, false]);
        let used_before = KeyRow { last_used_at: Some(at(990)), ..row(&[]) };
        assert_eq!(uses(Known::new(used_before, 0)), [false, false, true, false, false]);
    }
}
