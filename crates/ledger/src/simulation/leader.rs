//! The leader: an engine, batches on their way to the store, and what can go wrong with them.
//! A crash at any point leaves a new engine that knows what the store knows.

use std::collections::VecDeque;

use super::rng::Rng;
use super::store::Store;
use crate::engine::{Effects, Engine, Request, Response, SealedIds, Time};

/// Batches on their way at most.
const PIPELINE: usize = 3;

/// A batch that was executed and is not yet known to be committed.
#[derive(Debug)]
pub(super) struct Batch {
    /// Which client sent which request; `None` is the leader's own.
    pub(super) clients: Vec<Option<usize>>,
    pub(super) requests: Vec<Request>,
    pub(super) responses: Vec<Response>,
    pub(super) effects: Effects,
}

/// What became of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Answered,
    /// It is committed, but the leader never learns of it.
    AnswerLost,
    NothingWritten,
}

/// See the module's text.
#[derive(Debug)]
pub(super) struct Leader {
    pub(super) store: Store,
    pub(super) engine: Engine,
    pub(super) pipeline: VecDeque<Batch>,
    /// Something is sealed that the engine still holds.
    to_forget: Option<SealedIds>,
    pub(super) crashes: u64,
}

impl Leader {
    pub(super) fn new() -> Self {
        let store = Store::default();
        let engine = store.recover();
        Self { store, engine, pipeline: VecDeque::new(), to_forget: None, crashes: 0 }
    }

    pub(super) fn has_room(&self) -> bool {
        self.pipeline.len() < PIPELINE
    }

    /// Loads what the requests need. `false`: the leader crashed on the way.
    fn prepare(&mut self, requests: &[Request], at: Time, rng: &mut Rng, faults: bool) -> bool {
        for _ in 0..20 {
            let needs = self.engine.needs(requests, at);
            if needs.is_empty() {
                return true;
            }
            let facts = self.store.load(&needs);
            if faults && rng.below(300) == 0 {
                return false;
            }
            self.engine.learn(&needs, facts);
        }
        panic!("the engine asks again and again: {:?}", self.engine.needs(requests, at));
    }

    /// Executes a batch and sends it on its way. `false`: the leader crashed instead.
    pub(super) fn submit(
        &mut self,
        clients: Vec<Option<usize>>,
        requests: Vec<Request>,
        at: Time,
        rng: &mut Rng,
        faults: bool,
    ) -> bool {
        if !self.prepare(&requests, at, rng, faults) {
            return false;
        }
        let (responses, effects) = self.engine.execute(&requests, at);
        if faults && rng.below(400) == 0 {
            return false;
        }
        self.pipeline.push_back(Batch { clients, requests, responses, effects });
        true
    }

    /// Commits the oldest batch on its way.
    pub(super) fn commit(&mut self, rng: &mut Rng, faults: bool) -> Option<(Batch, Outcome)> {
        let batch = self.pipeline.pop_front()?;
        let outcome = match rng.below(100) {
            0 if faults => Outcome::NothingWritten,
            1 if faults => Outcome::AnswerLost,
            _ => Outcome::Answered,
        };
        if outcome != Outcome::NothingWritten {
            self.store.commit(&batch.effects);
        }
        Some((batch, outcome))
    }

    /// Seals a full range; the engine forgets it at once or later.
    pub(super) fn seal(&mut self, rng: &mut Rng) {
        if let Some(sealed) = self.to_forget.take() {
            drop(self.engine.forget_before(self.store.sealed_until(), vec![sealed]));
        } else if self.store.has_full_range() {
            let start = self.store.sealed_until();
            let ids = self.engine.ids(start).expect("a full range has ids");
            self.to_forget = Some(self.store.seal(ids));
            if rng.chance(50) {
                self.seal(rng);
            }
        }
    }

    /// Starts anew from the store. Answers which clients wait in vain.
    pub(super) fn crash(&mut self) -> Vec<usize> {
        self.crashes += 1;
        self.to_forget = None;
        self.engine = self.store.recover();
        self.pipeline.drain(..).flat_map(|batch| batch.clients).flatten().collect()
    }
}
