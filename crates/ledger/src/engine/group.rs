//! Posting or voiding a whole group of pending transfers in one command: all or none.
//! Each member gets a record of its own, whose id follows from the command's id and the
//! member's, so that a repeated command finds what it did before.

use kernel::id::derived::of_hash_at;

use super::status::{GroupStatus, TransferStatus};
use super::transfer::{Extra, NewTransfer, Record, TransferFlags};
use super::{AMOUNT_MAX, Engine, Response, TransferResult};

/// What to do with a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupAction {
    Post,
    Void,
}

impl GroupAction {
    fn flag(self) -> u16 {
        match self {
            Self::Post => TransferFlags::POST_PENDING,
            Self::Void => TransferFlags::VOID_PENDING,
        }
    }
}

/// The command. Members that were resolved one by one before are left as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResolveGroup {
    pub id: u128,
    pub group: u128,
    pub action: GroupAction,
}

/// Id of the record that a group command makes for a member.
pub fn member_id(command: u128, pending: u128) -> u128 {
    derived_id(b"group", command, pending)
}

/// Id of the record that says that a pending transfer expired.
pub fn expiry_id(pending: u128) -> u128 {
    derived_id(b"expire", pending, 0)
}

/// From a BLAKE3 hash of what it stands for, among the ids of its time.
fn derived_id(what: &[u8], first: u128, second: u128) -> u128 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(what).update(&first.to_be_bytes()).update(&second.to_be_bytes());
    of_hash_at(first, hasher.finalize().as_bytes())
}

impl Engine {
    pub(super) fn resolve_group(&mut self, command: &ResolveGroup) -> Response {
        let refused = |status| Response::Group(status, Vec::new());
        if command.id == 0 {
            return refused(GroupStatus::IdMustNotBeZero);
        }
        if command.id == u128::MAX {
            return refused(GroupStatus::IdMustNotBeIntMax);
        }
        if command.group == 0 {
            return refused(GroupStatus::GroupMustNotBeZero);
        }
        let members = self.states.group_members(command.group);
        if members.is_empty() {
            return refused(GroupStatus::GroupNotFound);
        }
        let before = self.resolved_before(command, &members);
        if !before.is_empty() {
            let same = before.iter().all(|result| result.status == TransferStatus::Exists);
            let status = if same { GroupStatus::Exists } else { GroupStatus::TransferFailed };
            return Response::Group(status, before);
        }
        self.resolve_members(command, &members)
    }

    /// What the same command did before. Its members tell: their records' ids follow from it.
    fn resolved_before(&self, command: &ResolveGroup, members: &[u128]) -> Vec<TransferResult> {
        let flags = TransferFlags(command.action.flag());
        let record = |member: &u128| self.find_record(member_id(command.id, *member));
        let result = |record: &Record| {
            if record.flags == flags {
                TransferResult::exists(record.seq)
            } else {
                TransferResult::failed(TransferStatus::ExistsWithDifferentFlags)
            }
        };
        members.iter().filter_map(record).map(result).collect()
    }

    fn resolve_members(&mut self, command: &ResolveGroup, members: &[u128]) -> Response {
        let is_open = |id: &&u128| {
            let state = self.states.get(**id).expect("members have a state");
            state.is_open_at(self.now)
        };
        let open: Vec<u128> = members.iter().filter(is_open).copied().collect();
        if open.is_empty() {
            return Response::Group(GroupStatus::GroupAlreadyResolved, Vec::new());
        }
        let mut results = Vec::with_capacity(open.len());
        let done = self.all_or_nothing(|engine| {
            for pending in &open {
                results.push(engine.create_transfer(&resolution(command, *pending)));
            }
            results.iter().all(|result| result.status == TransferStatus::Created)
        });
        let status = if done { GroupStatus::Resolved } else { GroupStatus::TransferFailed };
        if !done {
            for (result, pending) in results.iter_mut().zip(&open) {
                self.remember_failure(member_id(command.id, *pending), result.status);
                result.seq = None;
                if result.status == TransferStatus::Created {
                    result.status = TransferStatus::LinkedEventFailed;
                }
            }
        }
        Response::Group(status, results)
    }

    /// The id for the record of an expiry: [`expiry_id`], unless a caller has taken that id. The
    /// clock must be able to go on whatever ids callers think of.
    pub(super) fn free_expiry_id(&self, pending: u128) -> u128 {
        let candidates = (0..).map(|attempt| derived_id(b"expire", pending, attempt));
        candidates.into_iter().find(|id| !self.is_taken(*id)).expect("most ids are free")
    }

    fn is_taken(&self, id: u128) -> bool {
        self.find_record(id).is_some() || self.failure_of(id).is_some()
    }
}

fn resolution(command: &ResolveGroup, pending: u128) -> NewTransfer {
    let amount = match command.action {
        GroupAction::Post => AMOUNT_MAX,
        GroupAction::Void => 0,
    };
    NewTransfer {
        id: member_id(command.id, pending),
        amount,
        flags: TransferFlags(command.action.flag()),
        extra: Some(Box::new(Extra { pending_id: pending, ..Extra::default() })),
        ..NewTransfer::default()
    }
}
