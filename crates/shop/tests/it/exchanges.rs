//! Something else is sent in place of what comes back.

use std::time::Duration;

use axum::http::Method;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::app::{ANN, Answer, App, Process};
use crate::buying::Buyer;

const HOUR: Duration = Duration::from_secs(3_600);

/// An order of one mug that was sent, and its return with what is wanted instead.
struct Asked {
    order: String,
    line: Value,
    id: String,
}

impl App {
    /// A shop with mugs for 12.50, bowls for as much, jugs for 20.00 and spoons for 5.00; and so many
    /// of each but mugs.
    async fn exchanging(pieces: u32) -> Self {
        let app = Self::selling(10).await;
        for (handle, sku, cents) in
            [("bowl", "BOWL", "1250"), ("jug", "JUG", "2000"), ("spoon", "SPOON", "500")]
        {
            let body = json!({
                "handle": handle, "status": "active", "title": handle,
                "variants": [{ "sku": sku, "prices": [{ "currency": "EUR", "amount": cents }] }],
            });
            assert_eq!(app.process.staff_post("/v1/shop/products", body).await.status, 201);
            if pieces > 0 {
                app.process.receive(sku, pieces).await;
            }
        }
        app
    }

    /// Ann has a mug and asks for something else; the 4.90 of the post are spent.
    async fn asked(&self, sku: &str) -> Asked {
        let p = &self.process;
        let placed = p.placed(ANN, &[("MUG", 1)]).await;
        assert_eq!(p.ship(&placed.id()).await.status, 201);
        let line = placed.body["lines"][0]["id"].clone();
        let asked = p.ask_for(&Buyer::User(ANN), &placed.id(), &line, sku).await;
        assert_eq!((asked.status, &asked.body["state"]), (201, &json!("requested")), "{asked:?}");
        assert_eq!(asked.body["exchange"]["items"][0]["sku"], sku);
        assert_eq!(asked.body["exchange"]["order"], Value::Null);
        Asked { order: placed.id(), line, id: asked.id() }
    }
}

impl Process {
    async fn ask_for(&self, buyer: &Buyer, order: &str, line: &Value, sku: &str) -> Answer {
        let body = json!({
            "lines": [{ "line": line, "quantity": 1, "reason": "unwanted" }],
            "exchange": [{ "sku": sku, "quantity": 1 }],
        });
        self.buy(buyer, Method::POST, &format!("/v1/shop/orders/{order}/returns"), body).await
    }

    async fn act(&self, id: &str, verb: &str, body: Value) -> Answer {
        self.staff_post(&format!("/v1/shop/returns/{id}/{verb}"), body).await
    }

    /// Approves it; the other order.
    async fn approved(&self, it: &Asked, body: Value) -> String {
        let approved = self.act(&it.id, "approve", body).await;
        assert_eq!(
            (approved.status, &approved.body["state"]),
            (200, &json!("approved")),
            "{approved:?}"
        );
        approved.body["exchange"]["order"].as_str().expect("an order").to_owned()
    }

    /// The mug arrived.
    async fn arrived(&self, it: &Asked) -> Answer {
        let body = json!({ "lines": [{ "line": it.line, "restock": 1 }] });
        self.act(&it.id, "receive", body).await
    }
}

#[tokio::test]
async fn for_an_equal_price_nobody_pays_anything() {
    let app = App::exchanging(5).await;
    let p = &app.process;
    let asked = app.asked("BOWL").await;
    assert_eq!(app.world.shelf("BOWL").await, (5, 0));
    let other = p.approved(&asked, json!({ "reason": "fine" })).await;
    let seen = p.order(&other).await;
    assert_eq!((&seen["status"], &seen["credit"]), (&json!("placed"), &json!("1250")), "{seen}");
    assert_eq!((&seen["channel"], &seen["exchange_of"]), (&json!("exchange"), &json!(asked.id)));
    assert_eq!((&seen["total"], &seen["shipping"]), (&json!("1250"), &json!("0")));
    assert_eq!(seen["shipping_address"]["city"], "Wien");
    assert_eq!(app.world.shelf("BOWL").await, (5, 1));
    assert_eq!(p.ship(&other).await.problem(), (409, "shop.order.not_paid"));
    let received = p.arrived(&asked).await;
    assert_eq!((received.status, &received.body["state"]), (200, &json!("closed")), "{received:?}");
    let seen = p.order(&other).await;
    assert_eq!((&seen["status"], &seen["credit"]), (&json!("paid"), &json!("0")), "{seen}");
    let payment = &seen["payments"][0];
    assert_eq!((&payment["kind"], &payment["captured"]), (&json!("exchange"), &json!("1250")));
    assert_eq!((app.in_the_order(&asked.order).await, app.in_the_order(&other).await), (0, 1_250));
    assert_eq!(app.world.wallet(ANN).await, (98_260, 0));
    assert_eq!(p.ship(&other).await.status, 201);
    assert_eq!((app.in_the_order(&other).await, app.world.shelf("BOWL").await), (0, (4, 0)));
    let sold = [
        app.world.posted("shop/sales/EUR/MUG").await,
        app.world.posted("shop/sales/EUR/BOWL").await,
    ];
    assert_eq!((sold, app.world.shelf("MUG").await), ([0, 1_250], (10, 0)));
    assert_eq!(p.order(&asked.order).await["status"], "returned");
    let mine = p.get("/v1/shop/orders").await;
    assert_eq!(mine.each("id"), [&*other, &*asked.order]);
}

#[tokio::test]
async fn what_is_dearer_is_sent_once_its_buyer_paid_the_difference() {
    let app = App::exchanging(5).await;
    let p = &app.process;
    let asked = app.asked("JUG").await;
    let other = p.approved(&asked, json!({})).await;
    let path = format!("/v1/shop/orders/{other}/payments");
    let wallet = json!({ "payments": [{ "kind": "wallet" }] });
    let paid = p.buy(&Buyer::User(ANN), Method::POST, &path, wallet.clone()).await;
    assert_eq!((paid.status, &paid.body["status"]), (200, &json!("placed")), "{paid:?}");
    assert_eq!(app.world.wallet(ANN).await, (98_260, 750), "the difference, and no more");
    let again = p.buy(&Buyer::User(ANN), Method::POST, &path, wallet).await;
    assert_eq!(again.problem(), (409, "shop.order.already_paid"));
    assert_eq!(p.ship(&other).await.problem(), (409, "shop.order.not_paid"));
    assert_eq!(p.arrived(&asked).await.body["state"], "closed");
    assert_eq!(p.order(&other).await["status"], "paid");
    assert_eq!(p.ship(&other).await.status, 201);
    assert_eq!((app.world.wallet(ANN).await, app.in_the_order(&other).await), ((97_510, 0), 0));
    assert_eq!(app.world.posted("shop/sales/EUR/JUG").await, 2_000);
}

#[tokio::test]
async fn what_nobody_pays_the_rest_of_is_cancelled_and_the_money_goes_back() {
    let app = App::exchanging(5).await;
    let p = &app.process;
    let asked = app.asked("JUG").await;
    let other = p.approved(&asked, json!({})).await;
    app.world.clock.advance(3 * HOUR);
    p.bus.settle().await;
    assert_eq!(p.order(&other).await["status"], "placed", "it waits as long as the mug takes");
    p.arrived(&asked).await;
    let seen = p.order(&other).await;
    assert_eq!(
        (&seen["status"], &seen["payments"][0]["captured"]),
        (&json!("placed"), &json!("1250"))
    );
    app.world.clock.advance(2 * HOUR);
    p.bus.settle().await;
    assert_eq!(p.order(&other).await["status"], "cancelled");
    assert_eq!((app.world.wallet(ANN).await, app.in_the_order(&other).await), ((99_510, 0), 0));
    assert_eq!(app.world.shelf("JUG").await, (5, 0));
}

#[tokio::test]
async fn a_return_that_is_worth_nothing_any_more_pays_nothing() {
    let app = App::exchanging(5).await;
    let p = &app.process;
    let asked = app.asked("BOWL").await;
    let other = p.approved(&asked, json!({})).await;
    let back = json!({ "lines": [{ "line": asked.line, "amount": "1250" }] });
    let path = format!("/v1/shop/orders/{}/refunds", asked.order);
    assert_eq!(p.staff_post(&path, back).await.status, 201);
    assert_eq!(p.arrived(&asked).await.body["state"], "received");
    let seen = p.order(&other).await;
    assert_eq!((&seen["status"], &seen["credit"]), (&json!("placed"), &json!("0")));
    app.world.clock.advance(2 * HOUR);
    p.bus.settle().await;
    assert_eq!(p.order(&other).await["status"], "cancelled");
    assert_eq!((app.world.wallet(ANN).await, app.world.shelf("BOWL").await), ((99_510, 0), (5, 0)));
}

#[tokio::test]
async fn what_is_cheaper_leaves_something_that_goes_back() {
    let app = App::exchanging(5).await;
    let p = &app.process;
    let asked = app.asked("SPOON").await;
    let other = p.approved(&asked, json!({})).await;
    assert_eq!(p.order(&other).await["credit"], "500");
    assert_eq!(p.arrived(&asked).await.body["state"], "closed");
    assert_eq!(p.order(&other).await["status"], "paid");
    assert_eq!(app.world.wallet(ANN).await, (99_010, 0), "7.50 of 12.50");
    assert_eq!((app.in_the_order(&asked.order).await, app.in_the_order(&other).await), (0, 500));
    assert_eq!(p.order(&asked.order).await["refunded"], "1250");
    assert_eq!(p.ship(&other).await.status, 201);
    assert_eq!(app.in_the_order(&other).await, 0);
}

#[tokio::test]
async fn what_is_not_there_is_not_approved_and_leaves_nothing() {
    let app = App::exchanging(0).await;
    let p = &app.process;
    let asked = app.asked("BOWL").await;
    let refused = p.act(&asked.id, "approve", json!({})).await;
    assert_eq!(refused.problem(), (422, "shop.stock.insufficient"));
    let seen = p.staff_get(&format!("/v1/shop/returns/{}", asked.id)).await;
    assert_eq!(
        (&seen.body["state"], &seen.body["exchange"]["order"]),
        (&json!("requested"), &json!(null))
    );
    assert_eq!(app.world.count("select count(*) from shop.orders").await, 1);
    p.receive("BOWL", 1).await;
    p.approved(&asked, json!({})).await;
    assert_eq!(app.world.shelf("BOWL").await, (1, 1));
}

#[tokio::test]
async fn what_comes_to_nothing_holds_nothing() {
    let app = App::exchanging(5).await;
    let p = &app.process;
    let asked = app.asked("BOWL").await;
    let rejected = p.act(&asked.id, "reject", json!({ "reason": "used" })).await;
    assert_eq!((rejected.status, app.world.shelf("BOWL").await), (200, (5, 0)));
    let again = p.ask_for(&Buyer::User(ANN), &asked.order, &asked.line, "BOWL").await;
    let asked = Asked { id: again.id(), ..asked };
    let other = p.approved(&asked, json!({})).await;
    assert_eq!(app.world.shelf("BOWL").await, (5, 1));
    // Its buyer keeps the mug after all.
    let path = format!("/v1/shop/returns/{}/close", asked.id);
    let closed = p.buy(&Buyer::User(ANN), Method::POST, &path, json!(null)).await;
    assert_eq!((closed.status, &closed.body["state"]), (200, &json!("closed")), "{closed:?}");
    assert_eq!(p.order(&other).await["status"], "cancelled");
    assert_eq!((app.world.shelf("BOWL").await, app.world.wallet(ANN).await), ((5, 0), (98_260, 0)));
}

#[tokio::test]
async fn without_the_other_order_all_goes_back_as_ever() {
    let app = App::exchanging(5).await;
    let p = &app.process;
    let asked = app.asked("BOWL").await;
    let other = p.approved(&asked, json!({})).await;
    let path = format!("/v1/shop/orders/{other}/cancel");
    let cancelled = p.buy(&Buyer::User(ANN), Method::POST, &path, json!({})).await;
    assert_eq!((cancelled.status, app.world.shelf("BOWL").await), (200, (5, 0)));
    assert_eq!(p.arrived(&asked).await.body["state"], "closed");
    assert_eq!((app.world.wallet(ANN).await, app.in_the_order(&other).await), ((99_510, 0), 0));
}

#[tokio::test]
async fn at_once_it_is_sent_before_the_goods_arrive_and_paid_once() {
    let app = App::exchanging(5).await;
    let p = &app.process;
    let asked = app.asked("SPOON").await;
    let other = p.approved(&asked, json!({ "at_once": true })).await;
    assert_eq!(p.order(&other).await["status"], "paid");
    assert_eq!(app.world.wallet(ANN).await, (99_010, 0));
    assert_eq!(p.ship(&other).await.status, 201);
    let received = p.arrived(&asked).await;
    assert_eq!((received.status, &received.body["state"]), (200, &json!("closed")), "{received:?}");
    assert_eq!(app.world.wallet(ANN).await, (99_010, 0), "nothing goes back twice");
    assert_eq!((app.in_the_order(&asked.order).await, app.in_the_order(&other).await), (0, 0));
    let order = p.order(&asked.order).await;
    assert_eq!((&order["refunded"], &order["status"]), (&json!("1250"), &json!("returned")));
    let plain = p.placed(ANN, &[("MUG", 1)]).await;
    p.ship(&plain.id()).await;
    let line = &plain.body["lines"][0]["id"];
    let body = json!({ "lines": [{ "line": line, "quantity": 1, "reason": "other" }] });
    let path = format!("/v1/shop/orders/{}/returns", plain.id());
    let plain = p.buy(&Buyer::User(ANN), Method::POST, &path, body).await;
    let refused = p.act(&plain.id(), "approve", json!({ "at_once": true })).await;
    assert_eq!(refused.problem(), (422, "shop.return.exchange_missing"));
}

#[tokio::test]
async fn what_is_received_twice_pays_once() {
    let app = App::exchanging(5).await;
    app.world.open_to_many();
    let p = &app.process;
    let asked = app.asked("BOWL").await;
    let other = p.approved(&asked, json!({})).await;
    let answers = join_all((0..6).map(|_| p.arrived(&asked))).await;
    let others = answers.iter().filter(|it| it.status != 200);
    assert!(others.map(Answer::problem).all(|it| it == (409, "shop.order.busy")), "{answers:?}");
    assert_eq!(p.arrived(&asked).await.body["state"], "closed", "the same again is harmless");
    let spoilt = json!({ "lines": [{ "line": asked.line, "write_off": 1 }] });
    let refused = p.act(&asked.id, "receive", spoilt).await;
    assert_eq!(refused.problem(), (409, "shop.return.state"));
    let seen = p.order(&other).await;
    assert_eq!(seen["payments"].as_array().unwrap().len(), 1, "{seen}");
    assert_eq!((app.in_the_order(&asked.order).await, app.in_the_order(&other).await), (0, 1_250));
    assert_eq!((app.world.wallet(ANN).await, app.world.shelf("MUG").await), ((98_260, 0), (10, 0)));
}

#[tokio::test]
async fn approvals_at_once_hold_once_and_the_last_piece_goes_to_one() {
    let app = App::exchanging(1).await;
    app.world.open_to_many();
    let p = &app.process;
    let (first, second) = (app.asked("BOWL").await, app.asked("BOWL").await);
    let racing = (0..8).map(|index| {
        let id = if index % 2 == 0 { &first.id } else { &second.id };
        p.act(id, "approve", json!({}))
    });
    let answers = join_all(racing).await;
    for it in answers.iter().filter(|it| it.status != 200) {
        let codes = [
            "shop.return.state",
            "shop.return.exchange_not_held",
            "shop.stock.insufficient",
            "shop.order.busy",
        ];
        assert!(codes.contains(&it.problem().1), "{it:?}");
    }
    p.bus.settle().await;
    let _ = (
        p.act(&first.id, "approve", json!({})).await,
        p.act(&second.id, "approve", json!({})).await,
    );
    let approved = "select count(*) from shop.returns where state = 'approved'";
    let placed =
        "select count(*) from shop.orders where return_id is not null and state = 'placed'";
    assert_eq!((app.world.count(approved).await, app.world.count(placed).await), (1, 1));
    assert_eq!(app.world.shelf("BOWL").await, (1, 1));
}

#[tokio::test]
async fn receiving_and_cancelling_at_once_lose_no_money() {
    for _ in 0..4 {
        let app = App::exchanging(5).await;
        app.world.open_to_many();
        let p = &app.process;
        let asked = app.asked("BOWL").await;
        let other = p.approved(&asked, json!({})).await;
        let path = format!("/v1/shop/orders/{other}/cancel");
        let ann = Buyer::User(ANN);
        let cancelling = p.buy(&ann, Method::POST, &path, json!({}));
        let (received, _) = tokio::join!(p.arrived(&asked), cancelling);
        if received.status != 200 {
            assert_eq!(received.problem(), (409, "shop.order.busy"));
            assert_eq!(p.arrived(&asked).await.status, 200);
        }
        p.bus.settle().await;
        p.buy(&ann, Method::POST, &path, json!({})).await;
        assert_eq!(app.world.wallet(ANN).await, (99_510, 0));
        assert_eq!((app.in_the_order(&asked.order).await, app.in_the_order(&other).await), (0, 0));
        assert_eq!(app.world.shelf("BOWL").await, (5, 0));
    }
}

#[tokio::test]
async fn money_of_a_card_goes_back_to_that_card_over_two_orders() {
    let app = App::exchanging(5).await;
    let p = &app.process;
    let (guest, cart) = p.guest().await;
    p.add(&guest, &cart, "MUG", 1).await;
    p.address(&guest, &cart).await;
    let card =
        json!({ "number": "4242424242424242", "exp_month": 12, "exp_year": 2030, "cvc": "123" });
    let payments = json!({ "payments": [{ "kind": "card", "card": card }] });
    let path = format!("/v1/shop/carts/{cart}/complete");
    let placed = p.buy(&guest, Method::POST, &path, payments).await;
    p.bus.settle().await;
    assert_eq!(p.ship(&placed.id()).await.status, 201);
    let line = placed.body["lines"][0]["id"].clone();
    let id = p.ask_for(&guest, &placed.id(), &line, "JUG").await.id();
    let asked = Asked { order: placed.id(), line, id };
    let jug = p.approved(&asked, json!({})).await;
    p.arrived(&asked).await;
    p.bus.settle().await;
    let provider = async || p.payments.clearing("sandbox", "EUR").await.unwrap();
    assert_eq!(provider().await.books.to_string(), "1740", "nothing went back yet");
    let path = format!("/v1/shop/orders/{jug}");
    let own = p.buy(&guest, Method::GET, &path, json!(null)).await;
    assert_eq!(own.body["payments"][0]["kind"], "exchange", "a guest's token opens both: {own:?}");
    let cancelled = p.buy(&guest, Method::POST, &format!("{path}/cancel"), json!({})).await;
    assert_eq!(cancelled.body["status"], "cancelled", "{cancelled:?}");
    p.bus.settle().await;
    assert_eq!(provider().await.books.to_string(), "490");
    assert_eq!(provider().await.books, provider().await.provider);
    assert_eq!((app.in_the_order(&asked.order).await, app.in_the_order(&jug).await), (0, 0));
}

#[tokio::test]
async fn what_was_sent_instead_can_be_exchanged_once_more() {
    let app = App::exchanging(5).await;
    let p = &app.process;
    let asked = app.asked("BOWL").await;
    let bowl = p.approved(&asked, json!({})).await;
    p.arrived(&asked).await;
    p.ship(&bowl).await;
    let line = p.order(&bowl).await["lines"][0]["id"].clone();
    let id = p.ask_for(&Buyer::User(ANN), &bowl, &line, "SPOON").await.id();
    let second = Asked { order: bowl.clone(), line, id };
    let spoon = p.approved(&second, json!({})).await;
    assert_eq!(p.arrived(&second).await.body["state"], "closed");
    assert_eq!(app.world.wallet(ANN).await, (99_010, 0));
    let path = format!("/v1/shop/orders/{spoon}/cancel");
    p.buy(&Buyer::User(ANN), Method::POST, &path, json!({})).await;
    assert_eq!(app.world.wallet(ANN).await, (99_510, 0));
    for order in [&asked.order, &bowl, &spoon] {
        assert_eq!(app.in_the_order(order).await, 0, "{order}");
    }
}

#[tokio::test]
async fn what_was_cut_off_is_finished_and_a_repeat_changes_nothing() {
    let app = App::exchanging(5).await;
    let p = &app.process;
    let asked = app.asked("BOWL").await;
    let other = p.approved(&asked, json!({})).await;
    // As if its process had died between the ledger and the row.
    let client = app.world.database().dedicated_client().await.unwrap();
    client.execute("update shop.returns set state = 'approving'", &[]).await.unwrap();
    assert_eq!(p.approved(&asked, json!({})).await, other);
    assert_eq!(p.approved(&asked, json!({})).await, other);
    p.arrived(&asked).await;
    let before = "alter table shop.documents disable trigger documents_stay; \
        delete from shop.documents where refund_id is not null; \
        update shop.refunds set state = 'pending'; \
        update shop.order_payments set status = 'pending', captured = 0 where kind = 'exchange'";
    client.batch_execute(before).await.unwrap();
    assert_eq!(p.ship(&other).await.status, 201, "whoever comes next finishes it");
    assert_eq!((app.in_the_order(&other).await, app.world.wallet(ANN).await), (0, (98_260, 0)));
    let orders = "select count(*) from shop.orders where return_id is not null";
    assert_eq!(app.world.count(orders).await, 1);
}

#[tokio::test]
async fn what_can_not_be_sent_is_not_promised() {
    let app = App::exchanging(5).await;
    let p = &app.process;
    let placed = p.placed(ANN, &[("MUG", 1)]).await;
    p.ship(&placed.id()).await;
    let (ann, line) = (Buyer::User(ANN), placed.body["lines"][0]["id"].clone());
    let path = format!("/v1/shop/orders/{}/returns", placed.id());
    let ask = async |exchange: Value| {
        let lines = json!([{ "line": line, "quantity": 1, "reason": "other" }]);
        let body = json!({ "lines": lines, "exchange": exchange });
        p.buy(&ann, Method::POST, &path, body).await
    };
    let unknown = ask(json!([{ "sku": "NOTHING", "quantity": 1 }])).await;
    assert_eq!(unknown.problem(), (422, "shop.variant.sku_unknown"));
    let twice = json!([{ "sku": "BOWL", "quantity": 1 }, { "sku": "BOWL", "quantity": 1 }]);
    assert_eq!(ask(twice).await.problem(), (422, "shop.return.exchange_unavailable"));
    assert_eq!(ask(json!([{ "quantity": 1 }])).await.status, 400);
    let jug = p.see("/v1/shop/products/jug").await.id();
    p.staff_patch(&format!("/v1/shop/products/{jug}"), json!({ "status": "draft" })).await;
    let gone = ask(json!([{ "sku": "JUG", "quantity": 1 }])).await;
    assert_eq!(gone.problem(), (422, "shop.return.exchange_unavailable"));
    assert_eq!(app.world.count("select count(*) from shop.returns").await, 0);
    // What staff makes with something instead is held when it is approved.
    let body = json!({
        "lines": [{ "line": line, "quantity": 1, "reason": "other" }],
        "exchange": [{ "sku": "BOWL", "quantity": 1 }],
    });
    let made = p.staff_post(&path, body).await;
    assert_eq!((&made.body["state"], &made.body["by_staff"]), (&json!("requested"), &json!(true)));
}
