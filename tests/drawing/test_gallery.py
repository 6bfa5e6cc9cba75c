"""The gallery: every program of it draws, and both pages show every picture once."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from gallery import build

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"

EXHIBIT = re.compile(r"^```\{exhibit\} ([\w ]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", build.NAMES)
def test_the_picture_is_whole(name, exhibits):
    picture = exhibits[name]
    assert 200 < build.width_of(picture) < 2000
    if picture.file.endswith(".png"):
        assert picture.data.startswith(b"\x89PNG\r\n")
    else:
        assert ET.fromstring(picture.data).tag == "{http://www.w3.org/2000/svg}svg"
        assert len(picture.data) < 300_000


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_picture_is_on_the_page_once_with_a_caption(language):
    text = (DOCS / language / "gallery.md").read_text(encoding="utf-8")
    shown = []
    for names, captions in EXHIBIT.findall(text):
        assert len(names.split()) == len(captions.splitlines()), names
        shown += names.split()
    assert sorted(shown) == build.NAMES
    assert len(shown) >= 16
    assert "gallery.md" in (DOCS / language / "index.md").read_text(encoding="utf-8")


def test_the_words_of_plots_are_in_the_language_of_the_page(exhibits):
    english, spanish = exhibits["gradient_by_depth"], build.exhibit("gradient_by_depth", "es")
    assert english.data != spanish.data
    assert "lang" not in english.code
    assert 'lang="es"' in spanish.code


def test_the_script_writes_the_pictures(tmp_path):
    build.main([str(tmp_path / "new"), "square"])
    written = (tmp_path / "new" / "square.svg").read_bytes()
    assert written == build.exhibit("square").data
    with pytest.raises(ValueError, match=r"the gallery has no 'cat'; it has .*square"):
        build.exhibit("cat")
