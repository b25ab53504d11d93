//! What can be wrong with a transfer, mode by mode.

use super::world::{
    BOUND, CLOSED, FAILED, FROM_CLOSED, FULL, FULL_OF_PENDING, FULL_OF_POSTED, HOLD,
    HOLD_CLOSED_CREDIT, HOLD_CLOSED_DEBIT, HOLD_EXPIRED, HOLD_POSTED, HOLD_VOIDED, NO_ACCOUNTS,
    NO_TRANSFER, NOW, OTHER_ASSET, PLAIN, POOR, POSTED, RICH_IN_FIELDS, SECOND, TO_CLOSED, YOUNG,
    with,
};
use crate::engine::{Extra, NewTransfer, TransferFlags, TransferStatus};

/// A transfer, and what comes before it in its request.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) before: Vec<NewTransfer>,
    pub(super) new: NewTransfer,
}

/// Something wrong. Two flaws go together if they touch different things.
pub(super) struct Flaw {
    pub(super) status: TransferStatus,
    pub(super) apply: fn(&mut Attempt),
    touches: &'static [Part],
    /// Later statuses that apply to the flawed account or hold as well.
    pub(super) also: &'static [TransferStatus],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Before,
    Linked,
    Time,
    Id,
    Reserved,
    Mode,
    Closing,
    Balancing,
    Debit,
    Credit,
    Amount,
    Asset,
    Code,
    Pending,
    Timeout,
    Group,
    Reverses,
    Data(u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Plain,
    Hold,
    Imported,
    ImportedHold,
    Reversal,
    Post,
    Void,
    Extend,
    ImportedPost,
    Repeat,
}

impl Flaw {
    pub(super) fn goes_with(&self, other: &Self) -> bool {
        self.status != other.status && !self.touches.iter().any(|part| other.touches.contains(part))
    }
}

fn flaw(status: TransferStatus, touches: &'static [Part], apply: fn(&mut Attempt)) -> Flaw {
    Flaw { status, apply, touches, also: &[] }
}

impl Attempt {
    fn extra(&mut self) -> &mut Extra {
        self.new.extra.get_or_insert_default()
    }
    fn flag(&mut self, flag: u16) {
        self.new.flags.0 |= flag;
    }
}

/// A transfer with something in every field.
pub(super) fn rich_in_fields() -> NewTransfer {
    let mut new = with(RICH_IN_FIELDS, PLAIN[0], PLAIN[1], TransferFlags::PENDING);
    new.extra = Some(Box::new(Extra {
        timeout_s: 500,
        user_data_128: 1,
        user_data_64: 1,
        user_data_32: 1,
        group: 1,
        effective_at: Some(1),
        reference: Some("one".into()),
        metadata: Some("{}".into()),
        ..Extra::default()
    }));
    new
}

impl Mode {
    pub(super) const ALL: [Self; 10] = [
        Self::Plain,
        Self::Hold,
        Self::Imported,
        Self::ImportedHold,
        Self::Reversal,
        Self::Post,
        Self::Void,
        Self::Extend,
        Self::ImportedPost,
        Self::Repeat,
    ];

    /// A transfer that would be created (or, for `Repeat`, exists).
    pub(super) fn attempt(self) -> Attempt {
        let [debit, credit] = PLAIN;
        let resolve = |flags, amount, extra: Extra| NewTransfer {
            id: 500,
            amount,
            flags: TransferFlags(flags),
            extra: Some(Box::new(extra)),
            ..NewTransfer::default()
        };
        let of_hold = Extra { pending_id: HOLD, ..Extra::default() };
        let mut new = match self {
            Self::Plain | Self::Imported => with(500, debit, credit, 0),
            Self::Hold | Self::ImportedHold => with(500, debit, credit, TransferFlags::PENDING),
            Self::Reversal => resolve(0, 5, Extra { reverses: POSTED, ..Extra::default() }),
            Self::Post | Self::ImportedPost => resolve(TransferFlags::POST_PENDING, 5, of_hold),
            Self::Void => resolve(TransferFlags::VOID_PENDING, 10, of_hold),
            Self::Extend => {
                let extra = Extra { timeout_s: 5, ..of_hold };
                resolve(TransferFlags::EXTEND_PENDING, 0, extra)
            }
            Self::Repeat => rich_in_fields(),
        };
        if self.is_imported() {
            new.flags.0 |= TransferFlags::IMPORTED;
            new.timestamp = NOW - 10 * SECOND;
        }
        Attempt { before: Vec::new(), new }
    }

    fn is_imported(self) -> bool {
        matches!(self, Self::Imported | Self::ImportedHold | Self::ImportedPost)
    }

    /// The flaws that a transfer of this mode can have, in order of precedence.
    pub(super) fn flaws(self) -> Vec<Flaw> {
        let mut flaws = of_request(self.is_imported());
        match self {
            Self::Plain => flaws.extend(new_id().chain(of_plain()).chain(of_movement(false))),
            Self::Hold => flaws.extend(new_id().chain(of_hold()).chain(of_movement(true))),
            Self::Imported => flaws
                .extend(new_id().chain(of_plain()).chain(of_imported()).chain(of_movement(false))),
            Self::ImportedHold => {
                let timeout = flaw(
                    TransferStatus::ImportedEventTimeoutMustBeZero,
                    &[Part::Timeout],
                    |attempt| attempt.extra().timeout_s = 1,
                );
                flaws.extend(
                    new_id().chain(of_imported()).chain([timeout]).chain(of_movement(true)),
                );
            }
            Self::Reversal => flaws.extend(new_id().chain(of_reversal())),
            Self::Post => flaws.extend(new_id().chain(of_resolution()).chain(of_post())),
            Self::Void => flaws.extend(new_id().chain(of_resolution()).chain(of_void())),
            Self::Extend => flaws.extend(new_id().chain(of_extension())),
            Self::ImportedPost => {
                let regress = flaw(
                    TransferStatus::ImportedEventTimestampMustNotRegress,
                    &[Part::Time],
                    |attempt| attempt.new.timestamp = 1,
                );
                flaws.extend(new_id().chain(of_resolution()).chain(of_post()).chain([regress]));
            }
            Self::Repeat => flaws.extend(of_repeat()),
        }
        flaws.sort_by_key(|flaw| flaw.status);
        flaws
    }
}

/// Flaws that have to do with the request, the time or the id's form.
fn of_request(is_imported: bool) -> Vec<Flaw> {
    use TransferStatus as S;
    let mut flaws = vec![
        flaw(S::LinkedEventFailed, &[Part::Before], |attempt| {
            attempt.before = vec![with(0, PLAIN[0], PLAIN[1], TransferFlags::LINKED)];
        }),
        flaw(S::LinkedEventChainOpen, &[Part::Linked], |attempt| {
            attempt.flag(TransferFlags::LINKED);
        }),
        flaw(S::ReservedFlag, &[Part::Reserved], |attempt| {
            attempt.flag(TransferFlags::EXPIRE_PENDING);
        }),
        flaw(S::IdMustNotBeZero, &[Part::Id], |attempt| attempt.new.id = 0),
        flaw(S::IdMustNotBeIntMax, &[Part::Id], |attempt| attempt.new.id = u128::MAX),
    ];
    if is_imported {
        flaws.push(flaw(S::ImportedEventNotExpected, &[Part::Before], |attempt| {
            attempt.before = vec![with(600, PLAIN[0], PLAIN[1], 0)];
        }));
        flaws.push(flaw(S::ImportedEventTimestampOutOfRange, &[Part::Time], |attempt| {
            attempt.new.timestamp = 0;
        }));
        flaws.push(flaw(S::ImportedEventTimestampOutOfRange, &[Part::Time], |attempt| {
            attempt.new.timestamp = i64::MAX;
        }));
        flaws.push(flaw(S::ImportedEventTimestampMustNotAdvance, &[Part::Time], |attempt| {
            attempt.new.timestamp = NOW;
        }));
    } else {
        flaws.push(flaw(S::ImportedEventExpected, &[Part::Before], |attempt| {
            let mut imported = with(600, PLAIN[0], PLAIN[1], TransferFlags::IMPORTED);
            imported.timestamp = NOW - 20 * SECOND;
            attempt.before = vec![imported];
        }));
        flaws.push(flaw(S::TimestampMustBeZero, &[Part::Time], |attempt| {
            attempt.new.timestamp = 1;
        }));
    }
    flaws
}

/// Flaws of an id that is well formed but used up.
fn new_id() -> impl Iterator<Item = Flaw> {
    [flaw(TransferStatus::IdAlreadyFailed, &[Part::Id], |attempt| attempt.new.id = FAILED)]
        .into_iter()
}

/// Flaws in the fields of a single-phase transfer, beside those of every movement.
fn of_plain() -> impl Iterator<Item = Flaw> {
    use TransferStatus as S;
    [
        flaw(S::TimeoutReservedForPendingTransfer, &[Part::Timeout], |attempt| {
            attempt.extra().timeout_s = 1;
        }),
        flaw(S::ClosingTransferMustBePending, &[Part::Closing], |attempt| {
            attempt.flag(TransferFlags::CLOSING_CREDIT);
        }),
        flaw(S::GroupReservedForPendingTransfer, &[Part::Group], |attempt| {
            attempt.extra().group = 1;
        }),
    ]
    .into_iter()
}

fn of_hold() -> impl Iterator<Item = Flaw> {
    [flaw(TransferStatus::OverflowsTimeout, &[Part::Timeout], |attempt| {
        attempt.extra().timeout_s = 1_001;
    })]
    .into_iter()
}

fn of_imported() -> impl Iterator<Item = Flaw> {
    use TransferStatus as S;
    [
        flaw(S::ImportedEventTimestampMustNotRegress, &[Part::Time], |attempt| {
            attempt.new.timestamp = NOW - 100 * SECOND;
        }),
        Flaw {
            also: &[S::DebitAccountAlreadyClosed],
            ..flaw(S::ImportedEventTimestampMustPostdateDebitAccount, &[Part::Debit], |attempt| {
                attempt.new.debit_account = YOUNG[0];
            })
        },
        Flaw {
            also: &[S::CreditAccountAlreadyClosed],
            ..flaw(S::ImportedEventTimestampMustPostdateCreditAccount, &[Part::Credit], |attempt| {
                attempt.new.credit_account = YOUNG[1];
            })
        },
    ]
    .into_iter()
}

/// Flaws of a transfer that names its own accounts.
fn of_movement(is_pending: bool) -> impl Iterator<Item = Flaw> {
    use TransferStatus as S;
    let fields = [
        flaw(S::FlagsAreMutuallyExclusive, &[Part::Mode], |attempt| {
            attempt.flag(TransferFlags::PARTIAL);
        }),
        flaw(S::DebitAccountIdMustNotBeZero, &[Part::Debit], |attempt| {
            attempt.new.debit_account = 0;
        }),
        flaw(S::DebitAccountIdMustNotBeIntMax, &[Part::Debit], |attempt| {
            attempt.new.debit_account = u128::MAX;
        }),
        flaw(S::CreditAccountIdMustNotBeZero, &[Part::Credit], |attempt| {
            attempt.new.credit_account = 0;
        }),
        flaw(S::CreditAccountIdMustNotBeIntMax, &[Part::Credit], |attempt| {
            attempt.new.credit_account = u128::MAX;
        }),
        flaw(S::AccountsMustBeDifferent, &[Part::Debit, Part::Credit], |attempt| {
            attempt.new.credit_account = attempt.new.debit_account;
        }),
        flaw(S::PendingIdMustBeZero, &[Part::Pending], |attempt| attempt.extra().pending_id = HOLD),
        flaw(S::AssetMustNotBeZero, &[Part::Asset], |attempt| attempt.new.asset = 0),
        flaw(S::CodeMustNotBeZero, &[Part::Code], |attempt| attempt.new.code = 0),
        flaw(S::DebitAccountNotFound, &[Part::Debit], |attempt| {
            attempt.new.debit_account = NO_ACCOUNTS[0];
        }),
        flaw(S::CreditAccountNotFound, &[Part::Credit], |attempt| {
            attempt.new.credit_account = NO_ACCOUNTS[1];
        }),
        flaw(S::AccountsMustHaveTheSameAsset, &[Part::Credit], |attempt| {
            attempt.new.credit_account = OTHER_ASSET[1];
        }),
        flaw(S::TransferMustHaveTheSameAssetAsAccounts, &[Part::Asset], |attempt| {
            attempt.new.asset = 2;
        }),
    ];
    let pending = is_pending.then(full_of_pending).into_iter().flatten();
    fields.into_iter().chain(of_accounts()).chain(pending)
}

fn full_of_pending() -> [Flaw; 2] {
    use TransferStatus as S;
    [
        flaw(S::OverflowsDebitsPending, &[Part::Debit], |attempt| {
            attempt.new.debit_account = FULL_OF_PENDING[0];
        }),
        flaw(S::OverflowsCreditsPending, &[Part::Credit], |attempt| {
            attempt.new.credit_account = FULL_OF_PENDING[1];
        }),
    ]
}

/// Flaws of the accounts. The debit and the credit side can be combined at will.
fn of_accounts() -> impl Iterator<Item = Flaw> {
    use TransferStatus as S;
    [
        flaw(S::DebitAccountAlreadyClosed, &[Part::Debit], |attempt| {
            attempt.new.debit_account = CLOSED[0];
        }),
        Flaw {
            also: &[S::OverflowsCredits, S::ExceedsDebits, S::ExceedsCeiling],
            ..flaw(S::CreditAccountAlreadyClosed, &[Part::Credit], |attempt| {
                attempt.new.credit_account = CLOSED[1];
            })
        },
        flaw(S::OverflowsDebitsPosted, &[Part::Debit], |attempt| {
            attempt.new.debit_account = FULL_OF_POSTED[0];
        }),
        flaw(S::OverflowsCreditsPosted, &[Part::Credit], |attempt| {
            attempt.new.credit_account = FULL_OF_POSTED[1];
        }),
        flaw(S::OverflowsDebits, &[Part::Debit], |attempt| attempt.new.debit_account = FULL[0]),
        flaw(S::OverflowsCredits, &[Part::Credit], |attempt| attempt.new.credit_account = FULL[1]),
        Flaw {
            also: &[S::ExceedsFloor],
            ..flaw(S::ExceedsCredits, &[Part::Debit], |attempt| attempt.new.debit_account = POOR[0])
        },
        Flaw {
            also: &[S::ExceedsCeiling],
            ..flaw(S::ExceedsDebits, &[Part::Credit], |attempt| {
                attempt.new.credit_account = POOR[1]
            })
        },
        flaw(S::ExceedsFloor, &[Part::Debit], |attempt| attempt.new.debit_account = BOUND[0]),
        flaw(S::ExceedsCeiling, &[Part::Credit], |attempt| attempt.new.credit_account = BOUND[1]),
    ]
    .into_iter()
}

fn of_reversal() -> impl Iterator<Item = Flaw> {
    use TransferStatus as S;
    let own = [
        flaw(S::FlagsAreMutuallyExclusive, &[Part::Mode], |attempt| {
            attempt.flag(TransferFlags::PARTIAL);
        }),
        flaw(S::DebitAccountIdMustNotBeIntMax, &[Part::Debit], |attempt| {
            attempt.new.debit_account = u128::MAX;
        }),
        flaw(S::CreditAccountIdMustNotBeIntMax, &[Part::Credit], |attempt| {
            attempt.new.credit_account = u128::MAX;
        }),
        flaw(S::AccountsMustBeDifferent, &[Part::Debit, Part::Credit], |attempt| {
            (attempt.new.debit_account, attempt.new.credit_account) = (1, 1);
        }),
        flaw(S::PendingIdMustBeZero, &[Part::Pending], |attempt| attempt.extra().pending_id = HOLD),
        flaw(S::ReversalMustBeSinglePhase, &[Part::Balancing], |attempt| {
            attempt.flag(TransferFlags::BALANCING_DEBIT);
        }),
        flaw(S::ReversedTransferNotFound, &[Part::Reverses], |attempt| {
            attempt.extra().reverses = NO_TRANSFER;
        }),
        flaw(S::ReversedTransferNotPosted, &[Part::Reverses], |attempt| {
            attempt.extra().reverses = HOLD;
        }),
        flaw(S::ReversedTransferHasDifferentAccounts, &[Part::Debit], |attempt| {
            attempt.new.debit_account = PLAIN[0];
        }),
        flaw(S::TransferMustHaveTheSameAssetAsAccounts, &[Part::Asset], |attempt| {
            attempt.new.asset = 2;
        }),
        flaw(S::DebitAccountAlreadyClosed, &[Part::Reverses, Part::Debit], |attempt| {
            attempt.extra().reverses = TO_CLOSED;
        }),
        flaw(S::CreditAccountAlreadyClosed, &[Part::Reverses], |attempt| {
            attempt.extra().reverses = FROM_CLOSED;
        }),
        flaw(S::ExceedsReversibleAmount, &[Part::Amount], |attempt| attempt.new.amount = 11),
    ];
    own.into_iter().chain(of_plain())
}

/// Flaws that posts, voids and extensions share.
fn of_resolving() -> impl Iterator<Item = Flaw> {
    use TransferStatus as S;
    [
        flaw(S::FlagsAreMutuallyExclusive, &[Part::Mode], |attempt| {
            attempt.flag(TransferFlags::PENDING);
        }),
        flaw(S::FlagsAreMutuallyExclusive, &[Part::Reverses], |attempt| {
            attempt.extra().reverses = POSTED;
        }),
        flaw(S::PendingIdMustNotBeZero, &[Part::Pending], |attempt| {
            attempt.extra().pending_id = 0;
        }),
        flaw(S::PendingIdMustNotBeIntMax, &[Part::Pending], |attempt| {
            attempt.extra().pending_id = u128::MAX;
        }),
        flaw(S::PendingIdMustBeDifferent, &[Part::Pending, Part::Id], |attempt| {
            attempt.extra().pending_id = 500;
        }),
        flaw(S::GroupReservedForPendingTransfer, &[Part::Group], |attempt| {
            attempt.extra().group = 1;
        }),
        flaw(S::PendingTransferNotFound, &[Part::Pending], |attempt| {
            attempt.extra().pending_id = NO_TRANSFER;
        }),
        flaw(S::PendingTransferNotPending, &[Part::Pending], |attempt| {
            attempt.extra().pending_id = POSTED;
        }),
        flaw(S::PendingTransferHasDifferentDebitAccountId, &[Part::Debit], |attempt| {
            attempt.new.debit_account = NO_ACCOUNTS[0];
        }),
        flaw(S::PendingTransferHasDifferentCreditAccountId, &[Part::Credit], |attempt| {
            attempt.new.credit_account = NO_ACCOUNTS[1];
        }),
        flaw(S::PendingTransferHasDifferentAsset, &[Part::Asset], |attempt| attempt.new.asset = 2),
        flaw(S::PendingTransferHasDifferentCode, &[Part::Code], |attempt| attempt.new.code = 9),
        flaw(S::PendingTransferAlreadyPosted, &[Part::Pending], |attempt| {
            attempt.extra().pending_id = HOLD_POSTED;
        }),
        flaw(S::PendingTransferAlreadyVoided, &[Part::Pending], |attempt| {
            attempt.extra().pending_id = HOLD_VOIDED;
        }),
        flaw(S::PendingTransferExpired, &[Part::Pending], |attempt| {
            attempt.extra().pending_id = HOLD_EXPIRED;
        }),
    ]
    .into_iter()
}

fn of_resolution() -> impl Iterator<Item = Flaw> {
    let timeout =
        flaw(TransferStatus::TimeoutReservedForPendingTransfer, &[Part::Timeout], |attempt| {
            attempt.extra().timeout_s = 1;
        });
    [timeout].into_iter().chain(of_resolving())
}

fn of_closed_hold() -> impl Iterator<Item = Flaw> {
    use TransferStatus as S;
    [
        Flaw {
            also: &[S::CreditAccountAlreadyClosed],
            ..flaw(S::DebitAccountAlreadyClosed, &[Part::Pending], |attempt| {
                attempt.extra().pending_id = HOLD_CLOSED_DEBIT;
            })
        },
        flaw(S::CreditAccountAlreadyClosed, &[Part::Pending], |attempt| {
            attempt.extra().pending_id = HOLD_CLOSED_CREDIT;
        }),
    ]
    .into_iter()
}

fn of_post() -> impl Iterator<Item = Flaw> {
    let exceeds = flaw(TransferStatus::ExceedsPendingTransferAmount, &[Part::Amount], |attempt| {
        attempt.new.amount = 11;
    });
    of_closed_hold().chain([exceeds])
}

fn of_void() -> impl Iterator<Item = Flaw> {
    [
        Flaw {
            also: &[TransferStatus::PendingTransferHasDifferentAmount],
            ..flaw(TransferStatus::ExceedsPendingTransferAmount, &[Part::Amount], |attempt| {
                attempt.new.amount = 11;
            })
        },
        flaw(TransferStatus::PendingTransferHasDifferentAmount, &[Part::Amount], |attempt| {
            attempt.new.amount = 9;
        }),
        flaw(TransferStatus::FlagsAreMutuallyExclusive, &[Part::Linked], |attempt| {
            attempt.flag(TransferFlags::PARTIAL);
        }),
    ]
    .into_iter()
}

fn of_extension() -> impl Iterator<Item = Flaw> {
    use TransferStatus as S;
    let own = [
        flaw(S::TimeoutMustNotBeZero, &[Part::Timeout], |attempt| attempt.extra().timeout_s = 0),
        flaw(S::OverflowsTimeout, &[Part::Timeout], |attempt| attempt.extra().timeout_s = 1_001),
        flaw(S::PendingTransferHasDifferentAmount, &[Part::Amount], |attempt| {
            attempt.new.amount = 1;
        }),
    ];
    own.into_iter().chain(of_resolving()).chain(of_closed_hold())
}

/// Every field in which a repeat can differ from what exists.
fn of_repeat() -> impl Iterator<Item = Flaw> {
    use TransferStatus as S;
    [
        flaw(S::ExistsWithDifferentFlags, &[Part::Mode], |attempt| {
            attempt.flag(TransferFlags::BALANCING_DEBIT);
        }),
        flaw(S::ExistsWithDifferentPendingId, &[Part::Pending], |attempt| {
            attempt.extra().pending_id = HOLD;
        }),
        flaw(S::ExistsWithDifferentTimeout, &[Part::Timeout], |attempt| {
            attempt.extra().timeout_s = 1;
        }),
        flaw(S::ExistsWithDifferentDebitAccountId, &[Part::Debit], |attempt| {
            attempt.new.debit_account = NO_ACCOUNTS[0];
        }),
        flaw(S::ExistsWithDifferentCreditAccountId, &[Part::Credit], |attempt| {
            attempt.new.credit_account = NO_ACCOUNTS[1];
        }),
        flaw(S::ExistsWithDifferentAmount, &[Part::Amount], |attempt| attempt.new.amount = 9),
        flaw(S::ExistsWithDifferentUserData128, &[Part::Data(0)], |attempt| {
            attempt.extra().user_data_128 = 0;
        }),
        flaw(S::ExistsWithDifferentUserData64, &[Part::Data(1)], |attempt| {
            attempt.extra().user_data_64 = 2;
        }),
        flaw(S::ExistsWithDifferentUserData32, &[Part::Data(2)], |attempt| {
            attempt.extra().user_data_32 = 2;
        }),
        flaw(S::ExistsWithDifferentAsset, &[Part::Asset], |attempt| attempt.new.asset = 2),
        flaw(S::ExistsWithDifferentCode, &[Part::Code], |attempt| attempt.new.code = 2),
        flaw(S::ExistsWithDifferentGroup, &[Part::Group], |attempt| attempt.extra().group = 2),
        flaw(S::ExistsWithDifferentReverses, &[Part::Reverses], |attempt| {
            attempt.extra().reverses = POSTED;
        }),
        flaw(S::ExistsWithDifferentEffectiveAt, &[Part::Data(3)], |attempt| {
            attempt.extra().effective_at = None;
        }),
        flaw(S::ExistsWithDifferentReference, &[Part::Data(4)], |attempt| {
            attempt.extra().reference = Some("two".into());
        }),
        flaw(S::ExistsWithDifferentMetadata, &[Part::Data(5)], |attempt| {
            attempt.extra().metadata = None;
        }),
    ]
    .into_iter()
}
