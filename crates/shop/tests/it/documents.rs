//! Invoices and credit notes through HTTP.

use std::time::Duration;

use axum::http::Method;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::app::{ANN, App, Process};
use crate::buying::Buyer;
use crate::pdf_text;

async fn documents(p: &Process, order: &str) -> Vec<Value> {
    let listed = p.staff_get(&format!("/v1/shop/orders/{order}/documents")).await;
    assert_eq!(listed.status, 200, "{listed:?}");
    let mut all = Vec::new();
    for id in listed.each("id") {
        all.push(p.staff_get(&format!("/v1/shop/documents/{id}")).await.body);
    }
    all
}

fn number(value: &Value) -> u128 {
    value.as_str().unwrap().parse().unwrap()
}

/// A shop that says who it is and taxes mugs with 20 %, sending with 10.
async fn taxed(mugs: u32) -> App {
    let app = App::selling(mugs).await;
    let p = &app.process;
    for (class, rate) in [("standard", 200_000), ("reduced", 100_000)] {
        let body = json!({ "rate": rate, "title": "VAT" });
        let path = format!("/v1/shop/tax-rates/AT/{class}");
        assert_eq!(p.staff_put(&path, body).await.status, 200);
    }
    let method = p.see("/v1/shop/shipping-methods").await.body["data"][0]["id"].clone();
    let path = format!("/v1/shop/shipping-methods/{}", method.as_str().unwrap());
    let reduced = p.staff_patch(&path, json!({ "tax_class": "reduced" })).await;
    assert_eq!(reduced.status, 200, "{reduced:?}");
    let seller = json!({
        "seller_name": "Bushel & Söhne", "seller_address": "Hafen 7\n1020 Wien",
        "seller_vat_id": "ATU12345678",
    });
    assert_eq!(p.staff_patch("/v1/shop/settings", seller).await.status, 200);
    app
}

#[tokio::test]
async fn invoices_add_up_to_the_order_and_credit_notes_refer_to_them() {
    let app = taxed(10).await;
    let p = &app.process;
    let placed = p.placed(ANN, &[("MUG", 3)]).await;
    let (order, line) = (placed.id(), placed.body["lines"][0]["id"].clone());
    assert_eq!(documents(p, &order).await.len(), 0);
    let path = format!("/v1/shop/orders/{order}/shipments");
    let one = json!({ "lines": [{ "line": line, "quantity": 1 }] });
    assert_eq!(p.staff_post(&path, one).await.status, 201);
    assert_eq!(p.ship(&order).await.status, 201);
    let invoices = documents(p, &order).await;
    let numbers: Vec<&str> = invoices.iter().map(|it| it["number"].as_str().unwrap()).collect();
    let year = &p.order(&order).await["placed_at"].as_str().unwrap()[..4].to_owned();
    assert_eq!(numbers, [format!("INV-{year}-000001"), format!("INV-{year}-000002")]);
    let first = &invoices[0]["content"];
    assert_eq!((&first["total"], &first["shipping"]["total"]), (&json!("1740"), &json!("490")));
    assert_eq!(first["seller"]["vat_id"], "ATU12345678");
    assert_eq!(first["buyer"]["address"]["city"], "Wien");
    assert_eq!(
        first["taxes"],
        json!([
            { "rate": 100_000, "net": "445", "tax": "45" },
            { "rate": 200_000, "net": "1042", "tax": "208" },
        ])
    );
    assert_eq!(invoices[1]["content"]["shipping"], json!(null));
    let sum = |part: &str| invoices.iter().map(|it| number(&it["content"][part])).sum::<u128>();
    assert_eq!(sum("total"), number(&placed.body["total"]));
    assert_eq!(sum("tax"), number(&placed.body["tax"]));
    let refund = json!({ "lines": [{ "line": line, "amount": "1250" }], "reason": "scratched" });
    p.staff_post(&format!("/v1/shop/orders/{order}/refunds"), refund).await;
    let all = documents(p, &order).await;
    let note = &all[2];
    assert_eq!(
        (&note["kind"], &note["number"]),
        (&json!("credit_note"), &json!(format!("CN-{year}-000001")))
    );
    assert_eq!(note["content"]["invoices"], json!(numbers));
    assert_eq!(note["content"]["total"], "1250");
    assert_eq!(note["content"]["taxes"], json!([{ "rate": 200_000, "net": "1042", "tax": "208" }]));
    let sending = json!({ "shipping": "490" });
    p.staff_post(&format!("/v1/shop/orders/{order}/refunds"), sending).await;
    assert_eq!(documents(p, &order).await[3]["content"]["invoices"], json!([numbers[0]]));
}

#[tokio::test]
async fn a_document_stays_what_it_was() {
    let app = taxed(10).await;
    let p = &app.process;
    let order = p.placed(ANN, &[("MUG", 1)]).await.id();
    p.ship(&order).await;
    let before = documents(p, &order).await;
    p.staff_patch("/v1/shop/settings", json!({ "seller_name": "Somebody else" })).await;
    assert_eq!(documents(p, &order).await, before);
    let client = app.world.database().dedicated_client().await.unwrap();
    let changed = client.execute("update shop.documents set number = 'INV-1'", &[]).await;
    assert!(changed.is_err());
    assert!(client.execute("delete from shop.documents", &[]).await.is_err());
}

#[tokio::test]
async fn the_pdf_says_what_the_document_says() {
    let app = taxed(10).await;
    let p = &app.process;
    let order = p.placed(ANN, &[("MUG", 2)]).await.id();
    p.ship(&order).await;
    let invoice = &documents(p, &order).await[0];
    let path = format!("/v1/shop/documents/{}/pdf", invoice["id"].as_str().unwrap());
    let pdf = p.get(&path).await;
    assert_eq!(
        (pdf.status, &pdf.headers["content-type"]),
        (200, &"application/pdf".parse().unwrap())
    );
    let number = invoice["number"].as_str().unwrap();
    let name = format!("attachment; filename=\"{number}.pdf\"");
    assert_eq!(pdf.headers["content-disposition"], name.as_str());
    let text = pdf_text::text(&pdf.bytes);
    for said in [
        "Invoice",
        number,
        "Bushel & Söhne",
        "Hafen 7",
        "1020 Wien",
        "VAT ATU12345678",
        "Ann",
        "Ring 1",
        "1010 Wien",
        "mug",
        "MUG",
        "2",
        "20 %",
        "25.00",
        "Sending: Post",
        "4.90",
        "Net",
        "25.28 EUR",
        "Tax 10 % of 4.45",
        "0.45 EUR",
        "Tax 20 % of 20.83",
        "4.17 EUR",
        "Total",
        "29.90 EUR",
        "of 1",
    ] {
        assert!(text.lines().any(|line| line == said), "{said} in\n{text}");
    }
    let receipt = json!({ "shipping": "490", "reason": "late\nvery late" });
    p.staff_post(&format!("/v1/shop/orders/{order}/refunds"), receipt).await;
    let note = &documents(p, &order).await[1];
    let path = format!("/v1/shop/documents/{}/pdf", note["id"].as_str().unwrap());
    let text = pdf_text::text(&p.get(&path).await.bytes);
    for said in ["Credit note", &format!("For {number}"), "Goes back", "4.90 EUR", "late very late"]
    {
        assert!(text.lines().any(|line| line == said), "{said} in\n{text}");
    }
}

#[tokio::test]
async fn long_documents_have_more_pages() {
    let app = taxed(0).await;
    let p = &app.process;
    let variants: Vec<Value> = (0..60)
        .map(|n| {
            json!({ "sku": format!("CUP-{n}"), "tracks_stock": false, "options": { "Size": n.to_string() },
                "prices": [{ "currency": "EUR", "amount": "100" }] })
        })
        .collect();
    let sizes: Vec<String> = (0..60).map(|n: u32| n.to_string()).collect();
    let cup = json!({ "handle": "cup", "title": "Cup", "status": "active",
        "options": [{ "name": "Size", "values": sizes }], "variants": variants });
    let made = p.staff_post("/v1/shop/products", cup).await;
    assert_eq!(made.status, 201, "{made:?}");
    let skus: Vec<String> = (0..60).map(|n| format!("CUP-{n}")).collect();
    let items: Vec<(&str, u32)> = skus.iter().map(|sku| (sku.as_str(), 1)).collect();
    let order = p.placed(ANN, &items).await.id();
    p.ship(&order).await;
    let invoice = &documents(p, &order).await[0];
    let path = format!("/v1/shop/documents/{}/pdf", invoice["id"].as_str().unwrap());
    let text = pdf_text::text(&p.staff_get(&path).await.bytes);
    for said in ["CUP-0", "CUP-59", "Page 1", "Page 2", "Page 3", "of 3", "64.90 EUR"] {
        assert!(text.lines().any(|line| line == said), "{said} in\n{text}");
    }
}

#[tokio::test]
async fn documents_are_their_buyers_and_staffs() {
    let app = App::selling(10).await;
    let p = &app.process;
    let order = p.placed(ANN, &[("MUG", 1)]).await.id();
    p.ship(&order).await;
    let id = documents(p, &order).await[0]["id"].as_str().unwrap().to_owned();
    let (list, one) =
        (format!("/v1/shop/orders/{order}/documents"), format!("/v1/shop/documents/{id}"));
    assert_eq!(p.get(&list).await.each("id"), [&id]);
    assert_eq!(p.get(&one).await.status, 200);
    for stranger in [Buyer::User(identity::UserId::from_u128(0xb)), Buyer::Guest("x".to_owned())] {
        let see = async |path: &str| p.buy(&stranger, Method::GET, path, json!(null)).await;
        assert_eq!(see(&list).await.problem(), (404, "shop.order.not_found"));
        for path in [one.clone(), format!("{one}/pdf")] {
            assert_eq!(see(&path).await.problem(), (404, "shop.document.not_found"));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_parcels_at_once_have_the_numbers_1_to_40() {
    let app = App::selling(40).await;
    app.world.open_to_many();
    let p = &app.process;
    let mut orders = Vec::new();
    for _ in 0..40 {
        orders.push(p.placed(ANN, &[("MUG", 1)]).await.id());
    }
    let sent = join_all(orders.iter().map(|order| p.ship(order))).await;
    assert!(sent.iter().all(|it| it.status == 201), "{sent:?}");
    let sql = "select count(*) from generate_series(1, 40) as n \
        join shop.documents on number like 'INV-%-' || lpad(n::text, 6, '0')";
    assert_eq!(app.world.count(sql).await, 40);
    assert_eq!(app.world.count("select count(*) from shop.documents").await, 40);
}

#[tokio::test]
async fn what_fails_leaves_no_gap() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (first, second) =
        (p.placed(ANN, &[("MUG", 1)]).await.id(), p.placed(ANN, &[("MUG", 1)]).await.id());
    // The last thing of the transaction fails.
    app.world.cut_off("insert on bus.events", "new.kind = 'shop.order.shipped'").await;
    assert_eq!(p.ship(&first).await.status, 500);
    assert_eq!(app.world.count("select count(*) from shop.documents").await, 0);
    app.world.cut_off_no_more().await;
    assert_eq!(p.ship(&second).await.status, 201);
    app.world.clock.advance(Duration::from_secs(31));
    p.bus.settle().await;
    for (order, number) in [(&second, "000001"), (&first, "000002")] {
        let documents = documents(p, order).await;
        assert_eq!(documents.len(), 1);
        assert!(documents[0]["number"].as_str().unwrap().ends_with(number), "{documents:?}");
    }
}
