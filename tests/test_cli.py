"""The `idp` command: documents for programs, sentences for people, and honest exit statuses."""

import json

import pytest
from click.testing import CliRunner

from idp import outbox, settings
from idp.cli import main
from idp.extensions import unit_of_work


@pytest.mark.asvs("V13.3.1")
@pytest.mark.any_database
def test_config_shows_every_setting_and_no_secret(process):
    done = process("config", "--json", IDP_DUKCAPIL_PASSWORD="hunter22")
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert rows["IDP_DUKCAPIL_PASSWORD"]["value"] == "********"
    assert rows["IDP_DUKCAPIL_PASSWORD"]["source"] == "environment"
    assert all(row["meaning"] for row in rows.values())
    assert "hunter22" not in done.stdout + done.stderr


def test_the_database_is_checked_and_said_to_be_right(idp):
    assert idp.json("db", "check")["ok"] is True
    health = idp.json("check")
    assert (health["ok"], health["faults"]) == (True, {})
    assert {"database", "schema", "redis", "keys", "storage", "outbox", "trail"} <= set(health)
    assert idp.json("db", "upgrade") == {"applied": []}


@pytest.mark.asvs("V13.2.3")
@pytest.mark.any_database
def test_a_bad_setting_is_one_clear_line_and_refused(process):
    done = process("config", IDP_MODE="production")
    assert done.returncode == 1
    assert "IDP_LIMITS" not in done.stderr
    assert "IDP_ISSUER: must be https" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_amiss_is_named(app, idp, clock):
    with app.app_context(), unit_of_work():
        outbox.put("none", {}, delay=-3600)
    key = next(settings.current().keys_dir.glob("master-*.key"))
    key.chmod(0o644)
    done = idp("check", "--json")
    key.chmod(0o600)
    assert done.exit_code == 1
    faults = json.loads(done.stdout)["faults"]
    assert "chmod 600" in faults["keys"]
    assert "overdue" in faults["outbox"]


def test_the_openapi_document_is_the_one_that_is_served(idp, http):
    assert idp.json("openapi") == http.get("/openapi.json").json


@pytest.mark.any_database
def test_an_unreachable_database_is_said_so(process):
    done = process("client", "list", IDP_DATABASE_URL="sqlite:////nonexistent-folder/idp.db")
    assert done.returncode == 1
    assert "the database does not answer" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.any_database
@pytest.mark.parametrize("arguments", [("nonsense",), ("db", "nonsense"), ("client", "add", "--nonsense")])
def test_wrong_usage_has_exit_status_2(idp, arguments):
    assert idp(*arguments).exit_code == 2


@pytest.mark.any_database
def test_wrong_usage_is_a_document_too(process):
    done = process("client", "add", "--nonsense", "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]) == (2, "usage")


def every_command(group, path=()):
    yield path
    for name, command in getattr(group, "commands", {}).items():
        yield from every_command(command, (*path, name))


@pytest.mark.any_database
@pytest.mark.parametrize("arguments", list(every_command(main)), ids=" ".join)
def test_every_command_explains_itself(arguments):
    done = CliRunner().invoke(main, [*arguments, "--help"])
    assert done.exit_code == 0
    assert "Usage: " in done.stdout
