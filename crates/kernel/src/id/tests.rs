use proptest::prelude::*;
use serde_json::json;

use super::{IdError, IdSource, SeededIds, UuidV7};

crate::define_id! {
    /// An apple tree.
    struct TreeId = "tree";
}

#[test]
fn texts_are_those_of_the_specification() {
    // From the TypeID specification's own list of valid examples.
    let check = |uuid: &str, suffix: &str| {
        let id = TreeId::from_uuid(uuid.parse().unwrap());
        assert_eq!(id.to_string(), format!("tree_{suffix}"));
        assert_eq!(format!("tree_{suffix}").parse(), Ok(id));
    };
    check("00000000-0000-0000-0000-000000000000", "00000000000000000000000000");
    check("00000000-0000-0000-0000-000000000001", "00000000000000000000000001");
    check("00000000-0000-0000-0000-00000000000a", "0000000000000000000000000a");
    check("00000000-0000-0000-0000-000000000010", "0000000000000000000000000g");
    check("00000000-0000-0000-0000-000000000020", "00000000000000000000000010");
    check("ffffffff-ffff-ffff-ffff-ffffffffffff", "7zzzzzzzzzzzzzzzzzzzzzzzzz");
    check("0110c853-1d09-52d8-d73e-1194e95b5f19", "0123456789abcdefghjkmnpqrs");
    check("01890a5d-ac96-774b-bcce-b302099a8057", "01h455vb4pex5vsknk084sn02q");
}

#[test]
fn another_kind_of_id_is_named_in_the_error() {
    let error = "fruit_basket_01h455vb4pex5vsknk084sn02q".parse::<TreeId>().unwrap_err();
    assert_eq!(error, IdError::WrongPrefix { expected: "tree", found: "fruit_basket".to_owned() });
    assert_eq!(
        error.to_string(),
        "expected an id that starts with `tree_`, found one that starts with `fruit_basket_`"
    );
}

#[test]
fn texts_that_are_no_id_are_refused() {
    for text in [
        "",
        "tree",
        "tree_",
        "tree_01h455vb4pex5vsknk084sn02",
        "tree_01h455vb4pex5vsknk084sn02q0",
        "tree_01H455VB4PEX5VSKNK084SN02Q",
        "tree_01h455vb4pex5vsknk084sn02i",
        "tree_80000000000000000000000000",
        "tree_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        "tree_ééééééééééééé",
        "TREE_01h455vb4pex5vsknk084sn02q",
        "<b>_01h455vb4pex5vsknk084sn02q",
        "01890a5d-ac96-774b-bcce-b302099a8057",
    ] {
        assert_eq!(text.parse::<TreeId>(), Err(IdError::Malformed { expected: "tree" }), "{text}");
    }
}

#[test]
fn json_is_the_text() {
    let id = TreeId::from_u128(10);
    assert_eq!(json!(id), json!("tree_0000000000000000000000000a"));
    assert_eq!(serde_json::from_value::<TreeId>(json!(id)).unwrap(), id);
    let error = serde_json::from_value::<TreeId>(json!(7)).unwrap_err();
    assert_eq!(error.to_string(), "invalid type: integer `7`, expected an id `tree_...`");
}

#[test]
fn schema_has_a_pattern_and_an_example_that_parses() {
    let schema = json!(<TreeId as utoipa::PartialSchema>::schema());
    assert_eq!(schema["type"], "string");
    assert_eq!(schema["pattern"], "^tree_[0-7][0-9a-hjkmnp-tv-z]{25}$");
    let example = schema["examples"][0].as_str().unwrap();
    assert!(example.parse::<TreeId>().is_ok(), "{schema}");
}

#[test]
fn fresh_ids_rise_in_bits_and_in_text() {
    for source in [&UuidV7 as &dyn IdSource, &SeededIds::new(7)] {
        let ids: Vec<TreeId> = (0..1000).map(|_| TreeId::generate_from(source)).collect();
        assert!(ids.is_sorted_by(|a, b| a < b && *a.to_text() < *b.to_text()));
        assert!(ids.iter().all(|id| id.as_uuid().get_version_num() == 7));
    }
}

proptest! {
    #[test]
    fn every_value_survives_the_text(bits: u128) {
        let id = TreeId::from_u128(bits);
        prop_assert_eq!(id.to_string().parse::<TreeId>(), Ok(id));
    }

    #[test]
    fn text_order_is_value_order(a: u128, b: u128) {
        let (a, b) = (TreeId::from_u128(a), TreeId::from_u128(b));
        prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
    }

    #[test]
    fn no_text_panics_and_none_has_two_spellings(text in "(tree_)?[0-9a-zA-Z_é]{0,30}") {
        if let Ok(id) = text.parse::<TreeId>() {
            prop_assert_eq!(id.to_string(), text);
        }
    }
}
