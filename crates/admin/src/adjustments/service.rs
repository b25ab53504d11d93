//! Proposing adjustments and deciding about them.

use deadpool_postgres::Transaction;
use identity::{Permission, UserId};
use kernel::audit::{self, NewEntry};
use kernel::bus;
use kernel::http::invalid_field;
use kernel::text::is_line;
use kernel::{Amount, DatabaseError, DomainError as _, Problem, Timestamp};
use ledger::engine::Account;
use ledger::{AccountId, AccountKey};
use serde_json::json;

use super::{Adjustment, Direction, OPEN_MAX, USER_CODE, jobs, store, transfer_id};
use crate::caller::Caller;
use crate::error::reason;
use crate::ids::AdjustmentId;
use crate::{Admin, AdminError};

/// Longest reference, as in the ledger.
const REFERENCE_CHARS_MAX: usize = 200;

/// Whose balance is to change: one of the two ways to say it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    Account(AccountId),
    User(UserId),
}

/// What somebody proposes.
#[derive(Clone, Debug)]
pub(crate) struct Proposal {
    pub(crate) target: Target,
    pub(crate) direction: Direction,
    pub(crate) amount: Amount,
    pub(crate) asset: String,
    pub(crate) reason: String,
    pub(crate) reference: Option<String>,
}

/// Which adjustments to list; `None` is any.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) state: Option<super::State>,
    pub(crate) user: Option<UserId>,
}

impl Admin {
    /// Proposes an adjustment under an id: the same again is the same proposal.
    pub(crate) async fn propose(
        &self,
        caller: &Caller,
        id: AdjustmentId,
        proposal: Proposal,
    ) -> Result<Adjustment, Problem> {
        let proposer = caller.person(Permission::AdjustmentsCreate)?;
        let reason = reason(&proposal.reason)?;
        check_amount(proposal.amount)?;
        check_reference(proposal.reference.as_deref())?;
        let (account, user) = self.adjustable(&proposal).await?;
        if user == proposer {
            return Err(self.refused(caller, id, Some(user), AdminError::OwnAccount).await?);
        }
        let asset = self.ledger.asset_by_no(account.asset).await?;
        let asset = asset.ok_or(AdminError::AccountNotFound)?;
        let now = self.clock.now();
        let new = Adjustment {
            account: AccountId::from_u128(account.id),
            user,
            asset: proposal.asset,
            scale: asset.scale,
            direction: proposal.direction,
            amount: proposal.amount,
            reason,
            reference: proposal.reference,
            reverses: None,
            ..proposed(id, proposer, now)
        };
        Ok(self.insert(caller, new).await?)
    }

    /// Proposes to take an applied adjustment back, which needs a second person again.
    pub(crate) async fn propose_reversal(
        &self,
        caller: &Caller,
        id: AdjustmentId,
        original: AdjustmentId,
        why: &str,
    ) -> Result<Adjustment, Problem> {
        let proposer = caller.person(Permission::AdjustmentsCreate)?;
        let reason = reason(why)?;
        let original = self.stored(original).await?;
        if original.user == proposer {
            let user = Some(original.user);
            return Err(self.refused(caller, original.id, user, AdminError::OwnAccount).await?);
        }
        if let Some(error) = original.why_not_reversible() {
            return Err(error.into());
        }
        let new = Adjustment {
            reason,
            direction: original.direction.opposite(),
            reverses: Some(original.id),
            account: original.account,
            user: original.user,
            asset: original.asset,
            scale: original.scale,
            amount: original.amount,
            reference: original.reference,
            ..proposed(id, proposer, self.clock.now())
        };
        Ok(self.insert(caller, new).await?)
    }

    /// One adjustment; that it was looked at is recorded first.
    pub(crate) async fn adjustment(
        &self,
        caller: &Caller,
        id: AdjustmentId,
    ) -> Result<Adjustment, Problem> {
        caller.may(Permission::AdjustmentsRead)?;
        let found = self.stored(id).await?;
        let viewed = caller.entry("admin.adjustment.viewed").object(id);
        self.record(&[viewed.subject(found.user.as_u128())]).await?;
        Ok(found)
    }

    /// Adjustments, newest first; that they were looked at is recorded first.
    pub(crate) async fn adjustments(
        &self,
        caller: &Caller,
        filter: &Filter,
        before: Option<(Timestamp, AdjustmentId)>,
        limit: i64,
    ) -> Result<Vec<Adjustment>, Problem> {
        caller.may(Permission::AdjustmentsRead)?;
        let found = store::list(&self.database, filter, before, limit).await?;
        let seen: Vec<AdjustmentId> = found.iter().map(|adjustment| adjustment.id).collect();
        let viewed = caller.entry("admin.adjustment.listed").data(json!({
            "state": filter.state, "user": filter.user, "seen": seen,
        }));
        let viewed = match filter.user {
            Some(user) => viewed.subject(user.as_u128()),
            None => viewed,
        };
        self.record(&[viewed]).await?;
        Ok(found)
    }

    /// Approves and moves it. If the ledger can't be reached it stays approved, and a job
    /// moves it later.
    pub(crate) async fn approve(
        &self,
        caller: &Caller,
        id: AdjustmentId,
    ) -> Result<Adjustment, Problem> {
        let approver = caller.person(Permission::AdjustmentsApprove)?;
        let approved = match self.try_approve(caller, id, approver).await? {
            Some(approved) => approved,
            None => self.approved_before(caller, id, approver).await?,
        };
        match self.settle(&approved).await {
            Ok(settled) => Ok(settled),
            Err(AdminError::Ledger(error)) => {
                tracing::warn!(%error, %id, "an approved adjustment waits for the ledger");
                Ok(approved)
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) async fn reject(
        &self,
        caller: &Caller,
        id: AdjustmentId,
        why: &str,
    ) -> Result<Adjustment, Problem> {
        let person = caller.person(Permission::AdjustmentsApprove)?;
        let reason = reason(why)?;
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await.map_err(DatabaseError::from)?;
        let Some(rejected) = store::reject(&tx, id, person, &reason, now).await? else {
            drop(tx);
            return Err(self.undecided(caller, id, person).await?);
        };
        let entry = about(caller, "admin.adjustment.rejected", &rejected).reason(reason);
        self.close(&tx, &rejected, entry).await?;
        tx.commit().await.map_err(DatabaseError::from)?;
        Ok(rejected)
    }

    /// Takes a proposal back; only its maker can.
    pub(crate) async fn cancel(
        &self,
        caller: &Caller,
        id: AdjustmentId,
    ) -> Result<Adjustment, Problem> {
        let person = caller.person(Permission::AdjustmentsCreate)?;
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await.map_err(DatabaseError::from)?;
        let Some(cancelled) = store::cancel(&tx, id, person, now).await? else {
            drop(tx);
            let found = self.stored(id).await?;
            return Err(match found.why_not_open(now) {
                _ if found.proposed_by != person => AdminError::NotProposer.into(),
                Some(error) => error.into(),
                // It was decided between the two statements.
                None => AdminError::NotProposed(found.state).into(),
            });
        };
        self.close(&tx, &cancelled, about(caller, "admin.adjustment.cancelled", &cancelled))
            .await?;
        tx.commit().await.map_err(DatabaseError::from)?;
        Ok(cancelled)
    }

    /// Ends a proposal that nobody decided about in time.
    pub(super) async fn expire(&self, id: AdjustmentId) -> Result<(), AdminError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if let Some(expired) = store::expire(&tx, id, self.clock.now()).await? {
            let entry = NewEntry::new(audit::AuditActor::System, "admin.adjustment.expired")
                .object(id)
                .subject(expired.user.as_u128());
            audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        }
        Ok(tx.commit().await?)
    }

    pub(super) async fn stored(&self, id: AdjustmentId) -> Result<Adjustment, AdminError> {
        let client = self.database.client().await?;
        store::get(&client, id).await?.ok_or(AdminError::AdjustmentNotFound)
    }

    async fn try_approve(
        &self,
        caller: &Caller,
        id: AdjustmentId,
        approver: UserId,
    ) -> Result<Option<Adjustment>, AdminError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let now = self.clock.now();
        let Some(approved) = store::approve(&tx, id, approver, now).await? else {
            return Ok(None);
        };
        let entry = about(caller, "admin.adjustment.approved", &approved);
        self.close(&tx, &approved, entry).await?;
        bus::enqueue_in_tx(&tx, &*self.clock, &[jobs::settle(&approved, now)]).await?;
        tx.commit().await?;
        Ok(Some(approved))
    }

    /// The same person's approval again, or why they can't approve it.
    async fn approved_before(
        &self,
        caller: &Caller,
        id: AdjustmentId,
        approver: UserId,
    ) -> Result<Adjustment, Problem> {
        let found = self.stored(id).await?;
        let is_own_approval = found.decided_by == Some(approver) && found.decision_reason.is_none();
        if is_own_approval { Ok(found) } else { Err(self.undecided(caller, id, approver).await?) }
    }

    /// Why a person can't decide about an adjustment; the attempt is recorded.
    async fn undecided(
        &self,
        caller: &Caller,
        id: AdjustmentId,
        person: UserId,
    ) -> Result<Problem, Problem> {
        let found = self.stored(id).await?;
        let error = found.why_not_decided_by(person, self.clock.now());
        // It was decided between the two statements.
        let error = error.unwrap_or(AdminError::NotProposed(found.state));
        self.refused(caller, id, Some(found.user), error).await
    }

    async fn refused(
        &self,
        caller: &Caller,
        id: AdjustmentId,
        user: Option<UserId>,
        error: AdminError,
    ) -> Result<Problem, Problem> {
        let entry = caller.entry("admin.adjustment.refused").object(id);
        let entry = entry.data(json!({ "code": error.code() }));
        let entry = match user {
            Some(user) => entry.subject(user.as_u128()),
            None => entry,
        };
        self.record(&[entry]).await?;
        Ok(error.into())
    }

    async fn insert(&self, caller: &Caller, new: Adjustment) -> Result<Adjustment, AdminError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        match store::insert(&tx, &new).await {
            Ok(true) => {}
            Ok(false) => {
                let found = store::get(&tx, new.id).await?.ok_or(AdminError::IdTaken)?;
                return if is_same(&found, &new) { Ok(found) } else { Err(AdminError::IdTaken) };
            }
            Err(error) if store::is_reversed_already(&error) => {
                return Err(AdminError::AlreadyReversed);
            }
            Err(error) => return Err(error.into()),
        }
        let action = "admin.adjustment.proposed";
        let entry = about(caller, action, &new).reason(new.reason.clone());
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        bus::enqueue_in_tx(&tx, &*self.clock, &[jobs::expire(&new)]).await?;
        tx.commit().await?;
        Ok(new)
    }

    /// What belongs to the end of every proposal: its record, and no expiry any more.
    async fn close(
        &self,
        tx: &Transaction<'_>,
        adjustment: &Adjustment,
        entry: NewEntry,
    ) -> Result<(), AdminError> {
        audit::record_in_tx(tx, &*self.clock, &[entry]).await?;
        bus::cancel_in_tx(tx, jobs::EXPIRE, &adjustment.id.to_string()).await?;
        Ok(())
    }

    /// The account that a proposal means, and its user.
    async fn adjustable(&self, proposal: &Proposal) -> Result<(Account, UserId), AdminError> {
        let id = match proposal.target {
            Target::Account(id) => id.as_u128(),
            Target::User(user) => user.account_id(&proposal.asset),
        };
        let account = self.ledger.account(AccountKey::Id(id)).await?;
        let account = account.ok_or(AdminError::AccountNotFound)?;
        let address = account.details.as_ref().and_then(|details| details.address.as_deref());
        let user = address.and_then(UserId::of_account_address);
        let user = user.filter(|_| account.code == USER_CODE);
        let user = user.ok_or(AdminError::AccountNotAdjustable)?;
        if user.account_id(&proposal.asset) != account.id {
            return Err(AdminError::AssetDiffers);
        }
        if account.closed {
            return Err(AdminError::AccountClosed);
        }
        Ok((account, user))
    }
}

/// A proposal of which nothing is known but who makes it and when.
fn proposed(id: AdjustmentId, proposer: UserId, now: Timestamp) -> Adjustment {
    Adjustment {
        id,
        account: AccountId::from_u128(0),
        user: UserId::from_u128(0),
        asset: String::new(),
        scale: 0,
        direction: Direction::Credit,
        amount: Amount::ZERO,
        reason: String::new(),
        reference: None,
        reverses: None,
        transfer_id: transfer_id(id),
        state: super::State::Proposed,
        proposed_by: proposer,
        proposed_at: now,
        expires_at: now.saturating_add(OPEN_MAX),
        decided_by: None,
        decided_at: None,
        decision_reason: None,
        settled_at: None,
        failure: None,
    }
}

fn is_same(found: &Adjustment, new: &Adjustment) -> bool {
    let content = |it: &Adjustment| {
        (it.account, it.direction, it.amount, it.reason.clone(), it.reference.clone(), it.reverses)
    };
    found.proposed_by == new.proposed_by && content(found) == content(new)
}

fn about(caller: &Caller, action: &'static str, adjustment: &Adjustment) -> NewEntry {
    caller.entry(action).object(adjustment.id).subject(adjustment.user.as_u128()).data(json!({
        "account": adjustment.account,
        "direction": adjustment.direction,
        "amount": adjustment.amount,
        "asset": adjustment.asset,
        "reverses": adjustment.reverses,
    }))
}

fn check_amount(amount: Amount) -> Result<(), Problem> {
    // The largest number means "all of it" in some transfers, so it is none here.
    if amount.is_zero() || amount == Amount::MAX {
        return Err(invalid_field("/amount", "an amount is 1 to 2^128-2"));
    }
    Ok(())
}

fn check_reference(reference: Option<&str>) -> Result<(), Problem> {
    let Some(reference) = reference else { return Ok(()) };
    if is_line(reference, 1..=REFERENCE_CHARS_MAX) {
        return Ok(());
    }
    Err(invalid_field(
        "/reference",
        "a reference has 1 to 200 characters and no control characters",
    ))
}
