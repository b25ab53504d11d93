//! What only the operator of this Bushel does, at `/v1/operator/…`: change the token, verify the
//! books. Not a context: it has no business noun, and it goes where people with roles come.

pub(crate) mod ledger;
pub(crate) mod token;

/// The schema of the operator's token.
pub(crate) const MIGRATIONS: kernel::Migrations = kernel::migrations! {
    "operator";
    1 "operator" "../../migrations/0001_operator.sql",
};
