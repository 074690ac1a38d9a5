"""Commands that work inside the application: settings faults and unreachable stores become one clear line."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import click
import structlog
from pydantic import ValidationError
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError

from idp import create_app


class Inside(click.Group):
    """A group whose commands run in the application's context."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; whatever cannot be reached or is set wrongly is said in one line, exit status 1."""
        if any(flag in sys.argv for flag in ("-h", "--help")):
            return super().invoke(ctx)
        try:
            app = create_app()
            _hush()
            with app.app_context():
                return super().invoke(ctx)
        except ValidationError as fault:
            lines = [f"  IDP_{'_'.join(map(str, one['loc'])).upper() or '…'}: {one['msg']}" for one in fault.errors()]
            raise click.ClickException("settings are refused:\n" + "\n".join(lines)) from fault
        except OperationalError as fault:
            raise click.ClickException(f"the database does not answer or has not been set up (idp db upgrade): {fault.orig}") from fault
        except RedisError as fault:
            raise click.ClickException("Redis does not answer; see IDP_REDIS_URL") from fault


def _hush() -> None:
    """A command prints its answer; what the parts log of their work is for the server's log."""
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def say(document: Any, as_json: bool, text: str) -> None:
    """Print a result: one JSON document, or the text for people."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2) if as_json else text)
