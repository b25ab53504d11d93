//! What came in and went out.

use serde_json::{Value, json};

use crate::app::{App, Person};

async fn amounts(app: &App, person: &Person, query: &str) -> Vec<(String, String)> {
    let path = format!("/v1/wallet/accounts/{}/history?{query}", person.account("EUR"));
    let page = app.get(person, &path).await;
    let text = |it: &Value, field: &str| it[field].as_str().unwrap().to_owned();
    page.data().iter().map(|it| (text(it, "kind"), text(it, "amount"))).collect()
}

async fn filled() -> (App, Person, Person) {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 1_000).await, app.rich("bob", 1_000).await);
    let eve = app.person("eve").await;
    let send = async |to: &str, amount: &str, message: &str, reference: &str| {
        let body = json!({
            "to": { "handle": to }, "asset": "EUR", "amount": amount,
            "message": message, "reference": reference,
        });
        assert_eq!(app.post(&ann, "/v1/wallet/transfers", body).await.status, 201);
    };
    send("bob", "10", "Für die Pizza", "INV-1").await;
    send("eve", "20", "Taxi", "INV-2").await;
    app.clock.advance(std::time::Duration::from_secs(3_600));
    assert_eq!(app.transfer(&bob, &ann, 30).await.status, 201);
    let waiting = app.hold(&ann, &eve, 40, 600).await;
    app.hold(&ann, &eve, 50, 600).await;
    app.act(&eve, &format!("/v1/wallet/transfers/{waiting}/accept")).await;
    app.book("admin/adjustments", &ann.account("EUR"), "EUR", 5, 220).await;
    (app, ann, bob)
}

#[tokio::test]
async fn entries_are_newest_first_with_the_balance_after_each() {
    let (app, ann, _) = filled().await;
    let path = format!("/v1/wallet/accounts/{}/history", ann.account("EUR"));
    let page = app.get(&ann, &path).await;
    let line = |it: &Value| {
        let text = |field: &str| it[field].as_str().unwrap_or("-").to_owned();
        let party = it["counterparty"]["handle"].as_str().unwrap_or("-");
        format!(
            "{} {} {} {party} {}",
            text("kind"),
            text("direction"),
            text("amount"),
            text("balance")
        )
    };
    let lines: Vec<String> = page.data().iter().map(line).collect();
    let expected = [
        "adjustment in 5 - 965",
        "transfer out 40 eve 960",
        "transfer in 30 bob 1000",
        "transfer out 20 eve 970",
        "transfer out 10 bob 990",
        "deposit in 1000 - 1000",
    ];
    assert_eq!(lines, expected);
    assert_eq!(page.data()[4]["message"], "Für die Pizza");
    assert!(!page.body.to_string().contains("@example.org"));
}

#[tokio::test]
async fn filters_narrow_it_down() {
    let (app, ann, _) = filled().await;
    let check = async |query: &str, expected: &[&str]| {
        let found: Vec<String> =
            amounts(&app, &ann, query).await.into_iter().map(|(_, amount)| amount).collect();
        assert_eq!(found, expected, "{query}");
    };
    check("filter[direction]=in", &["5", "30", "1000"]).await;
    check("filter[counterparty]=eve", &["40", "20"]).await;
    check("filter[kind]=deposit", &["1000"]).await;
    check("filter[amount][gte]=20&filter[amount][lte]=30", &["30", "20"]).await;
    check("filter[from]=2026-01-01T00:30:00Z", &["5", "40", "30"]).await;
    check("filter[before]=2026-01-01T00:30:00Z", &["20", "10", "1000"]).await;
    check("q=pizza", &["10"]).await;
    check("q=inv-2", &["20"]).await;
    check("q=EVE", &["40", "20"]).await;
    check("q=nothing", &[]).await;
    let path = format!("/v1/wallet/accounts/{}/history", ann.account("EUR"));
    let unknown = app.get(&ann, &format!("{path}?filter[colour]=red")).await;
    assert_eq!(unknown.problem(), (400, "request.query.invalid"));
    let forged = app.get(&ann, &format!("{path}?cursor=zzz")).await;
    assert_eq!(forged.problem(), (400, "request.cursor.invalid"));
}

#[tokio::test]
async fn pages_go_on_without_gaps() {
    let (app, ann, _) = filled().await;
    let path = format!("/v1/wallet/accounts/{}/history?limit=2", ann.account("EUR"));
    let (mut seen, mut next) = (Vec::new(), path.clone());
    loop {
        let page = app.get(&ann, &next).await;
        seen.extend(page.data().iter().map(|it| it["amount"].as_str().unwrap().to_owned()));
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        assert!(page.headers.contains_key("link"));
        next = format!("{path}&cursor={cursor}");
    }
    assert_eq!(seen, ["5", "40", "30", "20", "10", "1000"]);
}

#[tokio::test]
async fn a_search_looks_at_so_much_and_goes_on() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 100_000).await, app.person("bob").await);
    let body =
        json!({ "to": { "handle": "bob" }, "asset": "EUR", "amount": "7", "reference": "oldest" });
    assert_eq!(app.post(&ann, "/v1/wallet/transfers", body).await.status, 201);
    let asset = app.ledger.asset("EUR").await.unwrap().unwrap().no;
    let many = (0..5_100).map(|_| ledger::engine::NewTransfer {
        id: ledger::TransferId::generate().as_u128(),
        debit_account: ann.id.account_id("EUR"),
        credit_account: bob.id.account_id("EUR"),
        amount: 1,
        asset,
        code: 200,
        ..Default::default()
    });
    app.ledger.create_transfers(many.collect()).await.unwrap();
    let path = format!("/v1/wallet/accounts/{}/history?q=oldest", ann.account("EUR"));
    let first = app.get(&ann, &path).await;
    assert!(first.data().is_empty());
    let cursor = first.body["next_cursor"].as_str().expect("there is more to look at");
    let second = app.get(&ann, &format!("{path}&cursor={cursor}")).await;
    assert_eq!(second.data()[0]["amount"], "7");
    assert_eq!(second.body["next_cursor"], Value::Null);
}

#[tokio::test]
async fn what_the_shop_takes_and_gives_back_has_words_and_names_its_order() {
    let app = App::start().await;
    let (ann, shop) = (app.rich("ann", 100_000).await, app.person("shop").await);
    let asset = app.ledger.asset("EUR").await.unwrap().unwrap().no;
    let (user, other) = (ann.id.account_id("EUR"), shop.id.account_id("EUR"));
    app.wallet.open(shop.id, "EUR").await.unwrap();
    let entry = |code, from, to, amount| ledger::engine::NewTransfer {
        id: ledger::TransferId::generate().as_u128(),
        debit_account: from,
        credit_account: to,
        amount,
        asset,
        code,
        extra: Some(Box::new(ledger::engine::Extra {
            reference: Some("ord_01h455vb4pex5vsknk084sn02q".into()),
            ..Default::default()
        })),
        ..Default::default()
    };
    let transfers = vec![entry(240, user, other, 1740), entry(244, other, user, 490)];
    app.ledger.create_transfers(transfers).await.unwrap();
    let path = format!("/v1/wallet/accounts/{}/history", ann.account("EUR"));
    let history = app.get(&ann, &path).await;
    let said: Vec<_> = history.data()[..2]
        .iter()
        .map(|it| (it["kind"].as_str().unwrap(), it["amount"].as_str().unwrap()))
        .collect();
    assert_eq!(said, [("purchase_refund", "490"), ("purchase", "1740")]);
    assert_eq!(history.data()[1]["reference"], "ord_01h455vb4pex5vsknk084sn02q");
    let purchases = app.get(&ann, &format!("{path}?filter[kind]=purchase")).await;
    assert_eq!(purchases.data().len(), 1);
}
