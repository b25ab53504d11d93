//! SQL of webhooks: what users see of endpoints (`endpoints`) and deliveries (`deliveries`), and
//! the work on the queue (`queue`).

pub(super) mod deliveries;
pub(super) mod endpoints;
pub(super) mod queue;
