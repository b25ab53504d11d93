//! Starting to lead: the counters and the tail of the journal that is not sealed yet.
//! Accounts are not loaded here; they come on first touch, so a start costs the tail alone.

use std::sync::Arc;

use tokio_postgres::Client;

use crate::engine::{Effects, Engine, Start, TransferState};
use crate::error::StoreError;
use crate::journal::ranges::Ranges;
use crate::journal::read::{self, Counters, StatesOf};
use crate::view::{FullRange, View};

/// Records that are replayed as one batch.
const BATCH: usize = 8_192;

/// Where a leader begins.
pub(crate) struct Recovered {
    pub(crate) engine: Engine,
    pub(crate) view: Arc<View>,
    pub(crate) ranges: Ranges,
    /// Full ranges that a crash left without their seal.
    pub(crate) full: Vec<FullRange>,
}

/// Reads what is needed to go on where the last leader stopped.
pub(crate) async fn recover(client: &Client, range_size: i64) -> Result<Recovered, StoreError> {
    let counters = read::counters(client, range_size).await?;
    let Counters { ranges, open_range, .. } = counters;
    let first_seq = ranges.start(open_range);
    let mut engine = Engine::new(Start {
        next_seq: first_seq,
        range_size: ranges.size,
        next_account_no: counters.next_account_no,
        last_transfer_at: counters.last_sealed_at,
        last_account_at: counters.last_account_at,
        sealed: counters.sealed,
    });
    let view = Arc::new(View::new(ranges, open_range, counters.last_sealed_at));
    engine.learn_assets(read::assets(client).await?);
    let mut states = read::states(client, StatesOf::Expiring).await?;
    let mut full = Vec::new();
    for no in open_range..=counters.last_range.unwrap_or(-1) {
        let records = read::range(client, no).await?;
        if records.is_empty() {
            break;
        }
        states.extend(states_touched(client, &records).await?);
        states.drain(..).for_each(|(id, state)| view.learn_state(id, state));
        check_gapless(&records, engine.next_seq())?;
        for batch in records.chunks(BATCH) {
            let records = engine.replay(batch.to_vec());
            full.extend(view.apply(&Effects { records, ..Effects::default() }));
        }
    }
    states.into_iter().for_each(|(id, state)| view.learn_state(id, state));
    engine.replay_failed(read::failed_since(client, first_seq).await?);
    view.states_changed(0).into_iter().for_each(|(id, state)| engine.restore_state(id, state));
    Ok(Recovered { engine, view, ranges, full })
}

/// Stored states of transfers that the tail speaks of.
async fn states_touched(
    client: &Client,
    records: &[crate::engine::Record],
) -> Result<Vec<(u128, TransferState)>, StoreError> {
    let targets = records.iter().filter_map(TransferState::target);
    let mut ids: Vec<uuid::Uuid> = targets.map(uuid::Uuid::from_u128).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    read::states(client, StatesOf::Transfers(&ids)).await
}

fn check_gapless(records: &[crate::engine::Record], next_seq: i64) -> Result<(), StoreError> {
    let is_gapless = records.iter().zip(next_seq..).all(|(record, seq)| record.seq == seq);
    if is_gapless { Ok(()) } else { Err(StoreError::Corrupt("the journal has a gap")) }
}
