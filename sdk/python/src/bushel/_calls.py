"""What lies between a method of the API and the requests that are sent for it."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Generic, TypeVar, cast
from urllib.parse import quote

import httpx
from typing_extensions import ParamSpec

from ._models import HttpInfo, Model
from ._pagination import AsyncPage, AsyncPages, Page
from ._parse import Envelope
from ._types import NotGiven

__all__ = ["RawResponse"]

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True)
class Operation(Generic[T]):
    """An operation of the API document."""

    id: str
    method: str
    path: str
    parse: Callable[[httpx.Response], T]
    accept: str = "application/json"
    is_keyed: bool = False
    """Takes an `Idempotency-Key`."""
    is_repeatable: bool = False
    """A repeat changes nothing, without a key."""
    remembers_refusals: bool = False
    """A refusal stays one for a day, whatever it was for, if the key comes again."""
    amounts: tuple[str, ...] = ()
    """Where in the body there are whole numbers, which are text in JSON."""


# Without a text of its own: it may hold secrets, and what shows a traceback may show its variables.
@dataclass(frozen=True, repr=False)
class Call:
    """A call of an operation: all that its requests have in common."""

    operation: Operation[Any]
    path: str
    query: tuple[tuple[str, str], ...]
    body: bytes | None
    headers: Mapping[str, str]
    name: str | None
    """What the caller calls it, to repeat it after a crash."""
    key: str | None
    timeout: float | None

    @property
    def is_safe(self) -> bool:
        """Whether it may be sent twice."""
        operation = self.operation
        return operation.method in ("GET", "HEAD") or operation.is_keyed or operation.is_repeatable

    def at(self, name: str, value: str) -> Call:
        """The same call for another page."""
        query = tuple(one for one in self.query if one[0] not in ("cursor", "after"))
        return replace(self, query=(*query, (name, value)))


def present(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a new thing: what is None is left out."""
    return {name: value for name, value in fields.items() if value is not None}


def given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a patch: None clears, so only what wasn't given is left out."""
    return {name: value for name, value in fields.items() if not isinstance(value, NotGiven)}


def prepare(
    operation: Operation[Any],
    path: Mapping[str, str] | None = None,
    query: Mapping[str, Any] | None = None,
    body: dict[str, Any] | None = None,
    content: tuple[str | bytes, str] | None = None,
    if_match: str | Model | None = None,
    name: str | None = None,
    idempotency_key: str | None = None,
    timeout: float | None = None,
) -> Call:
    """Checks and writes down what is asked for. What is wrong here is the calling program's mistake."""
    headers = {"accept": f"{operation.accept}, application/problem+json;q=0.9"}
    data: bytes | None = None
    if body is not None:
        headers["content-type"] = "application/json"
        data = _json(body, operation.amounts)
    elif content is not None:
        headers["content-type"] = content[1]
        data = content[0].encode() if isinstance(content[0], str) else content[0]
    if if_match is not None:
        headers["if-match"] = _version(if_match)
    if idempotency_key is not None:
        if name is not None:
            raise ValueError("give `operation` or `idempotency_key`, not both")
        if not re.fullmatch(r"[\x21-\x7e]{1,255}", idempotency_key):
            raise ValueError("an idempotency key has 1 to 255 visible ASCII characters, without spaces")
    if name is not None and not name:
        raise ValueError("an operation's name is not empty")
    url_path = _fill(operation.path, path or {})
    pairs = tuple(_query(query or {}))
    return Call(operation, url_path, pairs, data, headers, name, idempotency_key, timeout)


def _fill(template: str, values: Mapping[str, str]) -> str:
    def segment(match: re.Match[str]) -> str:
        value = values[match[1]]
        # These would be other addresses.
        if not isinstance(value, str) or value in ("", ".", ".."):
            raise ValueError(f"{match[1]} can't be {value!r}")
        return quote(value, safe="")

    return re.sub(r"\{(\w+)\}", segment, template)


def _query(query: Mapping[str, Any]) -> list[tuple[str, str]]:
    pairs = []
    for name, value in query.items():
        if isinstance(value, Mapping):
            pairs += [(f"{name}[{key}]", _query_text(one)) for key, one in value.items()]
        elif value is not None:
            pairs.append((name, _query_text(value)))
    return pairs


def _query_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _time(value) if isinstance(value, datetime) else str(value)


def _version(if_match: str | Model) -> str:
    if isinstance(if_match, str):
        return if_match
    if if_match.http.etag is None:
        raise ValueError("this answer came without a version (ETag)")
    return if_match.http.etag


def _json(body: dict[str, Any], amounts: tuple[str, ...]) -> bytes:
    for path in amounts:
        body = _with_whole(body, path.replace("[]", ".[]").split("."))
    # Sorted, because a repeat after a crash has to have the same bytes.
    text = json.dumps(body, default=_plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def _with_whole(value: Any, path: list[str]) -> Any:
    """A copy with text for the whole numbers at a path."""
    if not path:
        return value if value is None else _whole(value)
    if path[0] == "[]":
        is_list = isinstance(value, (list, tuple))
        return [_with_whole(one, path[1:]) for one in value] if is_list else value
    if not isinstance(value, Mapping) or path[0] not in value:
        return value
    return {**value, path[0]: _with_whole(value[path[0]], path[1:])}


def _whole(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        kind = type(value).__name__
        raise TypeError(f"an amount is an int in the minor unit, not {kind}: see bushel.to_minor")
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _time(value)
    if isinstance(value, Decimal):
        raise TypeError("amounts are whole numbers in the minor unit: see bushel.to_minor")
    raise TypeError(f"{type(value).__name__} can't be sent")


def _time(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a time needs its zone, such as datetime.now(timezone.utc)")
    return value.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


class RawResponse(Generic[T]):
    """An answer as it came, and what it means."""

    def __init__(self, http_response: httpx.Response, parse: Callable[[httpx.Response], T]) -> None:
        self.http_response = http_response
        self._parse = parse

    @property
    def status_code(self) -> int:
        return self.http_response.status_code

    @property
    def headers(self) -> httpx.Headers:
        return self.http_response.headers

    @property
    def content(self) -> bytes:
        return self.http_response.content

    @property
    def http(self) -> HttpInfo:
        return HttpInfo(self.status_code, self.headers)

    @property
    def request_id(self) -> str | None:
        return self.http.request_id

    def parse(self) -> T:
        """What the method would have returned."""
        return self._parse(self.http_response)


class Caller:
    """Calls operations; the generated resources have one."""

    def __init__(self, send: Callable[[Call], httpx.Response], stream: Callable[..., Any]) -> None:
        self._send = send
        self.open_stream = stream

    def call(self, operation: Operation[T], **parts: Any) -> T:
        return self.finish(prepare(operation, **parts), operation.parse)

    def page(self, operation: Operation[Envelope[T]], **parts: Any) -> Page[T]:
        call = prepare(operation, **parts)

        def page_of(response: httpx.Response) -> Page[T]:
            envelope = operation.parse(response)
            return Page(envelope, lambda name, value: page_of(self._send(call.at(name, value))))

        return self.finish(call, page_of)

    def finish(self, call: Call, parse: Callable[[httpx.Response], T]) -> T:
        return parse(self._send(call))


class RawCaller(Caller):
    """Leaves the answers as they are."""

    def finish(self, call: Call, parse: Callable[[httpx.Response], T]) -> T:
        return cast(T, RawResponse(self._send(call), parse))


class AsyncCaller:
    """Calls operations; the generated asynchronous resources have one."""

    def __init__(self, send: Callable[[Call], Awaitable[httpx.Response]], stream: Callable[..., Any]) -> None:
        self._send = send
        self.open_stream = stream

    async def call(self, operation: Operation[T], **parts: Any) -> T:
        return await self.finish(prepare(operation, **parts), operation.parse)

    def page(self, operation: Operation[Envelope[T]], **parts: Any) -> AsyncPages[T]:
        call = prepare(operation, **parts)

        def page_of(response: httpx.Response) -> AsyncPage[T]:
            envelope = operation.parse(response)
            return AsyncPage(envelope, next_page)

        async def next_page(name: str, value: str) -> AsyncPage[T]:
            return page_of(await self._send(call.at(name, value)))

        return AsyncPages(lambda: self.finish(call, page_of))

    async def finish(self, call: Call, parse: Callable[[httpx.Response], T]) -> T:
        return parse(await self._send(call))


class AsyncRawCaller(AsyncCaller):
    """Leaves the answers as they are."""

    async def finish(self, call: Call, parse: Callable[[httpx.Response], T]) -> T:
        return cast(T, RawResponse(await self._send(call), parse))


def raw(method: Callable[P, T]) -> Callable[P, RawResponse[T]]:
    """The type of a method whose resource has a `RawCaller`."""
    return cast("Callable[P, RawResponse[T]]", method)


def raw_async(method: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[RawResponse[T]]]:
    return cast("Callable[P, Awaitable[RawResponse[T]]]", method)
