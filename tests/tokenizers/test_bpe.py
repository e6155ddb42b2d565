"""Byte-level BPE gives every text back, whole or in pieces, and says what it cannot use."""

import unicodedata
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.errors import TokenizerError
from course_lib.tokenizers import bpe as bpe_module
from course_lib.tokenizers.bpe import ByteBPETokenizer
from course_lib.tokenizers.byte_symbols import BYTE_TO_SYMBOL, SYMBOL_TO_BYTE
from course_lib.tokenizers.pretoken_ids import PretokenIds
from course_lib.tokenizers.pretokenize import last_boundary, pretokens
from course_lib.tokenizers.streaming import gathered, normalized

TEXT = (
    "It's the cat's hat; they'll see the cats' hats.\n\n  El niño dirá: «¿qué  año será 1234?»\n"
    "\tMañana, mañana… the café isn't there 🙂👍🏽 \n"
    "Merges are learned from whatever stands here, so here stand many different words of several "
    "lengths: pequeñas, grandes, extraordinariamente largas, and unhyphenated compounds."
) * 4
TRAINED = ByteBPETokenizer.train([TEXT], vocab_size=400)
EXACT = ByteBPETokenizer.train([TEXT], vocab_size=400, normalization=None)
# Pieces of text where the rules meet: contractions, spaces, accents apart from their letter, marks
# that undo a special token, Hangul that composes, and the specials themselves.
CLUES = "' s re 'l l a n ñ 1 ½ 🙂 > <END <END> <PAD> < the \u4e2d 。 _ \u200d \x00"
MARKS = "\u0303 \u0323 \u0338 \u1112 \u1161 \u11ab \u0915\u093c \U0001f3fd"
SPACES = [" ", "  ", " the", "\n", "\r\n", "\u3000", "\x1c", "\x85"]
PIECES = [*CLUES.split(" "), *MARKS.split(" "), *SPACES]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=40)
SOME_TEXTS = st.text(alphabet="theca'sñoáir ", min_size=1, max_size=40) | TEXTS


def nfc(text):
    return unicodedata.normalize("NFC", text)


def cut(text, places):
    """A text in pieces; places beyond its end make empty ones."""
    edges = [0, *sorted(places), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


# Pretokens


@given(TEXTS)
def test_pretokens_joined_are_the_text(text):
    assert "".join(pretokens(text)) == text


@settings(deadline=None, max_examples=500)
@given(TEXTS, TEXTS, st.integers(0, 10), st.integers(0, 80))
def test_a_boundary_cuts_no_pretoken_whatever_follows(text, more, start, end):
    place = last_boundary(text, start, end)
    assert start <= place <= max(start, min(end, len(text)))
    if place > start:
        whole = pretokens(text[start:] + more)
        assert pretokens(text[start:place]) + pretokens(text[place:] + more) == whole


def test_a_boundary_is_found_where_prose_has_one():
    assert last_boundary("one two three") == 7
    assert last_boundary("中文，没有空格") == 2  # no spaces: after letters
    assert last_boundary("it's") == 2
    assert last_boundary("''''") == last_boundary("") == last_boundary("word") == 0


@given(st.lists(st.text(max_size=5)), st.integers(1, 7))
def test_gathered_pieces_have_one_size_and_lose_nothing(texts, size):
    blocks = list(gathered(texts, size))
    assert "".join(blocks) == "".join(texts)
    assert {len(block) for block in blocks[:-1]} <= {size}
    assert not blocks or 0 < len(blocks[-1]) <= size


@settings(max_examples=500)
@given(TEXTS, st.lists(st.integers(0, 80)), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD", None]))
def test_text_is_normalised_in_pieces_as_in_one(text, places, form):
    whole = unicodedata.normalize(form, text) if form else text
    assert "".join(normalized(cut(text, places), form)) == whole


def test_a_mark_waits_for_its_letter_and_the_next_mark():
    for pieces in (
        ["n\u0303", "x"],
        ["n", "\u0303"],
        ["e\u0301", "\u0323"],
        ["x", "", "\u0338", ""],
    ):
        assert "".join(normalized(pieces, "NFC")) == nfc("".join(pieces))


def test_ascii_never_joins_what_stands_before_it():
    """What the cuts of ``normalized`` rely on: no character is composed of something and ASCII."""
    parts = [unicodedata.decomposition(chr(code)).split() for code in range(0x110000)]
    seconds = {chr(int(p[1], 16)) for p in parts if len(p) == 2 and not p[0].startswith("<")}
    assert "\u0303" in seconds
    for second in map(chr, range(128)):
        assert second not in seconds
        assert unicodedata.combining(second) == 0
        assert {unicodedata.normalize(f, second) for f in ("NFC", "NFD", "NFKC", "NFKD")} == {
            second
        }


# Merging


def slow_ids(tokenizer, pretoken):
    """Merge by the list: the pair learned first, the leftmost of those, until none is left."""
    ranks = {pair: rank for rank, pair in enumerate(tokenizer.merges)}
    parts = [bytes([byte]) for byte in pretoken.encode()]
    while True:
        known = [(ranks[pair], at) for at, pair in enumerate(pairwise(parts)) if pair in ranks]
        if not known:
            return parts
        _, at = min(known)
        parts[at : at + 2] = [parts[at] + parts[at + 1]]


@settings(deadline=None, max_examples=300)
@given(SOME_TEXTS)
def test_the_heap_merges_as_the_list_does(text):
    expected = [part for pretoken in pretokens(nfc(text)) for part in slow_ids(TRAINED, pretoken)]
    ids = TRAINED.encode(text, parse_special=False)
    assert [TRAINED.token_bytes(i) for i in ids] == expected


def test_a_text_is_encoded_as_it_was_merged_in_training():
    merges = [(b"a", b"a"), (b"aa", b"b"), (b"aa", b"aa")]
    ids = {bytes([byte]): byte for byte in range(256)} | {b"aa": 256, b"aab": 257, b"aaaa": 258}
    table = PretokenIds(ids, merges)
    assert table["aaab"] == (256, 97, 98)  # from the left: aa, a, b
    assert table["aaaab"] == (256, 257)  # aab is older than aaaa
    assert table["a" * 9] == (258, 258, 97)


def test_a_long_pretoken_takes_no_quadratic_time():
    """Half a million letters without a break: done while you wait, or never."""
    text = "thecatshatniño" * 40_000
    ids = TRAINED.encode(text)
    assert TRAINED.decode(ids) == text


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(PretokenIds, "MAX_ENTRIES", 8)
    tokenizer = ByteBPETokenizer.train([TEXT], vocab_size=400)
    text = " ".join(map(str, range(100))) + " " + "x" * 1000
    assert tokenizer.encode(text) == TRAINED.encode(text)
    assert len(tokenizer._ids) <= 8
    assert max(map(len, tokenizer._ids)) <= PretokenIds.MAX_CHARACTERS


# Round trips


@settings(deadline=None, max_examples=500)
@given(TEXTS, st.booleans())
def test_decoding_gives_the_text_back(text, parse_special):
    assert EXACT.decode(EXACT.encode(text, parse_special)) == text
    assert TRAINED.decode(TRAINED.encode(text, parse_special)) == nfc(text)


@settings(max_examples=300)
@given(st.lists(st.integers(0, 399)))
def test_any_ids_decode(ids):
    exact = TRAINED.decode_bytes(ids)
    assert exact == b"".join(TRAINED.token_bytes(i) for i in ids)
    assert TRAINED.decode(ids) == exact.decode("utf8", errors="replace")
    assert TRAINED.decode(np.array(ids, dtype=np.int64)) == TRAINED.decode(ids)


@given(st.binary())
def test_any_bytes_decode(data):
    ids = [4 + byte for byte in data]
    assert TRAINED.decode_bytes(ids) == data
    assert TRAINED.decode(ids) == data.decode("utf8", errors="replace")


@settings(deadline=None, max_examples=500)
@given(TEXTS, st.lists(st.integers(0, 80)), st.booleans(), st.integers(1, 20))
def test_a_text_in_pieces_has_the_ids_of_the_whole(text, places, parse_special, size):
    before = bpe_module.gathered
    bpe_module.gathered = partial(gathered, size=size)
    try:
        for tokenizer in (TRAINED, EXACT, SPECIALS):
            streamed = list(tokenizer.encode_iterable(cut(text, places), parse_special))
            assert streamed == tokenizer.encode(text, parse_special)
    finally:
        bpe_module.gathered = before


@settings(deadline=None, max_examples=500)
@given(
    st.lists(st.sampled_from(["<a>", "<a", "><b>", "b><", "> <", "\n\n", "\n", "<END>", "<", "b"])),
    st.booleans(),
    st.integers(1, 9),
)
def test_a_special_token_may_lie_across_pieces(pieces, parse_special, size):
    before = bpe_module.gathered
    bpe_module.gathered = partial(gathered, size=size)
    try:
        streamed = list(SPECIALS.encode_iterable(pieces, parse_special))
    finally:
        bpe_module.gathered = before
    assert streamed == SPECIALS.encode("".join(pieces), parse_special)


def test_a_file_is_encoded_as_its_text(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text(TEXT * 2000, "utf8")
    with path.open(encoding="utf8") as lines:
        assert list(TRAINED.encode_iterable(lines)) == TRAINED.encode(TEXT * 2000)


def test_ids_come_before_the_text_has_ended():
    def endless():
        while True:
            yield TEXT

    ids = TRAINED.encode_iterable(endless())
    assert TRAINED.decode([next(ids) for _ in range(500)]).startswith(TEXT[:400])


# Special tokens


def train_specials():
    texts = ["the a b < > END " * 5]
    special_tokens = ("<END>", "<a>", "<a><b>", "b><", "> <", "\n\n\n", "(a|b)+")
    return ByteBPETokenizer.train(texts, 272, special_tokens)


SPECIALS = train_specials()


def test_the_first_ids_are_special_then_bytes_then_merges():
    assert TRAINED.special_ids == {"<PAD>": 0, "<UNK>": 1, "<START>": 2, "<END>": 3}
    assert (TRAINED.pad_id, TRAINED.eos_id, TRAINED.vocab_size) == (0, 3, 400)
    assert [TRAINED.token_bytes(4 + byte) for byte in range(256)] == [
        bytes([byte]) for byte in range(256)
    ]
    assert [TRAINED.token_bytes(260 + n) for n in range(140)] == [
        left + right for left, right in TRAINED.merges
    ]


def test_special_tokens_are_found_the_longest_first_and_never_split():
    ids = SPECIALS.special_ids
    assert SPECIALS.encode("<a><b>") == [ids["<a><b>"]]
    assert SPECIALS.encode("<a><b") == [ids["<a>"], *SPECIALS.encode("<b")]
    assert SPECIALS.encode("b><a>") == [ids["b><"], *SPECIALS.encode("a>")]
    text = "x<END><a>\n\n\n y> <"
    found = [i for i in SPECIALS.encode(text) if i in ids.values()]
    assert SPECIALS.encode("(a|b)+") == [ids["(a|b)+"]]
    assert found == [ids["<END>"], ids["<a>"], ids["\n\n\n"], ids["> <"]]
    assert SPECIALS.decode(SPECIALS.encode(text)) == text
    assert SPECIALS.decode(SPECIALS.encode(text), skip_special=True) == "x y"


def test_text_between_special_tokens_is_encoded_by_itself():
    ids = TRAINED.encode("the cat <END> the hat")
    at = ids.index(3)
    assert ids[:at] == TRAINED.encode("the cat ")
    assert ids[at + 1 :] == TRAINED.encode(" the hat")


def test_special_tokens_as_ordinary_text():
    ids = TRAINED.encode("a <END>", parse_special=False)
    assert not set(ids) & set(TRAINED.special_ids.values())
    assert TRAINED.decode(ids) == "a <END>"


@given(TEXTS)
def test_nothing_is_ever_unknown(text):
    written = text.count("<UNK>")  # a text may hold the form itself
    assert TRAINED.encode(text).count(TRAINED.special_ids["<UNK>"]) == written


def test_a_mark_that_joins_the_last_sign_of_a_special_token_undoes_it():
    """In NFC there is no <END> here: its > and the stroke are one sign, ≯."""
    assert TRAINED.decode(TRAINED.encode("<END>\u0338")) == "<END\u226f"
    assert EXACT.encode("<END>\u0338")[0] == EXACT.eos_id


def test_special_tokens_in_training_texts_teach_no_merge():
    with_them = ByteBPETokenizer.train([TEXT.replace("\n", "<END>")], 400)
    without = ByteBPETokenizer.train(TEXT.split("\n"), 400)
    assert with_them.merges == without.merges


def test_documents_are_trained_composed():
    apart = unicodedata.normalize("NFD", TEXT)
    assert apart != TEXT
    assert ByteBPETokenizer.train([apart], 400).merges == TRAINED.merges
    assert ByteBPETokenizer.train([apart], 400, normalization=None).merges != TRAINED.merges


def test_the_end_of_a_document_may_have_another_name():
    tokenizer = ByteBPETokenizer.train([TEXT], 264, ("<s>", "</s>"), eos_token="</s>")
    assert (tokenizer.eos_id, tokenizer.pad_id) == (1, None)


def test_a_symbol_for_every_byte():
    assert [BYTE_TO_SYMBOL[byte] for byte in b" \n\t\x00\x7f\xa0\xad"] == list("ĠĊĉĀġłŃ")
    assert all(s.isprintable() and not s.isspace() for s in SYMBOL_TO_BYTE)
    assert {SYMBOL_TO_BYTE[BYTE_TO_SYMBOL[byte]] for byte in range(256)} == set(range(256))


# What cannot be used


@pytest.mark.parametrize(
    ("vocab_size", "message"),
    [
        (399, "vocab_size 399 is no multiple of 8; take 392 or 400"),
        (401, "take 400 or 408"),
        (404, "take 400 or 408"),
        (262, "vocab_size 262 is no multiple of 8; take 264"),
        (256, "too small for 256 bytes and 4 special tokens; take at least 264"),
        (0, "at least 264"),
        (80_000, r"needs 79740 merges and these texts have (\d+); give more text, or take at most"),
    ],
)
def test_a_vocabulary_size_that_cannot_be(vocab_size, message):
    with pytest.raises(TokenizerError, match=message):
        ByteBPETokenizer.train([TEXT], vocab_size)


def test_the_largest_size_that_an_error_names_can_be_trained():
    with pytest.raises(TokenizerError) as caught:
        ByteBPETokenizer.train([TEXT], 80_000)
    most = int(str(caught.value).rsplit(" ", 1)[1])
    assert ByteBPETokenizer.train([TEXT], most).vocab_size == most
    with pytest.raises(TokenizerError, match=f"at most {most}"):
        ByteBPETokenizer.train([TEXT], most + 8)


def test_no_text_has_no_merges():
    with pytest.raises(TokenizerError, match=r"these texts have 0; give more text$"):
        ByteBPETokenizer.train([], 264)
    assert TRAINED.encode("") == list(TRAINED.encode_iterable([])) == []
    assert TRAINED.decode([]) == ""


def test_one_string_is_no_list_of_documents():
    with pytest.raises(TokenizerError, match=r"got one string; write \[text\]"):
        ByteBPETokenizer.train(TEXT, 264)


@pytest.mark.parametrize(
    ("special_tokens", "message"),
    [
        (["<END>", "<END>"], "'<END>' is there twice"),
        (["<END>", ""], "special token 1 is ''"),
        (["<END>", 7], "special token 1 is 7"),
        (["<END>", "Ġthe"], "'Ġthe' is written like an ordinary token"),
        (["<END>", "a"], "'a' is written like an ordinary token"),
        (["<END>", "<n\u0303>"], "not in normal form NFC"),
        (["<END>", "\ud800x"], "lone surrogate U\\+D800 at position 0"),
        (["<PAD>"], "no <END> or <|endoftext|> among the special tokens"),
        ([], "to end a document"),
        ("<END>", "expected a list of special tokens, got '<END>'"),
    ],
)
def test_special_tokens_that_cannot_be(special_tokens, message):
    with pytest.raises(TokenizerError, match=message):
        ByteBPETokenizer.train([TEXT], (256 + len(special_tokens)) // 8 * 8 + 16, special_tokens)


def test_the_end_token_must_be_special():
    with pytest.raises(TokenizerError, match="no <stop> among"):
        ByteBPETokenizer.train([TEXT], 400, eos_token="<stop>")


def test_an_unknown_normal_form():
    with pytest.raises(TokenizerError, match="NFX"):
        ByteBPETokenizer.train([TEXT], 400, normalization="NFX")


def test_a_lone_surrogate_is_refused_where_it_stands():
    with pytest.raises(TokenizerError, match=r"U\+DC80 at position 3"):
        TRAINED.encode("ab\n\udc80c")
    with pytest.raises(TokenizerError, match=r"text 1: .*U\+D83D at position 0"):
        ByteBPETokenizer.train([TEXT, "\ud83d"], 264)
    with pytest.raises(TokenizerError, match=r"from character 262144 on, .*U\+D83D at position 2"):
        list(TRAINED.encode_iterable(["a " * (1 << 17), "bc\ud83d", "\ude42"]))


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([3, 400], "id 400 at place 1 is out of range; ids run from 0 to 399"),
        ([-1], "id -1 at place 0"),
        ([5, 6, 1.5], "1.5 at place 2"),
        ([5, 6, 2.0], "2.0 at place 2"),
        ([5, "6"], "'6' at place 1"),
        (np.array([0, 999]), "id 999 at place 1"),
    ],
)
def test_an_id_out_of_range_is_named_with_its_place(ids, message):
    for call in (TRAINED.decode, TRAINED.decode_bytes):
        for skip_special in (False, True):
            with pytest.raises(TokenizerError, match=message):
                call(ids, skip_special)


def test_a_token_out_of_range():
    with pytest.raises(TokenizerError, match="id 400"):
        TRAINED.token_bytes(400)
