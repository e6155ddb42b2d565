"""The same ids as Hugging Face's tokenizers, for GPT-2's vocabulary and for ours."""

import json
import os
import unicodedata
from functools import cache
from pathlib import Path

import pytest
import regex
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_lib.tokenizers.bpe import ByteBPETokenizer

tokenizers = pytest.importorskip("tokenizers", reason="tokenizers is the oracle: course-lib[dev]")

DATA = Path(os.environ.get("COURSE_DATA", ""))
needs_data = pytest.mark.skipif(
    not os.environ.get("COURSE_DATA"), reason="GPT-2's files are in the folder of COURSE_DATA"
)
DATA_FILES = sorted(p for p in DATA.rglob("*") if p.is_file()) if DATA.name else []
N_STRINGS = 20_000
PIECE = 1_500_000


def theirs(folder, special_tokens, normalization=None):
    """Hugging Face's tokenizer of the files of a folder."""
    found = tokenizers.Tokenizer(
        tokenizers.models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt"))
    )
    found.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    found.decoder = tokenizers.decoders.ByteLevel()
    if normalization:
        found.normalizer = getattr(tokenizers.normalizers, normalization)()
    found.add_special_tokens(list(special_tokens))
    return found


@cache
def gpt2():
    return ByteBPETokenizer.gpt2(DATA / "gpt2"), theirs(DATA / "gpt2", ["<|endoftext|>"])


@cache
def differing_characters():
    """Characters that regex and Hugging Face's tokenizers put into different classes of GPT-2's
    pattern: letters and numbers of Unicode versions that one of the two does not know yet."""
    everything = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x110000))))
    differing = set()
    for name in (r"\p{L}", r"\p{N}", r"\s"):
        split = tokenizers.pre_tokenizers.Split(tokenizers.Regex(name), "removed")
        rest = "".join(piece for piece, _ in split.pre_tokenize_str(everything))
        differing |= set(regex.sub(name, "", everything)) ^ set(rest)
    return differing


def test_the_libraries_differ_in_new_characters_alone():
    """So that what is left out below is only what no text holds yet."""
    differing = differing_characters()
    assert len(differing) < 25_000
    known = unicodedata.ucd_3_2_0.category
    assert [c for c in differing if known(c) != "Cn" or unicodedata.category(c) != "Cn"] == []


def in_pieces(text):
    """Large texts in pieces, since the peer needs 150 bytes of memory for each byte of a text.

    No pretoken goes on where white space follows something else.
    """
    start = 0
    while start < len(text):
        found = regex.search(r"(?<=\S)\s", text, pos=start + PIECE)
        end = found.start() if found else len(text)
        yield text[start:end]
        start = end


@needs_data
@pytest.mark.parametrize("path", DATA_FILES, ids=lambda path: str(path.relative_to(DATA)))
def test_the_same_ids_on_every_file_of_the_data_folder(path):
    with path.open(encoding="utf8", newline="") as file:
        text = file.read()
    ours, peer = gpt2()
    ids = ours.encode(text)
    assert ids == [i for part in in_pieces(text) for i in peer.encode_batch_fast([part])[0].ids]
    assert ours.decode(ids) == text


# Combining marks, emoji with modifiers and joiners, flags, all line ends, controls, bidi marks,
# letters whose case or width is odd, numbers of every kind, private and unassigned code points.
ODD = (
    "\u0301\u0303\u0323\u0338\u20dd\ufe0f\u200d\u200b\U0001f3fb\U0001f3ff👩🚀👨👧🏳🌈🇪🇸🙂"
    "\r\n\n\r\x0b\x0c\x1c\x1f\x85\u2028\u2029\x00\x01\x7f\x9f\t \u00a0\u2003\u3000\ufeff"
    "\u202e\u180eaeñßİıŉǅﬁＡªº中文のアंกำ한ᄒ\u1161\u11abא\u05b0ع\u064b1½²Ⅷ٣〇𝟙'’‘´s\u02bcREtmdlv.,¿¡«»—_$€%<|>"
    "\ue000\U000f0000\u0378\ufffe\uffff\U0010ffff\ufffd"
)
PIECES = [
    "'s",
    "'S",
    "'re",
    "'ll",
    " '",
    "  ",
    "\n\n",
    " \n",
    "<|endoftext|>",
    "<|endoftext",
    " the",
]


def is_common(character):
    return character not in differing_characters()


CHARACTERS = st.characters(exclude_categories=["Cs"]).filter(is_common)
STRINGS = st.one_of(
    st.text(CHARACTERS, max_size=20),
    st.text(st.sampled_from(ODD), max_size=20),
    st.lists(st.sampled_from([*PIECES, *ODD]), max_size=12).map("".join),
)


def compare_on_strings(ours, peer, n_strings, normalization=None):
    """Hypothesis makes that many strings, 20 at a time; each gives both the same ids."""
    seen = 0

    @settings(
        max_examples=-(-n_strings // 20), deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.lists(STRINGS, min_size=20, max_size=20))
    def compare(texts):
        nonlocal seen
        seen += len(texts)
        for text, encoding in zip(texts, peer.encode_batch_fast(texts), strict=True):
            ids = ours.encode(text)
            assert ids == encoding.ids, f"{text!a}"
            whole = unicodedata.normalize(normalization, text) if normalization else text
            assert ours.decode(ids) == whole

    compare()
    assert seen >= n_strings


@needs_data
def test_the_same_ids_on_twenty_thousand_strings():
    compare_on_strings(*gpt2(), N_STRINGS)


@needs_data
@pytest.mark.parametrize(
    "text",
    [
        "<|endoftext|>",
        "one<|endoftext|>two <|endoftext|> three",
        "<|endoftext|><|endoftext|>\n<|endoftext|>",
        "<|endoftext|<|endoftext|>|>",
        " <|endoftext|>  x <| endoftext |> <|ENDOFTEXT|>",
        "",
        " ",
    ],
)
def test_the_same_ids_on_gpt2_special_tokens(text):
    ours, peer = gpt2()
    assert ours.encode(text) == peer.encode(text).ids
    assert ours.decode(ours.encode(text)) == text


@needs_data
def test_gpt2_itself():
    ours, _ = gpt2()
    assert (ours.vocab_size, ours.eos_id, ours.pad_id) == (50257, 50256, None)
    assert len(ours.merges) == 50_000
    assert ours.encode("Hello world") == [15496, 995]


@needs_data
@settings(deadline=None, max_examples=300)
@given(st.lists(st.integers(0, 50_256), max_size=20))
def test_the_same_text_of_any_ids(ids):
    ours, peer = gpt2()
    for skip_special in (False, True):
        theirs = peer.decode(ids, skip_special_tokens=skip_special)
        assert ours.decode(ids, skip_special) == theirs


@needs_data
def test_gpt2_saved_and_loaded_is_gpt2(tmp_path):
    ours, _ = gpt2()
    ours.save(tmp_path)
    written, original = ((f / "vocab.json").read_text("utf8") for f in (tmp_path, DATA / "gpt2"))
    assert json.loads(written) == json.loads(original)
    written, original = ((f / "merges.txt").read_text("utf8") for f in (tmp_path, DATA / "gpt2"))
    header = "#version: 0.2\n"
    assert written == header + original.removeprefix(header)
    assert ByteBPETokenizer.load(tmp_path).encode("Hello world") == [15496, 995]


TEXT = (
    "The cat's hat isn't the cats' hats, they'll say.\n\n  ¿Qué dirá el niño mañana? ¡Ñandú!\r\n"
    "\t1234 años… «ﬁn» 한국어 中文 👩🏽\u200d🚀 e\u0301 <END> <a><b> <a> "
) * 3
SPECIAL = ("<PAD>", "<END>", "<a>", "<a><b>", "two words", "\n\n\n")


@pytest.mark.parametrize("normalization", ["NFC", None])
def test_hugging_face_reads_what_is_trained_here(normalization, tmp_path):
    ours = ByteBPETokenizer.train([TEXT], 352, SPECIAL, normalization)
    ours.save(tmp_path)
    peer = theirs(tmp_path, SPECIAL, normalization)
    assert peer.get_vocab_size() == ours.vocab_size
    for text in (TEXT, "<a><b><a><a><b", "two words, two  words", "x\n\n\n\ny", "<PAD><END><UNK>"):
        assert ours.encode(text) == peer.encode(text).ids
    compare_on_strings(ours, peer, 1000, normalization)
    shortcut = tokenizers.ByteLevelBPETokenizer(
        str(tmp_path / "vocab.json"), str(tmp_path / "merges.txt")
    )
    text = unicodedata.normalize("NFC", TEXT)  # it knows neither special tokens nor normalization
    assert shortcut.encode(text).ids == ours.encode(text, parse_special=False)
