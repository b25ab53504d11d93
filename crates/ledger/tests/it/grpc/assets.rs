//! Assets through gRPC.

use super::*;

#[tokio::test]
async fn assets_are_created_once_and_found() {
    let mut peer = Peer::start().await;
    assert!(peer.create_asset("EUR").await.unwrap().created);
    let repeated = peer.create_asset("EUR").await.unwrap();
    assert!(!repeated.created);
    assert_eq!(repeated.asset.unwrap().kind(), AssetKind::Money);
    let other = CreateAssetRequest {
        code: "EUR".to_owned(),
        kind: AssetKind::Goods.into(),
        ..Default::default()
    };
    let reason = "ledger.asset.exists_with_different_scale";
    assert_eq!(
        refusal(peer.client.create_asset(other).await),
        refused_as(Code::AlreadyExists, reason)
    );
    peer.create_asset("APPLE").await.unwrap();

    let get = |code: &str| GetAssetRequest { code: code.to_owned() };
    let found = peer.client.get_asset(get("EUR")).await.unwrap().into_inner().asset.unwrap();
    assert_eq!((found.code.as_str(), found.scale), ("EUR", 2));
    let missing = refusal(peer.client.get_asset(get("USD")).await);
    assert_eq!(missing, refused_as(Code::NotFound, "ledger.asset.not_found"));
    let malformed = refusal(peer.client.get_asset(get("eur")).await);
    assert_eq!(malformed, refused_as(Code::InvalidArgument, "request.body.invalid"));

    let mut list = ListAssetsRequest { limit: 1, cursor: String::new() };
    let first = peer.client.list_assets(list.clone()).await.unwrap().into_inner();
    list.cursor = first.next_cursor;
    let second = peer.client.list_assets(list).await.unwrap().into_inner();
    assert_eq!((first.assets[0].code.as_str(), second.assets[0].code.as_str()), ("APPLE", "EUR"));
    assert_eq!(second.next_cursor, "");
}
