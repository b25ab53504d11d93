use super::*;

fn field(kind: FieldKind, choices: &[&str]) -> CustomField {
    CustomField {
        id: CustomFieldId::from_u128(1),
        handle: "field".to_owned(),
        subject: FieldSubject::Product,
        kind,
        title: "Field".to_owned(),
        translations: FieldTitles::new(),
        choices: choices.iter().map(|it| (*it).to_owned()).collect(),
        is_filterable: false,
        version: 1,
        created_at: Timestamp::from_micros(0),
        updated_at: Timestamp::from_micros(0),
    }
}

#[test]
fn values_have_one_form() {
    let check = |kind, text: &str, expected: Option<&str>| {
        let read = field(kind, &["red", "blue"]).read(text);
        assert_eq!(read.ok().as_deref(), expected, "{kind:?} {text:?}");
    };
    check(FieldKind::Text, "wool, mostly", Some("wool, mostly"));
    for text in ["", "a\nb", "a\u{1f}b", &"a".repeat(501)] {
        check(FieldKind::Text, text, None);
    }
    for (text, expected) in
        [("7", "7"), ("-01.50", "-1.5"), ("0.0", "0"), ("-0", "0"), ("-0.5", "-0.5")]
    {
        check(FieldKind::Number, text, Some(expected));
    }
    for text in ["", "-", ".5", "5.", "+5", "1e3", "1,5", "1.2.3", "٣", &"9".repeat(19)] {
        check(FieldKind::Number, text, None);
    }
    check(FieldKind::Boolean, "true", Some("true"));
    check(FieldKind::Boolean, "TRUE", None);
    check(FieldKind::Date, "2024-02-29", Some("2024-02-29"));
    for text in ["2023-02-29", "2024-2-9", "29.02.2024", "2024-02-29T00:00:00Z", ""] {
        check(FieldKind::Date, text, None);
    }
    check(FieldKind::Choice, "red", Some("red"));
    check(FieldKind::Choice, "green", None);
}

#[test]
fn choices_belong_to_choices() {
    for (kind, choices, is_right) in [
        (FieldKind::Choice, &["a", "b"][..], true),
        (FieldKind::Choice, &["a", "a"], false),
        (FieldKind::Choice, &[], false),
        (FieldKind::Text, &[], true),
        (FieldKind::Text, &["a"], false),
    ] {
        assert_eq!(field(kind, choices).has_right_choices(), is_right, "{kind:?} {choices:?}");
    }
}
