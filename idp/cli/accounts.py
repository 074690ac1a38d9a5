"""`idp account`: what each slice offers to an officer who looks after people's accounts, under one name."""

from __future__ import annotations

from idp.officers.cli import account
from idp.officers.petition_commands import commands_for
from idp.petitions import Kind
from idp.profile.cli import photo
from idp.recovery.cli import recovery

__all__ = ["account"]

account.add_command(recovery)
account.add_command(photo)
for kind in Kind:
    account.add_command(commands_for(kind))
