"""The two clients."""

from __future__ import annotations

import hashlib
import logging
import os
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import TracebackType
from typing import Any

import httpx
from typing_extensions import Self

from ._auth import Credential, credential
from ._calls import AsyncCaller, AsyncRawCaller, Call, Caller, Operation, RawCaller, prepare
from ._errors import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    BushelError,
    ConfigurationError,
    error_of,
)
from ._generated.client import (
    AsyncContexts,
    AsyncContextsWithRawResponse,
    Contexts,
    ContextsWithRawResponse,
)
from ._http import AsyncRunner, Blocking, Exclusive, Flow, Runner, Send, Sleep
from ._idempotency import FileIdempotencyStore, IdempotencyStore, Outcome, Ticket
from ._retries import RetryPolicy, is_not_sent
from ._version import __version__

__all__ = ["AsyncBushel", "Bushel"]

logger = logging.getLogger("bushel")

DEFAULT_TIMEOUT = httpx.Timeout(30.0, connect=5.0)

# Refusals that stay with their key for ever, because the ledger remembers them.
_REMEMBERED = {
    "payments.account.insufficient_funds",
    "wallet.transfer.insufficient_funds",
    "wallet.transfer.limit_exceeded",
}


@dataclass(frozen=True, repr=False)
class Settings:
    """What both clients have, and `with_options` changes."""

    base_url: str
    credential: Credential
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    store: IdempotencyStore | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float | None = None

    def flow(self, call: Call, is_stream: bool = False) -> Flow[httpx.Response]:
        """All that belongs to a call: its key, its attempts, its errors."""
        if call.name is not None:
            return self._named(call)
        key = call.key or (uuid.uuid4().hex if call.operation.is_keyed else None)
        return self._attempts(call, key, is_stream)

    def _named(self, call: Call) -> Flow[httpx.Response]:
        """A call that can be repeated after a crash."""
        store, name = self.store, call.name
        if store is None or name is None:
            raise ConfigurationError("`operation` needs a client with an idempotency_store=…")
        fingerprint = _fingerprint(call)
        ticket: Ticket = yield Blocking(lambda: store.begin(name, fingerprint))
        try:
            response = yield from self._attempts(call, ticket.key, False)
        except APIError as error:
            outcome = _outcome(call.operation, error)
            if outcome is not None:
                yield Blocking(lambda: store.settle(ticket, outcome))
            raise
        if ticket.outcome != "done":
            yield Blocking(lambda: store.settle(ticket, "done"))
        return response

    def _attempts(self, call: Call, key: str | None, is_stream: bool) -> Flow[httpx.Response]:
        attempt = 0
        is_new_token = False
        while True:
            token: str | None = yield from self._token()
            try:
                response = yield from self._attempt(call, key, token, attempt, is_stream)
            except httpx.RequestError as error:
                pause = self.retries.after_failure(error, attempt, call.is_safe)
                if pause is None:
                    raise _connection_error(call, key, error) from error
            else:
                if response.is_success:
                    return response
                refused = error_of(response)
                # A request with a token that isn't taken was not begun, so a new token may be tried.
                if response.status_code == 401 and not is_new_token and self.credential.rejected(token):
                    is_new_token = True
                    continue
                pause = self._pause(refused, attempt, call)
                if pause is None:
                    raise refused
            logger.info(
                "%s: attempt %d failed; the next one follows in %.2f s", call.operation.id, attempt + 1, pause
            )
            yield Sleep(pause)
            attempt += 1

    def _pause(self, refused: BushelError, attempt: int, call: Call) -> float | None:
        if not isinstance(refused, APIError):
            return None
        return self.retries.after_refusal(refused, attempt, call.is_safe)

    def _token(self) -> Flow[str | None]:
        token: str | None = yield Exclusive(lambda: self.credential.token(self.base_url))
        return token

    def sign_out(self) -> Flow[None]:
        yield Exclusive(lambda: self.credential.give_back(self.base_url))

    def _attempt(
        self, call: Call, key: str | None, token: str | None, attempt: int, is_stream: bool
    ) -> Flow[httpx.Response]:
        headers = {"user-agent": f"bushel-python/{__version__}", **self.headers, **call.headers}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        if key is not None and call.operation.is_keyed:
            headers["idempotency-key"] = key
        began = time.monotonic()
        response: httpx.Response = yield Send(
            call.operation.method,
            self.base_url + call.path,
            headers,
            call.query,
            call.body,
            call.timeout if call.timeout is not None else self.timeout,
            is_stream,
        )
        # The path as in the document: what is filled in may be a secret, and so may headers and bodies.
        logger.debug(
            "%s: %s %s answered %d in %.0f ms (request %s, attempt %d)",
            call.operation.id,
            call.operation.method,
            call.operation.path,
            response.status_code,
            (time.monotonic() - began) * 1000,
            response.headers.get("x-request-id"),
            attempt + 1,
        )
        return response


def _fingerprint(call: Call) -> str:
    """Without the server's name: it may have another one when the program is back."""
    parts = [call.operation.method, call.path, repr(call.query)]
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + (call.body or b"")).hexdigest()


def _outcome(operation: Operation[Any], error: APIError) -> Outcome | None:
    """What a refusal says of a named operation; None if it says nothing."""
    if error.status_code in (401, 403, 408, 429) or error.status_code >= 500:
        return None
    if error.code.startswith("request.idempotency_key."):
        return None
    if error.code in _REMEMBERED or operation.remembers_refusals:
        return "refused_for_good"
    # A conflict may be one with what the same key did before.
    return None if error.status_code == 409 else "refused"


def _connection_error(call: Call, key: str | None, error: httpx.RequestError) -> APIConnectionError:
    is_write = call.operation.method not in ("GET", "HEAD")
    kind = APITimeoutError if isinstance(error, httpx.TimeoutException) else APIConnectionError
    what = str(error) or type(error).__name__
    return kind(
        f"{call.operation.id}: no answer: {what}",
        is_outcome_unknown=is_write and not is_not_sent(error),
        idempotency_key=key if call.operation.is_keyed else None,
    )


def _settings(
    base_url: str | None,
    chosen: Credential,
    max_retries: int,
    retries: RetryPolicy | None,
    store: IdempotencyStore | str | os.PathLike[str] | None,
    headers: Mapping[str, str] | None,
) -> Settings:
    url = base_url or os.environ.get("BUSHEL_URL")
    if not url:
        raise ConfigurationError("there is no server: give base_url=…, or set BUSHEL_URL")
    parsed = httpx.URL(url)
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.query or parsed.userinfo:
        raise ConfigurationError("base_url is like https://bank.example, without a query or a password")
    if isinstance(store, (str, os.PathLike)):
        store = FileIdempotencyStore(store)
    policy = retries or RetryPolicy(max_retries=max_retries)
    return Settings(str(parsed).rstrip("/"), chosen, policy, store, dict(headers or {}))


def _raw_operation(method: str, path: str, is_keyed: bool) -> Operation[httpx.Response]:
    if not path.startswith("/"):
        raise ValueError("a path begins with /")
    return Operation("request", method.upper(), path, lambda response: response, "*/*", is_keyed)


class Bushel(Contexts):
    """A client that blocks while it waits. It may be shared by threads.

    Close it, or use it in a `with` statement, when you are done with it.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        access_token: str | None = None,
        operator_token: str | None = None,
        auth: Credential | None = None,
        base_url: str | None = None,
        timeout: float | httpx.Timeout = DEFAULT_TIMEOUT,
        max_retries: int = 3,
        retries: RetryPolicy | None = None,
        idempotency_store: IdempotencyStore | str | os.PathLike[str] | None = None,
        headers: Mapping[str, str] | None = None,
        http_client: httpx.Client | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        chosen = credential(api_key, access_token, operator_token, auth)
        settings = _settings(base_url, chosen, max_retries, retries, idempotency_store, headers)
        if http_client is not None and transport is not None:
            raise ConfigurationError("give http_client or transport, not both")
        self._owns_http = http_client is None
        http = http_client or httpx.Client(timeout=timeout, transport=transport)
        self._set_up(settings, Runner(http))

    def _set_up(self, settings: Settings, runner: Runner) -> None:
        self._settings = settings
        self._runner = runner
        super().__init__(Caller(self._send, self._open))

    def _send(self, call: Call) -> httpx.Response:
        return self._runner.run(self._settings.flow(call))

    def _open(self, call: Call) -> httpx.Response:
        return self._runner.run(self._settings.flow(call, is_stream=True))

    @cached_property
    def with_raw_response(self) -> ContextsWithRawResponse:
        """The same methods, which give the answers as they came: status, headers, bytes."""
        return ContextsWithRawResponse(RawCaller(self._send, self._open))

    def with_options(
        self,
        *,
        auth: Credential | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """A client on the same connections with other settings. Close only the first one."""
        other = type(self).__new__(type(self))
        other._owns_http = False
        settings = _changed(self._settings, auth, timeout, max_retries, headers)
        # Another credential has a lock of its own.
        runner = self._runner if auth is None else Runner(self._runner.http)
        other._set_up(settings, runner)
        return other

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: dict[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        timeout: float | None = None,
    ) -> httpx.Response:
        """A request to the API that this version of the SDK has no method for."""
        return self._send(_call_of(method, path, query, body, headers, idempotency_key, timeout))

    def sign_out(self) -> None:
        """Gives back the tokens of `auth=` (RFC 7009): they end at the server, and the store is empty then.

        What the person allowed the program stays: they take that back at the server.
        """
        self._runner.run(self._settings.sign_out())

    def close(self) -> None:
        """Closes the connections, unless they belong to an `http_client` of yours."""
        if self._owns_http:
            self._runner.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Bushel at {self._settings.base_url}>"


class AsyncBushel(AsyncContexts):
    """A client for coroutines, with asyncio or trio. It belongs to one event loop.

    Close it (`aclose`), or use it in an `async with` statement, when you are done with it.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        access_token: str | None = None,
        operator_token: str | None = None,
        auth: Credential | None = None,
        base_url: str | None = None,
        timeout: float | httpx.Timeout = DEFAULT_TIMEOUT,
        max_retries: int = 3,
        retries: RetryPolicy | None = None,
        idempotency_store: IdempotencyStore | str | os.PathLike[str] | None = None,
        headers: Mapping[str, str] | None = None,
        http_client: httpx.AsyncClient | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        chosen = credential(api_key, access_token, operator_token, auth)
        settings = _settings(base_url, chosen, max_retries, retries, idempotency_store, headers)
        if http_client is not None and transport is not None:
            raise ConfigurationError("give http_client or transport, not both")
        self._owns_http = http_client is None
        http = http_client or httpx.AsyncClient(timeout=timeout, transport=transport)
        self._set_up(settings, AsyncRunner(http))

    def _set_up(self, settings: Settings, runner: AsyncRunner) -> None:
        self._settings = settings
        self._runner = runner
        super().__init__(AsyncCaller(self._send, self._open))

    async def _send(self, call: Call) -> httpx.Response:
        return await self._runner.run(self._settings.flow(call))

    async def _open(self, call: Call) -> httpx.Response:
        return await self._runner.run(self._settings.flow(call, is_stream=True))

    @cached_property
    def with_raw_response(self) -> AsyncContextsWithRawResponse:
        """The same methods, which give the answers as they came: status, headers, bytes."""
        return AsyncContextsWithRawResponse(AsyncRawCaller(self._send, self._open))

    def with_options(
        self,
        *,
        auth: Credential | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """A client on the same connections with other settings. Close only the first one."""
        other = type(self).__new__(type(self))
        other._owns_http = False
        settings = _changed(self._settings, auth, timeout, max_retries, headers)
        runner = self._runner if auth is None else AsyncRunner(self._runner.http)
        other._set_up(settings, runner)
        return other

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: dict[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        timeout: float | None = None,
    ) -> httpx.Response:
        """A request to the API that this version of the SDK has no method for."""
        return await self._send(_call_of(method, path, query, body, headers, idempotency_key, timeout))

    async def sign_out(self) -> None:
        """Gives back the tokens of `auth=` (RFC 7009): they end at the server, and the store is empty then.

        What the person allowed the program stays: they take that back at the server.
        """
        await self._runner.run(self._settings.sign_out())

    async def aclose(self) -> None:
        """Closes the connections, unless they belong to an `http_client` of yours."""
        if self._owns_http:
            await self._runner.http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<AsyncBushel at {self._settings.base_url}>"


def _changed(
    settings: Settings,
    auth: Credential | None,
    timeout: float | None,
    max_retries: int | None,
    headers: Mapping[str, str] | None,
) -> Settings:
    retries = settings.retries
    return replace(
        settings,
        credential=auth or settings.credential,
        timeout=settings.timeout if timeout is None else timeout,
        retries=retries if max_retries is None else replace(retries, max_retries=max_retries),
        headers={**settings.headers, **(headers or {})},
    )


def _call_of(
    method: str,
    path: str,
    query: Mapping[str, Any] | None,
    body: dict[str, Any] | None,
    headers: Mapping[str, str] | None,
    idempotency_key: str | None,
    timeout: float | None,
) -> Call:
    operation = _raw_operation(method, path, idempotency_key is not None)
    call = prepare(operation, query=query, body=body, idempotency_key=idempotency_key, timeout=timeout)
    return replace(call, headers={**call.headers, **(headers or {})})
