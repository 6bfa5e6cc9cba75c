"""Draw the pictures of the READMEs anew, beside this file: python docs/images/make.py.

neuron.svg              a neuron after its backward pass
graph.svg               from `autograd-mini demo`: the graph of a neuron's loss, with the chain rule
en/, es/boundary.png    from the demo too: where the network sees each species
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))


def neuron() -> str:
    """Return the picture of tanh(w x + b) as SVG."""
    from autograd_mini import Value, draw

    w, x, b = Value(0.5, label="w"), Value(2.0, label="x"), Value(-0.25, label="b")
    product = w * x
    total = product + b
    y = total.tanh()
    product.label, total.label, y.label = "p", "z", "y"
    y.backward()
    return str(draw(y).pipe(format="svg", encoding="utf-8"))


def main() -> None:
    """Write all pictures."""
    from autograd_mini.cli import main as autograd_mini

    (HERE / "neuron.svg").write_text(neuron(), encoding="utf-8")
    for language in ("en", "es"):
        with tempfile.TemporaryDirectory() as folder:
            if autograd_mini(["demo", "--lang", language, "--out", folder]) != 0:
                raise SystemExit("the demo failed")
            (HERE / language).mkdir(exist_ok=True)
            shutil.copy(Path(folder) / "boundary.png", HERE / language / "boundary.png")
            if language == "en":
                shutil.copy(Path(folder) / "graph.svg", HERE / "graph.svg")


if __name__ == "__main__":
    main()
