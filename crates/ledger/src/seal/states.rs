//! States of pending and reversed transfers, stored when a range is sealed.

use bytes::{BufMut, BytesMut};
use futures_util::{SinkExt, pin_mut};
use tokio_postgres::Client;

use crate::engine::TransferState;
use crate::error::StoreError;
use crate::journal::numeric::put_numeric;
use crate::journal::row::{HEADER, TRAILER, put_i64, put_null, put_option, put_time, put_uuid};

/// Stores states within the transaction at hand; newer ones replace older ones.
pub(super) async fn upsert(
    client: &Client,
    states: &[(u128, TransferState)],
) -> Result<(), StoreError> {
    if states.is_empty() {
        return Ok(());
    }
    client
        .batch_execute(
            "create temp table if not exists sealing (like ledger.transfer_states) \
             on commit delete rows",
        )
        .await?;
    let sql = "copy sealing (id, seq, status, remaining, reversed, expires_at, group_id, \
               changed_seq) from stdin binary";
    let sink = client.copy_in(sql).await?;
    pin_mut!(sink);
    let mut data = BytesMut::from(HEADER);
    states.iter().for_each(|(id, state)| put_state(&mut data, *id, state));
    data.put_i16(TRAILER);
    sink.feed(data.freeze()).await?;
    sink.finish().await?;
    client
        .batch_execute(
            "insert into ledger.transfer_states select * from sealing \
             on conflict (id) do update set status = excluded.status, \
             remaining = excluded.remaining, reversed = excluded.reversed, \
             expires_at = excluded.expires_at, changed_seq = excluded.changed_seq",
        )
        .await?;
    Ok(())
}

fn put_state(data: &mut BytesMut, id: u128, state: &TransferState) {
    data.put_i16(8);
    put_uuid(data, id);
    put_i64(data, state.seq);
    data.put_i32(2);
    data.put_i16(state.status as i16);
    put_numeric(data, state.remaining);
    put_numeric(data, state.reversed);
    put_option(data, state.expires_at, put_time);
    if state.group == 0 {
        put_null(data)
    } else {
        put_uuid(data, state.group)
    }
    put_i64(data, state.changed_seq);
}
