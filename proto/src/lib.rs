//! The gRPC contracts of the contexts, as generated code.
//!
//! | what | where |
//! |---|---|
//! | the contracts themselves | `bushel/<context>/<version>/*.proto` |
//! | messages, clients and service traits | [`ledger::v1`] and its like |
//! | how messages are read from the wire | [`codec`] |
//! | failures as gRPC statuses | [`failure`] |
//! | the descriptors, for reflection | [`FILE_DESCRIPTOR_SET`] |
//!
//! What it deliberately does not do: nothing here knows what a message means. Each context
//! converts its messages itself, beside its other edges.

pub mod codec;
pub mod failure;

pub use prost_types::Timestamp;

/// What staff does across contexts.
pub mod admin {
    /// Generated from `bushel/admin/v1`.
    #[expect(clippy::allow_attributes, reason = "the generator writes `allow`")]
    pub mod v1 {
        tonic::include_proto!("bushel.admin.v1");
    }
}

/// Users, sessions and credentials.
pub mod identity {
    /// Generated from `bushel/identity/v1`.
    #[expect(clippy::allow_attributes, reason = "the generator writes `allow`")]
    pub mod v1 {
        tonic::include_proto!("bushel.identity.v1");
    }
}

/// The ledger's contract.
pub mod ledger {
    /// Generated from `bushel/ledger/v1`.
    #[expect(clippy::allow_attributes, reason = "the generator writes `allow`")]
    pub mod v1 {
        tonic::include_proto!("bushel.ledger.v1");
    }
}

/// Notifications, mail and webhooks.
pub mod notifications {
    /// Generated from `bushel/notifications/v1`.
    #[expect(clippy::allow_attributes, reason = "the generator writes `allow`")]
    pub mod v1 {
        tonic::include_proto!("bushel.notifications.v1");
    }
}

/// Deposits, withdrawals and refunds.
pub mod payments {
    /// Generated from `bushel/payments/v1`.
    #[expect(clippy::allow_attributes, reason = "the generator writes `allow`")]
    pub mod v1 {
        tonic::include_proto!("bushel.payments.v1");
    }
}

/// Wallets and transfers between people.
pub mod wallet {
    /// Generated from `bushel/wallet/v1`.
    #[expect(clippy::allow_attributes, reason = "the generator writes `allow`")]
    pub mod v1 {
        tonic::include_proto!("bushel.wallet.v1");
    }
}

/// All contracts with their comments, encoded as a `google.protobuf.FileDescriptorSet`.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

#[cfg(test)]
mod tests {
    use prost::Message;
    use prost_types::FileDescriptorSet;

    use super::*;

    #[test]
    fn descriptors_hold_every_service_and_what_it_imports() {
        let set = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).unwrap();
        let names: Vec<&str> = set.file.iter().map(|file| file.name()).collect();
        assert!(names.contains(&"google/protobuf/timestamp.proto"), "{names:?}");
        let services: Vec<&str> =
            set.file.iter().flat_map(|file| &file.service).map(|service| service.name()).collect();
        for service in ["CredentialsService", "IdentityService", "LedgerService"] {
            assert!(services.contains(&service), "{services:?}");
        }
    }
}
