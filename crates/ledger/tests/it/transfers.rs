//! `/v1/ledger/transfers`.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::app::{App, redacted};

const TRANSFERS: &str = "/v1/ledger/transfers";

fn item(debit: &str, credit: &str, amount: &str) -> Value {
    json!({ "debit_account": debit, "credit_account": credit, "asset": "EUR", "amount": amount })
}

fn pending(debit: &str, credit: &str, amount: &str) -> Value {
    let mut item = item(debit, credit, amount);
    item["kind"] = json!("pending");
    item
}

fn path(transfer: &Value, action: &str) -> String {
    format!("{TRANSFERS}/{}/{action}", transfer["id"].as_str().unwrap())
}

#[tokio::test]
async fn transfer_carries_everything_that_was_given() {
    let app = App::with_accounts().await;
    let mut new = pending("bank", "ann", "1250");
    for (field, value) in [
        ("code", json!(7)),
        ("timeout_s", json!(60)),
        ("group", json!("grp_00000000000000000000000001")),
        ("effective_at", json!("2025-12-31T23:00:00Z")),
        ("reference", json!("invoice 7")),
        ("metadata", json!({ "order": "7" })),
        ("user_data_64", json!("18446744073709551615")),
    ] {
        new[field] = value;
    }
    let transfer = app.make(new).await;
    assert_json_snapshot!(redacted(transfer.clone()), @r#"
    {
      "amount": "1250",
      "asset": "EUR",
      "at": "2026-01-01T00:00:00.000000Z",
      "code": 7,
      "credit_account": "[acct]",
      "debit_account": "[acct]",
      "effective_at": "2025-12-31T23:00:00.000000Z",
      "expires_at": "2026-01-01T00:01:00.000000Z",
      "group": "[grp]",
      "id": "[tr]",
      "kind": "pending",
      "metadata": {
        "order": "7"
      },
      "reference": "invoice 7",
      "remaining": "1250",
      "scale": 2,
      "seq": 1,
      "status": "pending",
      "timeout_s": 60,
      "user_data_64": "18446744073709551615"
    }
    "#);
    let found = app.get(&format!("{TRANSFERS}/{}", transfer["id"].as_str().unwrap())).await;
    assert_eq!(found.body, transfer);
}

#[tokio::test]
async fn batch_answers_item_by_item_with_a_sentence() {
    let app = App::with_accounts().await;
    let batch = json!({ "transfers": [
        item("bank", "ann", "10"),
        item("ann", "bob", "11"),
        item("ann", "nobody", "1"),
        item("ann", "ann", "1"),
        item("ann", "bob", "4"),
    ] });
    let answer = app.post(TRANSFERS, batch.clone()).await;
    assert_eq!(answer.status, 200);
    let short = |result: &Value| json!([result["status"], result.get("detail")]);
    let rows: Vec<_> = answer.body["results"].as_array().unwrap().iter().map(short).collect();
    assert_json_snapshot!(json!(rows), @r#"
    [
      [
        "created",
        null
      ],
      [
        "exceeds_floor",
        "The debited account would fall below its floor; what is on hold counts."
      ],
      [
        "credit_account_not_found",
        "There is no such account to credit."
      ],
      [
        "accounts_must_be_different",
        "A transfer goes from one account to another one."
      ],
      [
        "created",
        null
      ]
    ]
    "#);
    let counts = (&answer.body["created"], &answer.body["existing"], &answer.body["failed"]);
    assert_eq!(counts, (&json!(2), &json!(0), &json!(3)));
    let mut atomic = batch;
    atomic["atomic"] = json!(true);
    let answer = app.post(TRANSFERS, atomic).await;
    assert_eq!(answer.body["failed"], 5);
    assert_eq!(app.balances("ann").await["posted"], "6");
}

#[tokio::test]
async fn same_id_makes_one_transfer() {
    let app = App::with_accounts().await;
    let mut new = item("bank", "ann", "5");
    new["id"] = json!("tr_01h455vb4pex5vsknk084sn02q");
    assert_eq!(app.try_make(new.clone()).await, "created");
    assert_eq!(app.try_make(new.clone()).await, "exists");
    new["amount"] = json!("6");
    assert_eq!(app.try_make(new).await, "exists_with_different_amount");
    let mut failing = item("ann", "bob", "50");
    failing["id"] = json!("tr_01h455vb4pex5vsknk084sn02r");
    assert_eq!(app.try_make(failing.clone()).await, "exceeds_floor");
    app.transfer("bank", "ann", 100).await;
    let answer = app.post(TRANSFERS, json!({ "transfers": [failing] })).await;
    let result = &answer.body["results"][0];
    assert_eq!(
        (&result["status"], &result["first_failure"]),
        (&json!("id_already_failed"), &json!("exceeds_floor"))
    );
}

#[tokio::test]
async fn key_makes_a_repeat_answer_as_the_first_time() {
    let app = App::with_accounts().await;
    let key = [("idempotency-key", "order-7")];
    let body = json!({ "transfers": [pending("bank", "ann", "5"), item("bob", "ann", "1")] });
    let first = app.post_with(TRANSFERS, &key, body.clone()).await;
    assert_eq!(first.body["results"][1]["status"], "exceeds_floor");
    let hold = &first.body["results"][0]["transfer"];
    assert_eq!(app.post(&path(hold, "post"), json!({})).await.status, 201);
    app.transfer("bank", "bob", 10).await;
    let again = app.post_with(TRANSFERS, &key, body.clone()).await;
    assert_eq!(
        (again.headers["idempotency-replayed"].to_str().unwrap(), &again.body),
        ("true", &first.body)
    );
    let mut other = body;
    other["transfers"][0]["amount"] = json!("6");
    let reused = app.post_with(TRANSFERS, &key, other).await;
    assert_eq!(reused.problem(), (422, "request.idempotency_key.reused", ""));
}

#[tokio::test]
async fn key_of_a_refused_request_can_be_used_again() {
    let app = App::with_accounts().await;
    let key = [("idempotency-key", "order-8")];
    let refused = json!({ "transfers": [item("bank", "ann", "-5")] });
    assert_eq!(app.post_with(TRANSFERS, &key, refused).await.status, 400);
    let right = json!({ "transfers": [item("bank", "ann", "5")] });
    let answer = app.post_with(TRANSFERS, &key, right).await;
    assert_eq!(answer.body["results"][0]["status"], "created");
}

#[tokio::test]
async fn hundred_requests_with_one_key_make_one_transfer() {
    let app = App::with_accounts().await;
    let body = json!({ "transfers": [item("bank", "ann", "5")] });
    let key = [("idempotency-key", "k")];
    let requests = (0..100).map(|_| app.post_with(TRANSFERS, &key, body.clone()));
    let answers = futures_util::future::join_all(requests).await;
    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
    let replayed = answers.iter().filter(|it| it.headers.contains_key("idempotency-replayed"));
    assert_eq!(replayed.count(), 99);
    assert_eq!(app.balances("ann").await["posted"], "5");
}

#[tokio::test]
async fn key_works_for_actions_too() {
    let app = App::with_accounts().await;
    let hold = app.make(pending("bank", "ann", "10")).await;
    let key = [("idempotency-key", "k")];
    let body = json!({ "amount": "4", "partial": true });
    let first = app.post_with(&path(&hold, "post"), &key, body.clone()).await;
    let again = app.post_with(&path(&hold, "post"), &key, body).await;
    assert_eq!((first.status, again.status, &again.body), (201, 201, &first.body));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let other =
        app.post_with(&path(&hold, "post"), &key, json!({ "amount": "5", "partial": true })).await;
    assert_eq!(other.problem().1, "request.idempotency_key.reused");
    for key in ["", "a b", "é", &"k".repeat(256)] {
        let answer =
            app.post_with(&path(&hold, "post"), &[("idempotency-key", key)], json!({})).await;
        assert_eq!(
            answer.problem(),
            (400, "request.header.invalid", "header:idempotency-key"),
            "{key}"
        );
    }
}

#[tokio::test]
async fn hold_is_posted_in_parts_extended_and_voided() {
    let app = App::with_accounts().await;
    let mut new = pending("bank", "ann", "10");
    new["timeout_s"] = json!(60);
    let hold = app.make(new).await;
    let part = app
        .post(&path(&hold, "post"), json!({ "amount": 4, "partial": true, "reference": "a" }))
        .await;
    assert_eq!(
        (part.status, &part.body["amount"], &part.body["reference"]),
        (201, &json!("4"), &json!("a"))
    );
    let location = part.headers["location"].to_str().unwrap();
    assert_eq!(app.get(location).await.body, part.body);
    let extended = app.post(&path(&hold, "extend"), json!({ "timeout_s": 3600 })).await;
    assert_eq!((extended.status, &extended.body["kind"]), (201, &json!("extend")));
    let now = app.get(&format!("{TRANSFERS}/{}", hold["id"].as_str().unwrap())).await.body;
    assert_eq!(
        (&now["remaining"], &now["expires_at"]),
        (&json!("6"), &json!("2026-01-01T01:00:00.000000Z"))
    );
    let void = app.send(axum::http::Method::POST, &path(&hold, "void"), &[], None).await;
    assert_eq!((void.status, &void.body["amount"]), (201, &json!("6")));
    let late = app.post(&path(&hold, "post"), json!({})).await;
    assert_eq!(late.problem().1, "ledger.transfer.pending_transfer_already_voided");
    assert_eq!(late.status, 409);
}

#[tokio::test]
async fn same_action_under_its_id_answers_200() {
    let app = App::with_accounts().await;
    let hold = app.make(pending("bank", "ann", "10")).await;
    let body = json!({ "id": "tr_01h455vb4pex5vsknk084sn02q" });
    assert_eq!(app.post(&path(&hold, "post"), body.clone()).await.status, 201);
    assert_eq!(app.post(&path(&hold, "post"), body.clone()).await.status, 200);
    let void = app.post(&path(&hold, "void"), body).await;
    assert_eq!(void.problem().1, "ledger.transfer.exists_with_different_flags");
    assert_eq!(void.status, 409);
}

#[tokio::test]
async fn expired_hold_is_shown_as_expired() {
    let app = App::with_accounts().await;
    let mut new = pending("bank", "ann", "10");
    new["timeout_s"] = json!(1);
    let hold = app.make(new).await;
    app.pass(1);
    let now = app.get(&format!("{TRANSFERS}/{}", hold["id"].as_str().unwrap())).await.body;
    assert_eq!((&now["status"], &now["remaining"]), (&json!("expired"), &json!("0")));
    assert_eq!(app.balances("ann").await["credits_pending"], "0");
    let post = app.post(&path(&hold, "post"), json!({})).await;
    assert_eq!(post.problem().1, "ledger.transfer.pending_transfer_expired");
}

#[tokio::test]
async fn reversal_goes_back_and_not_too_far() {
    let app = App::with_accounts().await;
    let paid = app.transfer("bank", "ann", 10).await;
    let part = app.post(&path(&paid, "reverse"), json!({ "amount": "3" })).await;
    assert_eq!(
        (part.status, &part.body["kind"], &part.body["reverses"]),
        (201, &json!("reverse"), &paid["id"])
    );
    assert_eq!(part.body["debit_account"], paid["credit_account"]);
    let too_much = app.post(&path(&paid, "reverse"), json!({ "amount": "8" })).await;
    assert_eq!(too_much.problem().1, "ledger.transfer.exceeds_reversible_amount");
    let rest = app.post(&path(&paid, "reverse"), json!({ "amount": "max" })).await;
    assert_eq!(rest.body["amount"], "7");
    let now = app.get(&format!("{TRANSFERS}/{}", paid["id"].as_str().unwrap())).await.body;
    assert_eq!(now["reversed"], "10");
    let listed =
        app.get(&format!("{TRANSFERS}?filter[reverses]={}", paid["id"].as_str().unwrap())).await;
    assert_eq!(listed.body["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn unknown_transfers_are_not_found() {
    let app = App::with_accounts().await;
    let id = "tr_01h455vb4pex5vsknk084sn02q";
    assert_eq!(
        app.get(&format!("{TRANSFERS}/{id}")).await.problem().1,
        "ledger.transfer.not_found"
    );
    for (action, body) in [
        ("post", json!({})),
        ("void", json!({})),
        ("extend", json!({ "timeout_s": 1 })),
        ("reverse", json!({})),
    ] {
        let answer = app.post(&format!("{TRANSFERS}/{id}/{action}"), body).await;
        assert_eq!(answer.problem().0, 404, "{action}");
    }
}

#[tokio::test]
async fn balancing_moves_what_there_is() {
    let app = App::with_accounts().await;
    app.transfer("bank", "ann", 10).await;
    let sweep = json!({ "debit_account": "ann", "credit_account": "bob", "asset": "EUR", "balancing": "debit" });
    let swept = app.make(sweep).await;
    assert_eq!((&swept["amount"], &swept["balancing"]), (&json!("10"), &json!("debit")));
}

#[tokio::test]
async fn closing_a_hold_closes_its_account_until_it_is_voided() {
    let app = App::with_accounts().await;
    let mut new = pending("ann", "bob", "0");
    new["closing"] = json!("debit");
    let hold = app.make(new).await;
    assert_eq!(app.get("/v1/ledger/accounts/ann").await.body["closed"], true);
    assert_eq!(app.try_make(item("bank", "ann", "1")).await, "credit_account_already_closed");
    assert_eq!(app.post(&path(&hold, "void"), json!({})).await.status, 201);
    assert_eq!(app.get("/v1/ledger/accounts/ann").await.body["closed"], false);
}

#[tokio::test]
async fn imports_bring_their_times() {
    let app = App::with_accounts().await;
    app.pass(86_400);
    let mut new = item("bank", "ann", "5");
    new["imported"] = json!(true);
    assert_eq!(app.try_make(new.clone()).await, "imported_event_timestamp_out_of_range");
    new["timestamp"] = json!("2026-01-01T12:00:00.5Z");
    let transfer = app.make(new).await;
    assert_eq!(
        (&transfer["at"], &transfer["imported"]),
        (&json!("2026-01-01T12:00:00.500000Z"), &json!(true))
    );
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let app = App::with_accounts().await;
    app.transfer("bank", "ann", 10).await;
    app.pass(60);
    let mut tagged = item("bank", "bob", "20");
    tagged["code"] = json!(7);
    tagged["reference"] = json!("invoice 7");
    tagged["metadata"] = json!({ "order": "7" });
    app.make(tagged).await;
    let hold = app.make(pending("ann", "bob", "3")).await;
    assert_eq!(app.post(&path(&hold, "post"), json!({})).await.status, 201);
    let seqs = async |query: &str| -> Vec<i64> {
        let answer = app.get(&format!("{TRANSFERS}?{query}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let data = answer.body["data"].as_array().unwrap().clone();
        data.iter().map(|transfer| transfer["seq"].as_i64().unwrap()).collect()
    };
    assert_eq!(seqs("").await, [4, 3, 2, 1]);
    assert_eq!(seqs("order=oldest").await, [1, 2, 3, 4]);
    assert_eq!(seqs("filter[account]=ann").await, [4, 3, 1]);
    assert_eq!(seqs("filter[account]=nobody").await, [0; 0]);
    assert_eq!(seqs("filter[asset]=EUR&filter[code]=7").await, [2]);
    assert_eq!(seqs("filter[kind]=pending").await, [3]);
    assert_eq!(seqs("filter[kind]=post").await, [4]);
    assert_eq!(seqs("filter[reference]=invoice+7").await, [2]);
    assert_eq!(seqs("filter[metadata][order]=7").await, [2]);
    assert_eq!(seqs("filter[amount][gte]=3&filter[amount][lte]=10").await, [4, 3, 1]);
    assert_eq!(seqs("filter[at][lt]=2026-01-01T00:01:00Z").await, [1]);
    let pending_id = hold["id"].as_str().unwrap();
    assert_eq!(seqs(&format!("filter[pending_id]={pending_id}")).await, [4]);
    let first = app.get(&format!("{TRANSFERS}?limit=3")).await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    assert_eq!(seqs(&format!("limit=3&cursor={cursor}")).await, [1]);
}
