"""The source as a test reads it: every module of the provider as a tree, every template and script as text."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def trees(package: str = "idp") -> dict[str, ast.Module]:
    """The modules of a package by their path, migrations aside."""
    paths = [path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text()) for path in sorted(paths)}


@cache
def code(package: str = "idp") -> dict[str, str]:
    """The modules as written, without comments, in the one spelling of `ast.unparse`."""
    return {path: ast.unparse(tree) for path, tree in trees(package).items()}


def texts(pattern: str) -> dict[str, str]:
    """Files of the provider by their path."""
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in sorted((ROOT / "idp").rglob(pattern))}


@cache
def imports(tree: ast.Module) -> set[str]:
    """The modules that a module imports, in full: `from a import b` as a and as a.b."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def importers(names: set[str], package: str = "idp") -> set[str]:
    """Which modules import one of these or something within."""
    return {
        path
        for path, tree in trees(package).items()
        if any(one == name or one.startswith(f"{name}.") for one in imports(tree) for name in names)
    }


@cache
def calls(package: str = "idp") -> tuple[tuple[str, str, ast.Call], ...]:
    """Every call: where, what is called (`re.compile`), and the call itself."""
    return tuple(
        (path, ast.unparse(node.func), node)
        for path, tree in trees(package).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    )


def is_constant(node: ast.expr) -> bool:
    """Whether an expression is a literal, or literals put together."""
    if isinstance(node, ast.BinOp):
        return is_constant(node.left) and is_constant(node.right)
    return isinstance(node, ast.Constant)
