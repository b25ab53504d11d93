use kernel::Amount;

use super::*;

fn option(name: &str, values: &[&str]) -> ProductOption {
    ProductOption {
        name: name.to_owned(),
        values: values.iter().map(|it| (*it).to_owned()).collect(),
    }
}

fn choices(pairs: &[(&str, &str)]) -> Choices {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn check(options: &[ProductOption], variants: &[(Choices, bool)]) -> Result<(), Misfit> {
    check_options(options, variants.iter().map(|(choices, is_active)| (choices, *is_active)))
}

#[test]
fn every_variant_has_a_combination_of_its_own() {
    let options = [option("Colour", &["red", "blue"]), option("Size", &["S"])];
    let red = choices(&[("Colour", "red"), ("Size", "S")]);
    let blue = choices(&[("Colour", "blue"), ("Size", "S")]);
    assert_eq!(check(&options, &[(red.clone(), true), (blue, true)]), Ok(()));
    assert_eq!(check(&options, &[(red.clone(), true), (red.clone(), false)]), Ok(()));
    let twice = check(&options, &[(red.clone(), true), (red, true)]).unwrap_err();
    assert_eq!(twice.variant, Some(1));
    for wrong in [
        choices(&[("Colour", "red")]),
        choices(&[("Colour", "green"), ("Size", "S")]),
        choices(&[("Colour", "red"), ("Size", "S"), ("Taste", "sweet")]),
    ] {
        assert_eq!(check(&options, &[(wrong, true)]).unwrap_err().variant, Some(0));
    }
}

#[test]
fn without_options_there_is_one_variant() {
    assert_eq!(check(&[], &[(choices(&[]), true)]), Ok(()));
    assert!(check(&[], &[(choices(&[]), true), (choices(&[]), true)]).is_err());
}

#[test]
fn options_and_values_are_named_once() {
    for options in [
        vec![option("Size", &["S"]), option("Size", &["M"])],
        vec![option("Size", &["S", "S"])],
        vec![option("Size", &[])],
    ] {
        assert_eq!(check(&options, &[]).unwrap_err().variant, None);
    }
}

#[test]
fn tiers_begin_with_one_piece() {
    let amount = Amount::new;
    let sorted = Tiers::try_new(vec![(10, amount(5)), (1, amount(7))]).unwrap();
    assert_eq!(sorted.0, [(1, amount(7)), (10, amount(5))]);
    assert_eq!(sorted.one(), Some(amount(7)));
    for wrong in [vec![], vec![(2, amount(5))], vec![(1, amount(5)), (1, amount(6))]] {
        assert_eq!(Tiers::try_new(wrong), None);
    }
}
