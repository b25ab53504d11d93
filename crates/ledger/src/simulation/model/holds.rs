//! Groups and expiry.

use super::{Broken, Model, Outcome, result};
use crate::engine::{
    Extra, GroupAction, GroupStatus, NewTransfer, PendingStatus, Record, ResolveGroup, Response,
    Time, TransferFlags, TransferResult, TransferStatus, expiry_id, member_id,
};

impl Model {
    pub(super) fn resolve_group(&mut self, command: &ResolveGroup) -> Response {
        let refused = |status| Response::Group(status, Vec::new());
        let members = self.book.members(command.group).to_vec();
        let mut broken = Broken::none();
        broken.when(command.id == 0, GroupStatus::IdMustNotBeZero);
        broken.when(command.id == u128::MAX, GroupStatus::IdMustNotBeIntMax);
        broken.when(command.group == 0, GroupStatus::GroupMustNotBeZero);
        broken.when(members.is_empty(), GroupStatus::GroupNotFound);
        if let Some(status) = broken.first() {
            return refused(status);
        }
        let (flag, amount) = match command.action {
            GroupAction::Post => (TransferFlags::POST_PENDING, u128::MAX),
            GroupAction::Void => (TransferFlags::VOID_PENDING, 0),
        };
        let before: Vec<TransferResult> = members
            .iter()
            .filter_map(|member| self.book.record(member_id(command.id, *member)))
            .map(|record| match record.flags.0 == flag {
                true => result(TransferStatus::Exists, Some(record.seq)),
                false => result(TransferStatus::ExistsWithDifferentFlags, None),
            })
            .collect();
        if !before.is_empty() {
            let same = before.iter().all(|result| result.status == TransferStatus::Exists);
            let status = if same { GroupStatus::Exists } else { GroupStatus::TransferFailed };
            return Response::Group(status, before);
        }
        let is_open = |id: &u128| self.is_open(*id);
        let open: Vec<u128> = members.into_iter().filter(is_open).collect();
        if open.is_empty() {
            return refused(GroupStatus::GroupAlreadyResolved);
        }
        let mark = self.mark();
        let resolve = |pending: &u128| {
            let id = member_id(command.id, *pending);
            let extra = Some(Box::new(Extra { pending_id: *pending, ..Extra::default() }));
            let flags = TransferFlags(flag);
            self.create_transfer(
                &NewTransfer { id, amount, flags, extra, ..Default::default() },
                false,
            )
        };
        let mut results: Vec<TransferResult> = open.iter().map(resolve).collect();
        if results.iter().all(|result| result.status == TransferStatus::Created) {
            return Response::Group(GroupStatus::Resolved, results);
        }
        self.reset(mark);
        for result in &mut results {
            if result.status == TransferStatus::Created {
                *result = TransferResult::linked_event_failed();
            }
        }
        Response::Group(GroupStatus::TransferFailed, results)
    }

    /// Whether a hold is unresolved and within its time.
    pub(super) fn is_open(&self, id: u128) -> bool {
        self.book.state(id).is_some_and(|state| {
            let in_time = state.expires_at.is_none_or(|at| at > self.now);
            state.status == PendingStatus::Pending && in_time
        })
    }

    pub(super) fn expire(&mut self, limit: usize) -> usize {
        let book = &self.book;
        let is_pending =
            |id: &u128| book.state(*id).is_some_and(|state| state.status == PendingStatus::Pending);
        self.timed.sort_unstable();
        self.timed.dedup();
        self.timed.retain(is_pending);
        let mut due: Vec<(Time, i64, u128)> = self
            .timed
            .iter()
            .filter_map(|id| {
                let state = self.book.state(*id).expect("retained");
                let at = state.expires_at.filter(|at| *at <= self.now)?;
                Some((at, state.seq, *id))
            })
            .collect();
        due.sort_unstable();
        due.truncate(limit);
        for (_, _, id) in &due {
            self.expire_one(*id);
        }
        due.len()
    }

    fn expire_one(&mut self, id: u128) {
        let hold = self.book.record(id).expect("a hold is recorded").clone();
        let remaining = self.book.state(id).expect("a hold has a state").remaining;
        let extra = Extra {
            pending_id: id,
            released: Some(remaining),
            user_data_128: hold.extra().user_data_128,
            user_data_64: hold.extra().user_data_64,
            user_data_32: hold.extra().user_data_32,
            ..Extra::default()
        };
        let record = Record {
            seq: self.book.next_seq(),
            id: expiry_id(id),
            amount: remaining,
            at: self.now,
            flags: TransferFlags(TransferFlags::EXPIRE_PENDING),
            extra: Some(Box::new(extra)),
            ..hold
        };
        self.push(record, remaining);
    }
}
