"""What the fake checks of requests, as the real server does."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any, TypeVar

from ._problem import Refusal, bad_body, bad_query

T = TypeVar("T")

_LIMIT_MAX = 200


def fields(body: Any, required: set[str], optional: set[str]) -> dict[str, Any]:
    """The fields of a body, none of them unknown and none missing."""
    if not isinstance(body, dict):
        raise bad_body("", "an object is expected")
    for name in body:
        if name not in required | optional:
            raise bad_body(f"/{name}", f"unknown field `{name}`")
    for name in sorted(required):
        if name not in body:
            raise bad_body("", f"missing field `{name}`")
    return {name: value for name, value in body.items() if value is not None}


def amount(value: Any) -> int:
    """An amount above zero: text, or a number that JSON can hold."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not re.fullmatch(r"[1-9][0-9]{0,38}", text) or int(text) >= 1 << 128:
        raise bad_body("/amount", "an amount is above zero here")
    return int(text)


def new_transfer(body: Any) -> dict[str, Any]:
    found = fields(body, {"to", "asset", "amount"}, {"message", "reference", "accept_within_s"})
    found["amount"] = amount(found["amount"])
    party(found["to"])
    for name, longest in (("message", 500), ("reference", 100)):
        if name in found and not (isinstance(found[name], str) and 0 < len(found[name]) <= longest):
            raise bad_body(f"/{name}", f"1 to {longest} characters")
    wait = found.get("accept_within_s")
    if wait is not None and not (isinstance(wait, int) and 60 <= wait <= 7776000):
        raise bad_body("/accept_within_s", "a time limit is 60 to 7776000 seconds (90 days)")
    return found


def party(to: Any) -> None:
    if not isinstance(to, dict) or len(to) != 1 or not to.keys() <= {"handle", "email", "account"}:
        raise bad_body("/to", "somebody is named by one of handle, email and account")


def path_id(value: str, prefix: str) -> str:
    if not re.fullmatch(rf"{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}", value):
        detail = f"expected an id: `{prefix}_` and 26 characters of lowercase base32"
        raise Refusal(400, "request.path.invalid", f"path parameter `id`: {detail}", "path:id")
    return value


def query(given: list[tuple[str, str]], known: set[str]) -> dict[str, str]:
    for name, _ in given:
        if name not in known:
            raise bad_query(name, "there is no such query parameter here")
    return dict(given)


def one_of(given: dict[str, str], name: str, values: tuple[str, ...]) -> str | None:
    value = given.get(name)
    if value is not None and value not in values:
        raise bad_query(name, f"unknown variant `{value}`")
    return value


def page(items: list[T], given: dict[str, str], show: Callable[[T], dict[str, Any]]) -> dict[str, Any]:
    """A page of what is there, which is in the order of the list."""
    # The cursor counts from the end, so that what is added in front moves nothing.
    left = len(items) if "cursor" not in given else min(_left(given["cursor"]), len(items))
    begin = len(items) - left
    shown = items[begin : begin + _limit(given.get("limit"))]
    left -= len(shown)
    return {"data": [show(one) for one in shown], "next_cursor": _cursor(left) if left else None}


def _limit(text: str | None) -> int:
    if text is None:
        return 50
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _LIMIT_MAX:
        raise bad_query("limit", "a limit is an integer of 1 to 200")
    return int(text)


def _cursor(left: int) -> str:
    return base64.urlsafe_b64encode(f"left:{left}".encode()).decode()


def _left(cursor: str) -> int:
    """How many are left, by a cursor."""
    try:
        found = re.fullmatch(rb"left:([0-9]+)", base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, ValueError):
        found = None
    if found is None:
        raise bad_query("cursor", "the cursor is not one that this list gave", "request.cursor.invalid")
    return int(found[1])


def is_card_number(number: str) -> bool:
    """By its check digit (ISO/IEC 7812-1)."""
    if not (number.isascii() and number.isdigit()):
        return False
    doubled = "0246813579"
    digits = [doubled[int(one)] if place % 2 else one for place, one in enumerate(reversed(number))]
    return sum(map(int, digits)) % 10 == 0
