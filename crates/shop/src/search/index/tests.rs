use proptest::prelude::*;

use super::*;
use crate::availability::Availability;
use crate::search::Filters;

fn id(number: u32) -> Uuid {
    Uuid::from_u128(u128::from(number))
}

fn document(number: u32, title: &str) -> Document {
    Document {
        id: id(number),
        created_at: i64::from(number),
        title: title.to_owned(),
        texts: vec![("en".to_owned(), title.to_owned(), String::new())],
        availability: Some(Availability::InStock),
        ..Document::default()
    }
}

fn index(documents: &[Document]) -> SearchIndex {
    let index = SearchIndex::open(None, "en").unwrap();
    // In two segments, as it is after changes.
    let (first, second) = documents.split_at(documents.len() / 2);
    for part in [first, second] {
        index.put(&[], part).unwrap();
        index.commit(&Position::default()).unwrap();
    }
    index
}

fn words(text: &str) -> Asked {
    Asked {
        words: Some(text.to_owned()),
        sort: Sort::Relevance,
        currency: "EUR".to_owned(),
        language: "en".to_owned(),
        ..Asked::default()
    }
}

fn numbers(hits: &[Hit]) -> Vec<u32> {
    hits.iter().map(|hit| u32::try_from(hit.id.as_u128()).unwrap()).collect()
}

fn found(index: &SearchIndex, asked: &Asked) -> Vec<u32> {
    numbers(&index.search(asked, None, 100).unwrap())
}

/// All pages of a length.
fn paged(index: &SearchIndex, asked: &Asked, limit: usize) -> Vec<u32> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let hits = index.search(asked, after.as_ref(), limit).unwrap();
        let Some(last) = hits.last() else { return numbers(&all) };
        after = Some(last.place.clone());
        all.extend(hits);
    }
}

#[test]
fn titles_come_before_tags_and_these_before_descriptions() {
    let mut described = document(1, "A box");
    described.texts[0].2 = "lantern ".repeat(50);
    let tagged = Document { tags: vec!["lantern".to_owned()], ..document(2, "A box") };
    let index =
        index(&[described, tagged, document(3, "A lantern that glows"), document(4, "Hat")]);
    assert_eq!(found(&index, &words("lantern")), [3, 2, 1]);
}

#[test]
fn the_best_is_found_wherever_it_stands() {
    // Far behind: words of many products lie in blocks of 128.
    let mut documents: Vec<Document> = (1..=1_000)
        .map(|number| document(number, "A lantern that glows and stands in the garden at night"))
        .collect();
    documents[199].title = "Lantern".to_owned();
    documents[199].texts[0].1 = "Lantern".to_owned();
    let index = index(&documents);
    for limit in [1, 3, 200] {
        let hits = index.search(&words("lantern"), None, limit).unwrap();
        assert_eq!((numbers(&hits)[0], hits.len()), (200, limit));
    }
    assert_eq!(paged(&index, &words("lantern"), 130).len(), 1_000);
}

#[test]
fn what_is_out_of_stock_comes_behind_its_like_but_not_behind_worse() {
    let gone = |number, title| Document {
        availability: Some(Availability::OutOfStock),
        ..document(number, title)
    };
    let tagged = Document { tags: vec!["lantern".to_owned()], ..document(3, "A box") };
    let index = index(&[gone(1, "Red lantern"), document(2, "Blue lantern"), tagged]);
    assert_eq!(found(&index, &words("lantern")), [2, 1, 3]);
}

#[test]
fn a_beginning_stands_for_as_many_words_however_the_index_is_cut() {
    // Each word is in both segments.
    let title = |number: u32| format!("lant{}", char::from_u32('a' as u32 + number % 24).unwrap());
    let documents: Vec<Document> = (0..48).map(|it| document(it, &title(it))).collect();
    assert_eq!(found(&index(&documents), &words("lant")).len(), 48);
}

#[test]
fn words_are_found_in_other_forms_and_by_their_beginning() {
    let index = index(&[document(1, "Glowing lanterns"), document(2, "Lamp"), document(3, "Hat")]);
    for text in ["lantern", "LANTERNS", "glow", "glows lantern", "lant", "glowing la"] {
        assert_eq!(found(&index, &words(text)), [1], "{text}");
    }
    assert_eq!(found(&index, &words("la")).len(), 2);
    assert_eq!(found(&index, &words("lant glowing")).len(), 1, "only the last is a beginning");
}

#[test]
fn typing_errors_are_forgiven_where_nobody_uses_the_word() {
    let index = index(&[document(1, "Paper lantern"), document(2, "Pepper mill")]);
    for text in ["lantren", "lanterm", "papper lantern", "lntern"] {
        assert_eq!(found(&index, &words(text)), [1], "{text}");
    }
    assert_eq!(found(&index, &words("pepper")), [2], "a word that is used means itself");
    assert!(found(&index, &words("zzzzzz")).is_empty());
    assert!(found(&index, &words("xy")).is_empty());
}

#[test]
fn if_nothing_has_all_words_one_may_be_missing() {
    let index = index(&[document(1, "Paper lantern"), document(2, "Lamp of glass")]);
    assert_eq!(found(&index, &words("paper glass lantern")), [1]);
    let mut filtered = words("paper glass lantern");
    filtered.filters.tags = vec!["none".to_owned()];
    assert!(found(&index, &filtered).is_empty());
    assert_eq!(index.facets(&words("paper glass lantern")).unwrap().total, 1);
}

#[test]
fn other_languages_are_found_in_their_forms() {
    let mut it = document(1, "Paper lantern");
    it.texts.push(("de".to_owned(), "Grüne Papierlaternen".to_owned(), String::new()));
    it.texts.push(("ja".to_owned(), "提灯 lamp".to_owned(), String::new()));
    let index = index(&[it, document(2, "Hat")]);
    let german = |text| Asked { language: "de".to_owned(), ..words(text) };
    for asked in [german("papierlaterne"), german("grun"), german("lanterns"), words("grüne")] {
        assert_eq!(found(&index, &asked), [1], "{asked:?}");
    }
    assert_eq!(found(&index, &Asked { language: "ja".to_owned(), ..words("提灯") }), [1]);
}

#[test]
fn hostile_words_find_nothing_and_break_nothing() {
    let index = index(&[document(1, "Paper lantern")]);
    let long = "a".repeat(200);
    let many = "paper ".repeat(100);
    for text in ["", "   ", "\u{0}", "***", "title:x AND (", "\"", "\u{1f}", "ﷺ", &long] {
        assert!(found(&index, &words(text)).is_empty(), "{text:?}");
    }
    assert_eq!(found(&index, &words(&many)), [1]);
}

fn filtered(change: impl FnOnce(&mut Filters)) -> Asked {
    let mut filters = Filters::default();
    change(&mut filters);
    Asked { filters, currency: "EUR".to_owned(), ..Asked::default() }
}

fn stock() -> SearchIndex {
    let option = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let make = |number, vendor: &str, tags: &[&str], colours: &[&str], price| Document {
        vendor: Some(vendor.to_owned()),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        options: colours.iter().map(|colour| option("Colour", colour)).collect(),
        prices: vec![("EUR".to_owned(), price)],
        categories: vec![id(100 + number % 2)],
        ..document(number, "Thing")
    };
    let none = Document { availability: Some(Availability::OutOfStock), ..document(9, "Thing") };
    index(&[
        make(1, "Lumen", &["a", "b"], &["red"], 500),
        make(2, "Lumen", &["a"], &["red", "blue"], 700),
        make(3, "Smith, Inc", &["c"], &["blue"], 900),
        none,
    ])
}

#[test]
fn filters_hold_together_and_their_values_apart() {
    let index = stock();
    let texts = |values: &[&str]| values.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let check = |asked: &Asked, expected: &[u32]| {
        let mut numbers = found(&index, asked);
        numbers.sort_unstable();
        assert_eq!(numbers, expected, "{asked:?}");
    };
    check(&filtered(|it| it.tags = texts(&["a"])), &[1, 2]);
    check(&filtered(|it| it.tags = texts(&["b", "c"])), &[1, 3]);
    check(&filtered(|it| it.vendors = texts(&["Smith, Inc"])), &[3]);
    check(&filtered(|it| it.categories = vec![id(101)]), &[1, 3]);
    check(&filtered(|it| it.availability = vec![Availability::OutOfStock]), &[9]);
    let colour = |values: &[&str]| vec![("Colour".to_owned(), texts(values))];
    check(&filtered(|it| it.options = colour(&["blue"])), &[2, 3]);
    check(
        &filtered(|it| {
            it.options = colour(&["blue"]);
            it.tags = texts(&["a"]);
        }),
        &[2],
    );
    check(&filtered(|it| it.price_min = Some(501)), &[2, 3]);
    check(&filtered(|it| (it.price_min, it.price_max) = (Some(500), Some(700))), &[1, 2]);
    let dollars = Asked { currency: "USD".to_owned(), ..filtered(|it| it.price_min = Some(0)) };
    check(&dollars, &[]);
}

#[test]
fn values_are_counted_and_those_of_a_filter_without_it() {
    let index = stock();
    let all = index.facets(&filtered(|_| ())).unwrap();
    assert_eq!((all.total, all.prices), (4, Some((500, 900))));
    let text = |text: &str| text.to_owned();
    assert_eq!(all.tags, [(text("a"), 2), (text("b"), 1), (text("c"), 1)]);
    assert_eq!(all.availability, [(text("in_stock"), 3), (text("out_of_stock"), 1)]);
    assert_eq!(all.categories, [(id(101), 2), (id(100), 1)]);
    let blue = filtered(|it| it.options = vec![(text("Colour"), vec![text("blue")])]);
    let blue = index.facets(&blue).unwrap();
    assert_eq!((blue.total, blue.prices), (2, Some((700, 900))));
    assert_eq!(blue.vendors, [(text("Lumen"), 1), (text("Smith, Inc"), 1)]);
    let both = [(text("Colour"), text("blue"), 2), (text("Colour"), text("red"), 2)];
    assert_eq!(blue.options, both, "what else could be chosen");
}

#[test]
fn what_changes_takes_the_place_of_what_was() {
    let index = index(&[document(1, "Lamp"), document(2, "Lamp")]);
    index.put(&[id(1), id(2)], &[document(1, "Hat")]).unwrap();
    assert_eq!(found(&index, &words("lamp")).len(), 2, "not before it is committed");
    index.commit(&Position { position: 7, ..Position::default() }).unwrap();
    assert!(found(&index, &words("lamp")).is_empty());
    assert_eq!(found(&index, &words("hat")), [1]);
    assert_eq!(index.position().unwrap().position, 7);
    index.rest().unwrap();
    index.put(&[id(1)], &[]).unwrap();
    index.clear().unwrap();
    assert_eq!(index.facets(&filtered(|_| ())).unwrap().total, 0);
}

#[test]
fn a_folder_keeps_the_index_and_loses_those_of_other_versions() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("v0-en/x")).unwrap();
    let index = SearchIndex::open(Some(folder.path()), "en").unwrap();
    index.put(&[], &[document(1, "Lamp")]).unwrap();
    let position = Position { position: 3, is_built: true, ..Position::default() };
    index.commit(&position).unwrap();
    drop(index);
    let index = SearchIndex::open(Some(folder.path()), "en").unwrap();
    assert_eq!((index.position().unwrap(), found(&index, &words("lamp"))), (position, vec![1]));
    assert!(!folder.path().join("v0-en").exists());
    drop(index);
    for file in std::fs::read_dir(folder.path().join("v1-en")).unwrap() {
        std::fs::write(file.unwrap().path(), "nonsense").unwrap();
    }
    let index = SearchIndex::open(Some(folder.path()), "en").unwrap();
    assert_eq!(index.position().unwrap(), Position::default(), "it is built anew");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn pages_of_any_length_hold_everything_once_in_order(
        products in prop::collection::vec((0_u32..5, 0_u64..4, 0_u8..3), 1..40),
        limit in 1_usize..7,
    ) {
        let documents: Vec<Document> = (1..).zip(&products).map(|(number, (word, price, kind))| {
            let availability = [Availability::InStock, Availability::OutOfStock, Availability::Low];
            Document {
                created_at: i64::from(*word),
                prices: (*price > 0).then(|| ("EUR".to_owned(), *price)).into_iter().collect(),
                availability: Some(availability[usize::from(*kind)]),
                ..document(number, &format!("Lamp {}", "again ".repeat(*word as usize)))
            }
        }).collect();
        let index = index(&documents);
        for sort in [Sort::Relevance, Sort::Newest, Sort::Price, Sort::PriceDown, Sort::Title] {
            let asked = Asked { sort, ..words("lamp") };
            let all = found(&index, &asked);
            prop_assert_eq!(all.len(), documents.len(), "{:?}", sort);
            prop_assert_eq!(paged(&index, &asked, limit), all, "{:?}", sort);
        }
        let price = |number: &u32| products[*number as usize - 1].1;
        let cheap = found(&index, &Asked { sort: Sort::Price, ..words("lamp") });
        let prices: Vec<u64> = cheap.iter().map(price).filter(|price| *price > 0).collect();
        prop_assert!(prices.is_sorted());
        let dear = found(&index, &Asked { sort: Sort::PriceDown, ..words("lamp") });
        let prices: Vec<u64> = dear.iter().map(price).collect();
        prop_assert!(prices.is_sorted_by(|left, right| left >= right));
    }
}
