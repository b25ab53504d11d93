//! What the shop tells others of orders and returns, and how guests find theirs again.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};
use shop::{OrderId, order_link_token};

use crate::app::{ANN, Answer, App, vault};
use crate::buying::Buyer;

const TO_CONFIRM: &str = "4000000000003220";
const DECLINED: &str = "4000000000000002";

impl App {
    /// What was told of this kind, the oldest first.
    async fn told(&self, kind: &str) -> Vec<Value> {
        let client = self.world.database().client().await.unwrap();
        let sql = "select data from bus.events where kind = $1 order by id";
        client.query(sql, &[&kind]).await.unwrap().iter().map(|row| row.get(0)).collect()
    }

    async fn only_told(&self, kind: &str) -> Value {
        let told = self.told(kind).await;
        assert_eq!(told.len(), 1, "{kind}: {told:?}");
        told[0].clone()
    }

    /// A guest's order of two mugs, in the language of their browser.
    async fn guests_order(&self, language: &str, card: &str) -> (Buyer, Answer) {
        let (buyer, cart) = self.process.guest().await;
        self.process.add(&buyer, &cart, "MUG", 2).await;
        self.process.address(&buyer, &cart).await;
        let Buyer::Guest(token) = &buyer else { panic!("a guest") };
        let card = json!({ "number": card, "exp_month": 12, "exp_year": 2030, "cvc": "123" });
        let body = json!({ "payments": [{ "kind": "card", "card": card }] });
        let path = format!("/v1/shop/carts/{cart}/complete");
        let headers = [("cart-token", token.as_str()), ("accept-language", language)];
        let placed = self.process.json(None, Method::POST, &path, &headers, body).await;
        assert_eq!(placed.status, 201, "{placed:?}");
        self.process.bus.settle().await;
        (buyer, placed)
    }
}

#[tokio::test]
async fn a_confirmation_has_all_that_was_bought_and_the_language_of_its_buyer() {
    let app = App::selling(5).await;
    let (_, placed) = app.guests_order("de-AT,en;q=0.5", "4242424242424242").await;
    let told = app.only_told("shop.order.placed").await;
    assert_eq!(told["order_id"], placed.body["id"]);
    for name in ["number", "email", "currency", "scale", "total", "shipping", "subtotal", "tax"] {
        assert_eq!(told[name], placed.body[name], "{name}");
    }
    assert_eq!((&told["language"], &told["channel"]), (&json!("de-AT"), &json!("storefront")));
    assert_eq!(told["shipping_address"], placed.body["shipping_address"]);
    let line = &told["lines"][0];
    let line = (&line["title"], &line["quantity"], &line["total"]);
    assert_eq!(line, (&json!("mug"), &json!(2), &json!("2500")));
    assert_eq!(told.get("effective_at"), None);
    let paid = app.only_told("shop.order.paid").await;
    assert_eq!((paid.get("at_once"), paid.get("shipping_address")), (None, None));
}

#[tokio::test]
async fn what_is_paid_at_once_is_told_as_such() {
    let app = App::selling(5).await;
    app.process.placed(ANN, &[("MUG", 1)]).await;
    assert_eq!(app.only_told("shop.order.placed").await["language"], Value::Null);
    assert_eq!(app.only_told("shop.order.paid").await["at_once"], true);
}

#[tokio::test]
async fn a_parcel_is_told_with_its_pieces_and_its_invoice_and_a_refund_with_its_note() {
    let app = App::selling(5).await;
    let p = &app.process;
    let order = p.placed(ANN, &[("MUG", 2)]).await;
    let line = order.body["lines"][0]["id"].clone();
    let order = order.id();
    let parcel = json!({
        "carrier": "Post", "tracking": "AT1", "lines": [{ "line": line, "quantity": 1 }],
    });
    let path = format!("/v1/shop/orders/{order}/shipments");
    let sent = p.staff_post(&path, parcel).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let told = app.only_told("shop.order.shipped").await["shipment"].clone();
    assert_eq!((&told["carrier"], &told["tracking"]), (&json!("Post"), &json!("AT1")));
    assert_eq!(
        (&told["lines"][0]["title"], &told["lines"][0]["quantity"]),
        (&json!("mug"), &json!(1))
    );
    let documents = p.staff_get(&format!("/v1/shop/orders/{order}/documents")).await;
    assert_eq!(told["invoice"], documents.body["data"][0]["number"]);
    let refund = json!({ "lines": [{ "line": line, "amount": "100" }], "reason": "a dent" });
    let made = p.staff_post(&format!("/v1/shop/orders/{order}/refunds"), refund).await;
    assert_eq!(made.status, 201, "{made:?}");
    let told = app.only_told("shop.order.refunded").await["refund"].clone();
    assert_eq!(told["amount"], "100");
    let documents = p.staff_get(&format!("/v1/shop/orders/{order}/documents")).await;
    assert_eq!(told["credit_note"], documents.body["data"][1]["number"]);
}

#[tokio::test]
async fn who_cancelled_what_is_told() {
    let app = App::selling(9).await;
    let p = &app.process;
    let order = p.placed(ANN, &[("MUG", 3)]).await;
    let path = format!("/v1/shop/orders/{}/cancel", order.id());
    let pieces = json!({ "lines": [{ "line": order.body["lines"][0]["id"], "quantity": 1 }] });
    assert_eq!(p.staff_post(&path, pieces).await.status, 200);
    let cancelled = p.buy(&Buyer::User(ANN), Method::POST, &path, json!({})).await;
    assert_eq!(cancelled.status, 200, "{cancelled:?}");
    app.guests_order("en", DECLINED).await;
    for _ in 0..3 {
        app.world.clock.advance(Duration::from_secs(86_400));
        p.bus.settle().await;
    }
    let told = app.told("shop.order.cancelled").await;
    let said = |it: &Value| {
        let it = &it["cancellation"];
        let pieces = it["lines"][0]["quantity"].clone();
        (it["cause"].clone(), it["is_whole"].clone(), it["amount"].clone(), pieces)
    };
    let expected = [
        (json!("staff"), json!(false), json!("1250"), json!(1)),
        (json!("buyer"), json!(true), json!("2990"), json!(null)),
        (json!("unpaid"), json!(true), json!("2990"), json!(null)),
    ];
    assert_eq!(told.iter().map(said).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_card_that_needs_its_holder_and_one_that_is_declined_are_told() {
    let app = App::selling(9).await;
    app.guests_order("en", TO_CONFIRM).await;
    app.guests_order("en", "4242424242424242").await;
    assert_eq!(app.told("shop.order.payment_needed").await.len(), 0, "they are on the page");
    app.world.clock.advance(Duration::from_secs(11 * 60));
    app.process.bus.settle().await;
    assert_eq!(app.only_told("shop.order.payment_needed").await["total"], "2990");
    app.guests_order("en", DECLINED).await;
    assert_eq!(app.only_told("shop.order.payment_failed").await["reason"], "card_declined");
}

#[tokio::test]
async fn a_return_is_told_with_the_names_of_what_comes_back() {
    let app = App::selling(5).await;
    let p = &app.process;
    let order = p.placed(ANN, &[("MUG", 2)]).await;
    p.ship(&order.id()).await;
    let line = json!({ "line": order.body["lines"][0]["id"], "quantity": 1, "reason": "damaged" });
    let path = format!("/v1/shop/orders/{}/returns", order.id());
    let asked = p.buy(&Buyer::User(ANN), Method::POST, &path, json!({ "lines": [line] })).await;
    assert_eq!(asked.status, 201, "{asked:?}");
    let no = json!({ "reason": "It was fine when it left." });
    p.staff_post(&format!("/v1/shop/returns/{}/reject", asked.id()), no).await;
    let told = app.only_told("shop.return.requested").await["return"].clone();
    assert_eq!((&told["return_id"], &told["by_staff"]), (&asked.body["id"], &json!(false)));
    let piece = &told["lines"][0];
    assert_eq!((&piece["title"], &piece["reason"]), (&json!("mug"), &json!("damaged")));
    let told = app.only_told("shop.return.rejected").await["return"].clone();
    assert_eq!(told["decision"], "It was fine when it left.");
}

#[tokio::test]
async fn the_token_of_mails_opens_a_guests_order_and_nothing_else() {
    let app = App::selling(9).await;
    let (_, guests) = app.guests_order("en", "4242424242424242").await;
    let (_, others) = app.guests_order("en", "4242424242424242").await;
    let users = app.process.placed(ANN, &[("MUG", 1)]).await;
    let token = |order: &Answer| {
        let id: OrderId = order.id().parse().unwrap();
        order_link_token(&vault(), id).as_str().to_owned()
    };
    let buyer = Buyer::Guest(token(&guests));
    let seen = async |buyer: &Buyer, order: &Answer| {
        let path = format!("/v1/shop/orders/{}", order.id());
        app.process.buy(buyer, Method::GET, &path, json!(null)).await.status
    };
    assert_eq!(seen(&buyer, &guests).await, 200);
    for order in [&others, &users] {
        assert_eq!(seen(&buyer, order).await, 404);
    }
    assert_eq!(seen(&Buyer::Guest(token(&users)), &users).await, 404, "users sign in");
    let path = format!("/v1/shop/orders/{}/cancel", guests.id());
    let cancelled = app.process.buy(&buyer, Method::POST, &path, json!({})).await;
    assert_eq!(cancelled.body["status"], "cancelled", "{cancelled:?}");
    let leaks =
        format!("select count(*) from bus.events where data::text like '%{}%'", token(&guests));
    assert_eq!(app.world.count(&leaks).await, 0);
}
