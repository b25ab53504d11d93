//! Asks the provider about flows of which nothing was heard (the reconciliations compare sums
//! instead, see there), so that a webhook that was lost, or a
//! job that gave up, loses nothing. Open flows are asked for every few minutes; ended ones a few
//! times more, at growing distances, because a card's bank may take its time.

mod store;

use std::time::Duration;

use kernel::Timestamp;
use kernel::bus::{Job, Outcome, Policy, Worker, enqueue_in_tx};

use crate::error::PaymentsError;
use crate::flows::{Flow, FlowKind};
use crate::jobs::{POLICY, outcome};
use crate::payments::Payments;

/// The name is older than the reconciliations, and stays because jobs are stored with it.
pub(crate) const KIND: &str = "payments.reconcile";

const EVERY: Duration = Duration::from_secs(60);
/// An ended flow is asked for a day after its end, two days after that, then four and so on.
const ENDED_FIRST: Duration = Duration::from_secs(24 * 3600);
/// The last time is 255 days after the end: card networks give a holder about four months to
/// dispute, and a dispute takes its time.
const ENDED_CHECKS: i32 = 7;
/// Flows of each kind in one go.
const BATCH: usize = 200;

/// Makes jobs of flows that are to be asked for.
pub(crate) struct AskAboutSilent(pub(crate) Payments);

impl Worker for AskAboutSilent {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn policy(&self) -> Policy {
        Policy { concurrency: 1, ..POLICY }
    }

    async fn run(&self, _: &Job) -> Outcome {
        // It must not end, whatever happens: everything else relies on it.
        let wait = match self.0.check_silent_flows().await {
            // More are due than are taken in one go.
            Ok(true) => Duration::ZERO,
            Ok(false) => EVERY,
            Err(error) => {
                tracing::warn!(%error, "silent flows can't be looked for at the moment");
                EVERY
            }
        };
        Outcome::Later(self.0.clock.now().saturating_add(wait))
    }
}

impl Payments {
    /// How a job that was to bring a flow on has ended. One that can't go on without an operator
    /// isn't asked for again: its dead job says so, and is enough.
    pub(crate) async fn outcome_of(
        &self,
        flow: Flow,
        result: Result<(), PaymentsError>,
    ) -> Outcome {
        if result.as_ref().is_err_and(PaymentsError::is_final)
            && let Err(error) = store::stop(&self.database, flow).await
        {
            tracing::warn!(?flow, %error, "a flow that can't go on is asked for again");
        }
        outcome(&*self.clock, result)
    }

    /// When a flow that has changed now is asked for, if nothing is heard of it until then.
    pub(crate) fn next_check(&self, is_open: bool) -> Timestamp {
        let wait = if is_open { self.options.check_after } else { ENDED_FIRST };
        self.clock.now().saturating_add(wait)
    }

    /// True if there may be more of them than were taken.
    async fn check_silent_flows(&self) -> Result<bool, PaymentsError> {
        let now = self.clock.now();
        let times = store::Times {
            now,
            open: now.saturating_add(self.options.check_after),
            ended_s: ENDED_FIRST.as_secs_f64(),
            ended_checks: ENDED_CHECKS,
        };
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let (mut jobs, mut has_more) = (Vec::new(), false);
        for kind in FlowKind::ALL {
            let flows = store::take(&tx, kind, &times, BATCH).await?;
            has_more |= flows.len() == BATCH;
            jobs.extend(flows.into_iter().map(Flow::advance));
        }
        if !jobs.is_empty() {
            enqueue_in_tx(&tx, &*self.clock, &jobs).await?;
        }
        tx.commit().await?;
        Ok(has_more)
    }
}
