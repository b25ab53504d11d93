//! What sales turned out to be worth, without an order that says so.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::app::App;

fn discount(amount: &str) -> Value {
    json!({ "reference": "C536379", "customer": { "reference": "14527" }, "currency": "EUR",
        "sku": "MUG", "amount": amount, "reason": "discount", "effective_at": "2010-12-01T09:41:00Z" })
}

#[tokio::test]
async fn less_was_earned_and_the_customer_has_it_once() {
    let app = App::selling(1).await;
    app.world.open_to_many();
    let path = "/v1/shop/sales-adjustments";
    let requests = (0..6).map(|_| app.process.staff_post(path, discount("-2750")));
    let answers = join_all(requests).await;
    assert!(answers.iter().all(|it| it.status == 200 || it.status == 201), "{answers:?}");
    assert!(answers.iter().all(|it| it.id() == answers[0].id()));
    assert_eq!(app.world.posted("shop/sales/EUR/MUG").await, -2750);
    let customer = answers[0].body["customer"].as_str().unwrap();
    assert_eq!(app.world.posted(&format!("shop/customers/{customer}/EUR")).await, 2750);
    assert_eq!(app.world.shelf("MUG").await, (1, 0));
    assert_eq!(app.audited("shop.sales.adjusted").await.len(), 1);
    let waiting =
        "select count(*) from bus.jobs where kind = 'shop.orders.finish' and state = 'waiting'";
    assert_eq!(app.world.count(waiting).await, 0, "nothing is left to finish");
}

#[tokio::test]
async fn more_may_be_earned_too_and_nothing_is_refused() {
    let app = App::selling(1).await;
    let path = "/v1/shop/sales-adjustments";
    assert_eq!(app.process.staff_post(path, discount("0")).await.status, 400);
    let mut unknown = discount("5");
    unknown["sku"] = json!("NOTHING");
    let refused = app.process.staff_post(path, unknown).await;
    assert_eq!(refused.problem(), (422, "shop.variant.sku_unknown"));
    assert_eq!(app.process.staff_post(path, discount("5")).await.status, 201);
    assert_eq!(app.world.posted("shop/sales/EUR/MUG").await, 5);
}
