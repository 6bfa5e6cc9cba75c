"""One self-contained HTML file: markup, style, scripts and data, under a strict content policy."""

import base64
import hashlib
import html
import json
import math
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from autograd_mini.language import checked, of
from autograd_mini.notation.labels import number, printable
from autograd_mini.numbers.arguments import one_of
from autograd_mini.numbers.numberlike import data_of
from autograd_mini.stepping import recordings

ASSETS = Path(__file__).parent / "assets"
SETTINGS = ("auto", "light", "dark")
_PAPER = "@media print { :root { font-size: 8pt; print-color-adjust: exact } }"  # for wide tables


def document(
    main: str,
    scripts: Iterable[str],
    data: Mapping[str, Any],
    words: Mapping[str, tuple[str, str]],
    *,
    lang: str = "en",
    theme: str = "auto",
    title: str | None = None,
    styles: Sequence[str] = (),
    inserted: Mapping[str, str] = {},
    packed: Mapping[str, Any] = {},
) -> str:
    """The text of a page that needs no other file, and runs no script but its own.

    main      the file in `assets` that stands between the header and the controls
    scripts   files there, or JavaScript itself (text of several lines), in order; they share one
              strict function, so they see each other's names and the window sees none
    data      what they find in `DATA`; numbers that are no finite float go through `written`
    title     the heading; None takes the text "title" of the words in the reader's language
    styles    CSS files in `assets` beside the common one
    inserted  markup that replaces {{name}} in `main`. It is trusted: nothing that comes from
              outside may be in it unescaped
    packed    data that is the same on every page, compressed with the scripts; `DATA` has it too

    Style and scripts are compressed, for a page of a small graph would mostly consist of them. A
    script of a few lines unpacks them; the policy names the digests of all three.

    Raises ValueError for an unknown language or theme, TypeError for a title that is no text.
    """
    checked(lang)
    one_of("theme", theme, SETTINGS)
    if not isinstance(title, str | None):
        raise TypeError(f"title must be text or None, got {title!r:.40} ({type(title).__name__})")
    shown = of(words["title"], lang) if title is None else printable(title)
    told = {**packed, "words": {**words}}
    code = [text if "\n" in text else asset(text) for text in scripts]
    script = enclosed(f"const PACKED = {as_json(told)};", *code)
    loader = enclosed(asset("unpack.js"))
    sheets = "\n".join(map(asset, ("player.css", *styles))).replace("%dark%", asset("dark.css"))
    style = squeezed(sheets, css=True)
    own = {"lang": lang, "theme": theme, "title": None if title is None else shown}
    parts = {
        "lang": lang,
        "theme": "" if theme == "auto" else f' data-theme="{theme}"',
        "policy": (
            f"default-src 'none'; script-src '{digest(loader)}' '{digest(script)}';"
            f" style-src '{digest(style)}'; img-src data:; base-uri 'none'; form-action 'none'"
        ),
        "title": html.escape(shown),
        "main": _filled(squeezed(asset(main)), inserted),
        "data": as_json({**data, **own}),
        "packed": compressed(f"{style}\0{script}"),
        "loader": loader,
    }
    return _filled(squeezed(asset("shell.html")), parts)


def plain(title: str, body: str, lang: str, style: str = _PAPER) -> str:
    """A page to read: no scripts, no network. `body` is markup, and trusted."""
    parts = {"lang": lang, "title": html.escape(title), "style": asset("plain.css") + style}
    reached = body.replace("<div", '<div tabindex="0"')  # they scroll, by keys too
    return _filled(asset("plain.html"), {**parts, "body": reached})


@cache
def asset(name: str) -> str:
    """The text of a file in `assets`."""
    return (ASSETS / name).read_text(encoding="utf-8")


def _filled(text: str, parts: Mapping[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], text)


def squeezed(text: str, *, css: bool = False) -> str:
    """Without indentation, empty lines, and comments on lines of their own or after two spaces."""
    lines = [line.partition("  // ")[0].strip() for line in text.splitlines()]
    kept = [line for line in lines if line and not line.startswith("//")]
    if css:
        joined = re.sub(r"/\*.*?\*/", "", "".join(kept), flags=re.DOTALL)
        return re.sub(r"\s*([{};,])\s*|(?<=[\w-]):\s+", lambda m: m[1] or ":", joined)
    return "\n".join(kept)


def enclosed(*code: str) -> str:
    """Scripts as one strict function, which may wait for what is unpacked."""
    return '(async()=>{"use strict";\n' + "\n".join(map(squeezed, code)) + "\n})();"


def compressed(text: str) -> str:
    """Raw deflate (RFC 1951) in Ascii85, with v to ~ for what HTML or JSON would have to escape."""
    digits = base64.a85encode(zlib.compress(text.encode(), 9, wbits=-15), pad=True).decode()
    return digits.replace("z", "!!!!!").translate(str.maketrans("<\"&'>\\", "vwxy|~"))


def digest(text: str) -> str:
    """The source expression of a Content-Security-Policy for this script or style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def as_json(data: Any) -> str:
    """JSON that can stand inside a script element: no `<` in it."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return text.encode("utf-8", "backslashreplace").decode()  # lone surrogates


def written(x: Any) -> Any:
    """A number for the page: a float exactly, any other as text."""
    x = data_of(x)
    if x.__class__ is float:
        return (int(x) if -1e15 < x == int(x) != 0 < 1e15 else x) if math.isfinite(x) else str(x)
    return x if x.__class__ is int and abs(x) < 2**53 else number(x)


def for_page(x: Any) -> Any:
    """What was recorded, with numbers as `written` has them and texts that can be shown."""
    return recordings.written(x, written, printable)
