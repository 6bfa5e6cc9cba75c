"""The one writer of files, and the one form of document: complete or not, whole or refused."""

import contextlib
import errno
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from autograd_mini import files
from autograd_mini.files import Format, SpecialFileError, write
from tests.documents import unsigned

NOTE = Format("note", ("text", "numbers"), ("author",))
CONTENT = {"text": "ñ \ud800 \"'", "numbers": [0.1, -0.0, 5e-324, 10**30, None, {"b": 1, "a": 2}]}


# --- writing -------------------------------------------------------------------------------------
def test_text_and_bytes_are_written_as_they_are(tmp_path):
    for data in ("ñ\r\n", b"\x00\xff"):
        write(tmp_path / "a", data)
        assert (tmp_path / "a").read_bytes() == (data.encode() if isinstance(data, str) else data)
    assert [*tmp_path.iterdir()] == [tmp_path / "a"]


@pytest.mark.parametrize("breaks", ["replace", "fsync"])
def test_a_write_that_fails_leaves_the_old_file_and_names_it(tmp_path, monkeypatch, breaks):
    write(tmp_path / "a", "old")

    def full_disk(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, breaks, full_disk)
    with pytest.raises(OSError, match="No space left") as caught:
        write(tmp_path / "a", "new")
    assert caught.value.filename == str(tmp_path / "a")
    assert (tmp_path / "a").read_text() == "old"
    assert [*tmp_path.iterdir()] == [tmp_path / "a"]


def test_a_file_system_that_may_only_be_read_names_the_file(tmp_path, monkeypatch):
    def refused(*_, **__):  # also what is not there cannot be removed
        raise OSError(errno.EROFS, "Read-only file system", "temporary")

    monkeypatch.setattr(files.Path, "open", refused)
    monkeypatch.setattr(files.Path, "unlink", refused)
    with pytest.raises(OSError, match="Read-only") as caught:
        write(tmp_path / "a", "new")
    assert caught.value.filename == str(tmp_path / "a")


def test_a_name_as_long_as_names_can_be(tmp_path):
    write(tmp_path / ("ñ" * 127), "x")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["x"]


def test_the_permissions_are_those_of_the_file_that_is_replaced(tmp_path, monkeypatch):
    (tmp_path / "other").write_text("")
    write(tmp_path / "a", "")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "other").stat().st_mode
    (tmp_path / "a").chmod(0o640)
    before = []  # the file that is read by nobody else is not so for a moment, either
    monkeypatch.setattr(files.os, "fsync", lambda file: before.append(os.fstat(file).st_mode))
    write(tmp_path / "a", "again")
    assert {x & 0o777 for x in (*before, (tmp_path / "a").stat().st_mode)} == {0o640}


def test_folders_links_and_pipes_are_left_as_they_are(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    os.mkfifo(tmp_path / "pipe")
    what = {"folder": "a folder", "link": "a symbolic link", "pipe": "not a regular file"}
    for name, text in what.items():
        for kind in (ValueError, OSError):
            with pytest.raises(kind, match=f"it is {text}") as caught:
                write(tmp_path / name, "")
        assert isinstance(caught.value, SpecialFileError)
        assert caught.value.filename == str(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(what)


def test_a_folder_that_is_missing_is_the_systems_own_error(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        write(tmp_path / "no" / "a", "")
    assert caught.value.filename == str(tmp_path / "no" / "a")


KILLED = """
import os, sys
from autograd_mini import files
def stop(_):
    print("here", flush=True)
    import time; time.sleep(60)
files.os.fsync = stop
files.write(sys.argv[1], "half")
"""


def killed_while_writing(path):
    command = [sys.executable, "-c", KILLED, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "here\n"
        writer.send_signal(signal.SIGKILL)


def an_hour_ago(path):
    os.utime(path, (time.time() - 4000, time.time() - 4000))


def test_a_later_write_removes_what_a_killed_one_left(tmp_path):
    path = tmp_path / "model.json"
    write(path, "old")
    killed_while_writing(path)
    assert path.read_text() == "old"
    (left,) = tmp_path.glob(".model.json.*")
    an_hour_ago(left)
    write(path, "new")
    assert [*tmp_path.iterdir()] == [path]
    assert path.read_text() == "new"


def test_only_its_own_old_files_are_removed(tmp_path):
    young, old = ".a.7-aaaaaaaa.tmp", ".a.7-0123abcd.tmp"
    kept = [".b.7-0123abcd.tmp", ".a.b.7-0123abcd.tmp", ".a.7-0123abcX.tmp", "a.7-0123abcd.tmp",
            ".a.7-0123abcd.tmp.bak", ".a.x7-0123abcd.tmp", young]  # fmt: skip
    for name in (*kept, old):
        (tmp_path / name).write_text("")
        if name != young:
            an_hour_ago(tmp_path / name)
    write(tmp_path / "a", "")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["a", *kept])


MANY = """
import sys
from autograd_mini.files import write
for k in range(60):
    write(sys.argv[1], sys.argv[2] * 10_000)
"""


def test_several_writers_at_once_leave_one_complete_file(tmp_path):
    path = tmp_path / "a"
    writers = [subprocess.Popen([sys.executable, "-c", MANY, str(path), c]) for c in "xyz"]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        if path.exists():
            seen.add(path.read_text())
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert seen <= {c * 10_000 for c in "xyz"}
    assert [*tmp_path.iterdir()] == [path]


# --- documents -----------------------------------------------------------------------------------
def test_what_is_written_is_read():
    for content in (CONTENT, {**CONTENT, "author": "me"}):
        for indent in (None, 1):
            text = NOTE.write(content, indent)
            text.encode()
            again = NOTE.read(text)
            assert again == content
            assert str(again["numbers"][1]) == "-0.0"


def test_neither_layout_nor_order_nor_escapes_count():
    document = json.loads(NOTE.write(CONTENT))
    other = dict(sorted(document.items()), numbers=document["numbers"])
    for indent, ascii_only in ((None, True), (3, True), (3, False)):
        assert NOTE.read(json.dumps(other, indent=indent, ensure_ascii=ascii_only)) == CONTENT


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"text": "n"}, "it is damaged, or was changed by hand: its checksum does not fit"),
        ({"numbers": [0.1]}, "its checksum does not fit"),
        ({"author": "me"}, "its checksum does not fit"),
        ({"checksum": None}, "its checksum does not fit"),
        ({"checksum": ...}, "it lacks checksum"),
        ({"text": ..., "numbers": ...}, "it lacks text, numbers"),
        ({"colour": 1, "age": 1}, "it has the unknown age, colour"),
        ({"format": "Note"}, "it is not an note document"),
        ({"version": 3}, "it has version 3, .* reads up to version 2; install a newer one"),
        *(({"version": v}, f"it has version {v!r}, ") for v in (2.0, "1", 0, True)),
        ({"version": 1}, "it has the unknown checksum"),
    ],
)
def test_what_is_refused(change, reason):
    document = {**json.loads(NOTE.write(CONTENT)), **change}
    text = json.dumps({key: x for key, x in document.items() if x is not ...})
    with pytest.raises(ValueError, match=f"^here: .*{reason}"):
        NOTE.read(text, "here")


def test_version_1_had_no_checksum():
    assert NOTE.read(json.dumps(unsigned(NOTE.write(CONTENT)))) == CONTENT


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (" \n", "it is empty"),
        ("", "it is empty"),
        ("{", "it is damaged or not JSON"),
        ("\x00\x01\x02", "it is damaged or not JSON"),
        ("{" * 100_000, "it is damaged or not JSON"),
        ('{"text": -Infinity}', r"it is damaged or not JSON \(-Infinity is not a number\)"),
        ("[" * 100_000, "it is damaged or not JSON"),
        ('{"text": NaN}', r"it is damaged or not JSON \(NaN is not a number\)"),
        (
            '{"a": {"b": 1, "c": 2, "b": 1}}',
            r"it is damaged or not JSON \(a name among b, c appears twice\)",
        ),
        ("[]", "it is not an note document"),
    ],
)
def test_text_that_is_no_document(text, reason):
    with pytest.raises(ValueError, match=f"^note: {reason}"):
        NOTE.read(text)
    with pytest.raises(TypeError, match="takes text, got bytes"):
        NOTE.read(text.encode())


def test_a_random_change_of_any_size_is_seen():
    rng, text = random.Random(0), NOTE.write(CONTENT)
    for _ in range(2000):
        start = rng.randrange(len(text))
        end = min(len(text), start + rng.randrange(1, 9))
        damaged = text[:start] + "".join(rng.choices(text, k=end - start)) + text[end:]
        with contextlib.suppress(ValueError):
            assert NOTE.read(damaged) == CONTENT
