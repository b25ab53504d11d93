//! Whose cart it is: that of the user who is signed in, or of whoever knows its token.

use axum::extract::FromRequestParts;
use axum::http::HeaderName;
use axum::http::request::Parts;
use identity::{Actor, Permission, UserId};
use kernel::{Problem, secret};

use super::Cart;
use crate::error::ShopError;

/// The header in which a guest shows the token of a cart or an order.
pub(crate) const CART_TOKEN: HeaderName = HeaderName::from_static("cart-token");

/// Who shops.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shopper {
    pub(crate) actor: Option<Actor>,
    token_hash: Option<[u8; 32]>,
}

impl<S: Send + Sync> FromRequestParts<S> for Shopper {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let actor = parts.extensions.get::<Actor>().copied();
        let token = kernel::http::header(&parts.headers, &CART_TOKEN)?;
        Ok(Self { actor, token_hash: token.map(hash) })
    }
}

/// What is kept of a token.
pub(crate) fn hash(token: &str) -> [u8; 32] {
    blake3::derive_key("bushel shop cart token v1", token.as_bytes())
}

impl Shopper {
    /// The user who shops, if it is one, and may.
    pub(crate) fn user(&self, needed: Permission) -> Result<Option<UserId>, Problem> {
        match &self.actor {
            Some(actor) if actor.user().is_some() => {
                actor.require(needed)?;
                Ok(actor.user())
            }
            _ => Ok(None),
        }
    }

    /// Whether it is theirs. What isn't is answered like one that doesn't exist.
    pub(crate) fn owns(&self, user: Option<UserId>, token_hash: Option<&[u8]>) -> bool {
        let is_token = |(mine, its): (&[u8; 32], &[u8])| secret::is_same(mine, its);
        match user {
            Some(owner) => self.actor.and_then(|actor| actor.user()) == Some(owner),
            None => self.token_hash.as_ref().zip(token_hash).is_some_and(is_token),
        }
    }

    /// The cart, if it is theirs and they may do this with it.
    pub(crate) fn require_own(
        &self,
        cart: Option<Cart>,
        needed: Permission,
    ) -> Result<Cart, Problem> {
        self.user(needed)?;
        let own = cart.filter(|it| self.owns(it.user, it.token_hash.as_deref()));
        Ok(own.ok_or(ShopError::CartNotFound)?)
    }
}
