"""One log line a request, with a request id and without personal data: the route's pattern, never the address typed."""

from __future__ import annotations

import logging
import secrets
import sys
import time

import structlog
from flask import Flask, Response, g, request
from structlog.typing import Processor

from idp import settings
from idp.web import measures

_log = structlog.get_logger("idp.request")
_COMMON: tuple[Processor, ...] = (structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True))


def configure() -> None:
    """Structured logs: one JSON object a line, or lines for the eye in sandbox mode."""
    chosen = settings.current()
    sandbox = chosen.mode == "sandbox"
    renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if sandbox else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *_COMMON,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[chosen.log_level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, force=True, handlers=[_of_libraries(renderer)])


def _of_libraries(renderer: Processor) -> logging.Handler:
    """What libraries have to say, in the same form as our own lines."""
    handler = logging.StreamHandler(sys.stderr)
    tidy = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_COMMON, processors=[tidy, renderer]))
    return handler


def init_app(app: Flask) -> None:
    """Log every request of an application."""
    configure()
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.began = time.perf_counter()
    g.request_id = secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    request_id = g.get("request_id", "")
    response.headers["X-Request-Id"] = request_id
    route = request.url_rule.rule if request.url_rule else "-"
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    method = _known(request.method)
    _log.info("request", method=method, route=route, status=response.status_code, ms=round(seconds * 1000, 1))
    if settings.current().metrics_addr:
        measures.request_took(seconds, method=method, route=route, status=response.status_code)
    return response


def _known(method: str) -> str:
    return method if method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH") else "other"
