"""The `idp` command: composes what each slice offers to an administrator.

Exit status 0, 1 refused, 2 usage; `--json` prints one JSON document on stdout and nothing else."""

from __future__ import annotations

import importlib
import importlib.util

import click

from idp.cli.database import database
from idp.cli.installation import check, config
from idp.cli.within import Inside

__all__ = ["main"]


@click.group(cls=Inside, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """Run the account service of SIAPkerja: clients, keys, accounts, the database, health."""


main.add_command(database)
main.add_command(config)
main.add_command(check)
for module, names in (("idp.oidc.cli", ("client", "keys")), ("idp.accounts.cli", ("account",)), ("idp.cli.seed", ("seed",))):
    try:
        found = importlib.import_module(module)
    except ImportError:
        continue
    for name in names:
        main.add_command(getattr(found, name))
