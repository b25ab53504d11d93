//! `/v1/payments/sandbox/actions`: 3-D Secure.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use payments::PaymentsOptions;
use serde_json::json;

use crate::app::{ANN, Answer, App, BOB, deposit_body};

const CARD: &str = "4000000000003220";

/// A deposit that has to be confirmed, and where.
async fn asked(app: &App) -> (String, String) {
    let mut body = deposit_body(CARD, 500);
    body["return_url"] = json!("https://bank.example/wallet?a=1&b=\"2\"".replace('"', "%22"));
    let made = app.process.post(ANN, "/v1/payments/deposits", body).await;
    assert_eq!(made.status, 202, "{made:?}");
    app.process.bus.settle().await;
    let deposit = app.process.get(ANN, &format!("/v1/payments/deposits/{}", made.id())).await;
    assert_eq!(deposit.body["status"], "requires_action");
    let url = deposit.body["next_action"]["url"].as_str().unwrap().to_owned();
    (made.id(), url)
}

async fn decide(app: &App, url: &str, decision: &'static str) -> Answer {
    let form = [("content-type", "application/x-www-form-urlencoded")];
    app.process.send(None, Method::POST, url, &form, Body::from(decision)).await
}

async fn page(app: &App, url: &str) -> Answer {
    app.process.send(None, Method::GET, url, &[], Body::empty()).await
}

#[tokio::test]
async fn a_payment_that_its_holder_approves_goes_on() {
    let app = App::start().await;
    let (id, url) = asked(&app).await;
    let question = page(&app, &url).await;
    assert_eq!(question.status, 200);
    assert_eq!(question.headers["content-type"], "text/html; charset=utf-8");
    assert!(question.headers["content-security-policy"].to_str().unwrap().contains("'none'"));
    assert!(question.text.contains("<form method=\"post\">") && !question.text.contains("<script"));
    assert_eq!(app.world.pending(ANN).await, (500, 0));
    let answer = decide(&app, &url, "decision=approve").await;
    assert_eq!(answer.status, 200);
    assert!(answer.text.contains("href=\"https://bank.example/wallet?a=1&amp;b=%222%22\""));
    app.process.bus.settle().await;
    assert_eq!(app.deposit_status(&id).await, "succeeded");
    assert_eq!(app.world.balance(ANN).await, 500);
    let deposit = app.process.get(ANN, &format!("/v1/payments/deposits/{id}")).await;
    assert_eq!(deposit.body["next_action"], json!(null));
    for answer in [decide(&app, &url, "decision=decline").await, page(&app, &url).await] {
        assert_eq!(answer.problem(), (409, "payments.action.decided"));
    }
    app.process.bus.settle().await;
    assert_eq!(app.deposit_status(&id).await, "succeeded");
    app.assert_balanced().await;
}

#[tokio::test]
async fn a_payment_that_its_holder_declines_or_forgets_fails() {
    let app = App::start().await;
    let (declined, url) = asked(&app).await;
    assert_eq!(decide(&app, &url, "decision=decline").await.status, 200);
    let (forgotten, url) = asked(&app).await;
    app.process.pass(Duration::from_secs(2 * 3_600)).await;
    for (id, code) in [(declined, "authentication_failed"), (forgotten, "authentication_expired")] {
        let deposit = app.process.get(ANN, &format!("/v1/payments/deposits/{id}")).await;
        assert_eq!(
            (&deposit.body["status"], &deposit.body["failure"]["code"]),
            (&json!("failed"), &json!(code))
        );
    }
    assert_eq!(decide(&app, &url, "decision=approve").await.problem().0, 409);
    assert_eq!(app.world.pending(ANN).await, (0, 0));
    app.assert_balanced().await;
}

#[tokio::test]
async fn a_token_can_not_be_guessed_or_used_for_another_payment() {
    let app = App::start().await;
    let (_, first) = asked(&app).await;
    let (id, second) = asked(&app).await;
    let (base, token) = second.rsplit_once('/').unwrap();
    let (payment, proof) = token.split_once('.').unwrap();
    assert_eq!(proof.len(), 64);
    let (_, other_proof) = first.rsplit_once('.').unwrap();
    for wrong in [
        payment.to_owned(),
        format!("{payment}."),
        format!("{payment}.{}", "0".repeat(64)),
        format!("{payment}.{other_proof}"),
        format!("{payment}.{proof}0"),
        "x".to_owned(),
    ] {
        let url = format!("{base}/{wrong}");
        for answer in [page(&app, &url).await, decide(&app, &url, "decision=approve").await] {
            assert_eq!(answer.problem(), (404, "payments.action.not_found"), "{wrong}");
        }
    }
    for body in ["", "decision=maybe", "decision=approve&decision=decline", "{}"] {
        assert_eq!(decide(&app, &second, body).await.problem().0, 400, "{body}");
    }
    assert_eq!(app.deposit_status(&id).await, "requires_action");
    let foreign = app.process.get(BOB, &format!("/v1/payments/deposits/{id}")).await;
    assert_eq!(foreign.status, 404);
}

#[tokio::test]
async fn addresses_are_where_the_options_say() {
    let public_url = Some("https://bank.example/".to_owned());
    let app = App::start_with(PaymentsOptions { public_url, ..PaymentsOptions::default() }).await;
    let (_, url) = asked(&app).await;
    assert!(url.starts_with("https://bank.example/v1/payments/sandbox/actions/py_"), "{url}");
}
