//! Applications: third parties' programs that their owners register (OAuth clients).
//!
//! - A redirect goes to an address that was registered, character by character; only the port of a
//!   loopback address is the program's own choice (RFC 8252, 7.3).
//! - A secret is shown once; its hash is stored. A public application has none.
//! - An application is there as long as its owner is; while the owner is frozen it gets nothing.

pub(crate) mod http;
mod redirect_uri;
mod service;
pub(crate) mod store;

pub(crate) use redirect_uri::{check_redirect_uri, origin_of};
pub(crate) use service::{NewApplication, Owner, Patch, Shown};

use std::time::Duration;

use identity::{ApplicationId, UserId};
use kernel::Timestamp;
use kernel::secret;

use crate::error::OauthError;
use crate::scopes::Scopes;

/// What a secret begins with.
pub(crate) const SECRET_PREFIX: &str = "bshl_app_";
/// Applications that a user may have at a time.
pub(crate) const APPLICATIONS_MAX: i64 = 20;
const URIS_MAX: usize = 10;
/// For so long the secret before works on at most.
pub(crate) const OVERLAP_MAX: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Whether it can keep a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Confidential,
    Public,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Confidential => "confidential",
            Self::Public => "public",
        }
    }
}

/// A way to get tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum GrantType {
    AuthorizationCode,
    DeviceCode,
    ClientCredentials,
}

impl GrantType {
    pub(crate) const ALL: [Self; 3] =
        [Self::AuthorizationCode, Self::DeviceCode, Self::ClientCredentials];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::DeviceCode => "device_code",
            Self::ClientCredentials => "client_credentials",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }
}

/// What an owner decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Details {
    pub(crate) name: String,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) post_logout_redirect_uris: Vec<String>,
    pub(crate) grant_types: Vec<GrantType>,
    pub(crate) scopes: Scopes,
}

/// A program of a third party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Application {
    pub(crate) id: ApplicationId,
    pub(crate) owner: UserId,
    pub(crate) kind: Kind,
    pub(crate) details: Details,
    pub(crate) version: u32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) secret_hash: Option<[u8; 32]>,
    /// The one before, and until when it is good.
    pub(crate) former_secret: Option<([u8; 32], Timestamp)>,
}

impl Application {
    pub(crate) fn may_use(&self, grant_type: GrantType) -> bool {
        self.details.grant_types.contains(&grant_type)
    }

    /// Whether a browser may be sent there.
    pub(crate) fn redirects_to(&self, uri: &str) -> bool {
        let is_public = self.kind == Kind::Public;
        self.details.redirect_uris.iter().any(|registered| {
            registered == uri || is_public && redirect_uri::is_same_loopback(registered, uri)
        })
    }

    /// Whether this is its secret at the moment.
    pub(crate) fn has_secret(&self, hash: &[u8; 32], now: Timestamp) -> bool {
        let former = self.former_secret.filter(|(_, until)| *until > now).map(|(hash, _)| hash);
        [self.secret_hash, former].into_iter().flatten().any(|known| secret::is_same(&known, hash))
    }
}

impl Details {
    /// What has to hold for all parts together.
    pub(crate) fn check(&self, kind: Kind) -> Result<(), OauthError> {
        let invalid = |field, detail| Err(OauthError::Invalid { field, detail });
        if !kernel::text::is_line(&self.name, 1..=100) || self.name.trim().is_empty() {
            return invalid("name", "a name has 1 to 100 characters and none of control");
        }
        let uris = [
            ("redirect_uris", &self.redirect_uris),
            ("post_logout_redirect_uris", &self.post_logout_redirect_uris),
        ];
        for (field, uris) in uris {
            if uris.len() > URIS_MAX {
                return invalid(field, "there are at most 10");
            }
            if let Some(detail) = uris.iter().find_map(|uri| check_redirect_uri(uri, kind).err()) {
                return invalid(field, detail);
            }
        }
        let by_code = self.grant_types.contains(&GrantType::AuthorizationCode);
        if by_code && self.redirect_uris.is_empty() {
            return invalid("redirect_uris", "the grant type `authorization_code` needs one");
        }
        if self.grant_types.is_empty() {
            return invalid("grant_types", "an application needs at least one");
        }
        let alone = self.grant_types.contains(&GrantType::ClientCredentials);
        if alone && kind == Kind::Public {
            return invalid("grant_types", "`client_credentials` needs a confidential application");
        }
        if self.scopes.is_empty() {
            return invalid("scopes", "an application needs at least one scope");
        }
        Ok(())
    }
}
