"""The how-to page followed to the letter: two files from the page, and pytest."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["pytester"]
import_module("numpy")  # here: a session forgets what it loads, and NumPy loads once

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"en": "mymodel", "es": "mimodelo"}


@pytest.fixture
def _few_examples():
    settings.register_profile("before", settings())
    settings.register_profile("few", settings(), max_examples=25)
    settings.load_profile("few")
    yield
    settings.load_profile("before")


@pytest.mark.usefixtures("_few_examples")
@pytest.mark.parametrize("language", NAMES)
def test_the_property_test_of_the_page_passes_and_finds_the_wrong_sign(language, pytester):
    page = (ROOT / "docs" / language / "how-to" / "check-derivatives.md").read_text("utf-8")
    name = NAMES[language]
    blocks = re.findall(r"```{code-block} python\n(.*?)```", page, re.DOTALL)
    functions = next(block for block in blocks if "def " in block and "import numpy" in block)
    test = next(block for block in blocks if f"from {name} import" in block)
    assert len([line for line in test.splitlines() if line]) <= 10

    def run(source):
        pytester.path.joinpath(f"{name}.py").write_text(source, encoding="utf-8")
        pytester.path.joinpath(f"test_{name}.py").write_text(test, encoding="utf-8")
        return pytester.runpytest_inprocess("-q", "-p", "no:cacheprovider")

    run(functions).assert_outcomes(passed=1)
    broken = run(functions.replace("np.exp(w @ x)", "np.exp(-w @ x)"))
    broken.assert_outcomes(failed=1)
    told = broken.stdout.str()
    assert re.search(r"df/dw\[0\] is -?[\d.]+, and should be -?[\d.]+", told)
    assert "2 for a right gradient, 1 for a wrong one" in told
