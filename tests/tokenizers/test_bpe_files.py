"""GPT-2's files: written so that others read them, read so that no damage passes unseen."""

import json
from pathlib import Path

import pytest

from course_lib.errors import TokenizerError
from course_lib.tokenizers import bpe_files
from course_lib.tokenizers.bpe import ByteBPETokenizer
from course_lib.tokenizers.byte_symbols import BYTE_TO_SYMBOL, SYMBOL_TO_BYTE

TEXT = (
    "the cat, the hat, the niño and the año: «this» then that, the other\n\n then 123\t 🙂\r\n"
    "several more words are merged from here"
) * 3
TRAINED = ByteBPETokenizer.train([TEXT], vocab_size=304)
GPT2_STYLE = ByteBPETokenizer.train(
    [TEXT], 304, ("<|endoftext|>", "<|my end|>"), None, "<|my end|>"
)


def content(tokenizer):
    return (
        tokenizer.merges,
        tokenizer.special_ids,
        [tokenizer.token_bytes(i) for i in range(tokenizer.vocab_size)],
        tokenizer.eos_id,
        tokenizer.pad_id,
        tokenizer.normalization,
    )


@pytest.mark.parametrize("tokenizer", [TRAINED, GPT2_STYLE], ids=["trained", "gpt2 style"])
def test_saved_and_loaded_it_is_the_same(tokenizer, tmp_path):
    tokenizer.save(tmp_path / "new" / "folder")
    loaded = ByteBPETokenizer.load(str(tmp_path / "new" / "folder"))
    assert content(loaded) == content(tokenizer)
    loaded.save(tmp_path / "again")
    for path in (tmp_path / "again").iterdir():
        assert path.read_bytes() == (tmp_path / "new" / "folder" / path.name).read_bytes()


def test_the_files_are_in_gpt2_format(tmp_path):
    TRAINED.save(tmp_path)
    ids = json.loads((tmp_path / "vocab.json").read_text("utf8"))
    assert list(ids.values()) == list(range(304))
    assert [ids[t] for t in ("<PAD>", "<UNK>", "<START>", "<END>", "Ā", "!")] == [0, 1, 2, 3, 4, 37]
    header, first, *_ = (tmp_path / "merges.txt").read_bytes().decode().split("\n")
    assert header == "#version: 0.2"
    assert tuple(first.split(" ")) == tuple(map(bpe_files.to_symbols, TRAINED.merges[0]))


def test_files_alone_are_read_with_the_special_tokens_named(tmp_path):
    GPT2_STYLE.save(tmp_path)
    read = ByteBPETokenizer.from_files(
        tmp_path / "vocab.json",
        tmp_path / "merges.txt",
        special_tokens=("<|endoftext|>", "<|my end|>"),
        eos_token="<|my end|>",
    )
    assert content(read) == content(GPT2_STYLE)


def test_merges_need_no_header_and_may_end_in_any_line_end(tmp_path):
    TRAINED.save(tmp_path)
    path = tmp_path / "merges.txt"
    lines = path.read_text("utf8").split("\n")
    for text in ("\n".join(lines[1:]), "\r\n".join(lines), "\n".join(lines).rstrip("\n")):
        path.write_text(text, "utf8", newline="")
        assert ByteBPETokenizer.load(tmp_path).merges == TRAINED.merges


def test_a_header_may_also_be_the_first_merge(tmp_path):
    """A merge of # and version would be line 2 at the earliest."""
    tokenizer = ByteBPETokenizer.train(["#version " * 9], 264)
    tokenizer.save(tmp_path)
    assert ByteBPETokenizer.load(tmp_path).merges == tokenizer.merges


def test_symbols_that_only_others_write():
    for symbols in ("Ġaño", " ", "ñ🙂"):
        with pytest.raises(KeyError):
            bpe_files.from_symbols(symbols + "🙂")
    assert set(SYMBOL_TO_BYTE) == set(BYTE_TO_SYMBOL.values())


# Damage: each case changes the saved files and names what must be said of it.


def edit_vocab(**changes):
    def edit(folder):
        path = folder / "vocab.json"
        ids = json.loads(path.read_text("utf8"))
        for token, token_id in changes.items():
            if token_id is None:
                del ids[token]
            else:
                ids[token] = token_id
        path.write_text(json.dumps(ids), "utf8")

    return edit


def edit_merges(number, line):
    """Replace a line, counted from 1; None takes it out."""

    def edit(folder):
        path = folder / "merges.txt"
        lines = path.read_text("utf8").split("\n")
        lines[number - 1 : number] = [] if line is None else [line]
        path.write_text("\n".join(lines), "utf8")

    return edit


def write(name, data):
    def edit(folder):
        (folder / name).write_bytes(data)

    return edit


def remove(name):
    def edit(folder):
        (folder / name).unlink()

    return edit


def edit_settings(**changes):
    def edit(folder):
        path = folder / "course_tokenizer.json"
        path.write_text(json.dumps(json.loads(path.read_text("utf8")) | changes), "utf8")

    return edit


FIRST, SECOND = (" ".join(map(bpe_files.to_symbols, pair)) for pair in TRAINED.merges[:2])
LAST = bpe_files.to_symbols(b"".join(TRAINED.merges[-1]))

DAMAGE = {
    "a merge of an unknown token": (
        edit_merges(5, "Ġ Ġzzz"),
        r"merges\.txt, line 5: token 'Ġzzz' has no id",
    ),
    "a merge whose product has no id": (
        edit_merges(6, "! !"),
        r"merges\.txt, line 6: '!' and '!' make '!!', which has no id",
    ),
    "a merge that stands there twice": (
        edit_merges(7, FIRST),
        rf"merges\.txt, line 7: '{FIRST}' is on line 2 already",
    ),
    "a line of one token": (edit_merges(4, "Ġthe"), r"merges\.txt, line 4: 'Ġthe'; expected two"),
    "a line of three": (edit_merges(4, "a b c"), r"merges\.txt, line 4: 'a b c'; expected two"),
    "a line with a tab": (edit_merges(4, "a\tb"), r"merges\.txt, line 4"),
    "an empty line": (edit_merges(4, ""), r"merges\.txt, line 4: ''; expected two"),
    "a comment": (edit_merges(3, "#version: 0.2"), r"merges\.txt, line 3: token '#version:'"),
    "a merge that is gone": (edit_merges(3, None), r"no merge of merges\.txt makes token"),
    "merges cut short": (write("merges.txt", b"#version: 0.2\n"), "no merge of merges.txt makes"),
    "empty merges": (write("merges.txt", b""), r"merges\.txt is empty"),
    "blank merges": (write("merges.txt", b"\n \n"), r"merges\.txt is empty"),
    "merges that are no UTF-8": (write("merges.txt", b"a \xff\n"), r"merges\.txt is not UTF-8"),
    "no merges": (remove("merges.txt"), r"merges\.txt does not exist"),
    "no vocabulary": (remove("vocab.json"), r"vocab\.json does not exist"),
    "an empty vocabulary": (write("vocab.json", b""), r"vocab\.json is empty"),
    "a vocabulary without tokens": (write("vocab.json", b"{}"), "no special token '<PAD>'"),
    "a list": (write("vocab.json", b"[1]"), r"vocab\.json holds a list"),
    "half a vocabulary": (write("vocab.json", b'{\n"a": 1,\n'), r"vocab\.json, line \d"),
    "a token twice": (write("vocab.json", b'{"a": 0, "a": 1}'), "'a' occurs twice"),
    "a gap": (
        edit_vocab(**{LAST: 310}),
        r"vocab\.json: no token has id 303; 304 tokens need the ids 0 to 303, .* is 310",
    ),
    "a missing token": (edit_vocab(**{LAST: None}), rf"make '{LAST}', which has no id"),
    "an id twice": (edit_vocab(**{LAST: 7}), rf"id 7 belongs to '.' and to '{LAST}'"),
    "an id that is negative": (edit_vocab(**{LAST: -1}), rf"token '{LAST}' has id -1"),
    "an id that is a text": (edit_vocab(**{LAST: "7"}), rf"token '{LAST}' has id '7'"),
    "an id that is no whole number": (edit_vocab(**{LAST: 7.0}), rf"token '{LAST}' has id 7\.0"),
    "an id that is true": (edit_vocab(**{LAST: True}), rf"token '{LAST}' has id True"),
    "a token that nothing makes": (edit_vocab(Ġzzz=304), r"makes token 'Ġzzz' \(id 304\)"),
    "a token that is no bytes": (edit_vocab(**{"<s p>": 304}), r"token '<s p>' \(id 304\) is not"),
    "an empty token": (edit_vocab(**{"": 304}), r"token '' \(id 304\) is not"),
    "no special token": (edit_vocab(**{"<END>": None, "<end>": 3}), "no special token '<END>'"),
    "no settings": (remove("course_tokenizer.json"), r"course_tokenizer\.json"),
    "another end": (edit_settings(eos_token="<stop>"), r"course_tokenizer\.json: no <stop>"),
    "another size": (edit_settings(vocab_size=312), r"'vocab_size' is 312"),
    "an unknown normal form": (edit_settings(normalization="NFX"), r"tokenizer\.json: .*NFX"),
    "a special token twice": (edit_settings(special_tokens=["<END>"] * 2), "entry 1"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_is_named(case, tmp_path):
    damage, message = DAMAGE[case]
    TRAINED.save(tmp_path)
    damage(tmp_path)
    with pytest.raises(TokenizerError, match=message):
        ByteBPETokenizer.load(tmp_path)


def test_a_byte_without_a_token_is_named(tmp_path):
    ids = {symbol: place for place, symbol in enumerate(list(SYMBOL_TO_BYTE)[:-1])}
    vocab, merges = tmp_path / "vocab.json", tmp_path / "merges.txt"
    vocab.write_text(json.dumps(ids | {"<|endoftext|>": 255}), "utf8")
    merges.write_text("#version: 0.2\n", "utf8")
    byte = SYMBOL_TO_BYTE[list(SYMBOL_TO_BYTE)[-1]]
    with pytest.raises(TokenizerError, match=f"no token for byte {byte} .*1 of 256 missing"):
        ByteBPETokenizer.from_files(vocab, merges)


def test_special_tokens_are_named_once_and_in_a_list(tmp_path):
    GPT2_STYLE.save(tmp_path)
    files = tmp_path / "vocab.json", tmp_path / "merges.txt"
    with pytest.raises(TokenizerError, match=r"'<\|endoftext\|>' is there twice"):
        ByteBPETokenizer.from_files(*files, special_tokens=["<|endoftext|>"] * 2)
    with pytest.raises(TokenizerError, match="expected a list of special tokens"):
        ByteBPETokenizer.from_files(*files, special_tokens="<|endoftext|>")
    with pytest.raises(TokenizerError, match=r"'<\|my end\|>' \(id 1\).*name it among"):
        ByteBPETokenizer.from_files(*files)


def test_gpt2_names_the_file_that_is_missing(tmp_path):
    with pytest.raises(TokenizerError, match=r"vocab\.json does not exist"):
        ByteBPETokenizer.gpt2(tmp_path)


# Writing


def test_what_was_there_stays_when_writing_fails(tmp_path, monkeypatch):
    TRAINED.save(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for failing in ("write_text", "replace"):

        def full(self, *arguments, **options):
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(Path, failing, full)
            with pytest.raises(TokenizerError, match="No space left on device"):
                GPT2_STYLE.save(tmp_path)
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_other_files_of_the_folder_are_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    TRAINED.save(tmp_path)
    GPT2_STYLE.save(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert content(ByteBPETokenizer.load(tmp_path)) == content(GPT2_STYLE)


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "here").write_text("mine")
    with pytest.raises(TokenizerError, match=r"cannot write to .*here"):
        TRAINED.save(tmp_path / "here")
    assert (tmp_path / "here").read_text() == "mine"
