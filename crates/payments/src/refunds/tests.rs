use super::RefundStatus::{Failed, Pending, Processing, Succeeded};
use super::*;
use crate::verdict::Verdict::{Ask, Go, Stay};

#[test]
fn every_transition_is_in_the_table() {
    let news = [Processing, Succeeded, Failed];
    let table = [
        (Pending, [(Go, Go), (Go, Go), (Go, Go)]),
        (Processing, [(Stay, Stay), (Go, Go), (Go, Go)]),
        (Succeeded, [(Stay, Stay), (Stay, Stay), (Ask, Go)]),
        (Failed, [(Stay, Stay), (Stay, Stay), (Stay, Stay)]),
    ];
    for (current, row) in table {
        for (news, expected) in news.into_iter().zip(row) {
            let found =
                (verdict(current, news, Source::Event), verdict(current, news, Source::Provider));
            assert_eq!(found, expected, "{current:?} hears {news:?}");
        }
    }
}

#[test]
fn names_are_read_back() {
    for status in RefundStatus::ALL {
        assert_eq!(RefundStatus::from_name(status.as_str()), Some(status));
    }
}
