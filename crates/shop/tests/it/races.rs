//! Races: many at once for the same goods, the same cart, the same money. Each has a right outcome
//! that doesn't depend on who is first.
//!
//! A run has a few rounds of each; `BUSHEL_RACE_ROUNDS=1000 cargo test -p shop races` has many.

use axum::http::Method;
use futures_util::future::join_all;
use identity::UserId;
use kernel::config::Setting;
use serde_json::{Value, json};

use crate::app::{ANN, App};
use crate::buying::Buyer;

const ROUNDS: Setting =
    Setting { name: "BUSHEL_RACE_ROUNDS", meaning: "How often each race of the shop is run." };

fn rounds() -> u32 {
    ROUNDS.text().map_or(8, |text| text.parse().expect("BUSHEL_RACE_ROUNDS is a number"))
}

/// The statuses of the answers, sorted.
fn sorted(mut statuses: Vec<u16>) -> Vec<u16> {
    statuses.sort_unstable();
    statuses
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_24_who_want_the_last_10_exactly_10_get_one() {
    let app = App::selling(0).await;
    app.world.open_to_many();
    let p = &app.process;
    let buyers: Vec<UserId> = (0..24u128).map(|index| UserId::from_u128(0x100 + index)).collect();
    for buyer in &buyers {
        app.world.fund(*buyer, 100_000_000).await;
    }
    for round in 1..=rounds() {
        p.receive("MUG", 10).await;
        let mut carts = Vec::new();
        for buyer in &buyers {
            carts.push(p.ready(*buyer, &[("MUG", 1)]).await);
        }
        let answers = join_all(carts.iter().map(|(buyer, cart)| p.complete(buyer, cart))).await;
        let statuses = sorted(answers.iter().map(|it| it.status).collect());
        assert_eq!(statuses, [[201; 10].as_slice(), &[422; 14]].concat(), "round {round}");
        assert_eq!(app.world.shelf("MUG").await.1, 10, "round {round}");
        let orders = answers.iter().filter(|it| it.status == 201);
        let sent = join_all(orders.map(|it| async { p.ship(&it.id()).await.status })).await;
        assert!(sent.iter().all(|status| *status == 201), "round {round}: {sent:?}");
        assert_eq!(app.world.shelf("MUG").await, (0, 0), "round {round}");
        for (buyer, cart) in &carts {
            p.empty(buyer, cart).await;
        }
    }
    let sold = i128::from(rounds()) * 10;
    assert_eq!(app.world.posted("shop/sold/MUG").await, sold);
    assert_eq!(app.world.posted("shop/sales/EUR/MUG").await, sold * 1_250);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_who_add_to_one_cart_at_once_all_succeed() {
    let app = App::selling(1_000_000).await;
    app.world.open_to_many();
    let p = &app.process;
    for round in 1..=rounds() {
        let (guest, cart) = p.guest().await;
        let answers = join_all((0..10).map(|_| p.add(&guest, &cart, "MUG", 1))).await;
        assert!(answers.iter().all(|it| it.status == 200), "round {round}: {answers:?}");
        let seen = p.buy(&guest, Method::GET, &format!("/v1/shop/carts/{cart}"), json!(null)).await;
        assert_eq!(seen.body["lines"][0]["quantity"], 10, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_who_complete_one_cart_get_one_order() {
    let app = App::selling(100_000).await;
    app.world.open_to_many();
    let p = &app.process;
    app.world.fund(ANN, 1_000_000_000).await;
    for round in 1..=rounds() {
        let (ann, cart) = p.ready(ANN, &[("MUG", 1)]).await;
        let answers = join_all((0..8).map(|_| p.complete(&ann, &cart))).await;
        let statuses = sorted(answers.iter().map(|it| it.status).collect());
        assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 200, 201], "round {round}");
        let first = answers[0].id();
        assert!(answers.iter().all(|it| it.id() == first), "round {round}");
        assert_eq!(app.world.shelf("MUG").await.1, u128::from(round), "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_reserved_while_a_cart_becomes_an_order_is_held_once() {
    let app = App::selling(100_000).await;
    app.world.open_to_many();
    let p = &app.process;
    app.world.fund(ANN, 1_000_000_000).await;
    for round in 1..=rounds() {
        let (ann, cart) = p.ready(ANN, &[("MUG", 1)]).await;
        let path = format!("/v1/shop/carts/{cart}/reservation");
        let reserve = || p.buy(&ann, Method::PUT, &path, json!(null));
        let (first, placed, second) = tokio::join!(reserve(), p.complete(&ann, &cart), reserve());
        for reserved in [first.status, second.status] {
            assert!([200, 409].contains(&reserved), "round {round}: {reserved}");
        }
        assert_eq!(placed.status, 201, "round {round}");
        assert_eq!(app.world.shelf("MUG").await.1, u128::from(round), "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_refunds_of_60_on_100_one_succeeds() {
    let app = App::selling(100_000).await;
    app.world.open_to_many();
    let p = &app.process;
    app.world.fund(ANN, 1_000_000_000).await;
    for round in 1..=rounds() {
        let placed = p.placed(ANN, &[("MUG", 1)]).await;
        let (order, line) = (placed.id(), placed.body["lines"][0]["id"].clone());
        assert_eq!(p.ship(&order).await.status, 201);
        let before = app.world.wallet(ANN).await.0;
        let path = format!("/v1/shop/orders/{order}/refunds");
        // 60 of 100, as of a mug for 12.50.
        let body = json!({ "lines": [{ "line": line, "amount": "750" }] });
        let answers = join_all((0..2).map(|_| p.staff_post(&path, body.clone()))).await;
        let won: Vec<_> = answers.iter().filter(|it| it.status == 201).collect();
        let lost: Vec<_> = answers.iter().filter(|it| it.status != 201).collect();
        assert_eq!((won.len(), lost.len()), (1, 1), "round {round}: {answers:?}");
        // The other one found the first one done, or under way.
        let code = lost[0].problem().1;
        assert!(
            ["shop.refund.too_large", "shop.order.busy"].contains(&code),
            "round {round}: {code}"
        );
        assert_eq!(app.world.wallet(ANN).await.0 - before, 750, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_for_3_is_used_by_3_of_12() {
    let app = App::selling(100_000).await;
    app.world.open_to_many();
    let p = &app.process;
    let buyers: Vec<UserId> = (0..12u128).map(|index| UserId::from_u128(0x100 + index)).collect();
    for buyer in &buyers {
        app.world.fund(*buyer, 1_000_000).await;
    }
    let three = json!({ "title": "Three", "effect": { "kind": "free_shipping" }, "uses_max": 3 });
    let made = p.staff_post("/v1/shop/promotions", three).await;
    let mut carts = Vec::new();
    for buyer in &buyers {
        carts.push(p.ready(*buyer, &[("MUG", 1)]).await);
    }
    let answers = join_all(carts.iter().map(|(buyer, cart)| p.complete(buyer, cart))).await;
    let statuses = sorted(answers.iter().map(|it| it.status).collect());
    assert_eq!(statuses, [[201; 3].as_slice(), &[422; 9]].concat());
    let used = p.staff_get(&format!("/v1/shop/promotions/{}", made.id())).await;
    assert_eq!(used.body["used"], 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_and_sending_at_once_is_one_of_both() {
    let app = App::selling(100_000).await;
    app.world.open_to_many();
    let p = &app.process;
    app.world.fund(ANN, 1_000_000_000).await;
    for round in 1..=rounds() {
        let order = p.placed(ANN, &[("MUG", 1)]).await.id();
        let path = format!("/v1/shop/orders/{order}/cancel");
        let ann = Buyer::User(ANN);
        let cancelling = p.buy(&ann, Method::POST, &path, json!({}));
        let (cancelled, sent) = tokio::join!(cancelling, p.ship(&order));
        let status = p.order(&order).await["status"].as_str().unwrap().to_owned();
        match (cancelled.status, sent.status) {
            (200, 409) => assert_eq!(status, "cancelled", "round {round}"),
            (409, 201) => assert_eq!(status, "shipped", "round {round}"),
            _ => panic!("round {round}: {status}, {cancelled:?}, {sent:?}"),
        }
        assert_eq!(app.world.shelf("MUG").await.1, 0, "round {round}");
        assert_eq!(app.world.posted(&format!("shop/orders/{order}")).await, 0, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_returns_of_2_on_3_exactly_one_is_made() {
    let app = App::selling(100_000).await;
    app.world.open_to_many();
    let p = &app.process;
    app.world.fund(ANN, 1_000_000_000).await;
    for round in 1..=rounds() {
        let placed = p.placed(ANN, &[("MUG", 3)]).await;
        assert_eq!(p.ship(&placed.id()).await.status, 201);
        let path = format!("/v1/shop/orders/{}/returns", placed.id());
        let line = &placed.body["lines"][0]["id"];
        let two = json!({ "lines": [{ "line": line, "quantity": 2, "reason": "unwanted" }] });
        let ann = Buyer::User(ANN);
        let asked = join_all((0..2).map(|_| p.buy(&ann, Method::POST, &path, two.clone()))).await;
        let statuses = sorted(asked.iter().map(|it| it.status).collect());
        assert_eq!(statuses, [201, 422], "round {round}: {asked:?}");
        let id = asked.iter().find(|it| it.status == 201).unwrap().id();
        let path = format!("/v1/shop/returns/{id}");
        assert_eq!(p.staff_post(&format!("{path}/approve"), json!({})).await.status, 200);
        let shelf = app.world.shelf("MUG").await.0;
        let receipt = json!({ "lines": [{ "line": line, "restock": 2 }], "refund": {} });
        let receiving = format!("{path}/receive");
        let received = join_all((0..2).map(|_| p.staff_post(&receiving, receipt.clone()))).await;
        let statuses = sorted(received.iter().map(|it| it.status).collect());
        assert_eq!(statuses, [200, 200], "round {round}: {received:?}");
        assert_eq!(app.world.shelf("MUG").await.0 - shelf, 2, "round {round}");
        assert_eq!(p.order(&placed.id()).await["refunded"], "2500", "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn taking_pieces_off_and_sending_at_once_adds_up() {
    let app = App::selling(100_000).await;
    app.world.open_to_many();
    let p = &app.process;
    app.world.fund(ANN, 1_000_000_000).await;
    let number = |value: &Value| value.as_str().unwrap().parse::<i128>().unwrap();
    for round in 1..=rounds() {
        let made = p.placed(ANN, &[("MUG", 4)]).await;
        let (order, line) = (made.id(), &made.body["lines"][0]["id"]);
        let before = app.world.wallet(ANN).await.0;
        let path = format!("/v1/shop/orders/{order}/cancel");
        let off = [2, 1, 1].map(|pieces| {
            let body = json!({ "lines": [{ "line": line, "quantity": pieces }] });
            p.staff_post(&path, body)
        });
        let (off, sent) = tokio::join!(join_all(off), p.ship(&order));
        let statuses: Vec<u16> = off.iter().map(|it| it.status).chain([sent.status]).collect();
        let is_fine = |status: &u16| matches!(status, 200 | 201 | 409 | 422);
        assert!(statuses.iter().all(is_fine), "round {round}: {statuses:?} {off:?} {sent:?}");
        // Whatever is still open is sent now.
        let _ = p.ship(&order).await;
        let now = p.order(&order).await;
        let (earned, cancelled) = (number(&now["earned"]), number(&now["cancelled"]));
        assert_eq!(earned + cancelled, number(&now["total"]), "round {round}: {statuses:?}");
        assert_eq!(app.world.wallet(ANN).await, (before - earned, 0), "round {round}");
        assert_eq!(app.world.shelf("MUG").await.1, 0, "round {round}: {statuses:?}");
        assert_eq!(app.world.posted(&format!("shop/orders/{order}")).await, 0, "round {round}");
    }
}
