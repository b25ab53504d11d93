"""The transport: requests in, answers out."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

import httpx

from .._client import AsyncBushel, Bushel
from . import _checks as checks
from . import _views as views
from ._oauth import Authority, FakeApplication
from ._problem import Refusal, bad_body, refusal
from ._state import Account, Asset, FakePerson, State, Transfer, utc_now

URL = "http://fake.bushel"

Trouble = Literal["unavailable", "lost_request", "lost_answer"]

_STATUSES = ("completed", "waiting", "invited", "accepted", "declined", "cancelled", "expired")
_ENTRY_KINDS = (
    *("transfer", "invitation", "request_payment", "scheduled_transfer", "deposit", "withdrawal"),
    *("refund", "dispute", "returned_payout", "adjustment", "reversal", "issue"),
    *("purchase", "purchase_refund", "other"),
)


class Request:
    """A request, once it is known who sent it."""

    def __init__(self, request: httpx.Request, person: FakePerson, parts: tuple[str, ...]) -> None:
        self.person = person
        self.parts = parts
        self.query = request.url.params.multi_items()
        self.content = request.content

    def body(self) -> Any:
        try:
            return json.loads(self.content)
        except ValueError:
            raise bad_body("", "the body is no JSON") from None


Answer = tuple[int, dict[str, Any], dict[str, str]]


class FakeBushel(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A Bushel in memory. See `bushel.testing`."""

    def __init__(self, *, now: datetime | None = None) -> None:
        self._state = State(now or utc_now())
        self._began = self._state.now
        self._authority = Authority(self._state)
        self._keys: dict[tuple[str, str, str], tuple[bytes, Answer | Refusal]] = {}
        self._troubles: list[Trouble] = []
        self._requests = 0
        self._lock = threading.Lock()

    # --- What a test sets up -----------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The fake's time. It stands until `advance`."""
        return self._state.now

    def advance(self, seconds: float) -> None:
        """Lets time pass: what waits longer than it may expires."""
        with self._lock:
            self._state.advance(seconds)

    def asset(self, code: str, *, scale: int = 0, kind: str = "goods") -> None:
        """Makes something that can be held. For money say `kind="money"`."""
        with self._lock:
            self._state.assets[code] = Asset(code, scale, kind, self._state.now)

    def person(self, handle: str, *, name: str | None = None, email: str | None = None) -> FakePerson:
        """Somebody who is signed up. What waits for their e-mail address is theirs at once."""
        with self._lock:
            address = (email or f"{handle}@example.org").lower()
            return self._state.add_person(handle.lower(), name or handle.title(), address)

    def give(self, person: FakePerson, asset: str, amount: int) -> None:
        """Puts something on somebody's account, out of nowhere."""
        if isinstance(amount, bool) or not isinstance(amount, int) or amount <= 0:
            raise ValueError("an amount is an int above zero")
        with self._lock:
            account, _ = self._state.open_account(person, self._state.assets[asset])
            entry = {"transfer_id": self._state.new_id("tr"), "kind": "other"}
            self._state.move(account, amount, entry)

    def application(
        self,
        owner: FakePerson,
        *,
        scope: str = "openid profile email offline_access profile.read wallet.read wallet.write",
        is_public: bool = False,
    ) -> FakeApplication:
        """A program that people may let in. By client credentials it acts for its owner."""
        with self._lock:
            return self._authority.add(owner, tuple(scope.split()), is_public)

    def approve(self, what: str, person: FakePerson) -> str:
        """Somebody lets a program in that asks: `what` is a device's code, or a browser's address.

        Gives the address to which the browser goes then.
        """
        with self._lock:
            return self._authority.decide(what, person)

    def deny(self, what: str) -> str:
        """Somebody doesn't let a program in that asks."""
        with self._lock:
            return self._authority.decide(what, None)

    def take_back(self, person: FakePerson, application: FakeApplication) -> None:
        """Somebody doesn't let an application in any more."""
        with self._lock:
            self._authority.take_back(person, application)

    def fail_next(self, trouble: Trouble = "unavailable", *, times: int = 1) -> None:
        """Lets the next requests go wrong.

        `unavailable` answers 503. `lost_request` never arrives. `lost_answer` is done, and the answer gets
        lost: what idempotency keys are for.
        """
        self._troubles.extend(trouble for _ in range(times))

    def client(self, person: FakePerson, **options: Any) -> Bushel:
        """A client of somebody."""
        return Bushel(person.api_key, base_url=URL, transport=self, **options)

    def async_client(self, person: FakePerson, **options: Any) -> AsyncBushel:
        return AsyncBushel(person.api_key, base_url=URL, transport=self, **options)

    # --- The transport -----------------------------------------------------------------------------

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        return self._respond(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        return self._respond(request)

    def _respond(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self._requests += 1
            trouble = self._troubles.pop(0) if self._troubles else None
            if trouble == "lost_request":
                raise httpx.ConnectError("the request got lost, as the test wanted", request=request)
            busy = refusal("server.busy") if trouble == "unavailable" else None
            response = self._response(self._answer(request) if busy is None else busy)
            if trouble == "lost_answer":
                raise httpx.ReadError("the answer got lost, as the test wanted", request=request)
            return response

    def _response(self, answer: Answer | Refusal) -> httpx.Response:
        request_id = self._state.new_id("req")
        if isinstance(answer, Refusal):
            headers = {"content-type": "application/problem+json", "x-request-id": request_id}
            if answer.status == 503:
                headers["retry-after"] = "0"
            body = {**answer.body, "request_id": request_id}
            return httpx.Response(answer.status, headers=headers, content=json.dumps(body))
        status, body, more = answer
        headers = {"content-type": "application/json", "x-request-id": request_id, **more}
        return httpx.Response(status, headers=headers, content=json.dumps(body))

    def _answer(self, request: httpx.Request) -> Answer | Refusal:
        try:
            if request.url.path == "/healthz":
                return 200, {"status": "alive"}, {}
            if request.url.path.startswith(("/oauth/", "/.well-known/")):
                return self._authority.answer(request)
            self._state.decide_deposits()
            person = self._caller(request)
            handler, parts = self._route(request)
            return self._keyed(request, Request(request, person, parts), handler)
        except Refusal as refused:
            return refused

    def _caller(self, request: httpx.Request) -> FakePerson:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise refusal("request.token.missing")
        for person in self._state.people:
            if person.api_key == token:
                return person
        caller = self._authority.caller(token, request)
        if caller is None:
            raise refusal("request.token.invalid")
        return caller

    def _route(self, request: httpx.Request) -> tuple[Callable[[Request], Answer], tuple[str, ...]]:
        for method, pattern, name in _ROUTES:
            found = re.fullmatch(pattern, request.url.path)
            if found and method == request.method:
                handler: Callable[[Request], Answer] = getattr(self, name)
                return handler, found.groups()
        raise NotImplementedError(f"FakeBushel doesn't know {request.method} {request.url.path}")

    def _keyed(self, request: httpx.Request, inner: Request, handler: Callable[[Request], Answer]) -> Answer:
        """The first answer again, if the key came before."""
        key = request.headers.get("idempotency-key")
        if key is None or request.method != "POST":
            return handler(inner)
        place = (inner.person.id, request.url.path, key)
        canonical = json.dumps(inner.body(), sort_keys=True).encode()
        if place in self._keys:
            return self._again(*self._keys[place], canonical)
        try:
            answer = handler(inner)
        except Refusal as refused:
            # The ledger remembers what it refused; for everything else the key is still good.
            if refused.code == "wallet.transfer.insufficient_funds":
                self._keys[place] = (canonical, refused)
            raise
        self._keys[place] = (canonical, answer)
        return answer

    def _again(self, first: bytes, answer: Answer | Refusal, body: bytes) -> Answer:
        if isinstance(answer, Refusal):
            raise answer
        if first != body:
            raise refusal("request.idempotency_key.reused")
        status, shown, headers = answer
        return status, shown, {**headers, "idempotency-replayed": "true"}

    # --- The operations ----------------------------------------------------------------------------

    def _profile(self, request: Request) -> Answer:
        return 200, views.profile(request.person, self._began), {"etag": '"1"'}

    def _assets(self, request: Request) -> Answer:
        query = checks.query(request.query, {"limit", "cursor"})
        return 200, checks.page(list(self._state.assets.values()), query, views.asset), {}

    def _asset(self, request: Request) -> Answer:
        if request.parts[0] not in self._state.assets:
            raise refusal("ledger.asset.not_found")
        return 200, views.asset(self._state.assets[request.parts[0]]), {}

    def _accounts(self, request: Request) -> Answer:
        checks.query(request.query, set())
        mine = [one for one in self._state.accounts if one.owner == request.person]
        data = [views.account(one, self._state) for one in mine]
        return 200, {"data": data, "next_cursor": None}, {}

    def _open_account(self, request: Request) -> Answer:
        asset = self._state.assets.get(checks.fields(request.body(), {"asset"}, set())["asset"])
        if asset is None:
            raise refusal("wallet.transfer.asset_unknown")
        account, is_new = self._state.open_account(request.person, asset)
        return 201 if is_new else 200, views.account(account, self._state), {}

    def _account(self, request: Request) -> Answer:
        return 200, views.account(self._own_account(request), self._state), {}

    def _close_account(self, request: Request) -> Answer:
        account = self._own_account(request)
        self._state.close_account(account)
        return 200, views.account(account, self._state), {}

    def _history(self, request: Request) -> Answer:
        account = self._own_account(request)
        known = {"limit", "cursor", "filter[direction]", "filter[kind]"}
        unknown = {name for name, _ in request.query} - known
        if unknown & {"q", "filter[from]", "filter[before]", "filter[counterparty]"}:
            raise NotImplementedError(f"FakeBushel can't filter a history by {sorted(unknown)}")
        query = checks.query(request.query, known)
        direction = checks.one_of(query, "filter[direction]", ("in", "out"))
        kind = checks.one_of(query, "filter[kind]", _ENTRY_KINDS)
        found = [
            one
            for one in reversed(account.entries)
            if direction in (None, one["direction"]) and kind in (None, one["kind"])
        ]
        return 200, checks.page(found, query, views.entry), {}

    def _own_account(self, request: Request) -> Account:
        wanted = checks.path_id(request.parts[0], "acct")
        for account in self._state.accounts:
            if account.id == wanted and account.owner == request.person:
                return account
        raise refusal("wallet.account.not_found")

    def _transfers(self, request: Request) -> Answer:
        query = checks.query(request.query, {"limit", "cursor", "direction", "status", "asset"})
        direction = checks.one_of(query, "direction", ("in", "out"))
        status = checks.one_of(query, "status", _STATUSES)
        found = [
            one
            for one in reversed(self._state.transfers)
            if request.person in (one.sender, one.recipient)
            and direction in (None, "out" if request.person == one.sender else "in")
            and status in (None, one.status)
            and query.get("asset") in (None, one.asset.code)
        ]
        return 200, checks.page(found, query, lambda one: views.transfer(one, request.person, False)), {}

    def _send_transfer(self, request: Request) -> Answer:
        transfer = self._state.send(request.person, checks.new_transfer(request.body()))
        return 201, views.transfer(transfer, request.person, False), {}

    def _transfer(self, request: Request) -> Answer:
        return 200, views.transfer(self._own_transfer(request), request.person, True), {}

    def _resolve(self, request: Request) -> Answer:
        transfer = self._own_transfer(request)
        self._state.resolve(request.person, transfer, request.parts[1])
        return 200, views.transfer(transfer, request.person, True), {}

    def _own_transfer(self, request: Request) -> Transfer:
        wanted = checks.path_id(request.parts[0], "tr")
        for transfer in self._state.transfers:
            if transfer.id == wanted and request.person in (transfer.sender, transfer.recipient):
                return transfer
        raise refusal("wallet.transfer.not_found")

    def _deposits(self, request: Request) -> Answer:
        query = checks.query(request.query, {"limit", "cursor"})
        mine = [one for one in reversed(self._state.deposits) if one.owner == request.person]
        return 200, checks.page(mine, query, views.deposit), {}

    def _make_deposit(self, request: Request) -> Answer:
        body = checks.fields(request.body(), {"asset", "amount", "card"}, {"return_url"})
        asset = self._state.assets.get(body["asset"])
        amount = checks.amount(body["amount"])
        if asset is None:
            raise refusal("payments.asset.unknown")
        if asset.kind != "money":
            raise refusal("payments.asset.not_money")
        account = self._state.account_of(request.person, asset)
        if account is None or not account.is_open:
            raise refusal("payments.account.not_found")
        number = str(body["card"].get("number"))
        if not checks.is_card_number(number):
            raise refusal("payments.card.number_invalid")
        if number not in ("4242424242424242", "4000000000000002"):
            raise NotImplementedError("FakeBushel knows two cards: 4242424242424242 and 4000000000000002")
        deposit = self._state.deposit(request.person, asset, amount, number)
        location = f"/v1/payments/deposits/{deposit.id}"
        return 202, views.deposit(deposit), {"location": location}

    def _deposit(self, request: Request) -> Answer:
        wanted = checks.path_id(request.parts[0], "dep")
        for deposit in self._state.deposits:
            if deposit.id == wanted and deposit.owner == request.person:
                return 200, views.deposit(deposit), {}
        raise refusal("payments.deposit.not_found")


_ROUTES = [
    ("GET", r"/v1/identity/profile", "_profile"),
    ("GET", r"/v1/ledger/assets", "_assets"),
    ("GET", r"/v1/ledger/assets/([^/]+)", "_asset"),
    ("GET", r"/v1/wallet/accounts", "_accounts"),
    ("POST", r"/v1/wallet/accounts", "_open_account"),
    ("GET", r"/v1/wallet/accounts/([^/]+)", "_account"),
    ("POST", r"/v1/wallet/accounts/([^/]+)/close", "_close_account"),
    ("GET", r"/v1/wallet/accounts/([^/]+)/history", "_history"),
    ("GET", r"/v1/wallet/transfers", "_transfers"),
    ("POST", r"/v1/wallet/transfers", "_send_transfer"),
    ("GET", r"/v1/wallet/transfers/([^/]+)", "_transfer"),
    ("POST", r"/v1/wallet/transfers/([^/]+)/(accept|decline|cancel)", "_resolve"),
    ("GET", r"/v1/payments/deposits", "_deposits"),
    ("POST", r"/v1/payments/deposits", "_make_deposit"),
    ("GET", r"/v1/payments/deposits/([^/]+)", "_deposit"),
]
