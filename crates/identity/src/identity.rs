//! The facade: what the features work with, and what it takes to start it.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use kernel::bus::{self, Bus, NewJob};
use kernel::redis::Redis;
use kernel::{Clock, Database, Vault};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::api_keys::KnownKeys;
use crate::authentication::Caches;
use crate::challenges::SendChallenge;
use crate::changes::{Changes, Feed};
use crate::cleanup::{self, Cleanup};
use crate::error::IdentityError;
use crate::keys::KeyRing;
use crate::limits::{Limiters, Limits};
use crate::passkeys::RelyingParty;
use crate::passwords::Pool;
use crate::phone::PhoneOptions;
use crate::profile::Hooks;
use crate::providers::{Providers, SignInProvider};
use crate::sessions::Touched;
use crate::users::Confirmation;

/// How it behaves.
#[derive(Debug, Clone)]
pub struct IdentityOptions {
    /// The public URL, such as `https://bank.example`: who issues the tokens.
    pub issuer: String,
    /// Threads that hash passwords; each takes 19 MiB.
    pub password_threads: usize,
    /// When sign-ins are confirmed by mail, for users who haven't chosen.
    pub confirmation: Confirmation,
    /// What is remembered is trusted for so long without news from the database.
    pub belief_max: Duration,
    pub limits: Limits,
    pub timeouts: Timeouts,
    pub phones: PhoneOptions,
    /// Outside providers with which people sign in.
    pub providers: Vec<SignInProvider>,
    /// Where processes share their limits.
    pub redis: Option<Redis>,
}

/// How long sessions live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    pub access_token: Duration,
    pub user_idle: Duration,
    pub user_absolute: Duration,
    pub staff_idle: Duration,
    pub staff_absolute: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        Self {
            access_token: minutes(15),
            user_idle: minutes(60),
            user_absolute: minutes(24 * 60),
            staff_idle: minutes(15),
            staff_absolute: minutes(12 * 60),
        }
    }
}

impl Timeouts {
    /// Idle and absolute.
    pub(crate) fn of(&self, is_staff: bool) -> (Duration, Duration) {
        if is_staff {
            (self.staff_idle, self.staff_absolute)
        } else {
            (self.user_idle, self.user_absolute)
        }
    }
}

impl Default for IdentityOptions {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            issuer: "http://localhost:8080".to_owned(),
            password_threads: (cores / 2).max(1),
            confirmation: Confirmation::NewDevices,
            belief_max: Duration::from_secs(10),
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            phones: PhoneOptions::default(),
            providers: Vec::new(),
            redis: None,
        }
    }
}

/// Users, their credentials and sessions. Clones share everything.
#[derive(Clone)]
pub struct Identity(Arc<Parts>);

/// What the facade is made of.
pub struct Parts {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) vault: Vault,
    pub(crate) options: IdentityOptions,
    pub(crate) passwords: Pool,
    pub(crate) changes: Arc<Changes>,
    pub(crate) caches: Caches,
    pub(crate) keys: KeyRing,
    pub(crate) limiters: Limiters,
    pub(crate) touched: Arc<Touched>,
    pub(crate) known_keys: KnownKeys,
    pub(crate) relying_party: RelyingParty,
    pub(crate) hooks: Hooks,
    /// One user leaves at a time.
    pub(crate) leaving: Mutex<()>,
    pub(crate) providers: Providers,
    /// Reads changes and writes uses for as long as this lives.
    tasks: Tasks,
}

struct Tasks {
    feed: Feed,
    writer: JoinHandle<()>,
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.writer.abort();
    }
}

impl Deref for Identity {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Identity {
    /// Starts it on a migrated database. The first start makes the first signing key.
    pub async fn start(
        database: Database,
        clock: Arc<dyn Clock>,
        vault: Vault,
        options: IdentityOptions,
    ) -> Result<Self, IdentityError> {
        let changes = Arc::new(Changes::new(options.belief_max));
        let feed = Feed::start(database.clone(), Arc::clone(&changes)).await?;
        let touched = Arc::new(Touched::default());
        let writer = tokio::spawn(Arc::clone(&touched).write_for_ever(database.clone()));
        let parts = Parts {
            passwords: Pool::start(options.password_threads),
            caches: Caches::new(),
            keys: KeyRing::default(),
            limiters: Limiters::new(&options.limits, options.redis.as_ref()),
            known_keys: KnownKeys::new(),
            relying_party: RelyingParty::new(&options.issuer),
            hooks: Hooks::default(),
            leaving: Mutex::default(),
            providers: Providers::new(&options.providers),
            tasks: Tasks { feed, writer },
            touched,
            changes,
            database,
            clock,
            vault,
            options,
        };
        let identity = Self(Arc::new(parts));
        identity.ensure_key().await?;
        let job = NewJob::new(cleanup::KIND, ());
        bus::ensure_recurring(&identity.database, &*identity.clock, job).await?;
        Ok(identity)
    }

    /// Ends what runs beside requests. After it nobody is let in.
    pub fn stop(&self) {
        self.tasks.feed.stop();
        self.tasks.writer.abort();
    }

    /// How many passwords this process has hashed or compared so far.
    pub fn password_operations(&self) -> u64 {
        self.passwords.operations()
    }
}

/// The jobs of this context.
pub struct Workers(Identity);

/// What has to run on a bus for this context.
pub fn workers(identity: &Identity) -> Workers {
    Workers(identity.clone())
}

impl Workers {
    #[must_use]
    pub fn register(&self, bus: Bus) -> Bus {
        bus.worker(Cleanup(self.0.clone())).worker(SendChallenge(self.0.clone()))
    }
}
