"""What the source must not hold, whatever it does: read as trees, so that it costs nothing and no page is forgotten."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import time

import pytest
from packaging.markers import Marker
from sqlalchemy import inspect

from idp import clock
from idp.accounts.models import Account
from idp.oidc import algorithms
from tests.security.source import ROOT, calls, code, importers, is_constant, texts, trees

pytestmark = pytest.mark.any_database

OUR_PACKAGES = ("idp", "clients")


@pytest.mark.asvs("V1.2.5", "V1.3.2", "V1.3.7", "V1.5.1", "V1.5.2", "V5.3.3")
@pytest.mark.parametrize("package", OUR_PACKAGES)
def test_nothing_runs_text_starts_programs_or_opens_what_can_hide_code(package: str) -> None:
    modules = {"pickle", "marshal", "shelve", "yaml", "subprocess", "xml", "lxml", "zipfile", "tarfile", "ctypes", "dill"}
    functions = {
        "eval", "exec", "compile", "__import__", "os.system", "os.popen", "render_template_string", "flask.render_template_string",
        "env.from_string", "Template",
    }  # fmt: skip
    # Two programs are started, both our own, by constant words. A ZIP and an XML are written; none is read.
    assert importers(modules, package) <= {
        "idp/selfservice/download.py",
        "idp/serve.py",
        "idp/resume/europass.py",
        "idp/uploads/process.py",
    }
    assert [(path, name) for path, name, _ in calls(package) if name in functions] == []
    started = [ast.unparse(call.args[0]) for _, name, call in calls(package) if name.startswith("subprocess.")]
    assert set(started) <= {"[sys.executable, '-I', str(_PROGRAM), program]", "[sys.executable, '-m', 'idp.metrics']"}
    assert [path for path, _, call in calls(package) if any(one.arg == "shell" for one in call.keywords)] == []
    reading = (".extractall", ".extract", ".fromstring", "ElementTree.parse", "ET.parse", "XMLParser", "iterparse")
    assert [path for path, name, _ in calls(package) if name.endswith(reading)] == []


@pytest.mark.asvs("V1.1.2", "V1.2.1", "V1.2.3", "V3.7.1", "V3.6.1", "V14.2.3")
def test_templates_escape_everything_and_hold_no_foreign_or_outdated_thing(app) -> None:
    assert app.jinja_env.autoescape is True or app.jinja_env.autoescape("x.html")
    for path, text in texts("*.html").items():
        assert not re.search(r"\|\s*safe\b|autoescape false|Markup\(", text), path
        assert not re.search(r"<(object|embed|applet|marquee|frameset)\b|\son[a-z]+=|javascript:", text), path
        assert not re.search(r"<(script|img|link|iframe|video|audio|source)\b[^>]*\b(src|href)=\"(https?:)?//", text), path
        assert "<style" not in text or "mail" in path, path
    # Markup is made of our own words only: each place escapes what it is given.
    assert importers({"markupsafe"}) <= {"idp/factors/pictures.py", "idp/web/assets.py", "idp/profile/views/__init__.py"}


@pytest.mark.asvs("V1.2.4")
def test_every_statement_is_a_constant_with_parameters() -> None:
    texts_of_sql = [(path, call) for path, name, call in calls() if name in ("text", "sqlalchemy.text", "sa.text")]
    assert [path for path, call in texts_of_sql if not is_constant(call.args[0])] == []
    assert [path for path, name, call in calls() if name.endswith(".execute") and isinstance(call.args[:1], ast.JoinedStr)] == []


@pytest.mark.asvs("V1.2.9")
def test_no_pattern_is_made_of_what_somebody_sent() -> None:
    names = {f"re.{one}" for one in ("compile", "match", "fullmatch", "search", "sub", "split", "findall", "finditer")}
    made = [(path, ast.unparse(call.args[0])) for path, name, call in calls() if name in names and not is_constant(call.args[0])]
    ours = re.compile(r"[rf]*['\"][^{]*(\{+[A-Z_]+\}+[^{]*)*['\"]")  # nothing in it but constants of the module
    assert [one for one in made if "re.escape" not in one[1] and not ours.fullmatch(one[1])] == []


def uses() -> set[tuple[str, str]]:
    """Every pattern with each way in which it is applied: `search` may be slow where `fullmatch` is not."""
    named, found = {}, set()
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "re.compile":
                named[ast.unparse(node.targets[0])] = ast.literal_eval(node.value.args[0]) if is_constant(node.value.args[0]) else None
    for _, name, call in calls():
        owner, _, method = name.rpartition(".")
        pattern = named.get(owner.rpartition(".")[2])
        if owner == "re" and method != "compile" and is_constant(call.args[0]):
            pattern = ast.literal_eval(call.args[0])
        if isinstance(pattern, str):
            found.add((pattern, method))
    return found


@pytest.mark.asvs("V1.3.12")
def test_every_pattern_is_linear_in_what_it_reads() -> None:
    found = uses()
    assert len(found) > 15
    slow = []
    for pattern, method in found:
        apply = getattr(re.compile(pattern), method)
        for text in ("a" * 30_000 + "!", " " * 30_000 + "x", "+" + "1 " * 15_000 + "x"):
            began = time.process_time()
            apply("", text) if method in ("sub", "subn") else apply(text)
            if time.process_time() - began > 0.25:
                slow.append((pattern, method, text[:3]))
    assert slow == []


@pytest.mark.asvs("V1.3.10")
def test_a_format_string_is_always_our_own() -> None:
    others = [
        f"{path}: {ast.unparse(call)}"
        for path, name, call in calls()
        if name.endswith(".format") and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
    ]
    assert others == [], "fills in a text that is not written there"


@pytest.mark.asvs("V12.3.2", "V12.1.3")
def test_certificates_are_always_judged_and_never_believed_from_a_header() -> None:
    unjudged = [path for path, _, call in calls() for one in call.keywords if one.arg == "verify" and ast.unparse(one.value) == "False"]
    assert unjudged == []
    names = {path for path, text in code().items() if "CERT_NONE" in text or "_create_unverified_context" in text}
    assert names <= {"idp/gateways/tls.py"}, "only where the certificate's fingerprint is compared instead"
    assert [path for path, text in code().items() if "SSL_CLIENT" in text.upper() or "X-SSL" in text.upper()] == []


@pytest.mark.asvs("V11.4.1", "V11.3.1", "V11.2.1")
def test_no_weak_algorithm_is_called_or_offered() -> None:
    for weak in ("'md5'", "'sha1'", "'MD5'", "'SHA1'", "'ECB'", "'CBC'", "'PKCS1v15'", "'ARC4'", "'TripleDES'", "'Blowfish'"):
        assert [path for path, text in code().items() if weak in text] == [], weak
    offered = repr({name: value for name, value in vars(algorithms).items() if name.isupper()})
    assert "RSA1_5" not in offered
    assert "'none'" not in offered
    assert "'HS1" not in offered


@pytest.mark.asvs("V11.5.1")
def test_whatever_must_not_be_guessed_has_128_bits_from_the_systems_generator() -> None:
    short = {
        (path, ast.unparse(call))
        for path, name, call in calls()
        if name.startswith("secrets.token_") and call.args and isinstance(call.args[0], ast.Constant) and call.args[0].value < 16
    }
    # A salt, a number to quote, a draft's file name and a part of a client's public name: none of them is a secret.
    assert {path for path, _ in short} <= {
        "idp/oidc/session_iframe.py", "idp/web/request_log.py", "idp/profile/storage.py", "idp/uploads/storage.py", "idp/oidc/clients.py",
    }  # fmt: skip
    assert importers({"random"}) <= {"idp/registration/work.py"}, "a pause before the next try may be drawn by chance"
    assert [path for path, name, _ in calls() if name.startswith(("uuid.uuid", "uuid4", "uuid1"))] == []


@pytest.mark.asvs("V15.3.7", "V10.2.1")
def test_a_parameter_has_one_place() -> None:
    assert [path for path, text in code().items() if "request.values" in text] == []


@pytest.mark.asvs("V14.3.3", "V3.2.3", "V3.5.5", "V15.3.6", "V3.2.2")
def test_scripts_keep_nothing_share_nothing_and_hear_nobody_but_the_frame_around() -> None:
    for path, text in texts("*.js").items():
        assert not re.search(r"localStorage|sessionStorage|indexedDB|\bcaches\b", text), path
        assert not re.search(r"^var\b|\bwindow\.\w+\s*=[^=]|globalThis|__proto__|\.prototype\.\w+\s*=|for \(\w+ \w+ in ", text, re.M), path
        if "session-frame" not in path:
            assert "document.cookie" not in text, path
            assert not re.search(r"""addEventListener\("message"|onmessage""", text), path
    frame = next(text for path, text in texts("*.js").items() if "session-frame" in path)
    assert 'typeof event.data === "string"' in frame
    assert "postMessage(answer(event.data, event.origin), event.origin)" in frame, "the answer is of and to the origin that asked"
    for path, text in texts("*.html").items():
        assert re.findall(r"<script(?![^>]*\btype=\"(?:module|application/json)\")[^>]*>", text) == [], f"{path}: modules are strict"


@pytest.mark.asvs("V15.1.2", "V15.2.4", "V15.2.1")
def test_what_is_installed_is_what_the_lock_names_each_by_its_hash() -> None:
    for lock in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / lock).read_text()
        entries = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)(?: ; ([^\n\\]*))?[^\n]*\n((?:    [^\n]*\n?)*)", text, re.M)
        assert len(entries) > 40
        assert "index-url" not in text, "one index, the user's own"
        assert [name for name, *_, rest in entries if "--hash=sha256:" not in rest] == []
    here = {re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower(): one.version for one in importlib.metadata.distributions()}
    meant = [(name, version) for name, version, condition, _ in entries if not condition or Marker(condition).evaluate()]
    wrong = {name: (version, here[name]) for name, version in meant if here.get(name, version) != version}
    assert wrong == {}


@pytest.mark.asvs("V6.2.10")
def test_a_password_has_no_end() -> None:
    assert not [column.key for column in inspect(Account).columns if "password" in column.key and column.key != "password_hash"]
    assert clock.now().tzinfo is not None
