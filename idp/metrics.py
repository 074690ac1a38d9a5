"""Metrics for Prometheus at IDP_METRICS_ADDR: a process beside the server's, which sees what all of its workers measure.

Requests come from the files that the workers share; the state of the house is looked at when it is asked for. Numbers only:
nothing here tells of a person."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from flask import Flask
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from redis.exceptions import RedisError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from idp import clock, create_app, settings, sms_budget
from idp.extensions import db, redis
from idp.outbox import OutboxRow
from idp.registration import registry
from idp.sessions import StoredSession

LOOK_EVERY_SECONDS = 1.0


class House(Collector):
    """The state of stores, outbox and outside parties' allowances, looked at for every scrape."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def collect(self) -> Iterator[Metric]:
        """Whatever can be said now; a store that does not answer is 0 in `idp_store_up`, and what it knows is left out."""
        up = GaugeMetricFamily("idp_store_up", "Whether a store answers.", labels=["store"])
        with self._app.app_context():
            for store, look in (("database", _of_database), ("redis", _of_redis)):
                try:
                    yield from list(look())
                    up.add_metric([store], 1)
                except (SQLAlchemyError, RedisError, OSError):
                    db.session.rollback()
                    up.add_metric([store], 0)
        yield up


def _of_database() -> Iterator[Metric]:
    waiting = GaugeMetricFamily("idp_outbox_waiting", "Pieces of work that wait for the worker and are due.", labels=["kind"])
    due = (OutboxRow.state == "waiting", OutboxRow.due_at <= clock.now())
    for kind, count in db.session.execute(select(OutboxRow.kind, func.count()).where(*due).group_by(OutboxRow.kind)):
        waiting.add_metric([kind], count)
    yield waiting
    oldest = db.session.scalar(select(func.min(OutboxRow.due_at)).where(*due))
    late = (clock.now() - oldest).total_seconds() if oldest else 0
    yield GaugeMetricFamily("idp_outbox_late_seconds", "For how long the oldest due piece of work has waited.", value=late)
    living = (StoredSession.ended_at.is_(None), StoredSession.expires_at > clock.now())
    count = db.session.scalar(select(func.count()).select_from(StoredSession).where(*living)) or 0
    yield GaugeMetricFamily("idp_sign_ins", "Sign-ins that have not ended.", value=count)


def _of_redis() -> Iterator[Metric]:
    redis.ping()
    yield GaugeMetricFamily("idp_dukcapil_quota_left", "Checks that may still be put to the registry today.", value=registry.quota_left())
    yield GaugeMetricFamily("idp_dukcapil_resting", "Whether the registry is left alone for a while.", value=int(registry.is_resting()))
    spent = sms_budget.spent_this_hour()
    yield GaugeMetricFamily("idp_sms_hour", "SMS counted in this hour.", value=spent)
    left = max(0, settings.current().sms_hourly_budget - spent)
    yield GaugeMetricFamily("idp_sms_budget_left", "SMS that the hourly budget still allows.", value=left)


def run() -> None:
    """Serve until the process that started this one is gone."""
    parent = os.getppid()
    found = CollectorRegistry()
    MultiProcessCollector(found)  # type: ignore[no-untyped-call]
    found.register(House(create_app()))
    where = urlsplit(f"//{settings.current().metrics_addr}")
    start_http_server(where.port or 9100, where.hostname or "127.0.0.1", registry=found)
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_SECONDS)


if __name__ == "__main__":
    run()
