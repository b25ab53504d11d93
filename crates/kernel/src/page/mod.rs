//! Pages: keyset, opaque cursors, no offsets and no counts.

mod cursor;
mod limit;

pub use cursor::{Cursor, CursorError};
pub use limit::Limit;

use axum::http::header::LINK;
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::json::Json;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The things on this page, in the list's order.
    pub data: Vec<T>,
    /// Give it as `cursor` to get the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Cuts a page from rows that were fetched with [`Limit::with_one_more`]: the row too many
    /// only tells that there is a next page, which starts after the last row that is kept.
    pub fn cut<R, K>(
        mut rows: Vec<R>,
        limit: Limit,
        position: impl FnOnce(&R) -> K,
        item: impl FnMut(R) -> T,
    ) -> Self
    where
        K: Serialize + DeserializeOwned,
    {
        let has_more = rows.len() > limit.get();
        rows.truncate(limit.get());
        let last = rows.last().filter(|_| has_more);
        let next_cursor = last.map(|row| Cursor(position(row)).to_string());
        Self { data: rows.into_iter().map(item).collect(), next_cursor }
    }
}

impl<T: Serialize> Page<T> {
    /// The response: the page as JSON, and `Link: <...>; rel="next"` (RFC 8288) made from the
    /// URI as the client sent it (axum's `OriginalUri`).
    pub fn into_response_for(self, uri: &Uri) -> Response {
        let link = self.next_cursor.as_deref().and_then(|cursor| next_link(uri, cursor));
        let mut response = Json(self).into_response();
        if let Some(link) = link {
            response.headers_mut().insert(LINK, link);
        }
        response
    }
}

/// The same query with the cursor exchanged. `None` if that is no header value, which a URI
/// that was parsed can't cause.
fn next_link(uri: &Uri, cursor: &str) -> Option<HeaderValue> {
    let others = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .filter(|(name, _)| name != "cursor");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(others)
        .append_pair("cursor", cursor)
        .finish();
    HeaderValue::try_from(format!("<{}?{query}>; rel=\"next\"", uri.path())).ok()
}

#[cfg(test)]
mod tests;
