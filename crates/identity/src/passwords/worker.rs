//! One thread's hashing: Argon2id (RFC 9106) with memory that is used again and again.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use kernel::secret;

use super::Verdict;

/// OWASP's and ASVS' minimum: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// More than this is no stored hash of ours, and would only be a burden.
const MEMORY_KIB_MAX: u32 = 1 << 20;

pub(super) struct Hasher {
    memory: Vec<Block>,
}

impl Hasher {
    pub(super) fn new() -> Self {
        Self { memory: vec![Block::default(); params().block_count()] }
    }

    /// A PHC text (<https://github.com/P-H-C/phc-string-format>) with a fresh salt.
    pub(super) fn hash(&mut self, password: &[u8]) -> String {
        let salt: [u8; SALT_BYTES] = secret::random_bytes();
        let hash = self.derive(password, &salt, params(), Version::V0x13);
        let hash = hash.expect("lengths and parameters are within Argon2's limits");
        let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
        format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${hash}")
    }

    pub(super) fn verify(&mut self, password: &[u8], stored: &str) -> Verdict {
        if stored.starts_with("$2") {
            let is_right = bcrypt::verify(password, stored).unwrap_or(false);
            return Verdict { is_right, is_outdated: true };
        }
        self.verify_argon2(password, stored)
            .unwrap_or(Verdict { is_right: false, is_outdated: false })
    }

    /// `None` if the text is no hash that can be compared with.
    fn verify_argon2(&mut self, password: &[u8], stored: &str) -> Option<Verdict> {
        let stored = PasswordHash::new(stored).ok()?;
        let algorithm = Algorithm::try_from(stored.algorithm.as_str()).ok()?;
        let version = Version::try_from(stored.version.unwrap_or(0x13)).ok()?;
        let theirs = Params::try_from(&stored).ok()?;
        let (salt, expected) = (stored.salt?, stored.hash?);
        if algorithm != Algorithm::Argon2id || theirs.m_cost() > MEMORY_KIB_MAX {
            return None;
        }
        let is_outdated = theirs.m_cost() < MEMORY_KIB
            || theirs.t_cost() < PASSES
            || theirs.p_cost() != LANES
            || version != Version::V0x13;
        let found = self.derive_len(password, &salt, theirs, version, expected.len())?;
        Some(Verdict { is_right: secret::is_same(&found, expected.as_bytes()), is_outdated })
    }

    fn derive(
        &mut self,
        password: &[u8],
        salt: &[u8],
        params: Params,
        version: Version,
    ) -> Option<Vec<u8>> {
        self.derive_len(password, salt, params, version, HASH_BYTES)
    }

    fn derive_len(
        &mut self,
        password: &[u8],
        salt: &[u8],
        params: Params,
        version: Version,
        len: usize,
    ) -> Option<Vec<u8>> {
        let blocks = params.block_count();
        // An imported hash may take more memory than ours: for itself, not for good.
        let mut more = Vec::new();
        let memory = match self.memory.get_mut(..blocks) {
            Some(memory) => memory,
            None => {
                more.resize(blocks, Block::default());
                &mut more
            }
        };
        let argon2 = Argon2::new(Algorithm::Argon2id, version, params);
        let mut out = vec![0; len];
        argon2.hash_password_into_with_memory(password, salt, &mut out, memory).ok()?;
        Some(out)
    }
}

fn params() -> Params {
    Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are within the limits")
}
