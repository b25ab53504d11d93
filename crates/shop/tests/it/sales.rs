//! What was sold, summed up for staff.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{ANN, Answer, App, Process, actor};
use crate::buying::Buyer;

const DAY: Duration = Duration::from_secs(86_400);

impl Process {
    async fn sales(&self, query: &str) -> Value {
        let seen = self.staff_get(&format!("/v1/shop/overview/sales{query}")).await;
        assert_eq!(seen.status, 200, "{seen:?}");
        seen.body
    }
}

/// An order that was made elsewhere on that day, of so many mugs for 2.00 each.
async fn elsewhere(app: &App, day: &str, currency: &str, mugs: u32) -> Answer {
    let lines = json!([{ "sku": "MUG", "quantity": mugs, "unit_price": "200" }]);
    let body = json!({ "currency": currency, "placed_at": day, "lines": lines, "shipped": {} });
    let made = app.process.staff_post("/v1/shop/orders", body).await;
    assert_eq!(made.status, 201, "{made:?}");
    made
}

fn starts(of: &Value) -> Vec<&str> {
    let periods = of["periods"].as_array().unwrap();
    periods.iter().map(|it| &it["starts_at"].as_str().unwrap()[..10]).collect()
}

#[tokio::test]
async fn figures_are_those_of_orders_and_of_refunds() {
    let app = App::selling(20).await;
    let p = &app.process;
    let off = json!({ "title": "Off", "effect": { "kind": "percentage", "rate": 200_000 } });
    let off = p.staff_post("/v1/shop/promotions", off).await;
    assert_eq!(off.status, 201, "{off:?}");
    p.staff_json(
        Method::PUT,
        "/v1/shop/tax-rates/AT/standard",
        &[],
        json!({ "rate": 200_000, "title": "USt" }),
    )
    .await;
    let first = p.placed(ANN, &[("MUG", 3)]).await;
    let second = p.placed(ANN, &[("MUG", 2)]).await;
    let path = format!("/v1/shop/orders/{}/cancel", second.id());
    assert_eq!(p.buy(&Buyer::User(ANN), Method::POST, &path, json!({})).await.status, 200);
    assert_eq!(p.ship(&first.id()).await.status, 201);
    app.world.clock.advance(DAY);
    let line = &first.body["lines"][0];
    let back = json!({ "lines": [{ "line": line["id"], "amount": "1000" }] });
    let path = format!("/v1/shop/orders/{}/refunds", first.id());
    assert_eq!(p.staff_post(&path, back).await.status, 201);

    let seen = p.sales("").await;
    let of = &seen["currencies"][0];
    let number = |value: &Value| value.as_str().unwrap().parse::<i128>().unwrap();
    let both = |field: &str| number(&first.body[field]) + number(&second.body[field]);
    let total = &of["total"];
    assert_eq!((&of["currency"], &of["scale"]), (&json!("EUR"), &json!(2)));
    assert_eq!(
        (&total["orders"], &total["paid"], &total["units"]),
        (&json!(2), &json!(1), &json!(3)),
        "{seen}"
    );
    for (field, of_orders) in
        [("gross", "subtotal"), ("shipping", "shipping"), ("taxes", "tax"), ("total", "total")]
    {
        assert_eq!(number(&total[field]), both(of_orders), "{field}");
    }
    let net = both("total") - number(&second.body["total"]) - 1000;
    assert_eq!(
        (number(&total["cancelled"]), number(&total["refunds"])),
        (number(&second.body["total"]), 1000)
    );
    assert_eq!(number(&total["net"]), net);
    assert_eq!(starts(of), ["2026-01-01", "2026-01-02"]);
    let after = &of["periods"][1]["figures"];
    assert_eq!((&after["orders"], &after["net"]), (&json!(0), &json!("-1000")));
    let best = &of["products"][0];
    assert_eq!(
        (&best["handle"], &best["units"], &best["total"]),
        (&json!("mug"), &json!(3), &line["total"])
    );
}

#[tokio::test]
async fn time_is_cut_into_days_weeks_and_months_of_utc() {
    let app = App::selling(20).await;
    for day in [
        "2011-01-31T23:59:59Z",
        "2011-02-01T00:00:00Z",
        "2011-02-06T12:00:00Z",
        "2011-03-01T00:00:00Z",
    ] {
        elsewhere(&app, day, "EUR", 1).await;
    }
    let part = "filter%5Bfrom%5D=2011-01-01&filter%5Bbefore%5D=2011-03-01";
    let by = async |step: &str| {
        let seen = app.process.sales(&format!("?{part}&by={step}")).await;
        let of = seen["currencies"][0].clone();
        assert_eq!(of["total"]["orders"], 3, "what is placed at the end is no part of it: {seen}");
        starts(&of).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(by("day").await, ["2011-01-31", "2011-02-01", "2011-02-06"]);
    assert_eq!(by("week").await, ["2011-01-31"]);
    assert_eq!(by("month").await, ["2011-01-01", "2011-02-01"]);
}

#[tokio::test]
async fn currencies_are_never_added_up() {
    let app = App::selling(20).await;
    elsewhere(&app, "2025-12-30T00:00:00Z", "EUR", 2).await;
    elsewhere(&app, "2025-12-30T00:00:00Z", "USD", 3).await;
    let seen = app.process.sales("").await;
    let of = |at: usize| {
        (seen["currencies"][at]["currency"].clone(), seen["currencies"][at]["total"]["net"].clone())
    };
    assert_eq!((of(0), of(1)), ((json!("EUR"), json!("400")), (json!("USD"), json!("600"))));
    assert_eq!(seen["currencies"].as_array().unwrap().len(), 2);
    let best = &seen["currencies"][1]["products"];
    assert_eq!((best[0]["units"].clone(), best.as_array().unwrap().len()), (json!(3), 1));
}

#[tokio::test]
async fn what_waits_for_somebody_is_counted() {
    let app = App::selling(5).await;
    let p = &app.process;
    p.product("bowl", "BOWL").await;
    let (sent, _) = (p.placed(ANN, &[("MUG", 1)]).await, p.placed(ANN, &[("MUG", 1)]).await);
    assert_eq!(p.ship(&sent.id()).await.status, 201);
    let asked = json!({ "lines": [{ "line": sent.body["lines"][0]["id"], "quantity": 1, "reason": "other" }] });
    let path = format!("/v1/shop/orders/{}/returns", sent.id());
    let asked = p.buy(&Buyer::User(ANN), Method::POST, &path, asked).await;
    p.shop.caught_up().await.unwrap();
    let open = p.sales("").await["open"].clone();
    let expected = json!({
        "orders_to_ship": 1, "orders_unpaid": 0, "returns_to_decide": 1, "returns_to_receive": 0,
        "variants_out_of_stock": 1, "variants_low": 1,
    });
    assert_eq!(open, expected);
    let approved =
        p.staff_post(&format!("/v1/shop/returns/{}/approve", asked.id()), json!({})).await;
    assert_eq!(approved.status, 200, "{approved:?}");
    let open = p.sales("").await["open"].clone();
    assert_eq!((&open["returns_to_decide"], &open["returns_to_receive"]), (&json!(0), &json!(1)));
}

#[tokio::test]
async fn only_staff_sees_sales_and_each_look_is_recorded() {
    let app = App::selling(1).await;
    let path = "/v1/shop/overview/sales";
    let p = &app.process;
    assert_eq!(p.send(Some(actor(ANN)), Method::GET, path, &[], Body::empty()).await.status, 403);
    assert_eq!(p.see(path).await.status, 401);
    assert_eq!(app.audited("shop.sales.viewed").await.len(), 0);
    assert_eq!(p.sales("").await["currencies"], json!([]));
    assert_eq!(app.audited("shop.sales.viewed").await.len(), 1);
    for bad in [
        "?by=year",
        "?filter%5Bfrom%5D=2026-02-01&filter%5Bbefore%5D=2026-02-01",
        "?filter%5Bfrom%5D=2001-01-01&filter%5Bbefore%5D=2026-01-01",
        "?filter%5Bday%5D=2001-01-01",
    ] {
        let refused = p.staff_get(&format!("{path}{bad}")).await;
        assert_eq!(refused.problem(), (400, "request.query.invalid"), "{bad}");
    }
}

#[tokio::test]
async fn what_was_paid_back_or_corrected_counts_when_it_happened() {
    let app = App::selling(20).await;
    let p = &app.process;
    let order = elsewhere(&app, "2011-01-01T00:00:00Z", "EUR", 2).await;
    let line = &order.body["lines"][0]["id"];
    let back = json!({ "lines": [{ "line": line, "amount": "100" }],
        "effective_at": "2011-02-01T00:00:00Z" });
    let path = format!("/v1/shop/orders/{}/refunds", order.id());
    assert_eq!(p.staff_post(&path, back).await.status, 201);
    let less = json!({ "currency": "EUR", "sku": "MUG", "amount": "-30", "reason": "bad debt",
        "effective_at": "2011-02-02T00:00:00Z" });
    assert_eq!(p.staff_post("/v1/shop/sales-adjustments", less).await.status, 201);
    let february = "?filter%5Bfrom%5D=2011-02-01&filter%5Bbefore%5D=2011-03-01";
    let total = p.sales(february).await["currencies"][0]["total"].clone();
    assert_eq!(
        (&total["orders"], &total["refunds"], &total["adjustments"], &total["net"]),
        (&json!(0), &json!("100"), &json!("-30"), &json!("-130"))
    );
}
