//! Users, how they prove who they are, and what they may do.
//!
//! What it owns, in reading order:
//!
//! | module | what |
//! |---|---|
//! | `identity` | [`Identity`], the facade, and how it is started |
//! | `actor`, `permissions`, `ids` | who calls, and what they may do |
//! | `authentication` | from a token or cookie to an [`Actor`], mostly from memory |
//! | `changes` | how every node hears that something remembered is out of date |
//! | `users` | registration, look-ups, what staff does |
//! | `passwords` | rules and hashing |
//! | `challenges` | one-time codes and links by mail |
//! | `sign_ins`, `email_verifications`, `password`, `password_resets`, `email` | the ways in |
//! | `sessions`, `tokens`, `keys` | what being signed in consists of |
//! | `providers`, `provider_sign_ins`, `linked_identities` | signing in with outside providers |
//! | `totp`, `recovery_codes`, `passkeys`, `api_keys` | other credentials |
//! | `phone` | where short messages go |
//! | `profile`, `roles`, `import` | what a user is, and taking users in |
//! | `events` | what others are told |
//! | `http`, [`grpc`], [`grpc_credentials`] | the edges, put together |
//!
//! What it deliberately does not do: it sends no mail (notifications does, from our events), it
//! holds no value, and it doesn't decide which route needs which permission (the server's table).

mod actor;
mod api_keys;
mod authentication;
mod challenges;
mod changes;
mod cleanup;
mod credential_changes;
mod credential_error;
mod email;
mod email_verifications;
mod error;
mod events;
pub mod grpc;
mod grpc_calls;
pub mod grpc_credentials;
mod http;
mod identity;
mod ids;
mod import;
mod keys;
mod limits;
mod linked_identities;
mod owners;
mod passkeys;
mod password;
mod password_resets;
mod passwords;
mod permissions;
mod person;
mod phone;
mod profile;
mod provider_sign_ins;
mod providers;
mod recovery_codes;
mod roles;
mod second_factors;
mod sessions;
mod sign_ins;
mod tokens;
mod totp;
mod users;

pub use actor::{Actor, ActorKind};
pub use authentication::{AuthError, Credential};
pub use challenges::{ChallengeSecret, Purpose};
pub use credential_error::CredentialError;
pub use error::IdentityError;
pub use events::{CONTEXT, Credential as CredentialName, IdentityEvent};
pub use http::{document, routes};
pub use identity::{Identity, IdentityOptions, Timeouts, Workers, workers};
pub use ids::{ApiKeyId, ApplicationId, ChallengeId, SessionId, SignInId, UserId};
pub use import::{ImportError, ImportSummary, ImportedLine, LineOutcome};
pub use keys::PublicKey;
pub use limits::Limits;
pub use passwords::PasswordFlaw;
pub use permissions::{Permission, PermissionSet, Role, RoleSet};
pub use phone::PhoneOptions;
pub use profile::HookAnswer;
pub use providers::{ProviderError, SignInProvider};
pub use sessions::{Session, Transport, clear_session_cookie};
pub use users::{Confirmation, NewPassword, NewUser, User, UserFilter, UserKey, UserStatus};

/// The schema `identity`.
pub const MIGRATIONS: kernel::Migrations = kernel::migrations! {
    "identity";
    1 "identity" "../migrations/0001_identity.sql",
    2 "credentials" "../migrations/0002_credentials.sql",
    3 "devices" "../migrations/0003_devices.sql",
    4 "discoverable" "../migrations/0004_discoverable.sql",
    5 "phones" "../migrations/0005_phones.sql",
    6 "providers" "../migrations/0006_providers.sql",
    7 "link_identity" "../migrations/0007_link_identity.sql",
};
