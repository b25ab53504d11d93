"""Whole numbers and decimals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

import bushel


@pytest.mark.parametrize(
    ("minor", "scale", "text"),
    [
        (1250, 2, "12.50"),
        (0, 2, "0.00"),
        (5, 0, "5"),
        (-1, 8, "-1E-8"),
        (10**38 + 1, 2, "1000000000000000000000000000000000000.01"),
    ],
)
def test_both_ways_are_exact(minor: int, scale: int, text: str) -> None:
    assert bushel.to_decimal(minor, scale) == Decimal(text)
    assert str(bushel.to_decimal(minor, scale)) == text
    assert bushel.to_minor(text, scale) == minor
    assert bushel.to_minor(Decimal(text), scale) == minor


def test_a_whole_number_is_one_of_the_major_unit() -> None:
    assert bushel.to_minor(12, 2) == 1200


@pytest.mark.parametrize("wrong", ["12.505", "x", "", "NaN", "Infinity"])
def test_what_does_not_fit_is_refused_and_never_rounded(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"number|amount|decimals"):
        bushel.to_minor(wrong, 2)


@pytest.mark.parametrize("wrong", [12.5, True, None])
def test_floats_come_nowhere_near(wrong: Any) -> None:
    with pytest.raises(TypeError):
        bushel.to_minor(wrong, 2)
    with pytest.raises(TypeError):
        bushel.to_decimal(wrong, 2)


@pytest.mark.parametrize("scale", [-1, 39, True, "2"])
def test_a_scale_is_a_small_whole_number(scale: Any) -> None:
    with pytest.raises(ValueError, match="scale"):
        bushel.to_decimal(1, scale)


def test_a_model_without_a_scale_says_so() -> None:
    party = bushel.models.WalletParty(handle="ann")
    with pytest.raises(TypeError, match="has no scale"):
        party.decimal("handle")
    limit = {"asset": "A", "scale": 0, "per_day": 1.5, "resets_at": "2026-11-21T10:00:00Z"}
    with pytest.raises(ValueError, match="whole number"):
        bushel.models.WalletLimit.model_validate(limit)
