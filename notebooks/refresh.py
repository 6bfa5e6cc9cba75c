"""Execute the notebooks in place and tidy what they keep: python notebooks/refresh.py [--check].

Every cell is run in a fresh kernel. Outputs are kept; execution times, counts and the name of the
machine's kernel are not, so that a notebook changes only when its content does. With --check
nothing is written: the texts that the cells print are compared with the committed ones.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import nbclient
import nbformat

HERE = Path(__file__).resolve().parent
NOTEBOOKS = sorted(HERE.glob("e[ns]/*.ipynb"))
# JupyterLab shows no SVG of a notebook that was run elsewhere until its reader trusts it.
UNTRUSTED = {
    "en": "[a drawing: run the cell, or trust the notebook, to see it]",
    "es": "[un dibujo: ejecuta la celda, o confía en el cuaderno, para verlo]",
}
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def executed(path: Path, timeout: float = 300) -> Any:
    """Return the notebook as it is after running every cell in order.

    Raises nbclient.exceptions.CellExecutionError, which shows the cell, if one fails.
    """
    notebook = nbformat.read(path, as_version=4)
    os.environ["PYTHONPATH"] = os.pathsep.join(  # the kernel runs the package of this checkout
        [str(HERE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    client = nbclient.NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        resources={"metadata": {"path": path.parent}},
    )
    return tidy(client.execute(), path.parent.name)


def tidy(notebook: Any, language: str) -> Any:
    """Drop what depends on the run or on the machine."""
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02}"
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.execution_count = None
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = None
                output.pop("metadata", None)
                if output.output_type in {"display_data", "execute_result"}:
                    output.metadata = {}
                    if "image/svg+xml" in output.data:
                        output.data["text/plain"] = UNTRUSTED[language]
                    elif "image/png" in output.data:
                        output.data.pop("text/plain", None)  # <Figure size ...>
    return notebook


def texts(notebook: Any) -> list[str]:
    """Return what each code cell prints or returns as text, with how many pictures it shows."""
    shown = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        parts, pictures = [], 0
        for output in cell.outputs:
            if output.output_type == "stream":
                parts.append(output.text)
            elif data := output.get("data"):
                picture = any(kind.startswith("image/") for kind in data)
                pictures += picture
                parts.append("" if picture else data.get("text/plain", ""))
        shown.append("".join(parts) + f"[{pictures} pictures]" * bool(pictures))
    return shown


def main(arguments: list[str]) -> int:
    """Refresh the notebooks, or compare them; return 1 if one has changed."""
    changed = 0
    for path in NOTEBOOKS:
        before = nbformat.read(path, as_version=4)
        after = executed(path)
        if arguments == ["--check"]:
            same = texts(before) == texts(after)
        else:
            temporary = path.with_suffix(".tmp")
            nbformat.write(after, temporary)
            same = temporary.read_bytes() == path.read_bytes()
            temporary.replace(path)
        changed += not same
        print(f"{path.relative_to(HERE)}: {'unchanged' if same else 'changed'}")
    return int(bool(changed) and arguments == ["--check"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
