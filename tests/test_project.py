"""The project as a whole: what lies where, what importing costs, and that the files agree."""

import importlib
import inspect
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import autograd_mini
from tests.programs import printed, run

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "autograd_mini"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CORE = "ops kinds formulas value graph functions transforms nn losses optim data".split()
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if path.name != "__main__.py"
)


def tracked_files():
    """Return the files of the project: those git knows or would add."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("only git knows which files are the project's")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=True,
    ).stdout  # fmt: skip
    paths = (ROOT / name for name in listed.split("\0") if name)
    return [path for path in paths if path.exists()]


def loaded_by(code):
    """Return the top-level modules that a fresh interpreter has loaded after running `code`."""
    modules = printed(f"{code}\nimport sys\nprint(*sys.modules)")
    return {name.partition(".")[0] for name in modules.split()}


def test_the_top_level_holds_only_what_belongs_there():
    allowed = "autograd_mini tests docs notebooks pyproject.toml LICENSE README.md README.es.md"
    found = {path.relative_to(ROOT).parts[0] for path in tracked_files()}
    visible = {name for name in found if not name.startswith(".")}
    assert visible <= {*allowed.split(), "CHANGELOG.md", "CONTRIBUTING.md"}


def test_the_core_needs_the_standard_library_alone_and_the_package_little_of_it():
    before = loaded_by("")  # what the interpreter itself and its .pth files load
    core = ", ".join(f"autograd_mini.{module}" for module in CORE)
    assert loaded_by(f"import {core}") - before - sys.stdlib_module_names == {"autograd_mini"}
    slow = {"dataclasses", "random", "json", "csv", "inspect", "asyncio"}
    assert (loaded_by("import autograd_mini") - before) & slow == set()


def test_the_core_works_where_nothing_else_is_installed():
    code = """
from autograd_mini import MLP, grad
from autograd_mini.data import xor
from autograd_mini.losses import mse
from autograd_mini.optim import SGD
model = MLP(2, [3, 1], activation="tanh", seed=0)
loss = mse([model(x) for x in xor().inputs], xor().targets)
loss.backward()
SGD(model.parameters(), lr=0.1).step()
assert grad(lambda x: x**3)(2.0) == 12.0
"""
    done = run(f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}", "-I", "-S")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_version_is_the_same_everywhere():
    version = PROJECT["project"]["version"]
    assert autograd_mini.__version__ == version
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", MODULES)
def test_every_module_and_its_public_parts_are_documented(name):
    module = pytest.importorskip(name, exc_type=ImportError)
    assert module.__doc__, f"{name} has no docstring"
    for part, thing in vars(module).items():
        own = getattr(thing, "__module__", None) == name and not part.startswith("_")
        if own and (inspect.isclass(thing) or inspect.isfunction(thing)):
            assert inspect.getdoc(thing), f"{name}.{part} has no docstring"


def test_editors_see_what_lazy_faces_offer():
    """Pyright takes imports for private without `__all__ =`; a `__getattr__` hides wrong names."""
    for path in (ROOT / "autograd_mini").glob("*/__init__.py"):
        source = path.read_text(encoding="utf-8")
        if " lazy(" in source:
            assert "\n__all__ = lazy(" in source, path
            assert "__getattr__" not in source, path
    assert not {"sys", "ast", "lazy", "Any"} & {*dir(autograd_mini), *dir(autograd_mini.checking)}
    assert {"__version__", "Value", "sum"} <= {*dir(autograd_mini)}


def test_every_module_is_in_the_reference():
    """Each public function and class that the package root offers is on a page of the reference."""
    for language in ("en", "es"):
        pages = ROOT / "docs" / language / "reference"
        text = "\n".join(page.read_text(encoding="utf-8") for page in pages.glob("*.md"))
        named = set(re.findall(r"(?:automodule|autofunction|autoclass):: (\S+)", text))
        for name in autograd_mini._offered:
            if name in autograd_mini.ops.SHEET | autograd_mini.functions.ALIASES:
                continue  # on the page of the operations, which is made from the sheet
            if inspect.ismodule(thing := getattr(autograd_mini, name)):
                continue
            module = importlib.import_module(thing.__module__)
            homes = {module.__name__, f"{module.__name__}.{name}"}
            parent = ".".join(module.__name__.split(".")[:2])
            assert named & {*homes, parent, f"{parent}.{name}"}, f"{name} is not in {pages}"


# Built from parts, so that this file does not hold what it looks for.
PRIVATE = re.compile("|".join(["/ho" + "me/", "/ro" + "ot/", "/Us" + "ers/", "/wo" + "rk/"]))
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX|place" + r"holder)\b")


def matches(pattern, paths):
    return [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in paths
        for match in pattern.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]


def test_no_file_holds_a_path_of_someone_s_machine():
    texts = [path for path in tracked_files() if path.suffix not in {".png", ".gif"}]
    assert matches(PRIVATE, texts) == []


def test_the_package_has_nothing_left_to_do():
    assert matches(UNFINISHED, PACKAGE.rglob("*.py")) == []


def test_files_that_are_read_stay_short():
    """The package and the pages; a table of bad inputs in a test may be as long as it needs."""
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked_files()
        if path.suffix in {".py", ".md"} and "tests" not in path.relative_to(ROOT).parts
        if (lines := path.read_text(encoding="utf-8").count("\n")) >= 450
    }
    assert long == {}


COMMANDS = ("pip install . && autograd-mini demo", 'pip install ".[test]" && pytest')


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("file", ["README.md", "README.es.md", ".ci/run"])
def test_the_commands_of_the_readme_are_those_that_are_checked(file, command):
    path = ROOT / file
    if not path.exists() and file.startswith("."):
        pytest.skip("a source archive has no .ci")
    assert command in path.read_text(encoding="utf-8")


def test_the_package_data_are_in_the_package():
    assert (PACKAGE / "py.typed").exists()
    assert (PACKAGE / "data" / "iris.csv").exists()
    assert PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["autograd_mini"]
    assert PROJECT["project"]["scripts"] == {"autograd-mini": "autograd_mini.cli:main"}


def test_the_names_of_the_tests_are_the_same_in_every_process(request):
    """An address in a name, and the processes of pytest-xdist would not agree on the tests."""
    names = [item.nodeid for item in request.session.items]
    assert [name for name in names if re.search(r"\bat 0x", name)] == []
    assert len(names) == len(set(names))


def test_extras_name_each_optional_dependency_once():
    extras, for_use = PROJECT["project"]["optional-dependencies"], "fast plot notebook check jax"
    assert set(extras) == {*for_use.split(), "all", "test", "docs", "lint"}
    for extra in for_use.split():
        assert extra in extras["all"][0]
    assert "autograd-mini[plot,check]" in extras["docs"]  # the gallery plots, the reference imports


def test_the_ci_script_is_valid_bash():
    script = ROOT / ".ci" / "run"
    if not script.exists():
        pytest.skip("a source archive has no .ci")
    subprocess.run(["bash", "-n", str(script)], check=True)
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")
