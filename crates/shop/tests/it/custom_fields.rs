//! Custom fields of products and variants.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{ANN, Answer, App, actor, product_body};

const PATH: &str = "/v1/shop/custom-fields";

async fn define(app: &App, handle: &str, more: Value) -> Answer {
    let mut body =
        json!({ "handle": handle, "subject": "product", "kind": "text", "title": handle });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.process.staff_post(PATH, body).await
}

/// A fabric and a number for products, a day for variants.
async fn with_fields() -> App {
    let app = App::start().await;
    let fabric = json!({ "kind": "choice", "choices": ["wool", "silk"], "is_filterable": true,
        "translations": { "de": "Stoff" } });
    assert_eq!(define(&app, "fabric", fabric).await.status, 201);
    assert_eq!(define(&app, "length", json!({ "kind": "number" })).await.status, 201);
    let day = json!({ "kind": "date", "subject": "variant", "is_filterable": true });
    assert_eq!(define(&app, "made-on", day).await.status, 201);
    app
}

fn scarf() -> Value {
    let mut body = product_body("scarf", "S1");
    body["custom_fields"] = json!({ "fabric": "wool", "length": "01.50" });
    body["variants"][0]["custom_fields"] = json!({ "made-on": "2026-01-31" });
    body
}

async fn filtered(app: &App, filter: &str) -> Vec<String> {
    app.process.shop.search_caught_up().await.unwrap();
    let page = app.process.see(&format!("/v1/shop/products?filter[field]{filter}")).await;
    page.each("handle").into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn values_are_shown_in_one_form_and_change_one_by_one() {
    let app = with_fields().await;
    let made = app.process.staff_post("/v1/shop/products", scarf()).await;
    assert_eq!(made.status, 201, "{made:?}");
    let path = format!("/v1/shop/products/{}", made.id());
    let seen = app.process.see(&path).await;
    assert_eq!(seen.body["custom_fields"], json!({ "fabric": "wool", "length": "1.5" }));
    assert_eq!(seen.body["variants"][0]["custom_fields"], json!({ "made-on": "2026-01-31" }));
    let patch = json!({ "custom_fields": { "fabric": null, "length": "-0" } });
    let changed = app.process.staff_patch(&path, patch).await;
    assert_eq!(changed.body["custom_fields"], json!({ "length": "0" }));
    let variant = format!("{path}/variants/{}", made.body["variants"][0]["id"].as_str().unwrap());
    let patch = json!({ "custom_fields": { "made-on": "2026-02-01" } });
    let changed = app.process.staff_patch(&variant, patch).await;
    assert_eq!(changed.body["custom_fields"], json!({ "made-on": "2026-02-01" }));
    let more = json!({ "sku": "S2", "custom_fields": { "made-on": "2026-02-30" } });
    let more = app.process.staff_post(&format!("{path}/variants"), more).await;
    assert_eq!(more.pointer(), "/custom_fields/made-on");
}

#[tokio::test]
async fn wrong_values_name_their_field_and_change_nothing() {
    let app = with_fields().await;
    let check = async |place: &str, key: &str, value: &str| {
        let mut body = scarf();
        let given = body.pointer_mut(place).unwrap();
        given[key] = json!(value);
        let refused = app.process.staff_post("/v1/shop/products", body).await;
        assert_eq!(refused.problem(), (422, "shop.custom_field.invalid"), "{key} {value}");
        assert_eq!(refused.pointer(), format!("{place}/{key}"));
    };
    check("/custom_fields", "fabric", "steel").await;
    check("/custom_fields", "length", "long").await;
    check("/custom_fields", "unknown", "x").await;
    check("/custom_fields", "made-on", "2026-01-31").await;
    check("/variants/0/custom_fields", "made-on", "yesterday").await;
    check("/variants/0/custom_fields", "fabric", "wool").await;
    assert_eq!(app.world.count("select count(*) from shop.products").await, 0);
}

#[tokio::test]
async fn those_that_are_filterable_filter_and_count() {
    let app = with_fields().await;
    app.process.staff_post("/v1/shop/products", scarf()).await;
    app.process.product("lamp", "L1").await;
    assert_eq!(filtered(&app, "[fabric]=wool,silk").await, ["scarf"]);
    assert_eq!(filtered(&app, "[made-on]=2026-01-31").await, ["scarf"]);
    assert!(filtered(&app, "[fabric]=silk").await.is_empty());
    assert!(filtered(&app, "[length]=1.5").await.is_empty(), "it can't be filtered by");
    let facets = app.process.see("/v1/shop/products/facets").await;
    let shown = json!([
        { "name": "fabric", "values": [{ "value": "wool", "count": 1 }] },
        { "name": "made-on", "values": [{ "value": "2026-01-31", "count": 1 }] },
    ]);
    assert_eq!(facets.body["custom_fields"], shown);
    let patched = json!({ "is_filterable": true });
    let id = app.process.see(&format!("{PATH}/length")).await.id();
    assert_eq!(app.process.staff_patch(&format!("{PATH}/{id}"), patched).await.status, 200);
    assert_eq!(filtered(&app, "[length]=1.5").await, ["scarf"]);
    let draft = json!({ "status": "draft" });
    app.process.staff_patch(&format!("/v1/shop/products/{}", scarf_id(&app).await), draft).await;
    let drafts = "/v1/shop/products?filter[status]=draft&filter[field][fabric]=";
    for (value, count) in [("wool", 1), ("silk", 0)] {
        let page = app.process.staff_get(&format!("{drafts}{value}")).await;
        assert_eq!(page.each("handle").len(), count, "the database filters too: {value}");
    }
}

async fn scarf_id(app: &App) -> String {
    app.process.staff_get("/v1/shop/products/scarf").await.id()
}

#[tokio::test]
async fn a_field_with_values_stays() {
    let app = with_fields().await;
    let made = app.process.staff_post("/v1/shop/products", scarf()).await;
    let id = app.process.see(&format!("{PATH}/fabric")).await.id();
    let own = format!("{PATH}/{id}");
    assert_eq!(app.process.staff_delete(&own).await.problem(), (409, "shop.custom_field.in_use"));
    let path = format!("/v1/shop/products/{}", made.id());
    app.process.staff_patch(&path, json!({ "custom_fields": { "fabric": null } })).await;
    assert_eq!(app.process.staff_delete(&own).await.status, 204);
    assert_eq!(app.process.see(&own).await.problem(), (404, "shop.custom_field.not_found"));
    assert_eq!(app.audited("shop.custom_field.deleted").await.len(), 1);
}

#[tokio::test]
async fn definitions_are_read_by_everybody_and_written_by_staff() {
    let app = with_fields().await;
    let german = [("accept-language", "de-AT")];
    let seen = app.process.send(None, Method::GET, PATH, &german, Body::empty()).await;
    assert_eq!(seen.each("title"), ["Stoff", "length", "made-on"]);
    assert_eq!(seen.body["data"][0].get("translations"), None);
    let staff = app.process.staff_get(&format!("{PATH}/fabric")).await;
    assert_eq!(staff.body["translations"], json!({ "de": "Stoff" }));
    let own = format!("{PATH}/{}", staff.id());
    for (who, status) in [(None, 401), (Some(actor(ANN)), 403)] {
        let body = json!({ "handle": "x", "subject": "product", "kind": "text", "title": "x" });
        let refused = app.process.json(who, Method::POST, PATH, &[], body).await;
        assert_eq!(refused.status, status);
    }
    let taken = define(&app, "fabric", json!({})).await;
    assert_eq!(taken.problem(), (409, "shop.custom_field.handle_taken"));
    for body in [json!({ "kind": "choice" }), json!({ "choices": ["a"] })] {
        let refused = define(&app, "other", body).await;
        assert_eq!(refused.problem(), (422, "shop.custom_field.choices"));
    }
    let late = [("if-match", "\"9\"")];
    let body = json!({ "title": "x" });
    assert_eq!(app.process.staff_json(Method::PATCH, &own, &late, body).await.status, 412);
    let body = json!({ "kind": "text" });
    assert_eq!(app.process.staff_patch(&own, body).await.status, 400, "the kind never changes");
}
