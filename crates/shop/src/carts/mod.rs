//! Carts: what somebody is about to buy.
//!
//! A cart belongs to a user, or to a guest who shows its token. It has quantities, never prices:
//! what it costs is worked out each time it is read, from the prices and rules of that moment. What
//! is still missing before it can become an order is told by `gate`, which is also what decides
//! when it is completed.

pub(crate) mod access;
pub(crate) mod gate;
pub(crate) mod http;
pub(crate) mod json;
pub(crate) mod reservations;
pub(crate) mod service;
pub(crate) mod store;
pub(crate) mod view;

use identity::UserId;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fields::{Country, Line};
use crate::ids::{CartId, CartLineId, OrderId, ShippingMethodId, VariantId};

pub(crate) const LINES_MAX: usize = 2_000;

/// A cart as its row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cart {
    pub(crate) id: CartId,
    pub(crate) user: Option<UserId>,
    pub(crate) token_hash: Option<Vec<u8>>,
    pub(crate) currency: String,
    pub(crate) email: Option<String>,
    pub(crate) shipping_address: Option<Address>,
    pub(crate) billing_address: Option<Address>,
    pub(crate) shipping_method: Option<ShippingMethodId>,
    /// As given, in capital letters.
    pub(crate) codes: Vec<String>,
    pub(crate) note: Option<String>,
    pub(crate) status: CartStatus,
    pub(crate) order: Option<OrderId>,
    pub(crate) reserved_until: Option<Timestamp>,
    pub(crate) reservation: u32,
    pub(crate) version: i64,
    pub(crate) created_at: Timestamp,
}

/// What has become of a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CartStatus {
    Open,
    /// It became an order.
    Completed,
    /// It went into another one when its owner signed in.
    Merged,
}

impl CartStatus {
    const ALL: [Self; 3] = [Self::Open, Self::Completed, Self::Merged];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Completed => "completed",
            Self::Merged => "merged",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// A variant in a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CartLine {
    pub(crate) id: CartLineId,
    pub(crate) variant: VariantId,
    pub(crate) quantity: u32,
    /// Empty if it is no present.
    pub(crate) gift_note: String,
}

/// Where something is sent, or who pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PostalAddress)]
pub(crate) struct Address {
    pub(crate) name: Line,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) company: Option<Line>,
    pub(crate) street: Line,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) extra: Option<Line>,
    pub(crate) postcode: Line,
    pub(crate) city: Line,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<Line>,
    pub(crate) country: Country,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<Line>,
}

impl Cart {
    /// Whether stock is held for it.
    pub(crate) fn is_reserved(&self, now: Timestamp) -> bool {
        self.reserved_until.is_some_and(|until| until > now)
    }

    /// Where the buyer is, as far as that is known.
    pub(crate) fn country(&self) -> Option<&str> {
        let address = self.shipping_address.as_ref().or(self.billing_address.as_ref());
        address.map(|it| &*it.country.0)
    }
}
