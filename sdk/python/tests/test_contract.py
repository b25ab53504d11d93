"""The same scenarios against the fake and the real server have to give the same answers.

What can't be the same (ids, times, cursors, the words of a malformed body) is taken out first. Each answer
keeps its status, its fields, its codes and pointers, and which headers it has.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from bank import Bank, until
from world import FakeWorld, RealWorld

import bushel
from bushel.testing import FakeBushel

Scenario = Callable[["Recorder", Any], None]

CARD = {"exp_month": 12, "exp_year": 2040, "cvc": "123"}
TIMES = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$")
IDS = re.compile(r"\b(acct|tr|usr|dep|pm|req)_[0-9a-z]{26}\b")
HEADERS = ("content-type", "etag", "idempotency-replayed", "location", "x-request-id")


class Recorder:
    """Sends requests as somebody, and remembers the answers without what can't be the same."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.answers: list[Any] = []
        self._names: dict[str, str] = {}
        self._clients: dict[int, bushel.Bushel] = {}

    def call(self, person: Any, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        if id(person) not in self._clients:
            self._clients[id(person)] = self.world.client(person)
        response = self._send(self._clients[id(person)], method, path, body, key)
        shown = {name: self._plain(response.headers.get(name)) for name in HEADERS}
        self.answers.append([method, self._plain(path), response.status_code, shown, self._body(response)])
        return response.json()

    def _send(
        self, client: bushel.Bushel, method: str, path: str, body: Any, key: str | None
    ) -> httpx.Response:
        try:
            return client.request(method, path, body=body, idempotency_key=key)
        except bushel.APIError as error:
            return error.response

    def _body(self, response: httpx.Response) -> Any:
        body = response.json()
        if body.get("code") in ("request.body.invalid", "request.query.invalid"):
            body["detail"] = "[words]"
            for one in body["errors"]:
                one["detail"] = "[words]"
        if body.get("code") in ("request.path.invalid", "request.cursor.invalid"):
            body["detail"] = body["errors"][0]["detail"] = "[words]"
        return self._plain(body)

    def _plain(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._field(name, one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._plain(one) for one in value]
        if not isinstance(value, str):
            return value
        return IDS.sub(self._name, re.sub(r"cursor=[^&]+", "cursor=[cursor]", value))

    def _field(self, name: str, value: Any) -> Any:
        if isinstance(value, str) and (TIMES.match(value) or name == "next_cursor"):
            return f"[{name}]"
        return self._plain(value)

    def _name(self, found: re.Match[str]) -> str:
        """The same id has the same name in both worlds: by the order of their appearance."""
        if found[1] == "req":
            return "[req]"
        return self._names.setdefault(found[0], f"[{found[1]} {len(self._names) + 1}]")


def transfer(to: Any, amount: object, **more: object) -> dict[str, Any]:
    return {"to": {"handle": to.handle}, "asset": "APPLE", "amount": amount, **more}


def sending(record: Recorder, world: Any) -> None:
    ann, bob = world.rich("ann", 100), world.person("bob")
    sent = record.call(ann, "POST", "/v1/wallet/transfers", transfer(bob, "5", message="hi", reference="r"))
    record.call(ann, "GET", f"/v1/wallet/transfers/{sent['id']}")
    record.call(bob, "GET", f"/v1/wallet/transfers/{sent['id']}")
    record.call(ann, "POST", "/v1/wallet/transfers", transfer(bob, 7))
    for person in (ann, bob):
        (account,) = record.call(person, "GET", "/v1/wallet/accounts")["data"]
        record.call(person, "GET", f"/v1/wallet/accounts/{account['id']}")
        record.call(person, "GET", f"/v1/wallet/accounts/{account['id']}/history")
        record.call(person, "GET", f"/v1/wallet/accounts/{account['id']}/history?limit=1")
        record.call(person, "GET", f"/v1/wallet/accounts/{account['id']}/history?filter[direction]=in")
        record.call(person, "GET", f"/v1/wallet/accounts/{account['id']}/history?filter[kind]=deposit")
        record.call(person, "POST", f"/v1/wallet/accounts/{account['id']}/close")
    named = {"to": {"account": account["id"]}, "asset": "APPLE", "amount": "1"}
    record.call(ann, "POST", "/v1/wallet/transfers", named)
    record.call(ann, "GET", f"/v1/wallet/accounts/{account['id']}")


def waiting(record: Recorder, world: Any) -> None:
    ann, bob, eve = world.rich("ann", 100), world.person("bob"), world.person("eve")
    for verb, actor in (("accept", bob), ("decline", bob), ("cancel", ann)):
        held = record.call(ann, "POST", "/v1/wallet/transfers", transfer(bob, "10", accept_within_s=60))
        path = f"/v1/wallet/transfers/{held['id']}"
        for person in (ann, bob):
            record.call(person, "GET", "/v1/wallet/accounts")
            record.call(person, "GET", path)
        record.call(eve, "POST", f"{path}/{verb}")
        record.call(bob if actor is ann else ann, "POST", f"{path}/{verb}")
        for _ in range(2):
            record.call(actor, "POST", f"{path}/{verb}")
        for late in {"accept", "decline", "cancel"} - {verb}:
            record.call(ann if late == "cancel" else bob, "POST", f"{path}/{late}")
        record.call(ann, "GET", path)
    record.call(eve, "GET", path)
    for person in (ann, bob):
        (account,) = record.call(person, "GET", "/v1/wallet/accounts")["data"]
        record.call(person, "GET", f"/v1/wallet/accounts/{account['id']}/history")


def inviting(record: Recorder, world: Any) -> None:
    ann = world.rich("ann", 100)
    new = {"to": {"email": "Nobody.Yet@example.org"}, "asset": "APPLE", "amount": "3"}
    sent = record.call(ann, "POST", "/v1/wallet/transfers", new)
    record.call(ann, "GET", f"/v1/wallet/transfers/{sent['id']}")
    record.call(ann, "GET", "/v1/wallet/accounts")
    record.call(ann, "POST", f"/v1/wallet/transfers/{sent['id']}/cancel")
    record.call(ann, "GET", "/v1/wallet/accounts")


def refusals(record: Recorder, world: Any) -> None:
    ann, bob = world.rich("ann", 10), world.person("bob")
    for body in (
        transfer(bob, "11"),
        transfer(ann, "1"),
        {"to": {"handle": "nobody"}, "asset": "APPLE", "amount": "1"},
        {"to": {"email": "x"}, "asset": "APPLE", "amount": "1"},
        {"to": {"account": "acct_00000000000000000000000001"}, "asset": "APPLE", "amount": "1"},
        {"to": {"handle": bob.handle}, "asset": "PEAR", "amount": "1"},
        {"to": {"handle": bob.handle}, "asset": "APPLE"},
        *(transfer(bob, wrong) for wrong in ("0", "-1", "1.5", "", "01", 0, -1)),
        transfer(bob, "1", accept_within_s=59),
        transfer(bob, "1", accept_within_s=7776001),
        transfer(bob, "1", message=""),
        transfer(bob, "1", message="x" * 501),
        transfer(bob, "1", reference=""),
        transfer(bob, "1", tip="1"),
    ):
        record.call(ann, "POST", "/v1/wallet/transfers", body)
    record.call(bob, "POST", "/v1/wallet/transfers", transfer(ann, "1"))
    record.call(ann, "GET", "/v1/wallet/transfers/tr_00000000000000000000000001")
    record.call(ann, "GET", "/v1/wallet/transfers/nonsense")
    record.call(ann, "GET", "/v1/wallet/accounts/acct_00000000000000000000000001")
    record.call(ann, "POST", "/v1/wallet/accounts", {"asset": "PEAR"})
    record.call(ann, "POST", "/v1/wallet/accounts", {})
    record.call(ann, "GET", "/v1/ledger/assets/PEAR")
    record.call(ann, "GET", "/v1/ledger/assets/EUR")


def repeats(record: Recorder, world: Any) -> None:
    ann, bob = world.rich("ann", 10), world.person("bob")
    send = "/v1/wallet/transfers"
    for amount in ("3", "3", "4"):
        record.call(ann, "POST", send, transfer(bob, amount), key="one")
    # The key is the caller's own.
    record.call(bob, "POST", send, transfer(ann, "1"), key="one")
    # A refusal of the ledger stays one, also when there is enough by then.
    record.call(ann, "POST", send, transfer(bob, "8"), key="two")
    record.call(bob, "POST", send, transfer(ann, "2"))
    record.call(ann, "POST", send, transfer(bob, "8"), key="two")
    record.call(ann, "POST", send, transfer(bob, "8"), key="three")
    # Other refusals don't.
    record.call(ann, "POST", send, {"to": {"handle": "nobody"}, "asset": "APPLE", "amount": "1"}, key="four")
    record.call(ann, "POST", send, transfer(bob, "1"), key="four")
    held = record.call(bob, "POST", send, transfer(ann, "1", accept_within_s=60), key="five")
    record.call(ann, "POST", f"{send}/{held['id']}/accept")
    record.call(bob, "POST", send, transfer(ann, "1", accept_within_s=60), key="five")


def lists(record: Recorder, world: Any) -> None:
    ann, bob = world.rich("ann", 100), world.rich("bob", 100)
    for amount in range(1, 4):
        record.call(ann, "POST", "/v1/wallet/transfers", transfer(bob, str(amount)))
        record.call(bob, "POST", "/v1/wallet/transfers", transfer(ann, str(10 + amount)))
    for query in (
        *("", "direction=in", "direction=out", "status=completed", "status=declined", "asset=EUR"),
        *("limit=0", "limit=201", "limit=x", "status=gone", "direction=up", "colour=red", "cursor=nonsense"),
    ):
        record.call(ann, "GET", f"/v1/wallet/transfers?{query}")
    cursor = ""
    while cursor is not None:
        page = record.call(ann, "GET", f"/v1/wallet/transfers?limit=4{cursor and f'&cursor={cursor}'}")
        cursor = page["next_cursor"]


def deposits(record: Recorder, world: Any) -> None:
    ann, bob = world.person("ann"), world.person("bob")
    new = {"asset": "EUR", "amount": "1250", "card": {"number": "4242424242424242", **CARD}}
    path = "/v1/payments/deposits"
    record.call(ann, "POST", path, new)
    record.call(ann, "POST", path, {**new, "asset": "APPLE"})
    record.call(ann, "POST", path, {**new, "asset": "PEAR"})
    opened = record.call(ann, "POST", "/v1/wallet/accounts", {"asset": "EUR"})
    record.call(ann, "POST", "/v1/wallet/accounts", {"asset": "EUR"})
    record.call(ann, "POST", path, {**new, "card": {"number": "4242424242424241", **CARD}})
    record.call(ann, "POST", path, {**new, "tip": "1"})
    for number in ("4242424242424242", "4000000000000002"):
        made = record.call(ann, "POST", path, {**new, "card": {"number": number, **CARD}}, key=number)
        _wait(world.client(ann), made["id"])
        record.call(ann, "GET", f"{path}/{made['id']}")
        record.call(bob, "GET", f"{path}/{made['id']}")
    record.call(ann, "GET", path)
    record.call(ann, "GET", f"{path}/dep_00000000000000000000000001")
    record.call(ann, "GET", f"/v1/wallet/accounts/{opened['id']}/history")
    record.call(ann, "GET", "/v1/wallet/accounts")


def _wait(client: bushel.Bushel, deposit: str) -> None:
    until("the deposit", lambda: client.payments.deposits.get(deposit).status != "pending" or None)


def profiles(record: Recorder, world: Any) -> None:
    record.call(world.person("ann"), "GET", "/v1/identity/profile")


@pytest.mark.parametrize(
    "scenario", [sending, waiting, inviting, refusals, repeats, lists, deposits, profiles]
)
def test_the_fake_answers_like_the_real_server(scenario: Scenario, bank: Bank, fake: FakeBushel) -> None:
    real = RealWorld(bank)
    try:
        recorders = []
        for world in (real, FakeWorld(fake)):
            recorder = Recorder(world)
            scenario(recorder, world)
            recorders.append(recorder)
    finally:
        real.close()
    for mine, theirs in zip(*(_without_numbers(one) for one in recorders), strict=True):
        assert theirs == mine


def _without_numbers(recorder: Recorder) -> list[Any]:
    """The people of the real server have other numbers, and its profiles other versions."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: "[n]" if key == "version" else plain(one) for key, one in value.items()}
        if isinstance(value, list):
            return [plain(one) for one in value]
        if isinstance(value, str):
            return re.sub(r"(?i)\b(ann|bob|eve)\d+", r"\1", re.sub(r'^"\d+"$', "[etag]", value))
        return value

    found: list[Any] = plain(recorder.answers)
    return found


def test_who_is_nobody_gets_the_same_refusal(bank: Bank, fake: FakeBushel) -> None:
    for auth, code in (
        (bushel.Anonymous(), "request.token.missing"),
        (bushel.Token("bshl_key_nobody"), "request.token.invalid"),
    ):
        sides: list[dict[str, Any]] = [{"base_url": bank.url}, {"base_url": "http://fake", "transport": fake}]
        for options in sides:
            with bushel.Bushel(auth=auth, **options) as client:
                with pytest.raises(bushel.AuthenticationError) as caught:
                    client.wallet.accounts.list()
                assert (caught.value.code, caught.value.status_code) == (code, 401)
