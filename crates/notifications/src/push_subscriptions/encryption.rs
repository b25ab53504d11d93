//! Message encryption for Web Push: RFC 8291 on top of the content coding `aes128gcm` (RFC 8188).
//! A message is one record.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};

use super::BrowserKeys;

const SALT_BYTES: usize = 16;
const KEY_BYTES: usize = 16;
const NONCE_BYTES: usize = 12;
const POINT_BYTES: usize = 65;
const TAG_BYTES: usize = 16;
/// What every push service takes (RFC 8030, 7.2).
const BODY_BYTES_MAX: usize = 4_096;
const HEADER_BYTES: usize = SALT_BYTES + 4 + 1 + POINT_BYTES;
/// Without the header, the mark of the last record and the tag.
pub(super) const TEXT_BYTES_MAX: usize = BODY_BYTES_MAX - HEADER_BYTES - 1 - TAG_BYTES;
/// Ends the last record.
const LAST_RECORD: u8 = 2;

/// What is new for each message.
pub(super) struct Ephemeral {
    pub(super) key: PrivateKey,
    pub(super) salt: [u8; SALT_BYTES],
}

impl Ephemeral {
    pub(super) fn generate() -> Result<Self, Unspecified> {
        let key = PrivateKey::generate(&ECDH_P256)?;
        Ok(Self { key, salt: kernel::secret::random_bytes() })
    }
}

/// Whether this is a point of the curve that a secret can be agreed on with.
pub(super) fn is_point(bytes: &[u8]) -> bool {
    let theirs = UnparsedPublicKey::new(&ECDH_P256, bytes);
    let ours = PrivateKey::generate(&ECDH_P256);
    bytes.len() == POINT_BYTES
        && ours.is_ok_and(|ours| agree(&ours, theirs, Unspecified, |_| Ok(())).is_ok())
}

/// The body of the request.
pub(super) fn encrypt(
    browser: &BrowserKeys,
    ephemeral: &Ephemeral,
    text: &[u8],
) -> Result<Vec<u8>, Unspecified> {
    assert!(text.len() <= TEXT_BYTES_MAX, "what is pushed is short");
    let public_key = ephemeral.key.compute_public_key()?;
    let public_key = public_key.as_ref();
    let theirs = UnparsedPublicKey::new(&ECDH_P256, &browser.public_key);
    // RFC 8291, 3.3 and 3.4.
    let ikm = agree(&ephemeral.key, theirs, Unspecified, |shared| {
        let info = [&b"WebPush: info\0"[..], &browser.public_key, public_key].concat();
        derive::<32>(&browser.secret, shared, &info)
    })?;
    // RFC 8188, 2.2 and 2.3.
    let key = derive::<KEY_BYTES>(&ephemeral.salt, &ikm, b"Content-Encoding: aes128gcm\0")?;
    let nonce = derive::<NONCE_BYTES>(&ephemeral.salt, &ikm, b"Content-Encoding: nonce\0")?;
    let mut record = [text, &[LAST_RECORD]].concat();
    let cipher = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?);
    cipher.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::empty(),
        &mut record,
    )?;
    let record_size = u32::try_from(BODY_BYTES_MAX).expect("4096").to_be_bytes();
    let key_length = [u8::try_from(POINT_BYTES).expect("65")];
    Ok([&ephemeral.salt[..], &record_size, &key_length, public_key, &record].concat())
}

/// HKDF with SHA-256 (RFC 5869).
fn derive<const N: usize>(salt: &[u8], ikm: &[u8], info: &[u8]) -> Result<[u8; N], Unspecified> {
    struct Length(usize);
    impl KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let mut derived = [0; N];
    let prk = Salt::new(HKDF_SHA256, salt).extract(ikm);
    prk.expand(&[info], Length(N))?.fill(&mut derived)?;
    Ok(derived)
}
