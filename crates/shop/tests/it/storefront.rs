//! What everybody may know of the shop, and its settings.

use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn a_guest_knows_the_currencies_and_their_decimals() {
    let app = App::selling(1).await;
    let p = &app.process;
    let yen = ledger::NewAsset {
        code: "JPY".to_owned(),
        scale: 0,
        kind: "money".to_owned(),
        ..ledger::NewAsset::default()
    };
    app.world.ledger.create_asset(yen).await.unwrap();
    let seen = p.see("/v1/shop/storefront").await;
    assert_eq!(seen.status, 200, "{seen:?}");
    assert_eq!(seen.headers["cache-control"], "public, max-age=60");
    assert_eq!(seen.body["currencies"], json!([{ "code": "EUR", "scale": 2 }]));
    assert_eq!(seen.body["default_currency"], "EUR");
    let path = "/v1/shop/settings";
    let set = p.staff_patch(path, json!({ "default_currency": "JPY", "home_country": "AT" })).await;
    assert_eq!((set.status, &set.body["default_currency"]), (200, &json!("JPY")), "{set:?}");
    let seen = p.see("/v1/shop/storefront").await;
    let both = json!([{ "code": "EUR", "scale": 2 }, { "code": "JPY", "scale": 0 }]);
    assert_eq!((&seen.body["currencies"], &seen.body["default_currency"]), (&both, &json!("JPY")));
    assert_eq!((&seen.body["home_country"], &seen.body["return_days"]), (&json!("AT"), &json!(30)));
    for unknown in ["XXX", "APPLE", "no code"] {
        let refused = p.staff_patch(path, json!({ "default_currency": unknown })).await;
        assert_eq!(refused.problem(), (422, "shop.currency.unknown"), "{unknown}");
    }
    let set = p.staff_patch(path, json!({ "default_currency": null })).await;
    assert_eq!(set.body["default_currency"], json!(null));
}

#[tokio::test]
async fn a_shop_without_prices_has_no_currency() {
    let app = App::start().await;
    let seen = app.process.see("/v1/shop/storefront").await;
    assert_eq!(
        (&seen.body["currencies"], &seen.body["default_currency"]),
        (&json!([]), &json!(null))
    );
}

#[tokio::test]
async fn what_lists_show_can_be_changed_without_asking_for_it_again() {
    let app = App::selling(1).await;
    let p = &app.process;
    for path in ["/v1/shop/locations", "/v1/shop/shipping-methods"] {
        let listed = p.staff_get(path).await.body["data"][0].clone();
        let (id, version) = (listed["id"].as_str().unwrap(), format!("\"{}\"", listed["version"]));
        let (headers, body) = ([("if-match", &*version)], json!({ "title": "New" }));
        let one = format!("{path}/{id}");
        let changed = p.staff_json(axum::http::Method::PATCH, &one, &headers, body.clone()).await;
        assert_eq!((changed.status, &changed.body["version"]), (200, &json!(2)), "{changed:?}");
        let late = p.staff_json(axum::http::Method::PATCH, &one, &headers, body).await;
        assert_eq!(late.problem(), (412, "shop.version.changed"));
    }
}
