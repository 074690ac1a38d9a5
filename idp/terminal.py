"""The terminal: how a command answers and refuses, and how it knows who is asking. Slices offer their commands with it."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import click

LONGEST_OFFICER = 64

JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout, and nothing else.")


def say(document: Any, as_json: bool, text: str) -> None:
    """Print a result: one JSON document, or the text for people."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2) if as_json else text)


def refusing(words: Mapping[type[Exception], str]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorator of a command: what it refuses by one of these exceptions is said in one line; {} is the exception's own word."""

    def refuse(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def wrapped(*arguments: Any, **options: Any) -> None:
            try:
                command(*arguments, **options)
            except tuple(words) as fault:
                text = next(text for kind, text in words.items() if isinstance(fault, kind))
                raise click.ClickException(text.replace("{}", str(fault))) from None

        return wrapped

    return refuse


def rows(document: dict[str, Any]) -> str:
    """A document for people, one line a member."""
    width = max(map(len, document))
    return "\n".join(f"{name:<{width}}  {_in_words(value)}" for name, value in document.items())


def _in_words(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value)) or "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else str(value)


def _os_user() -> str:
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _tidied(_context: click.Context, _option: click.Parameter, value: str) -> str:
    return " ".join(value.split())[:LONGEST_OFFICER] or _os_user()


OFFICER = click.option(
    "--officer",
    envvar="IDP_OFFICER",
    default=_os_user,
    show_default="IDP_OFFICER, else the user of the operating system",
    callback=_tidied,
    help="Your own name at the office; the audit trail keeps it.",
)


def _named(_context: click.Context, _option: click.Parameter, value: str) -> str:
    name = " ".join(value.split())[:LONGEST_OFFICER]
    if not name:
        raise click.BadParameter("say your own name")
    return name


# Where it counts that two officers are two: nobody's name is taken from the machine.
NAMED_OFFICER = click.option(
    "--officer", required=True, envvar="IDP_OFFICER", callback=_named, help="Your own name at the office; also IDP_OFFICER."
)
