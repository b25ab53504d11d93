//! Dividing amounts so that the parts add up to the whole, to the last unit.

/// Divides `amount` in the proportion of the weights, by largest remainder (Hamilton's method): each
/// part is its exact share rounded down or up, and the largest fractions get the units that are
/// left, the earlier ones first among equals. If all weights are zero, nothing can be divided and
/// the first part gets it all.
///
/// # Panics
/// If there are no weights to divide among, or a product leaves 128 bits: amounts and weights are
/// below 2^63.
pub(crate) fn by_largest_remainder(amount: u128, weights: &[u128]) -> Vec<u128> {
    assert!(!weights.is_empty(), "something to divide among");
    let sum: u128 = weights.iter().sum();
    if sum == 0 {
        let mut parts = vec![0; weights.len()];
        parts[0] = amount;
        return parts;
    }
    let exact = |weight: &u128| amount.checked_mul(*weight).expect("amounts are below 2^63");
    let mut parts: Vec<u128> = weights.iter().map(|weight| exact(weight) / sum).collect();
    let mut left = amount - parts.iter().sum::<u128>();
    let mut places: Vec<usize> = (0..weights.len()).collect();
    places.sort_by_key(|place| std::cmp::Reverse(exact(&weights[*place]) % sum));
    for place in places {
        if left == 0 {
            break;
        }
        parts[place] += 1;
        left -= 1;
    }
    parts
}

/// What the pieces after the first `before` up to `after` cost of a total for `all` pieces. The
/// parts of any sequence of pieces add up to the total.
pub(crate) fn of_pieces(total: u128, all: u32, before: u32, after: u32) -> u128 {
    assert!(before <= after && after <= all && all > 0, "pieces of a line");
    let upto = |pieces: u32| total * u128::from(pieces) / u128::from(all);
    upto(after) - upto(before)
}

/// `amount * part / whole`, rounded to the nearest unit, halves up.
pub(crate) fn rounded(amount: u128, part: u128, whole: u128) -> u128 {
    assert!(whole > 0, "a part of something");
    let exact = amount.checked_mul(part).expect("amounts are below 2^63");
    (exact + whole / 2) / whole
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn largest_remainders_get_the_units_that_are_left() {
        let check = |amount, weights: &[u128], expected: &[u128]| {
            assert_eq!(by_largest_remainder(amount, weights), expected, "{amount} by {weights:?}");
        };
        check(10, &[1, 1, 1], &[4, 3, 3]);
        check(100, &[1, 2, 3], &[17, 33, 50]);
        check(1, &[0, 5], &[0, 1]);
        check(7, &[0, 0], &[7, 0]);
        check(0, &[3], &[0]);
    }

    #[test]
    fn pieces_of_a_total_add_up() {
        assert_eq!(of_pieces(100, 3, 0, 1), 33);
        assert_eq!(of_pieces(100, 3, 1, 2), 33);
        assert_eq!(of_pieces(100, 3, 2, 3), 34);
        assert_eq!(of_pieces(100, 3, 0, 3), 100);
        assert_eq!(of_pieces(0, 1, 0, 1), 0);
    }

    #[test]
    fn halves_are_rounded_up() {
        assert_eq!(rounded(5, 1, 10), 1);
        assert_eq!(rounded(4, 1, 10), 0);
        assert_eq!(rounded(1_200, 200_000, 1_200_000), 200);
    }

    proptest! {
        #[test]
        fn parts_add_up_and_are_within_a_unit_of_their_share(
            amount in 0u128..1 << 60,
            weights in proptest::collection::vec(0u128..1 << 40, 1..40),
        ) {
            let parts = by_largest_remainder(amount, &weights);
            prop_assert_eq!(parts.iter().sum::<u128>(), amount);
            let sum: u128 = weights.iter().sum();
            for (part, weight) in parts.iter().zip(&weights) {
                if let Some(low) = (amount * weight).checked_div(sum) {
                    prop_assert!(*part == low || *part == low + 1);
                }
            }
        }

        #[test]
        fn no_way_to_send_a_line_changes_what_it_costs(
            total in 0u128..1 << 50, all in 1u32..500, cut in 0u32..500,
        ) {
            let cut = cut.min(all);
            let parts = of_pieces(total, all, 0, cut) + of_pieces(total, all, cut, all);
            prop_assert_eq!(parts, total);
        }
    }
}
