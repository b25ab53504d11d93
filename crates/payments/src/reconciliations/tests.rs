use super::*;

fn item(reference: &str, asset: &str, ours: Option<i128>, theirs: Option<i128>) -> Item {
    Item {
        subject: Subject::Deposit,
        reference: reference.to_owned(),
        asset: asset.to_owned(),
        ours: ours.map(SignedAmount::new),
        theirs: theirs.map(SignedAmount::new),
        moved_at: Timestamp::from_micros(1),
    }
}

fn kinds(items: Vec<Item>) -> Vec<Kind> {
    differences(items).into_iter().map(|found| found.kind).collect()
}

#[test]
fn a_difference_says_which_side_lacks_what() {
    assert_eq!(kinds(vec![item("a", "EUR", None, Some(5))]), [Kind::MissingHere]);
    assert_eq!(kinds(vec![item("a", "EUR", Some(5), None)]), [Kind::MissingThere]);
    assert_eq!(kinds(vec![item("a", "EUR", Some(5), Some(4))]), [Kind::Amount]);
    let fee = Item { subject: Subject::Fee, ..item("a", "EUR", None, Some(-4)) };
    assert_eq!(kinds(vec![fee]), [Kind::Fee]);
}

#[test]
fn one_thing_in_two_currencies_is_one_difference() {
    let sides = [item("a", "EUR", None, Some(5)), item("a", "USD", Some(6), None)];
    for items in [sides.to_vec(), sides.iter().rev().cloned().collect()] {
        let found = differences(items);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].kind, Kind::Currency);
        assert_eq!((found[0].asset.as_str(), found[0].ours), ("USD", Some(SignedAmount::new(6))));
        assert_eq!(found[0].theirs_asset, "EUR");
        assert_eq!(found[0].theirs, Some(SignedAmount::new(5)));
    }
    let others = [item("a", "EUR", None, Some(5)), item("b", "USD", Some(6), None)];
    assert_eq!(kinds(others.to_vec()), [Kind::MissingHere, Kind::MissingThere]);
    let same_side = [item("a", "EUR", None, Some(5)), item("a", "USD", None, Some(6))];
    assert_eq!(kinds(same_side.to_vec()), [Kind::MissingHere, Kind::MissingHere]);
}

#[test]
fn differences_are_numbered_from_one() {
    let found = differences(vec![item("a", "EUR", None, Some(5)), item("b", "EUR", Some(1), None)]);
    assert_eq!(found.iter().map(|it| it.number).collect::<Vec<_>>(), [1, 2]);
}
