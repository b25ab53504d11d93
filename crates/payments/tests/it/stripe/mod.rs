//! Stripe as the provider: against a double that behaves as Stripe documents. What Stripe's own
//! mock says of the shape of each request is tested beside the code.

mod crashes;
mod deposits;
mod double;
mod reconciliations;
mod webhooks;

use axum::body::Body;
use axum::http::Method;
use payments::{CrashPoint, PaymentsOptions};
use serde_json::{Value, json};

use crate::app::{ANN, Answer, App, Process, World};
use double::Double;

const WEBHOOKS: &str = "/v1/payments/webhooks/stripe";

/// A process that deposits by Stripe alone, in a world with Stripe.
struct StripeApp {
    app: App,
    stripe: Double,
}

fn options(stripe: &Double, crash: CrashPoint) -> PaymentsOptions {
    PaymentsOptions {
        offers_sandbox: false,
        stripe: Some(stripe.options()),
        crash,
        ..PaymentsOptions::default()
    }
}

impl StripeApp {
    async fn start() -> Self {
        let world = World::new().await;
        let stripe = Double::start(world.clock.clone()).await;
        let process = world.start(options(&stripe, CrashPoint::default())).await;
        // The first daily reconciliation is over.
        process.bus.settle().await;
        Self { app: App { process, world }, stripe }
    }

    /// A deposit of Ann's that waits for the form; its id, and the intent that the form opens.
    async fn begun(&self, amount: u64) -> (String, String) {
        let made = self.app.process.post(ANN, "/v1/payments/deposits", deposit_body(amount)).await;
        assert_eq!(made.status, 202, "{made:?}");
        self.app.process.bus.settle().await;
        let deposit = made.id();
        let intent = form_of(&self.app.process, &deposit).await.expect("the form can be opened");
        (deposit, intent)
    }

    /// A deposit of Ann's that has succeeded, and its intent.
    async fn deposited(&self, amount: u64) -> (String, String) {
        let (deposit, intent) = self.begun(amount).await;
        self.stripe.pay(&intent, crate::app::GOOD_CARD);
        self.deliver().await;
        assert_eq!(self.status(&deposit).await, "succeeded");
        (deposit, intent)
    }

    async fn status(&self, deposit: &str) -> String {
        self.app.deposit_status(deposit).await
    }

    async fn deposit(&self, deposit: &str) -> Value {
        self.app.process.get(ANN, &format!("/v1/payments/deposits/{deposit}")).await.body
    }

    async fn deliver(&self) {
        deliver(&self.app.process, &self.stripe, None).await;
    }
}

fn deposit_body(amount: u64) -> Value {
    json!({ "asset": "EUR", "amount": amount.to_string() })
}

/// The intent behind the form of a deposit, if there is one to fill in.
async fn form_of(process: &Process, deposit: &str) -> Option<String> {
    let body = process.get(ANN, &format!("/v1/payments/deposits/{deposit}")).await.body;
    let secret = body["next_action"]["client_secret"].as_str()?;
    Some(Double::intent_of(secret))
}

/// Hands over what Stripe has to tell; with a seed in another order, and some of it twice.
async fn deliver(process: &Process, stripe: &Double, disorder: Option<u64>) {
    loop {
        let mut bodies = stripe.undelivered();
        if bodies.is_empty() {
            return;
        }
        if let Some(seed) = disorder {
            let turn = usize::try_from(seed).unwrap() % bodies.len();
            bodies.rotate_left(turn);
            bodies.reverse();
            bodies.push(bodies[0].clone());
        }
        for body in bodies {
            let taken = send(process, &stripe.signature(&body), &body).await;
            assert_eq!(taken.status, 204, "{taken:?}");
            stripe.delivered(&body);
        }
        process.bus.settle().await;
    }
}

async fn send(process: &Process, signature: &str, body: &str) -> Answer {
    let headers = [("stripe-signature", signature)];
    process.send(None, Method::POST, WEBHOOKS, &headers, Body::from(body.to_owned())).await
}

/// The books agree with Stripe, once the fees are booked.
async fn assert_balanced(process: &Process, world: &World) {
    reconciliations::reconciled(process, "stripe", 0).await;
    let clearing = process.payments.clearing("stripe", "EUR").await.unwrap();
    assert_eq!(clearing.books, clearing.provider, "the books differ from Stripe");
    crate::app::assert_sound(world).await;
}
