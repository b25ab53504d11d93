//! The HTTP edge that all contexts share: request ids, optional bodies, headers, where ids come
//! from, what every operation may answer.
//!
//! Reading order: `request_id`, `body`, `headers`, `idempotency`, `client`, `documents`.

mod body;
mod client;
pub mod documents;
mod headers;
mod idempotency;
mod request_id;

pub use body::{OptionalJson, invalid_field};
pub use client::{ClientInfo, Stopping};
pub use headers::{IfMatch, etag, header, malformed_header, no_store};
pub use idempotency::{CallerKey, IDEMPOTENCY_KEY, Ids, mark_replayed, reused};
pub use request_id::{REQUEST_ID, RequestId, current_request_id, request_context};
