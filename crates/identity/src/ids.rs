//! Ids of this context, and the names that follow from a user's id.

use std::sync::LazyLock;

use kernel::id::derived;

kernel::define_id! {
    /// A person or company that signs in.
    pub struct UserId = "usr";
}
kernel::define_id! {
    /// A signed-in device.
    pub struct SessionId = "ses";
}
kernel::define_id! {
    /// A sign-in that has to be confirmed.
    pub struct SignInId = "sgn";
}
kernel::define_id! {
    /// A one-time code and link.
    pub struct ChallengeId = "chl";
}
kernel::define_id! {
    /// A program's key.
    pub struct ApiKeyId = "key";
}
kernel::define_id! {
    /// A third party's program that acts for users who allow it.
    pub struct ApplicationId = "app";
}

impl UserId {
    /// No user. What is asked about an unknown name is asked about it, so that it takes as long.
    pub(crate) const NOBODY: Self = Self::from_u128(0);

    /// Where the ledger keeps what this user holds of an asset: `users/usr_…/EUR`.
    pub fn account_address(self, asset: &str) -> String {
        format!("users/{self}/{asset}")
    }

    /// The ledger's id of that account. It follows from user and asset, so nobody has to look it
    /// up.
    pub fn account_id(self, asset: &str) -> u128 {
        // The context is hashed once: an id is needed for every transfer.
        static CONTEXT: LazyLock<blake3::Hasher> =
            LazyLock::new(|| blake3::Hasher::new_derive_key("bushel user account v1"));
        let mut hasher = CONTEXT.clone();
        hasher.update(&self.as_u128().to_be_bytes()).update(asset.as_bytes());
        derived::of_hash(hasher.finalize().as_bytes())
    }

    /// The user whose account has this address.
    pub fn of_account_address(address: &str) -> Option<Self> {
        address.strip_prefix("users/")?.split('/').next()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_follow_from_user_and_asset() {
        let (ann, bob) = (UserId::from_u128(1), UserId::from_u128(2));
        assert_eq!(ann.account_id("EUR"), ann.account_id("EUR"));
        assert_ne!(ann.account_id("EUR"), ann.account_id("USD"));
        assert_ne!(ann.account_id("EUR"), bob.account_id("EUR"));
        let address = ann.account_address("EUR");
        assert_eq!(address, "users/usr_00000000000000000000000001/EUR");
        assert_eq!(UserId::of_account_address(&address), Some(ann));
        assert_eq!(UserId::of_account_address("shop/warehouse"), None);
    }
}
