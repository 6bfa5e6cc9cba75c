"""Machine code on the disk: used again, never when it is damaged, and not without bound."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numpy")
pytest.importorskip("llvmlite")
import numpy as np

from autograd_mini.compiler import cache, llvm
from tests.compiler.programs import cubic, line

ROOT = str(Path(__file__).parents[2])


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("AUTOGRAD_MINI_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


def built():
    """Whether the code came from the disk; it must compute either way."""
    run = llvm.build(cubic())
    assert [*run(np.array([3.0]), [], 1)[0]] == [21.0, 25.0, 2.0]
    return any("found in the cache" in sentence for sentence in run.explain())


@pytest.mark.parametrize("damage", ["", "short", "changed", "appended"])
def test_a_damaged_file_is_not_used_but_replaced(folder, damage):
    assert [built(), built()] == [False, True]
    (file,) = folder.iterdir()
    data = bytearray(file.read_bytes())
    data[100] ^= damage == "changed"
    new = {"": b"", "short": data[:-1], "appended": data + b"\0"}.get(damage, data)
    file.write_bytes(new)
    assert [built(), built()] == [False, True]


def test_every_difference_has_a_name_of_its_own():
    one, other = cubic(), cubic()
    other.code.constants[1] += 1
    keys = [cache.key(one, 1), cache.key(one, 2), cache.key(other, 1), cache.key(line(), 1)]
    keys.append(cache.key(one._replace(outputs=one.outputs[:2]), 1))
    assert len({*keys}) == 5
    assert cache.key(cubic()._replace(labels={}), 1) == keys[0]  # names are no code


def test_what_was_used_longest_ago_goes_first(folder, monkeypatch):
    monkeypatch.setattr(cache, "LIMIT", 1000)
    folder.mkdir()
    (folder / "users-own.o").write_bytes(b"x" * 900)
    os.utime(folder / "users-own.o", (0, 0))
    for k, name in enumerate("abc"):
        cache.write(name * 40, b"x" * 200)
        os.utime(folder / f"{name * 40}.o", (k, k))
    assert cache.read("a" * 40) == b"x" * 200  # so b is the oldest
    for name in "de":
        cache.write(name * 40, b"x" * 200)
    assert sorted(file.stem[0] for file in folder.iterdir()) == ["a", "c", "d", "e", "u"]
    cache.write("large", b"x" * 300)
    assert cache.read("large") is None


@pytest.mark.parametrize("kept", ["file", "file/below", ""])
def test_where_nothing_can_be_kept_it_works_all_the_same(monkeypatch, tmp_path, kept):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("AUTOGRAD_MINI_CACHE", str(tmp_path / kept) if kept else "")
    assert [built(), built()] == [False, False]
    assert (tmp_path / "file").read_text() == "in the way"


def test_files_of_another_user_are_used(folder, monkeypatch):
    def refuse(path):
        raise PermissionError

    built()
    monkeypatch.setattr(os, "utime", refuse)
    assert built()


def test_processes_share_the_directory(folder):
    script = """
import numpy as np
from autograd_mini.compiler import llvm
from tests.compiler.programs import cubic
for _ in range(3):
    print([float(x) for x in llvm.build(cubic())(np.array([3.0]), [], 1)[0]])
"""
    started = [
        subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in started:
        assert process.communicate()[0].decode() == "[21.0, 25.0, 2.0]\n" * 3
    assert [file.suffix for file in folder.iterdir()] == [".o"]


def test_the_places_where_systems_keep_such_files(monkeypatch):
    def unknown():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("AUTOGRAD_MINI_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "x")
    monkeypatch.setenv("LOCALAPPDATA", "l")
    for system, start in {"linux": "x", "win32": "l", "darwin": "Caches"}.items():
        monkeypatch.setattr(sys, "platform", system)
        assert cache.directory().parent.name == start
    monkeypatch.setattr(Path, "home", unknown)
    assert cache.directory() is None
