"""The worker: carries out what the outbox holds, at once when told and by sweeping every second otherwise."""

from __future__ import annotations

import logging
import signal
import threading

import dramatiq
import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from idp import audit_chain, create_app, oidc, outbox, retention

SWEEP_SECONDS = 1.0
THREADS = 4
_log = structlog.get_logger("idp.worker")


def run() -> None:
    """Work until told to stop (SIGTERM or SIGINT)."""
    app = create_app()
    broker = outbox.broker()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    def deliver(row_id: str) -> None:
        with app.app_context():
            outbox.deliver(row_id)

    dramatiq.actor(actor_name=outbox.ACTOR, queue_name=outbox.QUEUE, broker=broker, max_retries=0)(deliver)
    logging.getLogger("dramatiq").setLevel(logging.CRITICAL)
    worker = dramatiq.Worker(broker, queues={outbox.QUEUE}, worker_threads=THREADS, worker_timeout=100)
    worker.start()
    while not stop.wait(SWEEP_SECONDS):
        try:
            with app.app_context():
                sweep()
                oidc.readings.catch_up()
                audit_chain.catch_up()
                retention.run_daily()
        except (SQLAlchemyError, RedisError) as fault:
            _log.warning("sweep_failed", fault=type(fault).__name__)
    worker.stop()


def sweep() -> int:
    """Carry out what is due and was not told of, one after the other; answers how many rows were delivered."""
    return sum(outbox.deliver(row_id) for row_id in outbox.due())


if __name__ == "__main__":
    run()
