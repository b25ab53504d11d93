//! Batches, single ones and streamed, and finding transfers again.

use super::*;

#[tokio::test]
async fn batch_has_a_result_for_each_transfer() {
    let mut peer = Peer::with_accounts().await;
    let transfers = vec![
        peer.transfer("bank", "ann", 100),
        peer.transfer("ann", "bob", 101),
        peer.transfer("ann", "nobody", 1),
        NewTransfer { asset: "USD".into(), ..peer.transfer("bank", "ann", 1) },
        peer.transfer("ann", "bob", 40),
    ];
    let request = CreateTransfersRequest { include_transfers: true, ..batch(transfers.clone()) };
    let response = peer.try_create(request).await.unwrap();
    use TransferStatus as Is;
    let asset = Is::TransferMustHaveTheSameAssetAsAccounts;
    let expected = [Is::Created, Is::ExceedsFloor, Is::CreditAccountNotFound, asset, Is::Created];
    assert_eq!(statuses(&response), expected);
    assert_eq!((response.created_count, response.failed_count), (2, 3));
    assert_eq!((response.first_sequence, response.last_sequence), (1, 2));
    let last = response.results[4].transfer.as_deref().unwrap();
    assert_eq!((last.amount.as_str(), last.asset.as_str(), last.sequence), ("40", "EUR", 2));
    assert_eq!(last.id, transfers[4].id);
    assert_eq!(
        (peer.balance("ann").await, peer.balance("bank").await),
        ("60".into(), "-100".into())
    );

    let request = CreateTransfersRequest { results_only_failed: true, ..batch(transfers) };
    let repeated = peer.try_create(request).await.unwrap();
    assert_eq!((repeated.existing_count, repeated.created_count), (2, 0));
    assert_eq!((repeated.first_sequence, repeated.last_sequence), (0, 0));
    assert_eq!(statuses(&repeated), [Is::IdAlreadyFailed, Is::IdAlreadyFailed, asset]);
    assert_eq!(repeated.results[0].first_failure(), Is::ExceedsFloor);
    assert_eq!(repeated.results.iter().map(|result| result.index).collect::<Vec<_>>(), [1, 2, 3]);
}

#[tokio::test]
async fn atomic_batch_is_all_or_nothing() {
    let mut peer = Peer::with_accounts().await;
    let transfers = vec![peer.transfer("bank", "ann", 100), peer.transfer("ann", "bob", 101)];
    let request = CreateTransfersRequest { atomic: true, ..batch(transfers) };
    let response = peer.try_create(request).await.unwrap();
    assert_eq!(
        statuses(&response),
        [TransferStatus::LinkedEventFailed, TransferStatus::ExceedsFloor]
    );
    assert_eq!(peer.balance("ann").await, "0");
}

#[tokio::test]
async fn transfers_are_found_by_id_and_by_filter() {
    let mut peer = Peer::with_accounts().await;
    let noted = NewTransfer {
        code: Some(7),
        reference: "invoice 7".into(),
        metadata: BTreeMap::from([("order".into(), "9".into())]),
        ..peer.transfer("bank", "ann", 5)
    };
    let others = vec![peer.transfer("bank", "bob", 6), peer.transfer("bank", "ann", 700)];
    peer.create([vec![noted.clone()], others].concat()).await;
    let get = |id: String| GetTransferRequest { id };
    let found = peer.client.get_transfer(get(noted.id.clone())).await.unwrap().into_inner();
    let found = found.transfer.unwrap();
    assert_eq!((found.reference.as_deref(), found.code), (Some("invoice 7"), 7));
    assert_eq!(found.metadata["order"], "9");
    let missing = peer.id();
    assert_eq!(
        refusal(peer.client.get_transfer(get(missing)).await),
        refused_as(Code::NotFound, "ledger.transfer.not_found")
    );
    assert_eq!(
        refusal(peer.client.get_transfer(get(String::new())).await).0,
        Code::InvalidArgument
    );

    let any = ListTransfersRequest::default;
    let metadata = MetadataFilter { key: "order".into(), value: "9".into() };
    for (filter, sequences) in [
        (any(), vec![3, 2, 1]),
        (ListTransfersRequest { order: Order::OldestFirst.into(), ..any() }, vec![1, 2, 3]),
        (ListTransfersRequest { account: Some("ann".into()), ..any() }, vec![3, 1]),
        (ListTransfersRequest { account: Some("nobody".into()), ..any() }, vec![]),
        (ListTransfersRequest { asset: Some("EUR".into()), ..any() }, vec![3, 2, 1]),
        (ListTransfersRequest { asset: Some("USD".into()), ..any() }, vec![]),
        (ListTransfersRequest { code: Some(7), ..any() }, vec![1]),
        (ListTransfersRequest { reference: Some("invoice 7".into()), ..any() }, vec![1]),
        (ListTransfersRequest { amount_min: Some("6".into()), ..any() }, vec![3, 2]),
        (ListTransfersRequest { amount_max: Some("6".into()), ..any() }, vec![2, 1]),
        (ListTransfersRequest { metadata: Some(metadata), ..any() }, vec![1]),
        (ListTransfersRequest { from: found.created_at, ..any() }, vec![3, 2, 1]),
        (ListTransfersRequest { before: found.created_at, ..any() }, vec![]),
    ] {
        let page = peer.client.list_transfers(filter.clone()).await.unwrap().into_inner();
        let seen: Vec<i64> = page.transfers.iter().map(|transfer| transfer.sequence).collect();
        assert_eq!(seen, sequences, "{filter:?}");
    }
}

#[tokio::test]
async fn streamed_batches_are_executed_and_answered_in_order() {
    let mut peer = Peer::with_accounts().await;
    // Each batch spends what the one before brought, so any other order would be refused.
    let route = [("bank", "ann"), ("ann", "bob"), ("bob", "bank")];
    let batches: Vec<_> = (0..30)
        .map(|step| {
            let (from, to) = route[step % 3];
            let transfers = (0..100).map(|_| peer.transfer(from, to, 1)).collect();
            CreateTransfersRequest { results_only_failed: true, ..batch(transfers) }
        })
        .collect();
    let requests = tokio_stream::iter(batches);
    let mut answers = peer.client.create_transfers_stream(requests).await.unwrap().into_inner();
    let mut last = 0;
    let mut count = 0;
    while let Some(answer) = answers.message().await.unwrap() {
        assert_eq!(answer.created_count, 100, "{answer:?}");
        assert_eq!((answer.first_sequence, answer.last_sequence), (last + 1, last + 100));
        last = answer.last_sequence;
        count += 1;
    }
    assert_eq!(count, 30);
}

#[tokio::test]
async fn refused_batch_ends_the_stream_and_nothing_after_it_is_done() {
    let mut peer = Peer::with_accounts().await;
    let wrong = NewTransfer { amount: "-1".into(), ..peer.transfer("bank", "ann", 1) };
    let requests =
        [vec![peer.transfer("bank", "ann", 1)], vec![wrong], vec![peer.transfer("bank", "bob", 1)]];
    let requests = tokio_stream::iter(requests.map(batch));
    let mut answers = peer.client.create_transfers_stream(requests).await.unwrap().into_inner();
    assert_eq!(answers.message().await.unwrap().unwrap().created_count, 1);
    let refused = refusal(answers.message().await);
    assert_eq!(refused, refused_as(Code::InvalidArgument, "request.body.invalid"));
    assert_eq!((peer.balance("ann").await, peer.balance("bob").await), ("1".into(), "0".into()));
}
