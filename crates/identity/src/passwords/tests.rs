use std::task::{Context, Poll, Waker};

use super::worker::Hasher;
use super::*;
use crate::error::IdentityError;

const OWN: [&str; 3] = ["Ann Applewood", "ann.apple", "ann.applewood@orchard.example"];

#[track_caller]
fn refused(password: &str, strength: Strength, flaw: PasswordFlaw) {
    assert_eq!(check(password, &OWN, strength), Err(flaw), "{password}");
}

#[test]
fn line_01_fifteen_characters_alone_and_eight_beside_a_second_factor() {
    use PasswordFlaw::{TooLong, TooShort, TooShortAlone};
    refused("k7#pQ2vX9!mT4z", Strength::Alone, TooShortAlone);
    refused("k7#pQ2v", Strength::WithSecondFactor, TooShort);
    assert_eq!(check("k7#pQ2vX9!mT4zR", &OWN, Strength::Alone), Ok(()));
    assert_eq!(check("k7#pQ2vX", &OWN, Strength::WithSecondFactor), Ok(()));
    // Characters, not bytes.
    assert_eq!(check("äöüßéèêñçåøæœðþ", &OWN, Strength::Alone), Ok(()));
    let long = "correct horse battery staple, seven green windows under a slow brown river of tea";
    assert!(long.len() > 64);
    assert_eq!(check(long, &OWN, Strength::Alone), Ok(()));
    refused(&format!("{}{}", long.repeat(3), "x".repeat(20)), Strength::Alone, TooLong);
}

#[test]
fn line_01_no_kind_of_character_is_asked_for() {
    for password in ["plum kettle anchor fog", "wirbelstromkompott", "7392 6610 8845 2938"] {
        assert_eq!(check(password, &OWN, Strength::Alone), Ok(()), "{password}");
    }
}

#[test]
fn line_02_common_passwords_are_refused() {
    for password in ["password", "iloveyou", "qwertyuiop", "aaaaaaaaaaaa", "12345678", "passw0rd"] {
        refused(password, Strength::WithSecondFactor, PasswordFlaw::Common);
    }
    for password in ["aaaaaaaaaaaaaaaaaaaa", "passwordpassword", "abcdefghijklmnopqrst"] {
        refused(password, Strength::Alone, PasswordFlaw::Common);
    }
}

#[test]
fn line_02_own_words_are_refused() {
    for password in
        ["annapplewood2026", "Applewood-Ann-99!", "orchard.example42", "Bushel-bushel-42"]
    {
        refused(password, Strength::Alone, PasswordFlaw::OwnWords);
    }
    refused("Bushel+x7q", Strength::WithSecondFactor, PasswordFlaw::OwnWords);
    // A name within a long phrase does no harm.
    assert_eq!(check("ann rides seven kettles", &OWN, Strength::Alone), Ok(()));
}

#[test]
fn line_03_hashes_are_argon2id_and_older_ones_are_told_apart() {
    let mut hasher = Hasher::new();
    let hash = hasher.hash(b"secret");
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    let right = Verdict { is_right: true, is_outdated: false };
    assert_eq!(hasher.verify(b"secret", &hash), right);
    assert!(!hasher.verify(b"Secret", &hash).is_right);
    assert_ne!(hasher.hash(b"secret"), hash);

    let outdated = Verdict { is_right: true, is_outdated: true };
    assert_eq!(hasher.verify(b"secret", &argon2_hash(256, 1)), outdated);
    // More memory than ours, as an import may bring it.
    assert_eq!(hasher.verify(b"secret", &argon2_hash(32_768, 2)), right);

    let bcrypt = bcrypt::hash("secret", 4).unwrap();
    assert_eq!(hasher.verify(b"secret", &bcrypt), outdated);
    for garbage in
        ["", "secret", "$2b$", "$argon2id$", "$argon2i$v=19$m=256,t=1,p=1$c29tZXNhbHQ$aGFzaA"]
    {
        assert!(!hasher.verify(b"secret", garbage).is_right, "{garbage}");
    }
}

/// Of the password "secret", with other parameters than ours.
fn argon2_hash(memory_kib: u32, passes: u32) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD_NO_PAD;
    let params = argon2::Params::new(memory_kib, passes, 1, None).unwrap();
    let (algorithm, version) = (argon2::Algorithm::Argon2id, argon2::Version::V0x13);
    let (salt, mut out) = (b"somesaltsomesalt", [0; 32]);
    let argon2 = argon2::Argon2::new(algorithm, version, params);
    argon2.hash_password_into(b"secret", salt, &mut out).unwrap();
    let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(out));
    format!("$argon2id$v=19$m={memory_kib},t={passes},p=1${salt}${hash}")
}

#[test]
fn line_04_passwords_are_taken_exactly_as_sent() {
    let mut hasher = Hasher::new();
    let hash = hasher.hash("  Grüße\u{301} ".as_bytes());
    for other in ["Grüße\u{301}", "  grüße\u{301} ", "  Grüs\u{301}e "] {
        assert!(!hasher.verify(other.as_bytes(), &hash).is_right);
    }
    // Nothing is cut off, however long.
    let long = "x".repeat(256);
    let hash = hasher.hash(long.as_bytes());
    assert!(!hasher.verify(&long.as_bytes()[..255], &hash).is_right);
}

#[tokio::test]
async fn line_03_a_full_queue_says_so_instead_of_growing() {
    let pool = Pool::start(1);
    let waiting = (0..600).map(|_| pool.verify("x".to_owned(), None));
    let mut waiting: Vec<_> = waiting.map(Box::pin).collect();
    // Each is asked once, so that it takes its place in the queue; nothing is awaited.
    let mut busy = 0;
    for one in &mut waiting {
        let polled = one.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        busy += usize::from(matches!(polled, Poll::Ready(Err(IdentityError::PasswordsBusy))));
    }
    assert!((300..=345).contains(&busy), "{busy}");
}

#[tokio::test]
async fn a_job_that_panics_fails_alone() {
    let pool = Pool::start(1);
    let failed = pool.run(|_| panic!("as a library might")).await;
    assert_eq!(
        failed.map(|(): ()| ()).unwrap_err().to_string(),
        IdentityError::PasswordsBusy.to_string()
    );
    assert!(pool.hash("seven measured apples".into()).await.is_ok());
}
