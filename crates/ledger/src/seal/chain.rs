//! The hash chain over the journal: tamper evidence that costs the writers nothing.
//!
//! A block covers consecutive rows: its hash is BLAKE3 of the hash before and of the rows in
//! binary COPY form. Beside it stands a CRC-32 of each row: the hash proves that something was
//! changed, the tags name the row.

use bytes::BytesMut;
use tokio_postgres::Client;

use crate::engine::{Record, Time};
use crate::error::StoreError;
use crate::journal::read::At;
use crate::journal::row;
use crate::view::View;

/// Rows of a full block.
const BLOCK_MAX: usize = 8_192;

/// A block's hash. The chain starts with zeros.
pub(crate) type ChainHash = [u8; 32];

/// Computes one block.
pub(crate) struct BlockHasher {
    hasher: blake3::Hasher,
    buffer: BytesMut,
    tags: Vec<u8>,
    first_seq: i64,
    last: (i64, Time),
}

impl BlockHasher {
    pub(crate) fn new(before: &ChainHash, first_seq: i64) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(before);
        Self {
            hasher,
            buffer: BytesMut::new(),
            tags: Vec::new(),
            first_seq,
            last: (first_seq - 1, 0),
        }
    }

    /// Adds the next row; answers with its tag.
    pub(crate) fn push(&mut self, record: &Record) -> [u8; 4] {
        const HASH_BYTES: usize = 64 * 1024;
        assert_eq!(record.seq, self.last.0 + 1, "a block has no gaps");
        let start = self.buffer.len();
        row::put_canonical(&mut self.buffer, record);
        let tag = crc32fast::hash(&self.buffer[start..]).to_be_bytes();
        self.tags.extend_from_slice(&tag);
        self.last = (record.seq, record.at);
        // BLAKE3 is several times faster on long inputs than on single rows.
        if self.buffer.len() >= HASH_BYTES {
            self.hasher.update(&self.buffer);
            self.buffer.clear();
        }
        tag
    }

    pub(crate) fn rows(&self) -> usize {
        self.tags.len() / 4
    }

    pub(crate) fn last_seq(&self) -> i64 {
        self.last.0
    }

    /// The block's hash and the tags of its rows.
    pub(crate) fn finish(mut self) -> (ChainHash, Vec<u8>) {
        self.hasher.update(&self.buffer);
        (*self.hasher.finalize().as_bytes(), self.tags)
    }
}

/// The end of the chain in the database.
pub(super) struct Chain {
    epoch: i64,
    hash: ChainHash,
    last_seq: i64,
}

impl Chain {
    /// Reads where the chain ends.
    pub(super) async fn load(client: &Client, epoch: i64) -> Result<Self, StoreError> {
        let sql = "select last_seq, hash from ledger.blocks order by first_seq desc limit 1";
        let Some(row) = client.query_opt(sql, &[]).await? else {
            return Ok(Self { epoch, hash: [0; 32], last_seq: 0 });
        };
        let hash = row.try_get::<_, &[u8]>(1)?;
        let hash = hash.try_into().map_err(|_| StoreError::Corrupt("a hash"))?;
        Ok(Self { epoch, hash, last_seq: row.try_get(0)? })
    }

    /// Puts everything that is committed under the chain.
    pub(super) async fn extend(&mut self, client: &Client, view: &View) -> Result<(), StoreError> {
        if view.last().0 <= self.last_seq {
            return Ok(());
        }
        let mut block = BlockHasher::new(&self.hash, self.last_seq + 1);
        for batch in view.batches_from(self.last_seq + 1) {
            let done = usize::try_from(self.last_seq + 1 - batch[0].seq).unwrap_or(0);
            for record in &batch[done..] {
                if record.seq != block.last_seq() + 1 {
                    return Err(StoreError::Corrupt("the chain lags behind the sealed ranges"));
                }
                block.push(record);
                if block.rows() == BLOCK_MAX {
                    self.append(client, block).await?;
                    block = BlockHasher::new(&self.hash, self.last_seq + 1);
                }
            }
        }
        if block.rows() > 0 {
            self.append(client, block).await?;
        }
        Ok(())
    }

    async fn append(&mut self, client: &Client, block: BlockHasher) -> Result<(), StoreError> {
        let (first_seq, (last_seq, last_at)) = (block.first_seq, block.last);
        let (hash, tags) = block.finish();
        client.batch_execute(&format!("begin; select ledger.fence({})", self.epoch)).await?;
        let sql = "insert into ledger.blocks (first_seq, last_seq, last_at, hash, tags) \
                   values ($1, $2, $3, $4, $5)";
        client
            .execute(sql, &[&first_seq, &last_seq, &At(last_at), &hash.as_slice(), &tags])
            .await?;
        client.batch_execute("commit").await?;
        (self.hash, self.last_seq) = (hash, last_seq);
        Ok(())
    }
}
