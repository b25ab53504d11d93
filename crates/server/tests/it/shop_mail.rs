//! Buying, as seen from outside the shop: what a guest is mailed, from the confirmation to the parcel,
//! and that the mail leads back to the order; and when a buyer may leave.

use serde_json::{Value, json};

use crate::http::Client;
use crate::people::{Bank, ok, text, until};

const GUEST: &str = "eve@example.org";

/// A shop that sends mugs by post.
fn stock(operator: &Client) {
    let rates = json!([{ "currency": "EUR", "amount": "490" }]);
    let post = json!({ "handle": "post", "title": "Post", "rates": rates });
    ok(&operator.post("/v1/shop/shipping-methods", &post));
    let prices = json!([{ "currency": "EUR", "amount": "1250" }]);
    let mug = json!({
        "handle": "mug", "status": "active", "title": "Mug <b>big",
        "variants": [{ "sku": "MUG", "prices": prices }],
    });
    ok(&operator.post("/v1/shop/products", &mug));
    let pieces = json!({ "kind": "receive", "items": [{ "sku": "MUG", "quantity": 5 }] });
    ok(&operator.post("/v1/shop/stock/changes", &pieces));
}

/// An order of two mugs, paid by card.
fn buy(client: &Client, email: &str) -> Value {
    let cart = ok(&client.post("/v1/shop/carts", &json!({ "currency": "EUR" })));
    let path = format!("/v1/shop/carts/{}", text(&cart, "id"));
    let mut headers = "Content-Type: application/json\r\nAccept-Language: de-AT\r\n".to_owned();
    if let Some(token) = cart["token"].as_str() {
        headers.push_str(&format!("Cart-Token: {token}\r\n"));
    }
    let send = |method: &str, path: &str, body: Value| {
        ok(&client.send(method, path, &headers, &body.to_string()))
    };
    let items = json!([{ "sku": "MUG", "quantity": 2 }]);
    send("POST", &format!("{path}/lines"), json!({ "items": items }));
    let methods = ok(&client.get("/v1/shop/shipping-methods"));
    let address = json!({
        "name": "Eve", "street": "Ring 1", "postcode": "1010", "city": "Wien", "country": "AT",
    });
    let who = json!({
        "email": email, "shipping_address": address, "shipping_method": methods["data"][0]["id"],
    });
    send("PATCH", &path, who);
    let card = json!({
        "number": "4242424242424242", "exp_month": 12, "exp_year": 2030, "cvc": "123",
    });
    let payments = json!([{ "kind": "card", "card": card }]);
    send("POST", &format!("{path}/complete"), json!({ "payments": payments }))
}

/// What opens the order, from a mail.
fn link_token(mail: &str, order: &str) -> String {
    let start = format!("/shop/orders/{order}#token=");
    let link = mail.lines().find_map(|line| line.split_once(&start));
    link.unwrap_or_else(|| panic!("no link to {order}: {mail}")).1.to_owned()
}

#[test]
fn a_guest_is_mailed_from_the_order_to_the_parcel_and_finds_the_order_again() {
    let bank = Bank::open();
    stock(&bank.operator);
    let order = buy(&bank.anyone(), GUEST);
    let id = text(&order, "id");
    let number = order["number"].to_string();
    let confirmation = bank.mail(GUEST, "order.placed").replace('\u{a0}', " ");
    for said in [&*number, "2 × Mug <b>big: 25,00 EUR", "29,90 EUR", "Ring 1, 1010 Wien"] {
        assert!(confirmation.contains(said), "{said}: {confirmation}");
    }
    assert!(bank.mail(GUEST, "order.paid").contains("29,90"), "in the language of the order");
    let parcel = json!({
        "carrier": "Post", "tracking": "AT123", "url": "https://post.example/track?id=AT123",
    });
    ok(&bank.operator.post(&format!("/v1/shop/orders/{id}/shipments"), &parcel));
    let shipped = bank.mail(GUEST, "order.shipped");
    for said in ["AT123", "https://post.example/track?id=AT123", "2 × Mug"] {
        assert!(shipped.contains(said), "{said}: {shipped}");
    }
    for mail in [&confirmation, &shipped] {
        let token = format!("Cart-Token: {}\r\n", link_token(mail, &id));
        let path = format!("/v1/shop/orders/{id}");
        assert_eq!(bank.anyone().get(&path).status, 404, "nobody else's business");
        let seen = ok(&bank.anyone().send("GET", &path, &token, ""));
        assert_eq!(seen["status"], "shipped");
    }
}

#[test]
fn a_buyer_leaves_once_everything_is_sent_takes_it_along_and_is_forgotten() {
    let bank = Bank::open();
    stock(&bank.operator);
    let ann = bank.sign_up("ann");
    let order = buy(&ann.client, &ann.email);
    let path = format!("/v1/shop/orders/{}", text(&order, "id"));
    let is_paid = || (ok(&ann.client.get(&path))["status"] == "paid").then_some(());
    until("the payment", is_paid);
    let body = json!({ "password": ann.password }).to_string();
    let leave = || {
        let headers = "Content-Type: application/json\r\n";
        ann.client.send("DELETE", "/v1/identity/profile", headers, &body)
    };
    let early = leave();
    assert_eq!(early.status, 409, "{}", early.body);
    assert_eq!(early.json()["code"], "shop.order.under_way");
    ok(&bank.operator.post(&format!("{path}/shipments"), &json!({})));
    let export = ok(&ann.client.get("/v1/identity/profile/export"));
    assert_eq!(export["shop"]["orders"][0]["id"], order["id"]);
    assert_eq!(export["shop"]["orders"][0]["documents"][0]["kind"], "invoice");
    let left = leave();
    assert_eq!(left.status, 204, "{}", left.body);
    until("the erasure", || {
        let order = ok(&bank.operator.get(&path));
        (order["email"].is_null() && order["shipping_address"].is_null()).then_some(())
    });
}
