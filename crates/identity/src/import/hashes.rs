//! Which foreign password hashes are taken: bcrypt and Argon2id, with costs that a sign-in can
//! bear.

use std::str::FromStr;

use argon2::Params;
use argon2::password_hash::phc::PasswordHash;

/// 2^16 rounds take some seconds; a greater cost would be a way to keep the server busy.
const BCRYPT_COST_MAX: u32 = 16;
const BCRYPT_COST_MIN: u32 = 4;
const ARGON2_MEMORY_KIB_MAX: u32 = 1 << 20;
const ARGON2_PASSES_MAX: u32 = 50;
const ARGON2_LANES_MAX: u32 = 16;

/// Says why a hash can't be taken.
pub(super) fn check(hash: &str) -> Result<(), &'static str> {
    match hash.split('$').nth(1) {
        Some("2a" | "2b" | "2y") => check_bcrypt(hash),
        Some("argon2id") => check_argon2(hash),
        _ => Err("expected a hash of bcrypt ($2a$, $2b$, $2y$) or of Argon2id ($argon2id$)"),
    }
}

fn check_bcrypt(hash: &str) -> Result<(), &'static str> {
    let parts = bcrypt::HashParts::from_str(hash)
        .map_err(|_| "a bcrypt hash has 60 characters: $2b$, the cost, $, salt and hash")?;
    if !(BCRYPT_COST_MIN..=BCRYPT_COST_MAX).contains(&parts.get_cost()) {
        return Err("the cost of a bcrypt hash has to be 4 to 16");
    }
    Ok(())
}

fn check_argon2(hash: &str) -> Result<(), &'static str> {
    let parsed = PasswordHash::new(hash)
        .map_err(|_| "expected $argon2id$v=19$m=<KiB>,t=<passes>,p=<lanes>$<salt>$<hash>")?;
    if parsed.salt.is_none() || parsed.hash.is_none() {
        return Err("the Argon2id hash has no salt or no hash");
    }
    if parsed.version.is_some_and(|version| version != 0x13) {
        return Err("only version 19 of Argon2id is known");
    }
    let params =
        Params::try_from(&parsed).map_err(|_| "the parameters of Argon2id are not valid")?;
    if params.m_cost() > ARGON2_MEMORY_KIB_MAX
        || params.t_cost() > ARGON2_PASSES_MAX
        || params.p_cost() > ARGON2_LANES_MAX
    {
        return Err("the Argon2id hash costs more than 1 GiB, 50 passes or 16 lanes");
    }
    Ok(())
}
