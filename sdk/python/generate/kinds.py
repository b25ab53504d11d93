"""Types for the schemas of the document: models for answers, dictionaries for requests."""

from __future__ import annotations

import keyword
from typing import Any

from .docstrings import doc
from .document import Document, UnknownError, camel, ref_name, snake

# What the base class of the models has.
OWN_FIELDS = {"http", "decimal"}


class Types:
    """Writes the types of one direction: `models` for answers, `params` for requests."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.wanted: dict[str, None] = {}
        self.written: dict[str, list[str]] = {}

    # What differs between the two directions.
    prefix = ""
    whole = timestamp = ""

    def array(self, item: str) -> str:
        raise NotImplementedError

    def enum(self, name: str) -> str:
        raise NotImplementedError

    def write_object(self, name: str, schema: dict[str, Any]) -> list[str]:
        raise NotImplementedError

    def of(self, schema: dict[str, Any], place: str) -> str:
        """The Python type of a schema."""
        if name := ref_name(schema):
            return self.named(name)
        if "oneOf" in schema:
            parts = [part for part in schema["oneOf"] if part.get("type") != "null"]
            kinds = list(dict.fromkeys(self.of(part, place) for part in parts))
            return " | ".join(kinds + ["None"] * (len(parts) < len(schema["oneOf"])))
        types: Any = schema.get("type")
        if isinstance(types, list) and not self.document.is_whole(schema):
            parts = [self.of({**schema, "type": one}, place) for one in types if one != "null"]
            return " | ".join(parts + ["None"] * ("null" in types))
        return self.inline(schema, place)

    def inline(self, schema: dict[str, Any], place: str) -> str:
        if self.document.is_whole(schema):
            return self.whole
        if "enum" in schema:
            values = ", ".join(f'"{value}"' for value in schema["enum"])
            return f"Literal[{values}]"
        match schema.get("type"):
            case "string":
                return self.timestamp if schema.get("format") == "date-time" else "str"
            case "integer":
                return "int"
            case "boolean":
                return "bool"
            case "array":
                return self.array(self.of(schema["items"], place))
            case "object" if "properties" not in schema:
                others: Any = schema.get("additionalProperties")
                inner = self.of(others, place) if isinstance(others, dict) and "type" in others else "Any"
                return f"dict[str, {inner}]"
            case None if not schema.keys() - {"description", "example", "examples", "default"}:
                return "Any"
        raise UnknownError(f"{place}: {schema}")

    def named(self, name: str) -> str:
        schema = self.document.schemas[name]
        if self.document.is_enum(schema):
            self.want(name)
            return self.enum(name)
        if self.document.is_object(schema) or self.document.is_union(schema):
            self.want(name)
            return self.prefix + name
        return self.of(schema, name)

    def want(self, name: str) -> None:
        if name in self.wanted:
            return
        self.wanted[name] = None
        schema = self.document.schemas[name]
        if self.document.is_enum(schema):
            lines = [f"{name} = {self.inline(schema, name)}", *doc(schema.get("description"), "")]
        elif self.document.is_union(schema):
            lines = self.write_union(name, schema)
        else:
            lines = self.write_object(name, schema)
        self.written[name] = lines

    def write_union(self, name: str, schema: dict[str, Any]) -> list[str]:
        lines, variants = [], []
        for part in schema["oneOf"]:
            variant = name + camel(self.variant(part, name))
            variants.append(variant)
            lines += [*self.write_object(variant, part), "", ""]
        union = " | ".join(variants)
        return [*lines, f"{name}: TypeAlias = {union}", *doc(schema.get("description"), "")]

    def variant(self, schema: dict[str, Any], name: str) -> str:
        """A name for a part of a union: the value that only it can have, or its only field."""
        properties, required = self.document.properties(schema)
        for one in properties.values():
            if len(one.get("enum", [])) == 1:
                return str(one["enum"][0])
        if len(required) == 1:
            return next(iter(required))
        raise UnknownError(f"{name}: a part of a union without a name")

    def text(self) -> str:
        return "\n\n\n".join("\n".join(self.written[name]) for name in self.order()) + "\n"

    def order(self) -> list[str]:
        """Bases and unions after what they are made of."""
        return list(self.written)


class Models(Types):
    """Answers: pydantic models. They take fields and values that a newer server may add."""

    prefix = ""
    whole = "Whole"
    timestamp = "datetime"

    def array(self, item: str) -> str:
        return f"list[{item}]"

    def enum(self, name: str) -> str:
        return f"{name} | str"

    def write_object(self, name: str, schema: dict[str, Any]) -> list[str]:
        bases = [base for part in schema.get("allOf", []) if (base := ref_name(part))]
        for base in bases:
            self.want(base)
        own = [part for part in schema.get("allOf", [schema]) if not ref_name(part)]
        lines = [f"class {name}({', '.join(bases) or 'Model'}):"]
        lines += doc(schema.get("description"), "    ")
        for part in own:
            required = set(part.get("required", []))
            for field_name, one in part.get("properties", {}).items():
                lines += ["", *self.field(name, field_name, one, field_name in required)]
        return lines if len(lines) > 1 else [*lines, "    pass"]

    def field(self, model: str, name: str, schema: dict[str, Any], required: bool) -> list[str]:
        python = snake(name) if keyword.iskeyword(name) else name
        if python in OWN_FIELDS:
            raise UnknownError(f"{model}.{name} hides what every model has")
        kind = self.of(schema, f"{model}.{name}")
        if not required:
            kind = kind if kind.endswith("None") or kind == "Any" else f"{kind} | None"
        alias = f'alias="{name}"' if python != name else ""
        default = "" if required else "default=None" if alias else "None"
        value = ", ".join(part for part in [default, alias] if part)
        if alias:
            value = f"Field({value})"
        line = f"    {python}: {kind}" + (f" = {value}" if value else "")
        described = schema.get("description") or next(
            (part["description"] for part in schema.get("oneOf", []) if "description" in part), None
        )
        return [line, *doc(described, "    ")]


class Params(Types):
    """Requests: what nests in them is a dictionary with known keys."""

    prefix = "params."
    whole = "AmountLike"
    timestamp = "TimestampLike"

    def array(self, item: str) -> str:
        return f"Sequence[{item}]"

    def enum(self, name: str) -> str:
        return f"params.{name}"

    def write_object(self, name: str, schema: dict[str, Any]) -> list[str]:
        properties, required = self.document.properties(schema)
        lines = [f"class {name}(TypedDict):", *doc(schema.get("description"), "    ")]
        for field_name, one in properties.items():
            if keyword.iskeyword(field_name):
                raise UnknownError(f"{name}.{field_name}: a key that is a word of Python")
            kind = self.of(one, f"{name}.{field_name}").replace("params.", "")
            lines.append("")
            lines.append(f"    {field_name}: {kind if field_name in required else f'NotRequired[{kind}]'}")
            lines += doc(one.get("description"), "    ")
        return lines
