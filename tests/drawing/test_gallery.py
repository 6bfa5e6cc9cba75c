"""The gallery: every program of it draws, and both pages show every picture once."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"
sys.path.append(str(DOCS))

from gallery import build  # noqa: E402

EXHIBIT = re.compile(r"^```\{exhibit\} ([\w ]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", build.NAMES)
def test_the_picture_is_whole_and_the_same_on_every_run(name: str) -> None:
    if (first := build.exhibit(name)).file.endswith(".png"):
        assert first.data.startswith(b"\x89PNG\r\n")
        assert first.data == build.exhibit(name).data
        assert 300 < build.width_of(first) < 1000
        return
    assert ET.fromstring(first.data).tag == "{http://www.w3.org/2000/svg}svg"
    code = f"from gallery.build import exhibit; print(exhibit({name!r}).data.decode(), end='')"
    again = subprocess.run(  # a fresh interpreter has other hashes and addresses
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(DOCS)!r}); {code}"],
        capture_output=True, encoding="utf-8", check=True,
    ).stdout  # fmt: skip
    assert again == first.data.decode()


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_picture_is_on_the_page_once_with_a_caption(language: str) -> None:
    text = (DOCS / language / "gallery.md").read_text(encoding="utf-8")
    shown = []
    for names, captions in EXHIBIT.findall(text):
        assert len(names.split()) == len(captions.splitlines()), names
        shown += names.split()
    assert sorted(shown) == build.NAMES
    assert len(shown) >= 16
    assert "gallery.md" in (DOCS / language / "index.md").read_text(encoding="utf-8")


def test_the_words_of_plots_are_in_the_language_of_the_page() -> None:
    english, spanish = (build.exhibit("gradient_by_depth", lang) for lang in ("en", "es"))
    assert english.data != spanish.data
    assert "lang" not in english.code
    assert 'lang="es"' in spanish.code


def test_the_script_writes_the_pictures(tmp_path: Path) -> None:
    build.main([str(tmp_path / "new"), "square"])
    written = (tmp_path / "new" / "square.svg").read_bytes()
    assert written == build.exhibit("square").data
    with pytest.raises(ValueError, match=r"the gallery has no 'cat'; it has .*square"):
        build.exhibit("cat")
