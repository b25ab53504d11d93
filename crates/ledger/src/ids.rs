//! Ids of the ledger as the outside sees them.

kernel::define_id! {
    /// An account.
    pub struct AccountId = "acct";
}

kernel::define_id! {
    /// A transfer.
    pub struct TransferId = "tr";
}

kernel::define_id! {
    /// A group of pending transfers.
    pub struct GroupId = "grp";
}
