"""One function in several engines: their gradients side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

from autograd_mini.language import checked, text, translated
from autograd_mini.language.tables import Grid, Shown
from autograd_mini.numbers.kinds import shown

from .casts import doubles
from .check import check_grad
from .findings import number_text
from .inputs import CheckError, Function, is_array, mapped, parts_of
from .report import Report, cells_of


@dataclass(frozen=True, repr=False)
class SideBySide(Shown):
    """The gradients of several engines at one point; true in a condition if all are right.

    reports  engine -> its report
    missing  engine -> why there is none: the library that is not installed, or what failed
    """

    reports: Mapping[str, Report]
    missing: Mapping[str, tuple[str, str]]
    lang: str = "en"

    @property
    def ok(self) -> bool:
        """Whether there are reports, and every one is right."""
        return bool(self.reports) and all(report.ok for report in self.reports.values())

    def __bool__(self) -> bool:
        return self.ok

    def _grid(self, lang: str, width: int | None = None) -> Grid:
        told = {k: x.comparisons for k, x in self.reports.items() if x.comparisons}
        rows, marked = [["", *told, text("checking.beside.reference", lang)]], dict[Any, str]()
        for i, beside in enumerate(zip(*told.values(), strict=False), start=1):
            got = [number_text(row.got) for row in beside]
            rows.append([beside[0].name, *got, cells_of(beside[0], lang)["wanted"]])
            found = enumerate(beside, start=1)
            marked |= {(i, j): "red" for j, row in found if row.verdict == "wrong"}
        for i, j in product(range(len(rows)), {j for _, j in marked}):
            rows[i][j] += " *" if (i, j) in marked else "  "
        remarks = [text("checking.beside.legend", lang)] if marked else []
        for engine, report in self.reports.items():
            if engine not in told:
                reason = " ".join(report.remarks(lang))
                remarks.append(text("checking.beside.failed", lang, engine=engine, reason=reason))
        for engine, (why, what) in self.missing.items():
            details = {"library": what, "reason": translated(what, lang)}
            remarks.append(text(f"checking.beside.{why}", lang, engine=engine, **details))
        return Grid(rows, marked, remarks)


def compare_gradients(
    f: Function | Mapping[str, Function],
    at: Any,
    engines: Sequence[str] | Mapping[str, str | Function] = ("ours", "torch", "jax"),
    *,
    gradient: Function | None = None,
    lang: str = "en",
    **options: Any,
) -> SideBySide:
    """The gradient of one function by several engines in a table; what differs is marked.

    f         of numbers, which every engine can run; or engine -> f as it is written for it
    at        the point, as in `check_grad`; torch and JAX get it as float64
    engines   of "ours", "torch", "jax"; or name of the column -> one of these, or a function that
              gives the gradient there
    gradient  one by hand, for a column of its own; its f is that of "ours"
    options   of `check_grad`, which judges each

    A library that is not installed, and an engine that f fails in, are told below the table.

    >>> print(compare_gradients(lambda x, y: x * y * y, (2.0, 3.0), ["ours"],
    ...                         gradient=lambda x, y: (y * y, x * y)))
           ours  by hand    reference
    df/dx     9        9            9
    df/dy    12        6 *         12
    * differs from the reference by more than rounding explains.

    Raises CheckError for another engine; what `check_grad` refuses is told below the table, too.
    """
    checked(lang)
    named = engines if isinstance(engines, Mapping) else {name: name for name in engines}
    asked: dict[str, str | Function] = {**named}
    if gradient is not None:
        asked[text("checking.beside.hand", lang)] = gradient
    reports, missing = {}, {}
    for name, engine in asked.items():
        if not callable(engine) and engine not in _ENGINES:
            known = ", ".join(_ENGINES)
            raise CheckError(f"engine must be one of {known}, or a function, got {shown(engine)}")
        kind = "ours" if callable(engine) else engine
        if isinstance(f, Mapping) and not f.keys() & {name, kind}:
            raise CheckError(f"f must have a function for {name}, got those for {', '.join(f)}")
        function = f[name if name in f else kind] if isinstance(f, Mapping) else f
        check = partial(check_grad, gradient=engine) if callable(engine) else _ENGINES[engine]
        try:
            reports[name] = check(function, at, lang=lang, **options)
        except ImportError:
            missing[name] = ("missing", kind)
        except CheckError as error:
            missing[name] = ("failed", str(error))
    return SideBySide(reports, missing, lang)


def _torch(f: Function, at: Any, **options: Any) -> Report:
    import torch

    def gradient(*args: Any, **named: Any) -> Any:
        args, named = mapped((args, named), lambda x: x.detach().requires_grad_())
        y, leaves = f(*args, **named), parts_of((args, named))[0]
        found = iter(torch.autograd.grad(y, leaves, allow_unused=True, materialize_grads=True))
        return mapped(named or args, lambda _: next(found))

    point = mapped(at, lambda x: torch.tensor(_plain(x), dtype=torch.float64))
    return check_grad(f, point, gradient=gradient, **options)


def _jax(f: Function, at: Any, **options: Any) -> Report:
    import jax

    def gradient(*args: Any, **named: Any) -> Any:
        found = jax.grad(lambda given: f(*given[0], **given[1]))((args, named))
        return found[1] if named else found[0]

    with doubles():
        point = mapped(at, lambda x: jax.numpy.asarray(_plain(x), dtype=float))
        return check_grad(f, point, gradient=gradient, **options)


def _plain(x: Any) -> Any:
    return x.tolist() if is_array(x) else float(x)


_ENGINES: dict[str, Callable[..., Report]] = {"ours": check_grad, "torch": _torch, "jax": _jax}
