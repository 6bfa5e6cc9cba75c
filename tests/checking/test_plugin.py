"""The pytest plugin, in sessions of its own."""

import re
import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent

import pytest

from tests.programs import printed

pytest_plugins = ["pytester"]
# A session in this process forgets what it is the first to load; so that is loaded here.
LOADED = "numpy autograd_mini.museum autograd_mini.checking.strategies tests.checking.exact"
for name in LOADED.split():
    import_module(name)

PLUGIN = "autograd_mini.checking.plugin"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def session(pytester, monkeypatch):
    """Run pytest on the text of a test file, which has pytest."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(text, *options, plugins=(), fresh=False):
        pytester.makepyfile(test_it="import pytest\n" + dedent(text))
        names = [option for name in (PLUGIN, *plugins) for option in ("-p", name)]
        if fresh:
            return pytester.runpytest_subprocess(*names, "-W", "error", *options)
        known = "ignore:Module already imported"  # by another test of this process, if not by pip's
        return pytester.runpytest_inprocess(*names, "-W", "error", "-W", known, *options)

    return run


def test_a_marked_function_is_checked_at_its_point(session, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    result = session(
        """
        @pytest.mark.gradcheck(at=(0.3, 2.0))
        def test_product(x, y):
            return x.sin() * y
        """,
        "-v",
        fresh=True,
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*test_product?x=0.3,y=2.0?*PASSED*"])


WRONG = """
    from autograd_mini import Value
    from autograd_mini.museum import ENGINES

    @pytest.mark.gradcheck(at=0.5, value=ENGINES["TanhOfItsInput"])
    def test_tanh(x):
        return x.tanh()
"""


def test_a_wrong_gradient_fails_with_the_report_in_either_language_and_no_traceback(session):
    for options, told in (((), "Culprit: tanh"), (("--gradcheck-lang", "es"), "Culpable: tanh")):
        result = session(WRONG, *options)
        result.assert_outcomes(failed=1)
        text = result.stdout.str()
        assert told in text
        assert not re.search(r"plugin\.py|hidden", text.partition("short test summary")[0])


def test_what_cannot_be_checked_is_told_in_the_language_of_the_reports(session):
    forgot = WRONG.replace("return x.tanh()", "x.tanh()")
    shown = session(forgot, "--gradcheck-lang", "es").stdout.str()
    assert "f debe dar un solo Value, no None" in shown


def test_a_list_of_points_is_a_test_each_and_fixtures_and_parameters_go_along(session):
    result = session(
        """
        @pytest.fixture
        def slope():
            return 3.0

        @pytest.mark.parametrize("power", [2, 3])
        @pytest.mark.gradcheck(at=[{"x": 0.5}, {"x": 2.0}])
        def test_line(slope, x, power):
            return slope * x**power

        class TestMethods:
            @pytest.mark.gradcheck(at=[1.5, 2.5])
            def test_log(self, x):
                return x.log()

        class TestOfAClass:
            @classmethod
            @pytest.mark.gradcheck(at={"width": 1.5, "x": 0.5})
            def test_any_order(cls, x, *, width):
                return width * x

        @pytest.mark.gradcheck(at=(2.0,), gradient=lambda x: 3 * x**2)
        def test_claim(x, power=3):
            return x**power

        def test_report(gradcheck):
            report = gradcheck(lambda x: x * x, 3.0)
            assert report.ok and report.comparisons[0].got == 6.0
        """
    )
    result.assert_outcomes(passed=9)


def test_the_seed_reaches_every_check(session):
    text = """
        from autograd_mini import checking

        real = checking.check_grad
        seeds = []

        @pytest.fixture(autouse=True)
        def watched(monkeypatch):
            def check_grad(*args, **options):
                seeds.append(options["seed"])
                return real(*args, **options)
            monkeypatch.setattr(checking, "check_grad", check_grad, raising=False)

        @pytest.mark.gradcheck(at=2.0)
        def test_marked(x):
            return x * x

        @pytest.mark.gradcheck(at=2.0, seed=5)
        def test_its_own(x):
            return x * x

        def test_fixture(gradcheck):
            gradcheck(lambda x: x * x, 2.0)
            assert seeds == [%d, 5, %d]
        """
    session(text % (0, 0)).assert_outcomes(passed=3)
    session(text % (42, 42), "--gradcheck-seed", "42").assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("mark", "arguments", "told"),
    [
        ("gradcheck", "x", "gradcheck needs the point, as in @pytest.mark.gradcheck(at="),
        ("gradcheck(1.0, 2.0)", "x", "gradcheck needs the point"),
        ("gradcheck(at={'y': 1.0})", "x", "at = {'y': 1.0} does not fit the arguments (x)"),
        ("gradcheck(at=(1.0, 2.0))", "x", "at = (1.0, 2.0) does not fit the arguments (x)"),
        ("gradcheck(at=())", "x", "at = () does not fit the arguments (x)"),
        ("gradcheck(at=[])", "x", "at must be one point, or a list of points alike"),
        ("gradcheck(at=[1.0, (1.0, 2.0)])", "x, y", "a list of points alike"),
    ],
)
def test_a_wrong_marker_is_told_in_a_sentence(session, mark, arguments, told):
    result = session(
        f"""
        @pytest.mark.{mark}
        def test_it({arguments}):
            return x
        """
    )
    text = result.stdout.str() + result.stderr.str()
    assert told in text
    assert "Traceback" not in text
    assert "plugin.py" not in text
    assert result.ret != 0


def test_what_a_function_does_wrong_is_told_by_its_names_without_a_traceback_of_ours(session):
    result = session(
        """
        import math

        @pytest.mark.gradcheck(at=(0.3, 0.0))
        def test_float(width, x):
            return math.sin(width + x)

        @pytest.mark.gradcheck(at={"x": 0.0, "width": 1.0})
        def test_domain(width, x):
            return x.log() * width

        @pytest.mark.gradcheck(at=1.0)
        def test_bug(x):
            return [x][1]

        @pytest.mark.gradcheck(at=(2.0,), gradient=lambda x: 2 * x**2)
        def test_wrong_claim(x):
            return x**3

        def test_list(gradcheck):
            gradcheck(lambda x: [x], 3.0)

        def test_wrong(gradcheck):
            gradcheck(lambda x: x * x, 3.0, gradient=lambda x: x)
        """
    )
    result.assert_outcomes(failed=6)
    shown = result.stdout.str()
    for told in (
        "f gave the plain number",
        "no value at x = 0.0, width = 1.0",
        "return [x][1]",
        "is 8, and should be 12",
        "must give one Value, got [",
        "is 3, and should be 6",
    ):
        assert told in shown
    assert shown.count("E       autograd_mini.checking.inputs.CheckError") == 1  # the fixture's
    assert "plugin.py" not in shown
    assert "check.py" not in shown


def test_it_works_with_hypothesis_and_its_database(session):
    """The failing graph is kept, and is the first one tried in the next session."""
    text = """
        from pathlib import Path
        from hypothesis import Phase, given, settings
        from hypothesis.database import DirectoryBasedExampleDatabase
        from autograd_mini.checking.strategies import graphs
        from autograd_mini.museum import ENGINES

        store = DirectoryBasedExampleDatabase("examples")

        phases = [Phase.reuse, Phase.generate, Phase.shrink]

        @settings(derandomize=False, database=store, deadline=None, phases=phases)
        @given(graphs(["mul"], value=ENGINES["WrongArgument"], max_steps=2, max_inputs=2))
        def test_graphs(gradcheck, graph):
            with Path("tried.txt").open("a") as file:
                file.write(f"{graph.at} {len(graph.steps)}\\n")
            gradcheck(graph, graph.at, value=graph.value)
        """
    plugins = ("_hypothesis_pytestplugin",)
    first = session(text, plugins=plugins)
    first.assert_outcomes(failed=1)
    shown = first.stdout.str()
    assert "gradcheck=check," in shown
    products = re.findall(r"^E? *return (.*)$", shown, re.MULTILINE)
    assert min(product.count("*") for product in products) <= 2  # it has shrunk
    tried = Path("tried.txt").read_text().splitlines()
    Path("tried.txt").unlink()
    session(text, plugins=plugins).assert_outcomes(failed=1)
    again = Path("tried.txt").read_text().splitlines()
    assert again[0] == tried[-1]  # the shrunk example of the first session
    assert len(again) < len(tried) / 2


def test_the_entry_point_names_the_plugin():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (entry,) = project["entry-points"]["pytest11"].items()
    assert entry == (PLUGIN, PLUGIN)  # the same name as for -p, so that it is loaded once
    assert find_spec(PLUGIN) is not None


def test_the_plugin_loads_neither_hypothesis_nor_mpmath():
    loaded = printed(f"import sys; import {PLUGIN}; print(*sys.modules)").split()
    assert {"hypothesis", "mpmath", "numpy"}.isdisjoint(loaded)
