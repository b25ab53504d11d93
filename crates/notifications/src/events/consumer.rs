//! Reads the events of other contexts from the bus.

use deadpool_postgres::Transaction;
use kernel::bus::{Bus, Consumer, Event, JobError};

use super::orders;
use super::sources::{Told, of_bus};
use crate::Notifications;

/// Names and contexts. A name is where the position is kept, so it stays.
const CONSUMERS: [(&str, &str); 6] = [
    ("notifications.identity", "identity"),
    ("notifications.wallet", "wallet"),
    ("notifications.payments", "payments"),
    ("notifications.oauth", "oauth"),
    ("notifications.shop", orders::CONTEXT),
    // What happens in here that users have to know: webhooks that fail.
    ("notifications.own", "notifications"),
];

pub(crate) fn register(notifications: &Notifications, bus: Bus) -> Bus {
    CONSUMERS.into_iter().fold(bus, |bus, (name, context)| {
        bus.consumer(Listener { notifications: notifications.clone(), name, context })
    })
}

struct Listener {
    notifications: Notifications,
    name: &'static str,
    context: &'static str,
}

impl Consumer for Listener {
    fn name(&self) -> &'static str {
        self.name
    }

    fn context(&self) -> &'static str {
        self.context
    }

    /// The batch is one append: rows of users are locked once, in one order.
    async fn handle(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<(), JobError> {
        let mut told = Told::default();
        for event in events {
            let of_event = of_bus(event);
            told.events.extend(of_event.events);
            told.messages.extend(of_event.messages);
            told.unsubscribed.extend(of_event.unsubscribed);
            told.erased.extend(of_event.erased);
        }
        Ok(self.notifications.tell_in_tx(tx, told).await?)
    }
}
