"""The command gpt on a small model: what it keeps, what it says, what it draws."""

import re
import signal
from functools import partial

import pytest

from autograd_mini import files
from autograd_mini.cli import gpt, main
from autograd_mini.nn import GPT
from autograd_mini.training import load, load_metadata
from tests.cli.tongues import ENGLISH, SPANISH, words


@pytest.fixture(autouse=True)
def _small(monkeypatch, tmp_path):
    monkeypatch.setattr(gpt, "GPT", partial(GPT, width=2, heads=1, context=4))
    (tmp_path / "n.txt").write_text("ana\nnoa\nleo\neva\nmariana\n", encoding="utf-8")


def weights(name):
    return [p.data.hex() for p in load(name).parameters()], load_metadata(name)["optimiser"]


def test_what_it_says(said):
    told = said("gpt", "--names", "n.txt", "--steps", "9", "--batch-size", "2").splitlines()
    assert "Letters: 9 (aeilmnorv)" in told[0]
    assert told[1] == "Of names with more than 4 letters, only the first 4 letters are learnt."
    assert [line.split()[1] for line in told if line.startswith("step")] == [*"123456789"]
    assert re.search(r"\((\d+) of 20 are not in the list\)", told[-6])


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("lang", ["en", "es"])
def test_ctrl_c_keeps_what_was_learnt_and_it_goes_on_to_the_last_bit(lang, capsys, monkeypatch):
    rest = ["--names", "n.txt", "--steps", "9", "--batch-size", "1", "--lang", lang]
    assert main(["gpt", *rest, "--save", "whole.json"]) == 0
    told = capsys.readouterr().out
    taken = []

    def interrupted(self, *given):
        taken.append(1)
        if len(taken) == 5:
            signal.raise_signal(signal.SIGINT)
        return sample(self, *given)

    sample = gpt.Names.sample
    with monkeypatch.context() as patched:
        patched.setattr(gpt.Names, "sample", interrupted)
        assert main(["gpt", *rest, "--save", "part.json"]) == 130
    assert "part.json" in capsys.readouterr().err
    assert load_metadata("part.json")["optimiser"]["steps"] == 4
    assert main(["gpt", "--resume", "part.json", "--save", "part.json", "--lang", lang]) == 0
    again = capsys.readouterr().out
    assert weights("part.json") == weights("whole.json")
    assert again.splitlines()[-5:-1] == told.splitlines()[-5:-1]  # the names that it makes up
    for line in (told + again).splitlines():
        if not line.startswith(("step", "paso", "  ")):
            assert not words(line) & (SPANISH if lang == "en" else ENGLISH)


def test_a_new_run_leaves_what_an_earlier_one_has_learnt(said, tmp_path):
    """Its file was overwritten, as it was of the same command."""
    for seed in "123":
        said("gpt", "--names", "n.txt", "--steps", "1", "--batch-size", "1", "--seed", seed)
    kept = {path.name: load_metadata(path)["seed"] for path in tmp_path.glob("*.json")}
    assert kept == {f"autograd-mini-gpt{end}.json": k for k, end in enumerate(("", "-2", "-3"), 1)}


@pytest.mark.parametrize("letters", ["ana", "👧👩"])  # those that matplotlib's font lacks, too
def test_pictures(letters, said, tmp_path):
    (tmp_path / "n.txt").write_text(letters, encoding="utf-8")
    said("gpt", "--names", "n.txt", "--steps", "1", "--batch-size", "1", "--pictures", "p/q")
    drawn = sorted(path.name for path in (tmp_path / "p" / "q").iterdir())
    assert drawn == ["attention.png", "embedding.png", "gradients.png"]


def test_nothing_of_anyone_else_s_is_overwritten_and_ctrl_c_while_compiling_writes_nothing(
    said, tmp_path, monkeypatch, capsys
):
    (tmp_path / "mine.json").write_text("{}")
    told = said("gpt", "--names", "n.txt", "--save", "mine.json", status=1)
    assert "did not save it" in told
    assert (tmp_path / "mine.json").read_text() == "{}"

    def compiling(*_, **__):
        raise KeyboardInterrupt

    for owner, name in ((gpt.Names, "sample"), (gpt, "compile_step")):
        monkeypatch.setattr(owner, name, compiling)
        assert main(["gpt", "--names", "n.txt"]) == 130
        assert "gpt.json" not in capsys.readouterr().err
        assert not (tmp_path / "autograd-mini-gpt.json").exists()


@pytest.mark.parametrize("why", ["may not be written", "is a link"])
def test_where_nothing_can_be_kept_nothing_is_learnt(why, said, tmp_path, monkeypatch):
    if why == "is a link":
        (tmp_path / "autograd-mini-gpt.json").symlink_to(tmp_path / "elsewhere")
    else:
        monkeypatch.setattr(files.os, "access", lambda path, mode: False)
    told = said("gpt", "--names", "n.txt", "--steps", "1", "--batch-size", "1", status=1)
    assert re.search("autograd-mini-gpt.json: (Permission denied|it is a symbolic link)", told)


def test_without_numpy_it_says_how_to_be_faster(said, monkeypatch):
    monkeypatch.setattr(gpt, "find_spec", lambda _: None)
    told = said("gpt", "--names", "n.txt", "--steps", "1", "--batch-size", "1")
    assert 'pip install "autograd-mini[fast]"' in told
    assert "back end python" in told


def test_who_has_numpy_and_does_without_is_told_nothing_of_it(said):
    told = said(
        "gpt", "--names", "n.txt", "--steps", "1", "--batch-size", "1", "--backend", "python"
    )
    assert "back end python" in told
    assert "pip install" not in told


def test_what_was_learnt_from_other_names_does_not_go_on(said, tmp_path):
    said("gpt", "--names", "n.txt", "--steps", "1", "--batch-size", "1", "--save", "g.json")
    for steps in (["--steps", "2"], []):  # of those that it had, none is left
        said("gpt", "--resume", "g.json", *steps)
        assert load_metadata("g.json")["optimiser"]["steps"] == 2
    (tmp_path / "n.txt").write_text("ana\n")
    assert "no longer those" in said("gpt", "--resume", "g.json", status=2)
