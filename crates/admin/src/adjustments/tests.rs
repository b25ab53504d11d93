use super::*;

fn adjustment(state: State) -> Adjustment {
    let id = AdjustmentId::from_u128(7);
    let now = Timestamp::UNIX_EPOCH;
    Adjustment {
        id,
        account: AccountId::from_u128(100),
        user: UserId::from_u128(3),
        asset: "EUR".to_owned(),
        scale: 2,
        direction: Direction::Credit,
        amount: Amount::new(1250),
        reason: "a fee was taken twice".to_owned(),
        reference: None,
        reverses: None,
        transfer_id: transfer_id(id),
        state,
        proposed_by: UserId::from_u128(1),
        proposed_at: now,
        expires_at: now.saturating_add(OPEN_MAX),
        decided_by: None,
        decided_at: None,
        decision_reason: None,
        settled_at: None,
        failure: None,
    }
}

fn refusal(adjustment: &Adjustment, person: u128, now: Timestamp) -> Option<&'static str> {
    use kernel::DomainError as _;
    adjustment.why_not_decided_by(UserId::from_u128(person), now).map(|error| error.code())
}

#[test]
fn only_a_third_person_decides() {
    let (proposed, now) = (adjustment(State::Proposed), Timestamp::UNIX_EPOCH);
    assert_eq!(refusal(&proposed, 2, now), None);
    assert_eq!(refusal(&proposed, 1, now), Some("admin.adjustment.own_proposal"));
    assert_eq!(refusal(&proposed, 3, now), Some("admin.adjustment.own_account"));
}

#[test]
fn what_is_decided_or_too_old_stays_as_it_is() {
    let now = Timestamp::UNIX_EPOCH;
    for state in State::ALL {
        let code = match state {
            State::Proposed => None,
            State::Expired => Some("admin.adjustment.expired"),
            _ => Some("admin.adjustment.not_proposed"),
        };
        assert_eq!(refusal(&adjustment(state), 2, now), code, "{state}");
    }
    let late = now.saturating_add(OPEN_MAX);
    assert_eq!(refusal(&adjustment(State::Proposed), 2, late), Some("admin.adjustment.expired"));
}

#[test]
fn only_what_was_moved_can_be_taken_back_and_only_once_over() {
    assert!(adjustment(State::Applied).why_not_reversible().is_none());
    for state in State::ALL.into_iter().filter(|state| *state != State::Applied) {
        let error = adjustment(state).why_not_reversible();
        assert!(matches!(error, Some(AdminError::NotApplied(_))), "{state}");
    }
    let reversal =
        Adjustment { reverses: Some(AdjustmentId::from_u128(6)), ..adjustment(State::Applied) };
    assert!(matches!(reversal.why_not_reversible(), Some(AdminError::IsReversal)));
}

#[test]
fn transfers_go_the_right_way_under_an_id_that_follows() {
    let credit = adjustment(State::Approved);
    let moved = credit.transfer(9, 1);
    assert_eq!((moved.debit_account, moved.credit_account, moved.amount), (9, 100, 1250));
    assert_eq!((moved.code, moved.extra().reverses), (220, 0));
    assert_eq!(moved.id, transfer_id(AdjustmentId::from_u128(7)).as_u128());
    let reversal = Adjustment {
        id: AdjustmentId::from_u128(8),
        direction: credit.direction.opposite(),
        reverses: Some(credit.id),
        ..credit.clone()
    };
    let back = reversal.transfer(9, 1);
    assert_eq!((back.debit_account, back.credit_account, back.code), (100, 9, 221));
    assert_eq!(back.extra().reverses, moved.id);
}

#[test]
fn derived_ids_differ_and_lie_before_time_ordered_ones() {
    let ids = [transfer_id(AdjustmentId::from_u128(1)), transfer_id(AdjustmentId::from_u128(2))];
    assert_ne!(ids[0], ids[1]);
    assert_ne!(house_id("EUR"), house_id("USD"));
    assert!(ids.iter().all(|id| id.as_u128() >> 112 == 0));
}

#[test]
fn names_are_read_back() {
    assert!(State::ALL.iter().all(|state| state.as_str().parse() == Ok(*state)));
    assert_eq!("debit".parse(), Ok(Direction::Debit));
    assert_eq!("gone".parse::<State>(), Err(()));
}
