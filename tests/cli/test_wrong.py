"""Wrong use of each command and what fails: a sentence, in the reader's language, and a status."""

import re

import pytest

from autograd_mini import cli
from autograd_mini.language import translated
from tests.cli.tongues import ENGLISH, SPANISH, words

# What lies in the folder, and is still there afterwards as it was.
FILES = {
    "word.csv": "a,b,c\n1,2,x\n3,oops,y\n",
    "short.csv": "a,b,c\n1,2,x\n3,y\n",
    "empty.csv": "",
    "names.csv": "a,b,c\n",
    "one.csv": "1\n2\n",
    "single.csv": "a,b\n1,x\n2,x\n",
    "nolabel.csv": "a,b\n1,x\n1,\n",
    "numbers.csv": "a,b\n" + "".join(f"{i},{i / 7}\n" for i in range(9)),
    "nan.csv": "a,b\n1,x\nnan,y\n1,y\n",
    "foreign/graph.svg": "mine",
    "foreign2/loss.png": "mine",
    "folder.svg/nothing": "",
    "taken": "mine",
    **dict.fromkeys(("class/ana.py", "class/eva.py"), "class Value:\n    pass\n"),
    "lesson.py": """
from autograd_mini import Value


def neuron(w, x, b=0.5):
    return (w * x + b).tanh()


def several(*values):
    return sum(values)


def raises(x):
    y = x * 2
    raise RuntimeError(f"9{y.data}")


def outside(x):
    return 1 + (x - 3).log()


def number(x):
    return 3.0


def leaves(x):
    raise SystemExit(9)


constant = 1.5
""",
    "broken.py": "raise RuntimeError(9)\n",
    "leaving.py": "raise SystemExit(9)\n",
    "unclosed.py": "f(\n",
}
COMMANDS = [
    ("", 2, "the following arguments are required: COMMAND"),
    ("fly", 2, "invalid choice: 'fly'"),
    ("--fast", 2, "the following arguments are required|unrecognized"),
]
DEMO = [
    ("--lang fr", 2, "invalid choice: 'fr'"),
    ("extra", 2, "^autograd-mini demo: error: unrecognized arguments: extra\n.* demo --help$"),
    ("''", 2, "unrecognized arguments: ''"),
    ("--out", 2, "argument -o/--out: expected one argument"),
    ("-o foreign2", 1, "loss.png is there already and was not made by"),
    ("--out taken", 1, "error: taken: Not a directory"),
    ("--out taken/below", 1, "error: taken/below: Not a directory"),
]
TRAIN = [
    ("", 2, "the following arguments are required: DATASET"),
    ("mooons", 2, "must be xor, moons, circles, spirals, iris or a CSV file"),
    ("absent.csv", 1, "absent.csv: No such file"),
    (".", 1, "Is a directory"),
    ("word.csv", 1, "word.csv, line 3, column 2: 'oops' is not a number"),
    ("short.csv", 1, "short.csv, line 3: 2 cells, where 3 are expected"),
    ("empty.csv", 1, "empty.csv: the file is empty"),
    ("names.csv", 1, "names.csv: a header line, but no data"),
    ("one.csv", 1, "one.csv: one column only"),
    ("single.csv", 1, "every label is 'x'; two classes or more"),
    ("nolabel.csv", 1, "nolabel.csv, line 3: the label is empty"),
    ("numbers.csv", 1, "9 different labels in 9 lines"),
    ("nan.csv", 1, "nan.csv, line 3, column 1: 'nan' is not a number"),
    ("binary.csv", 1, r"binary.csv: not UTF-8 text \(byte 0\); save it as UTF-8"),
    ("word.csv --label z", 1, "no column 'z'; its columns are a, b, c"),
    ("moons --label z", 2, "--label is for CSV files"),
    ("moons --lr nan", 1, "lr must be finite, got nan"),
    ("moons --lr fast", 2, "invalid float value: 'fast'"),
    ("moons --epochs 0", 2, "'0' is not a whole number from 1 up"),
    ("moons --hidden 16,,2", 2, "'16,,2' is not a list of layer sizes"),
    ("moons --hidden 1001", 2, "'1001' is not a list of layer sizes"),
    ("moons --activation tan_h", 1, "activation 'tan_h' is unknown; known are"),
    ("moons --optimiser adams", 2, "invalid choice: 'adams'"),
    ("moons --la", 2, "ambiguous option: --la could match --lang, --label"),
]
GRAD = [
    ("", 2, "the following arguments are required: EXPRESSION"),
    ("''", 2, "the expression is empty"),
    ("x", 2, "no value for x; add it, as in x=1"),
    ("2 x=1", 2, "the expression has no x, nor any other name"),
    ("x 3", 2, "3 gives no value to a name"),
    ("x^2 x=3", 2, r"write \*\* instead of \^\n  x\^2\n   \^"),
    ("__import__('o') x=3", 2, "the character ' has no meaning"),
    ("log(x) x=-1", 1, r"at a = -1.0 \(x\): it needs a > 0\n  log\(x\)\n  \^\^\^\^\^\^"),
]
CHECK = [
    ("", 2, "give an expression"),
    ("--ops x", 2, "--ops takes no expression"),
    ("--ops=x", 2, "ignored explicit argument 'x'"),
    ("x x=1 --at 2", 2, "for module:function"),
    ("lesson:neuron x=1", 2, "--at 0.3 2, not as x=1"),
    ("lesson:neuron", 2, "say where"),
    ("lesson:h --at 1", 2, "has no attribute 'h'"),
    ("lesson:constant --at 1", 2, "not a function, but float"),
    ("no_such_:f --at 1", 2, "cannot import 'no_such_:f': ModuleNotFoundError: No module"),
    ("broken:f --at 1", 2, "cannot import 'broken:f': RuntimeError: 9"),
    ("leaving:f --at 1", 2, "cannot import 'leaving:f': SystemExit: 9"),
    ("unclosed:f --at 1", 2, r"SyntaxError: .* \(unclosed.py, line 1\)"),
    ("a_b.:f --at 1", 2, "cannot import 'a_b.:f': ValueError"),
    ("lesson.py", 2, "'lesson.py' is not of the form module:function, such as lesson.py:f"),
    ("x x=1 --order two", 2, "invalid int value: 'two'"),
    ("lesson:neuron --at one", 2, "invalid float value"),
    ("lesson:neuron --at", 2, "expected at least one argument"),
    ("2+3", 2, "there is nothing to check: the expression has no names"),
]
DRAW = [
    ("", 2, "the following arguments are required: EXPRESSION"),
    ("2+3", 2, "there is nothing to draw: the expression has no names"),
    ("x x=1 -o a.doc", 2, "a.doc: the suffix of the file must be one of svg, png"),
    ("x x=1 -o nowhere/a.svg", 1, "error: nowhere/a.svg: No such file or directory"),
    ("x x=1 -o folder.svg", 1, "error: folder.svg: it is a folder"),
    ("x x=1 --number-format zz", 1, "number_format must be a format for floats"),
    ("x x=1 --detail all", 2, r"invalid choice: 'all' \(choose from"),
]
STEP = [
    ("", 2, "give an expression"),
    ("2+3", 2, "the expression has no names"),
    ("lesson:neuron w=1", 2, "w=1: values of a function are given with --at"),
    ("w*x w=1 x=2 --at w=1", 2, "--at is for a function"),
    ("w*x w=1 x=2 -o a.xls", 2, "a.xls: the suffix of the file must be one of html, json"),
    ("w*x w=1 x=2 -o nowhere/a.gif", 1, "error: nowhere/a.gif: No such file"),
    ("w*x w=1 x=2 --step 9", 2, "--step 9: there are steps 0 to 7"),
    ("w*x w=1 x=2 --step -1", 2, "--step -1: there are steps 0 to 7"),
    ("w*x w=1 x=2 --all --step 1", 2, "only one of these"),
    ("w*x w=1 x=2 --weights w", 2, "--weights needs --lr"),
    ("w*x w=1 x=2 --lr -1", 2, "--lr must be a number from 0 up, got -1"),
    ("w*x w=1 x=2 --lr 1 2", 2, "--lr must be a number from 0 up, got 1 2"),
    ("w*x w=1 x=2 --lr 1 --weights v", 2, "v: no such input; the inputs are w, x"),
    ("where(w>0,x,1) w=1 x=2 --lr 1 --weights w", 2, "does not depend on w"),
    ("lesson:neuron --at w=1", 2, "lesson:neuron: missing a required argument: 'x'; its inputs"),
    ("lesson:neuron --at w=1 x=2 z=3", 2, "lesson:neuron: got an unexpected keyword argument 'z'"),
    ("lesson:neuron --at w=1 w=2", 2, "w is given twice"),
    ("lesson:neuron --at w", 2, "w: an input is given as name=number"),
    ("lesson:neuron --at w=inf x=1", 2, "w=inf: an input is given as name=number"),
    ("lesson:several --at values=1", 2, "got an unexpected keyword argument 'values'"),
    ("math:log --at x=1", 2, "no signature found for builtin"),
    ("math:sin", 2, "math:sin: missing a required argument: 'x'; its inputs are given as"),
    ("sys:exit", 2, "sys:exit raised SystemExit"),
    ("math:sin --at x=1", 2, r"must give a Value .* got 0.84\d+ \(float\)"),
    ("lesson:raises --at x=1", 2, "lesson:raises raised RuntimeError: 92.0, line 15"),
    ("lesson:leaves --at x=1", 2, "lesson:leaves raised SystemExit: 9, line 27"),
    ("lesson:outside --at x=2", 2, "DomainError: log.a. at a = -1.0: it needs a > 0, line 19"),
    ("lesson:neuron --at w=0,5 x=2", 2, "is not a number; .* line 6; w=0,5 is a list"),
    ("lesson:number --at x=1", 2, r"must give a Value .* got 3.0 \(float\)"),
    ("x x=3 --engine Nobody", 2, r"--engine: invalid choice: 'Nobody' \(choose from '?Overwrites"),
    ("--example 3-3-3", 2, r"--example: invalid choice: '3-3-3' \(choose from '?2-2-2"),
    ("x x=3 --example chain", 2, "--example has numbers of its own"),
    ("--example chain --lr 1", 2, "--example has numbers of its own"),
    ("softplus(x) x=3 --engine Overwrites", 2, "have no softplus; they have exp, log"),
    ("where(x>0,x,0) x=3 --engine Overwrites", 2, "have no where|have no x > 0"),
    ("m:f --engine Overwrites", 2, "--engine is for an expression, not for m:f"),
    ("x x=3 --engine Overwrites --lr 1", 2, "--lr does not go with --engine"),
    ("log(5-x) x=2 --engine ReversedSubtraction", 2, "fails on this expression"),
    ("--train moon", 2, "the data sets are xor, moons, circles, spirals, iris"),
    ("--train xor w=3", 2, "w=3: a data set takes no values"),
    ("--train xor --lr 0.1 0.1", 1, "rates must be distinct"),
    ("--train xor --hidden 4,,4", 2, "--hidden: '4,,4'"),
    ("--train xor --hidden 8,8,8,8 --activation exp", 2, "to record: even before training: layer4"),
    ("--train xor --batch-size 5", 1, "batch_size must be .* 4"),
    ("--train xor --epochs ²", 2, "--epochs: '²' is not a whole number"),
    ("--train xor -o a.gif", 2, "a.gif: the suffix of the file must be one of html, json, txt"),
    ("--train xor --step 3", 2, "--step does not go with --train"),
    ("--train w**2 w=3 --hidden 4", 2, "--hidden is for a data set"),
    ("w**2 w=3 --epochs 3", 2, "--epochs is for --train"),
]
COMPILE = [
    ("3", 2, "the expression has no names"),
    ("x -o page.png", 2, "page.png: a page ends in .html"),
]
GPT = [
    ("--names binary.csv", 1, r"binary.csv: not UTF-8 text \(byte 0\)"),
    ("--names foreign", 1, "foreign: Is a directory|foreign: Permission denied"),
    ("--resume word.csv", 1, "word.csv: autograd-mini gpt did not save it"),
    ("--resume word.csv --seed 1", 2, "--seed cannot be changed"),
    ("--save taken", 1, "taken: autograd-mini gpt did not save it, or it is damaged"),
    ("--save nowhere/g.json", 1, "error: nowhere/g.json: No such file"),
]
GRADE = [
    ("", 2, "the following arguments are required: PATH"),
    ("absent.py", 1, "absent.py: No such file"),
    ("absent", 1, "absent: No such file"),
    ("class --format nbgrader", 2, "give a folder with -o"),
    ("class -o a.xlsx", 2, "a.xlsx: the suffix of the file must be one of txt, html, csv"),
    ("class --format gradescope -o a.csv", 2, "a.csv: the suffix of the file must be one of json"),
    ("class --battery absent.py", 1, "absent.py: No such file"),
    ("class --jobs 0", 2, "'0' is not a whole number from 1 to 256"),
    ("class --time 0", 1, "seconds must be above 0, got 0"),
]
MARKS = [
    ("nowhere", 2, "there is no folder nowhere"),
    ("foreign", 2, "there is no result .* in foreign"),
    ("foreign --exercise x*y", 2, "x.y: it is not a link to an exercise"),
    ("foreign -o a.xlsx", 2, "a.xlsx: the suffix of the file must be one of csv, txt"),
]
LAB = [
    ("cost --samples 1", 2, "'1' is not a whole number from 2 to 1000"),
    ("depth xor", 2, "the laboratory depth takes no expression, got xor"),
    ("depth --epochs 3", 2, "--epochs does not belong to the laboratory depth"),
    ("learning-rate x**2", 2, "x..2 is not a data set"),
    ("step-size x*y x=1 y=2", 2, "step-size moves one number"),
    ("cost --json -o a.html", 2, "a.html: the suffix of the file must be one of json"),
]
EXERCISE = [
    ("--format text -o a.tex", 2, "a.tex: the suffix of the file must be one of txt"),
    ("--key --format gift", 2, "a question bank such as gift contains the key"),
    ("--format qti", 2, "qti needs a file"),
    ("-o a.docx", 2, "a.docx: the suffix of the file must be one of txt, html, tex, pdf"),
]
PLAYGROUND = [("-o a.pdf", 2, "a.pdf: the suffix of the file must be one of html, htm")]
TABLES = {
    "": COMMANDS, "demo": DEMO, "train": TRAIN, "grad": GRAD, "check": CHECK, "draw": DRAW,
    "step": STEP, "compile": COMPILE, "gpt": GPT, "grade": GRADE, "marks": MARKS,
    "lab": LAB, "exercise": EXERCISE, "playground": PLAYGROUND,
}  # fmt: skip
WRONG = [
    pytest.param(f"{command} {line}".split(), status, sentence, id=f"{command} {line}".strip())
    for command, lines in TABLES.items()
    for line, status, sentence in lines
]


@pytest.fixture(autouse=True)
def files(tmp_path):
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    return FILES


@pytest.mark.parametrize(("arguments", "status", "sentence"), WRONG)
def test_a_sentence_in_the_language(arguments, status, sentence, said, tmp_path, monkeypatch):
    given = [argument.strip("'") for argument in arguments]
    told = said(*given, status=status)
    assert re.search(sentence, told)
    assert not words(told) & SPANISH
    monkeypatch.setenv("LC_ALL", "es_ES.UTF-8")
    told = said(*given, status=status)
    assert words(told) & SPANISH
    assert not words(told) & ENGLISH
    kept = {
        path.relative_to(tmp_path).as_posix(): path.read_text(encoding="utf-8")
        for path in tmp_path.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and path.name != "binary.csv"
    }
    assert kept == FILES


@pytest.mark.parametrize(
    "message",
    [
        "argument COMMAND: invalid choice: 'fly' (choose from 'demo', 'train')",  # Python 3.11
        "argument COMMAND: invalid choice: 'fly' (choose from demo, train)",  # 3.14
        "argument --theme: invalid choice: 'drak', maybe you meant 'dark'? (choose from dark)",
        "argument --ops: ignored explicit argument 'x'",
        "argument --at: expected at most one argument",
        "unrecognized arguments: --fast",
        "ambiguous option: --la could match --lang, --label",
    ],
)
def test_texts_of_argparse_of_all_versions(message):
    assert not words(translated(message, "es")) & ENGLISH


@pytest.mark.parametrize("command", ["", *cli.COMMANDS])
def test_help_in_both_languages(command, said, monkeypatch):
    english = said(*command.split(), "--help")
    assert english.startswith(f"usage: autograd-mini {command}".strip())
    assert re.search("^examples?:", english, re.MULTILINE)
    assert not words(english) & SPANISH
    monkeypatch.setenv("LC_ALL", "es_ES.UTF-8")
    spanish = said(*command.split(), "--help")
    assert spanish.startswith(f"uso: autograd-mini {command}".strip())
    assert re.search("^ejemplos?:", spanish, re.MULTILINE)
    assert not words(spanish) & ENGLISH
    capitals = [set(re.findall(r"\b[A-Z]{4,}\b", shown)) for shown in (english, spanish)]
    assert set.intersection(*capitals) <= {"HTML", "JSON"}
    assert max(map(len, (english + spanish).splitlines())) <= 100
