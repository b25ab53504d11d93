//! Starting reconciliations, and showing them. For staff: the edge checks the permission.

use std::time::Duration;

use identity::{Actor, Permission, UserId};
use kernel::audit::{self, NewEntry};
use kernel::bus::enqueue_in_tx;
use kernel::{Problem, Timestamp};
use serde_json::json;

use super::{Difference, GRACE_DEFAULT, Reconciliation, ReconciliationId, Status, jobs, store};
use crate::error::PaymentsError;
use crate::payments::{Made, Payments};

/// A reconciliation to make.
#[derive(Clone, Debug, Default)]
pub struct NewReconciliation {
    /// Needed where there are several.
    pub provider: Option<String>,
    /// What moved later is left out.
    pub grace: Option<Duration>,
}

impl Payments {
    /// Starts a reconciliation; a job carries it out. The same id again comes to the same one.
    pub async fn create_reconciliation(
        &self,
        actor: &Actor,
        id: ReconciliationId,
        new: NewReconciliation,
    ) -> Result<Made<Reconciliation>, Problem> {
        actor.require(Permission::PaymentsManage)?;
        let provider = match new.provider.as_deref() {
            // Also one that isn't offered any more.
            Some(name) => self.provider(name).map_err(|_| PaymentsError::ProviderNotOffered)?,
            None => self.deposit_provider(None)?,
        };
        let grace = new.grace.unwrap_or(GRACE_DEFAULT);
        let run = begun(id, provider.name(), grace, self.clock.now());
        let entry = NewEntry::new(actor.audit(), "payments.reconciliation.created")
            .object(id)
            .data(json!({ "provider": run.provider }));
        if self.write_reconciliation(&run, actor.user(), Some(entry)).await? {
            return Ok(Made { it: run, is_repeat: false });
        }
        let known = store::get(&self.database, id).await?;
        let known = known.ok_or(PaymentsError::ReconciliationNotFound)?;
        let is_same = known.provider == run.provider && known.grace == run.grace;
        if !is_same {
            return Err(kernel::http::reused(None, "it is not the reconciliation that came first"));
        }
        Ok(Made { it: begun(id, &known.provider, grace, known.created_at), is_repeat: true })
    }

    pub async fn reconciliation(
        &self,
        actor: &Actor,
        id: ReconciliationId,
    ) -> Result<Reconciliation, Problem> {
        actor.require(Permission::PaymentsManage)?;
        let found = store::get(&self.database, id).await?;
        Ok(found.ok_or(PaymentsError::ReconciliationNotFound)?)
    }

    /// The newest first.
    pub async fn reconciliations(
        &self,
        actor: &Actor,
        provider: Option<&str>,
        after: Option<(Timestamp, ReconciliationId)>,
        limit: i64,
    ) -> Result<Vec<Reconciliation>, Problem> {
        actor.require(Permission::PaymentsManage)?;
        if provider.is_some_and(|name| self.provider(name).is_err()) {
            return Ok(Vec::new());
        }
        Ok(store::list(&self.database, provider, after, limit).await?)
    }

    /// What a reconciliation found, by number.
    pub(crate) async fn differences(
        &self,
        actor: &Actor,
        id: ReconciliationId,
        after: i32,
        limit: i64,
    ) -> Result<Vec<Difference>, Problem> {
        self.reconciliation(actor, id).await?;
        Ok(store::differences(&self.database, id, after, limit).await?)
    }

    /// Starts one for each provider that is in use.
    pub(super) async fn begin_reconciliations(&self, grace: Duration) -> Result<(), PaymentsError> {
        for provider in self.providers() {
            let is_offered = self.offered().any(|offered| offered.name() == provider.name());
            if !is_offered && !store::is_used(&self.database, provider.name()).await? {
                continue;
            }
            let id = ReconciliationId::generate();
            let run = begun(id, provider.name(), grace, self.clock.now());
            self.write_reconciliation(&run, None, None).await?;
        }
        Ok(())
    }

    pub(super) async fn fail_reconciliation(
        &self,
        id: ReconciliationId,
        failure: &str,
    ) -> Result<(), PaymentsError> {
        Ok(store::fail(&self.database, id, failure, self.clock.now()).await?)
    }

    /// The row and its job, and who asked for it. False if the id is taken.
    async fn write_reconciliation(
        &self,
        run: &Reconciliation,
        requested_by: Option<UserId>,
        entry: Option<NewEntry>,
    ) -> Result<bool, PaymentsError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if !store::insert_in_tx(&tx, run, requested_by).await? {
            return Ok(false);
        }
        enqueue_in_tx(&tx, &*self.clock, &[jobs::run(run.id)]).await?;
        audit::record_in_tx(&tx, &*self.clock, entry.as_slice()).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// A run that has done nothing yet.
fn begun(id: ReconciliationId, provider: &str, grace: Duration, now: Timestamp) -> Reconciliation {
    Reconciliation {
        id,
        provider: provider.to_owned(),
        status: Status::Running,
        grace,
        entries: 0,
        differences: 0,
        failure: None,
        balances: Vec::new(),
        created_at: now,
        finished_at: None,
    }
}
