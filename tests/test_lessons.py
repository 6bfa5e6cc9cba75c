"""The lessons in the browser: every cell runs there without a network, and shows what it should."""

from __future__ import annotations

import functools
import http.server
import importlib.util
import itertools
import os
import re
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest
from extensions import lessons
from live import fetch, kernel

from tests.browser import DESKTOP, PHONE, axe_findings, until
from tests.documents import alike

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"

STUBS = {
    f"{path.parent.parent.name}/{path.stem}": lessons.MARK.fullmatch(path.read_text())
    for path in sorted(DOCS.glob("e[ns]/lessons/*.md"))
    if path.stem != "index"
}


def test_every_notebook_has_its_page_which_the_contents_list():
    pages = {f"{page.partition('/')[0]}/{match[1]}" for page, match in STUBS.items() if match}
    assert pages == {f"{p.parent.name}/{p.stem}" for p in ROOT.glob("notebooks/e[ns]/*.ipynb")}
    for language in ("en", "es"):
        index = (DOCS / language / "lessons" / "index.md").read_text(encoding="utf-8")
        listed = re.search(r"```\{toctree\}.*?\n\n(.*?)\n```", index, re.DOTALL)[1].split("\n")
        assert sorted(f"{language}/{name}" for name in listed) == [
            page for page in STUBS if page.startswith(language)
        ]


@pytest.mark.parametrize("language", ["en", "es"])
def test_an_error_is_told_in_the_language_of_the_page_too(language, monkeypatch):
    monkeypatch.setenv("LC_ALL", language)
    sent = []
    live = kernel.Kernel(lambda *message: sent.append(message))
    for code, english, spanish in (
        ("1 +", "SyntaxError: invalid syntax", "sintaxis no válida (<1>, línea 1)"),
        ("from autograd_mini import log\nlog(-1)", "it needs a > 0", "necesita a > 0"),
    ):
        live.run(code, 1)
        assert sent[-1][1].endswith(english if language == "en" else spanish)
        assert english in sent[-1][1]


# ---- What is fetched when the site is built.


def fake_npm(folder, body):
    npm = folder / "npm"
    npm.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    npm.chmod(0o755)


@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        (None, fetch.Unavailable, "there is no npm"),
        ("echo 'no network' >&2; exit 1", fetch.Unavailable, "npm pack pyodide@.*: no network"),
        ("/bin/cp $ARCHIVE .", ValueError, r"pyodide@.* has the SHA-512 .*, and should have 0YvX"),
    ],
)
def test_what_does_not_come_or_is_something_else_is_not_taken(
    body, error, message, tmp_path, monkeypatch
):
    archive = tmp_path / "x.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(__file__, "package/pyodide.mjs")
    monkeypatch.setenv("ARCHIVE", str(archive))
    monkeypatch.setenv("PATH", str(tmp_path))
    if body is not None:
        fake_npm(tmp_path, body)
    with pytest.raises(error, match=message):
        fetch.fetch(tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


# ---- The small matplotlib, beside the real one.


@pytest.fixture(scope="module")
def small():
    spec = importlib.util.spec_from_file_location(
        "small_matplotlib",
        DOCS / "live" / "matplotlib" / "__init__.py",
        submodule_search_locations=[str(DOCS / "live" / "matplotlib")],
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["small_matplotlib"] = module
    spec.loader.exec_module(module)
    yield importlib.import_module("small_matplotlib.figure")
    for name in [name for name in sys.modules if name.startswith("small_matplotlib")]:
        del sys.modules[name]


PLOTS = {
    "line": lambda axes: axes.plot([1, 2, 4], [0.0, -3.0, 8.0], "--", label="a"),
    "values": lambda axes: axes.plot([5.0, 4.0, 4.5], marker="o"),
    "log": lambda axes: axes.semilogy([1e-9, 1e-3, 2.0], label="b"),
    "loglog": lambda axes: axes.loglog([1e-8, 1.0], [1e-3, 1e4], ".-"),
    "gap": lambda axes: axes.plot([0, 1, 2], [1.0, float("nan"), 2.0]),
    "points": lambda axes: axes.scatter([0.5, 3.0], [1.0, 2.0], c=[0, 1], label="c"),
    "limits": lambda axes: (axes.plot([1, 2]), axes.set(ylim=(-3, 3), xlabel="x")),
}


@pytest.mark.parametrize("name", PLOTS)
def test_the_small_matplotlib_has_the_limits_and_labels_of_the_real_one(name, small):
    real = pytest.importorskip("matplotlib.figure").Figure().add_subplot()
    ours = small.Figure().add_subplot()
    for axes in (real, ours):
        PLOTS[name](axes)
    assert ours.get_legend_handles_labels()[1] == real.get_legend_handles_labels()[1]
    assert ours.labels["x"] == real.get_xlabel()
    # The points of a scatter have their size as room, in the real one.
    within = 0.01 if name == "points" else 1e-6
    assert ours._ends(1) == pytest.approx(real.get_ylim(), rel=within)
    assert ours._ends(0) == pytest.approx(real.get_xlim(), rel=within)


def test_what_the_small_matplotlib_does_not_have_it_names(small):
    with pytest.raises(AttributeError, match=r"matplotlib of this page has no axes\.quiver"):
        small.Figure().add_subplot().quiver([1])


# ---- The pages, in Chromium, from a server on this machine and with no way to another.


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder with the site in both languages: that of LESSONS_SITE, or built of the lessons."""
    if given := os.environ.get("LESSONS_SITE"):
        folder = Path(given)
    else:
        pytest.importorskip("sphinx", reason="the extra [docs] brings it")
        folder = tmp_path_factory.mktemp("site")
        for language in ("en", "es"):
            source = tmp_path_factory.mktemp("source")
            pages = [page for page in STUBS if page.startswith(language)]
            for page in pages:
                (source / "lessons").mkdir(exist_ok=True)
                text = (DOCS / language / "lessons" / f"{page[3:]}.md").read_text(encoding="utf-8")
                (source / "lessons" / f"{page[3:]}.md").write_text(text, encoding="utf-8")
            listed = "\n".join(f"lessons/{page[3:]}" for page in pages)
            (source / "index.md").write_text(f"# L\n\n```{{toctree}}\n{listed}\n```\n")
            command = ["-q", "-b", "html", "-c", DOCS, "-t", language, source, folder / language]
            subprocess.run([sys.executable, "-m", "sphinx", *map(str, command)], check=True)
    if not (folder / "en" / lessons.FOLDER / "pyodide.asm.wasm").exists():
        pytest.skip("the site was built without Pyodide: npm brings it")
    return folder


@pytest.fixture(scope="module")
def served(site):
    """The site's address, and a list to which each answer adds its bytes."""
    sent = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def copyfile(self, source, outputfile):
            data = source.read()
            sent.append(len(data))
            outputfile.write(data)

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=str(site))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", sent
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def lesson(browser, served, tmp_path_factory):
    """lesson(page, viewport): a lesson, open; other hosts are behind a proxy that is not there.

    In a browser with a folder of its own, where it keeps the WebAssembly that it has compiled.
    """
    address, sent = served
    context = browser.chromium.browser_type.launch_persistent_context(
        tmp_path_factory.mktemp("profile"),
        bypass_csp=True,
        proxy={"server": "http://127.0.0.1:9", "bypass": "127.0.0.1"},
        **browser.settings,
    )
    asked = []
    context.on("request", lambda request: asked.append(request.url))

    def opened(page, viewport=DESKTOP):
        tab = context.new_page()
        tab.set_viewport_size(viewport)
        tab.said = []
        tab.on("pageerror", lambda error: tab.said.append(str(error)))
        language, _, name = page.partition("/")
        tab.sent = sent
        tab.goto(f"{address}/{language}/lessons/{name}.html")
        return tab

    yield opened
    context.close()
    assert {url.partition(":")[0] for url in asked} <= {"http", "data", "blob", "about"}
    assert [url for url in asked if url.startswith("http") and not url.startswith(address)] == []


SHOWN = """() => [...document.querySelectorAll(".cell .outputs")].map((outputs) =>
  [...outputs.children].map((part) => {
    const frame = part.querySelector("iframe"), graph = part.querySelector("svg g.graph");
    if (frame) return ["frame", frame.title];
    const drawn = part.className !== "picture" && part.querySelector("svg");
    if (drawn) return [part.className, part.textContent.split(/\\s+/).sort().join(" ")];
    if (part.className !== "picture") return [part.className, part.textContent];
    const box = part.firstElementChild.getBoundingClientRect();
    const texts = graph ? [...graph.querySelectorAll("text")].map((text) => text.textContent) : [];
    return ["picture", texts.sort().join("\\n"), box.width, box.height];
  }))"""
FOCUSED = "document.activeElement.getAttribute('aria-label')"
STATES = "() => [...document.querySelectorAll('.cell')].map((cell) => cell.dataset.state)"


def shown(tab):
    """The outputs of each cell: their kinds, their texts, and the sizes of pictures."""
    cells = []
    for outputs in tab.evaluate(SHOWN):
        merged = []
        for kind, parts in itertools.groupby(outputs, key=lambda output: output[0]):
            texts = [part[1] for part in parts]
            merged += [(kind, "".join(texts))] if kind == "stdout" else [(kind, t) for t in texts]
        cells.append(merged)
    return cells


def wait(tab):
    """Until no cell runs; each may take as long as a test's patience."""
    for number in range(len(tab.evaluate(STATES))):
        until(tab, lambda k=number: tab.evaluate(STATES)[k] not in {"running", "waiting"})


@pytest.mark.lessons
@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("page", STUBS)
def test_every_cell_runs_and_shows_what_the_notebook_keeps(page, lesson):
    tab = lesson(page)
    kept = shown(tab)
    assert any(kept)
    tab.sent.clear()
    tab.click(".lesson-bar .all")
    wait(tab)
    got = shown(tab)
    states = tab.evaluate(STATES)
    raised = [outputs[-1] for outputs, state in zip(got, states, strict=True) if state == "raised"]
    assert raised == []
    assert set(states) == {"done"}
    for number, (before, after) in enumerate(zip(kept, got, strict=True), 1):
        assert [kind for kind, _ in after] == [kind for kind, _ in before], f"cell {number}"
        alike([text for _, text in after], [text for _, text in before])
    pictures = [part for cell in tab.evaluate(SHOWN) for part in cell if part[0] == "picture"]
    assert all(width > 60 and height > 30 for _, _, width, height in pictures)
    assert sum(tab.sent) < 20e6
    assert tab.said == []
    tab.close()


def write(tab, number, code):
    tab.locator(".cell textarea").nth(number - 1).fill(code)


def outputs(tab, number):
    return tab.locator(".cell .outputs").nth(number - 1).inner_text()


@pytest.mark.lessons
@pytest.mark.slow
@pytest.mark.browser
def test_a_learner_changes_runs_errs_stops_and_comes_back(lesson):
    tab = lesson("es/6-backward", PHONE)
    areas = tab.locator(".cell textarea")
    original = areas.nth(1).input_value()

    # Shift+Enter in the second cell runs the first one too, and leads on to the third.
    write(tab, 1, "vacia = []")
    write(tab, 2, "print('hola', len(vacia))\nfor i in range(2):\n    i\n'ó' * 2")
    areas.nth(1).press("Shift+Enter")
    wait(tab)
    assert outputs(tab, 2) == "hola 0\n\n'óó'"
    assert tab.evaluate(STATES)[:3] == ["done", "done", ""]
    assert tab.evaluate(FOCUSED) == "Código de la celda 3"

    # An error is that of the cell's own line, and what waits behind it does not run.
    write(tab, 2, "def f(x):\n    return x.y\n\n\nf(1)")
    tab.click(".lesson-bar .all")
    wait(tab)
    text = outputs(tab, 2)
    assert text.startswith('Traceback (most recent call last):\n  File "<cell 2>", line 5, in')
    assert 'File "<cell 2>", line 2, in f\n    return x.y' in text
    python = "AttributeError: 'int' object has no attribute 'y'"
    assert text.endswith(f"{python}\n\nun objeto 'int' no tiene 'y'")
    assert tab.evaluate(STATES)[1:4] == ["raised", "", ""]
    assert "La celda 2 tiene un error" in tab.inner_text(".lesson-bar .status")
    write(tab, 2, "input('?')")
    areas.nth(1).press("Control+Enter")
    wait(tab)
    assert "input() cannot ask in this page" in outputs(tab, 2)

    # A loop without an end is stopped, and Python begins anew.
    write(tab, 2, "print('gira')\nwhile True:\n    pass")
    areas.nth(1).press("Control+Enter")
    until(tab, lambda: "gira" in outputs(tab, 2))
    tab.locator(".cell button.run").nth(1).press("Enter")
    assert set(tab.evaluate(STATES)) == {""}
    assert "Detenido" in tab.inner_text(".lesson-bar .status")
    # Without `lang`, what the package says is in the page's language.
    write(tab, 1, "from autograd_mini import explain, Value\nprint(explain(Value(1.0)))")
    areas.nth(0).press("Control+Enter")
    wait(tab)
    assert outputs(tab, 1).startswith("Qué hace v₁")

    # What was written is there at the next visit, and the lesson's own code one press away.
    tab.reload()
    assert areas.nth(1).input_value().startswith("print('gira')")
    reset = tab.locator(".cell button.reset")
    reset.nth(1).press("Enter")
    assert areas.nth(1).input_value() == original
    assert [reset.nth(k).is_visible() for k in range(3)] == [True, False, False]
    reset.nth(0).press("Enter")

    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    cut = "[...document.querySelectorAll('.plain')].some(e => e.scrollWidth > e.clientWidth)"
    assert not tab.evaluate(cut)  # the questions
    assert axe_findings(tab) == []
    assert tab.said == []
    tab.close()


@pytest.mark.lessons
@pytest.mark.browser
def test_the_editor_indents(lesson):
    tab = lesson("en/3-node")
    area = tab.locator(".cell textarea").first
    area.fill("")
    area.press_sequentially("for i in x:\nif i:\na")
    area.press("Enter")
    area.press("Backspace")
    area.press_sequentially("b")
    area.press("Tab")
    assert area.input_value() == "for i in x:\n    if i:\n        a\n    b    "
    area.press("Escape")
    area.press("Tab")
    on_textarea = tab.evaluate("document.activeElement.matches('textarea')")
    assert not on_textarea or tab.evaluate(FOCUSED) == "Code of cell 2"
    area.fill("x = 'a' # b\nfor")
    classes = tab.evaluate(
        "[...document.querySelector('.editor pre').children].map((e) => [e.className, e.innerText])"
    )
    assert classes == [["s2", "'a'"], ["c1", "# b"], ["k", "for"]]
    tab.close()


@pytest.mark.browser
def test_what_is_wider_than_a_page_of_the_site_is_reached_by_keys(visit, tmp_path):
    boxes = f"<pre>{'wide' * 999}</pre><pre aria-hidden=true>{'wide' * 999}</pre><pre>narrow</pre>"
    script = (DOCS / "_static" / "reach.js").read_text(encoding="utf-8")
    style = "<style>pre { overflow: auto }</style>"
    (tmp_path / "page.html").write_text(f"{style}{boxes}<script>{script}</script>")
    page = visit(tmp_path / "page.html")
    assert page.eval_on_selector_all("pre", "all => all.map(e => e.tabIndex)") == [0, -1, -1]


@pytest.mark.browser
def test_a_site_without_python_says_so(visit, tmp_path):
    page = tmp_path / "page.html"
    script = (DOCS / "live" / "page.js").read_text(encoding="utf-8")
    page.write_text(
        f'<html lang="es"><article><h1>T</h1><div class="cell"><div class="highlight"><pre>1</pre>'
        f'</div><div class="outputs"></div></div></article><script data-python="false"></script>'
        f'<script type="module">{script}</script></html>',
        encoding="utf-8",
    )
    tab = visit(page)
    assert "sin Python para el navegador" in tab.inner_text(".lesson-bar")
    assert tab.locator("button, textarea").count() == 0


@pytest.mark.lessons
@pytest.mark.slow
def test_the_frame_of_the_spanish_site_is_in_spanish(site):
    page = (site / "es" / "index.html").read_text(encoding="utf-8")
    frame = re.sub(r"<(article|script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    frame = frame[frame.index("<body") :]
    said = re.findall(r">([^<>]*[a-zA-Z][^<>]*)<", frame)
    said += re.findall(r"(?:title|aria-label|placeholder)=\"([^\"]+)\"", frame)
    english = r"next|previous|home|menu|mode|made|with|and|back|top|toggle|this|skip|expand|hide"
    english += "|contents|contributors"
    assert [text for text in said if re.search(rf"(?i)\b({english})\b", text)] == []
    assert "Siguiente" in frame
    words = " ".join(re.sub("<[^>]*>", "", frame[frame.index("Hecho con") :]).split())
    assert words.startswith("Hecho con Sphinx y Furo, de @pradyunsg")
