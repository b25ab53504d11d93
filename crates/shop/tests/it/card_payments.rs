//! Orders that are paid by card, by guests too, and in several ways at once.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{ANN, Answer, App, Process};
use crate::buying::Buyer;

const GOOD: &str = "4242424242424242";
const DECLINED: &str = "4000000000000002";
const TO_CONFIRM: &str = "4000000000003220";
const SLOW: &str = "4000000000000077";
const DISPUTED: &str = "4000000000000259";
const HOUR: Duration = Duration::from_secs(3_600);

fn card(number: &str) -> Value {
    let card = json!({ "number": number, "exp_month": 12, "exp_year": 2030, "cvc": "123" });
    json!({ "kind": "card", "card": card })
}

impl Process {
    async fn complete_with(&self, buyer: &Buyer, cart: &str, payments: Value) -> Answer {
        let path = format!("/v1/shop/carts/{cart}/complete");
        self.buy(buyer, Method::POST, &path, json!({ "payments": payments })).await
    }

    async fn pay(&self, buyer: &Buyer, order: &str, payments: Value) -> Answer {
        let path = format!("/v1/shop/orders/{order}/payments");
        self.buy(buyer, Method::POST, &path, json!({ "payments": payments })).await
    }
}

impl App {
    /// A guest's order of one mug, 17.40 with the post, that goes as its card says.
    async fn ordered(&self, number: &str) -> (Buyer, String) {
        let (buyer, cart) = self.process.guest().await;
        assert_eq!(self.process.add(&buyer, &cart, "MUG", 1).await.status, 200);
        self.process.address(&buyer, &cart).await;
        let placed = self.process.complete_with(&buyer, &cart, json!([card(number)])).await;
        assert_eq!(placed.status, 201, "{placed:?}");
        self.process.bus.settle().await;
        (buyer, placed.id())
    }

    async fn seen(&self, buyer: &Buyer, order: &str) -> Value {
        let path = format!("/v1/shop/orders/{order}");
        self.process.buy(buyer, Method::GET, &path, json!(null)).await.body
    }

    async fn pass(&self, time: Duration) {
        for _ in 0..6 {
            self.world.clock.advance(time / 6);
            self.process.bus.settle().await;
        }
    }

    /// What the sandbox owes us, by the books and by its own word, which must agree.
    async fn at_the_provider(&self) -> String {
        let clearing = self.process.payments.clearing("sandbox", "EUR").await.unwrap();
        assert_eq!(clearing.books, clearing.provider);
        clearing.books.to_string()
    }
}

#[tokio::test]
async fn a_guest_pays_by_card_and_the_parcel_earns_it() {
    let app = App::selling(5).await;
    let (buyer, order) = app.ordered(GOOD).await;
    let seen = app.seen(&buyer, &order).await;
    assert_eq!(
        (&seen["status"], &seen["payments"][0]["status"]),
        (&json!("paid"), &json!("captured"))
    );
    assert_eq!(seen["payments"][0]["captured"], "1740");
    assert_eq!(app.in_the_order(&order).await, 1740);
    assert_eq!(app.process.ship(&order).await.status, 201);
    assert_eq!(app.in_the_order(&order).await, 0);
    assert_eq!(app.at_the_provider().await, "1740");
    let told = "select count(*) from bus.events where kind = 'shop.order.paid'";
    assert_eq!(app.world.count(told).await, 1);
}

#[tokio::test]
async fn a_declined_card_leaves_the_order_to_be_paid_otherwise() {
    let app = App::selling(5).await;
    let (buyer, order) = app.ordered(DECLINED).await;
    let seen = app.seen(&buyer, &order).await;
    assert_eq!(seen["status"], "placed");
    assert_eq!(seen["payments"][0]["status"], "refused");
    assert_eq!(seen["payments"][0]["failure"], "card_declined");
    let told = "select count(*) from bus.events where kind = 'shop.order.payment_failed'";
    assert_eq!(app.world.count(told).await, 1);
    let early = app.process.ship(&order).await;
    assert_eq!(early.problem(), (409, "shop.order.not_paid"));
    let paid = app.process.pay(&buyer, &order, json!([card(GOOD)])).await;
    assert_eq!(paid.status, 200, "{paid:?}");
    app.process.bus.settle().await;
    assert_eq!(app.seen(&buyer, &order).await["status"], "paid");
    let again = app.process.pay(&buyer, &order, json!([card(GOOD)])).await;
    assert_eq!(again.problem(), (409, "shop.order.already_paid"));
    assert_eq!(app.at_the_provider().await, "1740");
}

#[tokio::test]
async fn a_wallet_and_a_card_pay_together_and_get_back_what_is_cancelled() {
    let app = App::selling(5).await;
    let (buyer, cart) = app.process.ready(ANN, &[("MUG", 1)]).await;
    let both = json!([{ "kind": "wallet", "amount": "1000" }, card(GOOD)]);
    let placed = app.process.complete_with(&buyer, &cart, both).await;
    app.process.bus.settle().await;
    let order = placed.id();
    let seen = app.seen(&buyer, &order).await;
    assert_eq!((&seen["status"], &seen["payments"][1]["amount"]), (&json!("paid"), &json!("740")));
    assert_eq!(app.world.wallet(ANN).await, (100_000, 1000));
    let path = format!("/v1/shop/orders/{order}/cancel");
    let cancelled = app.process.buy(&buyer, Method::POST, &path, json!({})).await;
    assert_eq!(cancelled.body["status"], "cancelled");
    app.process.bus.settle().await;
    assert_eq!(app.world.wallet(ANN).await, (100_000, 0));
    assert_eq!(app.in_the_order(&order).await, 0);
    assert_eq!(app.at_the_provider().await, "0");
    assert_eq!(app.world.shelf("MUG").await, (5, 0));
}

#[tokio::test]
async fn a_wallet_pays_for_an_order_whose_card_was_declined() {
    let app = App::selling(5).await;
    let (buyer, cart) = app.process.ready(ANN, &[("MUG", 1)]).await;
    let placed = app.process.complete_with(&buyer, &cart, json!([card(DECLINED)])).await;
    app.process.bus.settle().await;
    let wallet = json!([{ "kind": "wallet" }]);
    let paid = app.process.pay(&buyer, &placed.id(), wallet).await;
    assert_eq!(paid.body["status"], "paid", "{paid:?}");
    assert_eq!(app.world.wallet(ANN).await, (100_000, 1740));
    assert_eq!(app.process.ship(&placed.id()).await.status, 201);
    assert_eq!(app.world.wallet(ANN).await, (98_260, 0));
}

#[tokio::test]
async fn what_is_not_confirmed_in_time_is_cancelled_and_its_goods_are_free() {
    let app = App::selling(5).await;
    let (buyer, order) = app.ordered(TO_CONFIRM).await;
    let seen = app.seen(&buyer, &order).await;
    assert_eq!(
        (&seen["status"], &seen["payments"][0]["status"]),
        (&json!("placed"), &json!("pending"))
    );
    assert_eq!(seen["payments"][0]["next_action"]["kind"], "redirect");
    let of_staff = app.process.order(&order).await;
    assert_eq!(of_staff["payments"][0]["next_action"], json!(null));
    let twice = app.process.pay(&buyer, &order, json!([card(GOOD)])).await;
    assert_eq!(twice.problem(), (409, "shop.payment.under_way"));
    assert_eq!(app.world.shelf("MUG").await, (5, 1));
    app.pass(2 * HOUR).await;
    assert_eq!(app.seen(&buyer, &order).await["status"], "cancelled");
    assert_eq!(app.world.shelf("MUG").await, (5, 0));
    assert_eq!(app.at_the_provider().await, "0");
}

#[tokio::test]
async fn money_that_comes_after_the_order_was_cancelled_goes_back() {
    let app = App::selling(5).await;
    let (buyer, order) = app.ordered(SLOW).await;
    let path = format!("/v1/shop/orders/{order}/cancel");
    let cancelled = app.process.buy(&buyer, Method::POST, &path, json!({})).await;
    assert_eq!(cancelled.status, 200);
    app.pass(HOUR).await;
    let seen = app.seen(&buyer, &order).await;
    assert_eq!(
        (&seen["status"], &seen["payments"][0]["refunded"]),
        (&json!("cancelled"), &json!("1740"))
    );
    assert_eq!(app.in_the_order(&order).await, 0);
    assert_eq!(app.at_the_provider().await, "0");
}

#[tokio::test]
async fn a_refund_goes_back_to_the_card_and_never_more_than_was_captured() {
    let app = App::selling(5).await;
    let (buyer, order) = app.ordered(GOOD).await;
    app.process.ship(&order).await;
    let line = app.seen(&buyer, &order).await["lines"][0]["id"].clone();
    let refunds = format!("/v1/shop/orders/{order}/refunds");
    let of = |cents: &str| json!({ "lines": [{ "line": line, "amount": cents }] });
    assert_eq!(app.process.staff_post(&refunds, of("1000")).await.status, 201);
    let more = app.process.staff_post(&refunds, of("251")).await;
    assert_eq!(more.problem(), (422, "shop.refund.too_large"));
    app.process.bus.settle().await;
    assert_eq!(app.at_the_provider().await, "740");
    assert_eq!(app.in_the_order(&order).await, 0);
}

#[tokio::test]
async fn a_disputed_payment_stops_the_parcel() {
    let app = App::selling(5).await;
    let (buyer, order) = app.ordered(DISPUTED).await;
    app.pass(2 * HOUR).await;
    let seen = app.seen(&buyer, &order).await;
    assert_eq!(
        (&seen["status"], &seen["payments"][0]["status"]),
        (&json!("placed"), &json!("disputed"))
    );
    assert_eq!(app.process.ship(&order).await.problem(), (409, "shop.order.not_paid"));
    let path = format!("/v1/shop/orders/{order}/cancel");
    let cancelled = app.process.buy(&buyer, Method::POST, &path, json!({})).await;
    assert_eq!(cancelled.body["status"], "cancelled");
    app.process.bus.settle().await;
    assert_eq!(app.in_the_order(&order).await, 0);
    assert_eq!(app.world.shelf("MUG").await, (5, 0));
}

#[tokio::test]
async fn a_cart_that_lacks_something_shows_its_card_to_nobody() {
    let app = App::selling(5).await;
    let (buyer, cart) = app.process.guest().await;
    app.process.add(&buyer, &cart, "MUG", 1).await;
    let early = app.process.complete_with(&buyer, &cart, json!([card(GOOD)])).await;
    assert_eq!(early.problem(), (422, "shop.cart.not_ready"));
    assert_eq!(app.world.count("select count(*) from payments.cards").await, 0);
    app.process.address(&buyer, &cart).await;
    let wrong = app.process.complete_with(&buyer, &cart, json!([card("4242424242424241")])).await;
    assert_eq!(wrong.problem(), (422, "payments.card.number_invalid"));
    assert_eq!(app.world.count("select count(*) from shop.orders").await, 0);
    let stored = "select count(*) from shop.orders o where o::text like '%4242%'";
    assert_eq!(app.world.count(stored).await, 0);
}

#[tokio::test]
async fn what_is_taken_off_goes_back_to_the_card_and_frees_the_wallet() {
    let app = App::selling(5).await;
    let (buyer, cart) = app.process.ready(ANN, &[("MUG", 3)]).await;
    let both = json!([{ "kind": "wallet", "amount": "1000" }, card(GOOD)]);
    let placed = app.process.complete_with(&buyer, &cart, both).await;
    let (order, line) = (placed.id(), placed.body["lines"][0]["id"].clone());
    let path = format!("/v1/shop/orders/{order}/cancel");
    let one = json!({ "lines": [{ "line": line, "quantity": 1 }] });
    app.process.bus.settle().await;
    assert_eq!(app.at_the_provider().await, "3240");
    let lowered = app.process.staff_post(&path, one.clone()).await;
    assert_eq!((lowered.status, &lowered.body["status"]), (200, &json!("paid")), "{lowered:?}");
    app.process.bus.settle().await;
    assert_eq!(app.world.wallet(ANN).await, (100_000, 0));
    assert_eq!(app.at_the_provider().await, "2990");
    assert_eq!(app.in_the_order(&order).await, 2_990);
    assert_eq!(app.process.ship(&order).await.body["amount"], "2990");
    assert_eq!(app.in_the_order(&order).await, 0);
    assert_eq!(app.world.shelf("MUG").await, (3, 0));
}

#[tokio::test]
async fn pieces_of_what_is_not_paid_stay() {
    let app = App::selling(5).await;
    let (buyer, order) = app.ordered(DECLINED).await;
    let line = app.seen(&buyer, &order).await["lines"][0]["id"].clone();
    let path = format!("/v1/shop/orders/{order}/cancel");
    let one = json!({ "lines": [{ "line": line, "quantity": 1 }] });
    // All of it is one piece, and that can be cancelled.
    assert_eq!(app.process.staff_post(&path, one).await.body["status"], "cancelled");
    let (buyer, cart) = app.process.ready(ANN, &[("MUG", 2)]).await;
    let placed = app.process.complete_with(&buyer, &cart, json!([card(DECLINED)])).await;
    app.process.bus.settle().await;
    let one = json!({ "lines": [{ "line": placed.body["lines"][0]["id"], "quantity": 1 }] });
    let path = format!("/v1/shop/orders/{}/cancel", placed.id());
    assert_eq!(app.process.staff_post(&path, one).await.problem(), (409, "shop.order.not_paid"));
}

#[tokio::test]
async fn what_a_guest_returns_goes_back_to_the_card() {
    let app = App::selling(5).await;
    let (buyer, order) = app.ordered(GOOD).await;
    assert_eq!(app.process.ship(&order).await.status, 201);
    let line = app.seen(&buyer, &order).await["lines"][0]["id"].clone();
    let path = format!("/v1/shop/orders/{order}/returns");
    let wanted = json!({ "lines": [{ "line": line, "quantity": 1, "reason": "damaged" }] });
    let asked = app.process.buy(&buyer, Method::POST, &path, wanted).await;
    assert_eq!(asked.status, 201, "{asked:?}");
    let path = format!("/v1/shop/returns/{}", asked.id());
    app.process.staff_post(&format!("{path}/approve"), json!({})).await;
    let receipt = json!({
        "lines": [{ "line": line, "write_off": 1 }], "refund": { "shipping": "490" },
    });
    let received = app.process.staff_post(&format!("{path}/receive"), receipt).await;
    assert_eq!(received.body["state"], "closed", "{received:?}");
    app.process.bus.settle().await;
    assert_eq!(app.at_the_provider().await, "0");
    assert_eq!(app.seen(&buyer, &order).await["status"], "returned");
    assert_eq!(app.in_the_order(&order).await, 0);
    assert_eq!(app.world.shelf("MUG").await, (4, 0));
}

#[tokio::test]
async fn what_a_bank_took_back_is_not_refunded_once_more() {
    let app = App::selling(5).await;
    let (buyer, order) = app.ordered(DISPUTED).await;
    assert_eq!(app.process.ship(&order).await.status, 201);
    app.pass(2 * HOUR).await;
    let line = app.seen(&buyer, &order).await["lines"][0]["id"].clone();
    let body = json!({ "lines": [{ "line": line, "amount": "1000" }] });
    let refund = app.process.staff_post(&format!("/v1/shop/orders/{order}/refunds"), body).await;
    assert_eq!(refund.problem(), (409, "shop.payment.disputed"));
}
