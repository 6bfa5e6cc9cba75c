"""Draw the pictures of the READMEs anew, beside this file: python docs/images/make.py.

In en/ and es/:
backward.svg    the backward pass of a neuron, which moves (moving.py)
graph.svg       from `autograd-mini demo`: the graph of a neuron's loss, with the chain rule
boundary.png    from the demo too: where the network sees each species
page.png        a step of a neuron's backward pass on its page; needs playwright and Chromium
"""

from __future__ import annotations

import io
import linecache
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

NAMES = {"en": "neuron", "es": "neurona"}
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))


def page(lang: str = "en") -> bytes:
    """Return a screenshot of the page of tanh(w x + b), where w gets its gradient, as PNG."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    from autograd_mini import steps
    from autograd_mini.stepping import save_html

    code = f"def {NAMES[lang]}(w, x, b):\n    z = w * x + b\n    y = z.tanh()\n    return y\n"
    linecache.cache["<lesson>"] = (len(code), None, code.splitlines(keepends=True), "<lesson>")
    names: dict[str, Any] = {}
    exec(compile(code, "<lesson>", "exec"), names)  # the page shows these lines
    browsers = ("chromium-headless-shell", "chromium", "google-chrome")
    browser = next(filter(None, map(shutil.which, browsers)), None)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder, "page.html")
        save_html(steps(names[NAMES[lang]], 0.5, 2.0, -0.25), file, lang=lang, start=12)
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        tab = chromium.new_page(
            viewport={"width": 1080, "height": 720}, color_scheme="light", reduced_motion="reduce"
        )
        tab.goto(file.as_uri())
        tab.wait_for_timeout(500)
        shot = tab.screenshot()
        chromium.close()
    picture = Image.open(io.BytesIO(shot)).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    """Write all pictures."""
    from moving import backward

    from autograd_mini.cli import main as autograd_mini

    for language in ("en", "es"):
        pictures = HERE / language
        pictures.mkdir(exist_ok=True)
        (pictures / "backward.svg").write_text(backward(language), encoding="utf-8")
        (pictures / "page.png").write_bytes(page(language))
        with tempfile.TemporaryDirectory() as folder:
            if autograd_mini(["demo", "--lang", language, "--out", folder]) != 0:
                raise SystemExit("the demo failed")
            for name in ("graph.svg", "boundary.png"):
                shutil.copy(Path(folder) / name, pictures / name)


if __name__ == "__main__":
    main()
