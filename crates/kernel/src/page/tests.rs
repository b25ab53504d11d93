use proptest::prelude::*;
use serde_json::json;

use super::*;

type Position = (i64, String);

#[test]
fn limits_outside_the_range_are_refused() {
    for text in ["1", "50", "200"] {
        assert_eq!(text.parse::<Limit>().unwrap().get().to_string(), text);
    }
    for text in ["", "0", "201", "-1", "+1", "1.5", "70000", "99999999999999999999", "ten"] {
        assert!(text.parse::<Limit>().is_err(), "{text}");
    }
    assert_eq!(serde_json::from_value::<Limit>(json!(7)).unwrap().with_one_more(), 8);
    assert!(serde_json::from_value::<Limit>(json!(0)).is_err());
}

#[test]
fn full_page_with_more_behind_it_has_a_cursor_after_its_last_row() {
    let limit = Limit::try_new(2).unwrap();
    let page = Page::cut(vec![1, 2, 3], limit, |row| *row, |row| row * 10);
    assert_eq!(page.data, [10, 20]);
    let cursor: Cursor<i32> = page.next_cursor.unwrap().parse().unwrap();
    assert_eq!(cursor.0, 2);
}

#[test]
fn last_page_has_no_cursor() {
    let limit = Limit::try_new(2).unwrap();
    for rows in [vec![], vec![1], vec![1, 2]] {
        let page = Page::cut(rows.clone(), limit, |row| *row, |row| row);
        assert_eq!(page, Page { data: rows, next_cursor: None });
    }
}

#[test]
fn link_header_keeps_the_other_parameters() {
    let page = Page { data: vec![1], next_cursor: Some("abc".to_owned()) };
    let uri: Uri = "/v1/trees?limit=1&cursor=old&filter[colour]=red%20green".parse().unwrap();
    let response = page.into_response_for(&uri);
    assert_eq!(
        response.headers()["link"],
        "</v1/trees?limit=1&filter%5Bcolour%5D=red+green&cursor=abc>; rel=\"next\""
    );
    let last: Page<u8> = Page { data: vec![], next_cursor: None };
    assert_eq!(last.into_response_for(&uri).headers().get("link"), None);
}

#[test]
fn foreign_cursors_are_refused() {
    let cursor = Cursor((7_i64, "x".to_owned())).to_string();
    assert!(cursor.parse::<Cursor<Position>>().is_ok());
    let next_version = URL_SAFE_NO_PAD_OF_VERSION_2;
    for text in ["", "zzz", "AQ", "A", "äöü", "AQ==", next_version, &"A".repeat(2000)] {
        assert_eq!(text.parse::<Cursor<Position>>(), Err(CursorError), "{text}");
    }
    assert_eq!(cursor.parse::<Cursor<u32>>(), Err(CursorError), "a cursor of another list");
}

/// `\x02[7,"x"]`
const URL_SAFE_NO_PAD_OF_VERSION_2: &str = "Als3LCJ4Il0";

#[test]
fn page_schema_is_an_object_of_data_and_cursor() {
    let schema = json!(<Page<String> as utoipa::PartialSchema>::schema());
    assert_eq!(schema["required"], json!(["data", "next_cursor"]));
}

proptest! {
    #[test]
    fn every_position_survives_the_text(a: i64, b in ".{0,50}") {
        let cursor = Cursor((a, b));
        let text = cursor.to_string();
        prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        prop_assert_eq!(text.parse::<Cursor<Position>>(), Ok(cursor));
    }

    #[test]
    fn no_text_panics(text in ".{0,60}") {
        let _ = text.parse::<Cursor<Position>>();
    }
}
