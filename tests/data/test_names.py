"""Names: what is read from files of all kinds, and how a name is given to a model."""

import pytest

from autograd_mini.data import Names, TableError, first_names, read_names

READ = {
    "ana\n\n# no name\nEva\r\n": ["ana", "eva"],
    "a": ["a"],
    "ana\n" * 3: ["ana"] * 3,
    "BEGON\u0303A": ["begoña"],
    "\ufeffzoe": ["zoe"],
    "😀😁\n👨\u200d👩": ["😀😁", "👨👩"],
    "\u202bמשה\u202c": ["משה"],
    "ana maría": ["ana maría"],
}
REFUSED = [
    (b"", "n.txt: the file is empty"),
    (b" \n", "n.txt: the file is empty"),
    (b"# a\n", "n.txt: there are no names"),
    (b"\xff\xfe", r"n.txt: not UTF-8 text \(byte 0\)"),
    (b"ana\na\0b\n", "n.txt, line 2: a character that cannot be shown"),
    (b"\x1b[31m", "n.txt, line 1: a character"),
    ("\n".join(map(chr, range(0x4E00, 0x4E80))).encode(), "n.txt: 128 different letters"),
]


@pytest.mark.parametrize("text", READ)
def test_what_is_read(text, tmp_path):
    (tmp_path / "n.txt").write_text(text, encoding="utf-8", newline="")
    found = read_names(tmp_path / "n.txt")
    assert found.names == READ[text]
    assert [found.text(found.tokens(name)) for name in found.names] == READ[text]
    with pytest.raises(ValueError, match=r"^no name has the letter 'X', as 'aX' does$"):
        found.tokens("aX")


@pytest.mark.parametrize(("content", "sentence"), REFUSED)
def test_what_is_refused(content, sentence, tmp_path):
    (tmp_path / "n.txt").write_bytes(content)
    with pytest.raises(TableError, match=sentence):
        read_names(tmp_path / "n.txt")


@pytest.mark.parametrize(("lang", "some"), [("en", "olivia hugh"), ("es", "begoña ángel íñigo")])
def test_the_lists(lang, some):
    names = first_names(lang).names
    assert {*some.split()} < {*names}
    assert len({*names}) == len(names) > 600
    assert all(name.isalpha() and name == name.lower() for name in names)
    with pytest.raises(ValueError, match="lang must be one of en, es, got 'fr'"):
        first_names("fr")


def test_a_name_as_a_sample():
    given = Names(["ana", "eva"], "aenv")
    assert given.sample("ana", 4) == ([4.0, 0.0, 2.0, 0.0], ([0, 2, 0, 4], [0.25] * 4))
    assert given.sample("ana", 2) == ([4.0, 0.0], ([0, 2], [0.5, 0.5]))  # only its beginning
    assert given.sample("ana", 6)[1] == ([0, 2, 0, 4, 4, 4], [0.25] * 4 + [0.0] * 2)
