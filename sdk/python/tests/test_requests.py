"""What is sent, what is made of answers, when it is sent again. Without a server."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import httpx
import pytest
from canned import ASSET, TRANSFER, Server, problem, send, sent_body

import bushel

# --- What is sent ------------------------------------------------------------------------------------


def test_a_request_has_all_that_the_api_wants() -> None:
    server = Server(httpx.Response(201, json=TRANSFER))
    transfer = send(server.client(headers={"traceparent": "00-1"}), message="hi")
    (request,) = server.requests
    assert (request.method, str(request.url)) == ("POST", "https://bank.example/v1/wallet/transfers")
    assert request.headers["authorization"] == "Bearer bshl_key_secret"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["traceparent"] == "00-1"
    assert request.headers["user-agent"].startswith("bushel-python/")
    assert len(request.headers["idempotency-key"]) == 32
    assert sent_body(request) == {"to": {"handle": "bob"}, "asset": "EUR", "amount": "1250", "message": "hi"}
    assert (transfer.amount, transfer.decimal()) == (1250, Decimal("12.50"))
    assert (transfer.from_.handle, transfer.created_at.microsecond) == ("ann", 123456)


def test_every_write_has_a_key_of_its_own_and_reads_have_none() -> None:
    server = Server(httpx.Response(201, json=TRANSFER))
    send(server.client())
    send(server.client())
    send(server.client(), idempotency_key="mine")
    keys = [request.headers["idempotency-key"] for request in server.requests]
    assert len(set(keys)) == 3
    assert keys[2] == "mine"
    server = Server(ASSET)
    server.client().ledger.assets.get("APPLE")
    assert "idempotency-key" not in server.requests[0].headers


@pytest.mark.parametrize("amount", [12.5, True, Decimal("12.5"), [1]])
def test_what_is_no_whole_number_is_no_amount(amount: Any) -> None:
    with pytest.raises(TypeError, match="to_minor"):
        Server(TRANSFER).client().wallet.transfers.create(to={"handle": "b"}, asset="EUR", amount=amount)


def test_whole_numbers_inside_of_lists_become_text_and_nothing_else_does() -> None:
    server = Server({"created": 1, "existing": 0, "failed": 0, "results": []})
    one: bushel.params.NewTransferSingle = {
        "debit_account": "a",
        "credit_account": "b",
        "asset": "EUR",
        "amount": 1 << 100,
        "code": 7,
    }
    server.client().ledger.transfers.create(transfers=[one])
    body = sent_body(server.requests[0])
    assert body["transfers"][0]["amount"] == str(1 << 100)
    assert body["transfers"][0]["code"] == 7


def test_parts_of_a_path_are_quoted_and_can_not_be_another_path() -> None:
    server = Server(ASSET)
    server.client().ledger.assets.get("A/B?c")
    assert server.requests[0].url.raw_path == b"/v1/ledger/assets/A%2FB%3Fc"
    for wrong in ("", ".", "..", None):
        with pytest.raises(ValueError, match="code can't be"):
            server.client().ledger.assets.get(wrong)  # type: ignore[arg-type]
    assert len(server.requests) == 1


def test_filters_times_and_truth_are_written_as_the_api_reads_them() -> None:
    server = Server({"data": [], "next_cursor": None})
    client = server.client()
    since = datetime(2026, 11, 21, 11, tzinfo=timezone.utc)
    client.ledger.accounts.list(closed=False, created_at_gte=since, metadata={"shop": "1"}, limit=5)
    assert dict(server.requests[0].url.params) == {
        "filter[closed]": "false",
        "filter[created_at][gte]": "2026-11-21T11:00:00Z",
        "filter[metadata][shop]": "1",
        "limit": "5",
    }
    with pytest.raises(ValueError, match="zone"):
        client.ledger.accounts.list(created_at_gte=datetime(2026, 11, 21))


def test_a_patch_tells_clearing_from_leaving_alone() -> None:
    profile = {
        "id": "usr_1",
        "email": "a@b.c",
        "is_email_verified": True,
        "name": "Ann",
        "locale": "en",
        "sign_in_confirmation": "always",
        "is_discoverable": True,
        "roles": [],
        "created_at": "2026-11-21T10:00:00Z",
        "version": 3,
    }
    server = Server(lambda _: httpx.Response(200, json=profile, headers={"etag": '"3"'}))
    client = server.client()
    found = client.identity.profile.get()
    client.identity.profile.update(if_match=found, handle=None, name="Ann")
    client.identity.profile.update(if_match='"9"', locale="de")
    assert server.requests[1].headers["if-match"] == '"3"'
    assert sent_body(server.requests[1]) == {"handle": None, "name": "Ann"}
    assert server.requests[2].headers["if-match"] == '"9"'
    assert sent_body(server.requests[2]) == {"locale": "de"}


def test_files_are_sent_and_given_as_they_are() -> None:
    server = Server({"created": 1, "existing": 0, "rejected": []}, httpx.Response(200, content=b"%PDF-"))
    client = server.client()
    client.operator.user_imports.create(content="email,name\n")
    assert server.requests[0].headers["content-type"] == "text/csv"
    assert server.requests[0].content == b"email,name\n"
    assert client.wallet.statements.get_pdf("acct_1", "2026-11") == b"%PDF-"
    assert server.requests[1].url.params["format"] == "pdf"


def test_an_operation_without_a_method_can_be_asked_for_too() -> None:
    server = Server({"new": 1})
    response = server.client().request("POST", "/v1/new", query={"a": 1}, body={"b": 2}, idempotency_key="k")
    assert response.json() == {"new": 1}
    request = server.requests[0]
    assert (request.url.path, request.url.query, sent_body(request)) == ("/v1/new", b"a=1", {"b": 2})
    assert request.headers["idempotency-key"] == "k"
    with pytest.raises(ValueError, match="begins with /"):
        server.client().request("GET", "https://evil.example/")


# --- Answers -----------------------------------------------------------------------------------------


def test_answers_know_where_they_came_from_and_keep_what_is_new() -> None:
    headers = {"x-request-id": "req_9", "idempotency-replayed": "true", "etag": '"1"'}
    server = Server(httpx.Response(201, json={**TRANSFER, "shade": "red", "status": "odd"}, headers=headers))
    transfer = send(server.client())
    assert (transfer.http.request_id, transfer.http.etag, transfer.http.is_replayed) == ("req_9", '"1"', True)
    assert transfer.status == "odd"
    assert transfer.model_extra == {"shade": "red"}
    with pytest.raises(AttributeError, match="part of an answer"):
        _ = transfer.to.http
    assert json.loads(transfer.model_dump_json(by_alias=True))["amount"] == "1250"


def test_raw_answers_have_everything_and_can_still_be_parsed() -> None:
    server = Server(httpx.Response(201, json=TRANSFER, headers={"x-request-id": "req_9"}))
    raw = server.client().with_raw_response.wallet.transfers.create(
        to={"handle": "bob"}, asset="EUR", amount=1
    )
    assert (raw.status_code, raw.request_id, raw.headers["content-type"]) == (
        201,
        "req_9",
        "application/json",
    )
    assert json.loads(raw.content) == TRANSFER
    transfer: bushel.models.WalletTransfer = raw.parse()
    assert transfer.id == TRANSFER["id"]
    assert raw.http.status_code == raw.http_response.status_code


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "x", bushel.BadRequestError),
        (401, "x", bushel.AuthenticationError),
        (403, "x", bushel.PermissionDeniedError),
        (404, "x", bushel.NotFoundError),
        (409, "x", bushel.ConflictError),
        (409, "request.idempotency_key.in_flight", bushel.RequestInFlightError),
        (412, "x", bushel.PreconditionError),
        (413, "x", bushel.BadRequestError),
        (422, "x", bushel.UnprocessableError),
        (422, "wallet.transfer.insufficient_funds", bushel.InsufficientFundsError),
        (422, "wallet.transfer.limit_exceeded", bushel.LimitExceededError),
        (422, "request.idempotency_key.reused", bushel.IdempotencyKeyReusedError),
        (428, "x", bushel.PreconditionError),
        (429, "x", bushel.RateLimitError),
        (500, "x", bushel.ServerError),
        (503, "x", bushel.UnavailableError),
    ],
)
def test_each_kind_of_refusal_is_a_class(status: int, code: str, kind: type[bushel.APIError]) -> None:
    field = {"pointer": "/amount", "code": "c", "detail": "d"}
    server = Server(problem(status, code, errors=[field], retry_after_s=7))
    with pytest.raises(kind) as caught:
        send(server.client(max_retries=0, retries=None))
    error = caught.value
    assert type(error) is kind
    assert (error.code, error.request_id, error.status_code, error.retry_after_s) == (
        code,
        "req_1",
        status,
        7,
    )
    assert error.fields == [bushel.FieldProblem("/amount", "c", "d")]
    assert (error.detail, error.title) == ("D", "T")
    assert "req_1" in str(error)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404, text="<html>"),
        httpx.Response(302, headers={"location": "https://evil.example/"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={"secret": "s3cret"}),
    ],
)
def test_what_is_not_from_bushel_says_so_and_is_not_followed(answer: httpx.Response) -> None:
    server = Server(answer)
    with pytest.raises(bushel.UnexpectedAnswerError) as caught:
        server.client().ledger.assets.get("APPLE")
    assert len(server.requests) == 1
    assert caught.value.response.status_code == answer.status_code
    assert "s3cret" not in str(caught.value)


def test_a_page_that_is_none_says_so() -> None:
    answers: list[Any] = [httpx.Response(200, text="x"), {"items": []}, {"data": [{"code": 1}]}]
    for answer in answers:
        with pytest.raises(bushel.UnexpectedAnswerError):
            Server(answer).client().ledger.assets.list()


def test_a_gateway_without_a_problem_is_a_server_error() -> None:
    server = Server(httpx.Response(502, text="<html>bad gateway"))
    with pytest.raises(bushel.UnavailableError) as caught:
        server.client(max_retries=0, retries=None).ledger.assets.get("APPLE")
    assert (caught.value.code, caught.value.request_id) == ("", None)


# --- Retries -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("refused"),
        httpx.RemoteProtocolError("cut"),
        problem(503, "server.timeout"),
        problem(500, "internal"),
        problem(429, "request.rate_limited"),
        problem(409, "request.idempotency_key.in_flight"),
    ],
)
def test_a_write_with_a_key_is_repeated_with_the_same_key(trouble: Any, sleeps: list[float]) -> None:
    server = Server(trouble, trouble, httpx.Response(201, json=TRANSFER))
    assert send(server.client()).amount == 1250
    keys = {request.headers["idempotency-key"] for request in server.requests}
    assert (len(server.requests), len(keys), len(sleeps)) == (3, 1, 2)
    assert len({request.content for request in server.requests}) == 1


@pytest.mark.parametrize(
    ("trouble", "attempts"),
    [
        (httpx.ReadTimeout("slow"), 1),
        (problem(503, "server.timeout"), 1),
        (problem(500, "internal"), 1),
        # These were refused, or never arrived.
        (httpx.ConnectError("refused"), 2),
        (httpx.ConnectTimeout("slow"), 2),
        (problem(503, "server.busy"), 2),
        (problem(429, "request.rate_limited"), 2),
    ],
)
@pytest.mark.usefixtures("sleeps")
def test_a_write_without_a_key_is_repeated_only_if_nothing_was_done(trouble: Any, attempts: int) -> None:
    server = Server(trouble, httpx.Response(201, json=ASSET))
    client = server.client()
    with contextlib.suppress(bushel.BushelError):
        client.ledger.assets.create(code="APPLE", scale=0, kind="goods")
    assert len(server.requests) == attempts


@pytest.mark.usefixtures("sleeps")
def test_what_changes_nothing_the_second_time_is_repeated() -> None:
    server = Server(httpx.ReadTimeout("slow"), TRANSFER)
    server.client().wallet.transfers.accept("tr_1")
    assert len(server.requests) == 2
    assert "idempotency-key" not in server.requests[0].headers


@pytest.mark.parametrize("status", [400, 403, 404, 409, 412, 422])
def test_a_refusal_is_not_repeated(status: int) -> None:
    server = Server(problem(status))
    with pytest.raises(bushel.APIError):
        send(server.client())
    assert len(server.requests) == 1


def test_retries_end_with_the_last_error(sleeps: list[float]) -> None:
    server = Server(problem(503, "server.busy"))
    with pytest.raises(bushel.UnavailableError):
        send(server.client())
    assert (len(server.requests), len(sleeps)) == (4, 3)


def test_retry_after_is_obeyed_unless_it_is_too_long(sleeps: list[float]) -> None:
    wait = httpx.Response(429, json={"code": "c"}, headers={"retry-after": "7"})
    server = Server(wait, problem(503, "x", retry_after_s=2), ASSET)
    server.client().ledger.assets.get("APPLE")
    assert sleeps == [7, 2]
    server = Server(httpx.Response(429, json={"code": "c"}, headers={"retry-after": "3600"}))
    with pytest.raises(bushel.RateLimitError) as caught:
        server.client().ledger.assets.get("APPLE")
    assert (caught.value.retry_after_s, len(server.requests)) == (3600, 1)


def test_waiting_times_double_with_jitter_up_to_a_limit() -> None:
    policy = bushel.RetryPolicy(initial_s=1, max_s=4)
    for attempt, whole in enumerate([1, 2, 4, 4]):
        pauses = {policy.backoff(attempt) for _ in range(200)}
        assert whole / 2 <= min(pauses) < whole * 0.6
        assert whole * 0.9 < max(pauses) <= whole
    with pytest.raises(ValueError, match="negative"):
        bushel.RetryPolicy(max_retries=-1)


@pytest.mark.parametrize(
    ("error", "kind", "is_unknown"),
    [
        (httpx.ReadTimeout("x"), bushel.APITimeoutError, True),
        (httpx.ReadError("x"), bushel.APIConnectionError, True),
        (httpx.ConnectTimeout("x"), bushel.APITimeoutError, False),
        (httpx.ConnectError("x"), bushel.APIConnectionError, False),
    ],
)
@pytest.mark.usefixtures("sleeps")
def test_no_answer_says_whether_something_may_have_happened(
    error: Exception, kind: type[bushel.APIConnectionError], is_unknown: bool
) -> None:
    server = Server(error)
    with pytest.raises(bushel.APIConnectionError) as caught:
        send(server.client())
    assert type(caught.value) is kind
    assert caught.value.is_outcome_unknown is is_unknown
    assert caught.value.idempotency_key == server.requests[0].headers["idempotency-key"]
    with pytest.raises(bushel.APIConnectionError) as caught:
        server.client().ledger.assets.get("APPLE")
    assert (caught.value.is_outcome_unknown, caught.value.idempotency_key) == (False, None)


def test_timeouts_are_the_clients_or_the_calls() -> None:
    server = Server(ASSET)
    client = server.client(timeout=11)
    client.ledger.assets.get("APPLE")
    client.ledger.assets.get("APPLE", timeout=2)
    client.with_options(timeout=3).ledger.assets.get("APPLE")
    reads = [request.extensions["timeout"]["read"] for request in server.requests]
    assert reads == [11, 2, 3]


class Broken(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that ends in the middle."""

    def __init__(self) -> None:
        self.is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield b"{"
        raise httpx.ReadError("cut")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"{"
        raise httpx.ReadError("cut")

    def close(self) -> None:
        self.is_closed = True

    async def aclose(self) -> None:
        self.is_closed = True


@pytest.mark.usefixtures("sleeps")
def test_a_body_that_ends_in_the_middle_is_no_answer() -> None:
    broken = Broken()
    server = Server(httpx.Response(201, stream=broken), httpx.Response(201, json=TRANSFER))
    assert send(server.client()).amount == 1250
    assert broken.is_closed


@pytest.mark.anyio
async def test_coroutines_take_such_a_body_for_none_either() -> None:
    broken = Broken()
    server = Server(httpx.Response(201, stream=broken), httpx.Response(201, json=TRANSFER))
    assert (await server.async_client().wallet.transfers.get("tr_1")).amount == 1250
    assert broken.is_closed


@pytest.mark.usefixtures("sleeps")
def test_a_body_that_can_not_be_decoded_is_no_answer() -> None:
    garbled = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip"))
    with pytest.raises(bushel.APIConnectionError):
        Server(lambda _: garbled).client(max_retries=0, retries=None).ledger.assets.get("APPLE")


def test_what_can_not_be_sent_is_named() -> None:
    client = Server(TRANSFER).client()
    for wrong, reason in ((Decimal(1), "to_minor"), (object(), "can't be sent")):
        with pytest.raises(TypeError, match=reason):
            client.request("POST", "/v1/new", body={"a": wrong})
    with pytest.raises(ValueError, match="ETag"):
        client.identity.profile.update(if_match=client.wallet.transfers.get("tr_1"), name="Ann")
    assert (bool(bushel.NOT_GIVEN), repr(bushel.NOT_GIVEN)) == (False, "NOT_GIVEN")


def test_a_date_in_retry_after_is_left_aside() -> None:
    dated = httpx.Response(429, json={"code": "c"}, headers={"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"})
    with pytest.raises(bushel.RateLimitError) as caught:
        Server(dated).client(max_retries=0, retries=None).ledger.assets.get("APPLE")
    assert caught.value.retry_after_s is None


# --- The asynchronous client -------------------------------------------------------------------------


async def raises(kind: type[Exception], call: Callable[[], Any]) -> None:
    with pytest.raises(kind):
        await call()


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
@pytest.mark.anyio
async def test_the_asynchronous_client_does_the_same() -> None:
    server = Server(httpx.ReadTimeout("slow"), httpx.Response(201, json=TRANSFER))
    async with server.async_client() as client:
        transfer = await client.wallet.transfers.create(to={"handle": "bob"}, asset="EUR", amount=1250)
        assert transfer.amount == 1250
        assert len({request.headers["idempotency-key"] for request in server.requests}) == 1
        raw = await client.with_raw_response.wallet.transfers.get("tr_1")
        parsed: bushel.models.WalletTransfer = raw.parse()
        assert (parsed.amount, raw.status_code) == (1250, 201)
        response = await client.request("GET", "/v1/new")
        assert response.status_code == 201
    assert client._runner.http.is_closed
    server = Server(problem(404))
    other = server.async_client().with_options(max_retries=0, auth=bushel.Token("t"))
    await raises(bushel.NotFoundError, lambda: other.ledger.assets.get("APPLE"))
    assert server.requests[0].headers["authorization"] == "Bearer t"
    await other.aclose()
    with pytest.raises(bushel.ConfigurationError, match="not both"):
        bushel.AsyncBushel(
            "k",
            base_url="https://b",
            http_client=client._runner.http,
            transport=httpx.MockTransport(server),
        )
