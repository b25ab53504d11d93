use kernel::Vault;
use serde_json::{Value, json};

use super::guests_token;
use crate::messages::compose::compose;
use crate::messages::mailbox_of;
use crate::messages::tests::{message, render};
use crate::messages::{ENCLOSED, Message};
use crate::texts::Locale;

/// All that a confirmation knows, and what parcels and returns add.
pub(in crate::messages) fn confirmed() -> Value {
    json!({
        "order_id": "ord_01h455vb4pex5vsknk084sn02q", "order_number": 1001, "carrier": "Post",
        "tracking": "AT123", "tracking_url": "https://post.example/track?id=AT123",
        "invoice": "IN-2026-000001", "credit_note": "CN-2026-000001", "decision": "It was fine.",
        "reason": "card_declined", "is_partly": true,
        ENCLOSED: {
            "lines": [
                { "title": "Mug", "variant_title": "red", "quantity": 2, "total": "2500" },
                { "title": "Lamp", "variant_title": null, "quantity": 1, "total": "123000" },
            ],
            "more": 0, "subtotal": "125500", "shipping": "490", "tax": "20831",
            "discounts": [{ "promotion": "prm_1", "title": "Autumn", "amount": "990" }],
            "shipping_method": "Post",
            "shipping_address": {
                "name": "Ann", "street": "Ring 1", "postcode": "1010", "city": "Wien",
                "country": "AT",
            },
            "billing_address": {
                "name": "Ann Ltd", "street": "Ring 2", "postcode": "1010", "city": "Wien",
                "country": "AT",
            },
        },
    })
}

/// The mail of a guest: there is no user.
fn guests(kind: &str, locale: Locale, more: Value) -> Message {
    let mut params =
        json!({ "asset": "EUR", "amount": "125000", "scale": 2, "at": "2026-11-20T21:33:00Z" });
    let params_map = params.as_object_mut().unwrap();
    params_map.extend(confirmed().as_object().unwrap().clone());
    for gone in ["carrier", "tracking", "tracking_url", "invoice", "credit_note", "decision"] {
        params_map.remove(gone);
    }
    params_map.extend(more.as_object().unwrap().clone());
    Message { user: None, ..message(kind, locale, params) }
}

#[test]
fn a_confirmation_lists_what_was_bought_and_leads_a_guest_back() {
    let mail = render(&guests("order.placed", Locale::En, json!({})), "", "");
    insta::assert_snapshot!(mail.text.replace('\u{a0}', " "), @r"
    Hello,

    Thank you! We have received your order 1001. As soon as it is paid we send it to you.

    2 × Mug, red: 25.00 EUR
    1 × Lamp: 1,230.00 EUR
    Autumn: −9.90 EUR
    Shipping: 4.90 EUR
    Total: 1,250.00 EUR
    Tax in it: 208.31 EUR

    Order: 1001
    Shipping: Post
    Sent to: Ann, Ring 1, 1010 Wien, AT
    Invoice to: Ann Ltd, Ring 2, 1010 Wien, AT
    Time: 20 November 2026, 21:33 UTC

    See the order:
    https://bank.example/shop/orders/ord_01h455vb4pex5vsknk084sn02q#token=bshl_ot_1

    --
    You get this mail because something was ordered at bank.example with this address.
    This mail was sent automatically; nobody reads answers to it.
    ");
    assert_eq!(mail.subject, "Your order 1001");
    assert!(mail.html.contains("2 × Mug, red") && mail.html.contains("25.00\u{a0}EUR"));
    assert!(mail.html.contains("/shop/orders/ord_01h455vb4pex5vsknk084sn02q#token=bshl_ot_1"));
}

#[test]
fn a_confirmation_in_german_has_its_numbers_as_one_writes_them_there() {
    let mail = render(&guests("order.placed", Locale::De, json!({ "is_paid": true })), "", "");
    assert_eq!(mail.subject, "Ihre Bestellung 1001");
    let text = mail.text.replace('\u{a0}', " ");
    for part in ["Lamp: 1.230,00 EUR", "Autumn: −9,90 EUR", "Summe: 1.250,00 EUR", "und bezahlt"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("Einstellungen"), "guests have none: {text}");
}

#[test]
fn amounts_have_the_decimals_of_their_asset() {
    let apples = json!({ "asset": "APPLE", "scale": 0, "amount": "7" });
    let mail = render(&guests("order.placed", Locale::En, apples), "", "");
    assert!(mail.text.contains("Mug, red: 2,500\u{a0}APPLE"), "{}", mail.text);
    assert!(mail.text.contains("Total: 7\u{a0}APPLE"), "{}", mail.text);
}

#[test]
fn a_parcel_is_followed_where_its_carrier_says() {
    let parcel = json!({
        "carrier": "Post", "tracking": "AT123", "invoice": "IN-2026-000001",
        "tracking_url": "https://post.example/track?id=AT123&x=1",
        ENCLOSED: { "lines": [{ "title": "Mug", "quantity": 1 }], "more": 3 },
    });
    let mail = render(&guests("order.shipped", Locale::En, parcel), "", "");
    for part in ["1 × Mug\nand 3 more\n", "Tracking number: AT123", "Invoice: IN-2026-000001"] {
        assert!(mail.text.contains(part), "{part}: {}", mail.text);
    }
    assert!(mail.text.contains("https://post.example/track?id=AT123&x=1"), "{}", mail.text);
    assert!(mail.html.contains("https://post.example/track?id=AT123&amp;x=1"));
    for evil in ["javascript:alert(1)", "http://post.example", "https://a b", "https://a\nb"] {
        let params = json!({ "tracking_url": evil });
        let mail = render(&guests("order.shipped", Locale::En, params), "", "");
        assert!(!mail.text.contains(evil), "{evil}");
    }
}

#[test]
fn hostile_names_become_neither_markup_nor_links_nor_headers() {
    let evil = "Mug\r\nBcc: all@example.org\r\n\r\n<script>alert(1)</script> https://evil.example";
    let order = json!({
        "carrier": evil, "tracking": evil, "decision": evil, "invoice": evil,
        ENCLOSED: {
            "lines": [{ "title": evil, "variant_title": evil, "quantity": 1, "total": "5" }],
            "more": 0, "subtotal": "5", "shipping": "0", "tax": "0", "shipping_method": evil,
            "discounts": [{ "title": evil, "amount": "1" }],
            "shipping_address": { "name": evil, "street": evil, "city": evil, "country": "AT" },
            "billing_address": { "name": evil },
        },
    });
    for kind in ["order.placed", "order.shipped", "return.rejected"] {
        for locale in Locale::ALL {
            let message = guests(kind, locale, order.clone());
            let mail = render(&message, "", "");
            assert!(!mail.html.contains("<script>alert"), "{kind}");
            assert!(mail.html.contains("&lt;script&gt;"), "it is shown all the same");
            for part in [&mail.html, &mail.text] {
                assert!(!part.contains("https://evil.example"), "{kind}");
            }
            assert!(!mail.text.contains("\nBcc:") && !mail.subject.contains(['\r', '\n']));
            let from = mailbox_of("Bank <no-reply@bank.example>").unwrap();
            let composed = compose(&message, &mail, &from).unwrap();
            assert!(composed.headers.iter().all(|(name, _)| name != "Bcc"), "{kind}");
        }
    }
}

#[test]
fn only_a_guests_mail_opens_an_order() {
    let vault = Vault::new([7; 32]);
    let guest = guests("order.placed", Locale::En, json!({}));
    let token = guests_token(&vault, &guest).unwrap();
    assert!(token.starts_with("bshl_ot_"), "{token}");
    assert_eq!(guests_token(&vault, &guest), Some(token), "it follows from the order");
    let users = message("order.placed", Locale::En, confirmed());
    assert_eq!(guests_token(&vault, &users), None);
    let other = guests("invite.created", Locale::En, json!({}));
    assert_eq!(guests_token(&vault, &other), None);
    let broken = guests("order.placed", Locale::En, json!({ "order_id": "../../x" }));
    assert_eq!(guests_token(&vault, &broken), None);
}
