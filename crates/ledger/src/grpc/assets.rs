//! Calls about assets.

use std::sync::Arc;

use kernel::Page;
use proto::ledger::v1 as api;
use tonic::Status;

use super::fields::Fields;
use super::{Service, convert, errors};
use crate::assets::{Asset, AssetStatus, NewAsset};

impl Service {
    pub(super) async fn create_asset(
        &self,
        request: api::CreateAssetRequest,
    ) -> Result<api::CreateAssetResponse, Status> {
        let mut fields = Fields::default();
        let new = new_asset(request, &mut fields);
        fields.finish()?;
        let (status, asset) = self.ledger.create_asset(new).await?;
        match (status, asset) {
            (AssetStatus::Created | AssetStatus::Exists, Some(asset)) => {
                let created = status == AssetStatus::Created;
                Ok(api::CreateAssetResponse { asset: Some(convert::asset(&asset)), created })
            }
            (status, _) => Err(errors::asset_failed(status)),
        }
    }

    pub(super) async fn get_asset(
        &self,
        request: api::GetAssetRequest,
    ) -> Result<api::GetAssetResponse, Status> {
        let mut fields = Fields::default();
        fields.is_asset_code("code", &request.code);
        fields.finish()?;
        let asset = self.ledger.asset(&request.code).await?;
        let asset = asset.ok_or_else(|| {
            errors::not_found("ledger.asset.not_found", "There is no asset with this code.")
        })?;
        Ok(api::GetAssetResponse { asset: Some(convert::asset(&asset)) })
    }

    pub(super) async fn list_assets(
        &self,
        request: api::ListAssetsRequest,
    ) -> Result<api::ListAssetsResponse, Status> {
        let mut fields = Fields::default();
        let limit = fields.limit(request.limit);
        let after: Option<String> = fields.cursor(&request.cursor);
        if let Some(code) = &after {
            fields.is_asset_code("cursor", code);
        }
        fields.finish()?;
        let assets = self.ledger.assets(after.as_deref(), limit.get() + 1).await?;
        let position = |asset: &Arc<Asset>| asset.code.to_string();
        let page = Page::cut(assets, limit, position, |asset| convert::asset(&asset));
        let next_cursor = page.next_cursor.unwrap_or_default();
        Ok(api::ListAssetsResponse { assets: page.data, next_cursor })
    }
}

fn new_asset(request: api::CreateAssetRequest, fields: &mut Fields) -> NewAsset {
    fields.is_asset_code("code", &request.code);
    let scale = u8::try_from(request.scale).ok().filter(|scale| *scale <= crate::SCALE_MAX);
    let scale = scale.unwrap_or_else(|| {
        fields.refuse("scale", format!("a scale is 0 to {}", crate::SCALE_MAX));
        0
    });
    let kind = convert::asset_kind_name(request.kind).unwrap_or_else(|| {
        fields.refuse("kind", "it is needed, and one of the kinds that there are");
        ""
    });
    let name = request.name.filter(|name| !name.is_empty());
    NewAsset {
        code: request.code,
        scale,
        kind: kind.to_owned(),
        name,
        metadata: fields.metadata("metadata", request.metadata),
    }
}
