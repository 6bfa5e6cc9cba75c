"""The floors of the house: each room imports only what lies below it; no circle."""

from graphlib import CycleError, TopologicalSorter

import pytest

from docs.extensions.house import FLOOR, PACKAGE, files, graph, imports, room, rooms

FILES = files()


@pytest.fixture(scope="module")
def house():
    """Of each file what it imports."""
    return {name: used for name, used in graph().items() if name != f"{PACKAGE}.__main__"}


def uphill(arrows):
    """The imports that do not go down, with the names of both files."""
    return [
        f"{a} imports {b}: {room(b)} does not lie below {room(a)}"
        for a, used in arrows.items()
        for b in sorted(used)
        if room(a) != room(b) and FLOOR[room(b)] >= FLOOR[room(a)]
    ]


def test_every_room_has_its_floor(house):
    names = {room(name) for name in house}
    assert names == FLOOR.keys()
    modules = {name for name in names if FILES[f"{PACKAGE}.{name}"].name != "__init__.py"}
    assert len(modules) <= 9
    assert len(names) <= 28


def test_every_import_goes_down(house):
    assert uphill(house) == []


def test_an_import_that_goes_up_is_told_with_both_names():
    source = "def f():\n    from autograd_mini.pages.page import to_html"
    assert uphill({f"{PACKAGE}.ops": imports(f"{PACKAGE}.ops", source, FILES)}) == [
        "autograd_mini.ops imports autograd_mini.pages.page: pages does not lie below ops"
    ]


def test_imports_for_types_alone_do_not_count():
    source = "if TYPE_CHECKING:\n    from .value import Value\nfrom . import errors"
    assert imports(f"{PACKAGE}.ops", source, FILES) == {f"{PACKAGE}.errors"}


def test_no_circle_of_files(house):
    try:
        TopologicalSorter(house).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_at_most_fourteen_floors(house):
    below = rooms(house)
    height = {}
    for name in TopologicalSorter(below).static_order():
        height[name] = 1 + max((height[other] for other in below.get(name, ())), default=0)
    assert max(height.values()) <= 14


def test_no_room_has_more_than_a_fifth_of_the_lines(house):
    lines = {}
    for name in house:
        count = len(FILES[name].read_text("utf-8").splitlines())
        lines[room(name)] = lines.get(room(name), 0) + count
    assert max(lines.values()) <= 0.2 * sum(lines.values())
