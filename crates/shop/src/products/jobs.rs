//! What follows when a variant's row has changed: the ledger is told how far it may be sold that
//! isn't there, and whether it can be had is looked at again.

use kernel::bus::{Job, JobError, NewJob, Outcome, Worker};
use ledger::engine::{AccountUpdate, UpdateStatus};
use serde::{Deserialize, Serialize};

use super::store;
use crate::availability::service;
use crate::books::goods::Goods;
use crate::error::{Result, ShopError};
use crate::ids::VariantId;
use crate::shop::Shop;

const KIND: &str = "shop.variant.follow";

#[derive(Serialize, Deserialize)]
struct Payload {
    variant: VariantId,
}

/// No key: one that runs may have read what was there before.
pub(super) fn follow(variant: VariantId) -> NewJob {
    NewJob::new(KIND, Payload { variant })
}

/// Sets the floor of a variant's account of backorders to what its row says, and looks at what is
/// left.
pub(crate) struct Follow(pub(crate) Shop);

impl Worker for Follow {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, job: &Job) -> Outcome {
        let variant = match job.parse::<Payload>() {
            Ok(payload) => payload.variant,
            Err(error) => return Outcome::Dead(JobError::new(error)),
        };
        match follow_up(&self.0, variant).await {
            Ok(()) => Outcome::Done,
            Err(error) => error.outcome(self.0.clock.now()),
        }
    }
}

async fn follow_up(shop: &Shop, variant: VariantId) -> Result<()> {
    set_floor(shop, variant).await?;
    service::refresh_variant(shop, variant).await
}

async fn set_floor(shop: &Shop, variant: VariantId) -> Result<()> {
    let row = store::backorder_max(&shop.database.client().await?, variant).await?;
    let Some((asset, backorder_max)) = row else { return Ok(()) };
    let update = AccountUpdate {
        id: Goods::of(&asset).backorders(),
        floor: Some(Some(-i128::from(backorder_max))),
        ..AccountUpdate::default()
    };
    match shop.ledger.update_account(update).await?.0 {
        // What isn't there yet is opened with what the row says.
        UpdateStatus::Updated | UpdateStatus::AccountNotFound => Ok(()),
        _ => Err(ShopError::Corrupt("the floor of a variant")),
    }
}
