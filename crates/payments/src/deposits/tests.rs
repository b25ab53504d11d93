use super::DepositStatus::{Failed, Pending, Processing, RequiresAction, Reversed, Succeeded};
use super::*;
use crate::verdict::Verdict::{Ask, Contradiction, Go, Stay};

/// Rows: where we are. Columns: what we hear, from an event and from the provider.
#[test]
fn every_transition_is_in_the_table() {
    let news = [RequiresAction, Processing, Succeeded, Failed, Reversed];
    #[rustfmt::skip]
    let table = [
        (Pending,        [(Go, Go),     (Go, Go),     (Go, Go),               (Go, Go),               (Go, Go)]),
        (RequiresAction, [(Stay, Stay), (Go, Go),     (Go, Go),               (Go, Go),               (Go, Go)]),
        (Processing,     [(Stay, Stay), (Stay, Stay), (Go, Go),               (Go, Go),               (Go, Go)]),
        (Succeeded,      [(Stay, Stay), (Stay, Stay), (Stay, Stay),           (Ask, Contradiction),   (Ask, Go)]),
        (Failed,         [(Stay, Stay), (Stay, Stay), (Ask, Contradiction),   (Stay, Stay),           (Ask, Contradiction)]),
        (Reversed,       [(Stay, Stay), (Stay, Stay), (Stay, Stay),           (Stay, Stay),           (Stay, Stay)]),
    ];
    for (current, row) in table {
        for (news, (from_event, from_provider)) in news.into_iter().zip(row) {
            let found =
                (verdict(current, news, Source::Event), verdict(current, news, Source::Provider));
            assert_eq!(found, (from_event, from_provider), "{current:?} hears {news:?}");
        }
    }
}

#[test]
fn value_moves_only_on_the_way_to_a_status_that_says_so() {
    for current in [Pending, RequiresAction, Processing] {
        assert_eq!(steps(current, RequiresAction), [Step::Note]);
        assert_eq!(steps(current, Processing), [Step::Note]);
        assert_eq!(steps(current, Succeeded), [Step::Capture]);
        assert_eq!(steps(current, Failed), [Step::Release]);
        assert_eq!(steps(current, Reversed), [Step::Capture, Step::TakeBack]);
    }
    assert_eq!(steps(Succeeded, Reversed), [Step::TakeBack]);
}

/// Whatever order the same news comes in, the provider's present answer included when asked, the
/// end is the same.
#[test]
fn any_order_of_events_ends_where_the_payment_is() {
    let histories: [&[DepositStatus]; 4] = [
        &[Processing, Succeeded],
        &[RequiresAction, Processing, Succeeded, Reversed],
        &[RequiresAction, Processing, Failed],
        &[Processing, Succeeded, Reversed],
    ];
    for history in histories {
        let present = *history.last().unwrap();
        for order in permutations(history) {
            let mut current = Pending;
            for news in order.iter().chain(&order) {
                current = hear(current, *news, present);
            }
            assert_eq!(current, present, "{order:?}");
        }
    }
}

fn hear(current: DepositStatus, news: DepositStatus, present: DepositStatus) -> DepositStatus {
    match verdict(current, news, Source::Event) {
        Stay => current,
        Go => news,
        Contradiction => panic!("an event alone never contradicts"),
        Ask => match verdict(current, present, Source::Provider) {
            Go => present,
            Stay => current,
            other => panic!("{current:?} hears {news:?}, and is {present:?}: {other:?}"),
        },
    }
}

fn permutations(items: &[DepositStatus]) -> Vec<Vec<DepositStatus>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for at in 0..items.len() {
        let mut rest = items.to_vec();
        let first = rest.remove(at);
        all.extend(permutations(&rest).into_iter().map(|mut order| {
            order.insert(0, first);
            order
        }));
    }
    all
}

#[test]
fn names_are_read_back() {
    for status in DepositStatus::ALL {
        assert_eq!(DepositStatus::from_name(status.as_str()), Some(status));
    }
}

#[test]
fn browsers_are_sent_to_https_or_this_host_only() {
    for url in ["https://bank.example/x?y", "http://localhost:8080/", "http://127.0.0.1"] {
        assert!(http::is_return_url(url), "{url}");
    }
    for url in [
        "http://bank.example",
        "http://localhost.evil.example",
        "http://localhost:80@evil.example/",
        "http://127.0.0.1:80.evil.example",
        "javascript:alert(1)",
        "https://",
        "https://a b",
        "https://a\nb",
        "//bank.example",
    ] {
        assert!(!http::is_return_url(url), "{url}");
    }
}
