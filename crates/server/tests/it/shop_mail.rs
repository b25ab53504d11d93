//! Buying, as seen from outside the shop: what a guest is mailed, from the confirmation to the parcel,
//! and that the mail leads back to the order; and when a buyer may leave.

use serde_json::json;

use crate::people::{Bank, ok, text, until};
use crate::shopping::{buy, by_card, stock};

const GUEST: &str = "eve@example.org";

/// What opens the order, from a mail.
fn link_token(mail: &str, order: &str) -> String {
    let start = format!("/shop/orders/{order}#token=");
    let link = mail.lines().find_map(|line| line.split_once(&start));
    link.unwrap_or_else(|| panic!("no link to {order}: {mail}")).1.to_owned()
}

#[test]
fn a_guest_is_mailed_from_the_order_to_the_parcel_and_finds_the_order_again() {
    let bank = Bank::open();
    stock(&bank.operator, 5);
    let order = buy(&bank.anyone(), GUEST, &by_card());
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
    stock(&bank.operator, 5);
    let ann = bank.sign_up("ann");
    let order = buy(&ann.client, &ann.email, &by_card());
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
