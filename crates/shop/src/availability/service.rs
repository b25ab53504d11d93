//! Looking at the ledger again for what can be had.

use std::time::Instant;

use deadpool_postgres::GenericClient;
use ledger::engine::{Account, Balances};

use super::feed::PAUSE_FACTOR;
use super::store::{self, Stored};
use super::{Availability, Terms};
use crate::books::goods::Goods;
use crate::error::Result;
use crate::ids::{ProductId, VariantId};
use crate::locations;
use crate::products::changes;
use crate::shop::Parts;

/// Variants that are looked at at once.
const CHUNK: usize = 500;

/// Variants by what the ledger counts them as.
pub(super) async fn refresh_assets(shop: &Parts, assets: &[String]) -> Result<()> {
    for chunk in assets.chunks(CHUNK) {
        let stored = store::by_assets(&shop.database.client().await?, chunk).await?;
        refresh(shop, stored).await?;
    }
    Ok(())
}

/// A variant whose row has changed.
pub(crate) async fn refresh_variant(shop: &Parts, id: VariantId) -> Result<()> {
    let stored = store::by_ids(&shop.database.client().await?, &[id]).await?;
    refresh(shop, stored).await
}

/// What was a preorder and isn't any more.
pub(super) async fn refresh_arrived(shop: &Parts) -> Result<()> {
    loop {
        let client = shop.database.client().await?;
        let stored = store::arrived(&client, shop.clock.now(), CHUNK as i64).await?;
        drop(client);
        let count = stored.len();
        refresh(shop, stored).await?;
        if count < CHUNK {
            return Ok(());
        }
    }
}

/// Between two parts it pauses, as the feed does: people who wait come first.
pub(super) async fn refresh_all(shop: &Parts) -> Result<()> {
    let mut after = VariantId::from_u128(0);
    loop {
        let began = Instant::now();
        let stored = store::behind(&shop.database.client().await?, after, CHUNK as i64).await?;
        let Some(last) = stored.last().map(|it| it.id) else { return Ok(()) };
        refresh(shop, stored).await?;
        after = last;
        tokio::time::sleep(began.elapsed() * PAUSE_FACTOR).await;
    }
}

/// Asks the ledger, and writes what is different.
async fn refresh(shop: &Parts, stored: Vec<Stored>) -> Result<()> {
    if stored.is_empty() {
        return Ok(());
    }
    let mut client = shop.database.client().await?;
    let places = locations::store::list(&client).await?;
    let places: Vec<&str> =
        places.iter().filter(|it| it.is_active).map(|it| it.handle.as_str()).collect();
    let changed = changed(shop, &client, &stored, &places).await?;
    if changed.is_empty() {
        return Ok(());
    }
    let tx = client.transaction().await?;
    let mut products: Vec<ProductId> = changed.iter().map(|(it, _)| it.product).collect();
    products.sort_unstable();
    products.dedup();
    store::lock_products(&tx, &products).await?;
    // Whoever looked before us has written; now nobody writes what is older than what we see.
    let ids: Vec<VariantId> = changed.iter().map(|(it, _)| it.id).collect();
    let stored = store::by_ids(&tx, &ids).await?;
    let changed = self::changed(shop, &tx, &stored, &places).await?;
    let states: Vec<_> = changed.iter().map(|(it, state)| (it.id, *state)).collect();
    store::put(&tx, &states).await?;
    let differing = store::put_best(&tx, &products).await?;
    changes::tell_in_tx(&tx, &*shop.clock, &differing).await?;
    tx.commit().await?;
    Ok(())
}

/// Those whose state is another one than what is stored.
async fn changed<'s>(
    shop: &Parts,
    client: &impl GenericClient,
    stored: &'s [Stored],
    places: &[&str],
) -> Result<Vec<(&'s Stored, Availability)>> {
    let ids: Vec<u128> = stored.iter().flat_map(|it| Goods::of(&it.asset).supply(places)).collect();
    let accounts = shop.ledger.accounts_of(client, &ids).await?;
    let now = shop.clock.now();
    let state = |(it, accounts): (&'s Stored, &[Option<Account>])| {
        let balances: Vec<_> =
            accounts.iter().map(|it| it.as_ref().map(|it| it.balances)).collect();
        let (free, backorders) = left(&balances, it.backorder_max);
        let terms = Terms { tracks_stock: it.tracks_stock, available_from: it.available_from };
        (it, Availability::of(terms, free, backorders, now))
    };
    let states = stored.iter().zip(accounts.chunks_exact(places.len() + 1)).map(state);
    Ok(states.filter(|(it, state)| *state != it.availability).collect())
}

/// How many pieces are free in all places, and how many more may be sold that aren't there. Goods
/// that others wait for are theirs. The first balances are those of backorders.
fn left(accounts: &[Option<Balances>], backorder_max: u64) -> (u128, u128) {
    let Some((backorders, places)) = accounts.split_first() else { return (0, 0) };
    let backordered = backorders.map_or(0, |it| {
        let sold = it.debits_posted.saturating_sub(it.credits_posted);
        sold.saturating_add(it.debits_pending)
    });
    let free = places.iter().flatten().map(|it| {
        let taken = it.debits_posted.saturating_add(it.debits_pending);
        it.credits_posted.saturating_sub(taken)
    });
    let free = free.fold(0_u128, u128::saturating_add).saturating_sub(backordered);
    (free, u128::from(backorder_max).saturating_sub(backordered))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(
        credits_posted: u128,
        debits_posted: u128,
        debits_pending: u128,
    ) -> Option<Balances> {
        Some(Balances { credits_posted, debits_posted, debits_pending, ..Balances::default() })
    }

    #[test]
    fn holds_and_backorders_are_not_free() {
        let check = |accounts: &[Option<Balances>], max, expected| {
            assert_eq!(left(accounts, max), expected);
        };
        check(&[None, None], 3, (0, 3));
        check(&[None, account(10, 4, 1), account(2, 0, 0)], 0, (7, 0));
        check(&[account(0, 2, 1), account(10, 0, 0)], 5, (7, 2));
        check(&[account(2, 2, 0), account(1, 0, 0)], 5, (1, 5));
        check(&[account(0, 9, 0), account(3, 0, 0)], 5, (0, 0));
    }
}
