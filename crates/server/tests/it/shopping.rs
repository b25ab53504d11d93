//! A shop with one product, and how an order of it is placed.

use serde_json::{Value, json};

use crate::http::Client;
use crate::people::{card, ok, text};

pub(crate) const PIECES_OF_AN_ORDER: u32 = 2;

/// A shop that sends mugs by post, and has so many of them.
pub(crate) fn stock(operator: &Client, pieces: u32) {
    let rates = json!([{ "currency": "EUR", "amount": "490" }]);
    let post = json!({ "handle": "post", "title": "Post", "rates": rates });
    ok(&operator.post("/v1/shop/shipping-methods", &post));
    let prices = json!([{ "currency": "EUR", "amount": "1250" }]);
    let mug = json!({
        "handle": "mug", "status": "active", "title": "Mug <b>big",
        "variants": [{ "sku": "MUG", "prices": prices }],
    });
    ok(&operator.post("/v1/shop/products", &mug));
    let pieces = json!({ "kind": "receive", "items": [{ "sku": "MUG", "quantity": pieces }] });
    ok(&operator.post("/v1/shop/stock/changes", &pieces));
}

pub(crate) fn by_card() -> Value {
    json!([{ "kind": "card", "card": card() }])
}

/// An order of two mugs.
pub(crate) fn buy(client: &Client, email: &str, payments: &Value) -> Value {
    let cart = ok(&client.post("/v1/shop/carts", &json!({ "currency": "EUR" })));
    let path = format!("/v1/shop/carts/{}", text(&cart, "id"));
    let mut headers = "Content-Type: application/json\r\nAccept-Language: de-AT\r\n".to_owned();
    if let Some(token) = cart["token"].as_str() {
        headers.push_str(&format!("Cart-Token: {token}\r\n"));
    }
    let send = |method: &str, path: &str, body: Value| {
        ok(&client.send(method, path, &headers, &body.to_string()))
    };
    let items = json!([{ "sku": "MUG", "quantity": PIECES_OF_AN_ORDER }]);
    send("POST", &format!("{path}/lines"), json!({ "items": items }));
    let methods = ok(&client.get("/v1/shop/shipping-methods"));
    let address = json!({
        "name": "Eve", "street": "Ring 1", "postcode": "1010", "city": "Wien", "country": "AT",
    });
    let who = json!({
        "email": email, "shipping_address": address, "shipping_method": methods["data"][0]["id"],
    });
    send("PATCH", &path, who);
    send("POST", &format!("{path}/complete"), json!({ "payments": payments }))
}
