//! Returns through HTTP: asked for, decided, received, paid back.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{ANN, Answer, App, Process};
use crate::buying::Buyer;

const DAY: Duration = Duration::from_secs(86_400);

/// An order of Ann's with so many mugs that were sent, and its line.
async fn sent(p: &Process, mugs: u32) -> (String, Value) {
    let placed = p.placed(ANN, &[("MUG", mugs)]).await;
    assert_eq!(p.ship(&placed.id()).await.status, 201);
    (placed.id(), placed.body["lines"][0]["id"].clone())
}

fn wanted(line: &Value, pieces: u32) -> Value {
    json!({ "lines": [{ "line": line, "quantity": pieces, "reason": "unwanted" }] })
}

async fn ask(p: &Process, order: &str, body: Value) -> Answer {
    let path = format!("/v1/shop/orders/{order}/returns");
    p.buy(&Buyer::User(ANN), Method::POST, &path, body).await
}

async fn act(p: &Process, id: &str, verb: &str, body: Value) -> Answer {
    p.staff_post(&format!("/v1/shop/returns/{id}/{verb}"), body).await
}

#[tokio::test]
async fn what_is_returned_goes_on_the_shelf_or_away_and_is_paid_back() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (order, line) = sent(p, 3).await;
    let asked = ask(p, &order, wanted(&line, 3)).await;
    assert_eq!((asked.status, &asked.body["state"]), (201, &json!("requested")), "{asked:?}");
    let id = asked.id();
    let early = json!({ "lines": [{ "line": line, "restock": 3 }] });
    assert_eq!(act(p, &id, "receive", early).await.problem(), (409, "shop.return.state"));
    assert_eq!(act(p, &id, "approve", json!({})).await.body["state"], "approved");
    let many = json!({ "lines": [{ "line": line, "restock": 3, "write_off": 1 }] });
    assert_eq!(act(p, &id, "receive", many).await.problem(), (422, "shop.return.too_many"));
    let receipt = json!({
        "lines": [{ "line": line, "restock": 2, "write_off": 1 }], "refund": { "shipping": "490" },
    });
    let received = act(p, &id, "receive", receipt.clone()).await;
    assert_eq!((received.status, &received.body["state"]), (200, &json!("closed")), "{received:?}");
    assert_eq!((app.world.shelf("MUG").await, app.world.wallet(ANN).await), ((9, 0), (100_000, 0)));
    let again = act(p, &id, "receive", receipt).await;
    assert_eq!((again.status, &again.body), (200, &received.body));
    let other = json!({ "lines": [{ "line": line, "restock": 3 }] });
    assert_eq!(act(p, &id, "receive", other).await.problem(), (409, "shop.return.state"));
    for (account, pieces) in [("sold", 0), ("returned", 0), ("written-off", 1)] {
        assert_eq!(app.world.posted(&format!("shop/{account}/MUG")).await, pieces, "{account}");
    }
    let order = p.order(&order).await;
    assert_eq!((&order["status"], &order["refunded"]), (&json!("returned"), &json!("4240")));
    assert_eq!(order["lines"][0]["returned"], 3);
    assert_eq!(order["refunds"][0]["id"], received.body["refund"]);
}

#[tokio::test]
async fn what_comes_in_part_is_worth_its_part_and_the_parts_add_up() {
    let app = App::selling(10).await;
    let p = &app.process;
    let third = json!({ "title": "Off", "effect": { "kind": "amount", "currency": "EUR", "amount": "1000" } });
    p.staff_post("/v1/shop/promotions", third).await;
    let (order, line) = sent(p, 3).await;
    let earned: u128 =
        p.order(&order).await["lines"][0]["earned"].as_str().unwrap().parse().unwrap();
    let mut back = 0;
    for pieces in [1, 1, 1] {
        let made =
            p.staff_post(&format!("/v1/shop/orders/{order}/returns"), wanted(&line, pieces)).await;
        assert_eq!(
            (&made.body["state"], &made.body["by_staff"]),
            (&json!("approved"), &json!(true))
        );
        let receipt = json!({ "lines": [{ "line": line, "restock": pieces }], "refund": {} });
        assert_eq!(act(p, &made.id(), "receive", receipt).await.body["state"], "closed");
        let now: u128 = p.order(&order).await["refunded"].as_str().unwrap().parse().unwrap();
        assert!((now - back).abs_diff(earned / 3) <= 1, "{back} {now} {earned}");
        back = now;
    }
    assert_eq!(back, earned);
}

#[tokio::test]
async fn without_a_refund_it_waits_until_it_is_closed() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (order, line) = sent(p, 2).await;
    let id = ask(p, &order, wanted(&line, 2)).await.id();
    act(p, &id, "approve", json!({ "reason": "fine" })).await;
    let nothing = json!({ "lines": [{ "line": line }] });
    assert_eq!(act(p, &id, "receive", nothing).await.problem(), (422, "shop.return.empty"));
    let receipt = json!({ "lines": [{ "line": line, "restock": 1 }] });
    assert_eq!(act(p, &id, "receive", receipt).await.body["state"], "received");
    assert_eq!(app.world.wallet(ANN).await.0, 97_010);
    let mine = format!("/v1/shop/returns/{id}/close");
    let own = p.buy(&Buyer::User(ANN), Method::POST, &mine, json!(null)).await;
    assert_eq!(own.problem(), (409, "shop.return.state"));
    assert_eq!(act(p, &id, "close", json!(null)).await.body["state"], "closed");
    // What didn't come may be returned another time.
    assert_eq!(ask(p, &order, wanted(&line, 2)).await.problem(), (422, "shop.return.too_many"));
    assert_eq!(ask(p, &order, wanted(&line, 1)).await.status, 201);
}

#[tokio::test]
async fn what_was_rejected_or_withdrawn_can_be_asked_for_again() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (order, line) = sent(p, 1).await;
    let first = ask(p, &order, wanted(&line, 1)).await.id();
    assert_eq!(ask(p, &order, wanted(&line, 1)).await.problem(), (422, "shop.return.too_many"));
    let rejected = act(p, &first, "reject", json!({ "reason": "it was used" })).await;
    assert_eq!(
        (&rejected.body["state"], &rejected.body["decision"]),
        (&json!("rejected"), &json!("it was used"))
    );
    assert_eq!(act(p, &first, "approve", json!({})).await.problem(), (409, "shop.return.state"));
    assert_eq!(act(p, &first, "reject", json!({ "reason": "again" })).await.status, 200);
    let second = ask(p, &order, wanted(&line, 1)).await.id();
    let path = format!("/v1/shop/returns/{second}/close");
    let closed = p.buy(&Buyer::User(ANN), Method::POST, &path, json!(null)).await;
    assert_eq!(closed.body["state"], "closed");
    assert_eq!(ask(p, &order, wanted(&line, 1)).await.status, 201);
    assert_eq!(app.audited("shop.return.rejected").await.len(), 1);
}

#[tokio::test]
async fn buyers_have_their_period_from_delivery_and_staff_has_none() {
    let app = App::selling(10).await;
    let p = &app.process;
    let placed = p.placed(ANN, &[("MUG", 2)]).await;
    let (order, line) = (placed.id(), placed.body["lines"][0]["id"].clone());
    assert_eq!(ask(p, &order, wanted(&line, 1)).await.problem(), (422, "shop.return.too_many"));
    let parcel = p.ship(&order).await.id();
    app.world.clock.advance(DAY * 20);
    let arrived = format!("/v1/shop/orders/{order}/shipments/{parcel}/deliver");
    p.staff_post(&arrived, json!({})).await;
    app.world.clock.advance(DAY * 30);
    assert_eq!(ask(p, &order, wanted(&line, 1)).await.status, 201);
    app.world.clock.advance(DAY);
    assert_eq!(ask(p, &order, wanted(&line, 1)).await.problem(), (422, "shop.return.too_late"));
    assert_eq!(p.staff_patch("/v1/shop/settings", json!({ "return_days": 60 })).await.status, 200);
    let late = ask(p, &order, wanted(&line, 1)).await;
    assert_eq!(late.status, 201);
    p.staff_patch("/v1/shop/settings", json!({ "return_days": 0 })).await;
    act(p, &late.id(), "reject", json!({ "reason": "no" })).await;
    let path = format!("/v1/shop/orders/{order}/returns");
    assert_eq!(p.staff_post(&path, wanted(&line, 1)).await.status, 201);
}

#[tokio::test]
async fn returns_are_their_buyers_and_staffs() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (order, line) = sent(p, 1).await;
    let id = ask(p, &order, wanted(&line, 1)).await.id();
    let (of_order, one) =
        (format!("/v1/shop/orders/{order}/returns"), format!("/v1/shop/returns/{id}"));
    for stranger in [Buyer::User(identity::UserId::from_u128(0xb)), Buyer::Guest("x".to_owned())] {
        assert_eq!(p.buy(&stranger, Method::GET, &one, json!(null)).await.status, 404);
        assert_eq!(p.buy(&stranger, Method::GET, &of_order, json!(null)).await.status, 404);
        let asked = p.buy(&stranger, Method::POST, &of_order, wanted(&line, 1)).await;
        assert_eq!(asked.problem(), (404, "shop.order.not_found"));
        let closed = p.buy(&stranger, Method::POST, &format!("{one}/close"), json!(null)).await;
        assert_eq!(closed.problem(), (404, "shop.return.not_found"));
    }
    for verb in ["approve", "receive"] {
        let body = match verb {
            "receive" => json!({ "lines": [{ "line": line, "restock": 1 }] }),
            _ => json!({}),
        };
        let own = p.buy(&Buyer::User(ANN), Method::POST, &format!("{one}/{verb}"), body).await;
        assert_eq!(own.status, 403, "{verb}");
    }
    assert_eq!(p.get(&one).await.body["id"], json!(id));
    assert_eq!(p.get(&of_order).await.each("id"), [&id]);
    let overview = "/v1/shop/overview/returns";
    assert_eq!(p.get(overview).await.status, 403);
    let requested = p.staff_get(&format!("{overview}?filter[state]=requested")).await;
    assert_eq!(requested.each("id"), [&id]);
    assert_eq!(requested.body["data"][0]["order_number"], p.order(&order).await["number"]);
    assert!(p.staff_get(&format!("{overview}?filter[state]=closed")).await.each("id").is_empty());
}

#[tokio::test]
async fn a_guest_returns_by_token() {
    let app = App::selling(10).await;
    let p = &app.process;
    let free = json!({ "title": "Gift", "effect": { "kind": "percentage", "rate": 1_000_000 } });
    assert_eq!(p.staff_post("/v1/shop/promotions", free).await.status, 201);
    let (guest, cart) = p.guest().await;
    p.add(&guest, &cart, "MUG", 1).await;
    let address: Value = serde_json::from_str(crate::buying::ADDRESS_AT).unwrap();
    let method = json!({ "handle": "pickup", "title": "Pick-up", "rates": [{ "currency": "EUR", "amount": "0" }] });
    let method = p.staff_post("/v1/shop/shipping-methods", method).await.id();
    let body =
        json!({ "email": "g@example.org", "shipping_address": address, "shipping_method": method });
    p.buy(&guest, Method::PATCH, &format!("/v1/shop/carts/{cart}"), body).await;
    let path = format!("/v1/shop/carts/{cart}/complete");
    let placed = p.buy(&guest, Method::POST, &path, json!({ "payments": [] })).await;
    assert_eq!(placed.status, 201, "{placed:?}");
    p.ship(&placed.id()).await;
    let path = format!("/v1/shop/orders/{}/returns", placed.id());
    let line = &placed.body["lines"][0]["id"];
    let asked = p.buy(&guest, Method::POST, &path, wanted(line, 1)).await;
    assert_eq!(asked.status, 201, "{asked:?}");
    act(p, &asked.id(), "approve", json!({})).await;
    // Nothing was paid, so nothing goes back.
    let receipt = json!({ "lines": [{ "line": line, "restock": 1 }], "refund": {} });
    let received = act(p, &asked.id(), "receive", receipt).await;
    assert_eq!(
        (&received.body["state"], &received.body["refund"]),
        (&json!("received"), &json!(null))
    );
    assert_eq!(app.world.shelf("MUG").await, (10, 0));
}

#[tokio::test]
async fn returns_tell_what_happens_to_them() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (order, line) = sent(p, 2).await;
    let id = ask(p, &order, wanted(&line, 1)).await.id();
    act(p, &id, "approve", json!({})).await;
    let receipt = json!({ "lines": [{ "line": line, "restock": 1 }], "refund": {} });
    act(p, &id, "receive", receipt).await;
    let other = ask(p, &order, wanted(&line, 1)).await.id();
    act(p, &other, "reject", json!({ "reason": "no" })).await;
    for (kind, count) in [("requested", 2), ("approved", 1), ("received", 1), ("rejected", 1)] {
        let sql = format!(
            "select count(*) from bus.events where kind = 'shop.return.{kind}' \
             and data->'return'->>'return_id' like 'ret_%'"
        );
        assert_eq!(app.world.count(&sql).await, count, "{kind}");
    }
}

#[tokio::test]
async fn a_receipt_that_was_cut_off_is_finished_by_its_jobs() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (order, line) = sent(p, 2).await;
    let id = ask(p, &order, wanted(&line, 2)).await.id();
    act(p, &id, "approve", json!({})).await;
    // The ledger moves the goods, and what it did can't be written down.
    app.world.cut_off("update on shop.returns", "new.state = 'received'").await;
    let receipt = json!({ "lines": [{ "line": line, "restock": 2 }], "refund": {} });
    assert_eq!(act(p, &id, "receive", receipt).await.status, 500);
    assert_eq!(app.world.shelf("MUG").await, (10, 0));
    let path = format!("/v1/shop/returns/{id}");
    assert_eq!(p.staff_get(&path).await.body["state"], "receiving");
    app.world.cut_off_no_more().await;
    app.world.clock.advance(Duration::from_secs(31));
    p.bus.settle().await;
    assert_eq!(p.staff_get(&path).await.body["state"], "closed");
    assert_eq!((app.world.shelf("MUG").await, app.world.wallet(ANN).await), ((10, 0), (99_510, 0)));
    assert_eq!(p.order(&order).await["status"], "returned");
}

#[tokio::test]
async fn a_receipt_that_was_only_written_down_is_finished_by_whoever_comes_next() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (order, line) = sent(p, 3).await;
    let id = ask(p, &order, wanted(&line, 2)).await.id();
    act(p, &id, "approve", json!({})).await;
    // As if the process had ended before it asked the ledger.
    let client = app.world.database().dedicated_client().await.unwrap();
    let written = "update shop.return_lines set restocked = 1, written_off = 1; \
        update shop.order_lines set returned = 2; \
        update shop.returns set state = 'receiving', location = 'main', received_at = now()";
    client.batch_execute(written).await.unwrap();
    assert_eq!(app.world.shelf("MUG").await, (7, 0));
    assert_eq!(ask(p, &order, wanted(&line, 1)).await.status, 201);
    assert_eq!(app.world.shelf("MUG").await, (8, 0));
    assert_eq!(app.world.posted("shop/written-off/MUG").await, 1);
    let found = p.staff_get(&format!("/v1/shop/returns/{id}")).await;
    assert_eq!(found.body["state"], "received");
}
