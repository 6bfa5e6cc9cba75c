"""Pages in Chromium for the tests: one browser for all of them, and a quiet page for each."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# The headless one alone has no window to draw, and takes a third of the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
PATIENCE = 60.0  # seconds, for a machine that is busy


class Browser:
    """Lends pages; one that is given back is emptied and lent again, as windows open slowly."""

    def __init__(self, chromium: Any, settings: dict[str, Any]) -> None:
        self.chromium, self.settings = chromium, settings
        self.idle: dict[str, list[Any]] = {}

    def lend(self, **settings: Any) -> Any:
        """An empty page of a context with these settings."""
        key = repr(sorted(settings.items()))
        if self.idle.get(key):
            return self.idle[key].pop()
        page = self.chromium.new_context(**settings).new_page()
        page.lent_as = key
        return page

    def take_back(self, page: Any) -> None:
        """What a page leaves behind (storage, other windows, a pointer) goes."""
        for other in page.context.pages:
            if other is not page:
                other.close()
        if page.url.startswith("file:"):
            page.evaluate("localStorage.clear(); sessionStorage.clear()")
        page.mouse.move(0, 0)
        page.goto("about:blank")
        self.idle.setdefault(page.lent_as, []).append(page)


@contextmanager
def launched() -> Iterator[Browser]:
    """The browser; the tests that need it are skipped where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api")
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("there is no Chromium on the PATH (Debian: apt-get install chromium)")
    with sync_api.sync_playwright() as playwright:
        settings = {"executable_path": path, "args": ARGUMENTS}
        chromium = playwright.chromium.launch(**settings)
        yield Browser(chromium, settings)
        chromium.close()


class Visit:
    """The pages that a test opens: none may complain, or ask for anything but itself."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.opened: list[tuple[Any, list[tuple[str, Any]]]] = []

    def __call__(
        self,
        file: Path | None = None,
        link: str = "",
        viewport: dict[str, int] = DESKTOP,
        color_scheme: str = "light",
        reduced_motion: str = "no-preference",
        **settings: Any,
    ) -> Any:
        """The page of a file, or an empty one; `said` holds what it says to the console."""
        page = self.browser.lend(**settings)
        page.set_viewport_size(viewport)
        page.emulate_media(media="screen", color_scheme=color_scheme, reduced_motion=reduced_motion)
        page.said, page.asked = said, asked = [], []
        listeners: list[tuple[str, Any]] = [
            ("console", lambda message: said.append(message.text)),
            ("pageerror", lambda error: said.append(str(error))),
            ("request", lambda request: asked.append(request.url.partition("#")[0])),
        ]
        for event, listener in listeners:
            page.on(event, listener)
        self.opened.append((page, listeners))
        if file is not None:
            page.goto(file.as_uri() + link)
        return page

    def end(self) -> None:
        """Give the pages back, and look at what they have said and asked for."""
        said, asked = [], []
        for page, listeners in self.opened:
            said += page.said
            own = page.url.partition("#")[0]
            asked += [url for url in page.asked if url != own and not url.startswith("about:")]
            for event, listener in listeners:
                page.remove_listener(event, listener)
            self.browser.take_back(page)
        self.opened.clear()
        assert said == [], said
        assert asked == []


@contextmanager
def visiting(browser: Browser) -> Iterator[Visit]:
    """A visit that ends with the block."""
    visit = Visit(browser)
    yield visit
    visit.end()


def until(page: Any, condition: str | Callable[[], object], arg: Any = None) -> None:
    """Wait until it holds; the pages' policy forbids Playwright's own `wait_for_function`.

    A page that is just being loaded anew ("context was destroyed") does not fulfil it yet.
    """
    from playwright.sync_api import Error

    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if condition() if callable(condition) else page.evaluate(condition, arg):
                return
        except Error as error:
            if "context was destroyed" not in error.message:
                raise
        page.wait_for_timeout(20)
    pytest.fail(f"it never came: {condition}")


def switch_to_spanish(page: Any) -> None:
    """Press the button, and wait until the words for screen readers follow: within 700 ms."""
    live = "document.getElementById('live').textContent"
    switch = f"() => {{ document.querySelector('[data-lang=es]').click(); return {live}; }}"
    until(page, f"text => {live} !== text", page.evaluate(switch))


def downloaded(page: Any, button: str) -> tuple[str, str]:
    """Press the button: the name of the file that it offers, and its text, ends of lines as is."""
    with page.expect_download() as waiting:
        page.click(button)
    file = waiting.value
    return file.suggested_filename, Path(file.path()).read_bytes().decode()


def function(page: Any) -> Callable[[str, Any], Any]:
    """f(script, given): what the body of a JavaScript function with this argument returns."""

    def evaluated(script: str, given: Any) -> Any:
        text = json.dumps(given, allow_nan=False)
        body = f"const given = JSON.parse(text); return (() => {{\n{script}\n}})()"
        answer = page.evaluate(f"(text) => JSON.stringify((() => {{ {body} }})())", text)
        return json.loads(answer, parse_int=float)  # 1e17 is written as an integer

    return evaluated


CORNER = """selector => {
  const one = Object.assign(document.createElement("canvas"), {width: 1, height: 1});
  const pen = one.getContext("2d");
  pen.drawImage(document.querySelector(selector), -2, -2);
  return Math.max(...pen.getImageData(0, 0, 1, 1).data.slice(0, 3));
}"""  # how light the corner of a canvas is, from 0 to 255


def axe_findings(page: Any) -> list[str]:
    """What axe-core finds that is serious or critical: rule and element. CSP must be bypassed."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    names = {"rules": {"label-content-name-mismatch": {"enabled": True}}}  # for who speaks to it
    found = axe.Axe().run(page, options=names).response
    assert found["passes"]
    return [
        f"{violation['id']}: {node['html'][:120]}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
