//! Statements add up, in every form.

use serde_json::{Value, json};

use crate::app::{App, Person};

async fn filled() -> (App, Person, Person) {
    let app = App::start().await;
    let roles = identity::RoleSet::default().with(identity::Role::User);
    let ann = app.person_named("lukasz", "Łukasz Żółć Ørsted Ümit 李", roles).await;
    app.fund(&ann, "EUR", 100_000).await;
    let bob = app.person_named("bob", "=HYPERLINK(\"x\")", roles).await;
    for amount in 1..=5 {
        let body = json!({
            "to": { "handle": "bob" }, "asset": "EUR", "amount": amount.to_string(),
            "message": "=1+1", "reference": "@SUM(A1)",
        });
        assert_eq!(app.post(&ann, "/v1/wallet/transfers", body).await.status, 201);
    }
    app.hold(&ann, &bob, 500, 3_600).await;
    app.pass(40 * 24 * 3_600).await;
    assert_eq!(app.transfer(&bob, &ann, 3).await.status, 201);
    app.pass(1).await;
    (app, ann, bob)
}

fn path(person: &Person, month: &str, query: &str) -> String {
    format!("/v1/wallet/accounts/{}/statements/{month}{query}", person.account("EUR"))
}

#[tokio::test]
async fn months_add_up_and_follow_each_other() {
    let (app, ann, bob) = filled().await;
    let list =
        app.get(&ann, &format!("/v1/wallet/accounts/{}/statements", ann.account("EUR"))).await;
    assert_eq!(
        list.body["data"],
        json!([
            { "month": "2026-02", "is_complete": false },
            { "month": "2026-01", "is_complete": true },
        ])
    );
    for person in [&ann, &bob] {
        let mut closing_before = json!("0");
        for month in ["2026-01", "2026-02"] {
            let statement = app.get(person, &path(person, month, "")).await;
            assert_eq!(statement.headers["content-type"], "application/json");
            let number = |value: &Value| value.as_str().unwrap().parse::<i128>().unwrap();
            let body = &statement.body;
            let (mut sum_in, mut sum_out) = (0, 0);
            for entry in body["entries"].as_array().unwrap() {
                let amount = number(&entry["amount"]);
                if entry["direction"] == "in" {
                    sum_in += amount
                } else {
                    sum_out += amount
                }
                let balance = number(&body["opening_balance"]) + sum_in - sum_out;
                assert_eq!(number(&entry["balance"]), balance);
            }
            assert_eq!((number(&body["total_in"]), number(&body["total_out"])), (sum_in, sum_out));
            let closing = number(&body["opening_balance"]) + sum_in - sum_out;
            assert_eq!(number(&body["closing_balance"]), closing);
            assert_eq!(body["opening_balance"], closing_before);
            closing_before = body["closing_balance"].clone();
        }
    }
    let january = app.get(&ann, &path(&ann, "2026-01", "")).await.body;
    assert_eq!(january["entries"].as_array().unwrap().len(), 6);
    assert_eq!(
        (&january["closing_balance"], &january["is_complete"]),
        (&json!("99985"), &json!(true))
    );
}

#[tokio::test]
async fn csv_has_numbers_and_no_formulas() {
    let (app, ann, bob) = filled().await;
    let csv = app.get(&ann, &path(&ann, "2026-01", "?format=csv")).await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    let name = "attachment; filename=\"statement-2026-01-EUR.csv\"";
    assert_eq!(csv.headers["content-disposition"], name);
    let text = String::from_utf8(csv.bytes.to_vec()).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 8, "opening, six entries, closing");
    assert_eq!((&rows[0][1], &rows[0][6], &rows[7][6]), ("opening_balance", "0.00", "999.85"));
    let sent = &rows[2];
    assert_eq!(&sent[2], "'=HYPERLINK(\"x\") (@bob)");
    assert_eq!((&sent[3], &sent[4], &sent[5], &sent[6]), ("'=1+1", "'@SUM(A1)", "-0.01", "999.99"));
    for row in &rows {
        for (index, field) in row.iter().enumerate().filter(|(index, _)| ![5, 6].contains(index)) {
            assert!(!field.starts_with(['=', '+', '-', '@', '\t', '\r']), "{index}: {field}");
        }
    }
    let headers = [("accept", "text/csv")];
    let by_accept =
        app.send(&bob, axum::http::Method::GET, &path(&bob, "2026-01", ""), &headers, None).await;
    assert!(by_accept.bytes.starts_with(b"time,kind,"));
}

#[tokio::test]
async fn pdf_is_one_with_its_letters() {
    let (app, ann, _) = filled().await;
    let pdf = app.get(&ann, &path(&ann, "2026-01", "?format=pdf")).await;
    assert_eq!(pdf.headers["content-type"], "application/pdf");
    assert!(pdf.bytes.starts_with(b"%PDF-1.7") && pdf.bytes.ends_with(b"%%EOF"));
    let has = |text: &[u8]| pdf.bytes.windows(text.len()).any(|window| window == text);
    assert!(has(b"/FontFile2") && has(b"/ToUnicode") && has(b"BUSHEL+NotoSans"));
    assert!(pdf.bytes.len() < 60_000, "only the letters that are used: {}", pdf.bytes.len());
}

#[tokio::test]
async fn other_months_and_formats_are_refused() {
    let (app, ann, _) = filled().await;
    for (month, query, expected) in [
        ("2025-12", "", (404, "wallet.statement.not_found")),
        ("2026-03", "", (404, "wallet.statement.not_found")),
        ("2026-13", "", (400, "request.path.invalid")),
        ("january", "", (400, "request.path.invalid")),
        ("2026-01", "?format=xml", (400, "request.query.invalid")),
    ] {
        let answer = app.get(&ann, &path(&ann, month, query)).await;
        assert_eq!(answer.problem(), expected, "{month}{query}");
    }
}
