//! What became of a transfer after it was recorded: how much of a hold is left, and how much of
//! a posted transfer was reversed. Kept beside the records, which never change.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::Time;

/// State of a pending transfer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum PendingStatus {
    /// Not a pending transfer.
    #[default]
    None = 0,
    Pending = 1,
    Posted = 2,
    Voided = 3,
    Expired = 4,
}

impl PendingStatus {
    /// The status of a stored number.
    pub fn from_code(code: u8) -> Option<Self> {
        [Self::None, Self::Pending, Self::Posted, Self::Voided, Self::Expired]
            .into_iter()
            .find(|status| *status as u8 == code)
    }

    /// The name on the wire; `None` for a transfer that never was pending.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Pending => Some("pending"),
            Self::Posted => Some("posted"),
            Self::Voided => Some("voided"),
            Self::Expired => Some("expired"),
        }
    }
}

/// See the module's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TransferState {
    pub status: PendingStatus,
    /// What the hold still reserves.
    pub remaining: u128,
    /// How much of a posted transfer was taken back.
    pub reversed: u128,
    pub expires_at: Option<Time>,
    pub group: u128,
    /// Sequence of the transfer itself: the order in which equal expiries are served.
    pub seq: i64,
    /// Sequence of the last record that changed this state.
    pub changed_seq: i64,
}

/// Members of a group, as far as they are known.
#[derive(Clone, Debug, Default)]
struct Group {
    members: Vec<u128>,
    /// Whether the members from before the window are among them.
    complete: bool,
}

/// All states in memory, with the expiries and groups that follow from them.
#[derive(Debug, Default)]
pub struct States {
    by_id: HashMap<u128, TransferState>,
    expiries: BTreeSet<(Time, i64, u128)>,
    groups: HashMap<u128, Group>,
}

impl States {
    /// The state of a transfer, if it is known.
    pub fn get(&self, id: u128) -> Option<&TransferState> {
        self.by_id.get(&id)
    }

    /// Sets (or, with `None`, forgets) a state and returns the one before.
    pub fn set(&mut self, id: u128, new: Option<TransferState>) -> Option<TransferState> {
        let old = match new {
            Some(state) => self.by_id.insert(id, state),
            None => self.by_id.remove(&id),
        };
        if let Some(key) = old.and_then(|state| state.expiry_key(id)) {
            self.expiries.remove(&key);
        }
        if let Some(key) = new.and_then(|state| state.expiry_key(id)) {
            self.expiries.insert(key);
        }
        match (old, new) {
            (None, Some(state)) if state.group != 0 => {
                self.groups.entry(state.group).or_default().members.push(id);
            }
            (Some(state), None) if state.group != 0 => self.leave_group(state.group, id),
            _ => {}
        }
        old
    }

    fn leave_group(&mut self, group: u128, id: u128) {
        let Some(entry) = self.groups.get_mut(&group) else { return };
        // A broken chain takes members back in reverse order, so the last one is the usual case.
        if entry.members.last() == Some(&id) {
            entry.members.pop();
        } else {
            entry.members.retain(|member| *member != id);
        }
    }

    /// Pending transfers whose time limit is at or before `now`, oldest first.
    pub fn due(&self, now: Time, limit: usize) -> Vec<u128> {
        self.expiries.iter().take_while(|key| key.0 <= now).take(limit).map(|key| key.2).collect()
    }

    /// When the next pending transfer runs out.
    pub fn next_expiry(&self) -> Option<Time> {
        self.expiries.first().map(|key| key.0)
    }

    /// Whether every member of the group is known.
    pub fn group_is_complete(&self, group: u128) -> bool {
        self.groups.get(&group).is_some_and(|entry| entry.complete)
    }

    /// Says that every member of the group has been set.
    pub fn complete_group(&mut self, group: u128) {
        self.groups.entry(group).or_default().complete = true;
    }

    /// Members of a group in the order of their creation.
    pub fn group_members(&self, group: u128) -> Vec<u128> {
        let mut members =
            self.groups.get(&group).map(|entry| entry.members.clone()).unwrap_or_default();
        members.sort_by_key(|id| self.by_id.get(id).map(|state| state.seq));
        members
    }

    /// Drops what is stored by now and not needed for expiry: states last changed before `seq`.
    pub fn forget_before(&mut self, seq: i64) {
        self.by_id.retain(|_, state| state.changed_seq >= seq || state.expires_soon());
        let by_id = &self.by_id;
        self.groups.retain(|_, group| {
            group.complete = false;
            group.members.retain(|id| by_id.contains_key(id));
            !group.members.is_empty()
        });
    }
}

impl TransferState {
    /// Whether the hold can still be posted or voided.
    pub fn is_open_at(&self, now: Time) -> bool {
        let has_time = self.expires_at.is_none_or(|expires_at| expires_at > now);
        self.status == PendingStatus::Pending && has_time
    }

    fn expiry_key(&self, id: u128) -> Option<(Time, i64, u128)> {
        let expires_at = self.expires_at?;
        (self.status == PendingStatus::Pending).then_some((expires_at, self.seq, id))
    }

    /// Whether the engine has to keep the state to expire it in time.
    fn expires_soon(&self) -> bool {
        self.status == PendingStatus::Pending && self.expires_at.is_some()
    }
}
