//! Whatever comes in, the answer is a 4xx that names the field, and nothing changes.

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::App;

const TRANSFERS: &str = "/v1/ledger/transfers";

#[tokio::test]
async fn wrong_field_of_an_item_is_named() {
    let app = App::with_accounts().await;
    let good =
        json!({ "debit_account": "bank", "credit_account": "ann", "asset": "EUR", "amount": "1" });
    let check = async |field: &str, value: Value| {
        let mut bad = good.clone();
        bad[field] = value.clone();
        let answer = app.post(TRANSFERS, json!({ "transfers": [good, bad] })).await;
        let pointer = format!("/transfers/1/{field}");
        assert_eq!(answer.problem(), (400, "request.body.invalid", pointer.as_str()), "{value}");
    };
    check("amount", json!("-1")).await;
    check("amount", json!("1e9")).await;
    check("amount", json!(1.5)).await;
    check("amount", json!("340282366920938463463374607431768211456")).await;
    check("amount", json!(9_007_199_254_740_992_u64)).await;
    check("amount", json!("max")).await;
    check("debit_account", json!("tr_01h455vb4pex5vsknk084sn02q")).await;
    check("debit_account", json!("a\0")).await;
    check("reference", json!("a\0")).await;
    check("metadata", json!({ "a": "\0" })).await;
    check("effective_at", json!("0000-01-01T00:00:00Z")).await;
    check("effective_at", json!("10000-01-01T00:00:00Z")).await;
    check("code", json!(65_536)).await;
    check("kind", json!("expire")).await;
    check("timeout_s", json!(5)).await;
    check("balance", json!("1")).await;
    assert_eq!(app.balances("ann").await["posted"], "0");
}

#[tokio::test]
async fn wrong_bodies_are_refused() {
    let app = App::with_accounts().await;
    let send = async |body: String| app.send(Method::POST, TRANSFERS, &[], Some(body)).await;
    assert_eq!(
        send(r#"{"transfers":[]}"#.to_owned()).await.problem(),
        (400, "request.batch.empty", "/transfers")
    );
    let long = format!(r#"{{"transfers":[{}]}}"#, vec!["{}"; 8_191].join(","));
    assert_eq!(send(long).await.problem().0, 413);
    let large = format!(r#"{{"transfers":[],"x":"{}"}}"#, "x".repeat(17 << 20));
    assert_eq!(send(large).await.problem().1, "request.body.too_large");
    for body in
        ["", "null", "[]", "{", r#"{"transfers":{}}"#, r#"{"transfers":[],"transfers":[]}"#, "NaN"]
    {
        assert_eq!(send(body.to_owned()).await.problem().1, "request.body.invalid", "{body}");
    }
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    assert_eq!(send(deep).await.problem().0, 400);
    let text = app.send(Method::POST, TRANSFERS, &[("content-type", "text/plain")], None).await;
    assert_eq!(text.problem().0, 415);
}

#[tokio::test]
async fn wrong_paths_and_queries_are_refused() {
    let app = App::with_accounts().await;
    for path in [
        "/v1/ledger/accounts/acct_7",
        "/v1/ledger/accounts/%00",
        "/v1/ledger/accounts/%ff",
        "/v1/ledger/accounts/a%2F%2Fb",
        "/v1/ledger/accounts/a%2F..%2Fb",
        "/v1/ledger/transfers/7",
        "/v1/ledger/transfers/acct_01h455vb4pex5vsknk084sn02q",
        "/v1/ledger/assets/%00",
        "/v1/ledger/transfers?limit=201",
        "/v1/ledger/transfers?cursor=x",
        "/v1/ledger/transfers?filter[reference]=%00",
        "/v1/ledger/transfers?filter[amount][gte]=-1",
        "/v1/ledger/transfers?filter[at][gte]=yesterday",
        "/v1/ledger/transfers?filter[metadata][a]=%00",
        "/v1/ledger/transfers?filter[kind]=single",
        "/v1/ledger/transfers?order=up",
        "/v1/ledger/transfers?filter[asset]=eur",
        "/v1/ledger/accounts?filter[address][prefix]=%25",
        "/v1/ledger/accounts?filter[closed]=yes",
        "/v1/ledger/accounts?filter[code]=65536",
        "/v1/ledger/accounts?filter[code]=1&filter[code]=1",
        "/v1/ledger/accounts?x=1",
    ] {
        assert_eq!(app.get(path).await.problem().0, 400, "{path}");
    }
    // A position that no list gave, but in the form of one: -9223372036854775808.
    let forged = kernel::Cursor(i64::MIN);
    for list in ["transfers", "accounts", "accounts/ann/entries"] {
        let answer = app.get(&format!("/v1/ledger/{list}?cursor={forged}")).await;
        assert_eq!(answer.problem(), (400, "request.cursor.invalid", "query:cursor"), "{list}");
    }
}

#[tokio::test]
async fn extreme_numbers_are_answered_and_not_a_fault() {
    let app = App::with_accounts().await;
    let max = u128::MAX.to_string();
    let item = |debit: &str, credit: &str, amount: &str| json!({ "debit_account": debit, "credit_account": credit, "asset": "EUR", "amount": amount });
    assert_eq!(app.try_make(item("bank", "ann", &max)).await, "created");
    assert_eq!(app.try_make(item("bank", "ann", "1")).await, "overflows_debits_posted");
    let balances = app.balances("bank").await;
    assert_eq!(balances["available"], format!("-{max}"));
    assert_eq!(app.try_make(item("ann", "bank", &max)).await, "created");
    let zero = json!({ "id": "tr_00000000000000000000000000" });
    let mut bad = item("bank", "ann", "0");
    bad["id"] = zero["id"].clone();
    assert_eq!(app.try_make(bad.clone()).await, "id_must_not_be_zero");
    bad["id"] = json!("tr_7zzzzzzzzzzzzzzzzzzzzzzzzz");
    assert_eq!(app.try_make(bad).await, "id_must_not_be_int_max");
    let path = "/v1/ledger/transfers/tr_00000000000000000000000000";
    assert_eq!(app.get(path).await.problem().0, 404);
    assert_eq!(app.post(&format!("{path}/post"), json!({})).await.problem().0, 400);
    let extend = app.post(&format!("{path}/extend"), json!({ "timeout_s": 0 })).await;
    assert_eq!(extend.problem().0, 400);
}

#[tokio::test]
async fn wrong_methods_name_the_right_ones() {
    let app = App::with_accounts().await;
    let answer = app.send(Method::DELETE, TRANSFERS, &[], None).await;
    assert_eq!((answer.status, answer.headers["allow"].to_str().unwrap()), (405, "GET,HEAD,POST"));
}
