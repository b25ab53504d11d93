"""From answers to values."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from ._errors import UnexpectedAnswerError
from ._models import HttpInfo, Model

T = TypeVar("T")


@dataclass(frozen=True)
class Envelope(Generic[T]):
    """A page as it came, before it knows how to get the next one."""

    data: list[T]
    next: str | None
    """What to ask for next, and under which name: `cursor`, or `after` in a log without an end."""
    next_name: str
    http: HttpInfo


def one(kind: type[T]) -> Callable[[httpx.Response], T]:
    """A model."""
    return union(kind)


def union(kind: Any) -> Callable[[httpx.Response], Any]:
    """One of several models."""

    def parse(response: httpx.Response) -> Any:
        value = _validate(kind, response.content, response)
        if isinstance(value, Model):
            value._http = _info(response)
        return value

    return parse


def envelope(kind: type[T]) -> Callable[[httpx.Response], Envelope[T]]:
    """A page of models."""

    def parse(response: httpx.Response) -> Envelope[T]:
        try:
            body = json.loads(response.content)
            data = body["data"]
        except (ValueError, KeyError, TypeError):
            raise UnexpectedAnswerError("the answer is no page", response) from None
        items: list[T] = _validate(list[kind], json.dumps(data), response)  # type: ignore[valid-type]
        if "next_after" in body:
            # Such a log goes on for ever; a page without events is the end for now.
            after = str(body["next_after"]) if items else None
            return Envelope(items, after, "after", _info(response))
        return Envelope(items, body.get("next_cursor"), "cursor", _info(response))

    return parse


def lines(kind: Any) -> Callable[[httpx.Response], list[Any]]:
    """One value a line."""

    def parse(response: httpx.Response) -> list[Any]:
        return [_validate(kind, line, response) for line in response.content.splitlines() if line.strip()]

    return parse


def text(response: httpx.Response) -> str:
    return response.text


def content(response: httpx.Response) -> bytes:
    return response.content


def none(response: httpx.Response) -> None:
    return None


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _validate(kind: Any, content: Any, response: httpx.Response) -> Any:
    try:
        return _adapter(kind).validate_json(content)
    except ValidationError as error:
        # Without what the server sent, which may be a secret.
        places = ", ".join(".".join(map(str, one["loc"])) or one["type"] for one in error.errors()[:5])
        raise UnexpectedAnswerError(f"the answer isn't what the API promises: {places}", response) from None


def _info(response: httpx.Response) -> HttpInfo:
    return HttpInfo(response.status_code, response.headers)
