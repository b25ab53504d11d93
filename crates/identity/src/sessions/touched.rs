use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use kernel::{Database, Timestamp};
use parking_lot::Mutex;

use super::store;
use crate::ids::SessionId;

const WRITE_EVERY: Duration = Duration::from_secs(1);

/// Sessions that were used and whose use is to be written, in one statement a second.
#[derive(Debug, Default)]
pub(crate) struct Touched(Mutex<HashMap<SessionId, (Timestamp, IpAddr)>>);

impl Touched {
    pub(crate) fn note(&self, session: SessionId, at: Timestamp, ip: IpAddr) {
        self.0.lock().insert(session, (at, ip));
    }

    /// Writes what there is to write.
    pub(crate) async fn write(&self, database: &Database) {
        let noted = std::mem::take(&mut *self.0.lock());
        if noted.is_empty() {
            return;
        }
        if let Err(error) = store::touch(database, &noted).await {
            // The next use of each will be written; until then it looks idle for longer.
            tracing::warn!(%error, "the last use of sessions could not be written");
        }
    }

    pub(crate) async fn write_for_ever(self: Arc<Self>, database: Database) {
        loop {
            tokio::time::sleep(WRITE_EVERY).await;
            self.write(&database).await;
        }
    }
}
