"""From DOT text to SVG, PNG, PDF, ...: by the Graphviz inside pygraphviz, or by the system's `dot`.

The wheels of pygraphviz carry Graphviz itself, which runs in this process: pip alone is enough. The
system's Graphviz is asked where that is missing, or for a format that it does not have. Python in a
browser (Pyodide) has neither; there the page's JavaScript lends its own, as `globalThis.graphviz`.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from threading import Lock

import graphviz

from autograd_mini.errors import AutogradError
from autograd_mini.numbers.arguments import one_of, positive

ENGINES = ("packaged", "system", "browser")
LARGE = 1000  # nodes, beyond which layout takes long enough to be stopped
VARIABLE = "AUTOGRAD_MINI_GRAPHVIZ"  # the environment variable that chooses one of them

_one_at_a_time = Lock()  # Graphviz has global state, and so has the standard error stream


class RenderingError(AutogradError, RuntimeError):
    """No Graphviz could make the picture; the text says what each one said, and what to do."""


def render(
    source: str,
    format: str,
    layout: str = "dot",
    engine: str | None = None,
    *,
    nodes: int = 0,
    time_limit: float = 60.0,
) -> bytes:
    """The picture of a DOT text in a format such as "svg", "png" or "pdf".

    `engine` is "packaged", "system" or "browser"; None takes what the environment variable
    AUTOGRAD_MINI_GRAPHVIZ names, or else the packaged one first and the system's second, and the
    browser's in a browser. More than 1,000 `nodes` are laid out in a process of their own, which
    ends after `time_limit` seconds or on Ctrl-C; the system's Graphviz always is one.

    Raises ValueError for an unknown format, layout or engine, RenderingError if there is no
    picture to be had, or not in time.
    """
    one_of("format", format, sorted(graphviz.FORMATS))
    one_of("layout", layout, sorted(graphviz.ENGINES))
    positive("time_limit", time_limit)
    refusals = []
    for name in engines(engine):
        try:
            if name == "browser":
                return _browser(source, format, layout)
            if name == "system":
                return _run([layout, f"-T{format}"], source, time_limit)
            if nodes <= LARGE:
                return _packaged(source, format, layout)
            # The C code itself cannot be stopped.
            return _run([sys.executable, "-c", _APART, format, layout], source, time_limit)
        except RenderingError as error:
            refusals.append(f"{name} Graphviz: {error}")
    raise RenderingError(
        f"no picture in the format {format}: {'; '.join(refusals)}. Install what is missing: the"
        " packaged Graphviz with `pip install pygraphviz`, the system's from"
        " https://graphviz.org/download."
    )


def engines(engine: str | None) -> tuple[str, ...]:
    """The engines to try, in order."""
    who = "engine"
    if engine is None and (engine := os.environ.get(VARIABLE) or None):
        who = f"the environment variable {VARIABLE}"
    if engine is None:
        return ENGINES[2:] if sys.platform == "emscripten" else ENGINES[:2]
    return (one_of(who, engine, ENGINES),)


def _browser(source: str, format: str, layout: str) -> bytes:
    """By @hpcc-js/wasm-graphviz, a WebAssembly build; its formats are texts, such as SVG."""
    try:
        from js import graphviz as lent
    except ImportError:
        raise RenderingError(
            "there is none: it needs Python in a browser (Pyodide), and its JavaScript to set"
            " globalThis.graphviz = await Graphviz.load() of @hpcc-js/wasm-graphviz"
        ) from None
    try:
        return str(lent.layout(source, format, layout)).encode()
    except Exception as error:  # Pyodide's JsException, whatever is thrown
        raise RenderingError(_first_line(str(error))) from None


def _packaged(source: str, format: str, layout: str) -> bytes:
    try:
        import pygraphviz
    except (ImportError, OSError) as error:  # OSError: a library that it needs is missing
        raise RenderingError(f"not installed ({error})") from None
    with _one_at_a_time, _captured_stderr() as said:
        try:
            graph = pygraphviz.AGraph(string=source)
            data: bytes | None = graph.draw(format=format, prog=layout)
            graph.close()
        except (ValueError, OSError, TypeError, pygraphviz.DotError) as error:
            # TypeError: pygraphviz 2.0.4 unpacks the error's number where a format is lacking
            raise RenderingError(_first_line(said()) or str(error)) from None
        if not data:
            raise RenderingError(_first_line(said()) or "it made no picture")
    return data


_APART = """
import sys
try:
    import pygraphviz
    graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
    sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog=sys.argv[2]))
except Exception as error:  # after what Graphviz has said, if it has
    sys.exit(str(error))
"""


def _run(command: list[str], source: str, time_limit: float) -> bytes:
    try:
        done = subprocess.run(
            command, input=source.encode(), capture_output=True, timeout=time_limit, check=False
        )
    except subprocess.TimeoutExpired:
        raise RenderingError(
            f"the layout was not ready after {time_limit:g} s; draw less, fold more (collapse=),"
            " or raise time_limit"
        ) from None
    except OSError as error:
        raise RenderingError(f"{command[0]} does not start: {error.strerror}") from None
    if done.returncode or not done.stdout:
        said = _first_line(done.stderr.decode(errors="replace"))
        raise RenderingError(said or f"exit status {done.returncode}")
    return done.stdout


def _first_line(text: str) -> str:
    """The first error, or else the first line that is not fontconfig's, which tells nothing."""
    lines = [line.strip() for line in text.splitlines() if not line.startswith("Fontconfig")]
    return next((line for line in lines if line.startswith("Error")), next(filter(None, lines), ""))


@contextlib.contextmanager
def _captured_stderr() -> Iterator[Callable[[], str]]:
    """Keep what Graphviz's C code writes to standard error; yields a reader of it."""
    with tempfile.TemporaryFile() as file:

        def said() -> str:
            file.seek(0)
            return file.read().decode(errors="replace")

        try:
            kept = os.dup(2)
        except OSError:  # no standard error at all, as under pythonw
            yield said
            return
        try:
            if sys.__stderr__ is not None:
                sys.__stderr__.flush()
            os.dup2(file.fileno(), 2)
            yield said
        finally:
            os.dup2(kept, 2)
            os.close(kept)
