"""The text of the classes with the methods."""

from __future__ import annotations

import collections
import re

from .docstrings import doc
from .document import UnknownError, camel
from .operations import JSON, REPEATABLE, Method

# Names of parameters that every method may have besides those of its operation.
OWN_PARAMETERS = {"self", "operation", "idempotency_key", "if_match", "timeout", "content"}


class Writer:
    """Writes a context's module."""

    def __init__(self, context: str, features: dict[str, list[Method]]) -> None:
        self.context = context
        self.features = dict(sorted(features.items()))

    def text(self) -> str:
        direct = self.features.pop("", [])
        lines = self.constants([*direct, *(one for every in self.features.values() for one in every)])
        for feature, methods in self.features.items():
            lines += self.resources(camel(feature), methods)
        lines += self.top(direct)
        return "\n".join(lines) + "\n"

    def constants(self, methods: list[Method]) -> list[str]:
        lines = []
        for one in methods:
            parts = [f'"{one.id}"', f'"{one.http}"', f'"{one.path}"', self.parser(one)]
            if one.accept != JSON:
                parts.append(f'accept="{one.accept}"')
            if one.is_keyed:
                parts.append("is_keyed=True")
            if one.remembers_refusals:
                parts.append("remembers_refusals=True")
            if one.id in REPEATABLE:
                parts.append("is_repeatable=True")
            if one.amounts:
                amounts = ", ".join(f'"{path}"' for path in one.amounts)
                parts.append(f"amounts=({amounts},)")
            # A union is no class, so its type can't be inferred.
            kind = f": Operation[models.{one.item}]" if one.is_union else ""
            kind = f": Operation[list[models.{one.item}]]" if one.answer == "lines" else kind
            lines.append(f"{self.constant(one)}{kind} = Operation(\n    " + ",\n    ".join(parts) + ",\n)")
        return lines

    def constant(self, method: Method) -> str:
        suffix = method.fixed_query.get("format", "")
        suffix = f"_{suffix}" if method.answer == "bytes" else ""
        return f"_{(method.id + suffix).upper()}"

    def parser(self, method: Method) -> str:
        def kind(name: str | None) -> str:
            return f"models.{name}"

        match method.answer:
            case "one" if method.is_union:
                return f"parse.union({kind(method.item)})"
            case "one":
                return f"parse.one({kind(method.item)})"
            case "page":
                return f"parse.envelope({kind(method.item)})"
            case "lines":
                return f"parse.lines({kind(method.item)})"
            case "bytes":
                return "parse.content"
            case other:
                return f"parse.{other}"

    def resources(self, name: str, methods: list[Method]) -> list[str]:
        lines = []
        for prefix in ("", "Async"):
            is_async = prefix == "Async"
            caller = "AsyncCaller" if is_async else "Caller"
            lines += ["", "", f"class {prefix}{name}:"]
            lines += [f'    """`client.{self.context}.{self.attribute(name)}`."""', ""]
            lines += [f"    def __init__(self, caller: {caller}) -> None:", "        self._caller = caller"]
            for method in methods:
                lines += ["", *self.method(method, is_async)]
        for prefix in ("", "Async"):
            is_async = prefix == "Async"
            lines += self.raw(prefix, name, [(one.verb, one.verb) for one in methods], is_async)
        return lines

    def attribute(self, name: str) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()

    def raw(self, prefix: str, name: str, methods: list[tuple[str, str]], is_async: bool) -> list[str]:
        caller = "AsyncCaller" if is_async else "Caller"
        wrap = "raw_async" if is_async else "raw"
        lines = ["", "", f"class {prefix}{name}WithRawResponse:"]
        lines += [f"    def __init__(self, caller: {caller}) -> None:"]
        lines += [f"        resource = {prefix}{name}(caller)"]
        lines += [f"        self.{verb} = {wrap}(resource.{verb})" for _, verb in methods]
        return lines

    def top(self, direct: list[Method]) -> list[str]:
        lines = []
        for prefix in ("", "Async"):
            is_async = prefix == "Async"
            caller = "AsyncCaller" if is_async else "Caller"
            lines += ["", "", f"class {prefix}{camel(self.context)}:"]
            lines += [f'    """`client.{self.context}`."""', ""]
            lines += [f"    def __init__(self, caller: {caller}) -> None:", "        self._caller = caller"]
            for feature in self.features:
                lines.append(f"        self.{feature} = {prefix}{camel(feature)}(caller)")
            if self.context == "notifications":
                lines.append(f"        self.stream = {prefix}Stream(caller)")
            for method in direct:
                lines += ["", *self.method(method, is_async)]
        for prefix in ("", "Async"):
            is_async = prefix == "Async"
            caller = "AsyncCaller" if is_async else "Caller"
            wrap = "raw_async" if is_async else "raw"
            lines += ["", "", f"class {prefix}{camel(self.context)}WithRawResponse:"]
            lines += [f"    def __init__(self, caller: {caller}) -> None:"]
            if direct:
                lines.append(f"        resource = {prefix}{camel(self.context)}(caller)")
                lines += [f"        self.{one.verb} = {wrap}(resource.{one.verb})" for one in direct]
            for feature in self.features:
                lines.append(f"        self.{feature} = {prefix}{camel(feature)}WithRawResponse(caller)")
        return lines

    def method(self, method: Method, is_async: bool) -> list[str]:
        self.check_names(method)
        lines = self.signature(method, is_async)
        lines += doc(method.summary, "        ", self.described(method))
        lines += self.call(method, is_async)
        return lines

    def check_names(self, method: Method) -> None:
        names = [one.python for one in method.path_parameters + method.query + method.body]
        doubles = [name for name, times in collections.Counter(names).items() if times > 1]
        clashes = doubles + sorted(OWN_PARAMETERS & set(names))
        if clashes:
            raise UnknownError(f"{method.id}: two parameters named {clashes}")

    def signature(self, method: Method, is_async: bool) -> list[str]:
        named = [one for one in method.body + method.query if one.required]
        optional = [one for one in method.body + method.query if not one.required]
        parameters = ["self", *(f"{one.python}: str" for one in method.path_parameters), "*"]
        parameters += [f"{one.python}: {one.kind}{' | None' if one.nullable else ''}" for one in named]
        if method.content_type not in (None, JSON):
            parameters.append("content: str | bytes")
        if method.needs_version:
            parameters.append("if_match: str | models.Model")
        for one in optional:
            if method.is_patch:
                nothing = " | None" if one.nullable else ""
                parameters.append(f"{one.python}: {one.kind}{nothing} | NotGiven = NOT_GIVEN")
            else:
                kind = one.kind if one.kind.endswith("None") else f"{one.kind} | None"
                parameters.append(f"{one.python}: {kind} = None")
        if method.is_keyed:
            parameters += ["operation: str | None = None", "idempotency_key: str | None = None"]
        parameters.append("timeout: float | None = None")
        head = "async def" if is_async and method.answer != "page" else "def"
        body = [f"        {one}," for one in parameters]
        return [f"    {head} {method.verb}(", *body, f"    ) -> {self.returns(method, is_async)}:"]

    def returns(self, method: Method, is_async: bool) -> str:
        match method.answer:
            case "none":
                return "None"
            case "page":
                return f"{'AsyncPages' if is_async else 'Page'}[models.{method.item}]"
            case "lines":
                return f"list[models.{method.item}]"
            case "one":
                return f"models.{method.item}"
            case _:
                return str(method.item)

    def described(self, method: Method) -> str:
        lines = [
            f"- `{one.python}`: {' '.join(one.description.split())}"
            for one in method.path_parameters + method.body + method.query
            if one.description
        ]
        if method.needs_version:
            lines.append("- `if_match`: what was read before, or its `http.etag`.")
        if method.is_keyed:
            lines.append("- `operation`: your name for it, to repeat it safely after a crash.")
        return "\n".join(lines)

    def call(self, method: Method, is_async: bool) -> list[str]:
        lines = [f"            {self.constant(method)},"]
        if method.path_parameters:
            path = ", ".join(f'"{one.name}": {one.python}' for one in method.path_parameters)
            lines.append(f"            path={{{path}}},")
        query = [f'"{name}": "{value}"' for name, value in method.fixed_query.items()]
        query += [f'"{one.name}": {one.python}' for one in method.query]
        if query:
            lines += ["            query={", *(f"                {one}," for one in query), "            },"]
        if method.content_type == JSON:
            body = [f'                "{one.name}": {one.python},' for one in method.body]
            make = "given" if method.is_patch else "present"
            required = [one.name for one in method.body if one.required and one.nullable]
            if required:
                raise UnknownError(f"{method.id}: required and nullable: {required}")
            lines += [f"            body={make}(", "                {", *("    " + one for one in body)]
            lines += ["                }", "            ),"]
        elif method.content_type:
            lines.append(f'            content=(content, "{method.content_type}"),')
        if method.needs_version:
            lines.append("            if_match=if_match,")
        if method.is_keyed:
            lines += ["            name=operation,", "            idempotency_key=idempotency_key,"]
        lines.append("            timeout=timeout,")
        call = "page" if method.answer == "page" else "call"
        wait = "await " if is_async and call == "call" else ""
        give = "" if method.answer == "none" else "return "
        return [f"        {give}{wait}self._caller.{call}(", *lines, "        )"]
