//! Paying for orders: from a wallet, by card, or in several ways at once.
//!
//! A wallet is held in the batch that places the order. A card is charged once the order is placed,
//! into the order's account, by the payments, under the id of the order's payment; what becomes of it
//! comes as events. An order that isn't paid in time is cancelled, and money that comes later goes
//! back.

pub(crate) mod charging;
pub(crate) mod expiry;
pub(crate) mod http;
pub(crate) mod news;
pub(crate) mod reminder;
mod rules;
pub(crate) mod service;

use identity::UserId;
use kernel::Amount;
use payments::ChargeWith;

/// How somebody wants to pay, or a part of it.
#[derive(Clone, Debug)]
pub(crate) struct PaymentWish {
    pub(crate) way: WayToPay,
    /// None: what the others leave.
    pub(crate) amount: Option<Amount>,
}

/// From where the money comes.
#[derive(Clone, Debug)]
pub(crate) enum WayToPay {
    Wallet { payer: UserId },
    Card { with: ChargeWith, return_url: Option<String> },
}

/// A card as an order remembers it: the provider's token, nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderCard {
    pub(crate) provider: String,
    /// None where the provider's own form asks for the card.
    pub(crate) token: Option<String>,
    pub(crate) return_url: Option<String>,
}
