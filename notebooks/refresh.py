"""Write the notebooks from lessons/, and run them: python notebooks/refresh.py [--check] [N ...].

A lesson stands in one file for both languages: its names, then blocks. `=== es` and `=== en` are
text; `=== code` is code for both, in which the English notebook has the words of `=== words` (and
lang="en"); `=== ask` has the numbers of its exercises. N are the lessons to do, by default all.

Every cell is run in a fresh kernel. Outputs are kept; execution times, counts and the name of the
machine's kernel are not, so that a notebook changes only when its content does. With --check
nothing is written: the texts that the cells print are compared with the committed ones.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import nbclient
import nbformat

HERE = Path(__file__).resolve().parent
LESSONS = sorted((HERE / "lessons").glob("*.txt"))
LANGUAGES = ("es", "en")
EXERCISES = {
    "es": "## Ejercicios\n\nPon tu respuesta en el lugar de `...` y ejecuta la celda: se corrige en"
    " el acto. Los números llevan punto decimal, no coma, y se pueden redondear a tres cifras.",
    "en": "## Exercises\n\nPut your answer in place of `...` and run the cell: it is graded on the"
    " spot. Write numbers with a decimal point, not a comma; three digits are enough.",
}
# JupyterLab shows no SVG of a notebook that was run elsewhere until its reader trusts it.
UNTRUSTED = {
    "en": "[a drawing: run the cell, or trust the notebook, to see it]",
    "es": "[un dibujo: ejecuta la celda, o confía en el cuaderno, para verlo]",
}
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def built(lesson: Path) -> dict[Path, Any]:
    """Return the two notebooks of a lesson, without outputs, by their paths."""
    names, *blocks = re.split(r"^=== ", lesson.read_text(encoding="utf-8"), flags=re.MULTILINE)
    parts = [(head, body.strip()) for head, _, body in (b.partition("\n") for b in blocks)]
    (words,) = (body for head, body in parts if head == "words")
    pairs = sorted((line.split(" | ") for line in words.splitlines()), key=lambda p: -len(p[0]))
    english = {old.strip(): new for old, new in pairs}
    pattern = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, english))})(?!\w)")
    notebooks = {}
    for language, name in zip(LANGUAGES, names.split(), strict=True):
        cells: list[Any] = []
        for head, body in parts:
            if head == language:
                cells.append(nbformat.v4.new_markdown_cell(body))
            elif head == "code":
                code = pattern.sub(lambda m: english[m[0]], body) if language == "en" else body
                code = code.replace('"es"', f'"{language}"')
                cells.append(nbformat.v4.new_code_cell(code))
            elif head.startswith("ask"):
                cells.append(nbformat.v4.new_markdown_cell(EXERCISES[language]))
                for k, number in enumerate(head.split()[1:]):
                    first = "" if k else "from autograd_mini.course import ask\n\n"
                    code = f'{first}ask("{number}", ..., lang="{language}")'
                    cells.append(nbformat.v4.new_code_cell(code))
        notebook = nbformat.v4.new_notebook(cells=cells)
        notebooks[HERE / language / f"{name}.ipynb"] = tidy(notebook, language)
    return notebooks


def executed(notebook: Any, language: str, timeout: float = 300) -> Any:
    """Return the notebook as it is after running every cell in order.

    Raises nbclient.exceptions.CellExecutionError, which shows the cell, if one fails.
    """
    os.environ["PYTHONPATH"] = os.pathsep.join(  # the kernel runs the package of this checkout
        [str(HERE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    client = nbclient.NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        resources={"metadata": {"path": HERE}},
    )
    return tidy(client.execute(), language)


def tidy(notebook: Any, language: str) -> Any:
    """Drop what depends on the run or on the machine."""
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02}"
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = joined(cell.outputs)
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


def joined(outputs: list[Any]) -> list[Any]:
    """What is printed between two pictures as one output: how it is cut depends on the run."""
    kept: list[Any] = []
    for output in outputs:
        if kept and output.output_type == kept[-1].output_type == "stream":
            kept[-1].text += output.text
        else:
            kept.append(output)
    return kept


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
    chosen = [x for x in LESSONS if x.stem in arguments] or LESSONS
    for path, notebook in (item for lesson in chosen for item in built(lesson).items()):
        after = executed(notebook, path.parent.name)
        written = nbformat.writes(after) + "\n"
        if "--check" in arguments:
            same = texts(nbformat.read(path, as_version=4)) == texts(after)
        else:
            same = path.exists() and path.read_text(encoding="utf-8") == written
            path.write_text(written, encoding="utf-8")
        changed += not same
        print(f"{path.relative_to(HERE)}: {'unchanged' if same else 'changed'}", flush=True)
    return int(bool(changed) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
