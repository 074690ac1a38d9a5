"""What is measured of every request: how long it took, by the route's pattern. Never an address typed, nor anybody.

The values lie in files that the processes share (PROMETHEUS_MULTIPROC_DIR); `idp.metrics` serves them all."""

from __future__ import annotations

from prometheus_client import Histogram

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_seconds = Histogram("idp_request_seconds", "Time until a request was answered.", ("method", "route", "status"), buckets=BUCKETS)


def request_took(seconds: float, *, method: str, route: str, status: int) -> None:
    """Note one request."""
    _seconds.labels(method, route, str(status)).observe(seconds)
