//! What is refused, and what happens when the ledger goes.

use super::*;

#[tokio::test]
async fn malformed_and_oversized_messages_are_the_callers_fault() {
    let mut peer = Peer::with_accounts().await;
    let path = "/bushel.ledger.v1.LedgerService/CreateTransfers";
    let mut raw = tonic::client::Grpc::new(peer.channel.clone());
    raw.ready().await.unwrap();
    // A number where the contract has a list of messages.
    let request = tonic::Request::new(ListEventsRequest { after: 5, limit: 0 });
    let codec = MessageCodec::<ListEventsRequest, CreateTransfersResponse>::default();
    let status = raw.unary(request, path.parse().unwrap(), codec).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");

    let empty = peer.try_create(batch(Vec::new())).await;
    assert_eq!(refusal(empty), refused_as(Code::InvalidArgument, "request.body.invalid"));
    let too_many = peer.try_create(batch(vec![NewTransfer::default(); 8_191])).await;
    assert_eq!(refusal(too_many), refused_as(Code::InvalidArgument, "ledger.batch_too_large"));
    let reference = "x".repeat(17 << 20);
    let huge = NewTransfer { reference, ..peer.transfer("bank", "ann", 1) };
    let status = peer.try_create(batch(vec![huge])).await.unwrap_err();
    assert_eq!(status.code(), Code::OutOfRange, "{status}");
    assert_eq!(peer.balance("ann").await, "0");
}

#[tokio::test]
async fn full_batch_may_come_compressed() {
    let mut peer = Peer::with_accounts().await;
    peer.client = peer.client.clone().send_compressed(CompressionEncoding::Gzip);
    let transfers = (0..8_190).map(|_| peer.transfer("bank", "ann", 2)).collect();
    let response = peer.create(transfers).await;
    assert_eq!((response.created_count, response.results.len()), (8_190, 8_190));
    assert_eq!(peer.balance("ann").await, "16380");
}

#[tokio::test]
async fn stopped_ledger_is_unavailable_and_says_when_to_come_back() {
    let mut peer = Peer::with_accounts().await;
    let stream = peer.client.stream_events(StreamEventsRequest { after: 0 }).await.unwrap();
    peer.ledger.stop().await;
    let ended = tokio::time::timeout(Duration::from_secs(10), stream.into_inner().message()).await;
    assert_eq!(ended.unwrap().unwrap_err().code(), Code::Unavailable);
    let transfer = peer.transfer("bank", "ann", 1);
    let status = peer.try_create(batch(vec![transfer])).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable, "{status}");
    assert!(status.get_error_details().retry_info().is_some());
}

#[tokio::test]
async fn streams_end_when_the_server_stops() {
    let mut peer = Peer::with_accounts().await;
    let events = peer.client.stream_events(StreamEventsRequest { after: 0 }).await.unwrap();
    let first = tokio_stream::iter([batch(vec![peer.transfer("bank", "ann", 1)])]);
    let requests = first.chain(tokio_stream::pending());
    let batches = peer.client.create_transfers_stream(requests).await.unwrap();
    let (mut events, mut batches) = (events.into_inner(), batches.into_inner());
    assert_eq!(batches.message().await.unwrap().unwrap().created_count, 1);
    assert_eq!(events.message().await.unwrap().unwrap().sequence, 1);
    peer.stopping.send_replace(true);
    let ends = async { (events.message().await, batches.message().await) };
    let (events, batches) = tokio::time::timeout(Duration::from_secs(10), ends).await.unwrap();
    assert_eq!(refusal(events), refused_as(Code::Unavailable, "ledger.unavailable"));
    assert_eq!(refusal(batches), refused_as(Code::Unavailable, "ledger.unavailable"));
}

#[tokio::test]
async fn forged_cursors_and_impossible_filters_are_the_callers_fault() {
    let mut peer = Peer::with_accounts().await;
    let entries = |cursor: String| ListEntriesRequest {
        account: "ann".to_owned(),
        cursor,
        ..Default::default()
    };
    for position in [i64::MIN, -1, i64::MAX] {
        let cursor = kernel::Cursor(position).to_string();
        let refused = peer.client.list_entries(entries(cursor)).await;
        assert_eq!(refusal(refused).0, Code::InvalidArgument);
    }
    let cursor = kernel::Cursor("\0").to_string();
    let refused = peer.client.list_assets(ListAssetsRequest { limit: 0, cursor }).await;
    assert_eq!(refusal(refused).0, Code::InvalidArgument);
    let nul = || Some("\0".to_owned());
    for filter in [
        ListTransfersRequest { account: nul(), ..Default::default() },
        ListTransfersRequest { asset: nul(), ..Default::default() },
        ListTransfersRequest { reference: nul(), ..Default::default() },
        ListTransfersRequest { group_id: nul(), ..Default::default() },
        ListTransfersRequest { amount_min: nul(), ..Default::default() },
        ListTransfersRequest { order: 9, ..Default::default() },
    ] {
        let refused = peer.client.list_transfers(filter.clone()).await;
        assert_eq!(refusal(refused).0, Code::InvalidArgument, "{filter:?}");
    }
}
