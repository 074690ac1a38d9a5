"""The database's history: Alembic revisions, run by `idp db upgrade`."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.types import TypeEngine

from idp import audit_chain
from idp.database import Model, UtcDateTime

LOCK = 0x51A9
OUTSIDE_THE_SLICES = (audit_chain.Checkpoint,)  # tables that create_app alone does not bring along


def configuration() -> Config:
    """Alembic's configuration, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine, to: str = "head") -> None:
    """Bring the database to a revision, the newest one unless it is named. Several processes at once: one works, the others wait."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK})")
            connection.commit()
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        connection.commit()
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({LOCK})")
            connection.commit()


def pending(engine: Engine) -> list[str]:
    """Revisions that the database has not seen yet."""
    script = ScriptDirectory.from_config(configuration())
    with engine.connect() as connection:
        seen = MigrationContext.configure(connection).get_current_heads()
        return [step.revision for step in script.iterate_revisions("head", seen or "base")]


def revisions() -> frozenset[str]:
    """Every revision that this release knows."""
    return frozenset(step.revision for step in ScriptDirectory.from_config(configuration()).walk_revisions())


def differences(engine: Engine) -> list[str]:
    """What the models say and the database does not, or the other way round."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": _same_type})
        return [repr(one) for one in compare_metadata(context, Model.metadata)]


def _same_type(
    context: MigrationContext, inspected: object, declared: object, inspected_type: TypeEngine[object], declared_type: TypeEngine[object]
) -> bool | None:
    # Our moments are DateTime underneath; SQLite forgets the time zone and PostgreSQL does not.
    return False if isinstance(declared_type, UtcDateTime) else None


def connection_of(config: Config) -> Connection | None:
    """The connection that `upgrade` passed to Alembic's environment."""
    found = config.attributes.get("connection")
    return found if isinstance(found, Connection) else None
