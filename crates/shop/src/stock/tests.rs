use super::*;

fn levels(places: &[(u128, u128)], backordered: u128, backorder_max: u128) -> Levels {
    let level = |(on_hand, reserved): &(u128, u128)| Level {
        on_hand: Amount::new(*on_hand),
        reserved: Amount::new(*reserved),
    };
    Levels {
        places: places.iter().map(level).collect(),
        backordered: Amount::new(backordered),
        backorder_max,
    }
}

#[test]
fn what_is_held_or_waited_for_is_not_free() {
    let it = levels(&[(10, 4), (5, 0)], 3, 8);
    assert_eq!((it.free(), it.backorder_room(), it.sellable()), (8, 5, 13));
    assert_eq!(levels(&[(1, 0)], 3, 3).sellable(), 0);
    assert_eq!(levels(&[], 0, 0).sellable(), 0);
}

#[test]
fn one_place_is_better_than_two_and_two_better_than_none() {
    let check = |it: Levels, pieces, expected: Option<&[(Option<usize>, u128)]>| {
        assert_eq!(it.allocate(pieces).as_deref(), expected, "{pieces} of {it:?}");
    };
    let two = || levels(&[(3, 0), (5, 0)], 0, 0);
    check(two(), 3, Some(&[(Some(0), 3)]));
    check(two(), 4, Some(&[(Some(1), 4)]));
    check(two(), 7, Some(&[(Some(0), 3), (Some(1), 4)]));
    check(two(), 9, None);
    check(levels(&[(3, 0)], 0, 2), 5, Some(&[(Some(0), 3), (None, 2)]));
    check(levels(&[(0, 0)], 0, 2), 2, Some(&[(None, 2)]));
    check(levels(&[(3, 3)], 1, 2), 2, None);
}

#[test]
fn an_allocation_takes_what_was_asked_and_never_more_than_there_is() {
    use proptest::prelude::*;
    let places = proptest::collection::vec((0u128..20, 0u128..20), 0..5);
    proptest!(|(places in places, backordered in 0u128..10, max in 0u128..10, pieces in 1u128..60)| {
        let it = levels(&places, backordered.min(max), max);
        let Some(taken) = it.allocate(pieces) else {
            prop_assert!(pieces > it.sellable());
            return Ok(());
        };
        prop_assert_eq!(taken.iter().map(|(_, pieces)| pieces).sum::<u128>(), pieces);
        for (place, pieces) in taken {
            prop_assert!(pieces > 0);
            match place {
                Some(index) => prop_assert!(pieces <= it.places[index].free()),
                None => prop_assert!(pieces <= it.backorder_room()),
            }
        }
    });
}
