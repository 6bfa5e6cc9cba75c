"""Draw the pictures of the gallery: python docs/gallery/build.py FOLDER [--lang en|es] [NAME ...].

Each picture is one of the other files beside this one: a program whose last line is what to show,
a drawing, SVG as text, or a matplotlib Figure. The documentation's pages gallery.md name them in
`{exhibit}` directives, which come here for the pictures; so none is older than the package.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
DOCS = HERE.parent
for folder in (DOCS, DOCS.parent):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from extensions.pictures import run  # noqa: E402

LEAST_SCALE = 0.6  # pictures stand side by side as long as they need not shrink further
NAMES = sorted(path.stem for path in HERE.glob("*.py") if path.stem != "build")


class Exhibit(NamedTuple):
    """A picture as a file, and the code that makes it."""

    file: str
    data: bytes
    code: str


def exhibit(name: str, lang: str = "en") -> Exhibit:
    """Run the program of that name; where it says lang=lang, the picture has words of its own.

    Raises ValueError for a name without a program.
    """
    if name not in NAMES:
        raise ValueError(f"the gallery has no {name!r}; it has {', '.join(NAMES)}")
    code = (HERE / f"{name}.py").read_text(encoding="utf-8")
    code = code.replace(", lang=lang", "" if lang == "en" else f', lang="{lang}"')
    with contextlib.redirect_stdout(io.StringIO()):  # the progress bar of fit
        shown = run(code)
    return Exhibit(f"{name}{_suffix(shown)}", _data(shown), code)


def width_of(picture: Exhibit) -> int:
    """Return the width in CSS pixels at which the picture's letters are of a page's size."""
    if picture.file.endswith(".svg"):
        found = re.search(rb'<svg[^>]*? width="([\d.]+)(pt|px|)"', picture.data)
        return round(float(found[1]) * (4 / 3 if found[2] == b"pt" else 1)) if found else 640
    return int.from_bytes(picture.data[16:20], "big") * 96 // 150  # a PNG of 150 dots per inch


def _suffix(shown: Any) -> str:
    return ".png" if hasattr(shown, "savefig") else ".svg"


def _data(shown: Any) -> bytes:
    if hasattr(shown, "savefig"):
        from autograd_mini.drawing.plots import png

        return png(shown)
    svg = shown.pipe(format="svg", encoding="utf-8") if hasattr(shown, "pipe") else str(shown)
    return svg[svg.index("<svg") :].encode()


def main(arguments: list[str] | None = None) -> None:
    """Write the pictures that are named, or all, to a folder."""
    parser = argparse.ArgumentParser(description="Draw the pictures of the gallery.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    parser.add_argument("--lang", choices=("en", "es"), default="en")
    options = parser.parse_intermixed_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.names or NAMES:
        picture = exhibit(name, options.lang)
        (options.folder / picture.file).write_bytes(picture.data)
        print(f"{picture.file}  {len(picture.data):,} bytes")


if __name__ == "__main__":
    main()
