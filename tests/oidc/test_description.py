"""What we say of ourselves is what there is: OpenAPI against the routes."""

from __future__ import annotations

import re

from flask import Flask

from tests.oidc.party import ISSUER


def test_openapi_describes_every_route_and_nothing_else(provider: Flask) -> None:
    document = provider.test_client().get("/openapi.json", base_url=ISSUER).json
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    existing = {
        (method, re.sub(r"<(\w+)>", r"{\1}", rule.rule))
        for rule in provider.url_map.iter_rules()
        if rule.endpoint.startswith("oidc")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == existing


def test_operation_ids_are_unique(provider: Flask) -> None:
    document = provider.test_client().get("/openapi.json", base_url=ISSUER).json
    names = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))
