//! Products: what the shop shows, and their variants, which are what is sold. A variant is counted
//! by the ledger as an asset of its own; here stands what it is called and what it costs.

pub(crate) mod sellable;

pub(crate) use sellable::Sellable;
