use super::*;

fn part(currency: &str, day: i64, figures: Figures) -> Part {
    let starts_at = Timestamp::from_micros(day * 86_400_000_000);
    Part { currency: currency.to_owned(), scale: 2, starts_at, figures }
}

fn sold(orders: i64, total: u128) -> Figures {
    Figures { orders, total: Amount::new(total), ..Figures::default() }
}

#[test]
fn parts_of_one_time_come_together_and_add_up() {
    let refunds = Figures { refunds: Amount::new(700), ..Figures::default() };
    let lines = Figures { units: 4, gross: Amount::new(500), ..Figures::default() };
    let parts = vec![
        part("USD", 1, sold(1, 100)),
        part("EUR", 2, sold(1, 200)),
        part("EUR", 1, sold(2, 300)),
        part("EUR", 1, lines),
        part("EUR", 3, refunds),
    ];
    let all = put_together(parts, Vec::new()).unwrap();
    assert_eq!(all.iter().map(|it| &*it.currency).collect::<Vec<_>>(), ["EUR", "USD"]);
    assert_eq!(all[0].periods.len(), 3);
    assert_eq!((all[0].periods[0].1.orders, all[0].periods[0].1.units), (2, 4));
    assert_eq!((all[0].total.orders, all[0].total.total.get()), (3, 500));
    assert_eq!(all[0].total.net().unwrap().get(), -200);
}

#[test]
fn products_stand_with_their_currency_in_their_order() {
    let best = |currency: &str, title: &str| BestProduct {
        currency: currency.to_owned(),
        product: ProductId::from_u128(1),
        handle: title.to_owned(),
        title: title.to_owned(),
        units: 1,
        total: Amount::new(1),
    };
    let parts = vec![part("EUR", 1, sold(1, 1)), part("USD", 1, sold(1, 1))];
    let best = vec![best("EUR", "a"), best("USD", "b"), best("EUR", "c")];
    let all = put_together(parts, best).unwrap();
    let titles = |at: usize| all[at].products.iter().map(|it| &*it.title).collect::<Vec<_>>();
    assert_eq!((titles(0), titles(1)), (vec!["a", "c"], vec!["b"]));
}
