use super::*;

fn tiers(tiers: &[(u32, u64)]) -> Vec<(u32, Amount)> {
    tiers.iter().map(|(from, amount)| (*from, Amount::from(*amount))).collect()
}

#[test]
fn the_lowest_price_is_taken_from_quantity_to_quantity() {
    let check = |lists: &[&[(u32, u64)]], expected: &[(u32, u64)]| {
        let lists: Vec<_> = lists.iter().map(|it| tiers(it)).collect();
        let lists: Vec<&[(u32, Amount)]> = lists.iter().map(Vec::as_slice).collect();
        assert_eq!(lowest(&lists), tiers(expected), "{lists:?}");
    };
    check(&[], &[]);
    check(&[&[(1, 100), (10, 80)]], &[(1, 100), (10, 80)]);
    check(&[&[(1, 100), (10, 80)], &[(1, 90)]], &[(1, 90), (10, 80)]);
    check(&[&[(1, 100)], &[(5, 120), (20, 70)]], &[(1, 100), (20, 70)]);
    check(&[&[(3, 50)], &[(2, 60)]], &[(2, 60), (3, 50)]);
    // A tier that is dearer is one of its own list alone.
    check(&[&[(1, 50), (2, 90)], &[(1, 70)]], &[(1, 50), (2, 70)]);
}

#[test]
fn what_is_not_written_down_yet_counts_from_now() {
    let at = Timestamp::from_micros;
    let price = |amount: u64, from, until: Option<i64>| PastPrice {
        variant: VariantId::from_u128(1),
        currency: "EUR".to_owned(),
        amount: Amount::from(amount),
        from: at(from),
        until: until.map(at),
    };
    let past = vec![price(120, 1, Some(5)), price(100, 5, None)];
    assert_eq!(up_to_date(past.clone(), Amount::from(100_u64), at(9)), past);
    let expected = [price(120, 1, Some(5)), price(100, 5, Some(9)), price(80, 9, None)];
    assert_eq!(up_to_date(past, Amount::from(80_u64), at(9)), expected);
}
