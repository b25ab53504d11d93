//! Taking files in, and telling how far they are.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use identity::Actor;
use kernel::audit::{self, NewEntry};
use kernel::bus;
use serde_json::json;

use super::records::Counter;
use super::{BYTES_MAX, Import, ImportStatus, LineError, PIECE_BYTES, jobs, store};
use crate::error::{Result, ShopError};
use crate::ids::ImportId;
use crate::shop::Shop;

/// After this nobody sends the rest of a file any more.
const STALE: Duration = Duration::from_secs(24 * 3_600);

impl Shop {
    pub(crate) async fn imports(&self, after: Option<ImportId>, limit: i64) -> Result<Vec<Import>> {
        store::page(&self.database.client().await?, after, limit).await
    }

    pub(crate) async fn import(&self, id: ImportId) -> Result<Import> {
        let found = store::get(&self.database.client().await?, id).await?;
        found.ok_or(ShopError::ImportNotFound)
    }

    /// What was found wrong, behind a number, with the numbers.
    pub(crate) async fn import_errors(
        &self,
        id: ImportId,
        after: i32,
        limit: i64,
    ) -> Result<Vec<(i32, LineError)>> {
        let client = self.database.client().await?;
        store::get(&client, id).await?.ok_or(ShopError::ImportNotFound)?;
        store::errors(&client, id, after, limit).await
    }

    /// Takes a file in. One with this id that is there is the first answer to the same request; if
    /// that broke off, the file comes in anew.
    pub(crate) async fn create_import<E>(
        &self,
        actor: &Actor,
        new: Import,
        mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Import> {
        let client = self.database.client().await?;
        if let Some(made) = store::get(&client, new.id).await?
            && made.status != ImportStatus::Uploading
        {
            return Ok(made);
        }
        store::delete_stale(&client, new.id, self.clock.now().saturating_sub(STALE)).await?;
        store::insert(&client, &new).await?;
        drop(client);
        let mut import = new;
        let (mut counter, mut buffer, mut number) = (Counter::default(), BytesMut::new(), 0);
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|_| ShopError::ImportCutOff)?;
            import.bytes += piece.len() as u64;
            if import.bytes > BYTES_MAX {
                return Err(ShopError::ImportTooLarge);
            }
            counter.add(&piece, import.format);
            buffer.extend_from_slice(&piece);
            while buffer.len() >= PIECE_BYTES {
                self.store_piece(import.id, &mut number, &buffer.split_to(PIECE_BYTES)).await?;
            }
        }
        if !buffer.is_empty() {
            self.store_piece(import.id, &mut number, &buffer).await?;
        }
        import.lines_total = counter.total(import.format);
        import.status = ImportStatus::Waiting;
        self.enqueue_import(actor, &import).await?;
        Ok(import)
    }

    async fn store_piece(&self, id: ImportId, number: &mut i32, piece: &[u8]) -> Result<()> {
        store::insert_piece(&self.database.client().await?, id, *number, piece).await?;
        *number += 1;
        Ok(())
    }

    async fn enqueue_import(&self, actor: &Actor, import: &Import) -> Result<()> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        store::update_in_tx(&tx, import).await?;
        bus::enqueue_in_tx(&tx, &*self.clock, &[jobs::run(import.id)]).await?;
        let data = json!({ "lines": import.lines_total, "dry_run": import.is_dry_run });
        let entry = NewEntry::new(actor.audit(), "shop.import.created").object(import.id);
        audit::record_in_tx(&tx, &*self.clock, &[entry.data(data)]).await?;
        tx.commit().await?;
        Ok(())
    }
}
