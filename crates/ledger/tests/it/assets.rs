//! `/v1/ledger/assets`.

use insta::assert_json_snapshot;
use serde_json::json;

use crate::app::App;

const ASSETS: &str = "/v1/ledger/assets";

#[tokio::test]
async fn asset_is_created_once_and_found_again() {
    let app = App::start().await;
    let euro = json!({
        "code": "EUR", "scale": 2, "kind": "money", "name": "Euro", "metadata": { "b": "2", "a": "1" },
    });
    let created = app.post(ASSETS, euro.clone()).await;
    assert_eq!(created.status, 201);
    assert_eq!(created.headers["location"], "/v1/ledger/assets/EUR");
    assert_json_snapshot!(created.body, @r#"
    {
      "code": "EUR",
      "created_at": "2026-01-01T00:00:00.000000Z",
      "kind": "money",
      "metadata": {
        "a": "1",
        "b": "2"
      },
      "name": "Euro",
      "scale": 2
    }
    "#);
    let again = app.post(ASSETS, euro).await;
    assert_eq!((again.status, &again.body), (200, &created.body));
    let found = app.get("/v1/ledger/assets/EUR").await;
    assert_eq!((found.status, &found.body), (200, &created.body));
    assert_eq!(app.get("/v1/ledger/assets/USD").await.problem().0, 404);
}

#[tokio::test]
async fn another_asset_under_the_same_code_is_a_conflict() {
    let app = App::start().await;
    let asset = |scale: u8, kind: &str, name: &str| json!({ "code": "A", "scale": scale, "kind": kind, "name": name });
    assert_eq!(app.post(ASSETS, asset(0, "goods", "a")).await.status, 201);
    for (other, field) in [
        (asset(1, "goods", "a"), "scale"),
        (asset(0, "money", "a"), "kind"),
        (asset(0, "goods", "b"), "name"),
        (
            json!({ "code": "A", "scale": 0, "kind": "goods", "name": "a", "metadata": { "x": "" } }),
            "metadata",
        ),
    ] {
        let answer = app.post(ASSETS, other).await;
        let code = format!("ledger.asset.exists_with_different_{field}");
        assert_eq!(answer.problem(), (409, code.as_str(), format!("/{field}").as_str()));
    }
}

#[tokio::test]
async fn assets_are_listed_by_code_page_by_page() {
    let app = App::start().await;
    for code in ["C", "A", "B"] {
        let asset = json!({ "code": code, "scale": 0, "kind": "other" });
        assert_eq!(app.post(ASSETS, asset).await.status, 201);
    }
    let first = app.get("/v1/ledger/assets?limit=2").await;
    assert_eq!(first.body["data"][0]["code"], "A");
    assert_eq!(first.body["data"][1]["code"], "B");
    let link = first.headers["link"].to_str().unwrap();
    let next = link.trim_start_matches('<').split('>').next().unwrap();
    let second = app.get(next).await;
    assert_eq!(second.body["data"][0]["code"], "C");
    assert_eq!(second.body["next_cursor"], json!(null));
    assert_eq!(second.headers.get("link"), None);
}

#[tokio::test]
async fn malformed_assets_are_refused_by_field() {
    let app = App::start().await;
    for (asset, pointer) in [
        (json!({ "code": "eur", "scale": 2, "kind": "money" }), "/code"),
        (json!({ "code": "EUR", "scale": 19, "kind": "money" }), "/scale"),
        (json!({ "code": "EUR", "scale": -1, "kind": "money" }), "/scale"),
        (json!({ "code": "EUR", "scale": 2, "kind": "cash" }), "/kind"),
        (json!({ "code": "EUR", "scale": 2, "kind": "money", "name": "a\0" }), "/name"),
        (json!({ "code": "EUR", "scale": 2, "kind": "money", "no": 1 }), "/no"),
    ] {
        let answer = app.post(ASSETS, asset).await;
        let (status, _, found) = answer.problem();
        assert_eq!((status, found), (400, pointer), "{answer:?}");
    }
    assert_eq!(app.get("/v1/ledger/assets/e%20r").await.problem().0, 400);
}
