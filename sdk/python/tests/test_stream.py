"""The event stream: what comes is complete and in order, also over a network that breaks."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from bank import Bank, Person
from canned import Server, problem
from proxy import Proxy

import bushel
from bushel._events import Decoder


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_events_are_decoded_whatever_way_they_arrive(end: bytes) -> None:
    lines = [
        b": the log",
        b"retry: 250",
        b"",
        b"id: 1",
        b"event: a",
        b"data: one",
        b"",
        b"data:two",
        "data: line\u2028separator".encode(),
        b"other",
        b"",
        b"id: 3",
        b"",
        b"data: half",
    ]
    whole = end.join(lines) + end
    for size in range(1, len(whole) + 1):
        decoder = Decoder()
        found = [one for at in range(0, len(whole), size) for one in decoder.feed(whole[at : at + size])]
        assert found == [b"one", "two\nline\u2028separator".encode()]
        assert decoder.retry_s == 0.25


def event(sequence: int) -> bytes:
    body = {
        "id": "evt_1",
        "sequence": sequence,
        "kind": "k",
        "at": "2026-11-21T10:00:00Z",
        "title": "",
        "text": "",
        "link": "",
        "data": {},
        "counterparty": None,
        "is_in_app": True,
        "read_at": None,
    }
    return f"id: {sequence}\nevent: k\ndata: {json.dumps(body)}\n\n".encode()


def streamed(*parts: bytes, then: Exception | None = None) -> Any:
    def body() -> Iterator[bytes]:
        yield from parts
        if then is not None:
            raise then

    return lambda _: httpx.Response(200, content=body(), headers={"content-type": "text/event-stream"})


def test_it_goes_on_after_the_last_event_and_gives_none_twice(sleeps: list[float]) -> None:
    server = Server(
        streamed(b"retry: 100\n\n", event(8), event(9)),
        streamed(event(9), event(10), then=httpx.ReadError("cut")),
        problem(503, "server.not_ready"),
        streamed(event(11), event(12)[:20]),
        streamed(event(12)),
    )
    with server.client(max_retries=0, retries=None).notifications.stream(after=7) as events:
        assert [next(events).sequence for _ in range(5)] == [8, 9, 10, 11, 12]
        assert events.last_sequence == 12
    after = [request.headers["last-event-id"] for request in server.requests]
    assert after == ["7", "9", "10", "10", "11"]
    # First as the server said, then longer and longer while it fails.
    assert sleeps[0] == 0.1
    assert len(sleeps) == 4
    assert server.requests[0].headers["accept"].startswith("text/event-stream")


@pytest.mark.usefixtures("sleeps")
def test_without_a_place_to_begin_it_begins_where_the_log_ends() -> None:
    def page(*sequences: int, **more: Any) -> dict[str, Any]:
        return {"data": [json.loads(event(one).split(b"data: ")[1]) for one in sequences], **more}

    server = Server(
        page(5, next_cursor="c"),
        page(6, 7, next_after=7),
        page(next_after=7),
        streamed(event(8)),
    )
    with server.client().notifications.stream() as events:
        assert events.last_sequence == 7
        assert next(events).sequence == 8
    assert [request.url.path.rsplit("/", 1)[-1] for request in server.requests] == [
        "inbox",
        "events",
        "events",
        "stream",
    ]


@pytest.mark.usefixtures("sleeps")
def test_it_gives_up_when_nothing_gets_better() -> None:
    server = Server(httpx.ConnectError("refused"))
    with pytest.raises(bushel.APIConnectionError):
        next(server.client(max_retries=0, retries=None).notifications.stream(after=0))
    assert len(server.requests) == 9


@pytest.mark.parametrize("answer", [problem(401), problem(403)])
def test_a_refusal_ends_it_at_once(answer: httpx.Response) -> None:
    server = Server(answer)
    with pytest.raises(bushel.APIError):
        next(server.client().notifications.stream(after=0))
    assert len(server.requests) == 1


def test_an_event_that_is_none_says_so() -> None:
    server = Server(streamed(b"data: {}\n\n"))
    with pytest.raises(bushel.UnexpectedAnswerError):
        next(server.client().notifications.stream(after=0))
    with pytest.raises(ValueError, match="count from 1"):
        server.client().notifications.stream(after=-1)


@pytest.mark.anyio
async def test_coroutines_stream_in_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    async def sleep(_: float) -> None: ...

    monkeypatch.setattr("anyio.sleep", sleep)

    def asynchronous(*parts: bytes, then: Exception | None = None) -> Any:
        async def body() -> AsyncIterator[bytes]:
            for one in parts:
                yield one
            if then is not None:
                raise then

        return lambda _: httpx.Response(200, content=body())

    server = Server(
        {"data": [], "next_cursor": None},
        {"data": [json.loads(event(1).split(b"data: ")[1])], "next_after": 1},
        {"data": [], "next_after": 1},
        asynchronous(event(1), event(2), then=httpx.ReadError("cut")),
        asynchronous(event(2), event(3)),
        asynchronous(event(4)),
    )
    async with server.async_client() as client, client.notifications.stream() as events:
        assert events.last_sequence == 1
        found = []
        async for one in events:
            found.append(one.sequence)
            if one.sequence == 4:
                break
        assert found == [2, 3, 4]
    assert [request.headers.get("last-event-id") for request in server.requests] == [
        None,
        None,
        None,
        "1",
        "2",
        "3",
    ]


def _send(person: Person, to: Person, times: int) -> None:
    with person.client() as client:
        for _ in range(times):
            client.wallet.transfers.create(to={"handle": to.handle}, asset="APPLE", amount=1)


def test_nothing_is_lost_over_a_network_that_breaks(bank: Bank) -> None:
    ann, bob = bank.rich("ann", 100), bank.person("bob")
    proxy = Proxy(bank.url)
    sequences: list[int] = []
    kinds: list[str] = []
    with bushel.Bushel(bob.api_key, base_url=proxy.url) as client:
        with client.notifications.stream() as events:
            began = events.last_sequence or 0
            _send(ann, bob, 1)
            for one in events:
                sequences.append(one.sequence)
                kinds.append(one.kind)
                if kinds.count("transfer.received") == 30:
                    break
                if len(sequences) % 5 == 1:
                    # Some happen while there is no connection, and some while there is one again.
                    proxy.cut()
                    _send(ann, bob, 2)
                    threading.Thread(target=_send, args=(ann, bob, 4), daemon=True).start()
    assert sequences == list(range(began + 1, began + 1 + len(sequences)))
    # One for each cut, but for those that fell into the time without a connection.
    assert proxy.connections > 3
    proxy.close()


@pytest.mark.anyio
async def test_coroutines_hear_of_it_at_once(bank: Bank) -> None:
    ann, bob = bank.rich("ann", 100), bank.person("bob")
    async with bob.async_client() as client, client.notifications.stream() as events:
        threading.Thread(target=_send, args=(ann, bob, 1)).start()
        began = time.monotonic()
        async for one in events:
            # Their new key and device may be news, too.
            if one.kind == "transfer.received":
                assert one.data["amount"] == "1"
                break
    assert time.monotonic() - began < 10
