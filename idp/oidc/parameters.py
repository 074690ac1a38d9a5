"""What a request says: each parameter once, the empty ones left out (RFC 6749 3.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from idp.oidc import documents

MAX_LENGTH = 8_192  # of one value; a request object may be longer
MAX_OBJECT_LENGTH = 65_536
LONG = frozenset({"request", "claims", "client_assertion", "id_token_hint", "subject_token", "actor_token", "token"})


@dataclass(frozen=True)
class Parameters(Mapping[str, str]):
    """The parameters of one request."""

    values_: Mapping[str, str]
    repeated: frozenset[str] = frozenset()
    oversized: frozenset[str] = frozenset()
    resources: tuple[str, ...] = field(default=())  # the only one that may come several times (RFC 8707 2)
    pushed: str | None = None  # the name of the pushed request that they were in

    def __getitem__(self, name: str) -> str:
        return self.values_[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)

    def words(self, name: str) -> tuple[str, ...]:
        """A list separated by spaces, each word once, in order."""
        return tuple(dict.fromkeys(self.get(name, "").split()))


def read(given: MultiDict[str, str]) -> Parameters:
    """The parameters of a query or a form."""
    said = dict(given.lists())
    lists = {name: [value for value in values if value] for name, values in said.items()}
    return Parameters(
        values_={name: found[0] for name, found in lists.items() if found},
        repeated=frozenset(name for name, values in said.items() if len(values) > 1 and name != "resource"),
        oversized=frozenset(
            name for name, found in lists.items() if any(len(one) > (MAX_OBJECT_LENGTH if name in LONG else MAX_LENGTH) for one in found)
        ),
        resources=tuple(dict.fromkeys(lists.get("resource", ()))),
    )


def of_request() -> Parameters:
    """The parameters of the request being served: the form of a POST, the query of a GET. Never both."""
    return read(request.form if request.method == "POST" else request.args)


def of_json() -> Parameters:
    """The members of a JSON object, as if they were the form; other values than texts are left out."""
    document = json_body()
    given = document if isinstance(document, dict) else {}
    return read(MultiDict([(name, value) for name, value in given.items() if isinstance(value, str)]))


def json_body() -> Any:
    """The body as JSON; None for one that is not."""
    try:
        return documents.read(request.get_data()) if request.is_json else None
    except documents.NotJson:
        return None
