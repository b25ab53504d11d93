//! Ids and addresses that follow from what they stand for.

use kernel::Timestamp;
use uuid::Builder;

/// Longest readable part of an address.
const READABLE_MAX: usize = 60;

/// What an id of a transfer stands for.
pub(super) struct Identity<'l> {
    pub(super) asset: &'l str,
    pub(super) from: &'l str,
    pub(super) to: &'l str,
    pub(super) amount: u128,
    pub(super) at: Option<Timestamp>,
    pub(super) reference: Option<&'l str>,
}

/// Same identity, same key: lines with one key are told apart by their occurrence.
pub(super) type Key = [u8; 16];

impl Identity<'_> {
    pub(super) fn key(&self) -> Key {
        let mut hasher = blake3::Hasher::new();
        let amount = self.amount.to_be_bytes();
        let at = self.at.map(|at| at.as_micros().to_be_bytes());
        let parts: [&[u8]; 7] = [
            b"bushel import 1",
            self.asset.as_bytes(),
            self.from.as_bytes(),
            self.to.as_bytes(),
            &amount,
            at.as_ref().map_or(&[], |at| at.as_slice()),
            self.reference.unwrap_or_default().as_bytes(),
        ];
        parts.iter().for_each(|part| put(&mut hasher, part));
        first_16(&hasher)
    }

    /// A UUIDv8 (RFC 9562, 5.8). It begins with the milliseconds of the line's date, because ids
    /// that are spread over all ids make the ledger look for each later id in their range.
    pub(super) fn transfer_id(&self, key: &Key, occurrence: u32) -> u128 {
        let mut hasher = blake3::Hasher::new();
        hasher.update(key).update(&occurrence.to_be_bytes());
        let millis = self.at.map_or(0, |at| at.as_millis().clamp(0, (1 << 48) - 1));
        let mut bytes = first_16(&hasher);
        bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
        Builder::from_custom_bytes(bytes).into_uuid().as_u128()
    }
}

/// The id of the account that stands for a party.
pub(super) fn account_id(asset: &str, party: &str) -> u128 {
    let mut hasher = blake3::Hasher::new();
    for part in ["bushel import account 1", asset, party] {
        put(&mut hasher, part.as_bytes());
    }
    Builder::from_custom_bytes(first_16(&hasher)).into_uuid().as_u128()
}

/// `import/<asset>/<readable>-<hash>`: readable, unique, and of an address's characters only.
pub(super) fn address(asset: &str, party: &str) -> String {
    let mut readable = String::new();
    for c in party.chars() {
        if readable.len() >= READABLE_MAX {
            break;
        }
        if c.is_ascii_alphanumeric() {
            readable.push(c.to_ascii_lowercase());
        } else if !readable.is_empty() && !readable.ends_with('-') {
            readable.push('-');
        }
    }
    let readable = readable.trim_end_matches('-');
    let mut hasher = blake3::Hasher::new();
    put(&mut hasher, party.as_bytes());
    let hash = hasher.finalize().to_hex();
    let dash = if readable.is_empty() { "" } else { "-" };
    format!("import/{asset}/{readable}{dash}{}", &hash.as_str()[..12])
}

/// With its length, so that no two lists of parts look alike.
fn put(hasher: &mut blake3::Hasher, part: &[u8]) {
    hasher.update(&(part.len() as u64).to_be_bytes()).update(part);
}

fn first_16(hasher: &blake3::Hasher) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity<'l>(from: &'l str, to: &'l str, at: Option<Timestamp>) -> Identity<'l> {
        Identity { asset: "USD", from, to, amount: 1, at, reference: None }
    }

    #[test]
    fn ids_follow_from_the_line_and_its_occurrence() {
        let at = "1985-01-01".parse().ok();
        let line = identity("a", "b", at);
        let key = line.key();
        assert_eq!(key, identity("a", "b", at).key());
        assert_ne!(key, identity("ab", "", at).key());
        let (first, second) = (line.transfer_id(&key, 0), line.transfer_id(&key, 1));
        assert_ne!(first, second);
        assert_eq!(first >> 80, second >> 80);
        assert_eq!((first >> 76) & 0xf, 8, "version");
        assert_eq!((first >> 62) & 3, 2, "variant");
    }

    #[test]
    fn dates_before_1970_have_ids_too() {
        let line = identity("a", "b", "1931-01-01".parse().ok());
        assert_eq!(line.transfer_id(&line.key(), 0) >> 80, 0);
    }

    #[test]
    fn addresses_are_readable_and_unique() {
        let address = |party: &str| address("USD", party);
        assert!(
            address("John M. Olin Foundation").starts_with("import/USD/john-m-olin-foundation-")
        );
        assert_ne!(address("a b"), address("a-b"));
        let bare = address("基金会");
        assert_eq!(bare.len(), "import/USD/".len() + 12, "{bare}");
        assert!(address(&"x".repeat(500)).len() < 100);
    }
}
