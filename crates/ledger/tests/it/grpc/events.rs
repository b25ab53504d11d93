//! The feed of events through gRPC.

use super::*;

#[tokio::test]
async fn events_are_pulled_and_then_streamed_as_they_happen() {
    let mut peer = Peer::with_accounts().await;
    let transfers = (0..3).map(|_| peer.transfer("bank", "ann", 1)).collect();
    peer.create(transfers).await;
    let list = ListEventsRequest { after: 1, limit: 1 };
    let events = peer.client.list_events(list).await.unwrap().into_inner().events;
    assert_eq!(events.iter().map(|event| event.sequence).collect::<Vec<_>>(), [2]);
    let list = ListEventsRequest { after: 3, limit: 0 };
    assert_eq!(peer.client.list_events(list).await.unwrap().into_inner().events, []);
    let list = ListEventsRequest { after: -1, limit: 0 };
    assert_eq!(refusal(peer.client.list_events(list).await).0, Code::InvalidArgument);

    let stream = peer.client.stream_events(StreamEventsRequest { after: 1 }).await.unwrap();
    let mut stream = stream.into_inner();
    let mut next = async || {
        let event = tokio::time::timeout(Duration::from_secs(10), stream.next()).await;
        event.expect("an event comes in time").unwrap().unwrap()
    };
    assert_eq!((next().await.sequence, next().await.sequence), (2, 3));
    let later = peer.transfer("bank", "bob", 9);
    peer.create(vec![later.clone()]).await;
    let event = next().await;
    assert_eq!((event.sequence, event.transfer.unwrap().id), (4, later.id));
}
