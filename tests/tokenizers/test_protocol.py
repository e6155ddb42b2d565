"""What every tokenizer promises, put to each of them."""

import json
import os
import unicodedata

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_lib import tokenizers
from course_lib.errors import TokenizerError
from course_lib.tokenizers import Tokenizer
from course_lib.tokenizers.bpe import ByteBPETokenizer
from course_lib.tokenizers.characters import CharacterTokenizer
from course_lib.tokenizers.hub import HubTokenizer
from course_lib.tokenizers.hybrid import HybridTokenizer
from course_lib.tokenizers.led import SPECIAL_TOKENS, LEDTokenizer
from course_lib.tokenizers.long_documents import LongDocumentTokenizer
from course_lib.tokenizers.words import WordTokenizer

TEXTS = [
    "The cat saw the dog, and the dog saw the cat. The cat ran; the dog didn't.\n" * 3,
    "¿Qué vio el gato? ¡Vio al perro! El niño vio al gato — y el gato, al niño.\n" * 3,
]


def bpe(normalization):
    return ByteBPETokenizer.train(TEXTS, vocab_size=304, normalization=normalization)


def led_bpe():
    return ByteBPETokenizer.train(
        TEXTS, 312, SPECIAL_TOKENS, normalization=None, eos_token=SPECIAL_TOKENS[2]
    )


def hub():
    transformers = pytest.importorskip("transformers", reason="needs course-lib[hub]")
    trained = led_bpe()
    vocab = {
        token: place
        for place, token in enumerate([*SPECIAL_TOKENS, *sorted(map(chr, SYMBOLS.values()))])
    }
    merges = []
    for left, right in trained.merges:
        merges.append(("".join(map(symbol, left)), "".join(map(symbol, right))))
        vocab["".join(merges[-1])] = len(vocab)
    return HubTokenizer(transformers.LEDTokenizer(vocab=vocab, merges=merges))


# GPT-2's byte symbols, written here a second time: printable Latin-1 stays, the rest moves up.
KEPT = [*range(33, 127), *range(161, 173), *range(174, 256)]
MOVED = [byte for byte in range(256) if byte not in KEPT]
SYMBOLS = {byte: byte for byte in KEPT} | {byte: 256 + n for n, byte in enumerate(MOVED)}


def symbol(byte):
    return chr(SYMBOLS[byte])


MAKERS = {
    "characters": lambda: CharacterTokenizer.from_texts(TEXTS),
    "characters, exact": lambda: CharacterTokenizer.from_texts(TEXTS, normalization=None),
    "characters, lossy": lambda: CharacterTokenizer.from_texts(TEXTS, byte_fallback=False),
    "words": lambda: WordTokenizer.from_texts(TEXTS, max_types=20),
    "hybrid": lambda: HybridTokenizer.from_texts(TEXTS, vocab_size=340),
    "hybrid, exact": lambda: HybridTokenizer.from_texts(TEXTS, 340, normalization=None),
    "bpe": lambda: bpe("NFC"),
    "bpe, exact": lambda: bpe(None),
    "led": lambda: LEDTokenizer(led_bpe()),
    "hub": hub,
    "long documents": lambda: LongDocumentTokenizer(CharacterTokenizer.from_texts(TEXTS)),
}
LOSSY = {"characters, lossy", "words"}  # as their classes say
MADE = {}


@pytest.fixture(params=MAKERS)
def name(request):
    return request.param


@pytest.fixture
def tokenizer(name):
    if name not in MADE:
        MADE[name] = MAKERS[name]()
    return MADE[name]


PIECES = [
    "the",
    " cat",
    "El niño",
    "n\u0303",
    "e\u0301\u0323",
    "👩🏽\u200d🚀",
    "\r\n",
    "\n",
    "  ",
    "\t",
    "\x00",
]
ANY_TEXT = st.one_of(
    st.text(max_size=40),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=12).map("".join),
)
RELAXED = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def normal_form(tokenizer, text):
    inner = getattr(tokenizer, "tokenizer", tokenizer)
    form = getattr(inner, "normalization", None)
    return unicodedata.normalize(form, text) if form else text


def test_it_is_a_tokenizer_and_its_special_ids_agree(name, tokenizer):
    assert isinstance(tokenizer, Tokenizer)
    size, special = tokenizer.vocab_size, tokenizer.special_ids
    assert len(set(special.values())) == len(special)
    assert all(0 <= i < size for i in special.values())
    assert 0 <= tokenizer.eos_id < size
    assert tokenizer.pad_id is None or 0 <= tokenizer.pad_id < size
    assert tokenizer.pad_id != tokenizer.eos_id
    if name == "words":  # its line end stands for text
        assert tokenizer.eos_id not in special.values()
        assert tokenizer.decode([tokenizer.eos_id]) == "\n"
    else:
        assert tokenizer.eos_id in special.values()
        assert tokenizer.pad_id is None or tokenizer.pad_id in special.values()
    for form, i in special.items():
        assert tokenizer.decode([i]) == form
        assert tokenizer.decode([i], skip_special=True) == ""


@RELAXED
@given(text=ANY_TEXT)
def test_ids_are_in_range_and_decode_to_the_text(name, tokenizer, text):
    ids = tokenizer.encode(text)
    assert all(type(i) is int and 0 <= i < tokenizer.vocab_size for i in ids)
    if name not in LOSSY:
        assert tokenizer.decode(ids) == normal_form(tokenizer, text)
    assert tokenizer.decode(np.array(ids, np.int64)) == tokenizer.decode(ids)


@RELAXED
@given(text=ANY_TEXT)
def test_special_ids_never_come_from_ordinary_text(name, tokenizer, text):
    if any(form in text for form in tokenizer.special_ids):
        return
    allowed = {tokenizer.unk_id} if name in LOSSY else set()
    assert set(tokenizer.encode(text)) & set(tokenizer.special_ids.values()) <= allowed


@RELAXED
@given(data=st.data())
def test_any_ids_decode_to_a_text_that_can_be_written(tokenizer, data):
    ids = data.draw(st.lists(st.integers(0, tokenizer.vocab_size - 1), max_size=30))
    for skip_special in (False, True):
        tokenizer.decode(ids, skip_special).encode()
        left = [i for i in ids if i not in tokenizer.special_ids.values()]
        if skip_special:
            assert tokenizer.decode(ids, True) == tokenizer.decode(left, True)


def test_every_id_alone_decodes(tokenizer):
    for i in range(tokenizer.vocab_size):
        assert tokenizer.decode([i])


@pytest.mark.parametrize("place", [0, 2])
def test_an_id_out_of_range_is_named_with_its_place(tokenizer, place):
    for bad in (-1, tokenizer.vocab_size, 10**12):
        ids = [tokenizer.eos_id] * 3
        ids[place] = bad
        with pytest.raises(TokenizerError, match=rf"id {bad} at place {place}\b"):
            tokenizer.decode(ids)
    with pytest.raises(TokenizerError, match=r"'a'.* at place 1"):
        tokenizer.decode([tokenizer.eos_id, "a"])


def test_a_lone_surrogate_is_refused_with_its_position(tokenizer):
    for text, position in [("\ud83d", 0), ("n\u0303ab\udc00", 4), ("<s> \ud800", 4)]:
        with pytest.raises(TokenizerError, match=rf"U\+{ord(text[-1]):04X} at position {position}"):
            tokenizer.encode(text)


def test_saved_and_loaded_it_gives_the_same_ids(tokenizer, tmp_path):
    tokenizer.save(tmp_path / "new" / "folder")
    text = "".join(TEXTS) + "ζ 👩🏽\u200d🚀 n\u0303 <unk> <PAD> </s>\r\n"
    for opened in (
        type(tokenizer).load(tmp_path / "new" / "folder"),
        tokenizers.load(tmp_path / "new" / "folder"),
    ):
        assert type(opened) is type(tokenizer)
        assert opened.vocab_size == tokenizer.vocab_size
        assert dict(opened.special_ids) == dict(tokenizer.special_ids)
        assert (opened.eos_id, opened.pad_id) == (tokenizer.eos_id, tokenizer.pad_id)
        ids = tokenizer.encode(text)
        assert opened.encode(text) == ids
        assert opened.decode(ids) == tokenizer.decode(ids)
    tokenizer.save(tmp_path / "new" / "folder")  # over itself
    assert [p.name for p in (tmp_path / "new" / "folder").rglob("*part*")] == []


def damaged(path):
    """A saved file in every state that an accident leaves."""
    whole = path.read_bytes()
    path.unlink()
    yield "missing"
    for label, content in {
        "empty": b"",
        "blank": b" \n",
        "half": whole[: len(whole) // 2],
        "other JSON": b"[]\n",
        "an empty object": b"{}\n",
        "not UTF-8": whole[:-3] + b"\xff\xfe",
    }.items():
        path.write_bytes(content)
        yield label
    path.write_bytes(whole)


def test_a_damaged_file_is_named(name, tokenizer, tmp_path):
    tokenizer.save(tmp_path)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    if name == "hub":  # the others are for transformers to read
        files = [tmp_path / "course_tokenizer.json", tmp_path / "tokenizer.json"]
    for path in files:
        for state in damaged(path):
            with pytest.raises(TokenizerError) as caught:
                type(tokenizer).load(tmp_path)
            assert str(path.parent) in str(caught.value), state
            if path.name == "course_tokenizer.json" and state in ("empty", "blank"):
                assert "is empty" in str(caught.value)
            with pytest.raises(TokenizerError):
                tokenizers.load(tmp_path)
    type(tokenizer).load(tmp_path)


def test_a_folder_or_a_file_in_its_place_is_an_error(tokenizer, tmp_path):
    file = tmp_path / "file"
    file.write_text("x")
    for path in (tmp_path / "none", file):
        with pytest.raises(TokenizerError, match=path.name):
            type(tokenizer).load(path)
        with pytest.raises(TokenizerError, match=path.name):
            tokenizers.load(path)
    with pytest.raises(TokenizerError, match="file"):
        tokenizer.save(file)


def test_the_type_and_the_version_are_checked(name, tokenizer, tmp_path):
    tokenizer.save(tmp_path)
    path = tmp_path / "course_tokenizer.json"
    content = json.loads(path.read_text("utf8"))
    for change, complaint in {
        "type": ("poems", "type 'poems'"),
        "version": (2, "format version 2"),
        "vocab_size": (content["vocab_size"] + 1, f"'vocab_size' is {content['vocab_size'] + 1}"),
    }.items():
        value, message = complaint
        path.write_text(json.dumps(content | {change: value}), "utf8")
        with pytest.raises(TokenizerError, match=f"course_tokenizer.json.*{message}"):
            type(tokenizer).load(tmp_path)
        path.write_text(json.dumps(content | {change: None}), "utf8")
        with pytest.raises(TokenizerError, match=f"course_tokenizer.json.*'{change}' is None"):
            type(tokenizer).load(tmp_path)
    path.write_text(path.read_text("utf8")[:-1] + ', "type": "words"}', "utf8")
    with pytest.raises(TokenizerError, match="'type' occurs twice"):
        type(tokenizer).load(tmp_path)


def test_opening_a_folder_says_what_it_cannot_tell(tmp_path):
    foreign = tmp_path / "foreign"
    bpe(None).save(foreign)
    (foreign / "course_tokenizer.json").unlink()
    with pytest.raises(TokenizerError, match=r"of another program.*from_files"):
        tokenizers.load(foreign)
    strange = tmp_path / "strange"
    MAKERS["characters"]().save(strange)
    path = strange / "course_tokenizer.json"
    path.write_text('{"type": "poems", "version": 1}')
    with pytest.raises(TokenizerError, match="type 'poems'; known are characters, words"):
        tokenizers.load(strange)


def test_a_save_that_fails_leaves_the_old_file_as_it_was(tmp_path, monkeypatch):
    MAKERS["words"]().save(tmp_path)
    before = (tmp_path / "course_tokenizer.json").read_bytes()

    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(TokenizerError, match="No space left"):
        WordTokenizer(["other"]).save(tmp_path)
    assert (tmp_path / "course_tokenizer.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["course_tokenizer.json"]
