//! How much there is, as the ledger says at this moment.

use deadpool_postgres::GenericClient;
use ledger::engine::Account;

use super::{Level, Levels};
use crate::books::Books;
use crate::books::goods::Goods;
use crate::error::Result;
use kernel::Amount;

impl Books {
    /// What there is of each variant, given by its asset and how much may be backordered, in each of
    /// the places, given by their handles. One look at the ledger for all.
    pub(crate) async fn levels(
        &self,
        client: &impl GenericClient,
        variants: &[(&str, u64)],
        places: &[&str],
    ) -> Result<Vec<Levels>> {
        let supply = variants.iter().flat_map(|(asset, _)| Goods::of(asset).supply(places));
        let ids: Vec<u128> = supply.collect();
        let accounts = self.ledger.accounts_of(client, &ids).await?;
        let of_variant = accounts.chunks_exact(places.len() + 1);
        let levels = variants.iter().zip(of_variant).map(|((_, backorder_max), accounts)| {
            let backordered = accounts[0].as_ref().map_or(0, |it| it.balances.debits());
            Levels {
                places: accounts[1..].iter().map(level).collect(),
                backordered: Amount::new(backordered),
                backorder_max: (*backorder_max).into(),
            }
        });
        Ok(levels.collect())
    }
}

fn level(account: &Option<Account>) -> Level {
    let Some(Account { balances, .. }) = account else { return Level::default() };
    Level {
        on_hand: Amount::new(balances.credits_posted.saturating_sub(balances.debits_posted)),
        reserved: Amount::new(balances.debits_pending),
    }
}
