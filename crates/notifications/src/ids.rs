//! Ids of this context.

kernel::define_id! {
    /// Something that a user is told.
    pub struct EventId = "evt";
}
kernel::define_id! {
    /// A mail, a short message or a push message. The prefix is from when there was mail only.
    pub struct MailId = "mail";
}
kernel::define_id! {
    /// A browser in which a user is told.
    pub struct PushSubscriptionId = "push";
}
