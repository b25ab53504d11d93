//! Ids that follow from a hash, as UUIDv8 (RFC 9562, 5.8): whoever hashes the same has the same id,
//! so that nobody has to look one up or remember it. They never meet by chance: 122 bits are the
//! hash's, 106 of an early id, and 74 beside the moment that [`of_hash_at`] keeps.

use uuid::Builder;

/// Spread evenly over all ids.
pub fn of_hash(hash: &[u8; 32]) -> u128 {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    version_8(bytes)
}

/// Before all time-ordered ids, as its first 16 bits are zero: spread among them, it would make the
/// ledger look in every sealed range whose span of ids holds it.
pub fn early_of_hash(hash: &[u8; 32]) -> u128 {
    let mut bytes = [0; 16];
    bytes[2..].copy_from_slice(&hash[..14]);
    version_8(bytes)
}

/// Among the ids of one moment, so that it widens no range's span of ids: it keeps the leading 48
/// bits of `first`, which are the time of a time-ordered id.
pub fn of_hash_at(first: u128, hash: &[u8; 32]) -> u128 {
    let mut bytes = first.to_be_bytes();
    bytes[6..].copy_from_slice(&hash[..10]);
    version_8(bytes)
}

fn version_8(bytes: [u8; 16]) -> u128 {
    Builder::from_custom_bytes(bytes).into_uuid().as_u128()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::id::{IdSource as _, UuidV7};

    #[test]
    fn derived_ids_are_version_8_and_lie_where_they_say() {
        let hash = *blake3::hash(b"apple").as_bytes();
        let first = UuidV7.next_bits();
        let (any, early, at) = (of_hash(&hash), early_of_hash(&hash), of_hash_at(first, &hash));
        for id in [any, early, at] {
            assert_eq!(Uuid::from_u128(id).get_version_num(), 8);
        }
        assert_eq!(any >> 112, u128::from(u16::from_be_bytes([hash[0], hash[1]])));
        assert!(early >> 112 == 0 && early < first);
        assert_eq!(at >> 80, first >> 80);
        assert_ne!(of_hash_at(first, blake3::hash(b"pear").as_bytes()), at);
    }
}
