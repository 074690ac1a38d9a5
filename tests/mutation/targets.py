"""What is mutated, and the tests that judge it: those in-process, without a browser, on SQLite."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Group:
    """Some files and the folders of their tests."""

    sources: tuple[str, ...]
    tests: tuple[str, ...]

    def files(self) -> list[Path]:
        """The files, as absolute paths."""
        return [path for pattern in self.sources for path in sorted(ROOT.glob(pattern))]


GROUPS = {
    "codes": Group(("idp/otp.py",), ("tests/test_otp.py", "tests/test_limits.py")),
    "limits": Group(
        ("idp/throttle.py", "idp/sms_budget.py"),
        ("tests/test_throttle.py", "tests/test_limits.py", "tests/test_otp.py"),
    ),
    "login": Group(("idp/login/*.py",), ("tests/login", "tests/factors/test_second_step.py")),
    "recovery": Group(("idp/recovery/*.py",), ("tests/recovery", "tests/test_limits.py")),
    "tokens": Group(("idp/oidc/grants.py", "idp/oidc/families.py", "idp/oidc/revocation_causes.py"), ("tests/oidc/test_grants.py",)),
    "endpoints": Group(
        ("idp/oidc/code_grant.py", "idp/oidc/refresh_grant.py", "idp/oidc/access_tokens.py", "idp/oidc/revocation.py"),
        (
            "tests/oidc/test_code_flow.py",
            "tests/oidc/test_faults_of_others.py",
            "tests/oidc/test_grants.py",
            "tests/oidc/test_once.py",
            "tests/oidc/test_proofs.py",
            "tests/oidc/test_tokens_of_services.py",
            "tests/oidc/conformance/test_basic.py",
        ),
    ),
    "redirects": Group(("idp/oidc/uris.py", "idp/web/paths.py"), ("tests/oidc/test_uris.py", "tests/web/test_paths.py")),
}


def tests_of(names: Iterable[str]) -> list[str]:
    """The folders and files of tests of some groups, each once."""
    return list(dict.fromkeys(test for name in names for test in GROUPS[name].tests))
