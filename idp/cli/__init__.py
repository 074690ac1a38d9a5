"""The `idp` command: composes what each slice offers to an administrator.

Exit status 0, 1 refused, 2 usage; `--json` prints one JSON document on stdout and nothing else."""

from __future__ import annotations

import click

from idp.cli.within import ByName, Inside

__all__ = ["main"]

COMMANDS = ByName(
    {
        "account": "idp.cli.accounts:account",
        "audit": "idp.cli.audit:trail",
        "breach": "idp.cli.breach:breach",
        "check": "idp.cli.health:check",
        "client": "idp.oidc.cli:client",
        "config": "idp.cli.installation:config",
        "db": "idp.cli.database:database",
        "keys": "idp.oidc.cli:keys",
        "openapi": "idp.cli.installation:openapi",
        "org": "idp.organisations.cli:org",
        "seed": "idp.cli.seed:seed",
    }
)


@click.group(cls=Inside, commands=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """Run the account service of SIAPkerja: clients, keys, accounts, the database, health."""
