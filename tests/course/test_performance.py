"""Results of perform mode, marked again: L = (w x) w with w = 3, x = -2, and a step of w."""

import io
import json
import os

import pytest
from rich.console import Console

from autograd_mini.cli import main
from autograd_mini.course.performance import PerformanceError, fields, performance
from autograd_mini.expressions import ExpressionError
from autograd_mini.language.tables import Grid

GRAPH = {
    "names": ["w", "x", "a", "L"], "ops": [None, None, "dot", "mul"],
    "args": [None, None, [[0], [1]], [2, 0]], "data": [3, -2, None, None],
    "seed": 1, "rates": [[0, 0.1]],
}  # fmt: skip
STEPS = [
    ("seed", 3, None, "1"), ("pick", 3, None, "L"), ("share", 3, 0, "3"), ("share", 3, 1, "-6"),
    ("pick", 2, None, "a"), ("share", 2, 0, "-6"), ("sum", 2, 0, "-12"), ("share", 2, 1, "9"),
    ("update", 0, None, "4.2"),
]  # fmt: skip


def result(*changes, graph=GRAPH, steps=STEPS):
    """The file of a right run; each change puts a decision, or None, in a place."""
    decisions = [
        {"act": act, "node": node, "answers": [text], "shown": False}
        | ({} if edge is None else {"edge": edge})
        for act, node, edge, text in steps
    ]
    for place, change in changes:
        new = [] if change is None else [decisions[min(place, 8)] | change]
        decisions[place : place + 1] = new
    content = {"format": "autograd_mini performance", "version": 1, "graph": graph, "right": 9,
               "n": 9, "learner": "Ada", "title": "L", "decisions": decisions}  # fmt: skip
    return json.dumps(content)


@pytest.mark.parametrize(
    ("changes", "right"),
    [
        ([], 9), ([(1, {"answers": ["a", "L"]})], 8), ([(6, {"answers": ["-6", "-12"]})], 8),
        ([(4, {"shown": True, "answers": ["L"]})], 8),
        # beyond the floats: wrong, and no more
        ([(0, {"answers": ["0.0e400", "1"]}), (2, {"answers": ["1.5e999", "3"]})], 7),
    ],
)  # fmt: skip
def test_a_slip_or_an_answer_that_was_shown_costs_its_mark(changes, right):
    found = performance(result(*changes))
    assert (found.right, found.of, found.edited) == (right, 9, right < 9)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ([(8, None)], "does not end"),
        ([(9, {})], "w cannot come in that place"),
        ([(0, None)], "L cannot come"),
        ([(1, {"node": 2, "answers": ["a"]})], "a cannot come"),
        ([(6, None)], "a cannot come"),
        ([(5, {"edge": 1})], "a cannot come"),
        ([(7, {"answers": ["-9"]})], "'-9' ends a decision"),
        ([(2, {"answers": []})], "damaged"),
    ],
)
def test_what_does_not_follow_is_refused(changes, error):
    with pytest.raises(PerformanceError, match=error):
        performance(result(*changes))


def test_what_a_file_says_moves_no_cursor_and_is_no_formula(tmp_path, capsys):
    named = GRAPH | {"names": ["w", "\x1b[2J", "a", "L"]}
    odd = json.loads(result(graph=named)) | {"learner": "\x1b[2J\r=1+1", "title": "=cmd · Pizarra"}
    whole = json.loads(result()) | {"address": "#network=%1b[2J", "right": "\r10"}
    for name, text in {
        "odd": json.dumps(odd), "net": json.dumps(whole), "deep": "[" * 100_000,
        "place": result((0, None), graph=GRAPH | {"names": [*"wxa", "\r"]}),
        "later": json.dumps(whole | {"version": 2}), "other": json.dumps(whole | {"format": "x"}),
    }.items():  # fmt: skip
        (tmp_path / f"{name}.json").write_text(text)
    assert main(["marks", str(tmp_path), "--csv"]) == 1
    assert capsys.readouterr().out.splitlines()[1:] == [
        "-,-,-,-,-,-,deep.json,it is no result of perform mode",
        "-,-,-,-,-,-,later.json,it is a result of a later version",
        "-,-,-,-,-,-,other.json,it is no result of perform mode",
        "-,-,-,-,-,-,place.json,  cannot come in that place",
        "[2J =1+1,'=cmd,w=3  [2J=-2,9,9,100,odd.json,",
        "Ada,L,network= [2J seed=-,9,9,100,net.json,edited: the file says  10/9",
    ]


# --- the command ---------------------------------------------------------------------------------
def test_a_table_for_a_spreadsheet_has_numbers_in_columns_of_their_own(tmp_path, capsys):
    nameless = json.loads(result()) | {"learner": " ", "title": "x*y · Pizarra"}
    for name, text in {"ada": result(), "luis": json.dumps(nameless), "a": "", "b": "[1]"}.items():
        (tmp_path / f"{name}.json").write_text(text)
    (tmp_path / "c.json").write_bytes(b"\x89PNG")
    for lang, comma, titles, empty, foreign in (
        ("es", ";", "nombre ejercicio números bien de % archivo observación",
         "está vacío", "no es un resultado de «Hazlo tú»"),
        ("en", ",", "name exercise numbers right of % file remark",
         "it is empty", "it is no result of perform mode"),
    ):  # fmt: skip
        file = tmp_path / "notas.csv"
        assert main(["marks", str(tmp_path), "--lang", lang, "-o", str(file)]) == 1
        assert file.read_bytes().startswith(b"\xef\xbb\xbf")
        rows = [line.split(comma) for line in file.read_text("utf-8-sig").splitlines()]
        assert rows[0] == titles.split()
        assert ["Ada", "L", "w=3 x=-2", "9", "9", "100", "ada.json", ""] in rows
        assert ["luis", "x*y", "w=3 x=-2", "9", "9", "100", "luis.json", ""] in rows
        said = {row[6]: row[7] for row in rows}
        assert (said["a.json"], said["b.json"], said["c.json"]) == (empty, foreign, foreign)
    capsys.readouterr()
    (tmp_path / "eva.json").write_text(result((1, {"answers": ["a", "L"]})))  # 8 are right
    for numbers, others in (("w=2", 2), ("w=3", 0)):
        link = f"play.html#expression=w*x*w&at={numbers},x=-2"
        main(["marks", str(tmp_path), "--lang", "en", "--exercise", link])
        out = capsys.readouterr().out
        assert out.count("another exercise or other numbers") == others
        assert out.count("edited: the file says 9/9") == 1


def test_files_lie_as_a_platform_hands_them_out(tmp_path, capsys):
    """A folder for each learner; the ending that a phone adds; a file of which half arrived."""
    for name, text in {
        "Ada_1_file/result.json": result(),
        "Luis_2_file/result.json": result()[:200],
        "result-Eva.json.txt": result().replace("Ada", "Eva"),
        "__MACOSX/._result-Eva.json": "\0",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "old.json").mkdir()
    assert main(["marks", str(tmp_path), "--csv", "--lang", "es"]) == 1
    assert capsys.readouterr().out.splitlines()[1:] == [
        "-;-;-;-;-;-;Luis_2_file/result.json;es un resultado incompleto",
        "Ada;L;w=3 x=-2;9;9;100;Ada_1_file/result.json;",
        "Eva;L;w=3 x=-2;9;9;100;result-Eva.json.txt;",
    ]


def test_copies_are_told_whoever_hands_them_in(tmp_path, capsys):
    for name, who, second in (("ada.json", "Ada", 0), ("x.JSON", "Luis", 0), ("e.json", "Eva", 1)):
        content = json.loads(result()) | {"learner": who, "saved": f"2026-11-30T18:00:0{second}Z"}
        (tmp_path / name).write_text(json.dumps(content))
    assert main(["marks", str(tmp_path), "--csv", "--lang", "en"]) == 1
    assert capsys.readouterr().out.splitlines()[1:] == [
        "Ada,L,w=3 x=-2,9,9,100,ada.json,the same result as x.JSON",
        "Eva,L,w=3 x=-2,9,9,100,e.json,",
        "Luis,L,w=3 x=-2,9,9,100,x.JSON,the same result as ada.json",
    ]


def test_on_a_terminal_a_class_is_a_table_however_long_the_names_of_files_are():
    """Each learner was seven lines."""
    files = (f"Ana_{k}_assignsubmission_file_/resultado-Ana.json" for k in range(3))
    rows = [["Ana", "w*x*w", "w=3 x=-2", "9", "9", "100", file, ""] for file in files]
    console = Console(width=84, file=io.StringIO())
    titles = "name exercise numbers right of % file remark".split()
    console.print(Grid([titles, *rows], sides="<<<>>><<"))
    lines = console.file.getvalue().splitlines()
    assert [line.split()[0] for line in lines if line[0] != " "] == ["name", *["Ana"] * 3]
    assert [line.strip() for line in lines if line[0] == " "] == ["resultado-Ana.json"] * 3


def test_names_are_sorted_as_in_a_list_of_a_class_and_may_be_of_another_system(tmp_path, capsys):
    """Á stood behind Z; a name in Latin-1 ended the command."""
    nameless = result().replace("Ada", "")
    for name in ("Zoe", "ana", "Ñu", "Álvaro", "nube", os.fsdecode(b"Jos\xe9")):
        (tmp_path / f"{name}.json").write_text(nameless)
    file = tmp_path / "marks.csv"
    assert main(["marks", str(tmp_path), "-o", str(file)]) == 0
    rows = file.read_text("utf-8-sig").splitlines()[1:]
    assert [row.split(",")[0] for row in rows] == ["Álvaro", "ana", "Jos?", "nube", "Ñu", "Zoe"]
    capsys.readouterr()
    assert main(["marks", str(tmp_path)]) == 0
    shown, table = capsys.readouterr().out, tmp_path / "marks.txt"
    assert main(["marks", str(tmp_path), "-o", str(table)]) == 0
    assert table.read_text("utf-8-sig") == shown.replace("\udce9", "?")


def test_what_rounding_leaves_of_a_sum_is_0_as_on_the_page():
    """L = a + b, a = 300000.00000000006 x, b = -300000 x: the file was told to be damaged."""
    graph = {"names": [*"xabL"], "ops": [None, "mul", "mul", "add"], "data": [1, *[None] * 3],
             "args": [None, [0, {"c": 300000.00000000006}], [0, {"c": -3e5}], [1, 2]],
             "seed": 1, "rates": []}  # fmt: skip
    steps = [("seed", 3, None, "1"), ("pick", 3, None, "L"), ("share", 3, 0, "1"),
             ("share", 3, 1, "1"), ("pick", 2, None, "b"), ("share", 2, 0, "-3e5"),
             ("pick", 1, None, "a"), ("share", 1, 0, "3e5"), ("sum", 1, 0, "0")]  # fmt: skip
    assert performance(result(graph=graph, steps=steps)).right == 9


@pytest.mark.parametrize(
    ("link", "same"),
    [
        ("#expression=w*x*w&at=w=3,x=-2", True),
        ("play.html#expression=x*w**2&at=x%3D-2+w%3D3&mode=perform", True),
        ("#expression=w*x*w", True),  # at whatever numbers
        ("#expression=w*x*w&at=w=2,x=-2", False),
        ("#expression=w*x%2Bw&at=w=3,x=-2", False),
        ("#expression=w*x*w*w/3&at=w=3,x=-2", False),  # the same value there, another gradient
        ("#expression=a*b*a", False),
        ("#network=2,3&seed=7", False),
    ],
)
def test_a_result_is_compared_with_the_link(link, same):
    assert performance(result()).is_of(fields(link)) is same


def test_a_result_whose_seed_was_changed_is_another_exercise():
    """A seed of 0, written into the file, leaves nothing to do but the order."""
    steps = [("seed", 3, None, "0"), *(x for x in STEPS if x[0] == "pick")]
    found = performance(result(graph=GRAPH | {"seed": 0, "rates": []}, steps=steps))
    assert (found.right, found.of) == (3, 3)
    assert not found.is_of(fields("#expression=w*x*w"))


@pytest.mark.parametrize(
    ("f", "at", "said"),
    [
        ("w*x*w", "w=0,5 x=2", r"w=0\.5"),
        ("w*x*w", "x=2, w=0,5", r"w=0\.5"),
        ("w**", "w=2", "missing"),
    ],
)
def test_a_link_that_cannot_be_read_is_told_so(f, at, said):
    with pytest.raises(ExpressionError, match=said):
        performance(result()).is_of({"expression": f, "at": at})


def test_a_result_of_a_network_is_compared_by_its_address():
    content = json.loads(result()) | {"address": "#network=2%2C3&seed=7&rate=0.1&step=4"}
    found = performance(json.dumps(content))
    assert found.numbers == "network=2,3 seed=7"
    assert found.is_of(fields("#network=2,3&seed=7&mode=perform"))
    assert not found.is_of(fields("#network=2,3&seed=8"))
    assert not performance(json.dumps(content | {"again": 1})).is_of(fields("#network=2,3"))
