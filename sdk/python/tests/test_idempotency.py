"""Keys that survive a crash: the rules, the file, and a real kill -9."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from bank import Bank
from canned import FAST, TRANSFER, Server, problem, send, sent_body
from proxy import Proxy

import bushel
from bushel.testing import FakeBushel


@pytest.fixture
def store(tmp_path: Path) -> bushel.FileIdempotencyStore:
    return bushel.FileIdempotencyStore(tmp_path / "deep" / "operations.db")


def keys(server: Server) -> list[str]:
    return [request.headers["idempotency-key"] for request in server.requests]


@pytest.mark.parametrize("make", [bushel.MemoryIdempotencyStore, None])
def test_the_same_name_is_the_same_key(make: Any, store: bushel.FileIdempotencyStore) -> None:
    server = Server(httpx.Response(201, json=TRANSFER))
    client = server.client(idempotency_store=make() if make else store)
    send(client, operation="invoice-17")
    send(client, operation="invoice-17")
    send(client, operation="invoice-18")
    first, second, third = keys(server)
    assert first == second != third


def test_the_key_is_on_the_disk_before_anything_is_sent(store: bushel.FileIdempotencyStore) -> None:
    found: list[bushel.Ticket] = []

    def look(request: httpx.Request) -> httpx.Response:
        found.extend(bushel.FileIdempotencyStore(store.path).unfinished())
        assert found[0].key == request.headers["idempotency-key"]
        return httpx.Response(201, json=TRANSFER)

    send(Server(look).client(idempotency_store=store), operation="invoice-17")
    assert [(one.operation, one.outcome) for one in found] == [("invoice-17", "open")]
    assert store.unfinished() == []


def test_another_request_under_a_name_is_not_sent(store: bushel.FileIdempotencyStore) -> None:
    server = Server(httpx.Response(201, json=TRANSFER))
    client = server.client(idempotency_store=store)
    send(client, operation="invoice-17")
    with pytest.raises(bushel.OperationMismatchError, match="invoice-17"):
        send(client, operation="invoice-17", message="another")
    with pytest.raises(bushel.OperationMismatchError):
        client.payments.withdrawals.create(
            asset="EUR", amount=1, destination={"iban": "x"}, operation="invoice-17"
        )
    assert len(server.requests) == 1


def test_the_order_of_a_dictionary_makes_no_other_request(store: bushel.FileIdempotencyStore) -> None:
    server = Server(httpx.Response(202, json={}))
    client = server.client(idempotency_store=store)
    for card in ({"number": "1", "cvc": "2"}, {"cvc": "2", "number": "1"}):
        with pytest.raises(bushel.UnexpectedAnswerError):
            client.payments.deposits.create(asset="EUR", amount=1, card=card, operation="d")  # type: ignore[arg-type]
    assert len({request.content for request in server.requests}) == 1


@pytest.mark.parametrize(
    ("answer", "is_same_key"),
    [
        # Nobody knows what came of it, or it may have been done.
        (httpx.ReadTimeout("slow"), True),
        (problem(500, "internal"), True),
        (problem(409, "identity.api_key.already_made"), True),
        (problem(409, "request.idempotency_key.in_flight"), True),
        # Refused before it was begun, and not remembered.
        (problem(401, "request.token.invalid"), True),
        (problem(429, "request.rate_limited"), True),
        (problem(404, "wallet.transfer.recipient_not_found"), True),
        # Refused, and remembered with the key.
        (problem(422, "wallet.transfer.insufficient_funds"), False),
        (problem(422, "wallet.transfer.limit_exceeded"), False),
    ],
)
def test_a_new_key_is_taken_only_after_a_refusal_that_stays(
    answer: Any, is_same_key: bool, store: bushel.FileIdempotencyStore
) -> None:
    server = Server(answer, httpx.Response(201, json=TRANSFER))
    client = server.client(idempotency_store=store, retries=bushel.RetryPolicy(max_retries=0))
    with pytest.raises(bushel.BushelError):
        send(client, operation="invoice-17")
    send(client, operation="invoice-17")
    first, second = keys(server)
    assert (first == second) is is_same_key


def test_what_was_refused_may_be_put_right(store: bushel.FileIdempotencyStore) -> None:
    refused = problem(404, "wallet.transfer.recipient_not_found")
    server = Server(refused, httpx.Response(201, json=TRANSFER))
    client = server.client(idempotency_store=store)
    with pytest.raises(bushel.NotFoundError):
        client.wallet.transfers.create(to={"handle": "bbo"}, asset="EUR", amount=1, operation="invoice-17")
    send(client, operation="invoice-17")
    assert sent_body(server.requests[1])["to"] == {"handle": "bob"}
    # After that it stands.
    with pytest.raises(bushel.OperationMismatchError):
        client.wallet.transfers.create(to={"handle": "bbo"}, asset="EUR", amount=1, operation="invoice-17")


def test_where_every_refusal_is_remembered_the_next_key_is_new(store: bushel.FileIdempotencyStore) -> None:
    server = Server(problem(404, "wallet.request.payer_not_found"))
    client = server.client(idempotency_store=store)
    for _ in range(2):
        with pytest.raises(bushel.NotFoundError):
            client.wallet.requests.create(from_={"handle": "x"}, asset="EUR", amount=1, operation="ask")
    assert len(set(keys(server))) == 2


def test_a_name_needs_a_store_and_excludes_a_key(store: bushel.FileIdempotencyStore) -> None:
    server = Server(TRANSFER)
    with pytest.raises(bushel.ConfigurationError, match="idempotency_store"):
        send(server.client(), operation="invoice-17")
    client = server.client(idempotency_store=store)
    with pytest.raises(ValueError, match="not both"):
        send(client, operation="invoice-17", idempotency_key="k")
    for wrong in ("", "with space", "x" * 256, "ü"):
        with pytest.raises(ValueError, match="key"):
            send(client, idempotency_key=wrong)
    with pytest.raises(ValueError, match="not empty"):
        send(client, operation="")
    assert server.requests == []


def test_the_store_forgets_what_is_over_and_nothing_else(store: bushel.FileIdempotencyStore) -> None:
    done, open_ = store.begin("done", "f"), store.begin("open", "f")
    store.settle(done, "done")
    assert store.forget(older_than_s=60) == 0
    assert store.forget(older_than_s=-60) == 1
    assert store.begin("open", "f") == open_
    assert store.begin("done", "f").key != done.key


def test_a_late_word_about_an_old_key_changes_nothing(store: bushel.FileIdempotencyStore) -> None:
    first = store.begin("a", "f")
    store.settle(first, "refused_for_good")
    second = store.begin("a", "f")
    assert second.key != first.key
    store.settle(first, "done")
    assert store.unfinished() == [second]


def test_many_threads_that_begin_the_same_get_one_key(store: bushel.FileIdempotencyStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        tickets = list(pool.map(lambda _: store.begin("a", "f"), range(40)))
    assert len({one.key for one in tickets}) == 1


def test_a_file_that_is_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("no database, and long enough to be seen as one" * 10)
    with pytest.raises(bushel.ConfigurationError, match="can't hold"):
        bushel.FileIdempotencyStore(tmp_path / "x")


def test_every_commit_is_synced(store: bushel.FileIdempotencyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    statements: list[str] = []
    connect = sqlite3.connect

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(statements.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", traced)
    store.begin("a", "f")
    assert statements[:2] == ["pragma synchronous = extra", "begin immediate"]
    assert statements[-1].lower().startswith("commit")


def test_a_lost_answer_costs_nothing_on_the_fake(
    fake: FakeBushel, store: bushel.FileIdempotencyStore
) -> None:
    ann, _ = fake.person("ann"), fake.person("bob")
    fake.give(ann, "APPLE", 10)
    client = fake.client(ann, idempotency_store=store, retries=FAST)
    fake.fail_next("lost_answer", times=4)
    with pytest.raises(bushel.APIConnectionError) as caught:
        client.wallet.transfers.create(to={"handle": "bob"}, asset="APPLE", amount=4, operation="a")
    assert caught.value.is_outcome_unknown
    sent = client.wallet.transfers.create(to={"handle": "bob"}, asset="APPLE", amount=4, operation="a")
    assert sent.http.is_replayed
    assert [one.id for one in client.wallet.transfers.list()] == [sent.id]


# The programs use what is tested, not what may be installed.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(bushel.__file__).parent.parent)}

PROGRAM = """
import json, sys
import bushel

url, key, handle, store = sys.argv[1:]
with bushel.Bushel(key, base_url=url, idempotency_store=store) as client:
    sent = client.wallet.transfers.create(
        to={"handle": handle}, asset="APPLE", amount=7, operation="invoice-17"
    )
    print(json.dumps({"id": sent.id, "is_replayed": sent.http.is_replayed}))
"""


def test_a_program_that_is_killed_before_the_answer_sends_once(bank: Bank, tmp_path: Path) -> None:
    ann, bob = bank.rich("ann", 100), bank.person("bob")
    store = tmp_path / "operations.db"
    command = [sys.executable, "-c", PROGRAM]
    proxy = Proxy(bank.url)
    proxy.hold_answers()
    arguments = [ann.api_key, bob.handle, str(store)]
    program = subprocess.Popen([*command, proxy.url, *arguments], stdin=subprocess.DEVNULL, env=ENVIRONMENT)
    try:
        assert proxy.answer_held.wait(30), "the server has not answered"
    finally:
        os.kill(program.pid, signal.SIGKILL)
        program.wait()
        proxy.close()
    with ann.client() as client:
        (made,) = client.wallet.transfers.list()
    (ticket,) = bushel.FileIdempotencyStore(store).unfinished()
    assert ticket.operation == "invoice-17"
    for _ in range(2):
        out = subprocess.run(
            [*command, bank.url, *arguments], check=True, capture_output=True, timeout=30, env=ENVIRONMENT
        )
        assert json.loads(out.stdout) == {"id": made.id, "is_replayed": True}
    with ann.client() as client:
        assert [one.id for one in client.wallet.transfers.list()] == [made.id]
    assert bushel.FileIdempotencyStore(store).unfinished() == []


def test_many_programs_that_are_killed_at_any_time_send_once(bank: Bank, tmp_path: Path) -> None:
    ann, bob = bank.rich("ann", 100), bank.person("bob")
    command = [sys.executable, "-c", PROGRAM, bank.url, ann.api_key, bob.handle, str(tmp_path / "s.db")]
    for pause in (0.35, 0.4, 0.45, 0.5, 0.6):
        program = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=ENVIRONMENT
        )
        threading.Event().wait(pause)
        program.kill()
        program.wait()
    out = subprocess.run(command, check=True, capture_output=True, timeout=30, env=ENVIRONMENT)
    with ann.client() as client:
        assert [one.id for one in client.wallet.transfers.list()] == [json.loads(out.stdout)["id"]]
        assert client.wallet.accounts.list().data[0].available == 93


def test_tickets_say_since_when(store: bushel.FileIdempotencyStore) -> None:
    ticket = store.begin("a", "f")
    assert abs(ticket.begun_at - time.time()) < 60
