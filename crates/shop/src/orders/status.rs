//! What people are told of an order. It follows from what was paid, sent and returned; it is worked
//! out in one place and stored by whoever changes an order.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{OrderLine, OrderPayment};

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            pub(crate) fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

named! {
    /// How far an order was carried out.
    OrderState {
        /// Written down; the ledger has not decided.
        Placing = "placing",
        /// The ledger refused it: nothing is held for it.
        Refused = "refused",
        Placed = "placed",
        /// Nothing of it was sent, and nothing will be.
        Cancelled = "cancelled",
    }
}

named! {
    /// What people are told of an order.
    OrderStatus {
        /// It is being placed at this moment.
        Placing = "placing",
        Refused = "refused",
        /// It waits for its money.
        Placed = "placed",
        /// All of its money is there, or held.
        Paid = "paid",
        PartlyShipped = "partly_shipped",
        Shipped = "shipped",
        Delivered = "delivered",
        Cancelled = "cancelled",
        /// All that was sent came back.
        Returned = "returned",
    }
}

named! {
    /// What has become of a payment.
    PaymentStatus {
        Pending = "pending",
        /// Held until parcels are sent.
        Authorized = "authorized",
        Captured = "captured",
        /// What was held and not needed went back.
        Released = "released",
        Refused = "refused",
        /// The card's holder, or its bank, took it back from us.
        Disputed = "disputed",
    }
}

/// The status of an order in this state with these lines and payments.
pub(crate) fn of(
    state: OrderState,
    lines: &[OrderLine],
    payments: &[OrderPayment],
    (due, is_delivered): (u128, bool),
) -> OrderStatus {
    match state {
        OrderState::Placing => return OrderStatus::Placing,
        OrderState::Refused => return OrderStatus::Refused,
        OrderState::Cancelled => return OrderStatus::Cancelled,
        OrderState::Placed => {}
    }
    let sum = |part: fn(&OrderLine) -> u32| lines.iter().map(|it| u64::from(part(it))).sum::<u64>();
    let (shipped, open, returned) =
        (sum(|it| it.shipped), sum(OrderLine::open), sum(|it| it.returned));
    match (shipped, open) {
        (0, _) if paid(payments) >= due => OrderStatus::Paid,
        (0, _) => OrderStatus::Placed,
        _ if returned == shipped && open == 0 => OrderStatus::Returned,
        (_, 0) if is_delivered => OrderStatus::Delivered,
        (_, 0) => OrderStatus::Shipped,
        _ => OrderStatus::PartlyShipped,
    }
}

/// What is there or held. Of what was held and released again, only what was taken before counts.
pub(crate) fn paid(payments: &[OrderPayment]) -> u128 {
    let counts = |it: &OrderPayment| match it.status {
        PaymentStatus::Authorized => it.amount.get(),
        PaymentStatus::Captured => it.captured.get(),
        _ => 0,
    };
    payments.iter().map(counts).sum()
}
