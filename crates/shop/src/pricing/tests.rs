use kernel::Amount;
use proptest::prelude::*;

use super::promotions::{Conditions, Effect, SubtotalMin};
use super::shipping::ShippingRate;
use super::*;
use crate::ids::ShippingMethodId;

fn item(quantity: u32, unit_price: u128) -> Item {
    Item {
        variant: VariantId::from_u128(1),
        product: ProductId::from_u128(1),
        tags: Vec::new(),
        tax_class: "standard".to_owned(),
        weight_g: 100,
        needs_shipping: true,
        quantity,
        unit_price,
    }
}

fn promotion(id: u128, effect: Effect) -> Promotion {
    Promotion {
        id: PromotionId::from_u128(id),
        title: String::new(),
        code: None,
        effect,
        conditions: Conditions::default(),
        combines: true,
        priority: 0,
        starts_at: None,
        ends_at: None,
        uses_max: None,
        uses_max_per_customer: None,
        is_active: true,
        version: 1,
    }
}

fn percent(id: u128, rate: u32) -> Promotion {
    promotion(id, Effect::Percentage { rate })
}

fn amount(id: u128, amount: u128) -> Promotion {
    promotion(id, Effect::Amount { currency: "EUR".to_owned(), amount: Amount::new(amount) })
}

fn austria(are_inclusive: bool) -> TaxRules {
    let rate = |class: &str, rate| TaxRate {
        country: "AT".to_owned(),
        class: class.to_owned(),
        rate,
        title: String::new(),
    };
    let rates = vec![rate("standard", 200_000), rate("books", 100_000)];
    TaxRules { rates, are_inclusive, home: Some("AT".to_owned()) }
}

fn post(amount: u128, subtotal_min: Option<u128>) -> ShippingMethod {
    let rate = |amount, min: Option<u128>| ShippingRate {
        currency: "EUR".to_owned(),
        amount: Amount::new(amount),
        subtotal_min: min.map(Amount::new),
        weight_g_max: Some(10_000),
    };
    let mut rates = vec![rate(amount, None)];
    rates.splice(0..0, subtotal_min.map(|min| rate(0, Some(min))));
    ShippingMethod {
        id: ShippingMethodId::from_u128(1),
        handle: "post".to_owned(),
        title: "Post".to_owned(),
        countries: vec!["AT".to_owned()],
        tax_class: "standard".to_owned(),
        is_active: true,
        rates,
        version: 1,
    }
}

impl Priced {
    fn discount(&self) -> u128 {
        self.discounts.iter().map(|it| it.amount).sum()
    }

    fn tax(&self) -> u128 {
        self.taxes.iter().map(|it| it.amount).sum()
    }
}

struct Given<'a> {
    items: &'a [Item],
    promotions: &'a [Promotion],
    shipping: Option<&'a ShippingMethod>,
    taxes: TaxRules,
}

fn priced(given: &Given<'_>) -> Priced {
    let promotions: Vec<&Promotion> = given.promotions.iter().collect();
    let basket = Basket {
        items: given.items,
        currency: "EUR",
        country: Some("AT"),
        shipping: given.shipping,
        promotions: &promotions,
        taxes: &given.taxes,
    };
    price(&basket).unwrap()
}

fn with(items: &[Item], promotions: &[Promotion]) -> Priced {
    priced(&Given { items, promotions, shipping: None, taxes: TaxRules::default() })
}

#[test]
fn tax_is_in_the_price_or_comes_on_top() {
    let items = [item(2, 600), item(1, 1_200)];
    let given = |are_inclusive| Given {
        items: &items,
        promotions: &[],
        shipping: None,
        taxes: austria(are_inclusive),
    };
    let inside = priced(&given(true));
    assert_eq!((inside.total, inside.tax()), (2_400, 400));
    let on_top = priced(&given(false));
    assert_eq!((on_top.total, on_top.tax()), (2_880, 480));
    assert_eq!(on_top.lines[0].total, 1_440);
}

#[test]
fn each_class_has_its_rate_and_is_rounded_once() {
    let mut items = [item(1, 33), item(1, 33), item(1, 33)];
    items[2].tax_class = "books".to_owned();
    let result =
        priced(&Given { items: &items, promotions: &[], shipping: None, taxes: austria(false) });
    // 20 % of 66 is 13.2, of each half 6.6: rounded alone they would come to 14.
    let taxes: Vec<_> = result.taxes.iter().map(|it| (it.rate, it.amount)).collect();
    assert_eq!(taxes, [(200_000, 13), (100_000, 3)]);
    assert_eq!(result.lines.iter().map(|it| it.tax).collect::<Vec<_>>(), [7, 6, 3]);
}

#[test]
fn percentages_follow_each_other() {
    let result = with(&[item(1, 1_000)], &[percent(1, 100_000), percent(2, 500_000)]);
    assert_eq!(result.discounts.iter().map(|it| it.amount).collect::<Vec<_>>(), [100, 450]);
    assert_eq!(result.total, 450);
}

#[test]
fn what_does_not_combine_is_applied_alone_if_that_is_more() {
    let alone = |rate| Promotion { combines: false, ..percent(9, rate) };
    let ids = |result: &Priced| -> Vec<u128> {
        result.discounts.iter().map(|it| it.promotion.as_u128()).collect()
    };
    let items = [item(1, 1_000)];
    let more = with(&items, &[percent(1, 100_000), alone(300_000)]);
    assert_eq!((more.total, ids(&more)), (700, vec![9]));
    let less = with(&items, &[percent(1, 100_000), alone(50_000)]);
    assert_eq!((less.total, ids(&less)), (900, vec![1]));
}

#[test]
fn an_amount_is_divided_and_never_more_than_there_is() {
    let result = with(&[item(1, 100), item(1, 200)], &[amount(1, 100)]);
    assert_eq!(result.lines.iter().map(|it| it.discount).collect::<Vec<_>>(), [33, 67]);
    let all = with(&[item(1, 100), item(1, 200)], &[amount(1, 1_000), amount(2, 10)]);
    assert_eq!((all.total, all.discounts.len()), (0, 1));
}

#[test]
fn the_cheapest_pieces_are_free() {
    let free = |buy, get| promotion(1, Effect::BuyGet { buy, get, rate: 1_000_000 });
    let check = |items: &[Item], buy, get, off| {
        assert_eq!(with(items, &[free(buy, get)]).discount(), off, "{buy}+{get} of {items:?}");
    };
    check(&[item(3, 100)], 2, 1, 100);
    check(&[item(2, 100)], 2, 1, 0);
    check(&[item(1, 900), item(1, 500), item(1, 100)], 2, 1, 100);
    check(&[item(4, 900), item(2, 100)], 2, 1, 200);
    check(&[item(2, 900), item(4, 100)], 1, 1, 300);
}

#[test]
fn conditions_choose_the_pieces() {
    let mut items = [item(1, 1_000), item(1, 1_000)];
    items[1].tags = vec!["sale".to_owned()];
    let tags = Conditions { tags: vec!["sale".to_owned()], ..Conditions::default() };
    let result = with(&items, &[Promotion { conditions: tags, ..percent(1, 500_000) }]);
    assert_eq!((result.lines[0].discount, result.lines[1].discount), (0, 500));
    let min = |amount| SubtotalMin { currency: "EUR".to_owned(), amount: Amount::new(amount) };
    for (worth, off) in [(2_000, 200), (2_001, 0)] {
        let conditions = Conditions { subtotal_min: Some(min(worth)), ..Conditions::default() };
        let result = with(&items, &[Promotion { conditions, ..percent(1, 100_000) }]);
        assert_eq!(result.discount(), off);
    }
}

#[test]
fn sending_has_a_price_a_tax_and_may_be_free() {
    let items = [item(1, 1_000)];
    let post = post(600, Some(5_000));
    let given = |items: &[Item], promotions: &[Promotion]| {
        let taxes = austria(true);
        priced(&Given { items, promotions, shipping: Some(&post), taxes })
    };
    let paid = given(&items, &[]);
    let shipping = paid.shipping.unwrap();
    assert_eq!((paid.total, shipping.total, shipping.tax), (1_600, 600, 100));
    assert_eq!(given(&items, &[promotion(1, Effect::FreeShipping)]).total, 1_000);
    assert_eq!(given(&[item(5, 1_000)], &[]).total, 5_000);
    assert_eq!(given(&[item(101, 1)], &[]).shipping, None, "too heavy");
    let mut ticket = item(1, 1_000);
    ticket.needs_shipping = false;
    assert_eq!(given(&[ticket], &[]).shipping, None);
}

#[test]
fn amounts_out_of_any_reason_have_no_price() {
    let items = [item(1_000_000, 1 << 60)];
    let basket = Basket {
        items: &items,
        currency: "EUR",
        country: None,
        shipping: None,
        promotions: &[],
        taxes: &TaxRules::default(),
    };
    assert_eq!(price(&basket), None);
}

fn any_effect() -> impl Strategy<Value = Effect> {
    prop_oneof![
        (1u32..=1_000_000).prop_map(|rate| Effect::Percentage { rate }),
        (0u64..5_000).prop_map(|amount| Effect::Amount {
            currency: "EUR".to_owned(),
            amount: amount.into()
        }),
        (1u32..4, 1u32..4, 1u32..=1_000_000).prop_map(|(buy, get, rate)| Effect::BuyGet {
            buy,
            get,
            rate
        }),
        Just(Effect::FreeShipping),
    ]
}

proptest! {
    #[test]
    fn parts_always_add_up(
        lines in proptest::collection::vec((1u32..50, 0u128..100_000, any::<bool>()), 0..12),
        effects in proptest::collection::vec((any_effect(), any::<bool>()), 0..5),
        inclusive in any::<bool>(),
        fee in 0u128..2_000,
    ) {
        let items: Vec<Item> = lines.iter().map(|(quantity, price, is_book)| {
            let class = if *is_book { "books" } else { "standard" };
            Item { tax_class: class.to_owned(), ..item(*quantity, *price) }
        }).collect();
        let promotions: Vec<Promotion> = effects.into_iter().enumerate().map(|(id, (effect, combines))| {
            Promotion { combines, ..promotion(id as u128, effect) }
        }).collect();
        let method = post(fee, None);
        let given = Given {
            items: &items,
            promotions: &promotions,
            shipping: Some(&method),
            taxes: austria(inclusive),
        };
        let result = priced(&given);
        let all: Vec<&PricedLine> = result.lines.iter().chain(&result.shipping).collect();
        let sum = |part: fn(&PricedLine) -> u128| all.iter().map(|it| part(it)).sum::<u128>();
        prop_assert_eq!(sum(|it| it.total), result.total);
        prop_assert_eq!(sum(|it| it.tax), result.tax());
        prop_assert_eq!(sum(|it| it.discount), result.discount());
        let on_top = if inclusive { 0 } else { result.tax() };
        prop_assert_eq!(sum(|it| it.subtotal) - result.discount() + on_top, result.total);
        for line in all {
            prop_assert!(line.discount <= line.subtotal && line.tax <= line.total);
        }
    }
}
