//! Ids of this context, and of what it shows from the kernel.

kernel::define_id! {
    /// A change of a user's balance that staff proposed.
    pub struct AdjustmentId = "adj";
}
kernel::define_id! {
    /// An entry of the audit log.
    pub struct AuditEntryId = "aud";
}
kernel::define_id! {
    /// A job of the bus.
    pub struct JobId = "job";
}
kernel::define_id! {
    /// An event of the bus.
    pub struct EventId = "evt";
}
