"""The `idp` command: documents for programs, sentences for people, and honest exit statuses."""

import json

import pytest


@pytest.mark.asvs("V13.3.1")
def test_config_shows_every_setting_and_no_secret(idp):
    done = idp("config", "--json", IDP_DUKCAPIL_PASSWORD="hunter22")
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert rows["IDP_DUKCAPIL_PASSWORD"]["value"] == "********"
    assert rows["IDP_DUKCAPIL_PASSWORD"]["source"] == "environment"
    assert all(row["meaning"] for row in rows.values())
    assert "hunter22" not in done.stdout + done.stderr


def test_the_database_is_checked_and_said_to_be_right(idp):
    assert idp.json("db", "check")["ok"] is True
    assert idp.json("check")["ok"] is True
    assert idp.json("db", "upgrade") == {"applied": []}


@pytest.mark.asvs("V13.2.3")
def test_a_bad_setting_is_one_clear_line_and_refused(idp):
    done = idp("config", IDP_MODE="production")
    assert done.returncode == 1
    assert "IDP_LIMITS" not in done.stderr
    assert "IDP_ISSUER: must be https" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unreachable_redis_is_said_so(idp):
    done = idp("client", "list", IDP_DATABASE_URL="sqlite:////nonexistent-folder/idp.db")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [("nonsense",), ("db", "nonsense"), ("client", "add", "--nonsense")])
def test_wrong_usage_has_exit_status_2(idp, arguments):
    assert idp(*arguments).returncode == 2


@pytest.mark.parametrize("arguments", [(), ("client",), ("client", "add"), ("keys",), ("db",), ("db", "upgrade"), ("config",), ("check",)])
def test_every_command_explains_itself(idp, arguments):
    done = idp(*arguments, "--help")
    assert done.returncode == 0
    assert "Usage: idp" in done.stdout
