//! Records of the ledger as people see them.

use std::sync::Arc;

use hashbrown::HashMap;
use identity::{User, UserId};
use kernel::{Amount, Timestamp};
use ledger::TransferId;
use ledger::engine::{PendingStatus, Record, TransferFlags};

use super::resolve::Sides;
use super::{By, Direction, Kind, Status, TimelineEvent, Transfer};
use crate::books;
use crate::error::{Result, WalletError};
use crate::invitations::Invited;
use crate::people::{Party, Users, party};
use crate::wallet::Wallet;

/// Whether a record is a transfer of its own, and not what became of another one.
pub(crate) fn is_root(record: &Record) -> bool {
    let follows = TransferFlags::RESOLVING | TransferFlags::EXPIRE_PENDING;
    !record.flags.any(follows) && record.extra().reverses == 0 && !is_claim(record)
}

/// Whether a record is what an invited person got, once they had registered.
pub(crate) fn is_claim(record: &Record) -> bool {
    let other = TransferFlags::PENDING | TransferFlags::RESOLVING | TransferFlags::EXPIRE_PENDING;
    record.code == books::INVITATION && !record.flags.any(other) && record.extra().reverses == 0
}

/// The id under which people know a record: that of the transfer that it belongs to.
pub(crate) fn public_id(record: &Record) -> u128 {
    let extra = record.extra();
    if is_claim(record) {
        extra.user_data_128
    } else if extra.pending_id != 0 {
        extra.pending_id
    } else if extra.reverses != 0 {
        extra.reverses
    } else {
        record.id
    }
}

/// What many transfers need to be shown, read at once.
struct Context {
    users: Users,
    messages: HashMap<u128, String>,
    invitations: HashMap<u128, Invited>,
    /// The records that changed them last, by the transfer's id.
    changes: HashMap<u128, Record>,
}

impl Wallet {
    /// One transfer for one of its parties, with its timeline.
    pub(crate) async fn transfer(&self, user: UserId, id: u128) -> Result<Transfer> {
        let sides = self.sides(id, user).await?;
        let mut shown = self.detail(&sides).await?;
        if sides.recipient == Some(user) {
            shown.direction = Direction::In;
        }
        Ok(shown)
    }

    /// One transfer as its sender sees it, with its timeline.
    pub(crate) async fn detail(&self, Sides { there, sender, .. }: &Sides) -> Result<Transfer> {
        let context = self.context(std::slice::from_ref(there)).await?;
        let mut shown = self.view(*sender, there, &context).await?;
        let change = context.changes.get(&there.record.id);
        shown.timeline = timeline(&there.record, shown.status, change);
        Ok(shown)
    }

    /// A transfer as it was when it was made. Recipient and message are given if they are at hand.
    pub(super) async fn first_view(
        &self,
        sender: UserId,
        recipient: Option<Arc<User>>,
        seq: i64,
        message: Option<String>,
    ) -> Result<Transfer> {
        let found = self.ledger.transfers_by_seq(&[seq]).await?;
        let mut there =
            found.into_iter().next().ok_or(WalletError::Corrupt("a transfer is gone"))?;
        let id = there.record.id;
        if there.record.flags.has(TransferFlags::PENDING) {
            let state = there.state.get_or_insert_default();
            state.status = PendingStatus::Pending;
            state.expires_at = expires_at(&there.record);
        } else {
            there.state = None;
        }
        let mut context = Context {
            users: Users::new(),
            messages: HashMap::new(),
            invitations: HashMap::new(),
            changes: HashMap::new(),
        };
        let has_message = there.record.extra().user_data_32 & books::HAS_MESSAGE != 0;
        match message {
            Some(text) => drop(context.messages.insert(id, text)),
            None if has_message => context.messages = self.messages(&[id]).await?,
            None => {}
        }
        if there.record.code == books::INVITATION {
            context.invitations = self.invited(&[id]).await?;
        }
        let recipient = match recipient {
            Some(user) => Some(user),
            None => match self.owner_of(there.credit_account).await? {
                Some(user) => self.identity.user(user).await?,
                None => None,
            },
        };
        let known = [self.identity.user(sender).await?, recipient].into_iter().flatten();
        context.users = known.map(|user| (user.id, user)).collect();
        self.view(sender, &there, &context).await
    }

    /// Transfers for one of their parties.
    pub(super) async fn views(
        &self,
        user: UserId,
        transfers: Vec<ledger::Transfer>,
    ) -> Result<Vec<Transfer>> {
        let context = self.context(&transfers).await?;
        let mut shown = Vec::with_capacity(transfers.len());
        for transfer in &transfers {
            shown.push(self.view(user, transfer, &context).await?);
        }
        Ok(shown)
    }

    /// Transfers as their senders see them, with their places in the journal, their senders and
    /// recipients.
    pub(crate) async fn views_with_users(
        &self,
        transfers: &[ledger::Transfer],
    ) -> Result<Vec<(i64, UserId, Option<UserId>, Transfer)>> {
        let context = self.context(transfers).await?;
        let mut shown = Vec::with_capacity(transfers.len());
        for there in transfers {
            let Some(sender) = self.owner_of(there.debit_account).await? else { continue };
            let recipient = self.recipient(there, &context).await?;
            let transfer = self.view(sender, there, &context).await?;
            shown.push((there.record.seq, sender, recipient, transfer));
        }
        Ok(shown)
    }

    async fn context(&self, transfers: &[ledger::Transfer]) -> Result<Context> {
        let accounts = transfers.iter().flat_map(|it| [it.debit_account, it.credit_account]);
        self.learn_owners(accounts.clone()).await?;
        let has_message =
            |it: &&ledger::Transfer| it.record.extra().user_data_32 & books::HAS_MESSAGE != 0;
        let with_message: Vec<u128> =
            transfers.iter().filter(has_message).map(|it| public_id(&it.record)).collect();
        let invitations: Vec<u128> = transfers
            .iter()
            .filter(|it| it.record.code == books::INVITATION)
            .map(|it| public_id(&it.record))
            .collect();
        let invitations = self.invited(&invitations).await?;
        let mut people: Vec<UserId> = invitations.values().filter_map(|it| it.claimed_by).collect();
        for account in accounts {
            people.extend(self.owner_of(account).await?);
        }
        Ok(Context {
            users: self.users(people.into_iter()).await?,
            messages: self.messages(&with_message).await?,
            invitations,
            changes: self.last_changes(transfers).await?,
        })
    }

    /// The records that resolved or reversed transfers, by the transfer's id.
    async fn last_changes(&self, transfers: &[ledger::Transfer]) -> Result<HashMap<u128, Record>> {
        let seqs: Vec<i64> = transfers
            .iter()
            .filter_map(|it| it.state.filter(|state| state.changed_seq != it.record.seq))
            .map(|state| state.changed_seq)
            .collect();
        if seqs.is_empty() {
            return Ok(HashMap::new());
        }
        let found = self.ledger.transfers_by_seq(&seqs).await?;
        let changed = |record: &Record| {
            let extra = record.extra();
            if extra.pending_id != 0 { extra.pending_id } else { extra.reverses }
        };
        Ok(found.into_iter().map(|it| (changed(&it.record), it.record)).collect())
    }

    async fn view(
        &self,
        user: UserId,
        there: &ledger::Transfer,
        context: &Context,
    ) -> Result<Transfer> {
        let record = &there.record;
        let id = public_id(record);
        let sender = self.owner_of(there.debit_account).await?;
        let recipient = self.recipient(there, context).await?;
        let changed_by = context.changes.get(&id).map(|change| change.id);
        let status = if is_claim(record) {
            Status::Accepted
        } else {
            Status::of(id, record.code, there.state.as_ref(), changed_by)
        };
        let invited = context.invitations.get(&id);
        let to = match (recipient, invited) {
            (Some(recipient), _) => party(&context.users, recipient),
            (None, Some(invited)) => Party::invited(&invited.email),
            (None, None) => Party::default(),
        };
        let is_waiting = matches!(status, Status::Waiting | Status::Invited);
        Ok(Transfer {
            id: TransferId::from_u128(id),
            status,
            kind: Kind::of(record.code),
            direction: if sender == Some(user) { Direction::Out } else { Direction::In },
            from: sender.map_or_else(Party::default, |sender| party(&context.users, sender)),
            to,
            asset: there.asset.code.to_string(),
            scale: there.asset.scale,
            amount: Amount::new(record.amount),
            message: context.messages.get(&id).cloned(),
            reference: record.extra().reference.as_deref().map(str::to_owned),
            created_at: Timestamp::from_micros(record.at),
            expires_at: expires_at(record).filter(|_| is_waiting).map(Timestamp::from_micros),
            timeline: Vec::new(),
        })
    }

    /// Who got it; of an invitation, who has claimed it.
    async fn recipient(
        &self,
        there: &ledger::Transfer,
        context: &Context,
    ) -> Result<Option<UserId>> {
        let claimed_by = || context.invitations.get(&public_id(&there.record))?.claimed_by;
        Ok(self.owner_of(there.credit_account).await?.or_else(claimed_by))
    }
}

fn expires_at(record: &Record) -> Option<i64> {
    let timeout_s = record.extra().timeout_s;
    (timeout_s > 0).then(|| record.at + i64::from(timeout_s) * 1_000_000)
}

fn timeline(record: &Record, status: Status, change: Option<&Record>) -> Vec<TimelineEvent> {
    let created = TimelineEvent {
        at: Timestamp::from_micros(record.at),
        event: "created",
        by: Some(By::Sender),
    };
    let Some(change) = change else { return vec![created] };
    let (event, by) = match status {
        _ if change.extra().reverses != 0 => ("reversed", None),
        Status::Accepted => ("accepted", Some(By::Recipient)),
        Status::Declined => ("declined", Some(By::Recipient)),
        Status::Cancelled => ("cancelled", Some(By::Sender)),
        Status::Expired => ("expired", None),
        Status::Completed | Status::Waiting | Status::Invited => return vec![created],
    };
    vec![created, TimelineEvent { at: Timestamp::from_micros(change.at), event, by }]
}
