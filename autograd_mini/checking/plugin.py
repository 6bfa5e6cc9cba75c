"""The pytest plugin: a marker and a fixture that check gradients and fail with the report.

    @pytest.mark.gradcheck(at=(0.3, 2.0))
    def test_product(x, y):                  # the function to check, on Values
        return x.sin() * y

    def test_by_hand(gradcheck):
        gradcheck(f, at=(0.3, 2.0), gradient=df)

pytest finds it by its entry point as soon as autograd_mini is installed. `--gradcheck-seed` seeds
the random directions of every check, `--gradcheck-lang es` has the reports in Spanish.
"""

import inspect
from collections.abc import Callable, Mapping
from operator import methodcaller
from typing import Any

import pytest

from autograd_mini.language import LANGUAGES, translated

_MARK = (
    "gradcheck(at, **options): the function returns a value computed from its arguments, and its"
    " gradient is checked. at: a number or a tuple of them (one for each argument), a dict by name,"
    " or a list of these, each a test of its own; options: those of check_grad"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plugin."""
    group = parser.getgroup("gradcheck", "checking derivatives (autograd_mini)")
    group.addoption(
        "--gradcheck-seed", type=int, default=0, metavar="N",
        help="seed of the random directions in gradient checks (default: 0)",
    )  # fmt: skip
    group.addoption(
        "--gradcheck-lang", choices=LANGUAGES, default="en",
        help="language of the reports of gradient checks (default: en)",
    )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARK)


@pytest.fixture(scope="session")
def gradcheck(pytestconfig: pytest.Config) -> Callable[..., Any]:
    """`check_grad` that fails the test with its report, and returns the report otherwise.

    It is made once a session, so it can be used under hypothesis' `@given`, whose search it leads
    to where error / bar is large.
    """

    def check(f: Callable[..., Any], at: Any, **options: Any) -> Any:
        __tracebackhide__ = True
        from . import CheckError
        from .report import steered

        try:
            report = steered(_report(pytestconfig, f, at, options))
        except CheckError as error:  # here, so that the traceback ends in the user's line
            raise error.with_traceback(None) from error.__cause__
        report.raise_for_failure()
        return report

    return check


def _report(config: pytest.Config, f: Any, at: Any, options: dict[str, Any]) -> Any:
    from . import check_grad

    asked = {name: config.getoption(f"--gradcheck-{name}") for name in ("seed", "lang")}
    return check_grad(f, at, **{**asked, **options})


# --- the marker ----------------------------------------------------------------------------------
def _marked(item: Any) -> tuple[list[dict[str, Any]], dict[str, Any]] | None:
    """The points of a marked test, argument -> value, and its options; an error for no such."""
    mark = item.get_closest_marker("gradcheck")
    if mark is None:
        return None

    def refuse(told: str) -> None:
        pytest.fail(f"{item.nodeid}: {told}", pytrace=False)

    given = dict(zip(("at",), mark.args, strict=False)) | mark.kwargs
    if "at" not in given or len(mark.args) > 1:
        refuse("gradcheck needs the point, as in @pytest.mark.gradcheck(at=(0.3, 2.0))")
    names = [x for x in inspect.signature(item.function).parameters if x not in ("self", "cls")]
    places, points = given.pop("at"), list[dict[str, Any]]()
    for at in places if isinstance(places, list) else [places]:
        numbers = at if isinstance(at, Mapping | tuple) else (at,)
        points.append(dict(at if isinstance(at, Mapping) else zip(names, numbers, strict=False)))
        if not 0 < len(numbers) == len(points[-1]) or not points[-1].keys() <= {*names}:
            refuse(f"at = {at!r} does not fit the arguments ({', '.join(names)})")
    if len({tuple(point) for point in points}) != 1:
        refuse("at must be one point, or a list of points alike")
    return points, given


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each point becomes a test; arguments that `at` leaves out are fixtures as ever."""
    if found := _marked(metafunc.definition):
        points, _ = found
        texts = [",".join(f"{name}={x}" for name, x in point.items()) for point in points]
        ids = [text if len(text) <= 40 else "at" for text in texts]
        metafunc.parametrize([*points[0]], [tuple(point.values()) for point in points], ids=ids)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Check the gradient of a marked function instead of calling it once."""
    __tracebackhide__ = methodcaller("errisinstance", Exception)  # and not where a report is all
    from . import CheckError

    if (found := _marked(pyfuncitem)) is None:
        return None
    (names, *_), options = found
    function, args = pyfuncitem.obj, pyfuncitem.funcargs
    given = {x: args[x] for x in inspect.signature(function).parameters if x in args}

    def f(*inputs: Any) -> Any:
        return function(**given | dict(zip(names, inputs, strict=True)))

    plain = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    vars(f)["__signature__"] = inspect.Signature(plain)
    try:
        report = _report(pyfuncitem.config, f, tuple(given[name] for name in names), options)
    except CheckError as error:  # or what the function itself raised
        told = translated(str(error), pyfuncitem.config.getoption("--gradcheck-lang"))
        raise error.__cause__ or pytest.fail.Exception(told, pytrace=False) from None
    if not report.ok:  # the report is the whole story: no traceback
        pytest.fail(str(report), pytrace=False)
    return True
