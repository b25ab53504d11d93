//! Works an import off, and goes on where it was.

use std::time::{Duration, Instant};

use kernel::bus::{Job, NewJob, Outcome, Worker};
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::ids::ImportId;
use crate::shop::Shop;

const KIND: &str = "shop.imports.run";
/// After this others have their turn.
const TURN: Duration = Duration::from_secs(20);

#[derive(Serialize, Deserialize)]
struct Payload {
    import: ImportId,
}

pub(super) fn run(import: ImportId) -> NewJob {
    NewJob::new(KIND, Payload { import }).key(import.to_string())
}

/// See [`run`].
pub(crate) struct Run(pub(crate) Shop);

impl Worker for Run {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, job: &Job) -> Outcome {
        let import = match job.parse::<Payload>() {
            Ok(payload) => payload.import,
            Err(error) => return Outcome::Dead(error),
        };
        match work(&self.0, import).await {
            Ok(true) => Outcome::Later(self.0.clock.now()),
            Ok(false) => Outcome::Done,
            Err(error) => error.outcome(self.0.clock.now()),
        }
    }
}

/// Whether there is more.
async fn work(shop: &Shop, import: ImportId) -> Result<bool> {
    let began = Instant::now();
    while shop.work_off(import).await? {
        if began.elapsed() > TURN {
            return Ok(true);
        }
    }
    Ok(false)
}
