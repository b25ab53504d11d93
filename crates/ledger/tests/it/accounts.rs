//! `/v1/ledger/accounts`.

use axum::http::Method;
use insta::assert_json_snapshot;
use ledger::engine::Account;
use serde_json::{Value, json};

use crate::app::{Answer, App, redacted};

const ACCOUNTS: &str = "/v1/ledger/accounts";

async fn patch(app: &App, path: &str, tag: Option<&str>, body: Value) -> Answer {
    let headers: Vec<_> = tag.map(|tag| ("if-match", tag)).into_iter().collect();
    app.send(Method::PATCH, path, &headers, Some(body.to_string())).await
}

#[tokio::test]
async fn account_shows_its_limits_and_balances() {
    let app = App::with_accounts().await;
    let new = json!({ "accounts": [{
        "asset": "EUR", "address": "users/7/EUR", "code": 12, "floor": "-500", "ceiling": 100_000,
        "metadata": { "name": "Ann" }, "user_data_128": "340282366920938463463374607431768211455",
        "user_data_64": "18446744073709551615", "user_data_32": 4_294_967_295_u32,
    }] });
    let created = app.post(ACCOUNTS, new).await;
    assert_eq!(created.status, 200);
    app.transfer("bank", "users/7/EUR", 1250).await;
    app.transfer("users/7/EUR", "ann", 1300).await;
    let pending = json!({
        "kind": "pending", "debit_account": "users/7/EUR", "credit_account": "ann",
        "asset": "EUR", "amount": "50",
    });
    app.make(pending).await;
    let found = app.get("/v1/ledger/accounts/users%2F7%2FEUR").await;
    assert_eq!(found.headers["etag"], "\"1\"");
    assert_json_snapshot!(redacted(found.body.clone()), @r#"
    {
      "address": "users/7/EUR",
      "asset": "EUR",
      "balances": {
        "available": "-100",
        "credits_pending": "0",
        "credits_posted": "1250",
        "debits_pending": "50",
        "debits_posted": "1300",
        "pending": "-50",
        "posted": "-50"
      },
      "ceiling": "100000",
      "closed": false,
      "code": 12,
      "created_at": "2026-01-01T00:00:00.000000Z",
      "credits_must_not_exceed_debits": false,
      "debits_must_not_exceed_credits": false,
      "floor": "-500",
      "id": "[acct]",
      "metadata": {
        "name": "Ann"
      },
      "scale": 2,
      "user_data_128": "340282366920938463463374607431768211455",
      "user_data_32": 4294967295,
      "user_data_64": "18446744073709551615",
      "version": 1
    }
    "#);
    let id = found.body["id"].as_str().unwrap();
    assert_eq!(app.get(&format!("{ACCOUNTS}/{id}")).await.body, found.body);
}

#[tokio::test]
async fn batch_answers_item_by_item() {
    let app = App::with_accounts().await;
    let batch = json!({ "accounts": [
        { "asset": "EUR", "address": "new" },
        { "asset": "USD" },
        { "asset": "EUR", "address": "ann" },
        { "asset": "EUR", "code": 0 },
        { "asset": "EUR", "floor": "2", "ceiling": "1" },
    ] });
    let answer = app.post(ACCOUNTS, batch.clone()).await;
    let statuses: Vec<_> =
        answer.body["results"].as_array().unwrap().iter().map(|r| r["status"].clone()).collect();
    assert_eq!(
        statuses,
        [
            "created",
            "asset_not_found",
            "address_already_taken",
            "code_must_not_be_zero",
            "limits_are_contradictory"
        ]
    );
    assert_eq!(answer.body["results"][1]["detail"], "There is no asset with this code.");
    assert_eq!((&answer.body["created"], &answer.body["failed"]), (&json!(1), &json!(4)));
    let mut atomic = batch;
    atomic["accounts"][0]["address"] = json!("other");
    atomic["atomic"] = json!(true);
    let answer = app.post(ACCOUNTS, atomic).await;
    assert_eq!(answer.body["created"], 0);
    assert_eq!(answer.body["results"][0]["status"], "linked_event_failed");
    assert_eq!(app.get("/v1/ledger/accounts/other").await.problem().0, 404);
}

#[tokio::test]
async fn key_makes_a_repeat_answer_as_the_first_time() {
    let app = App::with_accounts().await;
    let key = [("idempotency-key", "k-1")];
    let body = json!({ "accounts": [{ "asset": "EUR", "address": "eve" }, { "asset": "EUR" }] });
    let first = app.post_with(ACCOUNTS, &key, body.clone()).await;
    assert_eq!(first.headers.get("idempotency-replayed"), None);
    app.transfer("bank", "eve", 5).await;
    let again = app.post_with(ACCOUNTS, &key, body.clone()).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.body, first.body);
    let mut other = body.clone();
    other["accounts"][1] = json!({ "asset": "EUR", "address": "mallory" });
    let reused = app.post_with(ACCOUNTS, &key, other).await;
    assert_eq!(reused.problem(), (422, "request.idempotency_key.reused", ""));
    let path = format!("{ACCOUNTS}/mallory");
    assert_eq!(app.get(&path).await.problem().0, 404, "another body changes nothing");
    let id = first.body["results"][0]["account"]["id"].clone();
    let by_id = json!({ "accounts": [{ "id": id, "asset": "EUR", "address": "eve" }] });
    let exists = app.post(ACCOUNTS, by_id).await;
    assert_eq!(
        (&exists.body["existing"], &exists.body["results"][0]["status"]),
        (&json!(1), &json!("exists"))
    );
    assert_eq!(exists.body["results"][0]["account"]["balances"]["posted"], "5");
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let app = App::with_accounts().await;
    let more = json!({ "accounts": [
        { "asset": "EUR", "address": "shop/a", "code": 5, "metadata": { "kind of": "x" } },
        { "asset": "EUR", "address": "shop/b", "closed": true },
    ] });
    assert_eq!(app.post(ACCOUNTS, more).await.body["created"], 2);
    let names = async |query: &str| -> Vec<String> {
        let answer = app.get(&format!("{ACCOUNTS}?{query}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let data = answer.body["data"].as_array().unwrap().clone();
        data.iter().map(|account| account["address"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("").await, ["bank", "ann", "bob", "shop/a", "shop/b"]);
    assert_eq!(names("filter[address][prefix]=shop/").await, ["shop/a", "shop/b"]);
    assert_eq!(names("filter[code]=5").await, ["shop/a"]);
    assert_eq!(names("filter[closed]=true").await, ["shop/b"]);
    assert_eq!(names("filter[metadata][kind%20of]=x").await, ["shop/a"]);
    assert_eq!(names("filter[asset]=USD").await, [""; 0]);
    assert_eq!(names("filter[created_at][lt]=2026-01-01").await, [""; 0]);
    assert_eq!(names("filter[created_at][gte]=2026-01-01&limit=1").await, ["bank"]);
    let first = app.get(&format!("{ACCOUNTS}?limit=3")).await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    assert_eq!(names(&format!("limit=3&cursor={cursor}")).await, ["shop/a", "shop/b"]);
}

#[tokio::test]
async fn accounts_of_one_owner_come_in_the_order_in_which_they_were_made() {
    let app = App::with_accounts().await;
    for address in ["users/7/B", "users/7/A", "users/70/A", "users/7"] {
        let new = json!({ "accounts": [{ "asset": "EUR", "address": address, "code": 12 }] });
        assert_eq!(app.post(ACCOUNTS, new).await.status, 200);
    }
    app.transfer("bank", "users/7/A", 30).await;
    let address = |account: &Account| account.details.as_ref()?.address.clone();
    let found = app.ledger.accounts_below("users/7/").await.unwrap();
    let shown: Vec<_> = found.iter().map(|it| (address(it), it.balances.credits_posted)).collect();
    assert_eq!(shown, [(Some("users/7/B".into()), 0), (Some("users/7/A".into()), 30)]);
    assert!(app.ledger.accounts_below("users/8/").await.unwrap().is_empty());
}

#[tokio::test]
async fn change_needs_the_version_that_was_seen() {
    let app = App::with_accounts().await;
    let path = "/v1/ledger/accounts/ann";
    let body = json!({ "floor": "-100", "metadata": { "a": "1", "b": "2" } });
    assert_eq!(patch(&app, path, None, body.clone()).await.problem().0, 428);
    assert_eq!(patch(&app, path, Some("\"2\""), body.clone()).await.problem().0, 412);
    assert_eq!(patch(&app, path, Some("W/\"1\""), body.clone()).await.problem().0, 412);
    assert_eq!(patch(&app, path, Some("1"), body.clone()).await.problem().0, 400);
    let changed = patch(&app, path, Some("\"1\""), body).await;
    assert_eq!((changed.status, changed.headers["etag"].to_str().unwrap()), (200, "\"2\""));
    assert_eq!(changed.body["floor"], "-100");
    let merge = json!({ "floor": null, "ceiling": "7", "metadata": { "a": null, "c": "3" } });
    let merged = patch(&app, path, Some("\"2\""), merge).await;
    assert_eq!(merged.body["metadata"], json!({ "b": "2", "c": "3" }));
    assert_eq!((merged.body.get("floor"), &merged.body["ceiling"]), (None, &json!("7")));
    let cleared = patch(&app, path, Some("*"), json!({ "metadata": null })).await;
    assert_eq!((cleared.body.get("metadata"), &cleared.body["version"]), (None, &json!(4)));
}

#[tokio::test]
async fn impossible_changes_are_refused() {
    let app = App::with_accounts().await;
    let path = "/v1/ledger/accounts/ann";
    let contradiction = patch(&app, path, Some("*"), json!({ "ceiling": "-1" })).await;
    assert_eq!(contradiction.problem().1, "ledger.account.limits_are_contradictory");
    let read_only = patch(&app, path, Some("*"), json!({ "version": 9 })).await;
    assert_eq!(read_only.problem(), (400, "request.body.invalid", "/version"));
    let missing = patch(&app, "/v1/ledger/accounts/nobody", Some("*"), json!({})).await;
    assert_eq!(missing.problem().1, "ledger.account.not_found");
}

#[tokio::test]
async fn entries_show_the_balances_after_each_transfer() {
    let app = App::with_accounts().await;
    app.transfer("bank", "ann", 100).await;
    app.pass(60);
    let hold = json!({
        "kind": "pending", "debit_account": "ann", "credit_account": "bob", "asset": "EUR",
        "amount": "30",
    });
    let hold = app.make(hold).await;
    let post = format!("/v1/ledger/transfers/{}/post", hold["id"].as_str().unwrap());
    assert_eq!(app.post(&post, json!({ "amount": "20" })).await.status, 201);
    let path = "/v1/ledger/accounts/ann/entries";
    let newest = app.get(path).await;
    let short = |entry: &Value| {
        json!([
            entry["direction"],
            entry["change"],
            entry["pending_change"],
            entry["balances"]["posted"],
            entry["balances"]["available"],
            entry["transfer"]["kind"],
        ])
    };
    let rows: Vec<_> = newest.body["data"].as_array().unwrap().iter().map(short).collect();
    assert_eq!(
        json!(rows),
        json!([
            ["debit", "-20", "30", "80", "80", "post"],
            ["debit", "0", "-30", "100", "70", "pending"],
            ["credit", "100", "0", "100", "100", "single"],
        ])
    );
    let oldest = app.get(&format!("{path}?order=oldest&limit=1")).await;
    assert_eq!(oldest.body["data"][0], newest.body["data"][2]);
    let cursor = oldest.body["next_cursor"].as_str().unwrap();
    let rest = app.get(&format!("{path}?order=oldest&cursor={cursor}")).await;
    assert_eq!(rest.body["data"][0], newest.body["data"][1]);
    let early = app.get(&format!("{path}?filter[at][lt]=2026-01-01T00:01:00Z")).await;
    assert_eq!(early.body["data"].as_array().unwrap().len(), 1);
    let late = app.get(&format!("{path}?filter[at][gte]=2026-01-01T00:01:00Z")).await;
    assert_eq!(late.body["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn balance_is_known_at_any_moment() {
    let app = App::with_accounts().await;
    app.transfer("bank", "ann", 100).await;
    app.pass(60);
    app.make(json!({
        "debit_account": "bank", "credit_account": "ann", "asset": "EUR", "amount": "7",
        "effective_at": "2025-06-01T00:00:00Z",
    }))
    .await;
    let posted = async |query: &str| {
        let answer = app.get(&format!("/v1/ledger/accounts/ann/balance{query}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["balances"]["posted"].as_str().unwrap().to_owned()
    };
    assert_eq!(posted("").await, "107");
    assert_eq!(posted("?at=2026-01-01T00:00:30Z").await, "100");
    assert_eq!(posted("?at=0001-01-01").await, "0");
    assert_eq!(posted("?at=9999-12-30").await, "107");
    assert_eq!(posted("?effective_at=2025-12-31").await, "7");
    let both =
        app.get("/v1/ledger/accounts/ann/balance?at=2026-01-01&effective_at=2026-01-01").await;
    assert_eq!(both.problem(), (400, "request.query.invalid", "query:effective_at"));
    let missing = app.get("/v1/ledger/accounts/nobody/balance").await;
    assert_eq!(missing.problem().0, 404);
}
