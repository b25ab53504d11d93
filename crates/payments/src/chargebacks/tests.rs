use super::DisputeStatus::{Lost, Open, Won};
use super::*;

#[test]
fn every_transition_is_in_the_table() {
    for (current, news, expected) in [
        (Open, Open, Open),
        (Open, Won, Won),
        (Open, Lost, Lost),
        (Won, Open, Won),
        (Won, Lost, Won),
        (Lost, Open, Lost),
        (Lost, Won, Lost),
    ] {
        assert_eq!(after(current, news), expected, "{current:?} hears {news:?}");
    }
}

#[test]
fn what_was_taken_is_given_back_once_and_only_when_won() {
    for (status, is_taken, is_given, expected) in [
        (Open, false, false, Due::Take),
        (Open, true, false, Due::Nothing),
        (Lost, false, false, Due::Take),
        (Lost, true, false, Due::Nothing),
        (Won, false, false, Due::Take),
        (Won, true, false, Due::Give),
        (Won, true, true, Due::Nothing),
    ] {
        assert_eq!(due(status, is_taken, is_given), expected, "{status:?} {is_taken} {is_given}");
    }
}

#[test]
fn names_are_read_back() {
    for status in [Open, Won, Lost] {
        assert_eq!(status_of(status_name(status)), Some(status));
    }
}
