//! What is missing before a cart can become an order. Whoever looks at a cart and whoever completes
//! it ask the same function, so they can't disagree.

use kernel::Amount;

use super::view::{CartView, ViewLine};
use crate::ids::CartLineId;

/// Something that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Requirement {
    pub(crate) kind: RequirementKind,
    /// Of which line.
    pub(crate) line: Option<CartLineId>,
}

/// What is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RequirementKind {
    CartEmpty,
    EmailMissing,
    ShippingAddressMissing,
    ShippingMethodMissing,
    /// It doesn't go there, or not with so much.
    ShippingMethodUnavailable,
    /// It isn't for sale, or has no price in this currency.
    LineUnavailable,
    /// Of a line there are fewer.
    StockInsufficient {
        available: Amount,
    },
    TotalTooLarge,
}

impl RequirementKind {
    /// Stable, for programs.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::CartEmpty => "shop.requirement.lines",
            Self::EmailMissing => "shop.requirement.email",
            Self::ShippingAddressMissing => "shop.requirement.shipping_address",
            Self::ShippingMethodMissing => "shop.requirement.shipping_method",
            Self::ShippingMethodUnavailable => "shop.requirement.shipping_method_unavailable",
            Self::LineUnavailable => "shop.requirement.line_unavailable",
            Self::StockInsufficient { .. } => "shop.requirement.stock",
            Self::TotalTooLarge => "shop.requirement.total_too_large",
        }
    }

    /// For people.
    pub(crate) fn detail(&self) -> String {
        match self {
            Self::CartEmpty => "put something into the cart".to_owned(),
            Self::EmailMissing => "say where the confirmation goes: an e-mail address".to_owned(),
            Self::ShippingAddressMissing => "say where it is sent".to_owned(),
            Self::ShippingMethodMissing => "choose how it is sent".to_owned(),
            Self::ShippingMethodUnavailable => {
                "this way of shipping doesn't go there, or not with this cart; choose another"
                    .to_owned()
            }
            Self::LineUnavailable => {
                "this isn't sold any more, or not in this currency; remove it".to_owned()
            }
            Self::StockInsufficient { available } => {
                format!("there are only {available} of this")
            }
            Self::TotalTooLarge => "this is more than can be paid at once".to_owned(),
        }
    }
}

/// All that is missing, in the order in which a buyer would come to it.
pub(crate) fn requirements(view: &CartView) -> Vec<Requirement> {
    let mut missing = Vec::new();
    let mut need = |is_missing: bool, kind| {
        if is_missing {
            missing.push(Requirement { kind, line: None });
        }
    };
    use RequirementKind as R;
    need(view.lines.is_empty(), R::CartEmpty);
    need(view.priced.is_none(), R::TotalTooLarge);
    need(view.cart.email.is_none(), R::EmailMissing);
    if view.needs_shipping() {
        need(view.cart.shipping_address.is_none(), R::ShippingAddressMissing);
        let has_method = view.cart.shipping_method.is_some();
        need(!has_method, R::ShippingMethodMissing);
        let has_price = view.priced.as_ref().is_some_and(|it| it.shipping.is_some());
        need(has_method && !has_price, R::ShippingMethodUnavailable);
    }
    missing.extend(view.lines.iter().filter_map(of_line));
    missing
}

fn of_line(line: &ViewLine) -> Option<Requirement> {
    let kind = match line {
        ViewLine { item: None, .. } => RequirementKind::LineUnavailable,
        ViewLine { available: Some(available), .. }
            if *available < u128::from(line.line.quantity) =>
        {
            RequirementKind::StockInsufficient { available: Amount::new(*available) }
        }
        _ => return None,
    };
    Some(Requirement { kind, line: Some(line.line.id) })
}
