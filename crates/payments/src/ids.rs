//! Ids of this context, and the ledger ids that follow from them.

use kernel::id::derived;

kernel::define_id! {
    /// Money from a card into an account.
    pub struct DepositId = "dep";
}
kernel::define_id! {
    /// Money from an account to a bank account.
    pub struct WithdrawalId = "wdr";
}
kernel::define_id! {
    /// A deposit given back.
    pub struct RefundId = "rfd";
}
kernel::define_id! {
    /// A bank account that a user withdraws to.
    pub struct DestinationId = "dst";
}
kernel::define_id! {
    /// A comparison of a provider's word with the books.
    pub struct ReconciliationId = "rec";
}
kernel::define_id! {
    /// A deposit that was taken back from us.
    pub(crate) struct ChargebackId = "cbk";
}

/// What a ledger transfer does for the row whose id it follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Hold,
    Capture,
    Release,
    Refund,
    GiveBack,
    Return,
    TakeFromUser,
    TakeFromHouse,
    GiveToUser,
    GiveToHouse,
    /// Instead of another one, whose account was closed meanwhile.
    Unclaimed,
    /// What a provider kept.
    Fee,
    /// What a provider paid to the house's bank, or drew from it.
    Settle,
}

/// The ledger's id of a transfer: a row and a role come to the same one each time, so no step can
/// be done twice and nothing has to be remembered between the steps.
pub(crate) fn transfer_id(row: u128, role: Role) -> u128 {
    derived::early_of_hash(&hash(&row.to_be_bytes(), &[role as u8]))
}

/// Stands for a row where a provider's entry is booked.
pub(crate) fn entry_row(provider: &str, entry: &str) -> u128 {
    derived::of_hash(&hash(provider.as_bytes(), entry.as_bytes()))
}

/// The ledger's id of a house account with this address.
pub(crate) fn house_account_id(address: &str) -> u128 {
    derived::of_hash(&hash(b"house account", address.as_bytes()))
}

fn hash(first: &[u8], second: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("bushel payments ledger ids v1");
    hasher.update(&(first.len() as u64).to_be_bytes()).update(first).update(second);
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_of_every_row_has_its_own_id() {
        let roles = [Role::Hold, Role::Capture, Role::Release, Role::Refund, Role::Unclaimed];
        let mut ids: Vec<u128> = [1, 2]
            .into_iter()
            .flat_map(|row| roles.into_iter().map(move |role| transfer_id(row, role)))
            .collect();
        assert!(ids.iter().all(|id| id >> 112 == 0));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 10);
        assert_eq!(transfer_id(1, Role::Hold), transfer_id(1, Role::Hold));
    }
}
