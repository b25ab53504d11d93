//! Charges: card payments for what somebody buys, perhaps as a guest. A charge is a deposit into the
//! account of the purchase: its states, its steps and the comparison with the provider are those of
//! deposits. Whoever sells starts it, hears `payments.charge.*`, and gives it back.

mod service;

use identity::UserId;
use kernel::Amount;

use crate::deposits::PayWith;

/// With what somebody wants to pay.
#[derive(Clone, Debug)]
pub struct ChargeWith {
    /// Needed where there are several.
    pub provider: Option<String>,
    pub pay_with: PayWith,
}

/// The same once a new card is with the provider; can be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedCharge {
    pub provider: String,
    /// None where the provider's own form asks for the card.
    pub card_token: Option<String>,
}

/// A charge to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCharge {
    pub user: Option<UserId>,
    /// The ledger's account of what is paid for; it must be there.
    pub account: u128,
    /// What is paid for, as the events say it.
    pub reference: String,
    pub asset: String,
    pub amount: Amount,
    pub with: PreparedCharge,
    /// Where the card's holder goes on after confirming.
    pub return_url: Option<String>,
}
