use super::*;

#[test]
fn tokens_differ_and_are_read_back() {
    let (first, second) = (generate(), generate());
    assert_ne!(first, second);
    assert_eq!(parse(first.as_str()), Some(first.clone()));
    assert!(first.as_str().starts_with("bshl_op_") && first.as_str().len() == 80);
}

#[test]
fn one_wrong_character_fails_the_checksum() {
    let token = generate();
    for at in 0..token.as_str().len() {
        let mut bytes = token.as_str().as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
        assert_eq!(parse(std::str::from_utf8(&bytes).unwrap()), None, "position {at}");
    }
    for text in ["", "bshl_op_", "Bearer", "bshl_op_ü"] {
        assert_eq!(parse(text), None, "{text}");
    }
}

#[test]
fn debug_does_not_show_it() {
    let token = generate();
    assert_eq!(format!("{token:?}"), "SecretToken(…)");
}
