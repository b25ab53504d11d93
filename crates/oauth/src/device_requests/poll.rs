//! A device asks whether its user has decided.

use std::time::Duration;

use deadpool_postgres::Transaction;
use identity::ApplicationId;
use kernel::Timestamp;
use kernel::secret::SecretToken;

use super::store::{self, Decision};
use super::{Allowed, DEVICE_CODE_PREFIX};
use crate::protocol::ProtocolError;

const REFUSED: ProtocolError =
    ProtocolError::InvalidGrant("the device code is unknown, used or another application's");
/// By so much the time between two questions grows when a device asks too early (RFC 8628, 3.5).
const SLOWER_S: i32 = 5;

/// What the user allowed, once. The caller commits in any case: that it asked is counted.
pub(crate) async fn poll_in_tx(
    tx: &Transaction<'_>,
    application: ApplicationId,
    code: &str,
    now: Timestamp,
) -> Result<Allowed, ProtocolError> {
    let code = SecretToken::parse(DEVICE_CODE_PREFIX, code).ok_or(REFUSED)?;
    let found = store::lock_by_device_code(tx, &code.hash()).await?;
    let found = found.filter(|it| it.application == application && !it.is_used).ok_or(REFUSED)?;
    if found.expires_at <= now {
        return Err(ProtocolError::ExpiredToken);
    }
    match found.decision {
        Decision::Denied => Err(ProtocolError::AccessDenied),
        Decision::Allowed { user, authenticated_at } => {
            store::mark_used(tx, found.id, now).await?;
            Ok(Allowed { user, scopes: found.scopes, authenticated_at })
        }
        Decision::None => {
            let interval = Duration::from_secs(found.interval_s.unsigned_abs().into());
            let is_early = found.polled_at.is_some_and(|at| now.since(at) < interval);
            let next_s =
                if is_early { found.interval_s.saturating_add(SLOWER_S) } else { found.interval_s };
            store::note_poll(tx, found.id, next_s, now).await?;
            Err(if is_early {
                ProtocolError::SlowDown
            } else {
                ProtocolError::AuthorizationPending
            })
        }
    }
}
