"""Operations of the document as methods.

For each operation `<context>_<feature>_<verb>` there is a method `client.<context>.<feature>.<verb>`.
The feature is the longest part of a path of the context, or else the first word, with which the rest of
the operation's id begins.
"""

from __future__ import annotations

import collections
from dataclasses import dataclass, field
from typing import Any

from .document import Document, UnknownError, snake
from .kinds import Models, Params

# Operations without a generated method, and why.
LEFT_OUT = {
    "notifications_stream_open": "written by hand: `client.notifications.stream()`",
    "oauth_authorize": "for browsers: `bushel.oauth.AuthorizationCode` sends them there",
    "oauth_device_authorization": "a form of RFC 8628: `bushel.oauth.DeviceFlow` sends it",
    "oauth_end_session": "for browsers",
    "oauth_introspect": "a form of RFC 7662, for other servers",
    "oauth_jwks": "for libraries that check id_tokens",
    "oauth_metadata": "what `oauth_openid_configuration` says",
    "oauth_openid_configuration": "read by `bushel.oauth` itself",
    "oauth_revoke": "a form of RFC 7009",
    "oauth_token": "a form of RFC 6749: the credentials of `bushel.oauth` send it",
    "oauth_userinfo_by_post": "what `client.oauth.userinfo.get` asks",
    "payments_webhooks_receive": "called by payment providers only",
    "payments_sandbox_actions_decide": "a form of a web page",
}

# Contexts whose operations the SDK doesn't have yet; `client.request` reaches them.
LEFT_OUT_CONTEXTS = {"shop"}

# Operations whose id is fixed by a protocol and no feature with a verb: feature and verb.
NAMED = {"oauth_userinfo": ("userinfo", "get")}

# Operations that take no Idempotency-Key, and of which a repeat changes nothing and answers the same.
# The document doesn't say so; `tests/test_real_server.py` proves it against the real server.
REPEATABLE = {
    "notifications_inbox_read",
    "notifications_inbox_read_all",
    "notifications_webhooks_disable",
    "notifications_webhooks_enable",
    "wallet_accounts_close",
    "wallet_accounts_open",
    "wallet_requests_cancel",
    "wallet_requests_decline",
    "wallet_requests_pay",
    "wallet_transfers_accept",
    "wallet_transfers_cancel",
    "wallet_transfers_decline",
}

JSON = "application/json"


@dataclass
class Parameter:
    """A parameter of a method: where its value goes, and how."""

    python: str
    name: str
    kind: str
    required: bool
    description: str | None
    nullable: bool = False


@dataclass
class Method:
    """An operation, ready to be written."""

    id: str
    verb: str
    http: str
    path: str
    summary: str
    path_parameters: list[Parameter] = field(default_factory=list)
    query: list[Parameter] = field(default_factory=list)
    body: list[Parameter] = field(default_factory=list)
    content_type: str | None = None
    is_patch: bool = False
    is_keyed: bool = False
    remembers_refusals: bool = False
    needs_version: bool = False
    amounts: list[str] = field(default_factory=list)
    accept: str = JSON
    fixed_query: dict[str, str] = field(default_factory=dict)
    answer: str = "none"
    item: str | None = None
    is_union: bool = False


class Reader:
    """Reads operations from the document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.models = Models(document)
        self.params = Params(document)

    def methods(self) -> dict[str, dict[str, list[Method]]]:
        """By context and feature."""
        found: dict[str, dict[str, list[Method]]] = collections.defaultdict(
            lambda: collections.defaultdict(list)
        )
        for path, operations in sorted(self.document.paths.items()):
            for http, operation in sorted(operations.items()):
                if operation["operationId"] in LEFT_OUT:
                    continue
                if operation["tags"][0] in LEFT_OUT_CONTEXTS:
                    continue
                context, feature, verb = self.address(path, operation)
                for method in self.read(path, http, operation, verb):
                    found[context][feature].append(method)
        return found

    def address(self, path: str, operation: dict[str, Any]) -> tuple[str, str, str]:
        context, name = operation["tags"][0], operation["operationId"]
        if not name.startswith(f"{context}_"):
            return context, "", name
        if name in NAMED:
            return context, *NAMED[name]
        rest = name.removeprefix(f"{context}_")
        features = [
            segment.replace("-", "_")
            for other in self.document.paths
            if other.startswith(f"/v1/{context}/")
            for segment in other.split("/")[3:]
            if not segment.startswith("{")
        ]
        features = [name for name in features if rest.startswith(f"{name}_")]
        feature = max(features, key=len) if features else rest.split("_")[0]
        return context, feature, rest.removeprefix(f"{feature}_")

    def read(self, path: str, http: str, operation: dict[str, Any], verb: str) -> list[Method]:
        summary = "\n\n".join(
            part for part in [operation.get("summary"), operation.get("description")] if part
        )
        method = Method(operation["operationId"], verb, http.upper(), path, summary)
        for parameter in operation.get("parameters", []):
            self.read_parameter(method, parameter)
        self.read_body(method, operation.get("requestBody"))
        return self.read_answers(method, operation["responses"])

    def read_parameter(self, method: Method, parameter: dict[str, Any]) -> None:
        name, schema = parameter["name"], parameter["schema"]
        kind = self.params.of(schema, f"{method.id}.{name}")
        one = Parameter(
            snake(name), name, kind, parameter.get("required", False), parameter.get("description")
        )
        match parameter["in"], name:
            case "path", _:
                method.path_parameters.append(one)
            case "query", _:
                method.query.append(one)
            case "header", "Idempotency-Key":
                method.is_keyed = True
                # The others say that it never expires; they remember what was made, and no refusal.
                method.remembers_refusals = parameter["description"] == "Makes a repeat harmless."
            case "header", "If-Match":
                method.needs_version = True
            case "header", "Prefer" | "Last-Event-ID":
                pass  # for streams and long polls, which `client.request` can do
            case _:
                raise UnknownError(f"{method.id}: parameter {name}")

    def read_body(self, method: Method, body: dict[str, Any] | None) -> None:
        if body is None:
            return
        content = body["content"]
        if JSON not in content:
            ((method.content_type, _),) = content.items()
            return
        method.content_type = JSON
        method.is_patch = method.http == "PATCH"
        schema = content[JSON]["schema"]
        properties, required = self.document.properties(schema)
        if not properties:
            raise UnknownError(f"{method.id}: a body without fields")
        in_path = {one.python for one in method.path_parameters}
        for name, one in properties.items():
            kind = self.params.of(one, f"{method.id}.{name}")
            nullable = kind.endswith("| None")
            kind = kind.removesuffix(" | None")
            # `/transfers/{id}/post` takes the `id` of what it makes, too.
            python = f"new_{snake(name)}" if snake(name) in in_path else snake(name)
            method.body.append(
                Parameter(python, name, kind, name in required, one.get("description"), nullable)
            )
        method.amounts = sorted(set(self.amounts(schema, "")))

    def amounts(self, schema: dict[str, Any], path: str) -> list[str]:
        """Where in a body there are whole numbers: `amount`, `transfers[].amount`."""
        if self.document.is_whole(self.document.resolve(schema)):
            return [path.removeprefix(".")]
        schema = self.document.resolve(schema)
        found = []
        for part in schema.get("oneOf", []) + schema.get("allOf", []):
            found += self.amounts(part, path)
        for name, one in schema.get("properties", {}).items():
            found += self.amounts(one, f"{path}.{name}")
        if schema.get("type") == "array":
            found += self.amounts(schema["items"], f"{path}[]")
        return found

    def read_answers(self, method: Method, responses: dict[str, Any]) -> list[Method]:
        contents: dict[str, dict[str, Any]] = {}
        for status, response in responses.items():
            if status.startswith("2"):
                contents.update(response.get("content", {}))
        if not contents:
            return [method]
        main = self.main_answer(method, contents)
        return [main, *self.other_forms(main, contents)]

    def main_answer(self, method: Method, contents: dict[str, dict[str, Any]]) -> Method:
        if JSON in contents:
            schema = contents[JSON]["schema"]
            if item := self.document.item_of_page(schema):
                method.answer, method.item = "page", self.models.named(item)
                method.query = [one for one in method.query if one.python not in ("cursor", "after")] + [
                    one for one in method.query if one.python in ("cursor", "after")
                ]
            else:
                method.answer, method.item = "one", self.models.of(schema, method.id)
                method.is_union = self.document.is_union(self.document.resolve(schema))
            return method
        ((method.accept, content),) = contents.items()
        if method.accept == "application/x-ndjson":
            method.answer, method.item = "lines", self.models.of(content["schema"], method.id)
        elif method.accept.startswith("text/"):
            method.answer, method.item = "text", "str"
        else:
            raise UnknownError(f"{method.id}: an answer of the type {method.accept}")
        return method

    def other_forms(self, method: Method, contents: dict[str, Any]) -> list[Method]:
        """`get_pdf` and `get_csv` beside `get`, where a parameter chooses the form."""
        form = next((one for one in method.query if one.name == "format"), None)
        if form is None:
            return []  # a stream or a file, chosen by a header: `client.request` can do that
        method.query.remove(form)
        method.fixed_query = {"format": "json"}
        found = []
        for media_type in sorted(contents.keys() - {JSON}):
            extension = media_type.rsplit("/", 1)[-1]
            other = Method(**{**vars(method), "verb": f"{method.verb}_{extension}"})
            other.accept, other.fixed_query = media_type, {"format": extension}
            other.answer, other.item = "bytes", "bytes"
            found.append(other)
        return found
