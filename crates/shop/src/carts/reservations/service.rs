//! Holding stock for a cart.

use std::time::Duration;

use hashbrown::HashMap;
use ledger::engine::{Extra, NewTransfer, TransferFlags};

use super::{CartHold, store};
use crate::books::goods::Goods;
use crate::books::{code, resolution};
use crate::carts::CartStatus;
use crate::carts::store as carts;
use crate::carts::view::CartView;
use crate::error::{Result, ShopError};
use crate::ids::{CartId, VariantId, transfer_id};
use crate::orders::plan::freed;
use crate::shop::Shop;
use crate::stock::Levels;

/// Who releases what was held for a cart that was no longer open.
const LATE: u128 = u128::MAX;

/// So often a race with other carts is tried again.
const ATTEMPTS: usize = 4;

impl Shop {
    /// Holds as much of each line as there is, instead of what was held before, and answers with the
    /// cart as it is then: what could not be held is told among its requirements.
    pub(crate) async fn reserve(&self, cart: CartId) -> Result<CartView> {
        for _ in 0..ATTEMPTS {
            let client = self.database.client().await?;
            let stored = carts::get(&client, cart).await?.ok_or(ShopError::CartNotFound)?;
            let view = self.view(&client, stored).await?;
            if view.cart.status != CartStatus::Open {
                return Ok(view);
            }
            let is_held = view.cart.is_reserved(self.clock.now());
            let old = if is_held { store::list(&client, cart).await? } else { Vec::new() };
            drop(client);
            if self.hold(&view, &old).await? {
                break;
            }
        }
        let client = self.database.client().await?;
        let stored = carts::get(&client, cart).await?.ok_or(ShopError::CartNotFound)?;
        self.view(&client, stored).await
    }

    /// Releases what is held for a cart.
    pub(crate) async fn release(&self, cart: CartId) -> Result<()> {
        let mut client = self.database.client().await?;
        let old = store::list(&client, cart).await?;
        let tx = client.transaction().await?;
        store::forget_in_tx(&tx, cart).await?;
        tx.commit().await?;
        drop(client);
        // Each on its own: one that has expired doesn't keep the others.
        self.ledger.create_transfers(voids(&old, 0)).await?;
        Ok(())
    }

    /// False if somebody else was faster.
    async fn hold(&self, view: &CartView, old: &[CartHold]) -> Result<bool> {
        let reservation = view.cart.reservation + 1;
        let holds = self.planned(view, reservation, old).await?;
        let seconds = view.rules.settings.reservation_s;
        let until = self.clock.now().saturating_add(Duration::from_secs(seconds.into()));
        let rows: Vec<CartHold> = holds.iter().map(|(hold, _)| hold.clone()).collect();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let until = (!rows.is_empty()).then_some(until);
        if !store::replace_in_tx(&tx, view.cart.id, (reservation, until), &rows).await? {
            return Ok(false);
        }
        tx.commit().await?;
        drop(client);
        let reference = view.cart.id.to_string();
        let new =
            |(hold, asset): &(CartHold, (String, u32))| pending(hold, asset, &reference, seconds);
        let new: Vec<NewTransfer> = holds.iter().map(new).collect();
        let released = voids(old, view.cart.reservation.into());
        let both: Vec<NewTransfer> = released.into_iter().chain(new.clone()).collect();
        let made = match self.books.make_all(both).await? {
            // What was held before has run out.
            Err(refusal) if refusal.index < old.len() => self.books.make_all(new).await?,
            made => made,
        };
        if made.is_err() {
            return Ok(false);
        }
        let client = self.database.client().await?;
        let is_current = store::is_current(&client, view.cart.id, reservation).await?;
        drop(client);
        if !is_current {
            // The cart became an order before the ledger had these, and so without them.
            self.ledger.create_transfers(voids(&rows, LATE)).await?;
        }
        Ok(is_current)
    }

    /// What to hold for each line, and the asset of each hold.
    async fn planned(
        &self,
        view: &CartView,
        reservation: u32,
        old: &[CartHold],
    ) -> Result<Vec<(CartHold, (String, u32))>> {
        let mut left: HashMap<VariantId, Levels> = HashMap::new();
        let mut holds = Vec::new();
        for line in &view.lines {
            let (Some(it), Some(levels)) = (&line.sellable, &line.levels) else { continue };
            let variant = it.variant;
            let levels = left
                .entry(variant)
                .or_insert_with(|| freed(levels, variant, &view.rules.places, old));
            let pieces = u128::from(line.line.quantity).min(levels.sellable());
            let asset = self.books.goods_asset(&it.asset).await?;
            for (place, quantity) in levels.allocate(pieces).unwrap_or_default() {
                levels.take(place, quantity);
                let number = u64::from(reservation) << 32 | holds.len() as u64;
                let hold = CartHold {
                    transfer: transfer_id(view.cart.id.as_u128(), "hold", number),
                    variant: it.variant,
                    location: place.map(|index| view.rules.places[index].handle.clone()),
                    quantity: u32::try_from(quantity).expect("at most what the line wants"),
                };
                holds.push((hold, (it.asset.clone(), asset)));
            }
        }
        Ok(holds)
    }
}

fn pending(
    hold: &CartHold,
    (asset, no): &(String, u32),
    reference: &str,
    timeout_s: u32,
) -> NewTransfer {
    let goods = Goods::of(asset);
    let from = hold.location.as_ref().map_or(goods.backorders(), |place| goods.stock(place));
    let reference = Some(reference.into());
    NewTransfer {
        id: hold.transfer,
        debit_account: from,
        credit_account: goods.sold(),
        amount: hold.quantity.into(),
        asset: *no,
        code: code::RESERVATION,
        flags: TransferFlags(TransferFlags::PENDING),
        extra: Some(Box::new(Extra { timeout_s, reference, ..Extra::default() })),
        timestamp: 0,
    }
}

/// What releases holds, with ids of whoever does it.
pub(crate) fn voids(holds: &[CartHold], whoever: u128) -> Vec<NewTransfer> {
    let void = |hold: &CartHold| {
        let id = transfer_id(hold.transfer ^ whoever, "release", 0);
        resolution(id, hold.transfer, TransferFlags::VOID_PENDING)
    };
    holds.iter().map(void).collect()
}
