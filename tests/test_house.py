"""The floors of the house: each room imports only what lies below it, and nothing runs in a circle.

Read from the imports as they are written, those inside functions too. What a package's face offers
lazily (by name, in its `lazy` table) is no import: it is how lower rooms are shown by upper ones.
"""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "autograd_mini"
FLOORS = [  # from the ground up; rooms of one floor do not import each other
    {"errors", "language", "files"},
    {"graph"},
    {"numbers"},
    {"formulas"},
    {"ops"},
    {"rules"},
    {"value"},
    {"functions"},
    {"transforms", "expressions", "losses", "data"},
    {"optim", "nn"},
    {"training"},
    {"notation"},
    {"drawing"},
    {"stepping"},
    {"checking"},
    {"museum"},
    {"pages"},
    {"cli"},
    {"__main__"},
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / PACKAGE).rglob("*.py"))
}


def _statements(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that run: all but those under `if TYPE_CHECKING`."""
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        for part in node.orelse:
            yield from _statements(part)
        return
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _statements(child)


def imports(name: str, source: str, files: dict[str, Path]) -> set[str]:
    """The modules of the package that a module imports; its own and the package's face left out."""
    found = set()
    package = name if files[name].name == "__init__.py" else name.rpartition(".")[0]
    for statement in _statements(ast.parse(source)):
        if isinstance(statement, ast.Import):
            wanted = [(alias.name, "") for alias in statement.names]
        else:
            above = package.split(".")[: 1 - statement.level or None] if statement.level else []
            module = ".".join([*above, *filter(None, [statement.module])])
            wanted = [(module, alias.name) for alias in statement.names]
        for module, part in wanted:
            whole = f"{module}.{part}"
            found.add(whole if whole in files else module)
    return (found & files.keys()) - {name, PACKAGE}


GRAPH = {name: imports(name, path.read_text("utf-8"), FILES) for name, path in FILES.items()}
ARROWS = [(a, b) for a, below in GRAPH.items() if a != PACKAGE for b in sorted(below)]


def room(module: str) -> str:
    return module.split(".")[1]


def uphill(arrows: list[tuple[str, str]]) -> list[str]:
    """The imports that do not go down, with the names of both files."""
    return [
        f"{a} imports {b}: {room(b)} does not lie below {room(a)}"
        for a, b in arrows
        if room(a) != room(b) and FLOOR[room(b)] >= FLOOR[room(a)]
    ]


def test_every_room_has_its_floor():
    rooms = {room(name) for name in FILES if name != PACKAGE}
    assert rooms == FLOOR.keys()
    modules = {r for r in rooms - {"__main__"} if FILES[f"{PACKAGE}.{r}"].name != "__init__.py"}
    assert len(modules) <= 9
    assert len(rooms - {"__main__"}) <= 28


def test_every_import_goes_down():
    assert uphill(ARROWS) == []


def test_an_import_that_goes_up_is_told_with_both_names():
    source = "def f():\n    from autograd_mini.pages.page import to_html"
    arrows = [("autograd_mini.ops", name) for name in imports("autograd_mini.ops", source, FILES)]
    assert uphill(arrows) == [
        "autograd_mini.ops imports autograd_mini.pages.page: pages does not lie below ops"
    ]


def test_no_circle_of_files():
    inner = {name: below for name, below in GRAPH.items() if name != PACKAGE}
    try:
        TopologicalSorter(inner).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_at_most_fourteen_floors():
    below: dict[str, set[str]] = {}
    for a, b in ARROWS:
        if room(a) != "__main__":
            below.setdefault(room(a), set()).update({room(b)} - {room(a)})
    height: dict[str, int] = {}
    for r in TopologicalSorter(below).static_order():
        height[r] = 1 + max((height[b] for b in below.get(r, ())), default=0)
    assert max(height.values()) <= 14


def test_no_room_has_more_than_a_fifth_of_the_lines():
    lines: dict[str, int] = {}
    for name, path in FILES.items():
        if name != PACKAGE:
            lines[room(name)] = lines.get(room(name), 0) + len(path.read_text("utf-8").splitlines())
    assert max(lines.values()) <= 0.2 * sum(lines.values())
