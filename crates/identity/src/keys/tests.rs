use std::time::Duration;

use super::*;

fn ring(rows: Vec<KeyRow>, vault: &Vault) -> KeyRing {
    let ring = KeyRing::default();
    ring.learn(0, rows.into_iter().map(|row| row.open(vault).unwrap()).collect());
    ring
}

#[test]
fn a_new_key_is_known_before_it_signs_and_the_old_one_after() {
    let vault = Vault::new([7; 32]);
    let start = Timestamp::UNIX_EPOCH;
    let second = |seconds| start.saturating_add(Duration::from_secs(seconds));
    let (mut old, new) = (KeyRow::generate(&vault, start), KeyRow::generate(&vault, second(10)));
    old.retires_at = Some(second(100));
    let (first, next) = (old.kid.clone(), new.kid.clone());
    let ring = ring(vec![new, old], &vault);
    assert_eq!(ring.signing(second(9)).unwrap().kid, first);
    assert_eq!(ring.signing(second(10)).unwrap().kid, next);
    assert!(ring.verifying(&next, start).is_some());
    assert!(ring.verifying(&first, second(99)).is_some());
    assert!(ring.verifying(&first, second(100)).is_none());
    assert!(ring.verifying("k4.pid.unknown", start).is_none());
    assert_eq!(ring.all(second(100)).len(), 1);
}

#[test]
fn keys_are_sealed_and_their_halves_fit() {
    let vault = Vault::new([7; 32]);
    let row = || KeyRow::generate(&vault, Timestamp::UNIX_EPOCH);
    let key = row().open(&vault).unwrap();
    let published = key.published();
    assert!(published.kid.starts_with("k4.pid.") && published.key.starts_with("k4.public."));
    assert!(row().open(&Vault::new([8; 32])).is_err());
    let exchanged = KeyRow { public_key: row().public_key, ..row() };
    assert!(exchanged.open(&vault).is_err());
    assert!(!row().sealed_secret.windows(32).any(|part| part == key.public.as_bytes()));
}
