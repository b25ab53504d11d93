//! Taking over what was before.

use kernel::{Amount, Clock as _, Timestamp};
use ledger::TransferId;
use serde_json::Value;
use wallet::{PastAccount, PastKind, PastOutcome, PastTransfer};

use crate::app::{App, Person};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn past(number: u128, from: Option<&Person>, to: &Person, amount: u128) -> PastTransfer {
    PastTransfer {
        id: TransferId::from_u128(number),
        at: at("2025-11-01T00:00:00Z"),
        kind: if from.is_some() { PastKind::Transfer } else { PastKind::Issue },
        from: from.map(|from| from.id),
        to: to.id,
        asset: "EUR".to_owned(),
        amount: Amount::new(amount),
        message: None,
        reference: None,
        outcome: PastOutcome::AtOnce,
    }
}

fn accounts(people: &[&Person]) -> Vec<PastAccount> {
    let account = |person: &&Person| PastAccount {
        user: person.id,
        asset: "EUR".to_owned(),
        opened_at: at("2025-10-01T00:00:00Z"),
    };
    people.iter().map(account).collect()
}

#[tokio::test]
async fn a_history_is_taken_over_with_its_times_and_outcomes() {
    let app = App::start().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let later = |day: &str| at(&format!("2025-11-{day}T08:00:00Z"));
    let mut all = vec![
        past(1, None, &ann, 1_000),
        PastTransfer {
            at: later("02"),
            message: Some("hi".into()),
            ..past(2, Some(&ann), &bob, 100)
        },
        PastTransfer {
            at: later("03"),
            outcome: PastOutcome::Accepted(later("05")),
            ..past(3, Some(&ann), &bob, 10)
        },
        PastTransfer {
            at: later("04"),
            outcome: PastOutcome::Declined(later("04")),
            ..past(4, Some(&ann), &bob, 20)
        },
        PastTransfer {
            at: later("04"),
            outcome: PastOutcome::Cancelled(later("06")),
            ..past(5, Some(&bob), &ann, 5)
        },
        PastTransfer {
            at: later("07"),
            outcome: PastOutcome::Expires,
            ..past(6, Some(&ann), &bob, 7)
        },
    ];
    all[2].reference = Some("INV-1".to_owned());
    let people = accounts(&[&ann, &bob]);
    // A repeat changes nothing.
    for _ in 0..2 {
        app.wallet.import_past(&people, &all).await.unwrap();
    }
    app.pass(2).await;
    assert_eq!(app.balance(&ann, "EUR").await, (890, 890));
    let list = app.get(&ann, "/v1/wallet/transfers").await;
    let line = |it: &Value| {
        let text = |field: &str| it[field].as_str().unwrap().to_owned();
        format!("{} {} {}", text("amount"), text("status"), &text("created_at")[..10])
    };
    let lines: Vec<String> = list.data().iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "7 expired 2025-11-07",
            "5 cancelled 2025-11-04",
            "20 declined 2025-11-04",
            "10 accepted 2025-11-03",
            "100 completed 2025-11-02",
        ]
    );
    assert_eq!(list.data()[4]["message"], "hi");
    let path = format!("/v1/wallet/accounts/{}", ann.account("EUR"));
    let days = app.get(&ann, &format!("{path}/balances?from=2025-11-01&to=2025-11-05")).await;
    let balances: Vec<&str> =
        days.data().iter().map(|it| it["balance"].as_str().unwrap()).collect();
    assert_eq!(balances, ["1000", "900", "900", "900", "890"]);
    let history = app.get(&ann, &format!("{path}/history?filter[kind]=issue")).await;
    assert_eq!(history.data()[0]["at"], "2025-11-01T00:00:00.000000Z");
    // Life goes on, and only that is news.
    assert_eq!(app.transfer(&ann, &bob, 1).await.status, 201);
    let news = app.wallet.feed(0, 100).await.unwrap();
    let news: Vec<u128> = news.iter().map(|event| event.amount.get()).collect();
    assert_eq!(news, [7, 1], "the expiry is of now");
}

#[tokio::test]
async fn the_past_is_not_rewritten_and_nobody_was_below_zero() {
    let app = App::start().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let people = accounts(&[&ann, &bob]);
    let poor = [past(1, None, &ann, 10), past(2, Some(&ann), &bob, 11)];
    assert!(app.wallet.import_past(&people, &poor).await.is_err());
    assert_eq!(app.balance(&bob, "EUR").await, (0, 0));
    assert_eq!(app.transfer(&ann, &bob, 3).await.status, 201);
    let late = [PastTransfer { at: app.clock.now(), ..past(3, Some(&ann), &bob, 1) }];
    assert!(app.wallet.import_past(&people, &late).await.is_err());
    assert_eq!(app.balance(&bob, "EUR").await, (3, 3));
}
