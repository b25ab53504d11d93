use std::collections::HashSet;

use super::*;

const ANN: UserId = UserId::from_u128(1);
const BOB: UserId = UserId::from_u128(2);

#[test]
fn line_08_a_code_has_eighty_random_bits() {
    let codes: HashSet<String> = (0..1_000).map(|_| generate()).collect();
    assert_eq!(codes.len(), 1_000);
    let seen: HashSet<char> = codes.iter().flat_map(|code| code.chars()).collect();
    assert_eq!(seen.len(), ALPHABET.len() + 1, "32 characters and the hyphen");
    assert!(codes.iter().all(|code| code.len() == 19 && code.split('-').count() == 4));
}

#[test]
fn a_code_is_read_as_people_type_it() {
    let typed = hash(ANN, "0123-4567-89ab-cdef");
    assert!(typed.is_some());
    for other in
        ["0123456789abcdef", "0123 4567 89AB CDEF", " O123-4567-89ab-cdef", "oI23456789ABCDEF"]
    {
        assert_eq!(hash(ANN, other), typed, "{other}");
    }
    assert_ne!(hash(BOB, "0123-4567-89ab-cdef"), typed);
    assert_ne!(hash(ANN, "0123-4567-89ab-cdeg"), typed);
}

#[test]
fn what_is_no_code_has_no_hash() {
    for text in [
        "",
        "0123-4567-89ab-cde",
        "0123-4567-89ab-cdef-0",
        "0123-4567-89ab-cdeu",
        "０123-4567-89ab-cdef",
        "123456",
    ] {
        assert_eq!(hash(ANN, text), None, "{text}");
    }
}
