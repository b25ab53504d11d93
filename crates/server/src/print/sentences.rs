//! The sentences that the ledger's contract has for its statuses: comments of its enums.

use std::collections::HashMap;

use prost::Message as _;
use prost_types::FileDescriptorSet;

const FILE: &str = "bushel/ledger/v1/status.proto";
/// Fields of descriptor.proto that lead to a value of an enum of a file.
const ENUMS_OF_FILE: i32 = 5;
const VALUES_OF_ENUM: i32 = 2;

/// Sentences by the name of the value, such as `ACCOUNT_STATUS_CREATED`.
pub(super) struct Sentences(HashMap<String, String>);

impl Sentences {
    pub(super) fn read() -> Self {
        let set = FileDescriptorSet::decode(proto::FILE_DESCRIPTOR_SET);
        let set = set.expect("the descriptors were checked when they were compiled");
        let mut found = HashMap::new();
        for file in set.file.iter().filter(|file| file.name() == FILE) {
            for location in file.source_code_info.iter().flat_map(|info| &info.location) {
                let [ENUMS_OF_FILE, number, VALUES_OF_ENUM, value] = location.path[..] else {
                    continue;
                };
                let value = usize::try_from(number)
                    .ok()
                    .and_then(|number| file.enum_type.get(number))
                    .and_then(|list| list.value.get(usize::try_from(value).ok()?));
                if let Some(value) = value {
                    let words = location.leading_comments().split_whitespace();
                    let sentence = words.collect::<Vec<_>>().join(" ");
                    found.insert(value.name().to_owned(), sentence);
                }
            }
        }
        Self(found)
    }

    /// What a status of a `thing` means.
    pub(super) fn of(&self, thing: &str, status: &str) -> Option<String> {
        let name = format!("{thing}_status_{status}").to_uppercase();
        self.0.get(&name).filter(|sentence| !sentence.is_empty()).cloned()
    }
}
