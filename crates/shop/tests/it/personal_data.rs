//! What a user takes along, what keeps them here, and what stays of those who left.

use axum::http::Method;
use identity::UserId;
use kernel::DomainError as _;
use serde_json::{Value, json};
use shop::ShopError;

use crate::app::{ANN, Answer, App, actor};
use crate::buying::Buyer;

const BOB: UserId = UserId::from_u128(0xb);
/// What only Ann's own rows say.
const TRACES: [&str; 8] = [
    "ann@example.org",
    "Ring 1",
    "For grandma",
    "ring twice",
    "AT-TRACK",
    "I broke it",
    "We saw that",
    "changed my mind",
];

impl App {
    /// Ann buys with words everywhere: presents, notes, a parcel, a return, a cancellation.
    async fn lived_in(&self) -> String {
        let p = &self.process;
        let (buyer, cart) = p.cart_of(ANN).await;
        let items =
            json!({ "items": [{ "sku": "MUG", "quantity": 3, "gift_note": "For grandma" }] });
        let path = format!("/v1/shop/carts/{cart}");
        p.buy(&buyer, Method::POST, &format!("{path}/lines"), items).await;
        p.address(&buyer, &cart).await;
        p.buy(&buyer, Method::PATCH, &path, json!({ "note": "ring twice" })).await;
        let order = p.complete(&buyer, &cart).await;
        assert_eq!(order.status, 201, "{order:?}");
        let line = order.body["lines"][0]["id"].clone();
        let orders = format!("/v1/shop/orders/{}", order.id());
        let parcel = json!({
            "tracking": "AT-TRACK", "url": "https://post.example/AT-TRACK",
            "lines": [{ "line": line, "quantity": 2 }],
        });
        assert_eq!(p.staff_post(&format!("{orders}/shipments"), parcel).await.status, 201);
        let rest = json!({ "reason": "changed my mind" });
        assert_eq!(p.staff_post(&format!("{orders}/cancel"), rest).await.status, 200);
        let wanted = json!({
            "lines": [{ "line": line, "quantity": 1, "reason": "damaged" }], "note": "I broke it",
        });
        let asked = p.buy(&buyer, Method::POST, &format!("{orders}/returns"), wanted).await;
        assert_eq!(asked.status, 201, "{asked:?}");
        let no = json!({ "reason": "We saw that" });
        let path = format!("/v1/shop/returns/{}/reject", asked.id());
        assert_eq!(p.staff_post(&path, no).await.status, 200);
        p.staff_put(&format!("/v1/shop/customer-groups/vip/users/{ANN}"), json!({})).await;
        let (_, open) = p.cart_of(ANN).await;
        p.add(&buyer, &open, "MUG", 1).await;
        order.id()
    }

    async fn under_way(&self, user: UserId) -> bool {
        match self.process.shop.require_nothing_under_way(user).await {
            Ok(()) => false,
            Err(error) => {
                assert_eq!(error.code(), "shop.order.under_way");
                assert!(matches!(error, ShopError::AfterSale(_)));
                true
            }
        }
    }

    /// In which tables of the shop a text stands.
    async fn found(&self, text: &str) -> Vec<String> {
        let client = self.world.database().client().await.unwrap();
        let tables = "select table_name::text from information_schema.tables \
            where table_schema = 'shop' order by 1";
        let mut found = Vec::new();
        for row in client.query(tables, &[]).await.unwrap() {
            let table: String = row.get(0);
            let sql = format!("select count(*) from shop.{table} t where t::text like $1");
            let count: i64 = client.query_one(&sql, &[&format!("%{text}%")]).await.unwrap().get(0);
            if count > 0 {
                found.push(table);
            }
        }
        found
    }
}

#[tokio::test]
async fn an_export_has_all_that_the_user_did_and_nobody_elses() {
    let app = App::selling(9).await;
    let order = app.lived_in().await;
    app.world.fund(BOB, 10_000).await;
    let others = app.process.placed(BOB, &[("MUG", 1)]).await;
    let export = app.process.shop.export_user(ANN).await.unwrap();
    let text = export.to_string();
    for trace in TRACES {
        assert!(text.contains(trace), "{trace} is missing in {export:#}");
    }
    assert!(!text.contains(&others.id()), "Bob's order is Bob's");
    assert_eq!(export["orders"][0]["id"], order);
    assert_eq!(export["orders"][0]["documents"][0]["kind"], "invoice");
    assert_eq!(export["customer"]["name"], "Ann");
    assert_eq!(export["customer_groups"], json!(["vip"]));
    let states: Vec<&Value> =
        export["carts"].as_array().unwrap().iter().map(|cart| &cart["status"]).collect();
    assert_eq!(states, ["completed", "open"]);
    assert!(!text.contains("token"), "no secrets: {export:#}");
    let nobody = app.process.shop.export_user(UserId::from_u128(0xdead)).await.unwrap();
    let nothing = json!({ "customer": null, "customer_groups": [], "carts": [], "orders": [] });
    assert_eq!(nobody, nothing);
}

#[tokio::test]
async fn who_has_left_is_in_documents_alone_and_figures_stay() {
    let app = App::selling(9).await;
    let order = app.lived_in().await;
    app.world.fund(BOB, 10_000).await;
    app.process.placed(BOB, &[("MUG", 1)]).await;
    let before = app.process.order(&order).await;
    let theirs = app.process.shop.export_user(BOB).await.unwrap();
    for _ in 0..2 {
        app.process.shop.erase_user(ANN).await.unwrap();
    }
    // Bob lives in the same house, and has a mail address of the same name.
    for trace in &TRACES[2..] {
        assert_eq!(app.found(trace).await, Vec::<String>::new(), "{trace}");
    }
    let whose = "select count(*) from shop.orders where email is not null \
        or shipping_address is not null or note is not null or token_hash is not null";
    assert_eq!(app.world.count(whose).await, 1, "Bob's");
    assert_eq!(app.world.count("select count(*) from shop.customer_groups").await, 0);
    let named = "select count(*) from shop.customers where name is not null";
    assert_eq!(app.world.count(named).await, 1);
    let carts = "select count(*) from shop.carts";
    assert_eq!(app.world.count(carts).await, 1);
    let after = app.process.order(&order).await;
    for figure in ["number", "total", "tax", "earned", "cancelled", "status", "placed_at"] {
        assert_eq!(after[figure], before[figure], "{figure}");
    }
    assert_eq!(after["lines"][0]["title"], "mug");
    let documents = app.process.staff_get(&format!("/v1/shop/orders/{order}/documents")).await;
    let id = documents.body["data"][0]["id"].as_str().unwrap().to_owned();
    let invoice = app.process.staff_get(&format!("/v1/shop/documents/{id}")).await;
    assert_eq!(invoice.body["content"]["buyer"]["address"]["name"], "Ann", "kept by law");
    assert_eq!(app.process.shop.export_user(BOB).await.unwrap(), theirs);
}

#[tokio::test]
async fn a_credit_note_for_who_has_left_names_the_buyer_of_its_invoice() {
    let app = App::selling(9).await;
    let p = &app.process;
    let order = p.placed(ANN, &[("MUG", 1)]).await;
    p.ship(&order.id()).await;
    p.shop.erase_user(ANN).await.unwrap();
    let refund = json!({ "shipping": "100" });
    let made = p.staff_post(&format!("/v1/shop/orders/{}/refunds", order.id()), refund).await;
    assert_eq!(made.status, 201, "{made:?}");
    let documents = p.staff_get(&format!("/v1/shop/orders/{}/documents", order.id())).await;
    let id = documents.body["data"][1]["id"].as_str().unwrap().to_owned();
    let note = p.staff_get(&format!("/v1/shop/documents/{id}")).await;
    assert_eq!(note.body["kind"], "credit_note");
    assert_eq!(note.body["content"]["buyer"]["address"]["name"], "Ann");
}

#[tokio::test]
async fn an_order_under_way_keeps_its_buyer_and_a_finished_one_does_not() {
    let app = App::selling(9).await;
    let p = &app.process;
    assert!(!app.under_way(ANN).await);
    p.cart_of(ANN).await;
    assert!(!app.under_way(ANN).await, "a cart is no order");
    let order = p.placed(ANN, &[("MUG", 2)]).await;
    assert!(app.under_way(ANN).await, "it is paid, and not sent");
    assert!(!app.under_way(BOB).await);
    let path = format!("/v1/shop/orders/{}", order.id());
    let line = order.body["lines"][0]["id"].clone();
    let parcel = json!({ "lines": [{ "line": line, "quantity": 1 }] });
    p.staff_post(&format!("{path}/shipments"), parcel).await;
    assert!(app.under_way(ANN).await, "a part of it is still here");
    p.ship(&order.id()).await;
    assert!(!app.under_way(ANN).await);
    let wanted = json!({ "lines": [{ "line": line, "quantity": 1, "reason": "other" }] });
    let asked = p.buy(&Buyer::User(ANN), Method::POST, &format!("{path}/returns"), wanted).await;
    assert!(app.under_way(ANN).await, "something is to come back");
    let close = format!("/v1/shop/returns/{}/close", asked.id());
    let closed: Answer = p.json(Some(actor(ANN)), Method::POST, &close, &[], json!({})).await;
    assert_eq!(closed.status, 200, "{closed:?}");
    assert!(!app.under_way(ANN).await);
}

#[tokio::test]
async fn what_waits_for_its_money_keeps_its_buyer_until_it_is_cancelled() {
    let app = App::selling(9).await;
    let p = &app.process;
    let (buyer, cart) = p.ready(ANN, &[("MUG", 1)]).await;
    let card =
        json!({ "number": "4000000000000002", "exp_month": 12, "exp_year": 2030, "cvc": "123" });
    let body = json!({ "payments": [{ "kind": "card", "card": card }] });
    let placed =
        p.buy(&buyer, Method::POST, &format!("/v1/shop/carts/{cart}/complete"), body).await;
    assert_eq!(placed.status, 201, "{placed:?}");
    p.bus.settle().await;
    assert!(app.under_way(ANN).await);
    let path = format!("/v1/shop/orders/{}/cancel", placed.id());
    assert_eq!(p.buy(&buyer, Method::POST, &path, json!({})).await.status, 200);
    p.bus.settle().await;
    assert!(!app.under_way(ANN).await);
}
