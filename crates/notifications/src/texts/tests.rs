use kernel::Amount;
use serde_json::json;

use super::amounts::{amount, moment};
use super::*;
use crate::events::EventKind;
use crate::messages::MAIL_KINDS;

fn texts() -> Texts {
    Texts::try_new().unwrap()
}

#[test]
fn amounts_are_written_as_in_the_language() {
    let texts = texts();
    let check = |locale, minor, scale, expected: &str| {
        let written = amount(texts.of(locale), Amount::new(minor), scale, "EUR");
        assert_eq!(written.replace('\u{a0}', " "), expected);
    };
    check(Locale::En, 125_000, 2, "1,250.00 EUR");
    check(Locale::De, 125_000, 2, "1.250,00 EUR");
    check(Locale::En, 7, 2, "0.07 EUR");
    check(Locale::De, 999, 0, "999 EUR");
    check(Locale::En, 1_000_000, 0, "1,000,000 EUR");
    check(Locale::De, 1_234_567, 3, "1.234,567 EUR");
    check(Locale::En, u128::MAX, 38, "3.40282366920938463463374607431768211455 EUR");
}

#[test]
fn moments_are_written_as_in_the_language() {
    let texts = texts();
    let at = "2026-03-05T07:03:00Z".parse().unwrap();
    assert_eq!(moment(texts.of(Locale::En), at), "5 March 2026, 07:03 UTC");
    assert_eq!(moment(texts.of(Locale::De), at), "5. März 2026, 07:03 UTC");
}

#[test]
fn languages_have_the_same_keys_and_every_kind() {
    let texts = texts();
    let (en, de) = (texts.of(Locale::En), texts.of(Locale::De));
    assert!(en.kinds.keys().eq(de.kinds.keys()));
    assert!(en.labels.keys().eq(de.labels.keys()));
    assert!(en.credentials.keys().eq(de.credentials.keys()));
    assert!(en.reasons.keys().eq(de.reasons.keys()));
    assert!(en.phrases.keys().eq(de.phrases.keys()));
    assert!(en.words.keys().eq(de.words.keys()));
    assert_eq!((en.months.len(), de.months.len()), (12, 12));
    let kinds = EventKind::ALL.iter().map(|kind| kind.as_str());
    let all: Vec<&str> = kinds.chain(MAIL_KINDS.iter().copied()).collect();
    for kind in &all {
        assert!(en.kinds.contains_key(*kind), "{kind} has no text");
    }
    assert_eq!(en.kinds.len(), all.len(), "a text belongs to no kind");
}

#[test]
fn languages_use_the_same_values() {
    let texts = texts();
    let used = |text: &str| {
        let mut names: Vec<String> = text
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .filter(|word| {
                ["amount", "counterparty", "reason_text", "new_email", "credential_name"]
                    .contains(word)
            })
            .map(str::to_owned)
            .collect();
        names.sort();
        names.dedup();
        names
    };
    for (kind, en) in &texts.of(Locale::En).kinds {
        let de = &texts.of(Locale::De).kinds[kind];
        assert_eq!(used(&en.title), used(&de.title), "title of {kind}");
        assert_eq!(used(&en.text), used(&de.text), "text of {kind}");
    }
}

#[test]
fn missing_value_is_an_error_and_no_gap() {
    let texts = texts();
    let catalogue = texts.of(Locale::En);
    let view = View::new(catalogue, one_line);
    let title = &catalogue.kinds["transfer.received"].title;
    let error = texts.fill(title, view.values()).unwrap_err();
    assert!(error.to_string().contains("undefined"), "{error}");
}

#[test]
fn data_becomes_values_and_unknown_codes_are_left_out() {
    let texts = texts();
    let ann = identity::UserId::from_u128(7);
    let names = Names::from([(ann, "Ann\r\nBcc: all@example.org".to_owned())]);
    let data = json!({
        "counterparty": ann, "amount": "1250", "scale": 2, "asset": "EUR",
        "reason": "no_such_code", "message": "for\u{202e} lunch", "credential": "passkey",
    });
    let view = View::new(texts.of(Locale::En), one_line).with_data(&data, &names);
    assert_eq!(view.values()["counterparty"], "Ann Bcc: all@example.org");
    assert_eq!(view.values()["amount"], "12.50\u{a0}EUR");
    assert_eq!(view.values()["message"], "for lunch");
    assert_eq!(view.values()["credential_text"], "A passkey");
    assert!(!view.values().contains_key("reason_text"));
    let gone = View::new(texts.of(Locale::De), one_line).with_data(&data, &Names::new());
    assert_eq!(gone.values()["counterparty"], "ein ehemaliger Benutzer");
}

#[test]
fn tags_are_languages_and_others_are_english() {
    let check = |tag, locale| assert_eq!(Locale::of(tag), locale, "{tag}");
    check("de", Locale::De);
    check("DE-at", Locale::De);
    check("en-GB", Locale::En);
    check("fr", Locale::En);
    check("", Locale::En);
}

#[test]
fn strangers_texts_have_one_line_and_an_end() {
    assert_eq!(one_line(" a\r\n\tb\u{2028}c\0 "), "a b c");
    assert_eq!(one_line(&"x".repeat(500)).chars().count(), 201);
    assert_eq!(one_line("\u{200b}\u{feff}"), "");
}

#[test]
fn strangers_texts_become_no_links_in_mail() {
    let text = quiet("see https://evil.example/x or me@evil.example. Bye");
    for link in ["://", "evil.example", "@evil"] {
        assert!(!text.contains(link), "{text:?}");
    }
    assert!(text.contains(". Bye"), "the end of a sentence stays");
}
