"""The command grade: one submission, a class, every form of result, in both languages."""

import csv
import io
import json
import os
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from autograd_mini.cli import main
from autograd_mini.grading import Marks, forms, grade
from autograd_mini.grading.levels import read
from autograd_mini.grading.marking import Mark
from tests.cli.tongues import ENGLISH, SPANISH, words
from tests.grading.submissions import CLASS, written

NAMES = ("right-right", "stale", "no-exp")


KEPT = {}


def once(paths, **options):
    """The marks; the same files, asked the same, are run once for all tests."""
    files = [x for path in map(Path, paths) for x in (path, *path.rglob("*")) if x.is_file()]
    asked = repr(([(x.name, x.read_bytes()) for x in sorted(files)], options))
    return [*(KEPT.get(asked) or KEPT.setdefault(asked, grade(paths, **options)))]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr("autograd_mini.cli.grade.grade", once)
    (tmp_path / "class").mkdir()
    return written(tmp_path / "class", *NAMES)


def printed(capsys, *arguments):
    """What the command prints, and its status."""
    status = main(["grade", "--time", "10", *map(str, arguments)])
    out, err = capsys.readouterr()
    assert err == ""
    return out, status


def test_one_submission(folder, capsys):
    out, status = printed(capsys, folder / "stale.py", "--least", 95)
    assert status == 1
    lines = [line.rstrip() for line in out.splitlines()]
    assert lines[0] == "stale: 94 of 100 points"
    assert "        x.grad  # is 8, should be 4" in lines
    assert "        out = v₁ · z  data 8  grad 1" in lines
    assert sum(line.startswith("✓") for line in lines) == 8
    assert printed(capsys, folder / "right-right.py", "--least", 100)[1] == 0
    assert printed(capsys, folder / "right-right.py", "--least", "nan")[1] == 1


def test_what_is_no_submission_is_named(folder, capsys):
    (folder / "luis").mkdir()
    for name in ("luis/tarea.zip", "eva.docx", ".DS_Store"):
        (folder / name).write_text("")
    main(["grade", str(folder), "--lang", "es"])
    told = "Sin puntuar, por no tener archivo de Python ni cuaderno: eva.docx, luis\n"
    assert capsys.readouterr().err == told


def test_an_error_of_several_lines_is_one_in_the_table(folder, capsys):
    (folder / "eva.py").write_text("raise ValueError('one\\ntwo')")
    out, _ = printed(capsys, folder)
    assert "ValueError: one two (eva.py, line 1)\n" in out


def test_a_name_from_another_system_costs_no_one_the_marks(tmp_path, capsys):
    """A file called in Latin-1: all forms but JSON ended with an error, after the whole class."""
    file = tmp_path / os.fsdecode(b"Jos\xe9\x1b.py")
    file.write_text("x = (")
    for name in ("html", "csv", "xml", "ipynb"):
        out, _ = printed(capsys, file, "-o", tmp_path / f"marks.{name}")
        told = Path(out.splitlines()[0]).read_text(encoding="utf-8")
        assert "Jos??" in told
        assert "the file raises SyntaxError: " in told
    assert not any(path.is_dir() for path in tmp_path.iterdir())  # without pictures


def test_a_folder_that_there_is_not_is_told_before_the_work(folder, capsys, monkeypatch):
    monkeypatch.delattr("autograd_mini.cli.grade.grade")
    assert main(["grade", str(folder), "-o", str(folder / "none" / "marks.csv")]) == 1
    assert capsys.readouterr().err.endswith("marks.csv: No such file or directory\n")


def test_what_is_missing_is_told_once(tmp_path, capsys):
    made = "def __init__(self, data): self.data, self.grad = data, 0"
    (tmp_path / "bare.py").write_text(f"class Value:\n    {made}\n    def backward(self): pass\n")
    out, _ = printed(capsys, tmp_path / "bare.py")
    assert out.count("\n    missing: x.relu()\n\n✗ chain") == 1


def test_a_class_in_order_of_points(folder, capsys):
    out, _ = printed(capsys, folder, "--lang", "es")
    rows = [line.split() for line in out.splitlines()]
    assert [row[0] for row in rows[:5]] == ["nombre", "de", "right-right", "no-exp", "stale"]
    assert [row[10] for row in rows[1:5]] == ["100", "100", "98", "94"]
    assert " ".join(rows[3][11:]) == "operación: falta: x.exp()"
    assert " ".join(rows[6][:4]) == "1 operación, 2 cadena,"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_on_a_terminal_totals_and_the_names_of_levels_are_seen_whole(width):
    """The legend ended where the line did, and a long name pushed the total out."""
    marks = [Mark(level, level.points) for level in read()]
    found = [Marks(name, marks) for name in ("eva", "Ana_López_123456_assignsubmission_file_")]
    lines = forms.to_text(found, "es", "", 0, width).splitlines()
    assert max(map(len, lines)) <= width
    assert [line.split()[10] for line in lines[2:4]] == ["100", "100"]
    assert lines[3].startswith("Ana_López_123456_as")
    legend = " ".join(lines[5:])
    assert legend.startswith("1 operación, 2 cadena, ")
    assert legend.endswith(", 8 red, 9 entrenar")


@pytest.mark.parametrize(("lang", "foreign"), [("en", SPANISH), ("es", ENGLISH)])
def test_what_is_printed_is_in_one_language(lang, foreign, folder, capsys):
    out, _ = printed(capsys, folder / "stale.py", "--lang", lang)
    assert not words(out) & foreign


def test_json_and_csv(folder, capsys):
    out, status = printed(capsys, folder, "--format", "json", "--seed", 5)
    content = forms.MARKS.read(out)
    assert (content["seed"], content["battery"], status) == (5, "", 0)
    points = {each["name"]: each["points"] for each in content["submissions"]}
    assert points == {name: CLASS[name][1] for name in NAMES}
    failure = content["submissions"][2]["levels"][5]["failures"][0]
    assert (failure["kind"], failure["got"], failure["wanted"]) == ("wrong", "8", "4")
    rows = [*csv.reader(io.StringIO(printed(capsys, folder, "--format", "csv")[0]))]
    assert [row[0] for row in rows] == ["name", "right-right", "no-exp", "stale"]
    assert rows[3][6] == "0"
    assert rows[3][10] == "94"
    file = folder.parent / "notas.csv"
    printed(capsys, folder, "--lang", "es", "-o", file)
    spanish = [*csv.reader(file.read_text("utf-8-sig").splitlines(), delimiter=";")]
    assert [row[10] for row in spanish[1:]] == [row[10] for row in rows[1:]]


# Of junit-10.xsd (Jenkins' xUnit plugin): the attributes that are allowed, and that are needed.
JUNIT = {
    "testsuites": ("name time tests failures errors", ""),
    "testsuite": (
        "name tests failures errors group time skipped timestamp hostname id package file log",
        "name tests failures errors",
    ),
    "testcase": ("name time classname group", "name"),
    "failure": ("type message", ""),
    "system-out": ("", ""),
}


def test_junit(folder, capsys):
    out, _ = printed(capsys, folder, "--format", "junit")
    root = ET.fromstring(out.encode())
    assert root.tag == "testsuites"
    for element in root.iter():
        allowed, needed = (set(x.split()) for x in JUNIT[element.tag])
        assert needed <= set(element.keys()) <= allowed
    suites = {suite.get("name"): suite for suite in root}
    assert {name: int(suite.get("failures")) for name, suite in suites.items()} == {
        "right-right": 0, "no-exp": 1, "stale": 1
    }  # fmt: skip
    failed = suites["stale"].find("testcase/failure")
    assert failed.get("message") == "0 of 6 points"
    assert "x.grad  # is 8, should be 4" in failed.text
    printed_too = forms.to_junit([Marks("eva", printed="nodes")], "en", "", 0)
    assert ">\n    <system-out>nodes</system-out>\n  <" in printed_too


def test_gradescope(folder, capsys):
    out, _ = printed(capsys, folder / "no-exp.py", "--format", "gradescope")
    found = json.loads(out)
    assert found.keys() == {"score", "execution_time", "output", "tests"}
    assert found["score"] == sum(test["score"] for test in found["tests"]) == 98
    assert sum(test["max_score"] for test in found["tests"]) == 100
    known = {*"number name score max_score status output output_format visibility".split()}
    assert all(test.keys() == known for test in found["tests"])
    assert [test["status"] for test in found["tests"]] == ["failed", *["passed"] * 8]
    assert "missing: x.exp()" in found["tests"][0]["output"]


def test_nbgrader_by_notebooks_with_partial_credit(folder, tmp_path, capsys):
    nbformat = pytest.importorskip("nbformat")
    out, _ = printed(capsys, folder, "--format", "nbgrader", "-o", tmp_path / "out")
    assert sorted(out.split()) == sorted(str(tmp_path / "out" / f"{n}.ipynb") for n in NAMES)
    notebooks = {n: nbformat.read(tmp_path / "out" / f"{n}.ipynb", as_version=4) for n in NAMES}
    for name, notebook in notebooks.items():
        nbformat.validate(notebook)
        graded = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")]
        # nbgrader takes a number that the cell's last expression gives for its points
        given = [float(cell.outputs[-1].data["text/plain"]) for cell in graded]
        assert sum(given) == CLASS[name][1]
        assert sum(cell.metadata.nbgrader.points for cell in graded) == 100
        names = {}
        exec("\n".join(c.source for c in notebook.cells if c.id == "marks"), names)
        assert [eval(cell.source, names) for cell in graded] == given
    sources = [
        [c.source for c in n.cells if c.metadata.get("nbgrader")] for n in notebooks.values()
    ]
    assert sources[0] == sources[1] == sources[2]


def test_html_with_pictures(folder, tmp_path, capsys):
    printed(capsys, folder, "--format", "html", "-o", tmp_path / "marks.html")
    page = (tmp_path / "marks.html").read_text(encoding="utf-8")
    assert page.count("<section") == 3
    assert page.count('src="data:image/svg+xml;base64,') == 1  # what is missing has no picture
    assert '<td><a href="#s1">no-exp</a></td><td class=bad>34</td><td>8</td>' in page
    assert "<td class=total>98</td><td>one op: missing: x.exp()</td></tr>" in page
    about = "<p>Each operation by itself: its value and its derivatives.</p>"
    level = f"<span class=bad>✗</span> one op: 34 of 36 points</h3>{about}<p class=bad>missing: "
    assert f"<h2>no-exp <span>98 of 100 points</span></h2><h3>{level}x.exp()</p><h3>" in page
    assert "</p><pre>x = Value(2)\ny = Value(2)\nz = Value(2)\nv1 = x * y\n" in page
    assert "<tr><td>of</td><td>36</td><td>8</td>" in page
    assert "default-src 'none'" in page


def test_pictures_beside_the_file(folder, tmp_path, capsys):
    printed(capsys, folder, "-o", tmp_path / "marks.txt")
    (picture,) = (tmp_path / "marks-pictures").iterdir()
    assert picture.name == "stale-6.svg"
    assert "</svg>" in picture.read_text(encoding="utf-8")
    (folder / "stale.py").write_text((folder / "right-right.py").read_text())  # it is mended
    printed(capsys, folder / "stale.py", "-o", tmp_path / "marks.txt")
    assert not picture.exists()
