"""The how-to page followed to the letter: two files from the page, and pytest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"en": "mymodel", "es": "mimodelo"}


@pytest.mark.parametrize("language", NAMES)
def test_the_property_test_of_the_page_passes_and_finds_the_wrong_sign(language, tmp_path):
    page = (ROOT / "docs" / language / "how-to" / "check-derivatives.md").read_text("utf-8")
    name = NAMES[language]
    blocks = re.findall(r"```{code-block} python\n(.*?)```", page, re.DOTALL)
    functions = next(block for block in blocks if "def " in block and "import numpy" in block)
    test = next(block for block in blocks if f"from {name} import" in block)
    assert len([line for line in test.splitlines() if line]) <= 10

    def run(source):
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
        (tmp_path / f"test_{name}.py").write_text(test, encoding="utf-8")
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )

    right = run(functions)
    assert right.returncode == 0, right.stdout
    assert "1 passed" in right.stdout
    broken = run(functions.replace("np.exp(w @ x)", "np.exp(-w @ x)"))
    assert broken.returncode == 1
    assert re.search(r"df/dw\[0\] is -?[\d.]+, and should be -?[\d.]+", broken.stdout)
    assert "2 for a right gradient, 1 for a wrong one" in broken.stdout
