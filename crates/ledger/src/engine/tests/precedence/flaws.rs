//! What can be wrong with a transfer, mode by mode.

mod moving;
mod referring;

use moving::{of_hold, of_imported, of_movement, of_plain};
use referring::{of_extension, of_post, of_repeat, of_resolution, of_reversal, of_void};

use super::world::{FAILED, HOLD, NOW, PLAIN, POSTED, RICH_IN_FIELDS, SECOND, with};
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
