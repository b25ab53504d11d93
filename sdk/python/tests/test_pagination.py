"""Lists go through all their pages, here and against the real server."""

from __future__ import annotations

import pytest
from bank import Bank
from canned import ASSET, Server

import bushel
from bushel.testing import FakeBushel


def page(*codes: str, then: str | None) -> dict[str, object]:
    return {"data": [{**ASSET, "code": code} for code in codes], "next_cursor": then}


PAGES = [page("A", "B", then="c1"), page(then="c2"), page("C", then=None)]


def test_iterating_goes_through_all_pages_also_empty_ones() -> None:
    server = Server(*PAGES)
    assert [one.code for one in server.client().ledger.assets.list(limit=2)] == ["A", "B", "C"]
    queries = [dict(request.url.params) for request in server.requests]
    assert queries == [{"limit": "2"}, {"limit": "2", "cursor": "c1"}, {"limit": "2", "cursor": "c2"}]


def test_one_page_at_a_time() -> None:
    server = Server(*PAGES)
    first = server.client().ledger.assets.list()
    assert ([one.code for one in first.data], first.has_next, first.next_cursor) == (["A", "B"], True, "c1")
    assert len(server.requests) == 1
    second = first.next_page()
    assert second is not None
    assert second.data == []
    third = second.next_page()
    assert third is not None
    assert (third.next_page(), third.has_next) == (None, False)
    assert "next_cursor='c1'" in repr(first)
    assert first.http.status_code == 200


def test_a_log_without_an_end_is_read_to_where_it_is_now() -> None:
    event: dict[str, object] = {
        "id": "evt_1",
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
    server = Server(
        {"data": [{**event, "sequence": 5}, {**event, "sequence": 6}], "next_after": 6},
        {"data": [], "next_after": 6},
    )
    events = server.client().notifications.events.list(after=4)
    assert [one.sequence for one in events] == [5, 6]
    assert [request.url.params["after"] for request in server.requests] == ["4", "6"]


def test_raw_lists_are_pages_too() -> None:
    server = Server(*PAGES)
    raw = server.client().with_raw_response.ledger.assets.list()
    assert raw.status_code == 200
    parsed: bushel.Page[bushel.models.Asset] = raw.parse()
    assert [one.code for one in parsed] == ["A", "B", "C"]


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
@pytest.mark.anyio
async def test_coroutines_page_in_the_same_way() -> None:
    client = Server(*PAGES).async_client()
    assert [one.code async for one in client.ledger.assets.list()] == ["A", "B", "C"]
    first = await Server(*PAGES).async_client().ledger.assets.list()
    assert [one.code for one in first.data] == ["A", "B"]
    assert [len(one.data) async for one in first.pages()] == [2, 0, 1]
    raw = await Server(*PAGES).async_client().with_raw_response.ledger.assets.list()
    parsed: bushel.AsyncPage[bushel.models.Asset] = raw.parse()
    assert parsed.next_cursor == "c1"


def test_nothing_is_left_out_or_doubled_while_more_comes(fake: FakeBushel) -> None:
    ann, _ = fake.person("ann"), fake.person("bob")
    fake.give(ann, "APPLE", 100)
    client = fake.client(ann)
    made = [
        client.wallet.transfers.create(to={"handle": "bob"}, asset="APPLE", amount=1).id for _ in range(7)
    ]
    seen = []
    for transfer in client.wallet.transfers.list(limit=2):
        seen.append(transfer.id)
        client.wallet.transfers.create(to={"handle": "bob"}, asset="APPLE", amount=1)
    assert seen == made[::-1]


def test_the_real_server_is_paged_through(bank: Bank) -> None:
    ann, bob = bank.rich("ann", 100), bank.person("bob")
    with ann.client() as client:
        made = [
            client.wallet.transfers.create(to={"handle": bob.handle}, asset="APPLE", amount=1).id
            for _ in range(7)
        ]
        assert [one.id for one in client.wallet.transfers.list(limit=3)] == made[::-1]
        (account,) = client.wallet.accounts.list()
        history = client.wallet.accounts.history(account.id, limit=3, direction="out")
        assert [one.transfer_id for one in history] == made[::-1]
