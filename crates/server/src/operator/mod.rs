//! What only the operator of this Bushel does, at `/v1/operator/…`: change tokens and keys, make
//! administrators, take users in, verify the books. Not a context: it has no business noun.

pub(crate) mod administrators;
pub(crate) mod keys;
pub(crate) mod ledger;
pub(crate) mod private_file;
pub(crate) mod token;
pub(crate) mod user_imports;
pub(crate) mod vault;

/// The schema of the operator's token, of the vault's fingerprint, and of the mark of a demo world.
pub(crate) const MIGRATIONS: kernel::Migrations = kernel::migrations! {
    "operator";
    1 "operator" "../../migrations/0001_operator.sql",
    2 "vault" "../../migrations/0002_vault.sql",
    3 "demo" "../../migrations/0003_demo.sql",
};
