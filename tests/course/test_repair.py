"""Broken files: each fails as it comes, and passes once its mistake is mended."""

import signal
import subprocess
import sys
import time

import pytest

from autograd_mini.cli import main
from autograd_mini.course.repair import BROKEN, JUDGES, broken, copied, fault, verdict
from autograd_mini.language import text

MENDED = {
    "01_sign": [("+ 3", "- 3")],
    "02_product": [("return a, b", "return b, a")],
    "03_chain": [("cos(x**2)", "cos(x**2) * 2 * x")],
    "04_tanh": [("z**2", "t**2")],
    "05_mean": [("2 * (p - t) for", "2 * (p - t) / len(targets) for")],
    "06_overwrite": [("parent.grad =", "parent.grad +=")],
    "07_order": [
        ("        found.insert(0, node)\n", ""),
        ("order(parent, found)\n", "order(parent, found)\n        found.append(node)\n"),
    ],
    "08_cut": [("w.data", "w")],
    "09_uphill": [("+= rate", "-= rate")],
    "10_zero": [("rate * w.grad", "rate * w.grad\n            w.grad = 0.0")],
    "11_late": [
        ("    loss.backward()\n", ""),
        ("    for w in", "    loss.backward()\n    for w in"),
    ],
    "12_shuffled": [
        ("draw.shuffle(inputs)", "pairs = list(zip(inputs, targets))"),
        ("loss =", "draw.shuffle(pairs)\n        inputs, targets = zip(*pairs)\n        loss ="),
    ],
}  # fmt: skip


def mended(name, lang="en"):
    source = broken(name, lang)
    for old, new in MENDED[name]:
        assert source.count(old) == 1, (name, old)
        source = source.replace(old, new)
    return source


@pytest.mark.parametrize("name", BROKEN)
def test_it_fails_as_it_comes_and_passes_when_mended(name, tmp_path):
    path = tmp_path / f"{name}.py"
    path.write_text(broken(name, "es"), encoding="utf-8")
    assert " and should give " in verdict(str(path), "en")
    path.write_text(mended(name, "es"), encoding="utf-8")
    assert verdict(str(path), "en") == ""


def test_a_module_of_the_learner_s_takes_no_other_s_place(tmp_path, monkeypatch):
    """A random.py in the working folder ended the judge: "it ended the process"."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "random.py").write_text("raise SystemExit")
    (tmp_path / "01_sign.py").write_text(mended("01_sign"), encoding="utf-8")
    assert fault(tmp_path / "01_sign.py", "en") == ""


def test_another_order_that_is_wrong_does_not_pass(tmp_path):
    path, source = tmp_path / "07_order.py", broken("07_order", "en")
    reversed_ = source.replace("in node.parents:", "in reversed(node.parents):")
    path.write_text(reversed_, encoding="utf-8")
    assert " and should give " in verdict(str(path), "en")


def test_twelve_files_with_comments_of_one_language():
    assert [*MENDED] == [*BROKEN]
    assert {name.partition("_")[2] for name in BROKEN} == {*JUDGES}
    for name in BROKEN:
        comments = {}
        for lang in ("en", "es"):
            lines = broken(name, lang).splitlines()
            assert not [x for x in lines if x.startswith(("# en:", "# es:"))]
            comments[lang] = [x for x in lines if x.startswith("# ")]
        assert comments["en"]
        assert comments["en"] != comments["es"]


DIVIDES = "def derivative(x):\n    return x / 0\n"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def derivative(x):\n    return 2 * x + 3\n", "    df/dx, 2.0: da 7 y debería dar 1"),
        (DIVIDES, "línea 2: ZeroDivisionError: división por cero"),
        ("x = (\n", "línea 1: SyntaxError: '(' no se cierra"),
        ("\n\ndef derivative(x):\n    return y\n", "línea 4: NameError: el nombre 'y' no está"),
        ("", "el archivo en conjunto: AttributeError: el módulo 'sign' no tiene 'derivative'"),
        ("raise SystemExit(0)\n", "línea 1: SystemExit: 0"),
        ("assert False\n", "línea 1: AssertionError"),
        ("import os\nos._exit(0)\n", "el archivo ha puesto fin al proceso (estado 0)"),
        ("while True:\n    pass\n", "no termina en 1 s"),
        ("print('{}')\n\n\ndef derivative(x):\n    return 2 * x - 3\n", ""),
    ],
)
def test_what_is_said_of_other_files(source, said, tmp_path):
    """A derivative that raises passed for mended, and what Python says was told in English."""
    path = tmp_path / "01_sign.py"
    path.write_text(source, encoding="utf-8")
    found = fault(path, "es", seconds=1 if "while" in source else 20)
    assert said in found
    assert bool(found) == bool(said)


def test_a_learners_work_is_never_overwritten(tmp_path):
    mine = tmp_path / "03_chain.py"
    mine.write_text("# mine\n", encoding="utf-8")
    assert [path.stem for path in copied(tmp_path, "en")] == [*BROKEN]
    assert mine.read_text(encoding="utf-8") == "# mine\n"


# --- the command ---------------------------------------------------------------------------------
@pytest.fixture
def few(monkeypatch):
    """Three files are enough for the command."""
    few = {name: BROKEN[name] for name in [*BROKEN][:3]}
    monkeypatch.setattr("autograd_mini.course.repair.BROKEN", few)
    return [*few]


def test_the_next_file_its_hint_and_the_end(few, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["repair", "--lang", "es", "--hint"]) == 1
    first, *rest = capsys.readouterr().out.splitlines()
    assert first == "0 de 3 arreglados. Siguiente: rotos/01_sign.py"
    assert rest == ["    df/dx, 2.0: da 7 y debería dar 1", text("repair.hint.sign", "es")]
    (tmp_path / "rotos" / "02_product.py").write_text(mended("02_product"), encoding="utf-8")
    assert main(["repair", "rotos", "--list", "--lang", "es"]) == 1
    assert [line[0] for line in capsys.readouterr().out.splitlines()] == ["✗", "✓", "✗"]
    for name in few:
        (tmp_path / "rotos" / f"{name}.py").write_text(mended(name), encoding="utf-8")
    assert main(["repair", "rotos", "--lang", "es", "--watch"]) == 0
    assert capsys.readouterr().out == "Los 3 archivos están arreglados.\n"


def test_it_watches_and_ctrl_c_ends_it(tmp_path):
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from autograd_mini.cli import main; raise SystemExit(main())"
    )
    command = [sys.executable, "-u", "-c", code, "repair", "files", "--watch", "--lang", "en"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "0 of 12 mended. Next: files/01_sign.py\n"
        assert process.stdout.readline().startswith("    df/dx")
        time.sleep(0.1)  # so that the file has another time
        (tmp_path / "files" / "01_sign.py").write_text(mended("01_sign"), encoding="utf-8")
        assert process.stdout.readline() == "\n"
        assert process.stdout.readline() == "1 of 12 mended. Next: files/02_product.py\n"
        process.stdout.readline()
        (tmp_path / "files" / "01_sign.py").write_text("", encoding="utf-8")  # broken once more
        assert process.stdout.readline() == "\n"
        assert process.stdout.readline() == "0 of 12 mended. Next: files/01_sign.py\n"
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "\nUntil next time: your files stay as they are.\n"
    assert process.returncode == 1


def test_a_folder_that_cannot_be(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    assert main(["repair", "taken", "--lang", "en"]) == 1
    assert "taken: File exists" in capsys.readouterr().err
