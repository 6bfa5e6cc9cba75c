"""Draw the pictures of the READMEs anew, beside this file: python docs/images/make.py.

In en/ and es/:
neuron.svg      a neuron after its backward pass
graph.svg       from `autograd-mini demo`: the graph of a neuron's loss, with the chain rule
boundary.png    from the demo too: where the network sees each species
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))


def neuron(lang: str = "en") -> str:
    """Return the picture of tanh(w x + b) as SVG."""
    from autograd_mini import Value, draw

    w, x, b = Value(0.5, label="w"), Value(2.0, label="x"), Value(-0.25, label="b")
    product = w * x
    total = product + b
    y = total.tanh()
    product.label, total.label, y.label = "p", "z", "y"
    y.backward()
    return str(draw(y, lang=lang).pipe(format="svg", encoding="utf-8"))


def main() -> None:
    """Write all pictures."""
    from autograd_mini.cli import main as autograd_mini

    for language in ("en", "es"):
        pictures = HERE / language
        pictures.mkdir(exist_ok=True)
        (pictures / "neuron.svg").write_text(neuron(language), encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            if autograd_mini(["demo", "--lang", language, "--out", folder]) != 0:
                raise SystemExit("the demo failed")
            for name in ("graph.svg", "boundary.png"):
                shutil.copy(Path(folder) / name, pictures / name)


if __name__ == "__main__":
    main()
