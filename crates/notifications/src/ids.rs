//! Ids of this context.

kernel::define_id! {
    /// Something that a user is told.
    pub struct EventId = "evt";
}
kernel::define_id! {
    /// A mail.
    pub struct MailId = "mail";
}
