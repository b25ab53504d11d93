//! One user as every context sees them, for staff: found by anything that a caller may quote, with
//! sessions, accounts and a timeline over all contexts.
//!
//! Invariants: no personal data goes out before it is recorded who looked at whose; nobody acts
//! on themselves; what is changed is changed by the context that owns it.
//!
//! Reading order: `clue` (what a search text means), `service`, `timeline`, `http`.

mod clue;
pub(crate) mod http;
mod service;
mod timeline;

use identity::{Session, User, UserId};
use kernel::{SignedAmount, Timestamp};
use ledger::engine::Account;
use ledger::{AccountId, Asset};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use service::Details;
pub(crate) use timeline::{Item, Position, Source};

/// A user as staff sees them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminUser)]
pub(crate) struct UserJson {
    pub(crate) id: UserId,
    /// The public name, if one was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ann")]
    pub(crate) handle: Option<String>,
    #[schema(example = "Ann Baker")]
    pub(crate) name: String,
    #[schema(example = "ann@example.org")]
    pub(crate) email: String,
    /// Whether the user proved that mail arrives there.
    pub(crate) is_email_verified: bool,
    /// `en` or `de`.
    #[schema(example = "en")]
    pub(crate) locale: String,
    #[schema(value_type = Vec<String>, example = json!(["user"]))]
    pub(crate) roles: Vec<&'static str>,
    /// `active`, `frozen` or `deleted`.
    #[schema(value_type = String, example = "active")]
    pub(crate) status: &'static str,
    pub(crate) created_at: Timestamp,
}

/// A device on which a user is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminSession)]
pub(crate) struct SessionJson {
    #[schema(value_type = String, example = "ses_00000000000000000000000001")]
    pub(crate) id: identity::SessionId,
    /// What the user called it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_agent: Option<String>,
    /// Where it was last used from.
    #[schema(example = "203.0.113.7")]
    pub(crate) ip: String,
    /// `token` or `cookie`.
    #[schema(value_type = String, example = "cookie")]
    pub(crate) transport: &'static str,
    pub(crate) created_at: Timestamp,
    pub(crate) last_used_at: Timestamp,
    /// At the latest; it ends earlier if it isn't used.
    pub(crate) expires_at: Timestamp,
}

/// An account in which a user holds value.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminAccount)]
pub(crate) struct AccountJson {
    pub(crate) id: AccountId,
    #[schema(example = "EUR")]
    pub(crate) asset: String,
    /// How many decimals the asset has.
    #[schema(minimum = 0, maximum = 18)]
    pub(crate) scale: u8,
    /// What it holds.
    pub(crate) balance: SignedAmount,
    /// What it can still give, holds counted.
    pub(crate) available: SignedAmount,
    pub(crate) is_closed: bool,
    pub(crate) created_at: Timestamp,
}

impl From<&User> for UserJson {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            handle: user.handle.clone(),
            name: user.name.clone(),
            email: user.email.clone(),
            is_email_verified: user.is_email_verified,
            locale: user.locale.clone(),
            roles: user.roles.names(),
            status: user.status.as_str(),
            created_at: user.created_at,
        }
    }
}

impl From<Session> for SessionJson {
    fn from(session: Session) -> Self {
        Self {
            id: session.id,
            device: session.device,
            user_agent: session.user_agent,
            ip: session.ip.to_string(),
            transport: session.transport.as_str(),
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
        }
    }
}

impl AccountJson {
    pub(crate) fn new(account: &Account, asset: &Asset) -> Self {
        let balances = account.balances;
        Self {
            id: AccountId::from_u128(account.id),
            asset: asset.code.to_string(),
            scale: asset.scale,
            balance: difference(balances.credits_posted, balances.debits_posted),
            available: difference(balances.credits_posted, balances.debits()),
            is_closed: account.closed,
            created_at: Timestamp::from_micros(account.created_at),
        }
    }
}

/// What is beyond the range of signed amounts, which no real balance is, is shown as its end.
fn difference(plus: u128, minus: u128) -> SignedAmount {
    let magnitude = i128::try_from(plus.abs_diff(minus)).unwrap_or(i128::MAX);
    SignedAmount::new(if plus >= minus { magnitude } else { -magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_have_a_sign_and_never_wrap() {
        assert_eq!(difference(7, 5), SignedAmount::new(2));
        assert_eq!(difference(5, 7), SignedAmount::new(-2));
        assert_eq!(difference(0, u128::MAX), SignedAmount::new(-i128::MAX));
    }
}
