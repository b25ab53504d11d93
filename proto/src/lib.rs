//! The gRPC contracts of the contexts, as generated code.
//!
//! | what | where |
//! |---|---|
//! | the contracts themselves | `bushel/<context>/<version>/*.proto` |
//! | messages, clients and service traits | [`ledger::v1`] |
//! | how messages are read from the wire | [`codec`] |
//! | the descriptors, for reflection | [`FILE_DESCRIPTOR_SET`] |
//!
//! What it deliberately does not do: nothing here knows what a message means. Each context
//! converts its messages itself, beside its other edges.

pub mod codec;

pub use prost_types::Timestamp;

/// The ledger's contract.
pub mod ledger {
    /// Generated from `bushel/ledger/v1`.
    #[expect(clippy::allow_attributes, reason = "the generator writes `allow`")]
    pub mod v1 {
        tonic::include_proto!("bushel.ledger.v1");
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
        assert_eq!(services, ["LedgerService"]);
    }
}
