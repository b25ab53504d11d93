//! What users allow applications: remembered, so that they are asked again only for more, and
//! taken back as a whole, with everything that followed.

pub(crate) mod http;
mod service;
pub(crate) mod store;

use identity::ApplicationId;
use kernel::Timestamp;

use crate::scopes::Scopes;

/// What a user allows an application.
#[derive(Debug, Clone)]
pub(crate) struct Consent {
    pub(crate) application: ApplicationId,
    pub(crate) application_name: String,
    pub(crate) scopes: Scopes,
    pub(crate) granted_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}
