//! Bushel as an authorization server: programs of third parties act for users who allow it
//! (OAuth 2.0 by RFC 9700, OpenID Connect).
//!
//! What it owns, in reading order:
//!
//! | module | what |
//! |---|---|
//! | `oauth` | [`Oauth`], the facade, and how it is started |
//! | `scopes`, `ids` | what can be allowed |
//! | `applications` | programs, which their owners register |
//! | `requests` | a browser comes with a request, its user decides, it goes back with a code |
//! | `consents` | what users allow, remembered and taken back |
//! | `tokens`, `clients`, `protocol` | the token endpoint, revocation, introspection |
//! | `grants` | what tokens follow from |
//! | `device_requests` | devices without a browser |
//! | `id_tokens`, `keys`, `userinfo`, `end_session`, `discovery` | OpenID Connect |
//! | `authenticate` | from a token to an [`Actor`](identity::Actor), mostly from memory |
//! | `cors` | which pages of others may call |
//! | `personal_data`, `events`, `records`, `cleanup`, `limits` | what every context has |
//! | `http` | the edge, put together |
//!
//! What it deliberately does not do: it signs nobody in (identity does), shows no pages (the web
//! application does, by the operations under `/v1/oauth`), and decides nothing about what a
//! permission is good for (the server's table does).

mod applications;
mod authenticate;
mod cleanup;
mod clients;
mod consents;
mod cors;
mod device_requests;
mod discovery;
mod end_session;
mod error;
mod events;
mod grants;
mod http;
mod id_tokens;
mod ids;
mod keys;
mod limits;
mod oauth;
mod personal_data;
mod protocol;
mod records;
mod requests;
mod scopes;
mod tokens;
mod userinfo;

pub use authenticate::is_access_token;
pub use error::OauthError;
pub use events::CONTEXT;
pub use http::{document, routes};
pub use limits::Limits;
pub use oauth::{Oauth, OauthOptions};

/// The schema `oauth`.
pub const MIGRATIONS: kernel::Migrations = kernel::migrations! {
    "oauth";
    1 "oauth" "../migrations/0001_oauth.sql",
};
