//! Promotions. What one takes off a basket is in `pricing::promotions`; how often it was used is
//! counted by the ledger (`books::uses`).

pub(crate) mod http;
mod service;
pub(crate) mod store;

use kernel::Timestamp;

use crate::pricing::Promotion;
use crate::pricing::promotions::{Conditions, Effect};

/// A change; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct PromotionPatch {
    pub(crate) title: Option<String>,
    pub(crate) effect: Option<Effect>,
    pub(crate) conditions: Option<Conditions>,
    pub(crate) combines: Option<bool>,
    pub(crate) priority: Option<i32>,
    pub(crate) starts_at: Option<Option<Timestamp>>,
    pub(crate) ends_at: Option<Option<Timestamp>>,
    pub(crate) uses_max: Option<Option<u64>>,
    pub(crate) uses_max_per_customer: Option<Option<u64>>,
    pub(crate) is_active: Option<bool>,
}

impl PromotionPatch {
    fn applied_to(self, it: Promotion) -> Promotion {
        Promotion {
            title: self.title.unwrap_or(it.title),
            effect: self.effect.unwrap_or(it.effect),
            conditions: self.conditions.unwrap_or(it.conditions),
            combines: self.combines.unwrap_or(it.combines),
            priority: self.priority.unwrap_or(it.priority),
            starts_at: self.starts_at.unwrap_or(it.starts_at),
            ends_at: self.ends_at.unwrap_or(it.ends_at),
            uses_max: self.uses_max.unwrap_or(it.uses_max),
            uses_max_per_customer: self.uses_max_per_customer.unwrap_or(it.uses_max_per_customer),
            is_active: self.is_active.unwrap_or(it.is_active),
            version: it.version + 1,
            ..it
        }
    }
}
