//! What could not go back to a card is given back otherwise, once.

use std::time::Duration;

use axum::http::Method;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::app::{ANN, Answer, App, actor};
use crate::buying::Buyer;

/// Refunds to it fail an hour later.
const UNREACHABLE: &str = "4000000000005126";
const PATH: &str = "/v1/shop/stranded-refunds";

impl App {
    /// An order of one mug, paid with a card that is gone by the time it is cancelled: 17.40 are in
    /// its account again.
    async fn stranded(&self, buyer: &Buyer, cart: &str) -> (String, String) {
        let p = &self.process;
        assert_eq!(p.add(buyer, cart, "MUG", 1).await.status, 200);
        p.address(buyer, cart).await;
        let card =
            json!({ "number": UNREACHABLE, "exp_month": 12, "exp_year": 2030, "cvc": "123" });
        let payments = json!({ "payments": [{ "kind": "card", "card": card }] });
        let path = format!("/v1/shop/carts/{cart}/complete");
        let placed = p.buy(buyer, Method::POST, &path, payments).await;
        assert_eq!(placed.status, 201, "{placed:?}");
        p.bus.settle().await;
        let path = format!("/v1/shop/orders/{}/cancel", placed.id());
        assert_eq!(p.buy(buyer, Method::POST, &path, json!({})).await.status, 200);
        for _ in 0..6 {
            self.world.clock.advance(Duration::from_secs(1_200));
            p.bus.settle().await;
        }
        let payment = p.order(&placed.id()).await["payments"][0].clone();
        assert_eq!(payment["stranded"], "1740", "{payment}");
        assert_eq!(self.in_the_order(&placed.id()).await, 1_740);
        (placed.id(), payment["id"].as_str().unwrap().to_owned())
    }

    async fn settle(&self, payment: &str, body: Value) -> Answer {
        self.process.staff_post(&format!("{PATH}/{payment}/settle"), body).await
    }
}

fn outside(amount: &str) -> Value {
    json!({ "kind": "outside", "amount": amount, "reason": "card closed", "reference": "bank 17" })
}

#[tokio::test]
async fn it_goes_into_the_buyers_wallet() {
    let app = App::selling(5).await;
    let (ann, cart) = app.process.cart_of(ANN).await;
    let (order, payment) = app.stranded(&ann, &cart).await;
    let leaves = async || app.process.shop.require_nothing_under_way(ANN).await.is_ok();
    assert!(!leaves().await, "they are owed money");
    let listed = app.process.staff_get(PATH).await;
    assert_eq!(listed.each("id"), [&*payment], "{listed:?}");
    let it = &listed.body["data"][0];
    assert_eq!(
        (&it["open"], &it["order"], &it["scale"]),
        (&json!("1740"), &json!(order), &json!(2))
    );
    assert!(it["failure"].is_string());
    let settled = app.settle(&payment, json!({ "kind": "wallet" })).await;
    assert_eq!((settled.status, &settled.body["open"]), (201, &json!("0")), "{settled:?}");
    assert_eq!(settled.body["settlements"][0]["state"], "done");
    assert_eq!((app.world.wallet(ANN).await, app.in_the_order(&order).await), ((101_740, 0), 0));
    assert_eq!(app.process.staff_get(PATH).await.body["data"], json!([]));
    let done = app.process.staff_get(&format!("{PATH}?filter%5Bstate%5D=settled")).await;
    assert_eq!(done.each("id"), [&*payment]);
    let again = app.settle(&payment, json!({ "kind": "wallet" })).await;
    assert_eq!(again.problem(), (422, "shop.stranded_refund.too_large"));
    assert!(leaves().await);
    assert_eq!(app.process.order(&order).await["payments"][0]["stranded"], "0");
    assert_eq!(app.audited("shop.stranded_refund.settled").await.len(), 1);
    assert_eq!(app.audited("shop.stranded_refunds.viewed").await.len(), 3);
}

#[tokio::test]
async fn a_guests_is_paid_outside_in_parts_with_a_reason() {
    let app = App::selling(5).await;
    let (guest, cart) = app.process.guest().await;
    let (order, payment) = app.stranded(&guest, &cart).await;
    let wallet = app.settle(&payment, json!({ "kind": "wallet" })).await;
    assert_eq!(wallet.problem(), (422, "shop.stranded_refund.no_wallet"));
    for missing in ["reason", "reference"] {
        let mut body = outside("1000");
        body.as_object_mut().unwrap().remove(missing);
        assert_eq!(app.settle(&payment, body).await.status, 400, "{missing}");
    }
    let more = app.settle(&payment, outside("1741")).await;
    assert_eq!(more.problem(), (422, "shop.stranded_refund.too_large"));
    assert_eq!(app.settle(&payment, outside("1000")).await.body["open"], "740");
    assert_eq!(app.in_the_order(&order).await, 740);
    let rest = app.settle(&payment, outside("740")).await;
    assert_eq!(rest.body["settlements"][1]["reference"], "bank 17", "{rest:?}");
    assert_eq!(app.in_the_order(&order).await, 0);
    let customer = app.process.order(&order).await["customer"].clone();
    let account = format!("shop/customers/{}/EUR", customer.as_str().unwrap());
    assert_eq!(app.world.posted(&account).await, 1_740);
    assert_eq!(
        app.audited("shop.stranded_refund.settled").await[0].reason.as_deref(),
        Some("card closed")
    );
}

#[tokio::test]
async fn it_is_never_given_back_twice() {
    let app = App::selling(5).await;
    app.world.open_to_many();
    let (ann, cart) = app.process.cart_of(ANN).await;
    let (order, payment) = app.stranded(&ann, &cart).await;
    let racing = (0..8).map(|index| {
        let body = if index % 2 == 0 { json!({ "kind": "wallet" }) } else { outside("1740") };
        app.settle(&payment, body)
    });
    let answers = join_all(racing).await;
    let made = answers.iter().filter(|it| it.status == 201).count();
    assert_eq!(made, 1, "{answers:?}");
    let said = ["shop.stranded_refund.too_large", "shop.order.busy"];
    let others = answers.iter().filter(|it| it.status != 201);
    assert!(others.map(|it| it.problem().1).all(|code| said.contains(&code)), "{answers:?}");
    app.process.bus.settle().await;
    let customer = app.process.order(&order).await["customer"].clone();
    let account = format!("shop/customers/{}/EUR", customer.as_str().unwrap());
    let (wallet, elsewhere) = (app.world.wallet(ANN).await.0, app.world.posted(&account).await);
    assert_eq!((wallet - 100_000 + elsewhere, app.in_the_order(&order).await), (1_740, 0));
}

#[tokio::test]
async fn a_key_settles_once_and_only_staff_may() {
    let app = App::selling(5).await;
    let (guest, cart) = app.process.guest().await;
    let (order, payment) = app.stranded(&guest, &cart).await;
    let path = format!("{PATH}/{payment}/settle");
    for _ in 0..2 {
        let key = [("idempotency-key", "k1")];
        let made = app.process.staff_json(Method::POST, &path, &key, outside("500")).await;
        assert_eq!((made.status, &made.body["open"]), (201, &json!("1240")), "{made:?}");
    }
    assert_eq!(app.in_the_order(&order).await, 1_240);
    let p = &app.process;
    let refused = p.json(Some(actor(ANN)), Method::POST, &path, &[], outside("500")).await;
    assert_eq!((refused.status, p.get(PATH).await.status), (403, 403));
    let unknown = app.settle("opay_00000000000000000000000001", outside("1")).await;
    assert_eq!(unknown.problem(), (404, "shop.stranded_refund.not_found"));
}

#[tokio::test]
async fn what_is_cut_off_is_finished_by_a_job() {
    let app = App::selling(5).await;
    let (ann, cart) = app.process.cart_of(ANN).await;
    let (order, payment) = app.stranded(&ann, &cart).await;
    let made = app.settle(&payment, json!({ "kind": "wallet", "amount": "500" })).await;
    // As if its process had died between the ledger and the row.
    let client = app.world.database().dedicated_client().await.unwrap();
    client.execute("update shop.settlements set state = 'pending'", &[]).await.unwrap();
    let again = app.settle(&payment, json!({ "kind": "wallet" })).await;
    assert_eq!((again.status, &again.body["open"]), (201, &json!("0")), "{made:?} {again:?}");
    let states = again.body["settlements"].as_array().unwrap();
    assert!(states.iter().all(|it| it["state"] == "done"), "{states:?}");
    assert_eq!((app.world.wallet(ANN).await.0, app.in_the_order(&order).await), (101_740, 0));
}
