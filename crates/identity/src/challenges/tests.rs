use std::collections::HashSet;

use kernel::Vault;

use super::secrets::{code, id_of_link, is_code, link_token};
use super::*;
use crate::ids::ChallengeId;

const NONCE: [u8; 16] = [1; 16];

#[test]
fn line_08_codes_have_eight_digits_and_follow_from_all_their_parts() {
    let vault = Vault::new([7; 32]);
    let id = ChallengeId::from_u128(1);
    let first = code(&vault, id, &NONCE);
    assert!(first.len() == 8 && first.bytes().all(|byte| byte.is_ascii_digit()), "{first}");
    assert_eq!(first, code(&vault, id, &NONCE));
    let others = [
        code(&Vault::new([8; 32]), id, &NONCE),
        code(&vault, ChallengeId::from_u128(2), &NONCE),
        code(&vault, id, &[2; 16]),
    ];
    assert!(!others.contains(&first));
    let codes: HashSet<String> =
        (0..1000).map(|number| code(&vault, ChallengeId::from_u128(number), &NONCE)).collect();
    assert!(codes.len() >= 999 && codes.iter().any(|code| code.starts_with('0')));
    assert!((10_u32.pow(8)).ilog2() >= 20);
}

#[test]
fn links_name_their_challenge() {
    let vault = Vault::new([7; 32]);
    let id = ChallengeId::from_u128(1);
    let token = link_token(&vault, id, &NONCE);
    assert_eq!(id_of_link(&token), Some(id));
    assert_eq!(token.split_once('.').unwrap().1.len(), 43);
    assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)));
    for text in ["", ".", "chl_1.x", "12345678"] {
        assert_eq!(id_of_link(text), None, "{text}");
    }
}

#[test]
fn blanks_in_a_typed_code_do_not_matter() {
    assert!(is_code("01234567", "0123 4567") && is_code("01234567", "0123-4567"));
    assert!(
        !is_code("01234567", "1234567")
            && !is_code("01234567", "")
            && !is_code("01234567", "012345678")
    );
}

#[test]
fn line_08_codes_live_ten_minutes() {
    assert!(CODE_MAX.as_secs() <= 600 && TRIES_MAX == 5);
    for purpose in Purpose::ALL {
        assert_eq!(Purpose::from_name(purpose.as_str()), Some(purpose));
        let is_long = purpose.link_max() > CODE_MAX;
        assert_eq!(is_long, purpose == Purpose::VerifyEmail);
    }
}
