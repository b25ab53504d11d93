//! `/v1/payments/providers`, and choosing one.

use payments::{PaymentsOptions, StripeOptions};
use serde_json::{Value, json};

use crate::app::{ANN, App, GOOD_CARD, deposit_body};

const PATH: &str = "/v1/payments/providers";

fn stripe() -> StripeOptions {
    StripeOptions {
        url: "http://127.0.0.1:9".to_owned(),
        secret_key: "sk_live_1".to_owned(),
        publishable_key: "pk_live_1".to_owned(),
        webhook_secrets: vec!["whsec_1".to_owned()],
    }
}

async fn listed(app: &App) -> Vec<Value> {
    app.process.get(ANN, PATH).await.body["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_sandbox_is_all_there_is_by_default() {
    let app = App::start().await;
    app.world.create_asset("USD", "money").await;
    app.world.create_asset("APPLE", "goods").await;
    let asset = |code: &str| json!({ "code": code, "scale": 2, "min": "50", "max": "1000000" });
    let sandbox = json!({
        "name": "sandbox", "card_entry": "page", "publishable_key": null, "withdrawals": true,
        "test": true, "deposit_assets": [asset("EUR"), asset("USD")],
    });
    assert_eq!(listed(&app).await, [sandbox]);
}

#[tokio::test]
async fn of_several_a_deposit_names_one() {
    let options = PaymentsOptions { stripe: Some(stripe()), ..PaymentsOptions::default() };
    let app = App::start_with(options).await;
    app.world.create_asset("MILES", "money").await;
    let found = listed(&app).await;
    assert_eq!((&found[0]["name"], &found[1]["name"]), (&json!("sandbox"), &json!("stripe")));
    assert_eq!(found[0]["deposit_assets"].as_array().unwrap().len(), 2);
    let stripe = &found[1];
    assert_eq!(stripe["deposit_assets"].as_array().unwrap().len(), 1, "Stripe knows no miles");
    assert_eq!(
        (&stripe["card_entry"], &stripe["withdrawals"]),
        (&json!("stripe_form"), &json!(false))
    );
    assert_eq!((&stripe["publishable_key"], &stripe["test"]), (&json!("pk_live_1"), &json!(false)));
    assert!(!stripe.to_string().contains("sk_live_1"));
    let path = "/v1/payments/deposits";
    let unnamed = app.process.post(ANN, path, deposit_body(GOOD_CARD, 500)).await;
    assert_eq!(unnamed.problem(), (422, "payments.provider.missing"));
    let mut named = deposit_body(GOOD_CARD, 500);
    named["provider"] = json!("sandbox");
    let made = app.process.post(ANN, path, named).await;
    assert_eq!((made.status, &made.body["provider"]), (202, &json!("sandbox")));
    let cardless = json!({ "provider": "sandbox", "asset": "EUR", "amount": "500" });
    let cardless = app.process.post(ANN, path, cardless).await;
    assert_eq!(cardless.problem(), (422, "payments.card.missing"));
    // Withdrawals go to the only one that can.
    app.process.bus.settle().await;
    let withdrawal = app.process.withdraw(ANN, crate::app::GOOD_IBAN, 100).await;
    assert_eq!(withdrawal.status, 202, "{withdrawal:?}");
}

#[tokio::test]
async fn a_sandbox_that_is_switched_off_ends_what_is_under_way() {
    let app = App::start().await;
    let slow = app.deposited("4000000000000077", 500).await;
    let done = app.deposited(GOOD_CARD, 700).await;
    drop(app.process);
    let options = PaymentsOptions {
        offers_sandbox: false,
        stripe: Some(stripe()),
        ..PaymentsOptions::default()
    };
    let process = app.world.start(options).await;
    let app = App { process, world: app.world };
    assert_eq!(listed(&app).await.len(), 1);
    let refused = app.process.deposit(ANN, GOOD_CARD, 500).await;
    assert_eq!(refused.problem(), (422, "payments.card.not_taken"));
    app.process.pass(std::time::Duration::from_secs(1_200)).await;
    assert_eq!(app.deposit_status(&slow).await, "succeeded");
    let refund = app.process.refund(ANN, &done, json!({})).await;
    assert_eq!(refund.status, 202, "{refund:?}");
    app.process.bus.settle().await;
    assert_eq!(app.deposit_status(&done).await, "refunded");
}
