//! Stripe as a provider: <https://docs.stripe.com/api>.
//!
//! What always holds:
//! - A card number never comes here. A payment intent is made without a card; its client secret
//!   goes to the page, where Stripe's own form asks for the card and for 3-D Secure.
//! - Every POST has an idempotency key that follows from our id. Stripe forgets keys after a day
//!   or more, so what would move money a second time is looked for before it is made.
//! - A webhook is a hint: what has become of the object is asked for, so their order is
//!   nothing to us. Of a body only the kind, the ids and our reference are stored.
//!
//! Reading order: `currencies` (amounts), `objects` (what Stripe answers, and what it means),
//! `client` (calls and their repeats), `service` (the provider), `entries` (balance
//! transactions), `signature`, `events`.

mod client;
mod currencies;
mod entries;
mod events;
mod objects;
mod service;
mod signature;

#[cfg(test)]
mod tests;

pub(crate) const NAME: &str = "stripe";

pub use client::STRIPE_VERSION;

use client::Client;

use crate::options::StripeOptions;

/// See the module's text.
pub(crate) struct Stripe {
    client: Client,
    publishable_key: String,
    webhook_secrets: Vec<String>,
}

impl Stripe {
    pub(crate) fn new(options: StripeOptions) -> Self {
        let StripeOptions { url, secret_key, publishable_key, webhook_secrets } = options;
        Self { client: Client::new(&url, secret_key), publishable_key, webhook_secrets }
    }
}
