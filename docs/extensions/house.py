"""The house: which file imports which, the floors, and the directive `{house}` that draws them.

Read from the imports as they are written, those inside functions too. What a package's face offers
lazily, by an import under `if TYPE_CHECKING`, is none: so upper rooms show what lower ones hold.
tests/test_house.py holds the floors.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphviz import Digraph
    from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "autograd_mini"
# From the ground up: room -> what it holds, in English and Spanish.
FLOORS: list[dict[str, tuple[str, str]]] = [
    {
        "errors": ("what is raised", "lo que se lanza"),
        "files": ("one way to write a file", "un modo de escribir archivos"),
        "language": ("every word, en and es", "cada palabra, en y es"),
    },
    {"graph": ("order, copies", "orden, copias")},
    {"numbers": ("kinds of number", "clases de número")},
    {"formulas": ("one walk, its printers", "un recorrido, sus impresores")},
    {"ops": ("the formula sheet", "la hoja de fórmulas")},
    {"rules": ("what is made of the sheet", "lo que se hace con la hoja")},
    {"value": ("a node; backward()", "un nodo; backward()")},
    {"functions": ("exp, tanh, ...: bound", "exp, tanh, ...: enlazadas")},
    {
        "transforms": ("grad, hessian, ...", "grad, hessian, ..."),
        "expressions": ("read from text", "leídas de un texto"),
        "losses": ("mse, hinge, ...", "mse, hinge, ..."),
        "data": ("data sets, CSV", "datos, CSV"),
    },
    {
        "nn": ("neurons, layers", "neuronas, capas"),
        "optim": ("SGD, Adam, ...", "SGD, Adam, ..."),
    },
    {"compiler": ("traces, back ends", "trazas, generadores")},
    {"training": ("fit, save, diagnose", "fit, save, diagnose")},
    {"notation": ("how it is written", "cómo se escribe")},
    {"drawing": ("pictures", "imágenes")},
    {"stepping": ("the record, explained", "el registro, explicado")},
    {"checking": ("verdicts, culprits", "veredictos, culpables")},
    {"museum": ("broken engines", "motores rotos")},
    {"pages": ("HTML, film, widget", "HTML, película, widget")},
    {
        "compat": ("course code runs here", "código de cursos"),
        "grading": ("marks for a class", "notas para un grupo"),
        "course": ("exercises, labs", "ejercicios, laboratorios"),
    },
    {"cli": ("the commands", "las órdenes")},
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
CORE = "errors graph numbers formulas ops rules value functions transforms".split()


def files() -> dict[str, Path]:
    """Return the files of the package by the names of their modules."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted((ROOT / PACKAGE).rglob("*.py"))
    }


def room(module: str) -> str:
    """Return the room of a module: `nn` of `autograd_mini.nn.networks`."""
    return module.split(".")[1]


def imports(name: str, source: str, known: Mapping[str, Path]) -> set[str]:
    """Return the modules of the package that a module imports, without its face and itself."""
    found = set()
    package = name if known[name].name == "__init__.py" else name.rpartition(".")[0]
    for statement in _statements(ast.parse(source)):
        if isinstance(statement, ast.Import):
            wanted = [(alias.name, "") for alias in statement.names]
        else:
            above = package.split(".")[: 1 - statement.level or None] if statement.level else []
            module = ".".join([*above, *filter(None, [statement.module])])
            wanted = [(module, alias.name) for alias in statement.names]
        for module, part in wanted:
            whole = f"{module}.{part}"
            found.add(whole if whole in known else module)
    return (found & known.keys()) - {name, PACKAGE}


def _statements(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the imports that run: all but those under `if TYPE_CHECKING`."""
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        for part in node.orelse:
            yield from _statements(part)
        return
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _statements(child)


def graph() -> dict[str, set[str]]:
    """Return what each file imports; the face of the whole package, above all, is left out."""
    known = files()
    read = {name: path.read_text(encoding="utf-8") for name, path in known.items()}
    del read[PACKAGE]
    return {name: imports(name, source, known) for name, source in read.items()}


def rooms(arrows: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return which rooms each room imports, from the imports of the files."""
    below: dict[str, set[str]] = {}
    for name, used in arrows.items():
        below.setdefault(room(name), set()).update(room(other) for other in used)
    return {name: used - {name} for name, used in below.items()}


# --- the picture ---------------------------------------------------------------------------------
def draw(lang: str = "en") -> Digraph:
    """Draw the floors, the ground below; arrows that follow from others are left out."""
    from graphviz import Digraph

    below = rooms(graph())
    picture = Digraph("house", graph_attr={"rankdir": "BT", "ranksep": "0.32", "nodesep": "0.3"})
    picture.attr("graph", fontname="Helvetica", bgcolor="transparent")
    picture.attr(
        "node", shape="box", style="rounded,filled", fontname="Helvetica", margin="0.14,0.07"
    )
    picture.attr("edge", color="#7b8794", arrowsize="0.6", dir="back")
    for floor, names in enumerate(FLOORS):
        with picture.subgraph() as level:
            level.attr(rank="same")
            level.node(f"floor{floor}", str(floor), shape="plain", style="", fontcolor="#7b8794")
            for name, words in names.items():
                label = f'<<b>{name}</b><br/><font point-size="10">{words[lang == "es"]}</font>>'
                fill = "#dbeafe" if name in CORE else "#f1f3f5"
                level.node(name, label, fillcolor=fill, color="#4a5568", fontcolor="#1a202c")
        if floor:
            picture.edge(f"floor{floor - 1}", f"floor{floor}", style="invis")
    for name in FLOOR:
        used = below.get(name, set())
        for other in sorted(used - _reached(below, used)):
            picture.edge(other, name)
    return picture


def _reached(below: Mapping[str, set[str]], start: set[str]) -> set[str]:
    """Return all that lies below these rooms, themselves left out unless one is below another."""
    found: set[str] = set()
    waiting = [other for name in start for other in below.get(name, ())]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += below.get(name, ())
    return found


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive; its argument describes the picture for those who do not see it."""
    from docutils import nodes
    from sphinx.util.docutils import SphinxDirective

    from autograd_mini.drawing.digraph import render

    from .pictures import inline_svg

    class House(SphinxDirective):
        """Draw the house."""

        required_arguments = 1
        final_argument_whitespace = True

        def run(self) -> list[nodes.Node]:
            svg = render(draw(self.config.language).source, "svg")  # also without a `dot` program
            html = f'<div class="picture">{inline_svg(svg.decode(), self.arguments[0])}</div>'
            return [nodes.raw("", html, format="html")]

    app.add_directive("house", House)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
