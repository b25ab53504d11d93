"""Lists that come in pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from typing import Any, Generic, TypeVar

from ._models import HttpInfo
from ._parse import Envelope

__all__ = ["AsyncPage", "AsyncPages", "Page"]

T = TypeVar("T")


class _Page(Generic[T]):
    def __init__(self, envelope: Envelope[T]) -> None:
        self.data: list[T] = envelope.data
        """What this page holds. It may be empty and yet not the last."""
        self.next_cursor: str | None = envelope.next
        """Where the next page begins; None on the last one."""
        self.http: HttpInfo = envelope.http
        self._next_name = envelope.next_name

    @property
    def has_next(self) -> bool:
        return self.next_cursor is not None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self.data)}, next_cursor={self.next_cursor!r}>"


class Page(_Page[T]):
    """A page. To iterate over it goes on through all the pages that follow."""

    def __init__(self, envelope: Envelope[T], fetch: Callable[[str, str], Page[T]]) -> None:
        super().__init__(envelope)
        self._fetch = fetch

    def next_page(self) -> Page[T] | None:
        """The page after this one; None after the last."""
        return None if self.next_cursor is None else self._fetch(self._next_name, self.next_cursor)

    def pages(self) -> Iterator[Page[T]]:
        """This page and those that follow."""
        page: Page[T] | None = self
        while page is not None:
            yield page
            page = page.next_page()

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.data


class AsyncPage(_Page[T]):
    """A page. To iterate over it goes on through all the pages that follow."""

    def __init__(self, envelope: Envelope[T], fetch: Callable[[str, str], Awaitable[AsyncPage[T]]]) -> None:
        super().__init__(envelope)
        self._fetch = fetch

    async def next_page(self) -> AsyncPage[T] | None:
        """The page after this one; None after the last."""
        return None if self.next_cursor is None else await self._fetch(self._next_name, self.next_cursor)

    async def pages(self) -> AsyncIterator[AsyncPage[T]]:
        """This page and those that follow."""
        page: AsyncPage[T] | None = self
        while page is not None:
            yield page
            page = await page.next_page()

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page.data:
                yield item


class AsyncPages(Awaitable[AsyncPage[T]]):
    """`await` it for the first page, or go through everything with `async for`."""

    def __init__(self, first: Callable[[], Awaitable[AsyncPage[T]]]) -> None:
        self._first = first

    def __await__(self) -> Generator[Any, Any, AsyncPage[T]]:
        return self._first().__await__()

    async def __aiter__(self) -> AsyncIterator[T]:
        async for item in await self:
            yield item
