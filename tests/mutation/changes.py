"""Mutants: a function or a constant of a module with one small change, and how it takes the original's place."""

from __future__ import annotations
import __future__

import gc
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators, operator_arg_removal

from tests.mutation import lua
from tests.mutation.targets import ROOT

# Sentences are held by the test of the translations; a type given to `cast` is nothing at run time.
LEFT_ALONE = frozenset({"_", "_l", "_n", "lazy_gettext", "gettext", "cast", "isinstance", "len"})
COMPOUND_TESTS = (cst.Comparison, cst.BooleanOperation, cst.UnaryOperation, cst.NamedExpr)
Lines = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change. `lines` are those of the statement that it is in; none for what is made once, whose users are asked instead."""

    path: Path
    place: str
    change: str
    source: str
    lines: Lines | None

    @property
    def module(self) -> str:
        return module_of(self.path)

    @property
    def name(self) -> str:
        return f"{self.module}.{self.place}: {self.change}"

    def plant(self) -> None:
        """Put it in the original's place, in this process."""
        module = sys.modules[self.module]
        code = compile(self.source, str(self.path), "exec", flags=__future__.annotations.compiler_flag, dont_inherit=True)
        made: dict[str, object] = {}
        exec(code, module.__dict__, made)
        owner, _, name = self.place.rpartition(".")
        new: Any = vars(made[owner])[name] if owner else made[name]
        if not isinstance(new, FunctionType):
            _replace_constant(module.__dict__[name], name, new)
        else:
            for living in functions()[str(self.path), self.place]:
                _replace_function(living, new, vars(module).get(owner))
        for kept in list(vars(module).values()):
            if isinstance(kept, type(functions)):  # what `functools.cache` makes
                kept.cache_clear()


def module_of(path: Path) -> str:
    """The name by which a file of ours is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def functions() -> dict[tuple[str, str], list[FunctionType]]:
    """Every function that lives in this process by file and name: also what decorators have wrapped."""
    found: dict[tuple[str, str], list[FunctionType]] = {}
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(str(ROOT)):
            found.setdefault((one.__code__.co_filename, one.__code__.co_qualname), []).append(one)
    return found


def _replace_constant(old: object, name: str, new: object) -> None:
    """Wherever a module of ours has imported it, too."""
    for module in [one for key, one in sys.modules.items() if key.partition(".")[0] == "idp"]:
        if vars(module).get(name) is old:
            setattr(module, name, new)


def _replace_function(living: FunctionType, new: FunctionType, owner: object) -> None:
    """In the function itself, so that whoever holds it, wrapped or not, has the new one."""
    if living.__code__.co_freevars != new.__code__.co_freevars:  # the change has taken `super()` out
        setattr(owner, living.__name__, new)
        return
    living.__code__, living.__defaults__, living.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__


def of_file(path: Path) -> Iterator[Mutant]:
    """All mutants of a file, in its order; those that are no Python, or whose function does not live here, are left out."""
    wrapper = MetadataWrapper(cst.parse_module(path.read_text()))
    spots = wrapper.resolve(PositionProvider)
    seen: Counter[str] = Counter()
    for place, node in _definitions(wrapper.module.body):
        if isinstance(node, cst.FunctionDef) and (str(path), place) not in functions():
            continue
        for source, change, lines in (
            _of_constant(node, place) if isinstance(node, cst.SimpleStatementLine) else _of_function(node, place, spots)
        ):
            seen[place + change] += 1
            number = f" ({seen[place + change]})" if seen[place + change] > 1 else ""
            if _is_python(source):
                yield Mutant(path, place, change + number, source, lines)


def _definitions(body: Iterable[cst.CSTNode], prefix: str = "") -> Iterator[tuple[str, cst.FunctionDef | cst.SimpleStatementLine]]:
    """The functions and methods of a module, and the constants: names in capitals."""
    for node in body:
        match node:
            case cst.FunctionDef():
                yield prefix + node.name.value, node
            case cst.ClassDef(body=cst.IndentedBlock(body=inner)):
                yield from _definitions(inner, f"{node.name.value}.")
            case cst.SimpleStatementLine(
                body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(name))]) | cst.AnnAssign(target=cst.Name(name))]
            ):
                if name.isupper() and not prefix:
                    yield name, node


def _of_constant(node: cst.SimpleStatementLine, name: str) -> Iterator[tuple[str, str, None]]:
    text = cst.Module([node.with_changes(leading_lines=[])]).code
    script = getattr(node.body[0], "value", None)
    if isinstance(script, cst.SimpleString) and "redis.call" in script.value:
        old = str(script.evaluated_value)
        for new in lua.changes(old):
            yield f"{name} = {new!r}", _difference(old, new), None
        return
    if any(one in text for one in ("_l(", "click.", "refusing(", "ParamSpec(")):
        return  # sentences; what decorators took in long ago; types
    finder = _Finder({})
    node.visit(finder)
    for original, changed, _ in finder.found:
        source = cst.Module([node.with_changes(leading_lines=[]).deep_replace(original, changed)]).code  # type: ignore[list-item]
        yield source, _difference(text, source), None


def _of_function(node: cst.FunctionDef, place: str, spots: dict[cst.CSTNode, CodeRange]) -> Iterator[tuple[str, str, Lines]]:
    bare = node.with_changes(decorators=[], leading_lines=[], lines_after_decorators=[])
    owner = place.rpartition(".")[0]
    finder = _Finder(spots)
    node.params.visit(finder)
    defaults = len(finder.found)
    node.body.visit(finder)
    text, whole = _text(bare, owner), spots[node]
    is_kept = any("cache" in cst.Module([]).code_for_node(one) for one in node.decorators)
    for number, (original, changed, lines) in enumerate(finder.found):
        source = _text(bare.deep_replace(original, changed), owner)  # type: ignore[arg-type]
        where = (whole.start.line, whole.end.line) if number < defaults else lines
        yield source, _difference(text, source), None if is_kept else where


def _text(function: cst.FunctionDef, owner: str) -> str:
    statement: cst.BaseStatement = function
    if owner:  # within its class, for `super()` and names that begin with two underscores
        statement = cst.ClassDef(cst.Name(owner), cst.IndentedBlock([function]))
    return cst.Module([statement]).code


def _difference(old: str, new: str) -> str:
    """The lines that differ, before and after."""
    before, after = old.splitlines(), new.splitlines()
    while before and after and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return " → ".join(" ".join(line.strip() for line in lines) for lines in (before, after))


def _is_python(source: str) -> bool:
    try:
        compile(source, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


class _Finder(cst.CSTVisitor):
    """Collects (node, what takes its place, lines of its statement)."""

    def __init__(self, spots: dict[cst.CSTNode, CodeRange]) -> None:
        super().__init__()
        self.found: list[tuple[cst.CSTNode, cst.CSTNode, Lines]] = []
        self._spots = spots
        self._statement: cst.CSTNode | None = None

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.SimpleStatementLine):
            self._statement = node
        if _is_left_alone(node):
            return False
        for changed in _changes(node):
            self.found.append((node, changed, self._lines(node)))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if original_node is self._statement:
            self._statement = None

    def _lines(self, node: cst.CSTNode) -> Lines:
        spot = self._spots.get(self._statement or node) or self._spots.get(node)
        return (spot.start.line, spot.end.line) if spot else (0, 0)


def _is_left_alone(node: cst.CSTNode) -> bool:
    match node:
        case cst.Annotation() | cst.Decorator() | cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString()):
            return True
        case cst.Call(func=cst.Name(name)):
            return name in LEFT_ALONE
        case cst.Expr(value=cst.Call(func=cst.Attribute(value=cst.Call(func=cst.Name("super"))))):
            return True  # the text of an exception of ours is shown to nobody
    return False


def _changes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for kind, operator in mutation_operators:
        if isinstance(node, kind) and operator is not operator_arg_removal:
            made = list(operator(node))
            # Of the three changes of a string one says as much as all.
            yield from made[:1] if isinstance(node, cst.BaseString) else made
    match node:
        case cst.Expr(value=cst.Call()) | cst.Raise():
            yield cst.Pass()
        case cst.Call(args=arguments):
            # mutmut leaves out and voids every one: most of that fails on the spot and says nothing.
            for number, one in enumerate(arguments):
                after = arguments[number + 1 :]
                if one.keyword:
                    yield node.with_changes(args=[*arguments[:number], *after])
                elif not one.star and not (isinstance(one.value, cst.Name) and one.value.value == "None"):
                    yield node.with_changes(args=[*arguments[:number], one.with_changes(value=cst.Name("None")), *after])
        case cst.If(test=test) | cst.IfExp(test=test) if not isinstance(test, COMPOUND_TESTS):
            yield node.with_changes(test=cst.UnaryOperation(cst.Not(), test))
