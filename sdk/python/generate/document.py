"""The API document, and names that follow from it."""

from __future__ import annotations

import keyword
import re
from typing import Any

# Whole numbers that may be too large for JSON and so are strings there; `int` in Python.
WHOLE = re.compile(r"\^\(?(max\|)?(0\|)?(-\?)?(\[1-9\])?\[0-9\]\{\d+,\d+\}\)?\$")


class UnknownError(Exception):
    """Something in the document that this generator doesn't understand."""


def snake(name: str) -> str:
    """`filter[amount][gte]` is `amount_gte`, `Idempotency-Key` is `idempotency_key`."""
    name = name.removeprefix("filter")
    name = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").lower()
    return name + "_" if keyword.iskeyword(name) else name


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def ref_name(schema: dict[str, Any]) -> str | None:
    ref = schema.get("$ref")
    return ref.rsplit("/", 1)[-1] if ref else None


class Document:
    """The API document, with the questions that both kinds of types ask."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.paths: dict[str, dict[str, Any]] = document["paths"]
        self.schemas: dict[str, dict[str, Any]] = document["components"]["schemas"]

    def is_whole(self, schema: dict[str, Any]) -> bool:
        types = schema.get("type")
        is_text = types == "string" or (isinstance(types, list) and "string" in types)
        return is_text and bool(WHOLE.fullmatch(schema.get("pattern", "")))

    def is_enum(self, schema: dict[str, Any]) -> bool:
        return "enum" in schema

    def is_object(self, schema: dict[str, Any]) -> bool:
        return "properties" in schema or "allOf" in schema

    def is_union(self, schema: dict[str, Any]) -> bool:
        return "oneOf" in schema and not any(part.get("type") == "null" for part in schema["oneOf"])

    def resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        name = ref_name(schema)
        return self.resolve(self.schemas[name]) if name else schema

    def properties(self, schema: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
        """Properties and required names, those of the parts of an `allOf` included."""
        schema = self.resolve(schema)
        properties, required = dict(schema.get("properties", {})), set(schema.get("required", []))
        for part in schema.get("allOf", []):
            more, also = self.properties(part)
            properties.update(more)
            required |= also
        return properties, required

    def item_of_page(self, schema: dict[str, Any]) -> str | None:
        """What a list holds, if the schema is a page of one."""
        name = ref_name(schema)
        properties = self.schemas[name].get("properties", {}) if name else {}
        if set(properties) not in ({"data", "next_cursor"}, {"data", "next_after"}):
            return None
        # The document repeats the whole item here instead of naming it.
        item = ref_name(properties["data"]["items"]) or (name or "").removeprefix("Page_")
        if item not in self.schemas:
            raise UnknownError(f"{name}: no schema for its items")
        return item
