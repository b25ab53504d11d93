//! The verification itself, range by range.

use hashbrown::HashMap;
use kernel::db::Database;
use tokio_postgres::Client;

use super::books::Books;
use super::{Finding, Progress, VerifyReport, store};
use crate::engine::{Balances, Record, TransferState};
use crate::error::{LedgerError, StoreError};
use crate::journal::account_digest;
use crate::journal::ranges::Ranges;
use crate::ledger::Ledger;
use crate::seal::{BlockHasher, CHUNK, ChainHash};

/// Findings after which a verification stops: the first ones matter.
const FINDINGS_MAX: usize = 20;

const TRANSFERS: &str = "ledger.transfers";
const BLOCKS: &str = "ledger.blocks";
const CHUNKS: &str = "ledger.account_chunks";
const STATES: &str = "ledger.transfer_states";
const ACCOUNTS: &str = "ledger.accounts";

impl Ledger {
    /// Verifies the books behind this ledger. Requests go on meanwhile; what is committed after
    /// a range was read is not part of the answer.
    pub async fn verify(
        &self,
        progress: impl FnMut(Progress),
    ) -> Result<VerifyReport, LedgerError> {
        verify(&self.database, progress).await
    }
}

/// Verifies the books of a database; no leader is needed.
pub async fn verify(
    database: &Database,
    progress: impl FnMut(Progress),
) -> Result<VerifyReport, LedgerError> {
    let client = database.dedicated_client().await?;
    // One snapshot: what is committed meanwhile can't look like a change by hand.
    let begin = "begin isolation level repeatable read read only; set statement_timeout = 0";
    client.batch_execute(begin).await.map_err(StoreError::from)?;
    let mut verification = Verification::new(&client, progress);
    verification.run().await?;
    Ok(verification.report)
}

/// Everything known while reading.
struct Verification<'c, P> {
    client: &'c Client,
    progress: P,
    books: Books,
    hash: ChainHash,
    /// The block that runs on into the next range.
    open_block: Option<(store::Block, BlockHasher)>,
    /// States as of the end of the last sealed range.
    sealed_states: HashMap<u128, TransferState>,
    report: VerifyReport,
    total: i64,
}

impl<'c, P: FnMut(Progress)> Verification<'c, P> {
    fn new(client: &'c Client, progress: P) -> Self {
        Self {
            client,
            progress,
            books: Books::default(),
            hash: [0; 32],
            open_block: None,
            sealed_states: HashMap::new(),
            report: VerifyReport::default(),
            total: 0,
        }
    }

    async fn run(&mut self) -> Result<(), StoreError> {
        let (ranges, list) = store::ranges(self.client).await?;
        self.total = list.iter().filter(|(_, sealed)| *sealed).count() as i64 * ranges.size;
        for (no, sealed) in list {
            self.range(ranges, no, sealed).await?;
            if self.report.findings.len() >= FINDINGS_MAX {
                return Ok(());
            }
        }
        self.states().await?;
        self.accounts().await?;
        self.report.assets = store::assets(self.client).await?;
        Ok(())
    }

    fn find(&mut self, table: &'static str, row: String, problem: impl Into<String>) {
        if self.report.findings.len() < FINDINGS_MAX {
            self.report.findings.push(Finding { table, row, problem: problem.into() });
        }
    }

    async fn range(&mut self, ranges: Ranges, no: i64, sealed: bool) -> Result<(), StoreError> {
        let records = match store::range(self.client, no).await {
            Ok(records) => records,
            Err(StoreError::Row(error)) => {
                let seq = store::unreadable(self.client, no).await?.unwrap_or(0);
                self.find(TRANSFERS, format!("after seq {}", seq - 1), error.to_string());
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let before = sealed.then(|| self.books.balances.clone());
        self.chain(ranges, no, &records).await?;
        for (index, record) in records.iter().enumerate() {
            if let Err(problem) = self.books.enter(record) {
                self.find(TRANSFERS, format!("seq {}", record.seq), problem);
            }
            if index % 65_536 == 0 {
                let transfers = self.report.transfers + index as i64;
                (self.progress)(Progress { transfers, total: self.total.max(transfers) });
            }
        }
        let missing = ranges.size - records.len() as i64;
        if sealed && missing != 0 {
            let row = format!("range {no}");
            self.find(TRANSFERS, row, format!("a sealed range lacks {missing} rows"));
        }
        self.report.transfers += records.len() as i64;
        if let Some(before) = before {
            self.sealed_states.clone_from(&self.books.states);
            self.chunks(ranges, no, &records, before).await?;
        }
        Ok(())
    }

    /// Compares a range with the hash chain.
    async fn chain(
        &mut self,
        ranges: Ranges,
        no: i64,
        records: &[Record],
    ) -> Result<(), StoreError> {
        let mut blocks = store::blocks(self.client, ranges.seqs(no)).await?.into_iter();
        let mut open = self.open_block.take();
        for record in records {
            if open.is_none() {
                let Some(block) = blocks.next() else { break };
                if block.first_seq != self.report.sealed_seq + 1 {
                    let row = format!("first_seq {}", block.first_seq);
                    self.find(BLOCKS, row, "the chain has a gap before it");
                    return Ok(());
                }
                let hasher = BlockHasher::new(&self.hash, block.first_seq);
                open = Some((block, hasher));
            }
            let (block, hasher) = open.as_mut().expect("opened above");
            if record.seq != hasher.last_seq() + 1 {
                // The books name the row; the chain can't go on over a gap.
                return Ok(());
            }
            let tag = hasher.push(record);
            let at = (hasher.rows() - 1) * 4;
            if block.tags.get(at..at + 4) != Some(&tag) {
                let problem = "the row is not the one that was put under the hash chain";
                self.find(TRANSFERS, format!("seq {}", record.seq), problem);
            }
            if record.seq == block.last_seq {
                let (block, hasher) = open.take().expect("it is open");
                self.end_block(&block, hasher);
            }
        }
        self.open_block = open;
        Ok(())
    }

    fn end_block(&mut self, block: &store::Block, hasher: BlockHasher) {
        let (hash, tags) = hasher.finish();
        if hash.as_slice() != block.hash && tags == block.tags {
            let row = format!("first_seq {}, last_seq {}", block.first_seq, block.last_seq);
            self.find(BLOCKS, row, "its hash does not follow from the rows and the hash before");
        }
        // The stored hash goes on: one changed block does not make all later ones look changed.
        self.hash = block.hash.as_slice().try_into().unwrap_or(hash);
        self.report.sealed_seq = block.last_seq;
        self.report.hash = Some(blake3::Hash::from_bytes(self.hash).to_hex().to_string());
    }

    /// Compares the stored history of a sealed range with its rows.
    async fn chunks(
        &mut self,
        ranges: Ranges,
        no: i64,
        records: &[Record],
        before: HashMap<i64, Balances>,
    ) -> Result<(), StoreError> {
        let expected = history(ranges.start(no), records, before);
        let mut found = 0;
        for chunk in store::chunks(self.client, no).await? {
            let row = format!("account_no {}, last_seq {}", chunk.account_no, chunk.last_seq);
            let Some((balances, offsets)) = expected.get(&(chunk.account_no, chunk.last_seq))
            else {
                self.find(CHUNKS, row, "no transfers of the range belong to it");
                continue;
            };
            found += 1;
            let first = offsets.first().map(|offset| ranges.start(no) + i64::from(*offset));
            if chunk.offsets != *offsets || Some(chunk.first_seq) != first {
                self.find(CHUNKS, row, "its list of transfers is not that of the journal");
            } else if chunk.balances != *balances {
                self.find(CHUNKS, row, "its balances do not follow from the journal");
            }
        }
        if found < expected.len() {
            let missing = expected.len() - found;
            self.find(CHUNKS, format!("range {no}"), format!("{missing} chunks are missing"));
        }
        Ok(())
    }

    /// Compares stored states with the journal. A state may be newer than the last seal.
    async fn states(&mut self) -> Result<(), StoreError> {
        let stored = store::states(self.client).await?;
        let mut found = 0;
        for (id, state) in stored {
            let row = format!("id {}", crate::ids::TransferId::from_u128(id));
            let Some(expected) = self.books.states.get(&id).copied() else {
                self.find(STATES, row, "no transfer of the journal has it");
                continue;
            };
            found += usize::from(self.sealed_states.contains_key(&id));
            let at_seal = self.sealed_states.get(&id).copied();
            let comparable = |other: &TransferState| TransferState { seq: state.seq, ..*other };
            let fits =
                [Some(expected), at_seal].iter().flatten().any(|other| comparable(other) == state)
                    || (state.changed_seq > expected.changed_seq);
            if !fits && at_seal.is_some_and(|at_seal| at_seal.changed_seq >= state.changed_seq) {
                self.find(STATES, row, "it does not follow from the journal");
            }
        }
        if found < self.sealed_states.len() {
            let missing = self.sealed_states.len() - found;
            self.find(STATES, "all".to_owned(), format!("{missing} states are missing"));
        }
        Ok(())
    }

    async fn accounts(&mut self) -> Result<(), StoreError> {
        let mut after_no = 0;
        let mut assets: HashMap<i64, u32> = HashMap::new();
        loop {
            let accounts = store::accounts(self.client, after_no).await?;
            let Some(last) = accounts.last() else { break };
            after_no = last.account.no;
            for stored in accounts {
                let no = stored.account.no;
                self.report.accounts += 1;
                assets.insert(no, stored.account.asset);
                if account_digest(&stored.account).as_slice() != stored.digest {
                    let problem = "the row is not the one that the ledger wrote";
                    self.find(ACCOUNTS, format!("no {no}"), problem);
                }
            }
        }
        let mut sums: HashMap<u32, Sums> = HashMap::new();
        for (no, balances) in &self.books.balances {
            match assets.get(no) {
                Some(asset) => sums.entry(*asset).or_default().add(balances),
                None => {
                    let finding = Finding {
                        table: ACCOUNTS,
                        row: format!("no {no}"),
                        problem: "transfers name an account that is not there".to_owned(),
                    };
                    self.report.findings.push(finding);
                }
            }
        }
        for (asset, sum) in sums {
            if !sum.are_equal() {
                let problem = "debits and credits of the asset are not equal";
                self.find("ledger.assets", format!("no {asset}"), problem);
            }
        }
        Ok(())
    }
}

/// Sums over the accounts of an asset; they wrap alike on both sides.
#[derive(Default)]
struct Sums(Balances);

impl Sums {
    fn add(&mut self, balances: &Balances) {
        let sum = &mut self.0;
        sum.debits_pending = sum.debits_pending.wrapping_add(balances.debits_pending);
        sum.debits_posted = sum.debits_posted.wrapping_add(balances.debits_posted);
        sum.credits_pending = sum.credits_pending.wrapping_add(balances.credits_pending);
        sum.credits_posted = sum.credits_posted.wrapping_add(balances.credits_posted);
    }

    fn are_equal(&self) -> bool {
        let sum = &self.0;
        sum.debits_pending == sum.credits_pending && sum.debits_posted == sum.credits_posted
    }
}

/// Chunks as they must be: balances and offsets by account and last sequence.
fn history(
    start: i64,
    records: &[Record],
    mut balances: HashMap<i64, Balances>,
) -> HashMap<(i64, i64), (Balances, Vec<i32>)> {
    let mut open: HashMap<i64, Vec<i32>> = HashMap::new();
    let mut chunks = HashMap::new();
    let mut last: HashMap<i64, i64> = HashMap::new();
    for record in records {
        let offset = i32::try_from(record.seq - start).unwrap_or(i32::MAX);
        for no in [record.debit, record.credit] {
            let offsets = open.entry(no).or_default();
            if offsets.len() == CHUNK {
                let full = std::mem::take(offsets);
                chunks.insert(
                    (no, last[&no]),
                    (balances.get(&no).copied().unwrap_or_default(), full),
                );
            }
            offsets.push(offset);
            last.insert(no, record.seq);
        }
        apply(&mut balances, record);
    }
    for (no, offsets) in open {
        chunks.insert((no, last[&no]), (balances.get(&no).copied().unwrap_or_default(), offsets));
    }
    chunks
}

/// Like the books, but a row that does not fit was reported there and is left out here.
fn apply(balances: &mut HashMap<i64, Balances>, record: &Record) {
    let effect = record.effect();
    let change = |pending: &mut u128, posted: &mut u128| {
        *pending = pending.wrapping_add(effect.pending).wrapping_sub(effect.released);
        *posted = posted.wrapping_add(effect.posted);
    };
    let debit = balances.entry(record.debit).or_default();
    change(&mut debit.debits_pending, &mut debit.debits_posted);
    let credit = balances.entry(record.credit).or_default();
    change(&mut credit.credits_pending, &mut credit.credits_posted);
}
