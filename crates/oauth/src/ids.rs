//! Ids of this context. Those of applications are identity's: an actor may be one.

kernel::define_id! {
    /// What an application asked a browser for.
    pub struct AuthorizationRequestId = "areq";
}
kernel::define_id! {
    /// One act of giving an application access.
    pub struct GrantId = "grant";
}
