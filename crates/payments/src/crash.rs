//! Places at which the process may die: a test names one, and whoever comes there stays there for
//! ever. What is dropped then is left as a power failure would leave it.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

/// Every place, in the order of the flows.
pub const CRASH_POINTS: &[&str] = &[
    "deposit.row_written",
    "deposit.held",
    "deposit.hold_recorded",
    "deposit.payment_created",
    "deposit.payment_recorded",
    "webhook.stored",
    "webhook.applied",
    "deposit.captured",
    "deposit.released",
    "deposit.recorded",
    "chargeback.row_written",
    "chargeback.taken_from_user",
    "chargeback.taken_from_house",
    "chargeback.recorded",
    "chargeback.given_to_user",
    "chargeback.given_to_house",
    "refund.row_written",
    "refund.moved",
    "refund.move_recorded",
    "refund.submitted",
    "refund.submit_recorded",
    "refund.given_back",
    "refund.recorded",
    "withdrawal.row_written",
    "withdrawal.held",
    "withdrawal.hold_recorded",
    "withdrawal.payout_created",
    "withdrawal.payout_recorded",
    "withdrawal.captured",
    "withdrawal.released",
    "withdrawal.returned",
    "withdrawal.recorded",
    "sandbox.stepped",
    "sandbox.delivered",
];

/// Where to die. The default is nowhere. Clones share it.
#[derive(Clone, Default)]
pub struct CrashPoint(Option<Arc<Armed>>);

struct Armed {
    place: &'static str,
    /// Visits that are still let through.
    visits: Mutex<u32>,
    reached: Notify,
}

impl CrashPoint {
    /// At the place, when it is visited once more after `visits`.
    pub fn at(place: &'static str, visits: u32) -> Self {
        assert!(CRASH_POINTS.contains(&place), "there is no place {place}");
        Self(Some(Arc::new(Armed { place, visits: Mutex::new(visits), reached: Notify::new() })))
    }

    /// Returns when somebody has come there.
    pub async fn reached(&self) {
        match &self.0 {
            Some(armed) => armed.reached.notified().await,
            None => std::future::pending().await,
        }
    }

    /// Goes on, unless this is the place and the visit.
    pub(crate) async fn pass(&self, place: &'static str) {
        debug_assert!(CRASH_POINTS.contains(&place), "{place} is not in the list");
        let Some(armed) = self.0.as_ref().filter(|armed| armed.place == place) else { return };
        if armed.is_due() {
            armed.reached.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

impl Armed {
    /// Once it was due it stays so: a process that is dead gets nothing more done here.
    fn is_due(&self) -> bool {
        let mut visits = self.visits.lock();
        if *visits == 0 {
            return true;
        }
        *visits -= 1;
        false
    }
}
