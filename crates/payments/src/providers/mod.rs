//! Which providers there are, and what each can do: from this a page knows what to show.

pub(crate) mod http;
mod service;

use crate::provider::Abilities;

/// A provider that new deposits may go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedProvider {
    pub name: &'static str,
    pub abilities: Abilities,
    /// What can be paid in with it, by code.
    pub deposit_assets: Vec<DepositAsset>,
}

/// An asset that can be paid in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepositAsset {
    pub code: String,
    pub scale: u8,
}
