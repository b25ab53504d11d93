use std::collections::{BTreeMap, BTreeSet};

use super::*;

#[test]
fn the_past_is_the_same_each_time_and_in_order() {
    let past = past();
    assert_eq!(past, super::past());
    assert!(past.is_sorted_by_key(|it| it.minute));
    assert!((1_500..4_000).contains(&past.len()), "{}", past.len());
    let end = |it: &Move| match it.outcome {
        Outcome::Accepted(later) | Outcome::Declined(later) | Outcome::Cancelled(later) => later,
        Outcome::AtOnce | Outcome::Expires => 0,
    };
    assert!(past.iter().all(|it| it.minute + end(it) < DAYS * 24 * 60));
}

#[test]
fn everything_happens_that_is_to_be_seen() {
    let past = past();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for it in &past {
        *seen.entry(it.asset).or_default() += 1;
        let outcome = match it.outcome {
            Outcome::AtOnce => "at once",
            Outcome::Accepted(_) => "accepted",
            Outcome::Declined(_) => "declined",
            Outcome::Cancelled(_) => "cancelled",
            Outcome::Expires => "expired",
        };
        *seen.entry(outcome).or_default() += 1;
    }
    for (what, at_least) in [
        ("EUR", 1_000),
        ("APPLE", 150),
        ("USD", 15),
        ("BOOK", 30),
        ("accepted", 20),
        ("declined", 5),
        ("cancelled", 5),
        ("expired", 3),
    ] {
        assert!(seen.get(what).is_some_and(|count| *count >= at_least), "{what}: {seen:?}");
    }
    let salaries = past.iter().filter(|it| it.from == Some(who("northwind")) && it.asset == "EUR");
    assert!(salaries.count() > 30, "everybody is paid twice");
}

#[test]
fn nobody_has_less_than_nothing() {
    let mut events: Vec<(u32, Who, &str, i64)> = Vec::new();
    for it in past() {
        let (asset, amount) = (it.asset, i64::try_from(it.amount).unwrap());
        if let Some(from) = it.from {
            events.push((it.minute, from, asset, -amount));
        }
        match (it.outcome, it.from) {
            (Outcome::AtOnce, _) => events.push((it.minute, it.to, asset, amount)),
            (Outcome::Accepted(later), _) => events.push((it.minute + later, it.to, asset, amount)),
            (Outcome::Declined(later) | Outcome::Cancelled(later), Some(from)) => {
                events.push((it.minute + later, from, asset, amount));
            }
            _ => {}
        }
    }
    events.sort_by_key(|event| event.0);
    let mut balances: BTreeMap<(Who, &str), i64> = BTreeMap::new();
    for (minute, who, asset, amount) in events {
        let balance = balances.entry((who, asset)).or_default();
        *balance += amount;
        assert!(*balance >= 0, "{} has {balance} {asset} at {minute}", CAST[who].handle);
    }
}

#[test]
fn names_are_different_and_whoever_can_be_chosen_is_there() {
    let handles: BTreeSet<&str> = CAST.iter().map(|member| member.handle).collect();
    assert_eq!(handles.len(), CAST.len());
    assert!(SHOWN.iter().all(|(handle, ..)| handles.contains(handle)));
    // The walk of the README signs these up.
    assert!(!handles.contains("ann") && !handles.contains("carl"));
    let of = |role: Role| CAST.iter().filter(|member| member.role == role).count();
    assert_eq!(
        [Role::Person, Role::Company, Role::Manager, Role::Administrator].map(of),
        [30, 6, 1, 1]
    );
}
