"""Commands that work inside the application: settings faults and unreachable stores become one clear line."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from pkgutil import resolve_name
from typing import Any

import click
import structlog
from pydantic import ValidationError
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError

from idp import create_app


class ByName(Mapping[str, click.Command]):
    """Commands by their names, each loaded when it is wanted: one that lists clients need not load what migrates a database."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places

    def __getitem__(self, name: str) -> click.Command:
        command: click.Command = resolve_name(self._places[name])
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class Inside(click.Group):
    """A group whose commands run in the application's context.

    A refusal is one line on stderr; with `--json` it is the one document on stdout as well: {"error": …, "message": …}."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:
        """Run as the console script does: exit status 0, 1 refused, 2 usage."""
        given = list(sys.argv[1:] if args is None else args)
        try:
            status = super().main(given, *rest, **options | {"standalone_mode": False, "obj": given})
        except click.ClickException as fault:
            if "--json" in given:
                kind = "usage" if isinstance(fault, click.UsageError) else "refused"
                click.echo(json.dumps({"error": kind, "message": fault.format_message()}, ensure_ascii=False, indent=2))
            fault.show()
            status = fault.exit_code
        except click.Abort:
            click.echo("Stopped; nothing was done.", err=True)
            status = 1
        sys.exit(status if isinstance(status, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; whatever cannot be reached or is set wrongly is said in one line, exit status 1."""
        if any(flag in ctx.obj for flag in ("-h", "--help")):
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
