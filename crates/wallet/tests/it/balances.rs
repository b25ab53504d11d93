//! What an account held at the end of each day.

use serde_json::Value;

use crate::app::{App, Person};

const DAY_S: u64 = 24 * 3600;

async fn days(app: &App, person: &Person, query: &str) -> Vec<String> {
    let path = format!("/v1/wallet/accounts/{}/balances?{query}", person.account("EUR"));
    let page = app.get(person, &path).await;
    let text = |it: &Value, field: &str| it[field].as_str().unwrap().to_owned();
    let line = |it: &Value| {
        ["date", "balance", "total_in", "total_out"].map(|field| text(it, field)).join(" ")
    };
    page.data().iter().map(line).collect()
}

#[tokio::test]
async fn a_day_ends_with_what_was_there_and_says_what_came_and_went() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 1_000).await, app.rich("bob", 50).await);
    app.transfer(&ann, &bob, 100).await;
    app.transfer(&bob, &ann, 30).await;
    app.pass(2 * DAY_S).await;
    app.transfer(&ann, &bob, 5).await;
    let held = app.hold(&ann, &bob, 200, 600).await;
    assert_eq!(
        days(&app, &ann, "from=2025-12-31").await,
        ["2025-12-31 0 0 0", "2026-01-01 930 1030 100", "2026-01-02 930 0 0", "2026-01-03 925 0 5",]
    );
    app.act(&bob, &format!("/v1/wallet/transfers/{held}/accept")).await;
    assert_eq!(days(&app, &ann, "from=2026-01-03").await, ["2026-01-03 725 0 205"]);
    assert_eq!(days(&app, &ann, "from=2026-01-02&to=2026-01-02").await, ["2026-01-02 930 0 0"]);
    let usual = days(&app, &ann, "").await;
    assert_eq!((usual.len(), usual[0].as_str()), (90, "2025-10-06 0 0 0"));
    assert_eq!(usual[89], "2026-01-03 725 0 205");
}

#[tokio::test]
async fn days_that_cannot_be_are_named() {
    let app = App::start().await;
    let ann = app.rich("ann", 1).await;
    for query in
        ["from=2026-01-02", "from=2024-12-31", "from=2025-01-02&to=2025-01-01", "to=yesterday"]
    {
        let path = format!("/v1/wallet/accounts/{}/balances?{query}", ann.account("EUR"));
        let answer = app.get(&ann, &path).await;
        assert_eq!(answer.problem(), (400, "request.query.invalid"), "{query}");
        let name = query.split('=').next().unwrap();
        assert_eq!(answer.body["errors"][0]["pointer"], format!("query:{name}"), "{query}");
    }
}
