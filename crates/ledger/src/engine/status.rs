//! Result codes of account and transfer creation.
//!
//! The variants stand in order of precedence: when several apply, the first one listed is
//! reported. Names and order follow TigerBeetle's documented model (`create_accounts`,
//! `create_transfers`); the codes that Bushel adds stand where their TigerBeetle neighbours are
//! and are marked with "Bushel".

/// Defines a status enum with its stable snake_case names and `ALL` in order of precedence.
macro_rules! statuses {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$vdoc])* $variant = $code,)* }

        impl $name {
            /// Every status, in order of precedence.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The stable name used on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// The number stored in the journal; stable for ever.
            pub fn code(self) -> u8 { self as u8 }

            /// The status of a stored number.
            pub fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some($name::$variant),)* _ => None }
            }

            /// The status of a name on the wire.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some($name::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

statuses! {
    /// What became of one account in a create request.
    pub enum AccountStatus {
        Created = 0 "created",
        LinkedEventFailed = 1 "linked_event_failed",
        LinkedEventChainOpen = 2 "linked_event_chain_open",
        ImportedEventExpected = 3 "imported_event_expected",
        ImportedEventNotExpected = 4 "imported_event_not_expected",
        TimestampMustBeZero = 5 "timestamp_must_be_zero",
        ImportedEventTimestampOutOfRange = 6 "imported_event_timestamp_out_of_range",
        ImportedEventTimestampMustNotAdvance = 7 "imported_event_timestamp_must_not_advance",
        ReservedFlag = 8 "reserved_flag",
        IdMustNotBeZero = 9 "id_must_not_be_zero",
        IdMustNotBeIntMax = 10 "id_must_not_be_int_max",
        ExistsWithDifferentFlags = 11 "exists_with_different_flags",
        ExistsWithDifferentUserData128 = 12 "exists_with_different_user_data_128",
        ExistsWithDifferentUserData64 = 13 "exists_with_different_user_data_64",
        ExistsWithDifferentUserData32 = 14 "exists_with_different_user_data_32",
        ExistsWithDifferentAsset = 15 "exists_with_different_asset",
        ExistsWithDifferentCode = 16 "exists_with_different_code",
        /// Bushel.
        ExistsWithDifferentAddress = 17 "exists_with_different_address",
        /// Bushel. Compared only while the account's limits were never changed.
        ExistsWithDifferentLimits = 18 "exists_with_different_limits",
        /// Bushel. Compared only while the account was never changed.
        ExistsWithDifferentMetadata = 19 "exists_with_different_metadata",
        Exists = 20 "exists",
        FlagsAreMutuallyExclusive = 21 "flags_are_mutually_exclusive",
        AssetMustNotBeZero = 22 "asset_must_not_be_zero",
        /// Bushel.
        AssetNotFound = 23 "asset_not_found",
        CodeMustNotBeZero = 24 "code_must_not_be_zero",
        /// Bushel. The floor is above the ceiling.
        LimitsAreContradictory = 25 "limits_are_contradictory",
        /// Bushel. Another account has this address.
        AddressAlreadyTaken = 26 "address_already_taken",
        ImportedEventTimestampMustNotRegress = 27 "imported_event_timestamp_must_not_regress",
    }
}

statuses! {
    /// What became of one transfer in a create request.
    pub enum TransferStatus {
        Created = 0 "created",
        LinkedEventFailed = 1 "linked_event_failed",
        LinkedEventChainOpen = 2 "linked_event_chain_open",
        ImportedEventExpected = 3 "imported_event_expected",
        ImportedEventNotExpected = 4 "imported_event_not_expected",
        TimestampMustBeZero = 5 "timestamp_must_be_zero",
        ImportedEventTimestampOutOfRange = 6 "imported_event_timestamp_out_of_range",
        ImportedEventTimestampMustNotAdvance = 7 "imported_event_timestamp_must_not_advance",
        ReservedFlag = 8 "reserved_flag",
        IdMustNotBeZero = 9 "id_must_not_be_zero",
        IdMustNotBeIntMax = 10 "id_must_not_be_int_max",
        ExistsWithDifferentFlags = 11 "exists_with_different_flags",
        ExistsWithDifferentPendingId = 12 "exists_with_different_pending_id",
        ExistsWithDifferentTimeout = 13 "exists_with_different_timeout",
        ExistsWithDifferentDebitAccountId = 14 "exists_with_different_debit_account_id",
        ExistsWithDifferentCreditAccountId = 15 "exists_with_different_credit_account_id",
        ExistsWithDifferentAmount = 16 "exists_with_different_amount",
        ExistsWithDifferentUserData128 = 17 "exists_with_different_user_data_128",
        ExistsWithDifferentUserData64 = 18 "exists_with_different_user_data_64",
        ExistsWithDifferentUserData32 = 19 "exists_with_different_user_data_32",
        ExistsWithDifferentAsset = 20 "exists_with_different_asset",
        ExistsWithDifferentCode = 21 "exists_with_different_code",
        /// Bushel.
        ExistsWithDifferentGroup = 22 "exists_with_different_group",
        /// Bushel.
        ExistsWithDifferentReverses = 23 "exists_with_different_reverses",
        /// Bushel.
        ExistsWithDifferentEffectiveAt = 24 "exists_with_different_effective_at",
        /// Bushel.
        ExistsWithDifferentReference = 25 "exists_with_different_reference",
        /// Bushel.
        ExistsWithDifferentMetadata = 26 "exists_with_different_metadata",
        Exists = 27 "exists",
        IdAlreadyFailed = 28 "id_already_failed",
        FlagsAreMutuallyExclusive = 29 "flags_are_mutually_exclusive",
        DebitAccountIdMustNotBeZero = 30 "debit_account_id_must_not_be_zero",
        DebitAccountIdMustNotBeIntMax = 31 "debit_account_id_must_not_be_int_max",
        CreditAccountIdMustNotBeZero = 32 "credit_account_id_must_not_be_zero",
        CreditAccountIdMustNotBeIntMax = 33 "credit_account_id_must_not_be_int_max",
        AccountsMustBeDifferent = 34 "accounts_must_be_different",
        PendingIdMustBeZero = 35 "pending_id_must_be_zero",
        PendingIdMustNotBeZero = 36 "pending_id_must_not_be_zero",
        PendingIdMustNotBeIntMax = 37 "pending_id_must_not_be_int_max",
        PendingIdMustBeDifferent = 38 "pending_id_must_be_different",
        TimeoutReservedForPendingTransfer = 39 "timeout_reserved_for_pending_transfer",
        /// Bushel. An extension names the new time limit.
        TimeoutMustNotBeZero = 40 "timeout_must_not_be_zero",
        ClosingTransferMustBePending = 41 "closing_transfer_must_be_pending",
        /// Bushel. Only pending transfers belong to a group.
        GroupReservedForPendingTransfer = 42 "group_reserved_for_pending_transfer",
        /// Bushel. A reversal moves value at once; it takes no other mode.
        ReversalMustBeSinglePhase = 43 "reversal_must_be_single_phase",
        /// Bushel.
        ReversedTransferNotFound = 44 "reversed_transfer_not_found",
        /// Bushel. Only a transfer that posted value can be reversed.
        ReversedTransferNotPosted = 45 "reversed_transfer_not_posted",
        /// Bushel. A reversal goes from the credited account back to the debited one.
        ReversedTransferHasDifferentAccounts = 46 "reversed_transfer_has_different_accounts",
        AssetMustNotBeZero = 47 "asset_must_not_be_zero",
        CodeMustNotBeZero = 48 "code_must_not_be_zero",
        DebitAccountNotFound = 49 "debit_account_not_found",
        CreditAccountNotFound = 50 "credit_account_not_found",
        AccountsMustHaveTheSameAsset = 51 "accounts_must_have_the_same_asset",
        TransferMustHaveTheSameAssetAsAccounts = 52 "transfer_must_have_the_same_asset_as_accounts",
        PendingTransferNotFound = 53 "pending_transfer_not_found",
        PendingTransferNotPending = 54 "pending_transfer_not_pending",
        PendingTransferHasDifferentDebitAccountId = 55 "pending_transfer_has_different_debit_account_id",
        PendingTransferHasDifferentCreditAccountId = 56 "pending_transfer_has_different_credit_account_id",
        PendingTransferHasDifferentAsset = 57 "pending_transfer_has_different_asset",
        PendingTransferHasDifferentCode = 58 "pending_transfer_has_different_code",
        ExceedsPendingTransferAmount = 59 "exceeds_pending_transfer_amount",
        PendingTransferHasDifferentAmount = 60 "pending_transfer_has_different_amount",
        PendingTransferAlreadyPosted = 61 "pending_transfer_already_posted",
        PendingTransferAlreadyVoided = 62 "pending_transfer_already_voided",
        PendingTransferExpired = 63 "pending_transfer_expired",
        ImportedEventTimestampMustNotRegress = 64 "imported_event_timestamp_must_not_regress",
        ImportedEventTimestampMustPostdateDebitAccount = 65 "imported_event_timestamp_must_postdate_debit_account",
        ImportedEventTimestampMustPostdateCreditAccount = 66 "imported_event_timestamp_must_postdate_credit_account",
        ImportedEventTimeoutMustBeZero = 67 "imported_event_timeout_must_be_zero",
        DebitAccountAlreadyClosed = 68 "debit_account_already_closed",
        CreditAccountAlreadyClosed = 69 "credit_account_already_closed",
        /// Bushel. More than what is left of the reversed transfer.
        ExceedsReversibleAmount = 70 "exceeds_reversible_amount",
        OverflowsDebitsPending = 71 "overflows_debits_pending",
        OverflowsCreditsPending = 72 "overflows_credits_pending",
        OverflowsDebitsPosted = 73 "overflows_debits_posted",
        OverflowsCreditsPosted = 74 "overflows_credits_posted",
        OverflowsDebits = 75 "overflows_debits",
        OverflowsCredits = 76 "overflows_credits",
        OverflowsTimeout = 77 "overflows_timeout",
        ExceedsCredits = 78 "exceeds_credits",
        ExceedsDebits = 79 "exceeds_debits",
        /// Bushel. The debit account would fall under its floor, holds counted.
        ExceedsFloor = 80 "exceeds_floor",
        /// Bushel. The credit account would rise over its ceiling, holds counted.
        ExceedsCeiling = 81 "exceeds_ceiling",
    }
}

statuses! {
    /// What became of a change of an account's limits or metadata.
    pub enum UpdateStatus {
        Updated = 0 "updated",
        AccountNotFound = 1 "account_not_found",
        VersionConflict = 2 "version_conflict",
        LimitsAreContradictory = 3 "limits_are_contradictory",
    }
}

statuses! {
    /// What became of posting or voiding a whole group of pending transfers.
    pub enum GroupStatus {
        Resolved = 0 "resolved",
        /// The same command did it before.
        Exists = 1 "exists",
        IdMustNotBeZero = 2 "id_must_not_be_zero",
        IdMustNotBeIntMax = 3 "id_must_not_be_int_max",
        GroupMustNotBeZero = 4 "group_must_not_be_zero",
        GroupNotFound = 5 "group_not_found",
        /// Another command, or the time limit, resolved every pending transfer of the group.
        GroupAlreadyResolved = 6 "group_already_resolved",
        /// One of the transfers could not be resolved, so none was.
        TransferFailed = 7 "transfer_failed",
    }
}

impl AccountStatus {
    /// Whether the account is there now, as asked for.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Created | Self::Exists)
    }
}

impl TransferStatus {
    /// Whether the transfer is there now, as asked for.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Created | Self::Exists)
    }

    /// Whether the failure depends on the state of the ledger at that moment. Such a failure
    /// is kept with the transfer's id: a retry gets `id_already_failed`, never a late success.
    pub fn is_transient(self) -> bool {
        matches!(
            self,
            Self::DebitAccountNotFound
                | Self::CreditAccountNotFound
                | Self::PendingTransferNotFound
                | Self::ReversedTransferNotFound
                | Self::ExceedsReversibleAmount
                | Self::DebitAccountAlreadyClosed
                | Self::CreditAccountAlreadyClosed
                | Self::ExceedsCredits
                | Self::ExceedsDebits
                | Self::ExceedsFloor
                | Self::ExceedsCeiling
        )
    }
}
