"""The worker's part: questions to the registry that could not be answered at once."""

from typing import Any

from flask import current_app

from idp import outbox
from idp.profile import flow


@outbox.handler(flow.JOB)
def ask_again(payload: dict[str, Any]) -> None:
    """Put one waiting question to the registry again."""
    flow.ask_again(payload, dukcapil=current_app.extensions["dukcapil"])
