//! A sentence for people about every status: what it means, and where it helps, what to do.

use crate::engine::{AccountStatus, GroupStatus, TransferStatus, UpdateStatus};

/// What became of an account, in a sentence.
pub(crate) fn account_detail(status: AccountStatus) -> &'static str {
    use AccountStatus as Status;
    match status {
        Status::Created => "The account was created.",
        Status::LinkedEventFailed => {
            "Another account of the linked chain failed, so none of the chain was created."
        }
        Status::LinkedEventChainOpen => {
            "The last account of a request can't be linked to a next one."
        }
        Status::ImportedEventExpected => {
            "The first account of the request is imported, so all of them have to be."
        }
        Status::ImportedEventNotExpected => {
            "The first account of the request isn't imported, so none of them may be."
        }
        Status::TimestampMustBeZero => "A time of creation is only given for imported accounts.",
        Status::ImportedEventTimestampOutOfRange => {
            "An imported account needs a time of creation after 1970 and before the year 10000."
        }
        Status::ImportedEventTimestampMustNotAdvance => {
            "The time of creation of an imported account lies in the past."
        }
        Status::ReservedFlag => "A flag was set that has no meaning.",
        Status::IdMustNotBeZero => "An id has at least one bit set.",
        Status::IdMustNotBeIntMax => "An id has at least one bit not set.",
        Status::ExistsWithDifferentFlags => "An account with this id exists, with other flags.",
        Status::ExistsWithDifferentUserData128 => {
            "An account with this id exists, with another user_data_128."
        }
        Status::ExistsWithDifferentUserData64 => {
            "An account with this id exists, with another user_data_64."
        }
        Status::ExistsWithDifferentUserData32 => {
            "An account with this id exists, with another user_data_32."
        }
        Status::ExistsWithDifferentAsset => "An account with this id exists, for another asset.",
        Status::ExistsWithDifferentCode => "An account with this id exists, with another code.",
        Status::ExistsWithDifferentAddress => "An account with this id exists, at another address.",
        Status::ExistsWithDifferentLimits => {
            "An account with this id exists, with another floor or ceiling."
        }
        Status::ExistsWithDifferentMetadata => {
            "An account with this id exists, with other metadata."
        }
        Status::Exists => "The same account was created before.",
        Status::FlagsAreMutuallyExclusive => {
            "Debits and credits can't both be bounded by the other side."
        }
        Status::AssetMustNotBeZero => "An account counts one asset, and none was given.",
        Status::AssetNotFound => "There is no asset with this code.",
        Status::CodeMustNotBeZero => "The code of an account is 1 to 65535.",
        Status::LimitsAreContradictory => "The floor is above the ceiling.",
        Status::AddressAlreadyTaken => "Another account has this address.",
        Status::ImportedEventTimestampMustNotRegress => {
            "Imported accounts come in the order of their creation, and the ledger has a later one."
        }
    }
}

/// What became of a transfer, in a sentence.
pub(crate) fn transfer_detail(status: TransferStatus) -> &'static str {
    TRANSFER[usize::from(status.code())]
}

/// By the code of the status; a test checks that each has its own.
const TRANSFER: [&str; TransferStatus::ALL.len()] = [
    "The transfer was made.",
    "Another transfer of the linked chain failed, so none of the chain was made.",
    "The last transfer of a request can't be linked to a next one.",
    "The first transfer of the request is imported, so all of them have to be.",
    "The first transfer of the request isn't imported, so none of them may be.",
    "A time is only given for imported transfers.",
    "An imported transfer needs a time after 1970 and before the year 10000.",
    "The time of an imported transfer lies in the past.",
    "A flag was set that callers can't set.",
    "An id has at least one bit set.",
    "An id has at least one bit not set.",
    "A transfer with this id exists, of another kind or with other flags.",
    "A transfer with this id exists, for another pending transfer.",
    "A transfer with this id exists, with another time limit.",
    "A transfer with this id exists, from another account.",
    "A transfer with this id exists, to another account.",
    "A transfer with this id exists, with another amount.",
    "A transfer with this id exists, with another user_data_128.",
    "A transfer with this id exists, with another user_data_64.",
    "A transfer with this id exists, with another user_data_32.",
    "A transfer with this id exists, of another asset.",
    "A transfer with this id exists, with another code.",
    "A transfer with this id exists, in another group.",
    "A transfer with this id exists, which reverses another transfer.",
    "A transfer with this id exists, with another effective time.",
    "A transfer with this id exists, with another reference.",
    "A transfer with this id exists, with other metadata.",
    "The same transfer was made before.",
    "A transfer with this id failed before, so it never succeeds later; try again with a new id.",
    "These options can't be combined.",
    "The account to debit was not given.",
    "The id of the account to debit has at least one bit not set.",
    "The account to credit was not given.",
    "The id of the account to credit has at least one bit not set.",
    "A transfer goes from one account to another one.",
    "Only a post, void or extension names a pending transfer.",
    "A post, void or extension names the pending transfer.",
    "The id of the pending transfer has at least one bit not set.",
    "A transfer can't refer to itself.",
    "Only pending transfers and extensions have a time limit.",
    "An extension needs a time limit of at least one second.",
    "Only a pending transfer can close an account.",
    "Only pending transfers belong to a group.",
    "A reversal moves value at once and can't be pending or balancing.",
    "There is no transfer with the id that is to be reversed.",
    "The transfer to reverse moved nothing for good.",
    "A reversal goes back between the accounts of the transfer that it reverses.",
    "The asset of the transfer was not given.",
    "The code of a transfer is 1 to 65535.",
    "There is no such account to debit.",
    "There is no such account to credit.",
    "The two accounts count different assets.",
    "The accounts count another asset than the transfer's.",
    "There is no such pending transfer.",
    "The transfer was never pending.",
    "The pending transfer debits another account.",
    "The pending transfer credits another account.",
    "The pending transfer is of another asset.",
    "The pending transfer has another code.",
    "The amount is more than what is still reserved.",
    "A void releases the whole rest, and an extension has no amount.",
    "The pending transfer was posted already.",
    "The pending transfer was voided already.",
    "The time limit of the pending transfer has passed.",
    "Imported transfers come in the order of their times, and the ledger has a later one.",
    "The account to debit was created later than that.",
    "The account to credit was created later than that.",
    "An imported transfer has no time limit.",
    "The account to debit is closed.",
    "The account to credit is closed.",
    "The amount is more than what is left to reverse.",
    "The pending debits of the debited account would exceed 2^128-1.",
    "The pending credits of the credited account would exceed 2^128-1.",
    "The posted debits of the debited account would exceed 2^128-1.",
    "The posted credits of the credited account would exceed 2^128-1.",
    "All debits of the debited account together would exceed 2^128-1.",
    "All credits of the credited account together would exceed 2^128-1.",
    "The time limit would lie after the year 9999.",
    "The debited account doesn't have enough: its debits may not exceed its credits.",
    "The credited account can't take that much: its credits may not exceed its debits.",
    "The debited account would fall below its floor; what is on hold counts.",
    "The credited account would rise above its ceiling; what is on hold counts.",
];

/// What became of a change, in a sentence.
pub(crate) fn update_detail(status: UpdateStatus) -> &'static str {
    use UpdateStatus as Status;
    match status {
        Status::Updated => "The account was changed.",
        Status::AccountNotFound => "There is no such account.",
        Status::VersionConflict => {
            "The account has changed since the version in If-Match; read it again."
        }
        Status::LimitsAreContradictory => "The floor is above the ceiling.",
    }
}

/// What became of a group, in a sentence.
pub(crate) fn group_detail(status: GroupStatus) -> &'static str {
    use GroupStatus as Status;
    match status {
        Status::Resolved => "The group was resolved.",
        Status::Exists => "The same command resolved the group before.",
        Status::IdMustNotBeZero => "An id has at least one bit set.",
        Status::IdMustNotBeIntMax => "An id has at least one bit not set.",
        Status::GroupMustNotBeZero => "The id of a group has at least one bit set.",
        Status::GroupNotFound => "No pending transfer belongs to this group.",
        Status::GroupAlreadyResolved => {
            "Every pending transfer of the group was posted, voided or expired before."
        }
        Status::TransferFailed => "One transfer of the group could not be resolved, so none was.",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_transfer_status_has_its_sentence() {
        let of = transfer_detail;
        assert_eq!(TransferStatus::ALL.iter().map(|s| of(*s)).collect::<HashSet<_>>().len(), 82);
        for (at, status) in TransferStatus::ALL.iter().enumerate() {
            assert_eq!(usize::from(status.code()), at, "the table is in the order of the codes");
        }
        assert!(of(TransferStatus::ExceedsFloor).contains("floor"));
        assert!(of(TransferStatus::IdAlreadyFailed).contains("new id"));
        assert!(of(TransferStatus::PendingTransferExpired).contains("time limit"));
        assert!(of(TransferStatus::ExistsWithDifferentAsset).contains("another asset"));
    }

    #[test]
    fn sentences_end_with_a_stop() {
        let accounts = AccountStatus::ALL.iter().map(|status| account_detail(*status));
        let transfers = TransferStatus::ALL.iter().map(|status| transfer_detail(*status));
        let updates = UpdateStatus::ALL.iter().map(|status| update_detail(*status));
        let groups = GroupStatus::ALL.iter().map(|status| group_detail(*status));
        for sentence in accounts.chain(transfers).chain(updates).chain(groups) {
            assert!(sentence.ends_with('.') && sentence.len() > 15, "{sentence}");
        }
    }
}
