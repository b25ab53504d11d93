use super::*;

fn entry() -> HistoryEntry {
    HistoryEntry {
        transfer_id: TransferId::from_u128(1),
        at: Timestamp::UNIX_EPOCH,
        kind: EntryKind::Transfer,
        direction: Direction::In,
        amount: Amount::new(5),
        balance: Amount::new(5),
        counterparty: Some(Party {
            handle: Some("lukasz".into()),
            name: Some("Łukasz Żółć".into()),
            email: None,
        }),
        message: Some("Für die Pizza".into()),
        reference: Some("INV-17".into()),
        sequence: 1,
    }
}

#[test]
fn text_is_looked_for_everywhere_in_any_case() {
    for text in ["pizza", "FÜR", "inv-17", "LUKASZ", "żÓŁĆ"] {
        let query = HistoryQuery { text: Some(text.into()), ..HistoryQuery::default() };
        assert!(query.lets_through(&entry()), "{text}");
    }
    let query = HistoryQuery { text: Some("pasta".into()), ..HistoryQuery::default() };
    assert!(!query.lets_through(&entry()));
}

#[test]
fn counterparties_are_named_whole() {
    let check = |name: &str| {
        let query = HistoryQuery { counterparty: Some(name.into()), ..HistoryQuery::default() };
        query.lets_through(&entry())
    };
    assert!(check("lukasz") && check("@Lukasz"));
    assert!(!check("luka") && !check(""));
}

#[test]
fn amounts_are_bounded_on_both_sides() {
    let query = HistoryQuery {
        amount_min: Some(Amount::new(5)),
        amount_max: Some(Amount::new(7)),
        ..HistoryQuery::default()
    };
    let check = |amount| query.lets_record_through(EntryKind::Deposit, Direction::In, amount);
    assert!(check(5) && check(7) && !check(4) && !check(8));
}

#[test]
fn every_code_of_the_bank_has_a_kind() {
    for code in [200, 201, 204, 205, 207, 210, 211, 212, 213, 214, 220, 221, 240, 244] {
        assert_ne!(EntryKind::of(code), EntryKind::Other, "{code}");
    }
}
