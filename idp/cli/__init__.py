"""The `idp` command: composes what each slice offers to an administrator.

Exit status 0, 1 refused, 2 usage; `--json` prints one JSON document on stdout and nothing else."""

from __future__ import annotations

import click

from idp.cli.audit import trail
from idp.cli.breach import breach
from idp.cli.database import database
from idp.cli.health import check
from idp.cli.installation import config, openapi
from idp.cli.seed import seed
from idp.cli.within import Inside
from idp.officers.cli import account
from idp.officers.petition_commands import commands_for
from idp.oidc.cli import client, keys
from idp.organisations.cli import org
from idp.petitions import Kind
from idp.profile.cli import photo
from idp.recovery.cli import recovery

__all__ = ["main"]


@click.group(cls=Inside, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """Run the account service of SIAPkerja: clients, keys, accounts, the database, health."""


account.add_command(recovery)
account.add_command(photo)
for kind in Kind:
    account.add_command(commands_for(kind))
for command in (client, keys, account, org, database, trail, breach, seed, config, check, openapi):
    main.add_command(command)
