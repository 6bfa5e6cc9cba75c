"""The player in a real terminal: keys, sizes, signals, and a terminal left as it was found."""

import io
import re
import signal
import sys
import types
from contextlib import contextmanager
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from autograd_mini import Value, steps
from autograd_mini.checking.strategies import graphs
from autograd_mini.cli import keys, terminal
from autograd_mini.cli.screen import Screen
from autograd_mini.cli.terminal import play
from autograd_mini.expressions import parse
from autograd_mini.notation import labels as notation
from autograd_mini.optim import SGD
from autograd_mini.stepping.events import lit
from autograd_mini.stepping.explaining import clean, transcript
from autograd_mini.stepping.sequence import Forward

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
if sys.platform != "win32":
    from tests.cli.ptys import Terminal

NEURON = """
from autograd_mini.cli import main
raise SystemExit(main(["step", "tanh(w*x+b)", "w=0.5", "x=2", "b=-1", "--lang", "en"]))
"""
RIGHT, LEFT, HOME, END = "\x1b[C", "\x1b[D", "\x1b[H", "\x1b[F"


def neuron():
    w, x, b = (Value(n, label=s) for n, s in ((0.5, "w"), (2.0, "x"), (-1.0, "b")))
    y = (w * x + b).tanh()
    y.label = "y"
    return steps(y)


@contextmanager
def playing(**environment):
    """The neuron's steps in a terminal, at the first."""
    with Terminal(NEURON, **environment) as shown:
        shown.until("step 0 / 15")
        yield shown


def left_as_it_was(shown):
    back = shown.sent.rindex(b"\x1b[?1049l") > shown.sent.rindex(b"\x1b[?1049h")
    return back and shown.modes() == shown.before


def screen_of(recorded, lang="en"):
    return Screen(recorded, Console(file=io.StringIO()), lang)


def plain(screen, index, width, height):
    return [line.plain for line in screen.lines(index, width, height)]


# --- in a real terminal --------------------------------------------------------------------------
@posix
def test_the_keys_change_the_screen_as_told():
    with playing() as shown:
        assert shown.row("▶").split() == ["▶", "w", "0.5", "—"]
        for key, index in (
            ("n", 1),
            (RIGHT, 2),
            (" ", 3),
            (LEFT, 2),
            ("p", 1),
            ("\x1bOC", 2),
            (LEFT, 1),
        ):
            shown.press(key, f"step {index} / 15")
        assert shown.row("▶").split() == ["▶", "v₁", "w", "·", "x", "1", "—"]
        assert shown.row("· w").split() == ["·", "w", "0.5", "—"]  # what it is computed from
        shown.press(END, "step 15 / 15")
        shown.press(HOME, "step 0 / 15")
        shown.press("g", "Go to step (0 to 15): ▁")
        shown.press("1x2", "Go to step (0 to 15): 12▁")
        shown.press("\r", "step 12 / 15")  # v₁ gives w its share
        assert shown.row("+ w").split() == ["+", "w", "0.5", "2"]
        assert shown.row("▶").split() == ["▶", "v₁", "w", "·", "x", "1", "1"]
        assert shown.row("  x").split() == ["x", "2", "—"]  # not yet
        assert any("0 + 1 · 2 = 2" in line for line in shown.lines)
        shown.press("g99\r", "The steps are 0 to 15.")
        shown.press("l", "paso 12 / 15")
        assert "siguiente" in shown.lines[-1]
        shown.press("l", "step 12 / 15")
        shown.press("?", "go to a step: its number, then Enter")
        shown.press("n", "step 12 / 15")  # closes the help, and no more
        shown.press("q")
        assert shown.ended() == 0


@posix
def test_f_and_b_leave_one_pass():
    with playing() as shown:
        shown.press("f" + END, "step 3 / 15")
        assert "only: forward pass" in shown.lines[0]
        shown.press("nnb", "only: backward pass")
        shown.press(HOME, "step 4 / 15")
        shown.press("b" + LEFT, "step 3 / 15")
        assert "only" not in shown.lines[0]
        shown.press("bg2\r", "step 2 / 15")  # a step of the other pass: all are shown again
        assert "only" not in shown.lines[0]


@posix
def test_the_learner_s_expression_is_lit():
    with playing() as shown:
        shown.press("n", "step 1 / 15")
        y = next(k for k, line in enumerate(shown.lines) if line.endswith("tanh(w*x+b)"))
        start = shown.lines[y].index("tanh")
        lit_columns = [x - start for x in range(80) if shown.screen.buffer[y][x].reverse]
        assert lit_columns == [5, 6, 7]  # w*x
        current = next(k for k, line in enumerate(shown.lines) if line.startswith("▶ v₁"))
        assert shown.screen.buffer[current][2].reverse


@posix
@pytest.mark.parametrize("end", ["q", "\x1b", "\x03", "\x04", "SIGTERM", "SIGHUP"])
def test_the_terminal_is_left_as_it_was(end):
    with playing() as shown:
        assert shown.modes()[3] != shown.before[3]  # no echo, no waiting for Enter
        number = getattr(signal, end, 0)
        if number:
            shown.process.send_signal(number)
        else:
            shown.press(end)
        assert shown.ended() == (128 + number if number else 0)
        assert left_as_it_was(shown)
        assert shown.sent.rindex(b"\x1b[?25h") > shown.sent.rindex(b"\x1b[?25l")


@posix
def test_an_error_leaves_the_terminal_as_it_was():
    code = """
from autograd_mini import Value, steps
from autograd_mini.cli import screen
from autograd_mini.cli.terminal import play
before = screen.Screen.lines
def lines(self, index, *rest):
    if index == 2:
        raise RuntimeError("on purpose")
    return before(self, index, *rest)
screen.Screen.lines = lines
x = Value(3.0, label="x")
play(steps(x * x), lang="en")
"""
    with Terminal(code, PYTHON_COLORS="0") as shown:  # a traceback in plain text
        shown.until("step 0 / 6")
        shown.press("nn")
        assert shown.ended() == 1
        assert b"RuntimeError: on purpose" in shown.sent
        assert left_as_it_was(shown)


@posix
def test_ctrl_z_stops_it_and_fg_brings_it_back():
    shell = f"""
import os, signal, subprocess, sys, termios
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
before = termios.tcgetattr(0)
child = subprocess.Popen([sys.executable, "-c", {NEURON!r}], process_group=0)
os.tcsetpgrp(0, child.pid)
_, status = os.waitpid(child.pid, os.WUNTRACED)
os.tcsetpgrp(0, os.getpgrp())
print("stopped", os.WIFSTOPPED(status), termios.tcgetattr(0) == before, flush=True)
sys.stdin.readline()
os.tcsetpgrp(0, child.pid)
os.kill(child.pid, signal.SIGCONT)
_, status = os.waitpid(child.pid, 0)
os.tcsetpgrp(0, os.getpgrp())
print("ended", os.waitstatus_to_exitcode(status), termios.tcgetattr(0) == before, flush=True)
"""
    with Terminal(shell) as shown:
        shown.until("step 0 / 15")
        shown.press("n", "step 1 / 15")
        shown.press("\x1a", lambda: b"stopped True True" in shown.sent)
        shown.screen.reset()
        shown.press("\n", "step 1 / 15")  # drawn again
        shown.press("n", "step 2 / 15")
        shown.press("q")
        assert shown.ended() == 0
        assert b"ended 0 True" in shown.sent


@posix
def test_a_new_size_of_the_window_is_filled():
    with playing() as shown:
        shown.resize(120, 40)
        shown.until(lambda: "→ next" in shown.lines[39])
        assert "│" in shown.lines[3]  # the source is beside the table now
        shown.resize(60, 15)
        shown.until(lambda: "→ next" in shown.lines[14] and "step 0" in shown.lines[0])
        shown.resize(30, 8)
        shown.until("The window is too small")
        shown.resize(80, 24)
        shown.until("step 0 / 15")


@posix
def test_no_color_means_no_colour():
    with playing(NO_COLOR="1") as shown:
        shown.press("g14\rq")
        shown.ended()
        styles = b";".join(re.findall(rb"\x1b\[([\d;]*)m", shown.sent))
        codes = {int(code) for code in styles.split(b";") if code}
        assert codes <= {0, 1, 2, 3, 4, 7}  # bold, dim, italic, underlined, reversed
        assert 7 in codes


@posix
def test_a_dumb_terminal_gets_text():
    with Terminal(NEURON, TERM="dumb") as shown:
        assert shown.ended() == 0
        assert b"\x1b" not in shown.sent
        assert shown.sent.decode().split() == "\n".join(transcript(neuron(), "en")).split()


# --- keys ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("sent", "known"),
    [
        ("\x1b[C", ["right"]),
        ("\x1bOD", ["left"]),
        ("\x1b[1~\x1b[4~", ["home", "end"]),
        ("\x1b[7~\x1bOF", ["home", "end"]),
        ("\x1b[1;5Cq", ["q"]),  # Ctrl-arrow means nothing here
        ("\r\n\x7f", ["enter", "enter", "backspace"]),
        ("ñ\x01\x1b[5~", ["ñ", "page up"]),
        ("\x1bn", ["escape", "n"]),
        ("\x1b\x1b[C", ["escape", "right"]),
    ],
)
def test_what_a_terminal_sends_is_read(sent, known):
    assert keys.decoded(sent) == known


@posix
def test_a_sequence_may_come_in_two_parts():
    sent = ["\x1b", "[", "C\x1bO", "Hn\x1b[5", "~", "", "\x1b", "", "\x1b[", "", "ñ"]
    terminal = keys._Terminal(print)
    terminal._sent = lambda: sent.pop(0)
    read = [terminal.read() for _ in range(4)]
    assert read == [["right", "home", "n", "page up"], ["escape"], ["escape", "["], ["ñ"]]


def test_keys_of_windows(monkeypatch):
    console = types.ModuleType("msvcrt")
    typed = list("n\xe0M\xe0K\x00G\xe0O\xe0Z\x1b\r\x03")
    console.kbhit = lambda: bool(typed)
    console.getwch = lambda: typed.pop(0)
    monkeypatch.setitem(sys.modules, "msvcrt", console)
    monkeypatch.setattr(keys, "get_terminal_size", lambda: (80 if typed else 81, 24))
    with keys._Console(print) as keyboard:
        read = [key for _ in range(7) for key in keyboard.read()]
    assert read == "n right left home end escape enter quit resize".split()


# --- the screen ----------------------------------------------------------------------------------
@cache
def updated():
    w = Value(0.5, label="weight")
    return steps(((w * w + w).tanh() - 2.0) ** 2, optimiser=SGD([w], lr=0.1))


@cache
def with_source():
    return steps(parse("tanh(w*x + b)**2 + w").function(), *map(Value, (0.5, 2.0, -1.0)))


@cache
def long():
    x = h = Value(0.5, label="x")
    for _ in range(300):
        h = h.sin() + x
    return steps(h)


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("recording", [updated, with_source, long])
@pytest.mark.parametrize(
    ("width", "height"), [(40, 12), (40, 16), (60, 15), (80, 24), (100, 12), (120, 40), (200, 60)]
)
def test_the_screen_fits_and_tells_the_state(width, height, recording, lang):
    recorded = recording()
    screen = screen_of(recorded, lang)
    for index in range(0, len(recorded), max(1, len(recorded) // 60)):
        lines = screen.lines(index, width, height, foot="foot")
        assert len(lines) == height
        assert max(cell_len(line.plain) for line in lines) <= width
        shown = [line.plain for line in lines]
        assert shown[0].split()[1] == str(index)
        assert recording is not with_source or any("tanh(w*x" in line for line in shown)
        state, ((node, *_), parent) = recorded.state(index), lit(recorded[index])
        for k, mark in ((node, "▶"), (parent, "+")):
            if k is None or (mark, k) == ("+", node):
                continue
            (row,) = [line for line in shown if line.startswith(f"{mark} {recorded.names[k]} ")]
            known = (state.data, state.grad)
            numbers = [notation.number(x[k]) if k in x else "—" for x in known]
            assert width < 60 or row.split("│")[0].split()[-2:] == numbers


def test_the_running_sum_is_that_of_the_shares():
    x = Value(3.0, label="x")
    recorded = steps(x * x * x - 5 * x)  # 3 x² − 5 = 22
    text = "\n".join(plain(screen_of(recorded), len(recorded) - 2, 100, 40))
    found = re.search(r"so far: (.*) = (.*)", text)
    terms = [float(t.strip("()").replace("−", "-")) for t in found[1].split(" + ")]
    assert sum(terms) == 22.0 == float(found[2])


HOSTILE = [
    "\x1b[2J\x1b]0;pwned\x07x", "[red]x[/red]", "[link=x]", "a\nb\rc", "\u202eabc", "\x9b31mx",
    "🙂" * 9,
]  # fmt: skip


@pytest.mark.parametrize("label", HOSTILE)
def test_a_label_is_text_and_obeyed_by_nobody(label):
    x = Value(3.0, label=label)
    recorded = steps(x.tanh() * x)
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=80, height=24, color_system=None)
    player = terminal._Player(recorded, console, "en", ("forward", "backward", "update"), 0)
    for index in range(len(recorded)):
        player.index = index
        console.print(player._screen())
    told = file.getvalue() + "\n".join(transcript(recorded, "en"))
    styles = re.sub(r"\x1b\[[\d;]*m", "", told)  # what rich itself has put there
    assert all(c == "\n" or c.isprintable() for c in styles)
    assert clean(label)[:8] in styles
    assert "\x1b[31m" not in told  # [red]


@given(st.text(max_size=40))
def test_clean_text_is_printable_and_keeps_its_length(text):
    assert clean(text).isprintable()
    assert len(clean(text)) == len(text)
    assert clean(clean(text)) == clean(text)


def test_source_text_is_text():
    code = 'def f(x):\n    "[red]\x1b[2J\u202e"\n    return x * x\n'
    import linecache

    linecache.cache["<evil>"] = (len(code), None, code.splitlines(True), "<evil>")
    space = {}
    exec(compile(code, "<evil>", "exec"), space)
    recorded = steps(space["f"], 3.0)
    text = "\n".join(plain(screen_of(recorded), 1, 120, 40))
    assert "[red]␛[2J\ufffd" in text
    assert all(c == "\n" or c.isprintable() for c in text)


def test_a_long_line_is_shown_where_it_is_lit():
    source = " + ".join(f"x*{k}" for k in range(1, 60))
    recorded = steps(parse(source).function(), 2.0)
    node = next(k for k, n in enumerate(recorded.nodes) if n.parents and n.data == 2 * 59)
    lines = screen_of(recorded).lines(recorded.index(Forward(node)), 80, 24)
    line = next(line for line in lines if line.plain.startswith("▶   1"))
    spans = [line.plain[s.start : s.end] for s in line.spans if "reverse" in str(s.style)]
    assert spans == ["x*59"]


def test_wide_characters_keep_the_columns():
    x, y = Value(3.0, label="重み"), Value(2.0, label="y")
    rows, wider = (plain(screen_of(steps(x * y), "es"), 1, n, 24)[1:5] for n in (80, 200))
    assert rows == wider  # which takes no more than it needs
    assert len({cell_len(row) for row in rows}) == 1
    assert [row[:4] for row in rows[1:3]] == ["· 重み", "· y "]


# --- the timeline --------------------------------------------------------------------------------
@settings(max_examples=30, deadline=None)
@given(graphs(max_steps=6), st.randoms(use_true_random=False))
def test_the_timeline_is_the_state(graph, random):
    root = graph(*(Value(x) for x in graph.at))
    recorded = steps(root if isinstance(root, Value) else Value(root))
    timeline = recorded.timeline
    for index in random.sample(range(len(recorded)), min(8, len(recorded))):
        state = recorded.state(index)
        for k in range(len(recorded.nodes)):
            assert timeline.data(k, index) == state.data.get(k)
            assert timeline.grad(k, index) == state.grad.get(k)
            assert timeline.complete(k, index) == (k in state.complete)


# --- play, words ---------------------------------------------------------------------------------
def test_colours_that_are_forced_make_no_terminal_of_a_pipe(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(isatty=lambda: True))
    console = Console(file=io.StringIO())
    assert console.is_terminal
    assert not terminal.interactive(console)


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"lang": "fr"}, ValueError, "lang must be one of en, es, got 'fr'"),
        ({"phases": ["b"]}, ValueError, "at least one of forward, backward, update; got"),
        ({"phases": []}, ValueError, "at least one"),
        ({"start": 16}, IndexError, "there are 16 steps, got the index 16"),
    ],
)
def test_wrong_use_of_play(options, error, text):
    with pytest.raises(error, match=text):
        play(neuron(), **options)
