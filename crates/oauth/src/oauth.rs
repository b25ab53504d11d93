//! The facade: what the features work with, and what it takes to start it.

use std::ops::Deref;
use std::sync::Arc;

use identity::Identity;
use kernel::bus::{self, Bus, NewJob};
use kernel::redis::Redis;
use kernel::{Clock, Database, Vault};

use crate::authenticate::KnownTokens;
use crate::cleanup::{self, Cleanup};
use crate::cors::KnownOrigins;
use crate::error::OauthError;
use crate::keys::{self, RotateKeys};
use crate::limits::{Limiters, Limits};

/// How it behaves.
#[derive(Debug, Clone)]
pub struct OauthOptions {
    /// The public URL without a slash at the end, such as `https://bank.example`: the issuer.
    pub issuer: String,
    pub limits: Limits,
    /// Where processes share their limits.
    pub redis: Option<Redis>,
}

impl Default for OauthOptions {
    fn default() -> Self {
        Self { issuer: "http://localhost:8080".to_owned(), limits: Limits::default(), redis: None }
    }
}

/// The authorization server. Clones share everything.
#[derive(Clone)]
pub struct Oauth(Arc<Parts>);

/// What the facade is made of.
pub struct Parts {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) vault: Vault,
    pub(crate) identity: Identity,
    pub(crate) issuer: String,
    pub(crate) limiters: Limiters,
    pub(crate) known_tokens: KnownTokens,
    pub(crate) known_origins: KnownOrigins,
}

impl Deref for Oauth {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Oauth {
    /// Starts it on a migrated database. The first start makes the first signing key.
    pub async fn start(
        database: Database,
        clock: Arc<dyn Clock>,
        vault: Vault,
        identity: Identity,
        options: OauthOptions,
    ) -> Result<Self, OauthError> {
        let oauth = Self(Arc::new(Parts {
            issuer: options.issuer.trim_end_matches('/').to_owned(),
            limiters: Limiters::new(&options.limits, options.redis.as_ref()),
            known_tokens: KnownTokens::new(),
            known_origins: KnownOrigins::new(),
            identity,
            vault,
            clock,
            database,
        }));
        oauth.ensure_key().await?;
        for kind in [cleanup::KIND, keys::KIND] {
            bus::ensure_recurring(&oauth.database, &*oauth.clock, NewJob::new(kind, ())).await?;
        }
        Ok(oauth)
    }

    /// What has to run on a bus for this context.
    #[must_use]
    pub fn register(&self, bus: Bus) -> Bus {
        bus.worker(Cleanup(self.clone())).worker(RotateKeys(self.clone()))
    }
}
