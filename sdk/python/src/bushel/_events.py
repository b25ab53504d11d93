"""The stream of a user's events (server-sent events), which comes back by itself.

Events have a sequence without gaps. Whenever a connection ends, the stream opens the next one after the
last sequence that it gave out, so nothing is lost and nothing comes twice.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from dataclasses import replace
from types import TracebackType

import anyio
import httpx
from pydantic import ValidationError
from typing_extensions import Self

from ._calls import AsyncCaller, Call, Caller, Operation, prepare
from ._errors import APIConnectionError, RateLimitError, UnavailableError, UnexpectedAnswerError
from ._generated.models import Notification
from ._parse import envelope
from ._retries import RetryPolicy

__all__ = ["AsyncEventStream", "EventStream"]

# The server lets hear of itself every 15 seconds.
_SILENCE_MAX_S = 45.0
_PATIENCE = RetryPolicy(max_retries=8, initial_s=0.2, max_s=30.0)
_TROUBLE = (APIConnectionError, UnavailableError, RateLimitError, httpx.RequestError)

_OPEN = Operation(
    "notifications_stream_open",
    "GET",
    "/v1/notifications/stream",
    lambda response: response,
    "text/event-stream",
)
_INBOX = Operation("notifications_inbox_list", "GET", "/v1/notifications/inbox", envelope(Notification))
_EVENTS = Operation("notifications_events_list", "GET", "/v1/notifications/events", envelope(Notification))


class Decoder:
    """Makes events of bytes, by the rules of the HTML standard (9.2.6).

    Lines end with CR, LF or both and with nothing else: `str.splitlines` would also break them at
    characters that people may write in a message.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self.retry_s: float | None = None

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of the events that the chunk completes."""
        text = self._rest + chunk
        # The other half of a CR LF may be on its way.
        whole, held = (text[:-1], b"\r") if text.endswith(b"\r") else (text, b"")
        lines = re.split(rb"\r\n|\n|\r", whole)
        self._rest = lines.pop() + held
        return [event for line in lines if (event := self._line(line)) is not None]

    def _line(self, line: bytes) -> bytes | None:
        if not line:
            data, self._data = self._data, []
            return b"\n".join(data) if data else None
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"retry" and value.isdigit():
            self.retry_s = int(value) / 1000
        return None


class Position:
    """Where a stream stands, and how long it waits before it comes back."""

    def __init__(self, after: int | None) -> None:
        if after is not None and after < 0:
            raise ValueError("sequences count from 1; 0 is before the first")
        self.last_sequence = after
        self._failures = 0
        self._pause_s = 0.2

    def call(self) -> Call:
        call = prepare(_OPEN, timeout=_SILENCE_MAX_S)
        return replace(call, headers={**call.headers, "last-event-id": str(self.last_sequence)})

    def take(self, data: list[bytes], response: httpx.Response) -> Iterator[Notification]:
        for one in data:
            try:
                event = Notification.model_validate_json(one)
            except ValidationError:
                raise UnexpectedAnswerError("an event isn't what the API promises", response) from None
            if self.last_sequence is None or event.sequence > self.last_sequence:
                self.last_sequence, self._failures = event.sequence, 0
                yield event

    def ended(self, decoder: Decoder) -> float:
        """A connection ended as connections do. How long to wait."""
        if decoder.retry_s is not None:
            self._pause_s = decoder.retry_s
        self._failures = 0
        return self._pause_s

    def failed(self, error: Exception) -> float:
        """How long to wait after a failure; raises it if there were too many in a row."""
        self._failures += 1
        if self._failures > _PATIENCE.max_retries:
            raise error
        wanted = error.retry_after_s if isinstance(error, (UnavailableError, RateLimitError)) else None
        return max(_PATIENCE.backoff(self._failures - 1), min(wanted or 0, _PATIENCE.retry_after_max_s))


class EventStream(Iterator[Notification]):
    """Events as they happen. It goes on until it is closed."""

    def __init__(self, caller: Caller, after: int | None) -> None:
        self._caller = caller
        self._position = Position(self._newest() if after is None else after)
        self._events = self._run()

    @property
    def last_sequence(self) -> int | None:
        """The last that was given out: what to go on after, also in another run of the program."""
        return self._position.last_sequence

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Notification:
        return next(self._events)

    def close(self) -> None:
        self._events.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _run(self) -> Generator[Notification, None, None]:
        while True:
            decoder = Decoder()
            try:
                yield from self._connection(decoder)
                pause = self._position.ended(decoder)
            except _TROUBLE as error:
                pause = self._position.failed(error)
            time.sleep(pause)

    def _connection(self, decoder: Decoder) -> Generator[Notification, None, None]:
        response: httpx.Response = self._caller.open_stream(self._position.call())
        try:
            for chunk in response.iter_bytes():
                yield from self._position.take(decoder.feed(chunk), response)
        finally:
            response.close()

    def _newest(self) -> int:
        """Where the log ends: the newest that is in the inbox, and what came after that."""
        inbox = self._caller.page(_INBOX, query={"limit": 1})
        after = inbox.data[0].sequence if inbox.data else 0
        for event in self._caller.page(_EVENTS, query={"limit": 200, "after": after}):
            after = event.sequence
        return after


class AsyncEventStream(AsyncIterator[Notification]):
    """Events as they happen. It goes on until it is closed.

    Without `after` it begins with what comes after it was entered (`async with`), or else after the first
    event was asked for.
    """

    def __init__(self, caller: AsyncCaller, after: int | None) -> None:
        self._caller = caller
        self._position = Position(after)
        self._events = self._run()

    @property
    def last_sequence(self) -> int | None:
        """The last that was given out: what to go on after, also in another run of the program."""
        return self._position.last_sequence

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Notification:
        return await self._events.__anext__()

    async def aclose(self) -> None:
        await self._events.aclose()

    async def __aenter__(self) -> Self:
        await self._begin()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _begin(self) -> None:
        if self._position.last_sequence is None:
            self._position.last_sequence = await self._newest()

    async def _run(self) -> AsyncGenerator[Notification, None]:
        await self._begin()
        while True:
            decoder = Decoder()
            try:
                response: httpx.Response = await self._caller.open_stream(self._position.call())
                try:
                    async for chunk in response.aiter_bytes():
                        for event in self._position.take(decoder.feed(chunk), response):
                            yield event
                finally:
                    with anyio.CancelScope(shield=True):
                        await response.aclose()
                pause = self._position.ended(decoder)
            except _TROUBLE as error:
                pause = self._position.failed(error)
            await anyio.sleep(pause)

    async def _newest(self) -> int:
        inbox = await self._caller.page(_INBOX, query={"limit": 1})
        after = inbox.data[0].sequence if inbox.data else 0
        async for event in self._caller.page(_EVENTS, query={"limit": 200, "after": after}):
            after = event.sequence
        return after


class Stream:
    """`client.notifications.stream`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def __call__(self, *, after: int | None = None) -> EventStream:
        """The caller's events as they happen.

        - `after`: The last sequence that you know. Without it the stream begins with what comes next.
        """
        return EventStream(self._caller, after)


class AsyncStream:
    """`client.notifications.stream`."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    def __call__(self, *, after: int | None = None) -> AsyncEventStream:
        """The caller's events as they happen.

        - `after`: The last sequence that you know. Without it the stream begins with what comes next.
        """
        return AsyncEventStream(self._caller, after)
