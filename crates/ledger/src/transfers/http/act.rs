//! One action on one transfer: post, void, extend, reverse. Each makes a transfer.

use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kernel::{Amount, ErrorKind, Json, Metadata, Path, Problem, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

use super::item::{Names, TransferItem};
use super::json::{TransferJson, as_at_first};
use crate::engine::TransferStatus;
use crate::http::OptionalJson;
use crate::http::documents::WriteProblems;
use crate::http::fields::{AmountInput, AmountOrAll, UserData64};
use crate::http::idempotency::{Ids, mark_replayed, reused};
use crate::http::refusal::{differs, problem, transfer_kind};
use crate::ids::TransferId;
use crate::ledger::Ledger;
use crate::text::{Kind, Reference, transfer_detail};

/// Declares the body of an action: its own fields, and those that every action has.
macro_rules! action {
    ($(#[$meta:meta])* $name:ident as $schema:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Default, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        #[schema(as = $schema)]
        pub(crate) struct $name {
            /// Id of the transfer that the action makes.
            id: Option<TransferId>,
            $($(#[$field_meta])* $field: $type,)*
            reference: Option<Reference>,
            metadata: Option<Metadata>,
            /// When the action took effect in the caller's world, if not at its own time.
            effective_at: Option<Timestamp>,
            #[schema(value_type = Option<AmountInput>)]
            user_data_128: Option<Amount>,
            user_data_64: Option<UserData64>,
            #[schema(minimum = 0, maximum = 4294967295_u32)]
            user_data_32: Option<u32>,
        }

        impl $name {
            fn into_item(self, kind: Kind) -> TransferItem {
                TransferItem {
                    id: self.id,
                    kind: Some(kind),
                    reference: self.reference,
                    metadata: self.metadata,
                    effective_at: self.effective_at,
                    user_data_128: self.user_data_128,
                    user_data_64: self.user_data_64,
                    user_data_32: self.user_data_32,
                    ..TransferItem::default()
                }
            }
        }
    };
}

action! {
    /// How to post a pending transfer.
    PostTransfer as PostTransfer {
        /// How much; everything that is still reserved unless given.
        amount: Option<AmountOrAll>,
        /// Keep the rest reserved for further posts, instead of releasing it.
        partial: Option<bool>,
    }
}
action! {
    /// How to void a pending transfer.
    VoidTransfer as VoidTransfer {}
}
action! {
    /// How to extend a pending transfer.
    ExtendTransfer as ExtendTransfer {
        /// Seconds from now after which the pending transfer expires.
        #[schema(minimum = 1, maximum = 4294967295_u32)]
        timeout_s: u32,
    }
}
action! {
    /// How to take a transfer back.
    ReverseTransfer as ReverseTransfer {
        /// How much; everything that was not taken back before unless given.
        amount: Option<AmountOrAll>,
        /// The caller's category; that of the reversed transfer unless given.
        #[schema(minimum = 1, maximum = 65535)]
        code: Option<u16>,
    }
}

/// Declares the handler of an action, with its part of the API document.
macro_rules! handler {
    ($(#[$doc:meta])* $name:ident, $path:literal, $operation:literal, $body:ty, $extractor:ident, $example:tt, $item:expr) => {
        $(#[$doc])*
        #[utoipa::path(
            post,
            path = $path,
            operation_id = $operation,
            tag = "ledger",
            params(
                ("id" = TransferId, Path, description = "The transfer that is meant."),
                ("Idempotency-Key" = Option<String>, Header,
                 description = "Makes a repeat harmless where the body has no id. Never expires.",
                 pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
            ),
            request_body(content = $body, example = json!($example)),
            responses(
                (status = 201, description = "The transfer that the action made.", body = TransferJson,
                 headers(
                    ("Location" = String, description = "Where that transfer is."),
                    ("Idempotency-Replayed" = Option<String>,
                     description = "`true` if the key was used before: this is the first answer again."),
                 )),
                (status = 200, description = "The same action was carried out before, under the same id.",
                 body = TransferJson),
                (status = 404, description = "There is no such transfer.",
                 body = Problem, content_type = "application/problem+json"),
                (status = 409, description = "The state of the transfer or of its accounts doesn't allow it; `code` is `ledger.transfer.` and the status.",
                 body = Problem, content_type = "application/problem+json"),
                (status = 422, description = "The Idempotency-Key was used with another body before.",
                 body = Problem, content_type = "application/problem+json"),
                WriteProblems,
            ),
        )]
        pub(crate) async fn $name(
            State(ledger): State<Ledger>,
            Path(id): Path<TransferId>,
            ids: Ids,
            $extractor(body): $extractor<$body>,
        ) -> Result<Response, Problem> {
            let item: fn(TransferId, $body) -> TransferItem = $item;
            carry_out(&ledger, &ids, item(id, body)).await
        }
    };
}

handler!(
    /// Posts what a pending transfer reserved, wholly or in part.
    post,
    "/v1/ledger/transfers/{id}/post",
    "ledger_transfers_post",
    PostTransfer,
    OptionalJson,
    { "amount": "1000", "partial": true },
    |id, body| {
        let (amount, partial) = (body.amount, body.partial);
        TransferItem { pending_id: Some(id), amount, partial, ..body.into_item(Kind::Post) }
    }
);
handler!(
    /// Releases what a pending transfer still reserves.
    void,
    "/v1/ledger/transfers/{id}/void",
    "ledger_transfers_void",
    VoidTransfer,
    OptionalJson,
    { "reference": "order 7 was cancelled" },
    |id, body| TransferItem { pending_id: Some(id), ..body.into_item(Kind::Void) }
);
handler!(
    /// Gives a pending transfer a new time limit.
    extend,
    "/v1/ledger/transfers/{id}/extend",
    "ledger_transfers_extend",
    ExtendTransfer,
    Json,
    { "timeout_s": 3600 },
    |id, body| {
        let timeout_s = Some(body.timeout_s);
        TransferItem { pending_id: Some(id), timeout_s, ..body.into_item(Kind::Extend) }
    }
);
handler!(
    /// Takes a transfer back, wholly or in part: value goes from the credited account to the
    /// debited one.
    reverse,
    "/v1/ledger/transfers/{id}/reverse",
    "ledger_transfers_reverse",
    ReverseTransfer,
    OptionalJson,
    { "amount": "250", "reference": "one apple came back" },
    |id, body| {
        let (amount, code) = (body.amount, body.code);
        TransferItem { reverses: Some(id), amount, code, ..body.into_item(Kind::Reverse) }
    }
);

async fn carry_out(ledger: &Ledger, ids: &Ids, item: TransferItem) -> Result<Response, Problem> {
    let has_own_id = item.id.is_some();
    let id = item.id.map_or_else(|| ids.get(0), TransferId::as_u128);
    let command = item.into_command(id, false, &Names::default());
    let mut results = ledger.create_transfers(vec![command]).await?;
    let mut result = results.pop().expect("one command has one result");
    let is_derived = ids.are_derived() && !has_own_id;
    let replayed = is_derived && as_at_first(&mut result);
    let Some(seq) = result.seq else {
        return Err(refuse(result.status, result.first_failure, is_derived));
    };
    let transfer = ledger.transfers_by_seq(&[seq]).await?.pop();
    let transfer = transfer.ok_or_else(|| Problem::internal(&"a transfer is missing"))?;
    let mut response = if result.status == TransferStatus::Created {
        let location = format!("/v1/ledger/transfers/{}", TransferId::from_u128(id));
        let location = HeaderValue::try_from(location).expect("ids are ASCII");
        let body = Json(TransferJson::as_recorded(transfer));
        (StatusCode::CREATED, [(LOCATION, location)], body).into_response()
    } else {
        Json(TransferJson::now(transfer)).into_response()
    };
    if replayed {
        mark_replayed(&mut response);
    }
    Ok(response)
}

fn refuse(status: TransferStatus, first: Option<TransferStatus>, is_derived: bool) -> Problem {
    let detail = transfer_detail(status);
    if is_derived && differs(status.as_str()) {
        return reused(None, detail);
    }
    match first {
        Some(first) => {
            let detail = format!("{detail} It failed with `{}`.", first.as_str());
            problem(ErrorKind::Conflict, "transfer", status.as_str(), &detail)
        }
        None => problem(transfer_kind(status), "transfer", status.as_str(), detail),
    }
}
