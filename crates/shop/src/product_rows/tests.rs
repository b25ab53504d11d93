use proptest::prelude::*;

use super::*;
use crate::custom_fields::FieldSubject;
use crate::products::ProductStatus;

fn owned(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

fn records(text: &[u8], format: FileFormat) -> usize {
    let mut scanner = Scanner::default();
    text.iter().filter(|byte| scanner.ends(**byte, format)).count()
}

#[test]
fn no_cell_begins_a_formula_and_all_come_back() {
    let cells_in =
        owned(&["=1+1", "+1", "-2", "@x", "\tx", "'=1", "''-1", "it's", "'quoted'", "＝1", ""]);
    let line = csv_line(&cells_in);
    let shown = "'=1+1,'+1,'-2,'@x,\"'\tx\",''=1,'''-1,it's,'quoted','＝1,\n";
    assert_eq!(line, shown);
    assert_eq!(cells(line.as_bytes()).unwrap(), cells_in);
}

#[test]
fn what_others_write_is_read() {
    let check = |text: &str, expected: &[&str]| {
        assert_eq!(cells(text.as_bytes()).unwrap(), owned(expected), "{text:?}");
    };
    check("\u{feff}a,b\r\n", &["a", "b"]);
    check("a,\"b \"\"c\"\",\nd\"\r\n", &["a", "b \"c\",\nd"]);
    check("5\" nail,\"\",x", &["5\" nail", "", "x"]);
    check("=1+1", &["=1+1"]);
    check("", &[""]);
    assert_eq!(cells(b"a,\"b"), Err(Malformed::Quotes));
    assert_eq!(cells(b"\"a\"b"), Err(Malformed::Quotes));
    assert_eq!(cells(b"\xff"), Err(Malformed::NotUtf8));
    assert_eq!(records(b"a,\"b\nc\"\nd\"e\nf", FileFormat::Csv), 2);
    assert_eq!(records(b"{}\n{\"a\": \"\\n\"}\n", FileFormat::JsonLines), 2);
}

#[test]
fn json_lines_hold_plain_values() {
    let read = objects(b"{\"a\": \"x\", \"b\": 1, \"c\": true, \"d\": null}\n").unwrap();
    let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    assert_eq!(read, [pair("a", "x"), pair("b", "1"), pair("c", "true"), pair("d", "")]);
    for text in ["[]", "{\"a\": []}", "{\"a\": {}}", "{", ""] {
        assert_eq!(objects(text.as_bytes()), Err(Malformed::Object), "{text}");
    }
    let line = json_line(&owned(&["a", "b"]), &owned(&["=1", "x\"\n"]));
    assert_eq!(line, "{\"a\":\"=1\",\"b\":\"x\\\"\\n\"}\n");
}

#[test]
fn columns_have_one_name() {
    for column in Column::fixed() {
        assert_eq!(Column::from_name(&column.name()), Some(column));
    }
    for name in ["title.de", "description.pt-BR", "field.made-on", "price.EUR"] {
        assert_eq!(Column::from_name(name).unwrap().name(), name);
    }
    for name in ["Title", "title.", "title.DE", "field.A", "price.eur", "option4_name", ""] {
        assert_eq!(Column::from_name(name), None, "{name}");
    }
    let misread = |names: &[&str]| columns_of(&owned(names)).unwrap_err().column;
    assert_eq!(misread(&["handle"]), "sku");
    assert_eq!(misread(&["handle", "sku", "sku"]), "sku");
    assert_eq!(misread(&["handle", "sku", "colour"]), "colour");
    assert_eq!(columns_of(&owned(&[" handle", "sku "])).unwrap().len(), 2);
}

fn read_row(cells: &[(&str, &str)]) -> Result<Row, Vec<Misread>> {
    let cell = |(name, text): &(&str, &str)| (Column::from_name(name).unwrap(), (*text).to_owned());
    let cells: Vec<_> = cells.iter().map(cell).collect();
    read(&cells, |handle| match handle {
        "fabric" => Some(FieldSubject::Product),
        "made-on" => Some(FieldSubject::Variant),
        _ => None,
    })
}

#[test]
fn empty_cells_take_away_what_can_be_taken_away() {
    let row = read_row(&[
        ("handle", "lamp"),
        ("sku", "L1"),
        ("vendor", ""),
        ("title", ""),
        ("status", ""),
        ("tags", ""),
        ("price.EUR", ""),
        ("field.fabric", ""),
        ("weight_g", ""),
        ("is_active", "FALSE"),
    ])
    .unwrap();
    let (product, variant) = (&row.product, &row.variant);
    assert_eq!((product.vendor.clone(), product.tags.clone()), (Some(None), Some(Vec::new())));
    assert_eq!((product.title.clone(), product.status), (None, None::<ProductStatus>));
    assert_eq!(product.custom_fields["fabric"], None);
    assert_eq!((variant.weight_g, variant.is_active), (None, Some(false)));
    assert_eq!(variant.prices["EUR"], None);
    assert_eq!((variant.barcode.clone(), variant.options.clone()), (None, None), "not there");
}

#[test]
fn every_wrong_cell_is_named() {
    let wrong = read_row(&[
        ("handle", "Lamp"),
        ("sku", ""),
        ("status", "gone"),
        ("tags", "a,, b ,a"),
        ("weight_g", "1.5"),
        ("needs_shipping", "yes"),
        ("available_from", "tomorrow"),
        ("price.EUR", "12.50"),
        ("price.USD", "5:1250"),
        ("price.GBP", "100 5:90 5:80"),
        ("field.other", "x"),
    ])
    .unwrap_err();
    let columns: Vec<&str> = wrong.iter().map(|it| it.column.as_str()).collect();
    let expected = [
        "handle",
        "status",
        "weight_g",
        "needs_shipping",
        "available_from",
        "price.EUR",
        "price.USD",
        "price.GBP",
        "field.other",
        "sku",
    ];
    assert_eq!(columns, expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_cells_come_back(cells_in in prop::collection::vec("[a='+@\"',\n\r ü\\-]{0,6}", 1..5)) {
        let line = csv_line(&cells_in);
        prop_assert_eq!(cells(line.as_bytes()).unwrap(), cells_in.clone());
        prop_assert_eq!(records(line.as_bytes(), FileFormat::Csv), 1);
        let names: Vec<String> = (0..cells_in.len()).map(|number| format!("n{number}")).collect();
        let read = objects(json_line(&names, &cells_in).as_bytes()).unwrap();
        prop_assert_eq!(read.into_iter().map(|(_, text)| text).collect::<Vec<_>>(), cells_in);
    }
}
