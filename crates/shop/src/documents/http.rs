//! `/v1/shop/orders/{id}/documents` and `/v1/shop/documents`.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use kernel::http::documents::ReadProblems;
use kernel::{Amount, Json, Page, Path, Problem, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{About, Content, Document, DocumentKind};
use crate::carts::access::Shopper;
use crate::ids::{DocumentId, OrderId, OrderRefundId, ShipmentId};
use crate::shop::Shop;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(get)).routes(routes!(pdf))
}

/// An invoice or a credit note in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderDocumentSummary)]
pub(crate) struct DocumentSummaryJson {
    id: DocumentId,
    kind: DocumentKind,
    /// Without gaps in each series and year.
    #[schema(example = "INV-2026-000001")]
    number: String,
    #[schema(example = "EUR")]
    currency: String,
    scale: u8,
    total: Amount,
    issued_at: Timestamp,
}

/// An invoice or a credit note, as it was issued.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderDocument)]
pub(crate) struct DocumentJson {
    id: DocumentId,
    order: OrderId,
    kind: DocumentKind,
    /// Without gaps in each series and year.
    #[schema(example = "INV-2026-000001")]
    number: String,
    /// The parcel that an invoice is for.
    #[schema(required)]
    shipment: Option<ShipmentId>,
    /// The refund that a credit note is for.
    #[schema(required)]
    refund: Option<OrderRefundId>,
    issued_at: Timestamp,
    content: Content,
}

impl From<Document> for DocumentSummaryJson {
    fn from(it: Document) -> Self {
        Self {
            id: it.id,
            kind: it.about.kind(),
            number: it.number,
            currency: it.content.currency,
            scale: it.content.scale,
            total: it.content.total,
            issued_at: it.issued_at,
        }
    }
}

impl From<Document> for DocumentJson {
    fn from(it: Document) -> Self {
        let (shipment, refund) = match it.about {
            About::Shipment(id) => (Some(id), None),
            About::Refund(id) => (None, Some(id)),
        };
        Self {
            id: it.id,
            order: it.order,
            kind: it.about.kind(),
            number: it.number,
            shipment,
            refund,
            issued_at: it.issued_at,
            content: it.content,
        }
    }
}

/// The invoices and credit notes of an order, the first one first.
#[utoipa::path(
    get,
    path = "/v1/shop/orders/{id}/documents",
    operation_id = "shop_documents_list",
    tag = "shop",
    params(
        ("id" = OrderId, Path, description = "The order's id."),
        ("Cart-Token" = Option<String>, Header, description = "A guest's token."),
    ),
    responses(
        (status = 200, description = "All of them.", body = Page<DocumentSummaryJson>),
        (status = 404, description = "The caller has no such order.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn list(
    State(shop): State<Shop>,
    shopper: Shopper,
    Path(order): Path<OrderId>,
) -> Result<Json<Page<DocumentSummaryJson>>, Problem> {
    let all = shop.documents_of_order(&shopper, order).await?;
    let data = all.into_iter().map(DocumentSummaryJson::from).collect();
    Ok(Json(Page { data, next_cursor: None }))
}

/// An invoice or a credit note of the caller's own, a guest's by the token of its order, or for
/// staff anybody's.
#[utoipa::path(
    get,
    path = "/v1/shop/documents/{id}",
    operation_id = "shop_documents_get",
    tag = "shop",
    params(
        ("id" = DocumentId, Path, description = "The document's id."),
        ("Cart-Token" = Option<String>, Header, description = "A guest's token."),
    ),
    responses(
        (status = 200, description = "The document.", body = DocumentJson),
        (status = 404, description = "The caller has no such document.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn get(
    State(shop): State<Shop>,
    shopper: Shopper,
    Path(id): Path<DocumentId>,
) -> Result<Json<DocumentJson>, Problem> {
    Ok(Json(shop.document(&shopper, id).await?.into()))
}

/// The same to print.
#[utoipa::path(
    get,
    path = "/v1/shop/documents/{id}/pdf",
    operation_id = "shop_documents_pdf",
    tag = "shop",
    params(
        ("id" = DocumentId, Path, description = "The document's id."),
        ("Cart-Token" = Option<String>, Header, description = "A guest's token."),
    ),
    responses(
        (status = 200, description = "The document.", body = Vec<u8>,
         content_type = "application/pdf"),
        (status = 404, description = "The caller has no such document.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn pdf(
    State(shop): State<Shop>,
    shopper: Shopper,
    Path(id): Path<DocumentId>,
) -> Result<Response, Problem> {
    let (number, file) = shop.document_pdf(&shopper, id).await?;
    let name = format!("attachment; filename=\"{number}.pdf\"");
    let name = HeaderValue::try_from(name).map_err(|error| Problem::internal(&error))?;
    let kind = HeaderValue::from_static("application/pdf");
    Ok(([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, name)], file).into_response())
}
